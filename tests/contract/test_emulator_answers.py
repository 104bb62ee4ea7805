"""The emulator gives every answer of the contract: each status of each operation, with the body that it says."""

from __future__ import annotations

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from . import contract, scenarios
from .conftest import Emulate
from .scenarios import Asked

ANSWERS = [(operation, status) for operation in contract.operations().values() for status in operation.answers]


def ask(client: TestClient, operation_id: str, asked: Asked) -> Response:
    """Send the request, and what has to be sent before it."""
    operation = contract.operations()[operation_id]
    values = dict(asked.path)
    if asked.before is not None:
        values["batchId"] = ask(client, *asked.before).json()["token"]
    headers = {} if asked.token else {"Private-Token": ""}
    path = operation.path.format(**values)
    body = {"content": asked.raw} if asked.raw is not None else {} if asked.body is None else {"json": asked.body}
    return client.request(asked.method or operation.method, path, params=dict(asked.params), headers=headers, **body)


@pytest.mark.parametrize(("operation", "status"), ANSWERS, ids=lambda each: getattr(each, "id", str(each)))
def test_an_answer_is_as_the_contract_says(operation: contract.Operation, status: int, emulate: Emulate) -> None:
    """Status, media type and body; an error is one that is documented, and no undeclared name is in the body."""
    requests = scenarios.scenarios(operation, status)
    assert requests, "nobody wrote a request that leads to this answer"
    said = operation.answers[status]
    for asked in requests:
        answer = ask(emulate(scenarios.account()), operation.id, asked)
        assert answer.status_code == status, answer.text
        check_body(answer, said)


def check_body(answer: Response, said: contract.Answer) -> None:
    """The body is empty, sound, or JSON of the schema that `said` has."""
    if said.media_type is None:
        assert answer.content == b""
        return
    assert answer.headers["content-type"].partition(";")[0] == said.media_type
    if said.media_type == "application/json":
        body = answer.json()
        contract.validator(said.schema, closed=True).validate(body)
        assert not said.errors or body["error"] in said.errors
        assert said.status < 400 or body["error"] != "error.not.found", "the path itself is unknown"
    else:
        assert answer.content


def test_no_scenario_is_left_over() -> None:
    """Each is for an answer that the contract has."""
    known = {(operation.id, status) for operation, status in ANSWERS}
    assert set(scenarios.OTHERS) <= known
    assert set(scenarios.SUCCESSES) == set(contract.operations())
