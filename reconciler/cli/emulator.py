"""`reconciler emulator`: the embedded API emulator as a server, for other clients."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from reconciler.cli.session import Session
from reconciler.errors import ProjectError

DEFAULT_DATABASE = Path(".reconciler/emulator.db")


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_DATABASE,
    show_default=True,
    help="Its file; made with the demo account when it is not there.",
)
@click.option("--token", help="The only token it accepts; without this any is accepted.")
@click.option(
    "--batch-seconds", type=click.FloatRange(min=0), default=0.3, show_default=True, help="How long a batch takes."
)
@click.pass_obj
def emulator(session: Session, port: int, database: Path, token: str | None, batch_seconds: float) -> None:
    """Serve the API emulator over HTTP on 127.0.0.1, until Ctrl-C.

    It behaves as the API's documentation says, traps included, on a SQLite file that survives. To use it from a
    project: an environment with baseUrl http://127.0.0.1:8765.
    """
    import uvicorn

    from reconciler.cli import terminal
    from reconciler.cli.account import opened_emulator

    application = opened_emulator(session.directory / database, session.clock, token=token, batch_seconds=batch_seconds)
    listening = _listen(port)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False))
    address = "http://{}:{}".format(*listening.getsockname())
    terminal.talk(f"Emulator of the Diabolocom API: {address} (database {database}). Ctrl-C stops it.\n")
    server.run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        advice = "name another with --port, or let 0 pick a free one"
        raise ProjectError("the port can't be used", f"{port}: {error.strerror}", advice, "port-in-use") from None
