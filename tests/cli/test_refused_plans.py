"""A saved plan that must not be applied: exit 4, one clear sentence, and nothing written or noted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import held_lock
from reconciler.store.runs import Runs
from tests.cli.conftest import LOCAL
from tests.conftest import NOW, Workplace, ticking


def _altered(project: Workplace, path: Path) -> None:
    path.write_text(path.read_text().replace('"maxTries": 8', '"maxTries": 9', 1))


def _no_plan(project: Workplace, path: Path) -> None:
    path.write_text('{"steps": []}')


def _of_a_later_version(project: Workplace, path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"formatVersion": 2}))


def _expired(project: Workplace, path: Path) -> None:
    project.clock = ticking(NOW + timedelta(hours=25))


def _of_other_manifests(project: Workplace, path: Path) -> None:
    manifest = project.folder / "manifests/admissions.yaml"
    manifest.write_text(manifest.read_text().replace("maxTries: 6", "maxTries: 7"))


def _of_another_project(project: Workplace, path: Path) -> None:
    manifest = project.folder / "reconciler.yaml"
    name = next(line for line in manifest.read_text().splitlines() if "name:" in line)
    manifest.write_text(manifest.read_text().replace(name, name.rpartition("name:")[0] + "name: another}", 1))


def _at_another_address(project: Workplace, path: Path) -> None:
    manifest = project.folder / "reconciler.yaml"
    manifest.write_text(re.sub(r"emulator:[\w./-]+", "emulator:.reconciler/another.db", manifest.read_text()))


def _unsigned(project: Workplace, path: Path) -> None:
    project.variables = {"RECONCILER_PLAN_KEY": "a key"}


def _applied(project: Workplace, path: Path) -> None:
    assert project.run(*LOCAL, "apply", str(path)).code == 0


CASES: dict[str, tuple[Callable[[Workplace, Path], None], str, str]] = {
    "altered": (_altered, "saved plan was altered", "change.json does not match its digest"),
    "no plan": (_no_plan, "not a saved plan", "change.json has no formatVersion"),
    "another version": (_of_a_later_version, "saved plan of another version", "change.json is not of format 1"),
    "expired": (_expired, "saved plan has expired", "it was made 2026-11-23T09:00"),
    "manifests": (_of_other_manifests, "saved plan is stale", "the manifests say something else than when it was made"),
    "project": (_of_another_project, "saved plan is for another target", "its project is `"),
    "address": (_at_another_address, "saved plan is for another target", "its baseUrl is `emulator:"),
    "unsigned": (_unsigned, "saved plan is not signed", "change.json has no signature"),
    "applied": (_applied, "saved plan was applied already", "applied it to its end at 2026-11-23 09:0"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_that_is_refused(project: Workplace, case: str) -> None:
    """Said in one sentence, with what to do; no run of it is noted, and no lock stays."""
    happens, summary, sentence = CASES[case]
    project.run(*LOCAL, "plan", "--out", "change.json")
    happens(project, project.folder / "change.json")
    store = Folder(project.folder / ".reconciler")
    runs = Runs(store).ids()
    refused = project.run(*LOCAL, "apply", "change.json")
    assert (refused.code, refused.out) == (4, ""), refused.err
    assert refused.err.count(f"error[plan-refused]: {summary}\n  ") == 1
    assert sentence in refused.err
    assert "\nhelp: " in refused.err
    assert Runs(store).ids() == runs
    with held_lock(store, "local", "next", this_process({})):
        pass


def test_the_plan_of_another_environment(project: Workplace) -> None:
    """No token of that one is asked for."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    refused = project.run("-e", "production", "apply", "change.json")
    assert (refused.code, refused.out) == (4, "")
    assert "its environment is `local`, here it is `production`" in refused.err


def test_a_plan_that_was_applied_names_its_run(project: Workplace) -> None:
    """It is known by what it says: another copy of the file is refused, a new plan is not."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    assert project.run(*LOCAL, "apply", "change.json").code == 0
    (run,) = Runs(Folder(project.folder / ".reconciler")).ids()
    shutil.copy(project.folder / "change.json", project.folder / "copy.json")
    refused = project.run(*LOCAL, "apply", "copy.json")
    assert (refused.code, f"run {run} applied it to its end at " in refused.err) == (4, True)
    assert project.run(*LOCAL, "apply", "--yes").code == 0


def test_it_is_asked_under_the_lock(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that race for one plan: who comes second is told of the lock, or of the run, and never applies it again."""
    project.run(*LOCAL, "plan", "--out", "change.json")
    assert project.run(*LOCAL, "apply", "change.json").code == 0
    store = Folder(project.folder / ".reconciler")
    held: list[bool] = []
    asked = Runs.applied

    def applied(self: Runs, plan_digest: str) -> object:
        held.append(b'"held"' in (store.read("locks/local.json") or pytest.fail("no lock")).content)
        return asked(self, plan_digest)

    monkeypatch.setattr(Runs, "applied", applied)
    assert project.run(*LOCAL, "apply", "change.json").code == 4
    assert held == [True]
    with held_lock(store, "local", "another", this_process({})):
        assert project.run(*LOCAL, "apply", "change.json").code == 6
