"""The runs in a store: begun, ended, read again, and forgotten after a while.

A run's marker in ``unfinished/`` is there before its first object, and goes when nothing of the run is open any more:
so a look into one folder finds what the next run has to wait for. It carries the run's scope, the name of its lock: who
holds that lock knows that the run is dead, and not one of a shard beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from reconciler.store.applied import Applied, forget_applied, note_applied, read_applied
from reconciler.store.objects import Objects, StoreFault, dumps, store_fault
from reconciler.store.results import Last, RunRecord, RunResult
from reconciler.store.scope import are_apart, environment_of
from reconciler.store.traces import UNKNOWN, Event, Unfinished, open_batches, steps_in_doubt, told_by

#: So many objects are read side by side.
AT_ONCE = 8

_MARK = re.compile(r"(?P<scope>.+)\.(?P<run>[^.]+)\.json")
_EVENT = re.compile(r"(?P<number>[0-9]+)-(?P<event>.+)\.json")

#: The events about a step.
ABOUT_STEPS = ("sending", "accepted", "busy", "ended", "result")

_Value = TypeVar("_Value")

_RECORD = msgspec.json.Decoder(RunRecord)
_RESULT = msgspec.json.Decoder(RunResult)
_LAST = msgspec.json.Decoder(Last)


class Runs:
    """The runs of one store. Every call raises StoreFault when that can't be used, or holds what can't be read."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def begin(self, record: RunRecord, plan: bytes) -> None:
        """Writes down that a run begins, and its plan (a saved plan's bytes); durable when it returns."""
        self._objects.create(_marker(record.scope, record.run), b'{"formatVersion":1}\n')
        self._objects.create(f"runs/{record.run}/run.json", dumps(record))
        self._objects.create(f"runs/{record.run}/plan.json", plan)

    def end(self, record: RunRecord, result: RunResult) -> None:
        """Writes down how a run ended; it stays unfinished as long as a step's outcome is unknown."""
        name = f"runs/{record.run}/result.json"
        try:
            self._objects.create(name, dumps(result))
        except FileExistsError:  # a later run took this one for broken off, and told what its journal knew by then
            self._objects.replace(name, dumps(result))
            return
        note_applied(self._objects, record, result)
        self._objects.replace(f"last/{record.scope}.json", dumps(Last(run=record.run)))
        if UNKNOWN not in result.counts:
            self._objects.delete(_marker(record.scope, record.run))

    def unfinished(self, scope: str) -> list[Unfinished]:
        """The runs that left something open where a scope has campaigns, oldest first, with batches that may still run.

        Those of the environment as a whole, and of its shards, but for the shards beside this one.
        """
        found = []
        for run in sorted({run for mark, run in self._marked() if not are_apart(mark, scope)}):
            with _readable(f"runs/{run}/events/"):
                events = self.events(run, ABOUT_STEPS)
                found.append(Unfinished(run, self.record(run), open_batches(events), steps_in_doubt(events)))
        return found

    def settle(self, scope: str, run: str) -> None:
        """Notes that nothing of an unfinished run is open any more; its result is what its events tell.

        Shards beside each other may settle a run of the whole in the same moment.
        """
        record = self.record(run)
        result = self.result(run)
        if record is not None and result is None:
            with suppress(FileExistsError):
                self._objects.create(f"runs/{run}/result.json", dumps(self.story(record)))
        elif record is not None and result is not None:  # it broke off between its result and this
            note_applied(self._objects, record, result)
        for mark, marked in self._marked():
            if marked == run and not are_apart(mark, scope):
                self._objects.delete(_marker(mark, run))

    def ids(self) -> list[str]:
        """The runs that there are, newest first."""
        return [each.rstrip("/") for each in reversed(self._objects.children("runs/")) if each.endswith("/")]

    def records(self, environment: str | None = None) -> Iterator[RunRecord]:
        """The runs of an environment (or of all), newest first; read only as far as they are asked for."""
        ids = self.ids()
        for start in range(0, len(ids), AT_ONCE):
            for each in _side_by_side(self.record, ids[start : start + AT_ONCE]):
                if each is not None and environment in (None, each.environment):
                    yield each

    def record(self, run: str) -> RunRecord | None:
        """What is known of a run from its begin; None when there is none of this id."""
        return self._read(f"runs/{run}/run.json", _RECORD.decode)

    def result(self, run: str) -> RunResult | None:
        """How a run ended; None when it did not."""
        return self._read(f"runs/{run}/result.json", _RESULT.decode)

    def story(self, record: RunRecord) -> RunResult:
        """How a run ended, or what its events tell of one that did not."""
        with _readable(f"runs/{record.run}/events/"):
            return self.result(record.run) or told_by(record, self.events(record.run))

    def plan(self, run: str) -> bytes | None:
        """The plan that a run applied, as it was saved; None when there is none."""
        found = self._objects.read(f"runs/{run}/plan.json")
        return found.content if found else None

    def applied(self, plan_digest: str) -> Applied | None:
        """The run that applied the plan with this digest to its end; None when there is none."""
        return read_applied(self._objects, plan_digest)

    def last(self, scope: str) -> str | None:
        """The last run of a scope that ended; None before the first."""
        found = self._read(f"last/{scope}.json", _LAST.decode)
        return found.run if found else None

    def events(self, run: str, kinds: tuple[str, ...] = ()) -> list[Event]:
        """The events of a run in the order in which they happened; of these `kinds` only, where given."""
        folder = f"runs/{run}/events/"
        parts = [found for name in self._objects.children(folder) if (found := _EVENT.fullmatch(name))]
        parts.sort(key=lambda found: int(found["number"]))
        names = [found[0] for found in parts if not kinds or found["event"] in kinds]
        events = _side_by_side(lambda name: self._read(folder + name, _event), names)
        return [each for each in events if each is not None]

    def forget(self, environment: str, now: datetime, *, keep_runs: int, keep_days: int) -> list[str]:
        """Deletes the runs of an environment beyond a number, or older than so many days; says which.

        Never one that left something open, nor the last one of a scope that ended. What an earlier deletion left goes,
        too.
        """
        ids = self.ids()
        if len(ids) <= keep_runs and not any(_age(each, now) > timedelta(days=keep_days) for each in ids):
            return []
        kept: set[str | None] = {run for _, run in self._marked()}  # first: a run is the last one, then loses its mark
        kept |= {self.last(each) for each in self._ended(environment)}
        records = dict(zip(ids, _side_by_side(self.record, ids), strict=True))
        own = [each for each in ids if (record := records[each]) and record.environment == environment]
        old = {each for each in own if _age(each, now) > timedelta(days=keep_days)} | set(own[keep_runs:])
        old |= {each for each in ids if records[each] is None}
        gone = sorted(old - kept)
        for each in gone:
            if (record := records.get(each)) is not None:
                forget_applied(self._objects, record)
            self._delete(each)
        return gone

    def _marked(self) -> list[tuple[str, str]]:
        """The marks that there are: each one's scope and run."""
        found = (_MARK.fullmatch(each) for each in self._objects.children("unfinished/"))
        return [(each["scope"], each["run"]) for each in found if each]  # what is no mark is none of ours

    def _ended(self, environment: str) -> list[str]:
        """The scopes of an environment of which a run has ended."""
        scopes = (each.removesuffix(".json") for each in self._objects.children("last/"))
        return [each for each in scopes if environment_of(each) == environment]

    def _delete(self, run: str) -> None:
        """Its record first: what is left if this breaks off is no run any more."""
        self._objects.delete(f"runs/{run}/run.json")
        for folder in (f"runs/{run}/events/", f"runs/{run}/"):
            names = [f"{folder}{each}" for each in self._objects.children(folder) if not each.endswith("/")]
            list(_side_by_side(self._objects.delete, names))

    def _read(self, name: str, decoded: Callable[[bytes], _Value]) -> _Value | None:
        found = self._objects.read(name)
        if found is None:
            return None
        with _readable(name):
            return decoded(found.content)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """StoreFault, naming the object or the folder, when what it holds is nothing that was ever written."""
    try:
        yield
    except StoreFault:
        raise
    except (msgspec.DecodeError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        detail = f"{name} is nothing that this version can read"
        advice = "use the version of the tool that wrote it, or move that run out of the store"
        raise store_fault("store-unreadable", "an object of the store can't be read", detail, advice) from None


def _event(content: bytes) -> dict[str, Any]:
    """As the journal wrote it: text of the API in it may be none that msgspec takes."""
    found = json.loads(content)
    if not isinstance(found, dict) or found.get("formatVersion") != 1:
        raise ValueError("no event of this version")
    return found


def _marker(scope: str, run: str) -> str:
    return f"unfinished/{scope}.{run}.json"


def _age(run: str, now: datetime) -> timedelta:
    """How old a run is by its id; none at all for what is no id of ours."""
    try:
        return now - datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return timedelta(0)


def _side_by_side(read: Callable[[str], _Value], names: list[str]) -> list[_Value]:
    """The results in the order of the names."""
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="store") as pool:
        return list(pool.map(read, names))
