"""S2: the closed filter table; no other name, type, null or list ever leaves, and no empty batch query."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.filters import TABLES, Endpoint, check_query
from reconciler.errors import UnsafeQuery
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, SEARCH_FILTERS
from reconciler.kinds.field import Field, Type

RIGHT: dict[Type, Any] = {
    Type.BOOLEAN: True,
    Type.INTEGER: 3,
    Type.REFERENCE: 3,
    Type.STRING: "x",
    Type.PHONE: "33612345678",
    Type.MOMENT: "2026-01-31T15:00:00Z",
    Type.OBJECT: {"customFieldName": "Category", "condition": "eq", "value": "Gold"},
}
WRONG: dict[Type, list[Any]] = {
    Type.BOOLEAN: [0, 1, "true", [True]],
    Type.INTEGER: [True, 3.0, "3", [[3]]],
    Type.REFERENCE: [True, 3.0, "alice"],
    Type.STRING: [3, True, ["x"], "no such choice"],
    Type.PHONE: [33612345678, "+33612345678", "0 612", "", "3" * 16, "٣٣٦١"],
    Type.MOMENT: ["-72h", "2026-01-31", "2026-01-31T15:00:00", 5, "now"],
    Type.OBJECT: ["x", {}, {"customFieldName": "Category"}],
}


def right(field: Field) -> Any:
    """A value that the field takes."""
    one = field.choices[0] if field.choices else RIGHT[field.type]
    return [one] if field.many else one


@pytest.mark.operation("searchContacts", "updateContacts", "deleteContacts")
@pytest.mark.parametrize("endpoint", Endpoint)
def test_every_filter_of_the_table_passes(endpoint: Endpoint) -> None:
    """Alone and all together."""
    everything = {name: right(field) for name, field in TABLES[endpoint].items()}
    check_query(everything, endpoint)
    for name, value in everything.items():
        check_query({name: value}, endpoint)


@pytest.mark.operation("searchContacts", "updateContacts", "deleteContacts")
@pytest.mark.parametrize("endpoint", Endpoint)
@given(name=st.text(max_size=20) | st.sampled_from(["assignedAgentId", "Excluded", "excluded ", "lastWrapups"]))
def test_no_other_name_passes(endpoint: Endpoint, name: str) -> None:
    """Whatever stands beside it: the API would drop it silently."""
    if name not in TABLES[endpoint]:
        with pytest.raises(UnsafeQuery, match="no filter of the"):
            check_query({"excluded": False, name: 1}, endpoint)


@pytest.mark.parametrize("name", BATCH_ONLY_FILTERS)
def test_batch_filters_are_not_for_search(name: str) -> None:
    """Trap 2: search would drop them and return everything."""
    check_query({name: RIGHT[Type.MOMENT]}, Endpoint.BATCH)
    with pytest.raises(UnsafeQuery, match="no filter of the search endpoint"):
        check_query({name: RIGHT[Type.MOMENT]}, Endpoint.SEARCH)


def test_a_misspelt_filter_is_told_the_nearest() -> None:
    """One step to mend it."""
    with pytest.raises(UnsafeQuery) as caught:
        check_query({"assignedAgentId": [1]}, Endpoint.SEARCH)
    assert caught.value.help == "the nearest filter is `assignedAgentIds`"


@pytest.mark.parametrize("name", SEARCH_FILTERS)
def test_a_value_of_another_type_does_not_pass(name: str) -> None:
    """Alone, and in a list."""
    field = SEARCH_FILTERS[name]
    for wrong in WRONG[field.type]:
        if wrong == "no such choice" and not field.choices:
            continue
        with pytest.raises(UnsafeQuery):
            check_query({name: [wrong] if field.many else wrong}, Endpoint.SEARCH)
    with pytest.raises(UnsafeQuery):
        check_query({name: right(field)[0] if field.many else [right(field)]}, Endpoint.SEARCH)


@pytest.mark.parametrize("name", SEARCH_FILTERS)
def test_null_passes_where_it_is_documented(name: str) -> None:
    """The column "Null as filter"."""
    field = SEARCH_FILTERS[name]
    for value in ([None], None) if field.many else (None,):
        if field.nullable:
            check_query({name: value}, Endpoint.SEARCH)
        else:
            with pytest.raises(UnsafeQuery):
                check_query({name: value}, Endpoint.SEARCH)


@pytest.mark.parametrize("name", [name for name, field in SEARCH_FILTERS.items() if field.max_items])
def test_a_list_that_is_too_long_does_not_pass(name: str) -> None:
    """What more gets is not documented."""
    field = SEARCH_FILTERS[name]
    check_query({name: right(field) * 500}, Endpoint.SEARCH)
    with pytest.raises(UnsafeQuery, match="at most 500 values, not 501"):
        check_query({name: right(field) * 501}, Endpoint.SEARCH)


@pytest.mark.parametrize(
    "condition",
    [
        {"customFieldName": "a", "condition": "eq", "value": "b", "more": 1},
        {"customFieldName": "a", "condition": "equals", "value": "b"},
        {"customFieldName": "a", "condition": "notStartsWith", "value": "b"},
        {"customFieldName": "", "condition": "eq", "value": "b"},
        {"customFieldName": None, "condition": "eq", "value": "b"},
        {"customFieldName": "a", "condition": None, "value": "b"},
        {"customFieldName": "a", "condition": ["eq"], "value": "b"},
        {"customFieldName": "a", "condition": "contains", "value": None},
        {"customFieldName": "a", "condition": "eq", "value": 5},
    ],
)
def test_a_condition_is_as_documented(condition: dict[str, Any]) -> None:
    """Its names, its operator with the API's own spelling, its value."""
    with pytest.raises(UnsafeQuery, match="customFieldConditions"):
        check_query({"customFieldConditions": [condition]}, Endpoint.SEARCH)


@pytest.mark.parametrize("operator", ["eq", "notEq"])
def test_a_condition_takes_null_where_it_is_documented(operator: str) -> None:
    """Only with eq and notEq."""
    check_query(
        {"customFieldConditions": [{"customFieldName": "a", "condition": operator, "value": None}]}, Endpoint.SEARCH
    )


@pytest.mark.parametrize("query", [{}, {"contactIds": []}, {"excluded": True, "regions": []}])
def test_a_batch_query_is_never_empty(query: dict[str, Any]) -> None:
    """Nor a list in it; a search may read the whole campaign."""
    with pytest.raises(UnsafeQuery, match="every contact"):
        check_query(query, Endpoint.BATCH)
    check_query(query, Endpoint.SEARCH)
