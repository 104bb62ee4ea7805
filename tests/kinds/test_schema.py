"""The schemas: valid, documented, closed, and the ones that `schemas/` holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.kinds import SCHEMAS
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import (
    BATCH_FIELDS,
    BATCH_ONLY_FILTERS,
    MATCH_FILTERS,
    SEARCH_FILTERS,
    SET_FIELDS,
    UPDATE_FIELDS,
)
from reconciler.kinds.field import Field
from reconciler.kinds.schema import of_field
from reconciler.manifests.building import scalar

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = {
    "settings": SETTINGS,
    "asserted": ASSERTED,
    "search filters": SEARCH_FILTERS,
    "match filters": MATCH_FILTERS,
    "batch only filters": BATCH_ONLY_FILTERS,
    "batch fields": BATCH_FIELDS,
    "set fields": SET_FIELDS,
}
FIELDS = [(f"{table}.{name}", field) for table, fields in TABLES.items() for name, field in fields.items()]
FIELDS += [(f"{name}.{inner.name}", inner) for name, field in FIELDS for inner in field.fields]


def parts(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every schema inside of a schema, with the name that it stands under."""
    for name, each in schema.get("properties", {}).items():
        yield name, each
        yield from parts(each)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield inner, schema[inner]
            yield from parts(schema[inner])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one_of_draft_2020_12(kind: str) -> None:
    """Editors read it."""
    assert SCHEMAS[kind]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_committed_schema_is_the_generated_one(kind: str) -> None:
    """`make generate` writes it."""
    name = "".join(f"-{each.lower()}" if each.isupper() else each for each in kind).removeprefix("-")
    committed = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == SCHEMAS[kind]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_can_become_a_structural_one(kind: str) -> None:
    """No alternatives, no references: a Kubernetes CRD takes none at the top."""
    for _, each in [(kind, SCHEMAS[kind]), *parts(SCHEMAS[kind])]:
        assert not {"oneOf", "anyOf", "allOf", "not", "if", "$ref", "patternProperties"} & each.keys()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_object_is_closed(kind: str) -> None:
    """A misspelt name is never taken for one that nobody knows."""
    for name, each in [(kind, SCHEMAS[kind]), *parts(SCHEMAS[kind])]:
        if "object" in each.get("type", ()):
            extra = each["additionalProperties"]
            assert extra is False or ("properties" not in each and isinstance(extra, dict)), name


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_property_is_described(kind: str) -> None:
    """Editors show it."""
    undescribed = [
        name
        for name, each in parts(SCHEMAS[kind])
        if name not in ("items", "additionalProperties") and not each.get("description")
    ]
    assert set(undescribed) <= {"spec", "id"}


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[name for name, _ in FIELDS])
def test_every_field_is_documented(name: str, field: Field) -> None:
    """In a sentence, and its example is one that it takes."""
    assert field.docs.endswith(".")
    assert field.docs[0].isupper() or field.docs.startswith(("true", "false")), name
    assert 10 <= len(field.docs) <= 100
    if field.example is not None:
        Draft202012Validator(of_field(field)).validate(field.example)


def test_names_that_people_write_are_text_in_yaml() -> None:
    """No setting, filter or choice is a word that a plain scalar would turn into something else."""
    for _, field in FIELDS:
        for each in (field.name, *field.choices):
            assert not isinstance(each, str) or scalar(each, plain=True) == each


def test_null_is_taken_just_where_the_table_says_so() -> None:
    """The documentation's column "Nullable"."""
    for name, field in FIELDS:
        assert Draft202012Validator(of_field(field)).is_valid(None) == field.nullable, name


RULE = SCHEMAS["AssignmentPolicy"]["properties"]["spec"]["properties"]["rules"]["items"]["properties"]


def test_batch_only_filters_are_no_search_filters() -> None:
    """Search drops them and returns everything (S2): a rule has them, and they are evaluated here."""
    assert not BATCH_ONLY_FILTERS.keys() & SEARCH_FILTERS.keys()
    match = RULE["match"]["properties"].keys()
    assert match == MATCH_FILTERS.keys() == {*SEARCH_FILTERS, *BATCH_ONLY_FILTERS, "lastWrapups"}


def test_a_rule_sets_what_batches_take_and_two_fields_besides() -> None:
    """Those go as single PUTs; custom fields and what is announced are left out of "PUT Update contact by Id"."""
    assert RULE["set"]["properties"].keys() == SET_FIELDS.keys() == {*BATCH_FIELDS, "comment", "assignedGroupId"}
    left_out = {"customFields", "assignedAgentExpirationTime", "assignedGroupExpirationTime", "regionalizationCode"}
    assert UPDATE_FIELDS.keys() - SET_FIELDS.keys() == left_out
    assert {name for name, each in SET_FIELDS.items() if not each.nullable} == {"priority", "triesNumber", "excluded"}


NO_AGENTS: list[object] = [{}, [], "alice", 543, None, {"alice": 0}, {"alice": 1001}, {"alice": "1"}, {"alice": None}]
NO_AGENTS += [[0], [""], ["alice", "alice"], [{"alice": 1}]]


@pytest.mark.parametrize(
    ("agents", "valid"),
    [
        ({"alice": 1, "543": 1000}, True),
        (["alice", 543], True),
        *[(each, False) for each in NO_AGENTS],
    ],
)
def test_agents_are_a_list_or_weights(agents: object, valid: bool) -> None:
    """One at least, each once, with weights from 1 to 1000."""
    schema = RULE["assign"]
    assert schema["properties"].keys() == ASSIGN_FIELDS.keys()
    assert Draft202012Validator(schema).is_valid({"agents": agents}) is valid


def test_settings_are_what_patch_takes() -> None:
    """The rows of "PATCH Update campaign by Id", but for `isArchived`."""
    assert set(SETTINGS) == {
        *("name", "isPaused", "folder", "userIds", "groupIds", "useAgentDisplayedPhoneNumber", "displayedPhoneNumbers"),
        *("minCallingDateOffset", "maxCallingDateOffset", "maxTries", "nextTryDelay", "isRecorded"),
        *("recordingPercentage", "calendarId", "soundPlayedContactPickUp", "contactPriority", "globalPriority"),
        *("deduplicationParams", "autoPurge"),
    }
    nullable = {name for name, each in SETTINGS.items() if each.nullable}
    assert nullable == {
        *("folder", "userIds", "groupIds", "minCallingDateOffset", "maxCallingDateOffset", "calendarId"),
        *("soundPlayedContactPickUp", "globalPriority"),
    }


def test_what_a_batch_sets_is_the_data_part_of_the_documentation() -> None:
    """The rows of "POST Update a batch of contacts", but for `customFields`."""
    assert set(BATCH_FIELDS) == {
        *("priority", "retryDate", "triesNumber", "excluded", "agentId", "wrapupId", "assignedAgentId"),
        *("minCallingDateTime", "maxCallingDateTime", "contactCardDisplayNumber", "calendarId", "region"),
    }
