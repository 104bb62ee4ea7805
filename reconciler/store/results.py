"""What a run leaves behind: `run.json` at its begin, and `result.json` at its end."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Any, Literal

import msgspec

from reconciler.model import Shard
from reconciler.store.holder import Holder
from reconciler.store.objects import Moment
from reconciler.store.scope import scope_name


class Ending(StrEnum):
    """How a run ended."""

    DONE = "done"
    PARTLY = "partly"
    STALE = "stale"  # nothing but a moved account kept it from being done
    INTERRUPTED = "interrupted"
    BROKEN_OFF = "broken off"  # it was killed or lost its store: what is told was found in its journal by a later run
    REFUSED = "refused"  # by a limit, a lock, the plan's age …, before there was a run: no history holds it


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of a run when it begins. `fencing`: the number that its lock had; `shard`: its part, as ``2/4``."""

    format_version: Literal[1] = 1
    run: str
    project: str
    environment: str
    base_url: str
    tool_version: str
    commit: str | None
    plan_digest: str
    holder: Holder
    started_at: Moment
    fencing: int
    shard: str | None = None

    @property
    def scope(self) -> str:
        """What its lock is for, by name."""
        return scope_name(self.environment, Shard.parse(self.shard) if self.shard else None)


class MovedValue(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One value that was no longer what the plan had seen; of a text about a contact, only that there was one."""

    what: str
    planned: Any
    found: Any


class StepResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a step.

    `operation` and `outcome` are the words of the plan and of its report; `call`: what it sends, in words; `seconds`:
    how long it took, null where that is not known; `contacts`: how many are of each kind (done, already, failed,
    excluded, deferred, moved, unknown, untried), those alone that there are; `moved`: why it is stale, value by value.
    """

    number: int
    address: str
    campaign_id: int
    operation: str
    outcome: str
    detail: str = ""
    help: str = ""
    seconds: float | None = None
    contacts: dict[str, int] = {}
    call: str = ""
    moved: tuple[MovedValue, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What kept a run from its first write, as the command says it."""

    code: str
    summary: str
    detail: str = ""
    help: str = ""


class RunResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a run.

    `run`: null where there was none, as nothing was to be done or it was refused. `requests`: how many calls of the API
    it made, `repeated` ones among them, null where that is not known. `project` to `shard`: as its `run.json` has them,
    for whoever reads the result alone. `fault`: why it was refused; null for every run that began to write. `blocked`:
    the objects of which the plan had to leave something out.
    """

    format_version: Literal[1] = 1
    run: str | None
    outcome: Ending
    started_at: Moment
    ended_at: Moment
    requests: int | None = None
    repeated: int | None = None
    project: str = ""
    environment: str = ""
    tool_version: str = ""
    commit: str | None = None
    plan_digest: str = ""
    shard: str | None = None
    fault: Refusal | None = None
    blocked: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many steps there are of each outcome, by outcome."""
        return dict(Counter(each.outcome for each in self.steps))


class Last(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What `last/<environment>.json` holds: the last run of the environment that ended."""

    format_version: Literal[1] = 1
    run: str


def result_schema() -> dict[str, Any]:
    """The JSON Schema of `result.json`, as `schemas/result.schema.json` holds it."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Result"}
    return title | msgspec.json.schema(RunResult)
