"""What may be written to a contact: the closed tables, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.writes import check_data
from reconciler.errors import WriteRefused
from reconciler.kinds.contact import BATCH_FIELDS, CREATE_FIELDS, UPDATE_FIELDS
from reconciler.kinds.field import Availability, Field, Type
from reconciler.model import UNSET

TABLES: Mapping[str, Mapping[str, Field]] = {"create": CREATE_FIELDS, "update": UPDATE_FIELDS, "batch": BATCH_FIELDS}
FIELDS = [(table, name) for table, fields in TABLES.items() for name in fields]
EVERY = frozenset(UPDATE_FIELDS)
MOMENT = "2026-01-31T15:00:00Z"
RIGHT: Mapping[Type, Any] = {
    Type.BOOLEAN: False,
    Type.INTEGER: 0,
    Type.REFERENCE: 276,
    Type.STRING: "called back",
    Type.PHONE: "33123456789",
    Type.DATETIME: MOMENT,
    Type.OBJECT: {"Category": "Gold"},
}
WRONG: Mapping[Type, list[Any]] = {
    Type.BOOLEAN: [0, 1, "true", [True]],
    Type.INTEGER: [True, 3.0, "3", [3]],
    Type.REFERENCE: [True, 3.0, "alice"],
    Type.STRING: [3, True, ["x"]],
    Type.PHONE: [33123456789, "+33123456789", "", "01 23"],
    Type.DATETIME: ["2026-01-31", "2026-01-31T15:00:00", "-72h", 5, "secret"],
    Type.OBJECT: [{}, "secret", {"Category": None}, {"Category": 5}, {"": "secret"}, {5: "secret"}, [{"a": "b"}]],
}


@pytest.mark.operation("createContact", "updateContact", "updateContacts")
@pytest.mark.parametrize(("table", "name"), FIELDS)
def test_each_field_takes_its_type(table: str, name: str) -> None:
    """Nothing else gets out, and no value gets into a message (S10)."""
    fields = TABLES[table]
    check_data({name: RIGHT[fields[name].type]}, fields, EVERY)
    for value in [*WRONG[fields[name].type], UNSET]:
        with pytest.raises(WriteRefused, match=f"`{name}`") as caught:
            check_data({name: value}, fields, EVERY)
        assert "secret" not in str(caught.value)


@pytest.mark.operation("createContact", "updateContact", "updateContacts")
@pytest.mark.parametrize(("table", "name"), FIELDS)
def test_null_goes_where_it_is_documented(table: str, name: str) -> None:
    """ "Null if not set" in the data structure; elsewhere nobody knows what it does."""
    fields = TABLES[table]
    if fields[name].nullable:
        check_data({name: None}, fields, EVERY)
    else:
        with pytest.raises(WriteRefused, match="cannot be null"):
            check_data({name: None}, fields, EVERY)


@pytest.mark.operation("createContact", "updateContact", "updateContacts")
@pytest.mark.parametrize(("table", "name"), FIELDS)
def test_what_is_only_announced_is_asked_for_by_name(table: str, name: str) -> None:
    """Notes, trap 15; another name does not open it."""
    field = TABLES[table][name]
    data = {name: RIGHT[field.type]}
    if field.available is Availability.NOW:
        check_data(data, TABLES[table])
    else:
        with pytest.raises(WriteRefused, match="only announced"):
            check_data(data, TABLES[table], EVERY - {name})


@given(name=st.text(max_size=20) | st.sampled_from(["id", "contactId", "phones", "state", "Excluded", "purgeDate"]))
def test_no_other_field_is_written(name: str) -> None:
    """Whatever stands beside it."""
    if name not in UPDATE_FIELDS:
        with pytest.raises(WriteRefused):
            check_data({"priority": 1, name: "x"}, UPDATE_FIELDS, EVERY)


def test_a_misspelt_field_gets_a_help() -> None:
    """The nearest name."""
    with pytest.raises(WriteRefused) as caught:
        check_data({"prioritty": 1}, UPDATE_FIELDS)
    assert "`priority`" in caught.value.help


@pytest.mark.parametrize("name", ["priority", "triesNumber"])
def test_counts_are_not_negative(name: str) -> None:
    """As documented (>=0)."""
    with pytest.raises(WriteRefused, match="less than 0"):
        check_data({name: -1}, UPDATE_FIELDS)


def test_the_tables_differ_where_the_documentation_does() -> None:
    """Only an update takes `regionalizationCode`; no batch update takes groups, comments or announced fields."""
    assert UPDATE_FIELDS.keys() - CREATE_FIELDS.keys() == {"regionalizationCode"}
    assert {name for name, field in UPDATE_FIELDS.items() if field.available is Availability.SOON} == {
        "regionalizationCode", "assignedAgentExpirationTime", "assignedGroupExpirationTime",
    }  # fmt: skip
    assert CREATE_FIELDS.keys() - BATCH_FIELDS.keys() == {
        "comment", "assignedGroupId", "assignedAgentExpirationTime", "assignedGroupExpirationTime", "customFields",
    }  # fmt: skip
