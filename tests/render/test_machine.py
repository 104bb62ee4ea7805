"""Items: what tells one from all others, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Severity, Source, Span
from reconciler.render.machine import Item, fingerprints, item_of, repository_path, worst_first
from tests.render.sample import TEXTS

SPAN = Span(Source("manifests/a.yaml", ""), 3, 1)
ITEM = Item("pending-change", Severity.NOTE, "t", "maxTries: 5 → 8", address="Campaign/a", name="maxTries", scope="p/e")
FAULT = item_of(Diagnostic("x", "s", "rule `gold` has 1,200 contacts more than `alice` may have", span=SPAN))
ITEMS = st.builds(
    Item,
    code=st.sampled_from(["a", "b"]),
    severity=st.sampled_from(Severity),
    title=st.sampled_from(["t", "u"]),
    text=TEXTS,
    address=st.sampled_from(["", "Campaign/a", "Campaign/b"]),
    name=st.sampled_from(["", "maxTries"]),
    scope=st.sampled_from(["", "p/e"]),
    span=st.none() | st.builds(Span, st.builds(Source, TEXTS, st.just("")), st.integers(1, 9), st.integers(1, 9)),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FAULT, replace(FAULT, span=Span(SPAN.source, 40, 7, 3))),
        (FAULT, replace(FAULT, text="rule `gold` has 7 contacts more than `alice` may have")),
        (replace(FAULT, text="they stay: 11, 12"), replace(FAULT, text="they stay: 9, 11, 12, 1,300 …")),
        (FAULT, replace(FAULT, help="do this", severity=Severity.NOTE)),
        (ITEM, replace(ITEM, text="maxTries: 5 → 9", span=SPAN)),
        (replace(FAULT, text="`spec.rules[1]` is"), replace(FAULT, text="`spec.rules[2]` is")),
    ],
)
def test_the_same_item_in_the_next_report(one: Item, other: Item) -> None:
    """Neither lines nor counts nor values make it another one."""
    assert fingerprints([one]) == fingerprints([other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FAULT, replace(FAULT, code="y")),
        (FAULT, replace(FAULT, text=FAULT.text.replace("alice", "bruno"))),
        (FAULT, replace(FAULT, text=FAULT.text.replace("`gold`", "`gold2`"))),
        (FAULT, replace(FAULT, span=Span(Source("manifests/b.yaml", ""), 3, 1))),
        (FAULT, replace(FAULT, scope="p/e")),
        (ITEM, replace(ITEM, name="userIds")),
        (ITEM, replace(ITEM, address="Campaign/b")),
        (ITEM, replace(ITEM, scope="p/f")),
        (ITEM, replace(ITEM, code="high-risk")),
    ],
)
def test_another_item(one: Item, other: Item) -> None:
    """Each of these is told on its own, in one report and in two."""
    assert fingerprints([one]) != fingerprints([other])


def test_two_projects_of_one_repository() -> None:
    """Their files may have the same names below their folders."""
    assert fingerprints([FAULT], "one") != fingerprints([FAULT], "two")


@given(st.lists(ITEMS, max_size=8))
def test_no_two_items_share_a_fingerprint(items: list[Item]) -> None:
    """Whatever they say, even if they say the same."""
    prints = fingerprints(items, "folder")
    assert len(set(prints)) == len(items)
    assert prints == fingerprints(items, "folder")


@given(st.lists(ITEMS, max_size=8), st.integers(0, 8))
def test_the_worst_stay(items: list[Item], most: int) -> None:
    """No item is left out for a less severe one, and the order stays."""
    kept = worst_first(items, most)
    assert len(kept) == min(most, len(items))
    assert [each for each in items if any(each is one for one in kept)] == kept
    order = list(Severity)
    left = [each for each in items if not any(each is one for one in kept)]
    assert all(order.index(one.severity) <= order.index(each.severity) for one in kept for each in left)


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("", "a.yaml", "a.yaml"),
        ("", "./x/../a.yaml", "a.yaml"),
        ("apps/one", "manifests/a.yaml", "apps/one/manifests/a.yaml"),
        ("apps/one", "../shared/a.yaml", "apps/shared/a.yaml"),
    ],
)
def test_paths_are_counted_from_the_root(folder: str, path: str, expected: str) -> None:
    """Wherever the project is in its repository."""
    assert repository_path(folder, path) == expected
