"""A run as apply records it, in a bucket: the lock, the journal, the result, and what the commands say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reconciler.cli.session import Session
from reconciler.cli.stores import forget_old_runs, open_store
from reconciler.kinds import SCHEMAS
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from reconciler.store.results import Ending
from reconciler.store.runs import Runs
from tests.cli.conftest import LOCAL, plan_of
from tests.conftest import NOW, Workplace
from tests.pages import DOCS
from tests.store.servers import BUCKET, Server, make_bucket, s3_variables, server
from tests.store.telling import begin, record_of, result_of

PAGE = (DOCS / "store.md").read_text(encoding="utf-8")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that speaks S3, with a bucket; the environment leads to it."""
    with server("s3_server.py") as running:
        make_bucket(running, BUCKET)
        for name, value in s3_variables(running).items():
            monkeypatch.setenv(name, value)
        yield running


def test_a_run_in_a_bucket(project: Workplace, s3: Server) -> None:
    """All of it is there afterwards, and nothing but it; a second one is kept out meanwhile."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("spec:\n", f"spec:\n  store: {{url: s3://{BUCKET}/admissions}}\n", 1))
    project.run(*LOCAL, "plan", "--out", "change.json")
    project.variables = s3_variables(s3)
    session = _session(project)
    objects = open_store(session, session.project())
    with held_lock(objects, "local", "another", this_process({})):
        assert project.run(*LOCAL, "apply", "change.json").code == 6
        assert (ran := project.run(*LOCAL, "unlock")).code == 6, ran.err
    assert (ran := project.run(*LOCAL, "apply", "change.json")).code == 0, ran.err
    (run,) = Runs(objects).ids()
    assert f"Run {run}\n" in ran.err
    assert Runs(objects).plan(run) == (project.folder / "change.json").read_bytes()
    assert project.run("unlock").code == 1  # two environments: which one?
    assert project.run(*LOCAL, "unlock").out == "Nobody holds the lock of `local`.\n"
    (row,) = json.loads(project.run("history", "--format", "json").out)
    assert (row["run"], row["outcome"], row["steps"]) == (run, "done", {"done": 13})
    assert objects.children("") == ["applied/", "baselines/", "last/", "locks/", "runs/", "store.json"]
    assert not (project.folder / ".reconciler" / "runs").exists()
    assert plan_of(project)["steps"] == []


def _session(project: Workplace) -> Session:
    return Session(clock=project.clock, variables=project.variables)


def test_a_store_that_is_gone(project: Workplace, s3: Server) -> None:
    """The command ends with a fault and its next step."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("spec:\n", f"spec:\n  store: {{url: s3://{BUCKET}/admissions}}\n", 1))
    project.variables = s3_variables(s3)
    s3.end()
    ran = project.run("history")
    assert (ran.code, "error[store]" in ran.err, "help: " in ran.err) == (1, True, True)
    assert "secret-of-the-store" not in ran.err


def test_old_runs_go_as_the_project_says(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """By keepRuns and keepDays; a fault of the store is said, and ends nothing."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("spec:\n", "spec:\n  store: {keepRuns: 2, keepDays: 30}\n", 1))
    found, objects = _session(project).project(), Folder(project.folder / ".reconciler")
    runs = Runs(objects)
    for day in (1, 2, 3):
        begin(runs, record_of(day))
        runs.end(record_of(day), result_of(record_of(day), "done"))
    forget_old_runs(runs, found, "production", NOW + timedelta(days=4))
    assert runs.ids() == [record_of(3).run, record_of(2).run]
    (project.folder / ".reconciler" / "last" / "production.json").write_text("")
    forget_old_runs(runs, found, "production", NOW + timedelta(days=400))
    assert "warning: old runs could not be deleted" in project.capture.readouterr().err


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        *(
            (url.replace("BUCKET/PREFIX", "b-1/p/q"), True)
            for url in re.findall(r"\| `((?:s3:/|gs:/|file:)[^`]+)`", PAGE)
        ),
        ("az://container", True),
        ("s3://key:secret@bucket/p", False),
        ("s3://bucket/p?key=secret", False),
        ("s3://bucket/../p", False),
        ("s3://bucket/p x", False),
        ("https://bucket/p", False),
        ("file:", False),
    ],
)
def test_store_urls(url: str, fits: bool) -> None:
    """Those of the page, and none with a secret in it."""
    pattern = SCHEMAS["Project"]["properties"]["spec"]["properties"]["store"]["properties"]["url"]["pattern"]
    assert bool(re.search(pattern, url)) is fits


def test_a_password_in_the_url_is_not_repeated(project: Workplace) -> None:
    """Where it belongs is said instead."""
    path = project.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace("spec:\n", "spec:\n  store: {url: 's3://me:hidden@bucket/p'}\n", 1))
    ran = project.run("validate")
    assert (ran.code, "hidden" in ran.out + ran.err) == (1, False)
    assert "credentials come from the process's environment" in ran.err


def test_the_page_names_everything() -> None:
    """Each outcome, and the defaults."""
    assert all(f"| `{each}` |" in PAGE for each in Ending)
    assert "keepRuns: 100, keepDays: 365" in PAGE
