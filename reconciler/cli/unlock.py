"""`reconciler unlock`: who holds an environment's lock, and letting go of it in that run's place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.part import shard_option
from reconciler.cli.session import Ended, Session

if TYPE_CHECKING:
    from reconciler.errors import LockHeld
    from reconciler.model import Shard
    from reconciler.store.lease import LockRecord
    from reconciler.store.objects import Objects


@click.command()
@click.option("--yes", "confirmed", metavar="RUN", help="Ask nothing, and release it if this run holds it.")
@click.option("--force", is_flag=True, help="Also when that run is alive: it stops before its next write.")
@shard_option("The lock of this shard, such as 2/4.")
@click.pass_obj
def unlock(session: Session, confirmed: str | None, force: bool, shard: tuple[Shard | None, bool]) -> None:
    """Show who holds the lock of an environment, and release it.

    It is seldom needed: the lock of a run that died is taken over by the next apply. A run that shows signs of life
    keeps its lock unless you add --force. The shards of an environment have locks of their own: without --shard those
    that are held are listed.
    """
    from reconciler.cli import terminal
    from reconciler.cli.files import choose_environment
    from reconciler.cli.stores import open_store
    from reconciler.store.lease import release_lock
    from reconciler.store.scope import scope_name, scope_words

    project = session.project()
    name = scope_name(choose_environment(project, session.environment).name, shard[0])
    words, objects = scope_words(name), open_store(session, project)
    record, version = _read(objects, name)
    if version is None or (record is not None and not record.is_held):
        terminal.out(f"Nobody holds the lock of {words}.\n")
        _list_rivals(objects, name)
        return
    if record is not None:
        terminal.out(_details(record, shard[0], session))
        _refuse(record, words, confirmed, None if force else _sign_of_life(record, session))
    _confirm(record, words, confirmed)
    release_lock(objects, name, session.clock(), record, version)
    terminal.out(f"The lock of {words} is released.\n")


def _read(objects: Objects, name: str) -> tuple[LockRecord | None, Any]:
    """The lock's record, None where it can't be read, and its version, None where there is no lock."""
    from reconciler.cli.stores import say
    from reconciler.store.lease import lock_name, read_lock
    from reconciler.store.objects import StoreFault

    try:
        return read_lock(objects, name)
    except StoreFault as fault:
        if fault.code != "lock-unreadable" or (found := objects.read(lock_name(name))) is None:
            raise
        say(f"warning: {fault.detail}")
        return None, found.version


def _list_rivals(objects: Objects, name: str) -> None:
    """Shows the other locks that keep this one's runs out."""
    from reconciler.cli import terminal
    from reconciler.cli.stores import say
    from reconciler.render.tables import Column, Table, cell, minute, plain
    from reconciler.store.lease import rivals
    from reconciler.store.scope import shard_of

    found = {each: _read(objects, each)[0] for each in rivals(objects, name)}
    held = {each: record for each, record in found.items() if record is not None and record.is_held}
    if not held:
        return
    say("Held are:")
    columns = [
        Column("shard", lambda row: cell(row["shard"])),
        *(Column(each, plain(each)) for each in ("run", "by", "host")),
        Column("since", lambda row: minute(row["since"])),
        Column("CI run", lambda row: cell(row["link"])),
    ]
    for piece in Table(columns).rows([_row(shard_of(each), record) for each, record in held.items()]):
        terminal.out(piece)


def _row(shard: Shard | None, record: LockRecord) -> Mapping[str, Any]:
    return {
        "shard": str(shard) if shard else None,
        "run": record.run,
        "by": record.holder.user,
        "host": record.holder.host,
        "since": record.since.isoformat(),
        "link": record.holder.link,
    }


def _details(record: LockRecord, shard: Shard | None, session: Session) -> Any:
    from reconciler.render.tables import Column, cell, details, minute, plain

    holder = record.holder
    shown = {
        "environment": record.environment,
        **({"shard": str(shard)} if shard else {}),
        "run": record.run,
        "by": holder.user,
        "host": holder.host,
        "process": holder.process,
        "since": minute(record.since.isoformat()),
        "renewed": f"{record.renewed:%Y-%m-%d %H:%M:%S}Z",
        "CI run": cell(holder.link),
        "state": _life(record, session),
    }
    return details(shown, [Column(name, plain(name)) for name in shown])


def _life(record: LockRecord, session: Session) -> str:
    """Whether the run that holds it lives, as far as can be told here, and what follows."""
    from reconciler.cli.progress import length
    from reconciler.store.holder import lives_here

    lives = lives_here(record.holder)
    if lives is None:
        ago = (session.clock() - record.renewed).total_seconds()
        return f"last sign of life {length(ago)} ago, and its process can't be seen from here"
    if lives:
        return "it runs: stop it first"
    return "its process is gone: the next apply takes this lock over by itself"


def _sign_of_life(record: LockRecord, session: Session) -> str | None:
    """Why the run that holds it may live; None when it does not, as far as can be told here."""
    from reconciler.store.holder import lives_here

    lives = lives_here(record.holder)
    if lives:
        return "its process runs on this machine"
    if lives is None and record.looks_alive(session.clock()):
        return "it renewed its lock less than a minute ago"
    return None


def _refuse(record: LockRecord, words: str, confirmed: str | None, sign_of_life: str | None) -> None:
    if confirmed not in (None, record.run):
        raise _held(f"the lock of {words} is that of run {record.run}", f"if that is the one: --yes {record.run}")
    if sign_of_life:
        advice = "stop that run (Ctrl-C, or cancel the CI run): it releases the lock itself; --force releases it now"
        raise _held(f"run {record.run} is alive: {sign_of_life}", advice)


def _held(detail: str, advice: str) -> LockHeld:
    from reconciler.errors import LockHeld

    return LockHeld("the lock is not released", detail, advice)


def _confirm(record: LockRecord | None, words: str, confirmed: str | None) -> None:
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral

    run = record.run if record else "unknown"
    if confirmed == run:
        return
    if not terminal.can_ask():
        raise click.UsageError(f"there is no terminal to ask on: give --yes {neutral(run)}")
    answer = click.prompt(f"\nRelease the lock of {words}? Only 'yes' does", default="", show_default=False, err=True)
    if answer != "yes":
        terminal.talk("Not released.\n")
        raise Ended(Exit.ERROR)
