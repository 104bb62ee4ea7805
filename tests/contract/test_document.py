"""The contract by itself: a valid document, complete, whose examples are examples of what it says."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import validate

from . import contract

OPERATIONS = {
    "getContact", "createContact", "updateContact", "deleteContact", "searchContacts", "searchByPhone", "searchByDate",
    "createContacts", "updateContacts", "deleteContacts", "batchStatus", "listCampaigns", "getCampaign",
    "patchCampaign", "addFields", "deleteCampaign", "getWrapup", "listWrapups", "listWrapupFolders", "billedLicenses",
    "downloadRecording",
}  # fmt: skip
EXAMPLES = {place: (value, schema) for place, value, schema in contract.examples()}
ERROR_BODY = {"$ref": "#/components/schemas/Error"}


def test_it_is_a_valid_openapi_document() -> None:
    """Any OpenAPI tool can read it."""
    validate(contract.document())
    assert contract.document()["openapi"] == "3.1.0"


def test_it_holds_the_twenty_one_operations() -> None:
    """Each endpoint of the documentation once, under its fixed name."""
    written = [
        item[method].get("operationId")
        for item in contract.document()["paths"].values()
        for method in contract.METHODS
        if method in item
    ]
    assert sorted(written) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda each: each.id)
def test_an_operation_names_its_section(operation: contract.Operation) -> None:
    """The documentation's heading, with the method that it is about."""
    assert re.fullmatch(rf"[A-Z0-9 ]+, {operation.method} \S.+|ARCHIVES, GET Voice .+", operation.documentation)


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda each: each.id)
def test_an_operation_has_one_success_and_the_errors_of_all(operation: contract.Operation) -> None:
    """401 and 405 belong to every endpoint, and every error has the same body."""
    successes = [status for status in operation.answers if status < 300]
    assert len(successes) == 1
    assert {401, 405} <= set(operation.answers)
    errors = {status: answer.schema for status, answer in operation.answers.items() if status >= 400}
    assert all(each == ERROR_BODY for each in errors.values())


@pytest.mark.parametrize("operation", contract.operations().values(), ids=lambda each: each.id)
def test_the_names_in_a_path_are_declared(operation: contract.Operation) -> None:
    """Each of them, and no other one."""
    declared = {each["name"] for each in operation.parameters if each["in"] == "path"}
    assert declared == set(re.findall(r"\{(\w+)\}", operation.path))


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_fits_its_schema(place: str) -> None:
    """With every name in it declared."""
    value, schema = EXAMPLES[place]
    contract.validator(schema, closed="requestBody" not in place).validate(value)


def test_examples_are_there() -> None:
    """Of what is sent and of what comes back."""
    assert len([place for place in EXAMPLES if "requestBody" in place]) == 9
    assert len([place for place in EXAMPLES if "responses" in place]) >= 14


def test_the_examples_hold_no_real_number() -> None:
    """Every phone number is from the ranges that the French regulator keeps for fiction."""
    numbers = re.findall(r"\b33\d{9}\b", contract.PATH.read_text(encoding="utf-8"))
    assert numbers
    assert all(number.startswith(("3319900", "3363998")) for number in numbers)


@pytest.mark.parametrize("name", [name for name in contract.document()["components"]["schemas"] if "Query" in name])
def test_a_body_that_drops_unknown_names_says_so(name: str) -> None:
    """The filters are marked, so that nobody takes silence for consent."""
    parts = contract.schema(name).get("allOf", [contract.schema(name)])
    assert all(contract.resolved(part).get("x-unknown-fields") == "ignored" for part in parts)


def test_what_is_assumed_has_a_reason() -> None:
    """Every mark is a sentence."""
    text = contract.PATH.read_text(encoding="utf-8")
    reasons = re.findall(r"x-(?:also-)?assumed(?:-null)?: (.+)", text)
    assert len(reasons) > 20
    assert all(len(each) > 10 or each == ">-" for each in reasons)
