"""Names for exported campaigns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.exporting.names import chosen_names, slug
from reconciler.kinds.schema import NAME_PATTERN
from tests.exporting.accounts import live


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CA - Métiers de Bouche", "ca-metiers-de-bouche"),
        ("  Straße / Œuvre Nº5 ", "strasse-oeuvre-no5"),
        ("L'été", "l-ete"),
        ("東京", ""),
        ("---", ""),
        ("x" * 70, "x" * 63),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_a_name_is_made_of_what_can_stand_in_one(text: str, name: str) -> None:
    """Accents fall off, everything else becomes a dash."""
    assert slug(text) == name


def test_the_id_tells_apart_what_is_alike() -> None:
    """Two that would be called the same both carry their ids: which one comes first does not matter."""
    account = [live(1, "Bakery"), live(2, "bakery"), live(3, "Butcher"), live(4, "東京"), live(5, "Taken")]
    expected = {1: "bakery-1", 2: "bakery-2", 3: "butcher", 4: "campaign-4", 5: "taken-5"}
    assert chosen_names(account, {}, {"taken"}) == expected
    assert chosen_names(account[::-1], {}, {"taken"}) == expected


def test_a_bound_name_is_kept() -> None:
    """Who wrote the binding before has chosen the name; another campaign does not get it."""
    account = [live(1, "Bakery"), live(2, "Old")]
    assert chosen_names(account, {2: "bakery"}, {"bakery"}) == {1: "bakery-1", 2: "bakery"}


@given(
    st.lists(st.text(max_size=80) | st.sampled_from(["a", "a:1", "a 2", "-"]), max_size=6), st.sets(st.text(max_size=5))
)
def test_names_are_names_and_differ(names: list[str], taken: set[str]) -> None:
    """Whatever the campaigns are called."""
    account = [live(number, name) for number, name in enumerate(names, start=1)]
    found = chosen_names(account, {}, taken)
    assert len(set(found.values())) == len(account)
    assert all(re.fullmatch(NAME_PATTERN, each) for each in found.values())
    assert not set(found.values()) & taken
