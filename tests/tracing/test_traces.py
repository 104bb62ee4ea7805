"""Traces: what a collector gets of a run, and that none of it can disturb the run."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.tracing.spans import Exchange
from reconciler.tracing.wanted import unsupported, wanted
from tests.cli.conftest import LOCAL
from tests.cli.faulty import arm
from tests.conftest import Ran, Workplace
from tests.tracing.collector import Collector, collector

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
MISSING = "the traces did not all reach their collector"


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """The example project, with a fresh account."""
    workplace.example()
    return workplace


@pytest.fixture
def collecting() -> Iterator[Collector]:
    """A collector."""
    with collector() as found:
        yield found


def _run(project: Workplace, monkeypatch: pytest.MonkeyPatch, *arguments: str, **variables: str) -> Ran:
    """Runs a command with these variables, as the process and as the command see them."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    project.variables = variables
    return project.run(*LOCAL, *arguments)


def _apply(project: Workplace, monkeypatch: pytest.MonkeyPatch, url: str, **more: str) -> Ran:
    return _run(project, monkeypatch, "apply", "--yes", "--format", "json", **{ENDPOINT: url}, **more)


def test_a_run_is_a_trace(project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector) -> None:
    """Command → run → steps → requests, with the run's id, the environment and the outcomes."""
    ran = _apply(project, monkeypatch, collecting.url)
    assert (ran.code, "warning" in ran.err) == (0, False)
    run_id = json.loads(ran.out)["run"]
    assert len({each.trace for each in collecting.spans}) == 1
    (command,) = collecting.named("reconciler apply")
    (run,) = collecting.named("run")
    steps = collecting.named("step")
    assert (command.parent, run.parent, {each.parent for each in steps}) == ("", command.id, {run.id})
    about = {"reconciler.run.id": run_id, "reconciler.environment": "local", "reconciler.outcome": "done"}
    assert run.facts == about
    assert command.facts == {**about, "reconciler.command": "apply", "process.exit.code": 0}
    assert not any(each.failed for each in collecting.spans)
    assert (len(steps), sum(each.facts.get("reconciler.contacts.done", 0) for each in steps)) == (13, 195)
    for step in steps:
        sent = collecting.below(step)
        assert any(each.facts["http.request.method"] in ("POST", "PATCH") for each in sent), step
        assert run.begin <= step.begin <= min(each.begin for each in sent)
        assert max(each.end for each in sent) <= step.end <= run.end <= command.end
    assert collecting.resource["service.name"] == "reconciler"


def test_each_request_is_a_span(project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector) -> None:
    """As many as were sent, by the conventions of HTTP clients; without a query or an id of anything."""
    result = json.loads(_apply(project, monkeypatch, collecting.url).out)
    (run,) = collecting.named("run")
    in_run = [run.id, *(each.id for each in collecting.named("step"))]
    clients = [each for each in collecting.spans if each.kind == 3]
    assert len([each for each in clients if each.parent in in_run]) == result["requests"]
    for each in clients:
        assert each.name == f"{each.facts['http.request.method']} {each.facts['url.template']}"
        assert each.facts["http.response.status_code"] == 200
        assert not re.search(r"/[0-9]|\?", each.name)
    batches = {each.name for each in clients if "contact-batch" in each.name}
    assert "GET /api/v2/voice/campaigns/contact-batch/status/{id}" in batches


def test_what_went_wrong_is_an_error(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector
) -> None:
    """The request with its status, its step, the run and the command."""
    arm(monkeypatch, "status,code=400,method=PATCH,path=*/campaigns/6049,times=0")
    assert _apply(project, monkeypatch, collecting.url).code == 5
    failed = {each.name: each.facts for each in collecting.spans if each.failed}
    assert failed.keys() == {"reconciler apply", "run", "step", "PATCH /api/v1/voice/campaigns/{id}"}
    assert failed["PATCH /api/v1/voice/campaigns/{id}"]["error.type"] == "400"
    assert failed["step"]["reconciler.outcome"] == "failed"
    assert (failed["run"]["reconciler.outcome"], failed["reconciler apply"]["process.exit.code"]) == ("partly", 5)


def test_the_parent_is_the_one_of_the_ci(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector
) -> None:
    """By TRACEPARENT; one that is none is no matter."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    _apply(project, monkeypatch, collecting.url, TRACEPARENT=parent)
    (command,) = collecting.named("reconciler apply")
    assert (command.trace, command.parent) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    collecting.spans.clear()
    assert _run(project, monkeypatch, "plan", **{ENDPOINT: collecting.url}, TRACEPARENT="nonsense").code == 0
    assert [each.parent for each in collecting.named("reconciler plan")] == [""]


def test_no_personal_data_is_in_a_trace(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector
) -> None:
    """S9, S10: neither a token nor a phone number nor a contact's id in a path."""
    _apply(project, monkeypatch, collecting.url, DIABOLOCOM_TOKEN="secret-token-of-the-account")
    said = repr(collecting.spans) + repr(collecting.resource)
    assert "secret-token" not in said
    assert not re.search(r"\b33[0-9]{9}\b", said)
    path = "/api/v1/voice/campaigns/6046/contacts/17"
    assert Exchange("PUT", path, 200, 0.1, "", 0).template == "/api/v1/voice/campaigns/{id}/contacts/{id}"


@pytest.mark.parametrize("status", [400, 503])
def test_a_collector_that_refuses(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector, status: int
) -> None:
    """One warning, and the exit code stays."""
    collecting.status = status
    ran = _apply(project, monkeypatch, collecting.url)
    assert (ran.code, ran.err.count(MISSING), "opentelemetry" in ran.err.lower()) == (0, 1, False)


def test_a_collector_that_is_not_there(workplace: Workplace) -> None:
    """The same, and not a word of the SDK's; JSON on stdout stays JSON."""
    workplace.example()
    command = [sys.executable, "-m", "reconciler", *LOCAL, "apply", "--yes", "--format", "json"]
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        given = {**os.environ, ENDPOINT: f"http://127.0.0.1:{unused.getsockname()[1]}"}
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=given, cwd=workplace.folder)
    assert (ran.returncode, ran.stderr.count(MISSING), json.loads(ran.stdout)["outcome"]) == (0, 1, "done")
    assert not re.search("Transient|Max retries|Traceback", ran.stderr)


def test_a_collector_that_never_answers(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, collecting: Collector
) -> None:
    """The command ends while the SDK still waits."""
    collecting.answering.clear()
    monkeypatch.setattr("reconciler.tracing.spans.PATIENCE", 0.1)
    ran = _apply(project, monkeypatch, collecting.url, OTEL_EXPORTER_OTLP_TIMEOUT="3600")
    waiting = [each for each in threading.enumerate() if each.name == "traces"]
    assert (ran.code, ran.err.count(MISSING), len(waiting) >= 1) == (0, 1, True)
    collecting.answering.set()
    for each in waiting:
        each.join()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "console"}, "another exporter than otlp"),
        (
            {ENDPOINT: "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "another protocol than http/protobuf",
        ),
        ({ENDPOINT: "http://127.0.0.1:9", "OTEL_BSP_MAX_QUEUE_SIZE": "-1"}, "can't be used (ValueError)"),
    ],
)
def test_what_the_environment_asks_in_vain(
    project: Workplace, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    """One warning, and no trace."""
    ran = _run(project, monkeypatch, "plan", **variables)
    assert (ran.code, ran.err.count("warning: "), said in ran.err) == (0, 1, True)


def test_without_the_packages(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One warning that says how to get them."""
    monkeypatch.setitem(sys.modules, "reconciler.tracing.spans", None)
    ran = _run(project, monkeypatch, "plan", **{ENDPOINT: "http://127.0.0.1:9"})
    assert (ran.code, ran.err.count("pip install 'campaign-reconciler[otel]'")) == (0, 1)


@pytest.mark.parametrize(
    ("variables", "wants"),
    [
        ({}, False),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({ENDPOINT: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({ENDPOINT: "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_who_asks_for_traces(variables: dict[str, str], wants: bool) -> None:
    """OpenTelemetry's own variables."""
    assert wanted(variables) is wants
    assert not (wants and unsupported(variables))


def test_nothing_is_imported_for_nobody(tmp_path: Path) -> None:
    """Without those variables not a module of it is loaded."""
    child = "import sys\nfrom reconciler.cli.main import run, Session\nrun(['explain', 'maxTries'], Session())\n"
    child += "print(any(each.startswith('opentelemetry') for each in sys.modules))"
    given = {name: each for name, each in os.environ.items() if not name.startswith("OTEL_")}
    ended = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, check=True, env=given, cwd=tmp_path
    )
    assert ended.stdout.endswith("False\n")
