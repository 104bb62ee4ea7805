"""An apply that is killed anywhere can be undone: what it wrote goes back, whether it lived to note it or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run as run_command
from reconciler.cli.session import Session
from reconciler.store.runs import Runs
from tests.applying.killed_project import START
from tests.applying.killing import Nursery, Place
from tests.conftest import ticking

#: Each so-manieth moment is tried.
EVERY = 6
#: What adding a custom field leaves for good, and who wrote something when.
FOR_GOOD = {"customFields", "phoneFields", "lastUpdatedBy"}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests of this file."""
    found = Nursery()
    yield found
    found.close()


def test_killed_anywhere_and_undone(
    tmp_path: Path, nursery: Nursery, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the run is settled, as the next apply does it first."""
    first = Place.made(tmp_path / "undisturbed", nursery)
    before = _settings(first)
    assert first.applied() == 0, first.said
    written = 0
    for moment in range(0, len(first.moments), EVERY):
        place = Place.made(tmp_path / str(moment), nursery)
        place.applied(moment)
        runs = Runs(place.objects)
        for each in runs.ids():
            if runs.record(each) is None:
                continue
            written += _settings(place) != before
            runs.settle("local", each)
            monkeypatch.chdir(place.folder)
            session = Session(clock=ticking(START + timedelta(hours=1)))
            assert run_command(["rollback", each, "--out", "undo.json"], session) == 0, capsys.readouterr().err
            assert run_command(["apply", "undo.json"], session) == 0, capsys.readouterr().err
            assert _settings(place) == before, first.moments[moment]
    assert written > 5


def _settings(place: Place) -> list[Any]:
    """What the account holds, but for what stays for good."""
    return [{name: value for name, value in each.items() if name not in FOR_GOOD} for each in place.account]
