"""Values changed in the text of a manifest: everything else in the file stays as it is.

`splicing/*.txt` holds specs before and after edits: ``put``, ``append`` or ``take``, a path, and a value as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path as File

import pytest

from reconciler.manifests.located import Path
from reconciler.manifests.splicing import Append, Edit, Plain, Put, Take, spliced
from reconciler.model import Address

HEAD = "apiVersion: diabolocom.reconciler/v1\nkind: Campaign\nmetadata: {name: bakery}\nspec:\n"
ADDRESS = Address("Campaign", "bakery")


def change(text: str, *edits: Edit) -> str:
    """The spec's text after the edits, whose paths start in the spec."""
    inside = [_within(each) for each in edits]
    after = spliced((HEAD + text).encode(), ADDRESS, inside).decode()
    assert after.startswith(HEAD)
    return after.removeprefix(HEAD)


def story(before: str, *edits: Edit) -> str:
    """The lines of a spec after the edits, both without their indentation."""
    lines = [f"  {line}\n" if line else "\n" for line in before.split("\n")]
    return "\n".join(line.removeprefix("  ") for line in change("".join(lines), *edits).removesuffix("\n").split("\n"))


def _within(edit: Edit) -> Edit:
    path: Path = ("spec", *edit.path)
    if isinstance(edit, Take):
        return Take(path)
    return Put(path, edit.value) if isinstance(edit, Put) else Append(path, edit.value)


def _cases() -> dict[str, str]:
    texts = (each.read_text(encoding="utf-8") for each in sorted((File(__file__).parent / "splicing").glob("*.txt")))
    cases = [case.strip("\n").removeprefix("# ") for text in texts for case in text.split("\n=====\n")]
    return {each.partition("\n")[0]: each for each in cases}


def _edit(line: str) -> Edit:
    """The edit in one line of a case; a path with odd names is a list as JSON."""
    verb, rest = line.split(" ", 1)
    if rest.startswith("["):
        path, end = json.JSONDecoder().raw_decode(rest)
    else:
        written, end = rest.split(" ")[0], len(rest.split(" ")[0])
        path = [int(step) if step.isdecimal() else step for step in written.split(".")]
    if verb == "take":
        return Take(tuple(path))
    value = json.loads(rest[end:])
    return Put(tuple(path), value) if verb == "put" else Append(tuple(path), value)


@pytest.mark.parametrize("case", _cases().values(), ids=_cases())
def test_what_is_written_looks_like_what_is_around_it(case: str) -> None:
    """Comments, blanks, commas and brackets are those that a person would leave or write."""
    head, before, after = case.replace("--- after", "--- before").split("\n--- before\n")
    assert story(before, *map(_edit, head.split("\n")[1:])) == after


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: 1", 2, "a: 2"),
        ("a:   1   # why  ", 22, "a:   22   # why  "),
        ("a: 8", "8", 'a: "8"'),
        ('a: "8"', 8, "a: 8"),
        ("a: true", None, "a: null"),
        ("a: 1.5", 0.0000001, "a: 0.0000001"),
        ("a:", 1, "a: 1"),
        ("a: # why", 1, "a: 1 # why"),
        ("a: ~ # why", "x", "a: x # why"),
        ("a: null", False, "a: false"),
        ("a: 'x'", "it's", "a: 'it''s'"),
        ("a: 'x'", "8", "a: '8'"),
        ("a: ''", "x", "a: 'x'"),
        ("a: 'x'", "one\ntwo", 'a: "one\\ntwo"'),
        ("a: 'x'", "##[error]", 'a: "#\\x23[error]"'),
        ('a: "x"', "z", 'a: "z"'),
        ('a: "x"', 'say "y"', 'a: "say \\"y\\""'),
        ("a: x", "z", "a: z"),
        ("a: x", "yes", 'a: "yes"'),
        ("a: x", "true", 'a: "true"'),
        ("a: x", "", 'a: ""'),
        ("a: x", "12:30", 'a: "12:30"'),
        ("a: x", "CA - Food, Drink & more #1", 'a: "CA - Food, Drink & more #1"'),
        ("a: x", "CA - Food, Drink & more", "a: CA - Food, Drink & more"),
        ("a: https://x.y/z", "https://x.y/[z]", "a: https://x.y/[z]"),
        ("a: 1", "a, b", 'a: "a, b"'),
        ("a: x", "a: b", 'a: "a: b"'),
        ("a: x", "a:", 'a: "a:"'),
        ("a: x", "a ", 'a: "a "'),
        ("a: x", "a##b", 'a: "a#\\x23b"'),
        ("a: x", "a,\tb", 'a: "a,\\tb"'),
        ("b: &b x\na: *b", "y, z", 'b: &b x\na: "y, z"'),
        ("{a: x, b: 1}", "more than 50%", "{a: more than 50%, b: 1}"),
        ("a: x", "one\ntwo", 'a: "one\\ntwo"'),
        ("{a: x, b: 1}", "y, z", '{a: "y, z", b: 1}'),
        ("{a: x, b: 1}", "y [z]", '{a: "y [z]", b: 1}'),
        ("{a: x, b: 1}", "y: z", '{a: "y: z", b: 1}'),
        ("{a: x, b: 1}", "y & z", "{a: y & z, b: 1}"),
        ("{a: 'x', b: 1}", "y, z", "{a: 'y, z', b: 1}"),
        ("{a: , b: 1}", "z", "{a: z , b: 1}"),
        ("{b: 1, a: }", "z", "{b: 1, a: z }"),
        ("{a: 1\n  }", 2, "{a: 2\n  }"),
        ("a: |\n    one\n    two\nb: 1", "x", 'a: "x"\nb: 1'),
        ("a: |  # why\n    one\n\nb: 1", "x", 'a: "x"  # why\n\nb: 1'),
        ("a: |+\n    one\n\nb: 1", "x", 'a: "x"\nb: 1'),
        ("a: >-\n    one\n    two", 1, "a: 1"),
        ("a: one\n    two # why\nb: 1", "three", "a: three # why\nb: 1"),
        ('a: "one\n    two" # why\nb: 1', "three", 'a: "three" # why\nb: 1'),
        ("a: # below\n    x # why", "z", "a: # below\n    z # why"),
        ("a: &unused x", "z", "a: &unused z"),
        ("a: &unused", "z", "a: &unused z"),
        ("? a\n: x # why", "z", "? a\n: z # why"),
        ("'a': x", "z", "'a': z"),
        ("a : x", "z", "a : z"),
    ],
)
def test_a_scalar_takes_the_place_of_a_scalar(before: str, value: Plain, after: str) -> None:
    """In the same quotes where it can; comments stay, and so does every blank."""
    assert story(before, Put(("a",), value)) == after


@pytest.mark.parametrize("step", [1, 2, 3, 4, 8])
def test_new_lines_are_indented_like_the_others(step: int) -> None:
    """By as much for each level as the first object of the document is; by two where none is."""
    one, two, three = " " * step, " " * step * 2, " " * step * 3
    assert change(f"{one}a: 1\n", Put(("b", "c", "d"), 1)) == f"{one}a: 1\n{one}b:\n{two}c:\n{three}d: 1\n"
    assert change(f"{one}a:\n", Put(("a", "c", "d"), 1)) == f"{one}a:\n{two}c:\n{three}d: 1\n"
    flat = spliced((HEAD + "x: 1").encode(), ADDRESS, [Put(("labels", "a", "b"), 1)]).decode()
    assert flat == f"{HEAD}x: 1\nlabels:\n  a:\n    b: 1"


def test_a_document_that_is_indented_as_a_whole() -> None:
    """A list in it says nothing about how objects are indented."""
    before = f"list:\n  - 1\n{HEAD}   a: 1\n"
    after = f"{before}   b:\n      c:\n         d:\n            - []\n"
    edit = Put(("spec", "b", "c"), {"d": [[]]})
    assert spliced(_moved(before).encode(), ADDRESS, [edit]).decode() == _moved(after)


def _moved(text: str) -> str:
    return "".join(f" {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(("width", "is_short"), [(90, True), (91, False)])
def test_a_line_is_up_to_a_hundred_characters_long(width: int, is_short: bool) -> None:
    """What would take more takes several; in the file, this is indented by two more."""
    text = "x" * width
    new: Plain = [1, text]
    written = f" [1, {text}]" if is_short else f"\n  - 1\n  - {text}"
    assert story("l: [7]", Put(("l",), new)) == f"l:{written}"
    assert story("l:", Put(("l",), new)) == f"l:{written}"
    assert story("a: 1", Put(("l",), new)) == f"a: 1\nl:{written}"
    written = f"{{z: 1, x: {text[5:]}}}" if is_short else f"z: 1\n  x: {text[5:]}"
    assert story("l:\n- 1", Append(("l",), {"z": 1, "x": text[5:]})) == f"l:\n- 1\n- {written}"


def test_an_alias_is_replaced_where_it_stands() -> None:
    """What it stood for stays for the others."""
    before = "a: &team [x]\nb: *team\nc: {d: *team, e: [*team]}"
    after = "a: &team [x]\nb: [x, z]\nc: {d: 1, e: [v]}"
    edits = [Put(("b",), ["x", "z"]), Put(("c", "d"), 1), Put(("c", "e", 0), "v")]
    assert story(before, *edits) == after


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# the end", "\n...\n", "\n---\n# nothing\n", "\n  # the end\n"])
def test_an_entry_is_added_before_the_end_of_the_file(end: str) -> None:
    """However the file ends; a comment that is indented like the entries belongs to them."""
    own, rest = (end[: end.index("end") + 3], "\n") if end.startswith("\n  #") else ("", end)
    assert change(f"  a: 1{end}", Put(("b",), 2)) == f"  a: 1{own}\n  b: 2{rest}"


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n...\n"])
def test_an_entry_is_taken_from_the_end_of_the_file(end: str) -> None:
    """With or without a line end after it."""
    assert change(f"  a: 1\n  b: 2{end}", Take(("b",))) == f"  a: 1\n{end[1:]}"


@pytest.mark.parametrize(("newline", "mark"), [("\r\n", ""), ("\n", "\ufeff"), ("\r\n", "\ufeff")])
def test_line_ends_and_the_byte_order_mark_stay(newline: str, mark: str) -> None:
    """New lines end as the others do; places count characters, not bytes."""
    before = f"{mark}# Métiers 😀\n{HEAD}  é: |\n    ü\n  a: [1] # 😀\n".replace("\n", newline)
    after = f'{mark}# Métiers 😀\n{HEAD}  é: "ö"\n  a: [1, 2] # 😀\n  b:\n    c: 1\n'.replace("\n", newline)
    edits: list[Edit] = [Put(("spec", "é"), "ö"), Append(("spec", "a"), 2), Put(("spec", "b", "c"), 1)]
    assert spliced(before.encode(), ADDRESS, edits) == after.encode()


def test_only_the_document_of_that_address_changes() -> None:
    """Documents of other names and kinds stand around it, and empty ones."""
    other = HEAD.replace("bakery", "other") + "  a: 1\n"
    template = HEAD.replace("Campaign", "CampaignTemplate") + "  a: 1\n"
    before = f"# a file\n---\n{other}---\n# empty\n--- # bakery\n{HEAD}  a: 1\n...\n---\n{template}"
    after = before.replace(f"{HEAD}  a: 1", f"{HEAD}  a: 2")
    assert spliced(before.encode(), ADDRESS, [Put(("spec", "a"), 2)]) == after.encode()


def test_a_value_that_is_there_already_is_not_written_again() -> None:
    """Not even where it comes through an anchor; but a number is no text, and no other number."""
    text = "  a: {x: 0x1, 'y': [ 1 ]}\n  b: &all [1.0, ~]\n  c: *all\n"
    edits: list[Edit] = [Put(("a",), {"y": [1], "x": "0x1"}), Put(("c", 0), 1.0), Put(("b", 1), None)]
    assert change(text, *edits) == text
    assert change("  a: 1\n", Put(("a",), True)) == "  a: true\n"
    assert change("  a: 1\n", Put(("a",), 1.0)) == "  a: 1.0\n"
    assert change("  a: {x: [1]}\n", Put(("a",), {"x": [1.0]})) == "  a: {x: [1.0]}\n"
    assert spliced(b"no: [manifest", ADDRESS, []) == b"no: [manifest"
