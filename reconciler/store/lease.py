"""The record of a lock: who holds an environment, or a shard of it, and until when that is believed."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import structs

from reconciler.errors import LockHeld
from reconciler.store.holder import Holder
from reconciler.store.objects import Changed, Moment, Objects, dumps, store_fault
from reconciler.store.scope import are_apart, environment_of, scope_words, shard_of

#: For so many seconds after its last sign of life a run is believed to live.
LEASE = 60.0


class LockState(StrEnum):
    """Whether somebody holds it."""

    HELD = "held"
    RELEASED = "released"


class LockRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What `locks/<scope>.json` holds. Times are of the holder's clock: for people, and never to take a lock by.

    `fencing` grows by one with each holder. `mark` is another one in every record, so that no two are equal.
    """

    format_version: Literal[1] = 1
    environment: str
    state: LockState
    run: str
    holder: Holder
    since: Moment
    renewed: Moment
    lease_seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)]
    fencing: int
    mark: str = ""

    def looks_alive(self, now: datetime) -> bool:
        """Whether it was renewed within a lease by this machine's clock, and not in a future that can't be."""
        return abs((now - self.renewed).total_seconds()) <= self.lease_seconds

    def renewed_at(self, now: datetime, state: LockState = LockState.HELD) -> LockRecord:
        """The same holder's next record."""
        return structs.replace(self, renewed=now, state=state, mark=secrets.token_hex(8))

    @property
    def is_held(self) -> bool:
        """Whether somebody holds it, alive or not."""
        return self.state is LockState.HELD

    @property
    def owner(self) -> str:
        """Who holds it, for people: the run, its user and machine, since when, and the CI run's address."""
        link = f", {self.holder.link}" if self.holder.link else ""
        return f"run {self.run} of {self.holder}, since {self.since:%Y-%m-%d %H:%M:%SZ}{link}"


def lock_name(name: str) -> str:
    """The object of the lock of this scope."""
    return f"locks/{name}.json"


def rivals(objects: Objects, name: str) -> list[str]:
    """The scopes that have a lock in this store, and share campaigns with this one; itself is none of them."""
    scopes = [each.removesuffix(".json") for each in objects.children("locks/")]
    return [each for each in scopes if each != name and not are_apart(each, name)]


def read_lock(objects: Objects, name: str) -> tuple[LockRecord | None, Any]:
    """The lock's record and its version; two times None where there never was a holder.

    StoreFault when it can't be read, also when it is of another version of the tool.
    """
    found = objects.read(lock_name(name))
    if found is None:
        return None, None
    try:
        return msgspec.json.decode(found.content, type=LockRecord), found.version
    except (msgspec.DecodeError, UnicodeDecodeError):
        detail = f"{lock_name(name)} is no lock that this version can read"
        shard = f" --shard {found_shard}" if (found_shard := shard_of(name)) else ""
        advice = f"make sure that no other version is applying, then: reconciler unlock{shard}"
        raise store_fault("lock-unreadable", "the lock can't be read", detail, advice) from None


def release_lock(objects: Objects, name: str, now: datetime, record: LockRecord | None, version: Any) -> None:
    """Notes that nobody holds it, over this version of its record; LockHeld when it has changed meanwhile.

    `record`: None where it can't be read.
    """
    unknown = LockRecord(
        environment=environment_of(name),
        state=LockState.RELEASED,
        run="unknown",
        holder=Holder(user="unknown", host="unknown", process=0),
        since=now,
        renewed=now,
        lease_seconds=LEASE,
        fencing=0,
    )
    try:
        objects.swap(lock_name(name), dumps((record or unknown).renewed_at(now, LockState.RELEASED)), version)
    except Changed:
        raise lock_held(read_lock(objects, name)[0], name) from None


def lock_held(record: LockRecord | None, name: str) -> LockHeld:
    """What to say to the one who comes second."""
    owner = record.owner if record else "another run, which took it in the same moment,"
    advice = (
        "wait until it has ended, then run again; a run that died lets go of it by itself, within two minutes"
        " (`reconciler unlock` shows who holds it)"
    )
    return LockHeld("another run holds the lock", f"{owner} is applying to {scope_words(name)}", advice)
