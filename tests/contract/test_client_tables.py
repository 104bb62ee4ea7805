"""The reconciler's tables say what the contract says, row by row, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from reconciler.api.endpoints import batches, campaigns, searches
from reconciler.kinds import campaign, contact
from reconciler.kinds.field import Field, Type

from . import contract
from .contract import Property

#: Table → the schema with the same rows. Custom fields of a batch go through a table of their own.
TABLES: dict[str, tuple[Mapping[str, Field], Mapping[str, Property]]] = {
    "SearchQuery": (contact.SEARCH_FILTERS, contract.properties("SearchQuery")),
    "BatchQuery": ({**contact.SEARCH_FILTERS, **contact.BATCH_ONLY_FILTERS}, contract.properties("BatchQuery")),
    "ContactBatchData": (contact.BATCH_FIELDS, contract.properties("ContactBatchData")),
    "ContactCreation": (contact.CREATE_FIELDS, contract.properties("ContactCreation")),
    "ContactUpdate": (contact.UPDATE_FIELDS, contract.properties("ContactUpdate")),
    "CampaignUpdate": (campaign.SETTINGS, contract.properties("CampaignUpdate")),
    "Campaign": (campaign.ASSERTED, contract.properties("Campaign")),
    "NewCustomField": (
        {each.name: each for each in campaign.CUSTOM_FIELD},
        contract.properties("NewCustomField"),
    ),
}
#: Rows of a schema that its table leaves out on purpose, and why.
LEFT_OUT = {
    ("ContactBatchData", "customFields"): "rules set scalar fields; whoever sends custom fields checks them by name",
    ("CampaignUpdate", "isArchived"): "archiving is a step of its own, not a setting of a manifest",
}
#: Where a table asks for more than the documentation does: (schema, row, attribute) → what the table has, and why.
STRICTER: dict[tuple[str, str, str], tuple[object, str]] = {
    ("SearchQuery", "retryIsNull", "choices"): ((True,), "what false finds is not documented"),
    ("BatchQuery", "retryIsNull", "choices"): ((True,), "what false finds is not documented"),
    ("ContactBatchData", "priority", "minimum"): (0, "no documented priority is negative"),
    ("ContactCreation", "priority", "minimum"): (0, "no documented priority is negative"),
    ("ContactUpdate", "priority", "minimum"): (0, "no documented priority is negative"),
    ("CampaignUpdate", "maxCallingDateOffset", "minimum"): (0, "a number of days"),
    ("CampaignUpdate", "maxTries", "minimum"): (0, "a number of tries"),
    ("CampaignUpdate", "nextTryDelay", "minimum"): (0, "a number of seconds"),
    ("CampaignUpdate", "calendarId", "minimum"): (1, "ids are positive"),
    ("CampaignUpdate", "soundPlayedContactPickUp", "minimum"): (1, "ids are positive"),
    ("CampaignUpdate", "contactPriority", "minimum"): (0, "no documented priority is negative"),
    ("CampaignUpdate", "autoPurge.lastAttemptBeforeDays", "minimum"): (0, "a number of days"),
    ("Campaign", "wrapupFolderId", "nullable"): (False, "no project asserts that there is no folder"),
}
#: A table's type → the JSON type and format of the contract.
AS_JSON = {
    Type.BOOLEAN: ("boolean", ""),
    Type.INTEGER: ("integer", ""),
    Type.REFERENCE: ("integer", ""),
    Type.DURATION: ("integer", ""),
    Type.STRING: ("string", ""),
    Type.PHONE: ("string", "e164"),
    Type.DATETIME: ("string", "date-time"),
    Type.MOMENT: ("string", "date-time"),
    Type.OBJECT: ("object", ""),
}
ROWS = [(schema, name) for schema, (table, _) in TABLES.items() for name in table]


def facts(each: Field | Property) -> dict[str, object]:
    """What can be compared of a row, the same for both sides."""
    return {
        "type": AS_JSON[each.type] if isinstance(each, Field) else (each.type, each.format),
        "many": each.many,
        "nullable": each.nullable,
        "choices": each.choices,
        "minimum": each.minimum,
        "maximum": each.maximum,
        "max_items": each.max_items,
        "available": str(each.available),
    }


def differences(schema: str, place: str, row: Field, said: Property) -> Iterable[str]:
    """Each attribute of a row, and of the rows within it, that the contract has otherwise and nobody explained."""
    expected = {key: STRICTER.get((schema, place, key), (value,))[0] for key, value in facts(said).items()}
    for key, value in facts(row).items():
        if value != expected[key]:
            yield f"{place}: {key} is {value!r} in the table, {expected[key]!r} in the contract"
    within = {each.name: each for each in row.fields}
    if set(within) != set(said.properties):
        yield f"{place}: holds {sorted(within)} in the table, {sorted(said.properties)} in the contract"
        return
    for name, each in within.items():
        yield from differences(schema, f"{place}.{name}", each, said.properties[name])


@pytest.mark.parametrize("schema", TABLES)
def test_a_table_has_the_rows_of_its_schema(schema: str) -> None:
    """No row is missing on either side, announced ones included; only what is asserted is a part."""
    table, said = TABLES[schema]
    left_out = {name for where, name in LEFT_OUT if where == schema}
    if schema == "Campaign":
        left_out = set(said) - set(table)
    assert set(table) == set(said) - left_out
    assert left_out <= set(said)


@pytest.mark.parametrize(("schema", "name"), ROWS)
def test_a_row_says_what_the_contract_says(schema: str, name: str) -> None:
    """Type, list or one, null, choices, limits and availability."""
    table, said = TABLES[schema]
    found = differences(schema, name, table[name], said[name])
    announced = said[name].available != "now"  # what is within an announced field is announced with it
    assert [each for each in found if not (announced and "." in each and ": available is" in each)] == []


@pytest.mark.parametrize(("schema", "place", "key"), STRICTER)
def test_a_stricter_row_is_still_stricter(schema: str, place: str, key: str) -> None:
    """An entry of STRICTER that the contract caught up with has to go."""
    rows = TABLES[schema][1]
    for name in place.split("."):
        said = rows[name]
        rows = said.properties
    assert facts(said)[key] != STRICTER[schema, place, key][0]


def test_patch_takes_the_documented_fields() -> None:
    """The last gate before the wire knows the same names."""
    assert set(contract.properties("CampaignUpdate")) == campaigns.PATCH_FIELDS


def test_what_cannot_be_patched_is_asserted_or_only_shown() -> None:
    """The asserted fields are shown and cannot be changed; everything that can be changed is shown."""
    shown, patched = set(contract.properties("Campaign")), set(contract.properties("CampaignUpdate"))
    assert not set(campaign.ASSERTED) & patched
    assert patched <= shown
    assert {name for name, each in contract.properties("Campaign").items() if each.read_only}.isdisjoint(patched)


def test_a_setting_has_the_type_that_the_campaign_shows() -> None:
    """What is read can be compared with what is written, apart from the null and the purge's `enabled`."""
    shown = contract.properties("Campaign")
    for name, said in contract.properties("CampaignUpdate").items():
        assert (said.type, said.format, said.many) == (shown[name].type, shown[name].format, shown[name].many), name
    purge = set(contract.properties("AutoPurgeUpdate")) - set(contract.properties("AutoPurge"))
    assert purge == {"enabled"}


def test_conditions_on_custom_fields() -> None:
    """The operators, and those that take null."""
    schema = contract.schema("CustomFieldCondition")
    assert contract.properties("CustomFieldCondition")["condition"].choices == contact.CONDITIONS
    assert tuple(schema["if"]["properties"]["condition"]["enum"]) == contact.NULL_CONDITIONS


def test_reasons_statuses_and_callers() -> None:
    """The enumerations of a contact."""
    shown = contract.properties("Contact")
    assert shown["excludedDetail"].choices == contact.EXCLUDED_DETAILS
    assert shown["lastCallerType"].choices == contact.CALLER_TYPES
    filters = contract.properties("SearchQuery")
    assert filters["excludedCause"].choices == contact.EXCLUDED_CAUSES
    assert filters["wrapupStatuses"].choices == contact.WRAPUP_STATUSES
    assert tuple(contract.schema("Mode")["enum"]) == campaign.MODES


def test_limits_of_pages_and_batches() -> None:
    """No page and no batch is larger than the documentation allows; an update's 500 is the reconciler's own limit."""
    pages = {each["name"]: each["schema"] for each in contract.operations()["listCampaigns"].parameters}
    assert pages["pageSize"]["maximum"] == campaigns.PAGE_SIZE
    assert contract.properties("Pageable")["pageSize"].maximum == searches.MAX_PAGE_SIZE
    assert contract.properties("ContactBatchCreation")["customFields"].max_items == batches.MAX_CREATED
