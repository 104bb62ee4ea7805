"""The runs of shards: marked under their own scope, closed by who holds their campaigns, and forgotten by none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from reconciler.store.folder import Folder
from reconciler.store.objects import Objects
from reconciler.store.results import Ending, RunRecord
from reconciler.store.runs import Runs
from tests.conftest import NOW
from tests.store.telling import begin, record_of, result_of

WHOLE, ONE, TWO, HALF = "production", "production.1-of-4", "production.2-of-4", "production.1-of-2"
SHARDS = {WHOLE: None, ONE: "1/4", TWO: "2/4", HALF: "1/2"}


def _record(scope: str, day: int) -> RunRecord:
    return structs.replace(record_of(day), shard=SHARDS[scope])


def test_a_run_is_marked_under_its_scope(objects: Objects) -> None:
    """Those of the whole as ever; each scope has a last run."""
    runs = Runs(objects)
    records = {scope: _record(scope, day) for day, scope in enumerate(SHARDS, start=1)}
    for scope, record in records.items():
        assert record.scope == scope
        begin(runs, record)
    assert objects.children("unfinished/") == sorted(f"{scope}.{each.run}.json" for scope, each in records.items())
    for record in records.values():
        runs.end(record, result_of(record, "done"))
    assert objects.children("unfinished/") == []
    assert [runs.last(scope) for scope in SHARDS] == [each.run for each in records.values()]


@pytest.mark.parametrize(
    ("scope", "seen"), [(WHOLE, SHARDS), (ONE, (WHOLE, ONE, HALF)), (HALF, (WHOLE, ONE, TWO, HALF))]
)
def test_a_scope_sees_and_settles_what_shares_campaigns(objects: Objects, scope: str, seen: Any) -> None:
    """And leaves alone what a shard beside it is doing."""
    runs = Runs(objects)
    records = {each: _record(each, day) for day, each in enumerate(SHARDS, start=1)}
    for each in records.values():
        begin(runs, each)
    begin(runs, record_of(9, "staging"))
    assert [each.run for each in runs.unfinished(scope)] == [records[each].run for each in SHARDS if each in seen]
    for run in runs.ids():
        runs.settle(scope, run)
    left = [each.removesuffix(".json").rpartition(".")[0] for each in objects.children("unfinished/")]
    assert left == [each for each in sorted(SHARDS) if each not in seen] + ["staging"]


def test_shards_may_settle_a_run_in_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result of the first stays, and the mark is gone."""
    runs, record = Runs(Folder(tmp_path)), _record(WHOLE, 1)
    begin(runs, record)
    create = Folder.create

    def overtaken(self: Folder, name: str, content: bytes) -> str:
        monkeypatch.setattr(Folder, "create", create)
        Runs(Folder(tmp_path)).settle(TWO, record.run)
        return create(self, name, content)

    monkeypatch.setattr(Folder, "create", overtaken)
    runs.settle(ONE, record.run)
    assert runs.unfinished(WHOLE) == []
    result = runs.result(record.run)
    assert result is not None
    assert result.outcome is Ending.BROKEN_OFF


def test_the_last_run_of_each_scope_is_never_forgotten(objects: Objects) -> None:
    """Nor one of a shard that still runs; the number that is kept is that of the environment."""
    runs = Runs(objects)
    ended = [_record(scope, day) for day, scope in enumerate([WHOLE, ONE, TWO, TWO, ONE], start=1)]
    for each in ended:
        begin(runs, each)
        runs.end(each, result_of(each, "done"))
    begin(runs, running := _record(TWO, 6))
    gone = runs.forget("production", NOW + timedelta(days=7), keep_runs=1, keep_days=365)
    assert gone == [ended[1].run, ended[2].run]
    assert runs.ids() == [each.run for each in (running, ended[4], ended[3], ended[0])]


def test_a_shard_that_ends_meanwhile_is_not_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is marked until it is the last one, so it is looked for in this order."""
    runs, children = Runs(Folder(tmp_path)), Folder.children
    before, beside, own = _record(TWO, 1), _record(TWO, 2), _record(ONE, 3)
    for each in (before, own):
        begin(runs, each)
        runs.end(each, result_of(each, "done"))
    begin(runs, beside)

    def ends_now(self: Folder, folder: str) -> list[str]:
        if folder == "unfinished/":
            monkeypatch.setattr(Folder, "children", children)
            runs.end(beside, result_of(beside, "done"))
        return children(self, folder)

    monkeypatch.setattr(Folder, "children", ends_now)
    runs.forget("production", NOW + timedelta(days=4), keep_runs=1, keep_days=365)
    assert runs.record(beside.run) == beside
