"""Text → documents: YAML 1.2 core values, places, and every fault of a file in one go."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.building import scalar
from reconciler.manifests.documents import Document, read_documents
from tests.manifests.reading import API, only, pointed, summary

HEAD = API + "kind: Campaign\nmetadata: {name: bakery}\nspec:\n"


def read(text: str | bytes) -> tuple[list[Document], list[Diagnostic]]:
    """One file's documents and faults."""
    return read_documents("m.yaml", text.encode() if isinstance(text, str) else text)


def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
    """Line, column and width."""
    assert diagnostic.span is not None
    return diagnostic.span.line, diagnostic.span.column, diagnostic.span.width


@pytest.mark.parametrize("text", ["9007199254740993", "-9007199254740993", "9" * 300, "9" * 5000])
def test_a_whole_number_that_programs_round_is_refused(text: str) -> None:
    """As a value; as a key it is a name, and in quotes it is text."""
    (document,), found = read(f"{HEAD}  x: {text}\n  {text[:99]}: '{text}'\n")
    assert [(each.code, place(each)) for each in found] == [("out-of-range", (5, 6, len(text)))]
    assert document.body.plain()["spec"] == {"x": None, text[:99]: text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, text) for text in ("no", "on", "yes", "off", "y", "True", "TRUE", "False", "Null", "NULL")),
        *((text, text) for text in ("0123", "12:30", "2026-01-01", "1e3", "+33", "0x1F", "0o17", "1_000", "1,000")),
        *((text, text) for text in (".5", "5.", ".inf", ".nan", "1.2.3", "--1", "=", "2026-01-01T00:00:00Z")),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("33123456789", 33123456789),
        ("9007199254740992", 9007199254740992),
        ("1.5", 1.5),
        ("-0.25", -0.25),
    ],
)
def test_plain_scalars_are_yaml_1_2_core_values(text: str, value: object) -> None:
    """true, false, null, plain decimal numbers; everything else is text, and so is everything in quotes."""
    (document,), found = read(f"{HEAD}  x: {text}\n  quoted: '{text}'\n")
    written, quoted = document.body.get("spec", "x"), document.body.get("spec", "quoted")
    assert found == []
    assert written is not None
    assert quoted is not None
    assert (written.value, type(written.value)) == (value, type(value))
    assert quoted.value == text


def test_a_number_of_thousands_of_digits_is_no_number() -> None:
    """Python refuses to read such a number: it must not be asked to."""
    assert scalar("9" * 5000, plain=True) == "9" * 5000


def test_a_repeated_key_is_a_fault_with_both_places() -> None:
    """The first one stays, nothing wins silently."""
    (document,), found = read(f"{HEAD}  a: 1\n  b: 2\n  a: 3\n")
    fault = only(found)
    assert (fault.code, place(fault)) == ("repeated-key", (7, 3, 1))
    assert [str(each.span) for each in fault.labels] == ["m.yaml:5:3"]
    assert document.body.plain()["spec"] == {"a": 1, "b": 2}


@pytest.mark.parametrize("tag", ["!!str", "!foo", "!!python/object:os.system", "!!binary", "!"])
def test_a_tag_is_a_fault(tag: str) -> None:
    """Whatever the tag, it stands for code or for values that manifests do not hold; its value means nothing."""
    (document,), found = read(f"{HEAD}  x: {tag} 5\n")
    fault = only(found)
    assert (fault.code, pointed(fault)) == ("yaml-tag", tag)
    value = document.body.get("spec", "x")
    assert value is not None
    assert (value.value, value.broken) == (None, True)


def test_an_unknown_anchor_names_the_nearest() -> None:
    """The alias is pointed at, and what comes after it is still read."""
    (document,), found = read(f"{HEAD}  a: &agents [1]\n  b: *agent\n  c: 2\n")
    fault = only(found)
    assert (fault.code, pointed(fault)) == ("unknown-anchor", "*agent")
    assert fault.help == "the nearest anchor is `agents`"
    assert document.body.plain()["spec"] == {"a": [1], "b": None, "c": 2}


def test_an_anchor_of_another_document_is_unknown() -> None:
    """Anchors end with their document."""
    _, found = read(f"{HEAD}  a: &x 1\n---\n{HEAD}  b: *x\n")
    assert summary(found) == [("unknown-anchor", "*x")]


def test_aliases_stand_for_their_values() -> None:
    """An alias is a value like any other, with the key of its own place."""
    (document,), found = read(f"{HEAD}  a: &x {{b: 1}}\n  c: *x\n")
    assert found == []
    assert document.body.plain()["spec"] == {"a": {"b": 1}, "c": {"b": 1}}
    alias = document.body.get("spec", "c")
    assert alias is not None
    assert alias.place.line == 6


def test_an_anchor_defined_twice_is_a_fault() -> None:
    """Which of them an alias means would be a matter of order."""
    _, found = read(f"{HEAD}  a: &x 1\n  b: &x 2\n")
    assert [(each.code, place(each)[0]) for each in found] == [("repeated-anchor", 6)]


@pytest.mark.parametrize("text", ["  a: &x [*x]\n", "  a: &x {b: {c: *x}}\n"])
def test_a_recursive_alias_is_a_fault_at_the_alias(text: str) -> None:
    """It would never end."""
    _, found = read(HEAD + text)
    assert summary(found) == [("recursive-alias", "*x")]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    """Ten levels of ten aliases are 10**10 values: refused at the alias that goes past the budget."""
    lines = ["  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)]
    _, found = read(HEAD + "".join(lines))
    fault = only(found)
    assert fault.code == "yaml-bounds"
    assert place(fault)[0] == 10


@pytest.mark.parametrize(
    "text", ["[" * 30_000, "[" * 30_000 + "]" * 30_000, "{a: " * 30_000, "- " * 30_000, "? " * 30_000, "[{" * 30_000]
)
def test_deep_nesting_is_refused(text: str) -> None:
    """No crash of the parser, no recursion error."""
    _, found = read(f"{HEAD}  x: 1\n---\n{text}")
    assert [each.code for each in found] == ["yaml-bounds"]


def test_deep_nesting_by_aliases_is_refused() -> None:
    """Each line is shallow, what they make together is not."""
    lines = [f"- &a{n} {'[' * 50}{f'*a{n - 1}' if n else 'x'}{']' * 50}\n" for n in range(100)]
    _, found = read("".join(lines))
    assert only(found).code == "yaml-bounds"


def test_too_many_values_are_refused() -> None:
    """The budget holds without aliases, too."""
    _, found = read("- x\n" * 500_001)
    assert only(found).code == "yaml-bounds"


@pytest.mark.parametrize("text", ["\tname: x\n", "  settings:\n  \tname: x\n"])
def test_a_tab_is_named_as_the_cause(text: str) -> None:
    """People do not see tabs."""
    _, found = read(HEAD + text)
    assert (only(found).code, only(found).help) == ("yaml-syntax", "indent with spaces: YAML takes no tabs")


def test_several_documents_keep_their_lines() -> None:
    """A file holds as many as one likes."""
    found, wrong = read(f"{HEAD}  a: 1\n---\n{HEAD.replace('bakery', 'florist')}  a: 1\n...\n")
    assert wrong == []
    assert [str(each.address) for each in found] == ["Campaign/bakery", "Campaign/florist"]
    assert [each.body.span.line for each in found] == [1, 7]


def test_a_syntax_error_costs_only_its_own_document() -> None:
    """The documents before and after it are read, and their faults told."""
    text = f"{HEAD}  a: 1\n  a: 2\n---\n{HEAD}  b: [\n---\n{HEAD.replace('bakery', 'third')}  c: ]\n---\n- no\n"
    found, wrong = read(text)
    assert [each.address.name for each in found] == ["bakery"]
    assert [(each.code, place(each)[0]) for each in wrong] == [
        ("repeated-key", 6),
        ("yaml-syntax", 13),
        ("yaml-syntax", 18),
        ("not-a-manifest", 20),
    ]


def test_a_syntax_error_shows_where_the_open_bracket_stands() -> None:
    """The parser notices it later than people would."""
    _, found = read(f"{HEAD}  a: [1,\n  b: 2\n  c: 3\n")
    assert [place(each)[0] for each in found] == [7]
    assert [str(each.span) for each in only(found).labels] == ["m.yaml:5:6"]


def test_a_syntax_error_at_the_end_points_at_text() -> None:
    """A line that is not there can't be shown."""
    _, found = read("kind: [\n\n\n")
    assert (place(only(found)), pointed(only(found))) == ((1, 7, 1), "[")


def test_many_syntax_errors_end() -> None:
    """Each document's, but not without end."""
    _, found = read("---\n]\n" * 1000)
    assert 1 < len(found) <= 20


@pytest.mark.parametrize("key", ["[a, b]", "{a: b}", "~", "null", "''x"])
def test_a_key_that_is_not_text_is_a_fault(key: str) -> None:
    """Keys are names."""
    _, found = read(f"{HEAD}  ? {key}\n  : 1\n")
    assert {each.code for each in found} <= {"yaml-key", "yaml-syntax"}
    assert found


def test_a_merge_key_is_a_fault() -> None:
    """YAML 1.2 has none; a quoted one is a name like any other."""
    _, found = read(f"{HEAD}  <<: {{a: 1}}\n")
    assert summary(found) == [("yaml-key", "<<")]
    assert read(f"{HEAD}  '<<': 1\n")[1] == []


def test_numbers_and_words_as_keys_are_names() -> None:
    """`1`, `yes` and `true` as keys are the texts that they look like."""
    (document,), found = read(f"{HEAD}  1: a\n  yes: b\n  true: c\n  '': d\n")
    assert found == []
    assert list(document.body.plain()["spec"]) == ["1", "yes", "true", ""]


def test_columns_count_characters_after_emoji_and_accents() -> None:
    """Not bytes, not UTF-16 units."""
    _, found = read(HEAD + '  "é😀é": {a: 1, é: 2, é: 3}\n')
    assert (pointed(only(found)), place(only(found))) == ("é", (5, 23, 1))


@pytest.mark.parametrize(
    ("text", "code", "target"),
    [
        ("hello\n", "not-a-manifest", "hello"),
        ("''\n", "not-a-manifest", "''"),
        ("- a\n", "not-a-manifest", "-"),
        ("a: 1\n", "not-a-manifest", "a"),
        ("kind: 12\n", "not-a-manifest", "12"),
        ("kind: Campain\n", "unknown-kind", "Campain"),
    ],
)
def test_what_is_no_manifest_is_a_fault(text: str, code: str, target: str) -> None:
    """Each document has a kind that is known."""
    found, wrong = read(text)
    assert (found, summary(wrong)) == ([], [(code, target)])


def test_a_misspelt_kind_gets_the_nearest_name() -> None:
    """And a missing one the list of them."""
    assert only(read("kind: Campain\n")[1]).help == "the nearest kind is `Campaign`"
    assert "`AssignmentPolicy`" in only(read("a: 1\n")[1]).help


def test_a_directive_of_yaml_1_1_changes_nothing() -> None:
    """Values stay those of YAML 1.2."""
    (document,), found = read(f"%YAML 1.1\n---\n{HEAD}  a: no\n")
    assert found == []
    assert document.body.plain()["spec"] == {"a": "no"}
