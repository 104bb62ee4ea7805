"""Which plans were applied to their end: a saved one is not applied twice."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from reconciler.store.objects import Moment, Objects, dumps, store_fault
from reconciler.store.results import Ending, RunRecord, RunResult

_DIGEST = re.compile(r"sha256:([0-9a-f]{16})[0-9a-f]{48}")


class Applied(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What `applied/<first 16 digits of its digest>.json` holds: the run that applied a plan to its end, and when."""

    format_version: Literal[1] = 1
    plan_digest: str
    run: str
    ended_at: Moment


def note_applied(objects: Objects, record: RunRecord, result: RunResult) -> None:
    """Notes the plan of a run that left nothing of it to do. Repeating it does no harm; StoreFault when it can't."""
    if (name := _name(record.plan_digest)) and _to_its_end(result):
        applied = Applied(plan_digest=record.plan_digest, run=record.run, ended_at=result.ended_at)
        objects.replace(name, dumps(applied))


def read_applied(objects: Objects, plan_digest: str) -> Applied | None:
    """Who applied the plan with this digest to its end; None when nobody did. StoreFault when that can't be read."""
    name = _name(plan_digest)
    found = objects.read(name) if name else None
    if found is None:
        return None
    try:
        applied = msgspec.json.decode(found.content, type=Applied)
    except (msgspec.DecodeError, UnicodeDecodeError):
        detail, advice = f"{name} is nothing that this version can read", "plan again"
        raise store_fault("store-unreadable", "an object of the store can't be read", detail, advice) from None
    return applied if applied.plan_digest == plan_digest else None


def forget_applied(objects: Objects, record: RunRecord) -> None:
    """Deletes what is noted of the plan that a run applied, unless that is another run's."""
    name = _name(record.plan_digest)
    found = objects.read(name) if name else None
    if found is not None and f'"{record.run}"'.encode() in found.content:
        objects.delete(name)


def _name(plan_digest: str) -> str:
    """The object of a plan; empty for what is no digest of one."""
    found = _DIGEST.fullmatch(plan_digest)
    return f"applied/{found[1]}.json" if found else ""


def _to_its_end(result: RunResult) -> bool:
    """Whether every step was carried out, and no contact was left for later because somebody spoke with it."""
    return result.outcome is Ending.DONE and all(
        each.outcome == "done" and not each.contacts.get("deferred") for each in result.steps
    )
