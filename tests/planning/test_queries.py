"""Rules → search queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic
from reconciler.planning.queries import make_queries
from tests.conftest import NOW
from tests.planning.building import policy, rule, wrapup

WRAPUPS = [
    wrapup(1, "RDV", "Admissions/Clôtures"),
    wrapup(2, "RDV", "Standard"),
    wrapup(3, "Inscrit", "Admissions"),
    wrapup(4, "Libre"),
    wrapup(5, "Double", "Same"),
    wrapup(6, "Double", "Same"),
]


def _made(match: dict[str, Any]) -> tuple[dict[str, Any], list[Diagnostic]]:
    (query,), faults = make_queries(policy(rule("one", match)), WRAPUPS, NOW)
    return dict(query.filters), faults


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["Admissions/Clôtures/RDV"], [1]),
        (["Standard/RDV", "Admissions/Clôtures/RDV"], [1, 2]),
        (["Inscrit"], [3]),
        (["Libre"], [4]),
        (["Inscrit", "Admissions/Inscrit"], [3]),
    ],
)
def test_wrapup_names_and_paths_become_ids(names: list[str], ids: list[int]) -> None:
    """A name that only one code has is enough; a path always is."""
    assert _made({"lastWrapups": names}) == ({"lastWrapupIds": ids}, [])


def test_an_ambiguous_name_is_a_fault_with_the_paths() -> None:
    """None of them is chosen."""
    _, (fault,) = _made({"lastWrapups": ["RDV"]})
    assert fault.code == "ambiguous-wrapup"
    assert fault.help == "write the path: `Admissions/Clôtures/RDV` or `Standard/RDV`"


def test_codes_with_one_path_are_told_apart_by_their_ids() -> None:
    """A path that two codes share is no way out."""
    for name in ("Double", "Same/Double"):
        _, (fault,) = _made({"lastWrapups": [name]})
        assert (fault.code, fault.help) == ("ambiguous-wrapup", "use lastWrapupIds: 5 or 6")


def test_an_unknown_name_is_a_fault_with_the_nearest() -> None:
    """It would otherwise match nothing, or everything."""
    _, (fault,) = _made({"lastWrapups": ["Inscrits"]})
    assert (fault.code, fault.address) == ("unknown-wrapup", "AssignmentPolicy/assigning")
    assert "`Inscrit`" in fault.help


def test_contacts_without_a_wrapup_code_are_asked_for_as_they_are() -> None:
    """`lastWrapupIds: null`; ids need no looking up."""
    for value in (None, [9, 3]):
        assert _made({"lastWrapupIds": value}) == ({"lastWrapupIds": value}, [])


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("-72h", "2026-11-20T09:00:00Z"),
        ("+90s", "2026-11-23T09:01:30Z"),
        ("2026-01-31T15:00:00+01:00", "2026-01-31T14:00:00Z"),
        ("2026-01-31T15:00:00Z", "2026-01-31T15:00:00Z"),
    ],
)
def test_moments_are_relative_to_the_moment_of_planning(text: str, sent: str) -> None:
    """In whole seconds of UTC, as the API takes them."""
    assert _made({"lastCallBefore": text}) == ({"lastCallBefore": sent}, [])


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00Z", "-999999999999d", "+9999999d", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_does_not_exist_is_a_fault(text: str) -> None:
    """Not an exception."""
    _, (fault,) = _made({"lastCallBefore": text})
    assert fault.code == "wrong-moment"


def test_other_filters_are_taken_as_they_are_and_all_is_empty() -> None:
    """`match: all` asks for the whole campaign."""
    assert _made({"excluded": False, "minTries": 2}) == ({"excluded": False, "minTries": 2}, [])
    (query,), _ = make_queries(policy(rule("all", None)), [], NOW + timedelta(days=1))
    assert query.filters == {}
