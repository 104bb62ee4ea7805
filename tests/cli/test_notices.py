"""Notices to a chat: applied, failed, drifted; off by default, without personal data, and never in the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from reconciler.api.endpoints.campaigns import patch_campaign
from tests.cli.conftest import LOCAL
from tests.conftest import Workplace

SECRET = "T0SECRET"


class _Chat(BaseHTTPRequestHandler):
    status: int
    heard: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Hears it."""
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def chat(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's URL, and what it has heard."""
    heard: list[dict[str, Any]] = []
    handler = type("OneChat", (_Chat,), {"status": status, "heard": heard})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/services/{SECRET}", heard
        server.shutdown()
        thread.join()


def _console(project: Workplace, **fields: object) -> None:
    with project.console() as console:
        console.run(patch_campaign(6046, fields))


def test_a_run_is_told(project: Workplace) -> None:
    """How it ended, with a link to the CI run where there is one; a plan or a refused command tells nothing."""
    with chat() as (url, heard):
        github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"}
        project.variables = {"RECONCILER_WEBHOOK_URL": url, **github}
        project.run(*LOCAL, "plan", "--out", "change.json")
        assert heard == []
        ran = project.run(*LOCAL, "apply", "change.json")
        assert (ran.code, len(heard)) == (0, 1)
        assert heard[0]["event"] == "applied"
        assert heard[0]["text"].startswith(
            "reconciler: Applied: admissions → local: 13 done, 195 contacts written. Run 2"
        )
        assert heard[0]["text"].endswith(" <https://github.com/o/r/actions/runs/7|CI run>")
        assert SECRET not in ran.out + ran.err


def test_a_run_that_failed_is_told(project: Workplace) -> None:
    """Here because the account moved."""
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        project.run(*LOCAL, "plan", "--out", "change.json")
        _console(project, maxTries=1)
        assert project.run(*LOCAL, "apply", "change.json").code != 0
        assert [each["event"] for each in heard] == ["failed"]
        assert "Not applied in whole: admissions → local: " in heard[0]["text"]


def test_drift_is_told_once(project: Workplace) -> None:
    """As long as the same differs; anew when something else does, and when it comes back."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        assert project.run(*LOCAL, "drift").code == 0
        assert heard == []
        for tries, told in ((9, 1), (9, 1), (10, 2), (8, 2), (10, 3)):
            _console(project, maxTries=tries)
            project.run(*LOCAL, "drift")
            assert len(heard) == told
    assert {each["event"] for each in heard} == {"drifted"}
    assert heard[0]["text"] == ("reconciler: admissions → local: Drift: 1 difference: 1 changed in the console")


def test_only_what_is_wanted_is_told(project: Workplace) -> None:
    """RECONCILER_WEBHOOK_ON names the kinds."""
    with chat() as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url, "RECONCILER_WEBHOOK_ON": "failed, drifted"}
        assert project.run(*LOCAL, "apply", "--yes").code == 0
        assert heard == []
        _console(project, maxTries=9)
        project.run(*LOCAL, "drift")
        assert len(heard) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/T0SECRET", "the URL of the webhook is no https URL; correct RECONCILER_WEBHOOK_URL"),
        ("T0SECRET", "the URL of the webhook is no https URL; correct RECONCILER_WEBHOOK_URL"),
        ("http://127.0.0.1:9/T0SECRET", "the webhook could not be reached (ConnectError); check"),
    ],
)
def test_a_webhook_that_does_not_work_changes_nothing(project: Workplace, url: str, said: str) -> None:
    """It is said, without the URL, which is a secret; the exit code stays."""
    project.variables = {"RECONCILER_WEBHOOK_URL": url}
    ran = project.run(*LOCAL, "apply", "--yes")
    assert (ran.code, f"warning: nobody was notified: {said}" in ran.err) == (0, True), ran.err
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_no_success_is_said(project: Workplace, status: int) -> None:
    """No redirect is followed; and drift that was not told is told the next time."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    _console(project, maxTries=9)
    with chat(status) as (url, heard):
        project.variables = {"RECONCILER_WEBHOOK_URL": url}
        for _ in range(2):
            ran = project.run(*LOCAL, "drift")
            assert f"the webhook answered {status}" in ran.err
            assert SECRET not in ran.err
        assert len(heard) == 2
