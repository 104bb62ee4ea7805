"""Scopes: the names of environments and of their shards, and which of them share campaigns."""

from __future__ import annotations

import pytest

from reconciler.model import Shard
from reconciler.store.scope import are_apart, environment_of, scope_name, scope_words, shard_of

WHOLE, TWO = "production", "production.2-of-4"


def test_a_scope_has_a_name() -> None:
    """From which it is read back; an environment whose name looks like a shard's is none."""
    assert (scope_name("production", None), scope_name("production", Shard(2, 4))) == (WHOLE, TWO)
    assert [(environment_of(each), shard_of(each)) for each in (WHOLE, TWO, "a-2-of-4")] == [
        ("production", None), ("production", Shard(2, 4)), ("a-2-of-4", None),
    ]  # fmt: skip
    assert [scope_words(each) for each in (WHOLE, TWO)] == ["`production`", "`production`, shard 2/4"]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (WHOLE, WHOLE, False),
        (WHOLE, TWO, False),
        (TWO, TWO, False),
        (TWO, "production.1-of-2", False),
        (TWO, "production.3-of-4", True),
        (WHOLE, "staging", True),
        (TWO, "staging.2-of-4", True),
        (TWO, "production.of-a-later-version", False),
        ("production.of-a-later-version", "production.of-another", False),
    ],
)
def test_who_shares_campaigns(one: str, other: str, apart: bool) -> None:
    """The whole with each shard, shards of different numbers, and whatever this version does not know."""
    assert are_apart(one, other) is apart
    assert are_apart(other, one) is apart


@pytest.mark.parametrize(
    "text", ["", "2", "/", "2/", "/4", "0/4", "5/4", "1/1001", "-1/4", "+1/4", "1/4/4", "²/4", "a/b"]
)
def test_what_is_no_shard(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="is no shard: write i/n with i from 1 to n, and n up to 1,000, such as 2/4"):
        Shard.parse(text)


@pytest.mark.parametrize("text", ["1/1", "2/4", "1000/1000"])
def test_what_is_a_shard(text: str) -> None:
    """Written as it was read."""
    assert str(Shard.parse(text)) == text
