"""`reconciler emulator`: the embedded API emulator as a server, for other clients."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from reconciler.cli.session import Session
from reconciler.errors import ProjectError

if TYPE_CHECKING:
    import asyncio

    from starlette.applications import Starlette

#: For how many seconds the requests under way are waited for when the server is told to stop.
PATIENCE = 2
DEFAULT_DATABASE = Path(".reconciler/emulator.db")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option(
    "--database",
    type=_FILE,
    show_default=f"{DEFAULT_DATABASE} of the project",
    help="Its file; made with the demo account when it is not there.",
)
@click.option("--seed", metavar="FILE", type=_FILE, help="The account (JSON) that a new database is made with.")
@click.option("--token", help="The only token it accepts; without this any is accepted.")
@click.option(
    "--batch-seconds", type=click.FloatRange(min=0), default=0.3, show_default=True, help="How long a batch takes."
)
@click.option(
    "--option",
    "readings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another reading of the documentation, such as page-base=mixed; a wrong NAME lists all. Repeatable.",
)
@click.option(
    "--fault",
    "faults",
    metavar="KIND,KEY=VALUE,…",
    multiple=True,
    help="Something that goes wrong, such as status,code=429,times=2; a wrong KIND lists all. Repeatable.",
)
@click.option(
    "--snapshot",
    metavar="FILE",
    type=_FILE,
    help="Serve nothing: write the environment's account, without personal data, as a seed.",
)
@click.pass_context
def emulator(
    context: click.Context,
    port: int,
    database: Path | None,
    seed: Path | None,
    token: str | None,
    batch_seconds: float,
    readings: tuple[str, ...],
    faults: tuple[str, ...],
    snapshot: Path | None,
) -> None:
    """Serve the API emulator over HTTP on 127.0.0.1, until Ctrl-C.

    It behaves as the API's documentation says, traps included, on a SQLite file that survives. To use it from a
    project: an environment with baseUrl http://127.0.0.1:8765. Seeds, options, faults: docs/emulator.md.
    """
    from reconciler.cli.emulator_options import faults_of, options_of, seed_from
    from reconciler.cli.emulator_snapshot import take

    session: Session = context.obj
    if snapshot is not None:
        _refuse_others(context)
        take(session, snapshot)
        return
    options = options_of(readings, token=token, batch_seconds=batch_seconds)
    armed = faults_of(faults)
    file = session.directory / DEFAULT_DATABASE if database is None else database
    account = seed_from(seed, file)
    with _listen(port) as listening:
        _serve(_opened(session, file, account, options, armed), listening, file)


def _refuse_others(context: click.Context) -> None:
    given = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    others = [each.opts[0] for each in context.command.params if each.name in given and each.name != "snapshot"]
    if others:
        raise click.UsageError(f"--snapshot serves nothing, so {others[0]} has no effect: leave it out")


def _opened(session: Session, database: Path, seed: Any, options: Any, faults: Any) -> Starlette:
    """The application; a database that was made for it goes again when a fault can't be armed."""
    from reconciler.cli.account import opened_emulator
    from reconciler.emulator import FaultError

    is_new = not database.exists()
    try:
        return opened_emulator(database, session.clock, options=options, seed=seed, faults=faults)
    except FaultError as error:
        for ending in ("", "-wal", "-shm") if is_new else ():
            database.with_name(database.name + ending).unlink(missing_ok=True)
        raise click.UsageError(f"--fault: {error}") from None


def _serve(application: Starlette, listening: socket.socket, database: Path) -> None:
    import uvicorn

    from reconciler.cli import terminal

    config = uvicorn.Config(
        application,
        http=_cutting_protocol(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    address = "http://{}:{}".format(*listening.getsockname())
    terminal.talk(f"Emulator of the Diabolocom API: {address} (database {database}). Ctrl-C stops it.\n")
    uvicorn.Server(config).run(sockets=[listening])


def _cutting_protocol() -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, which lets the application cut the connection (the faults `lost-…`)."""
    import asyncio

    from uvicorn.protocols.http.h11_impl import H11Protocol

    from reconciler.emulator.breaking import DISCONNECT

    class CuttingProtocol(H11Protocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            served = self.app

            async def cuttable(scope: Any, receive: Any, send: Any) -> None:
                extensions = {**scope.get("extensions", {}), DISCONNECT: lambda: self.transport.abort()}
                try:
                    await served({**scope, "extensions": extensions}, receive, send)
                except asyncio.CancelledError:  # the server stops and waits no longer: nobody is left to be answered
                    self.cycle.disconnected = True

            self.app = cuttable

    return CuttingProtocol


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        advice = "name another with --port, or let 0 pick a free one"
        raise ProjectError("the port can't be used", f"{port}: {error.strerror}", advice, "port-in-use") from None
