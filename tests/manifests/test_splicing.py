"""Values changed in the text of a manifest: everything else in the file stays as it is.

`splicing/*.txt` holds specs before and after edits: ``put``, ``append`` or ``take``, a path, and a value as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path as File

import pytest

from reconciler.manifests.located import Path
from reconciler.manifests.splicing import Append, Edit, Plain, Put, SpliceError, Take, spliced
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


def refusal(text: str, *edits: Edit) -> str:
    """Why the edits can't be made."""
    with pytest.raises(SpliceError) as refused:
        change(text, *edits)
    return str(refused.value)


@pytest.mark.parametrize("edit", [Put(("b", "x"), 2), Put(("b", "z"), 2), Take(("b", "x")), Append(("b", "l"), 1)])
def test_what_comes_through_an_alias_is_not_changed(edit: Edit) -> None:
    """The anchor is named, with its place."""
    why = refusal("  a: &team {x: 1, l: []}\n  b: *team\n", edit)
    assert why == "the value comes from the anchor &team, which stands at 5:6"


@pytest.mark.parametrize("edit", [Put(("a", "x"), 2), Put(("a", "z"), 2), Take(("a", "x")), Append(("a", "l"), 1)])
def test_what_an_alias_stands_for_is_not_changed(edit: Edit) -> None:
    """It would change at the other place as well."""
    why = refusal("  a: &team {x: 1, l: []}\n  b: *team\n", edit)
    assert why == "it stands in the anchor &team at 5:6, which is used at 6:6 as well"


@pytest.mark.parametrize("edit", [Put(("a",), 1), Take(("a",)), Put(("a", "x"), 2), Take(("a", "x"))])
def test_what_holds_a_used_anchor_is_not_replaced(edit: Edit) -> None:
    """The alias would stand for nothing."""
    why = refusal("  a: {x: &x 1}\n  b: *x\n", edit)
    assert why == "it holds the anchor &x at 5:10, which is used at 6:6 as well"


def test_an_anchor_goes_together_with_its_aliases() -> None:
    """Nothing outside of what goes is touched; keys can have anchors, too."""
    assert change("  a: {x: &x 1, z: *x}\n  b: 1\n", Take(("a",))) == "  b: 1\n"
    assert change("  a: {x: &x 1, z: *x}\n", Put(("a",), {"x": 2, "z": 1})) == "  a: {x: 2, z: 1}\n"
    assert refusal("  &k a: 1\n  b: *k\n", Take(("a",))).startswith("it holds the anchor &k at 5:3")
    assert change("  &k a: 1\n  b: {*k : 2}\n", Put(("b", "a"), 3)) == "  &k a: 1\n  b: {*k : 3}\n"


@pytest.mark.parametrize(
    ("text", "edit", "why"),
    [
        ("  a: 1\n", Take(("b",)), "`spec` has no entry `b`"),
        ("  a: 1\n", Append(("b",), 1), "`spec` has no entry `b`"),
        ("  a: 1\n", Append(("a",), 1), "`spec.a` is no list"),
        ("  a: {}\n", Append(("a",), 1), "`spec.a` is no list"),
        ("  a: 1\n", Put(("a", "b"), 1), "`spec.a` is no object"),
        ("  a: [1]\n", Put(("a", "b"), 1), "`spec.a` is no object"),
        ("  a: [1]\n", Put(("a", 1), 1), "`spec.a` has no element 1"),
        ("  a: [1]\n", Put(("a", -1), 1), "`spec.a` has no element -1"),
        ("  a: [1]\n", Take(("a", 1)), "`spec.a` has no element 1"),
        ("  a: {}\n", Take(("a", 0)), "`spec.a` has no element 0"),
        ("  a: [b: 1]\n", Put(("a", 0, "c"), 1), "the object at 5:7 stands in a list without braces of its own"),
        ("  a: [b: 1]\n", Take(("a", 0, "b")), "the object at 5:7 stands in a list without braces of its own"),
        ("  a: 1\n  a: 2\n", Take(("a",)), "the file has a fault at 6:3: `a` is written twice in the same object"),
    ],
)
def test_there_has_to_be_a_place(text: str, edit: Edit, why: str) -> None:
    """And the file has to be sound."""
    assert refusal(text, edit) == why


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("  a: |\n    x", Put(("b",), 1)),  # the text would get a line end
        ("  a: |\n    x\n  b: 1\n     # c\n", Take(("b",))),  # the comment would become a part of the text
        ("  a: |+\n    x\n  b: 1\n\n  c: 1\n", Take(("b",))),  # so would the blank line
        ("  a: {b}\n", Put(("a", "b"), 1)),
        ("  ? a\n  b: 1\n", Put(("a",), 1)),
        ("  a: 1\n", Put(("a",), 1e-30)),
        ("  a: 1\n", Put(("a",), float("nan"))),
        ("  a: 1\n", Put(("a",), 2**60)),
        ("  a: 1\n", Put(("b" * 2000,), 1)),
    ],
)
def test_what_would_be_read_as_something_else_is_not_written(text: str, edit: Edit) -> None:
    """Every result is read once more before it is given out."""
    assert refusal(text, edit).startswith("the text is laid out so that it can't be written there")


def test_the_address_has_to_be_in_the_file_once() -> None:
    """Which one is meant is not guessed."""
    edits = [Put(("spec", "a"), 1)]
    with pytest.raises(SpliceError, match="the file has no Campaign/beauty"):
        spliced(HEAD.encode(), Address("Campaign", "beauty"), edits)
    with pytest.raises(SpliceError, match="the file has Campaign/bakery more than once, in lines 1 and 6"):
        spliced(f"{HEAD}---\n{HEAD}".encode(), ADDRESS, edits)


@pytest.mark.parametrize(
    "edits",
    [
        [Put((), {})],
        [Take(())],
        [Put(("a",), 1), Put(("a",), 1)],
        [Put(("a",), 1), Take(("a",))],
        [Put(("a",), [1]), Append(("a",), 2)],
        [Take(("a",)), Put(("a", "b"), 1)],
        [Take(("a", 0)), Append(("a", 0), 1)],
        [Append(("a", "b"), 1), Put(("a",), 1)],
    ],
)
def test_edits_are_not_in_each_others_way(edits: list[Edit]) -> None:
    """Which one comes first would matter."""
    with pytest.raises(ValueError, match="edit") as error:
        spliced(f"{HEAD}a: []\n".encode(), ADDRESS, edits)
    assert not isinstance(error.value, SpliceError)
