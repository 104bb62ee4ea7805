"""Random requests, valid and invalid ones, made from the contract: whatever is asked, the emulator answers by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.testclient import TestClient

from reconciler.emulator import load_account, open_emulator

from . import contract, scenarios

TOKEN = {"Private-Token": "any"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ACCOUNT = load_account(scenarios.account())
ANY_TEXT = {"type": "string", "minLength": 1}
#: Values for the names in a path, of something that is there; a batch's token is made anew each time.
THERE: list[dict[str, object]] = [
    {"campaignId": campaign, "contactId": contact, "wrapupId": 4560, "interactionId": scenarios.RECORDED}
    for campaign, contact in [(100, 1), (100, scenarios.BUSY), (100, 3), (scenarios.ARCHIVED, 4)]
]
#: How often a path leads somewhere.
OFTEN = st.sampled_from([True, True, True, False])


def _operations() -> Mapping[str, APIOperation[Any, Any, Any, Any]]:
    schema = schemathesis.openapi.from_dict(contract.document())
    schema.config.generation.update(with_security_parameters=False)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {str(each.definition.raw["operationId"]): each for each in found}


OPERATIONS = _operations()


@contextmanager
def emulator() -> Iterator[Starlette]:
    """A new emulator, so that no request depends on the one before."""
    with TemporaryDirectory() as folder:
        yield open_emulator(Path(folder) / "emulator.db", seed=ACCOUNT, clock=lambda: scenarios.MOMENT)


def place(data: st.DataObject, operation: contract.Operation, application: Starlette) -> dict[str, object]:
    """Values for the names in the operation's path, of something that is there."""
    names = [each["name"] for each in operation.parameters if each["in"] == "path"]
    there = data.draw(st.sampled_from(THERE))
    if "batchId" in names:
        return {"batchId": _batch(application)}
    return {name: there[name] for name in names}


def _batch(application: Starlette) -> str:
    path = contract.operations()["updateContacts"].path.format(**scenarios.UPDATE.path)
    client = TestClient(application, base_url="http://emulator", headers=TOKEN)
    return str(client.post(path, json=scenarios.UPDATE.body).json()["token"])


def can_be_wrong(operation: contract.Operation, *places: str) -> bool:
    """Whether something of the request can be made invalid: a body, or a parameter that not any text will do for."""
    given = [each["schema"] for each in operation.parameters if each["in"] in places]
    return operation.body is not None or any(contract.resolved(each) != ANY_TEXT for each in given)


CASES = [
    (each.id, mode)
    for each in contract.operations().values()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or can_be_wrong(each, "path", "query")
]


def test_every_operation_is_tried() -> None:
    """None was left out as unreadable; only an unknown batch or recording has no invalid request."""
    assert set(OPERATIONS) == set(contract.operations())
    assert {name for name, _ in CASES} == set(OPERATIONS)
    only_valid = set(OPERATIONS) - {name for name, mode in CASES if mode is GenerationMode.NEGATIVE}
    assert only_valid == {"batchStatus", "downloadRecording"}


@pytest.mark.parametrize(("name", "mode"), CASES, ids=lambda each: getattr(each, "value", each))
@settings(max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_request_is_answered_by_the_contract(name: str, mode: GenerationMode, data: st.DataObject) -> None:
    """A documented status, media type and body, and never a server error; most of the paths lead somewhere."""
    operation = contract.operations()[name]
    with emulator() as application:
        fixable = mode is GenerationMode.POSITIVE or can_be_wrong(operation, "query")
        fixed = place(data, operation, application) if fixable and data.draw(OFTEN) else None
        case = data.draw(OPERATIONS[name].as_strategy(generation_mode=mode, path_parameters=fixed))
        case.call_and_validate(app=application, base_url="http://127.0.0.1", headers=TOKEN, checks=CHECKS)
