"""Changes that would reach further than they are meant to, or that have no place: refused, with the reason."""

from __future__ import annotations

import pytest

from reconciler.manifests.splicing import Append, Edit, Put, SpliceError, Take, spliced
from reconciler.model import Address
from tests.manifests.test_splicing import ADDRESS, HEAD, change


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
        ("  a:\n", Take(("a", "b")), "`spec.a` is no object"),
        ("  a: [1]\n", Put(("a", 1), 1), "`spec.a` has no element 1"),
        ("  a: {x: 1}\n", Put(("a", 0), 1), "`spec.a` has no element 0"),
        ("  a: 1\n", Put(("a", 0), 1), "`spec.a` has no element 0"),
        ("  a:\n", Put(("a", 0), 1), "`spec.a` has no element 0"),
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
    edits: list[Edit] = [Put(("spec", "a"), 1)]
    with pytest.raises(SpliceError, match="the document has no entry `data`"):
        spliced(HEAD.encode(), ADDRESS, [Take(("data",))])
    with pytest.raises(SpliceError, match="the file has no Campaign/beauty"):
        spliced(HEAD.encode(), Address("Campaign", "beauty"), edits)
    with pytest.raises(SpliceError, match="the file has Campaign/bakery more than once, in lines 1 and 6"):
        spliced(f"{HEAD}---\n{HEAD}".encode(), ADDRESS, edits)


@pytest.mark.parametrize(
    "edits",
    [
        [Put((), {})],
        [Append((), 1)],
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
