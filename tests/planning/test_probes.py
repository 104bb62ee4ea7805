"""Filters that can't be checked on the contacts are proved by a probe (S3)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import UnsafeQuery
from reconciler.planning.probes import IMPOSSIBLE, probe_faults
from reconciler.planning.queries import Query
from tests.planning.building import live, paired, policy, rule, wanted
from tests.planning.reader import Told

LIKE = {"customFieldName": "City", "condition": "like", "value": "Par%"}
EQ = {"customFieldName": "Category", "condition": "eq", "value": "Gold"}


def _faults(filters: dict[str, Any], *found: int) -> tuple[list[str], list[Any]]:
    reader = Told(lambda _: {"content": [{"contactId": each} for each in found], "number": 0, "last": True})
    one = rule("one", filters)
    faults = probe_faults(reader, policy(one), paired(wanted({}), live()), Query(one, filters))
    return [each.code for each in faults], [each.json for each in reader.requests]


def test_like_is_probed_with_a_value_that_no_contact_has() -> None:
    """Nothing may come back; the probe asks for nothing else."""
    codes, requests = _faults({"customFieldConditions": [EQ, LIKE], "excluded": False})
    assert codes == []
    assert [each["query"] for each in requests] == [{"customFieldConditions": [LIKE | {"value": IMPOSSIBLE}]}]


def test_a_condition_that_is_ignored_is_a_fault() -> None:
    """A contact came for a value that none has."""
    assert _faults({"customFieldConditions": [LIKE]}, 7)[0] == ["filter-ignored"]


def test_what_can_be_checked_is_not_probed() -> None:
    """No request for it."""
    assert _faults({"customFieldConditions": [EQ], "excluded": False}) == ([], [])


@pytest.mark.parametrize("filters", [{"lastWrapupIds": []}, {"retryIsNull": False}])
def test_what_nothing_can_prove_never_passes(filters: dict[str, Any]) -> None:
    """The schema lets none of it in; if it came here, it would stop."""
    with pytest.raises(UnsafeQuery):
        _faults(filters)
