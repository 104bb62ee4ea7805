"""The account of an environment: a client for it, over the network or to the embedded emulator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.api.client import Client
from reconciler.errors import ProjectError
from reconciler.manifests.project import Environment

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from reconciler.cli.session import Session

#: The in-process emulator takes any token, and this is the one it gets.
EMULATOR_TOKEN = "emulator"


def open_account(session: Session, environment: Environment, *, writable: bool, parallelism: int) -> Client:
    """A client for the environment's account: one that cannot write, unless `writable` (S1)."""
    if (file := environment.emulator_file) is None:
        token = _token(environment, session.variables)
        return Client(environment.base_url, token, writable=writable, parallelism=parallelism)
    application = opened_emulator(session, session.directory / file)
    return Client(
        "http://localhost", EMULATOR_TOKEN, writable=writable, application=application, parallelism=parallelism
    )


def opened_emulator(
    session: Session, database: Path, *, token: str | None = None, batch_seconds: float = 0.3
) -> Starlette:
    """The emulator over a database file, made with the demo account when it is not there."""
    from reconciler.emulator import DatabaseFileError, Options, open_emulator

    try:
        return open_emulator(database, options=Options(token=token, batch_seconds=batch_seconds), clock=session.clock)
    except DatabaseFileError as error:
        raise ProjectError(
            "the emulator's file can't be used", str(error), "remove it, or name another one", "emulator-file"
        ) from None


def _token(environment: Environment, variables: Mapping[str, str]) -> str:
    if token := variables.get(environment.token_env):
        return token
    raise ProjectError(
        "no token",
        f"the variable {environment.token_env} is not set, and environment `{environment.name}` needs it",
        f"export {environment.token_env}=… with the account's API token",
        "no-token",
    )
