"""Misspelt, mistyped, empty and null filters: something stops them, or every contact written satisfies them.

In every reading that the documentation leaves open, writes counted where they leave the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.errors import ManifestsInvalid
from tests.laws import oracle, readings
from tests.laws.accounts import Account, accounts
from tests.laws.oddities import ODDITIES
from tests.laws.oracle import Row
from tests.laws.policies import FILTERS
from tests.laws.worlds import DEPTH, Stage

#: No contact has this priority but those that are written.
MARK = 77
_JUNK = st.recursive(
    st.sampled_from((None, True, False, 0, -1, 1.5, "", " ", "all", "null", "1", "Gold", "-72", "72h", "2026-11-20")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(("value", "eq")), inner, max_size=2),
    max_leaves=3,
)
#: Names that are no filters of a search, and that look like some.
_STRANGERS = (
    "assignedAgentId", "agentId", "contactId", "id", "state", "priority", "wrapupStatus", "customFields", "query",
    "pageable", "fromDate", "comment", "lastWrapup", "autoPurge", "minpriority", "EXCLUDED", "all", "",
)  # fmt: skip


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """The name of a filter with a slip in it."""
    name = draw(st.sampled_from(sorted(FILTERS)))
    place = draw(st.integers(0, len(name) - 1))
    letter = name[place]
    slips = (letter * 2, "", letter.swapcase(), f"_{letter.lower()}", f"{letter} ", "e")
    found = name[:place] + draw(st.sampled_from(slips)) + name[place + 1 :]
    assume(found not in oracle.FILTERS)
    return found


def written(folder: Path, account: Account, match: Any, odd: Mapping[str, Any]) -> list[Row] | None:
    """The contacts that a rule with this `match` writes, as they were before; None: the manifest was refused."""
    rule = {"name": "fuzzed", "match": match, "set": {"priority": MARK}}
    try:
        stage = Stage.of(folder, account, (None, [rule]), odd)
    except ManifestsInvalid:
        return None
    made = stage.run()
    marked = [key for key, row in made.after.items() if row["priority"] == MARK]
    assert marked == [key for key, row in made.after.items() if row != made.before[key]]
    assert marked or not stage.world.wire.writes
    return [made.before[key] for key in marked]


@DEPTH
@given(accounts(12), st.sampled_from(_STRANGERS) | misspelt(), st.data(), ODDITIES)
def test_a_misspelt_filter_writes_nothing(
    folders: Iterator[Path], account: Account, name: str, data: st.DataObject, odd: dict[str, Any]
) -> None:
    """Alone, and beside filters that are right."""
    known = data.draw(st.sampled_from(sorted(FILTERS)))
    beside = data.draw(st.just({}) | st.fixed_dictionaries({known: FILTERS[known]}))
    wanted = data.draw(st.one_of(*FILTERS.values()) | _JUNK)
    assert written(next(folders), account, {**beside, name: wanted}, odd) is None


@DEPTH
@given(accounts(12), st.sampled_from(sorted(FILTERS)), _JUNK, ODDITIES)
def test_a_mistyped_filter_writes_only_what_satisfies_it(
    folders: Iterator[Path], account: Account, name: str, junk: Any, odd: dict[str, Any]
) -> None:
    """Nothing, where nothing can satisfy it."""
    found = written(next(folders), account, {name: junk}, odd) or []
    assert all(readings.may_satisfy({name: junk}, each) for each in found)


@DEPTH
@given(accounts(12), st.sampled_from((None, {}, [], "", "ALL", "All", " all", "*", 0, True, ["all"])), ODDITIES)
def test_only_all_is_the_whole_campaign(
    folders: Iterator[Path], account: Account, match: Any, odd: dict[str, Any]
) -> None:
    """It must be asked for by name."""
    assert written(next(folders), account, match, odd) is None


def _mostly(right: Sequence[str], wrong: Sequence[str]) -> st.SearchStrategy[str]:
    """Right names, and one in six wrong, so that many queries get as far as the API."""
    return st.integers(0, 5).flatmap(lambda number: st.sampled_from(right if number else wrong))


_TEXTS = st.sampled_from(("Gold", "gold", "GOLD", "Góld", "old", "G%", "%", "", " Gold", "10", "9", "abc", None))
_CONDITIONS = st.fixed_dictionaries(
    {
        "customFieldName": st.sampled_from(("Category", "Note", "Phone", "category", "Kategorie", "Note ")),
        "condition": st.sampled_from((*readings.OPERATORS, "EQ", "startswith", "notStartsWith", "ne", "in", "")),
        "value": _TEXTS,
    }
)


def _one_or_two(*values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2)


_VALUES = {
    "customFieldConditions": st.lists(_CONDITIONS, min_size=1, max_size=2),
    "wrapupStatuses": st.none() | _one_or_two("tocall", "new_contact", "ToCall", "to_call", None),
    "lastWrapups": _one_or_two("RDV", "rdv", "Refus", "refus", "Admissions/Suivi/RDV", "/Refus"),
    "excludedCause": st.sampled_from(("manual", "Manual", "tooLong", "", None)),
    "lastCallerType": st.sampled_from(("agent", "Agent", "nobody", None)),
    "phones": _one_or_two("33199000001", "+33199000001", "0199000001", "331 99 00 00 01", ""),
    "retryIsNull": st.sampled_from((True, False, None)),
    "regions": st.none() | _one_or_two(1, 2, None),
    "assignedAgentIds": st.none() | _one_or_two("alice", "Alice", 543, "543", None),
    "contactIds": st.lists(st.integers(-1, 30), max_size=20),
    "updateBefore": st.sampled_from(("-1h", "-24h", "2026-11-20T10:00:00", "2026-11-20T10:00:00+01:00", "-1H", "1h")),
}  # fmt: skip

#: The conditions come more often: they have the most readings.
ODD_MATCH = st.lists(st.sampled_from(("customFieldConditions", *sorted(_VALUES))), min_size=1, max_size=2).flatmap(
    lambda names: st.fixed_dictionaries({each: _VALUES[each] for each in names})
)


@DEPTH
@given(accounts(30), ODD_MATCH, ODDITIES)
def test_a_filter_with_an_odd_value_writes_only_what_satisfies_it(
    folders: Iterator[Path], account: Account, match: dict[str, Any], odd: dict[str, Any]
) -> None:
    """Case, accents, nulls, empty lists and texts, unknown fields and operators; the API may read them either way."""
    found = written(next(folders), account, match, odd) or []
    assert [each for each in found if not readings.may_satisfy(match, each)] == []
