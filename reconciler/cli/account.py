"""The account of an environment: a client for it, over the network or to the embedded emulator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.api.client import Client, Observed
from reconciler.api.traffic import Traffic
from reconciler.cli import terminal
from reconciler.errors import ProjectError
from reconciler.manifests.project import Environment

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from reconciler.emulator import Account, Fault, Options

#: The in-process emulator takes any token, and this is the one it gets.
EMULATOR_TOKEN = "emulator"


def open_account(
    environment: Environment,
    *,
    directory: Path,
    clock: Callable[[], datetime],
    variables: Mapping[str, str],
    writable: bool,
    parallelism: int,
    traffic: Traffic | None = None,
    observed: Observed | None = None,
) -> Client:
    """A client for the environment's account: one that cannot write, unless `writable` (S1).

    `directory` is the project's, `clock` the emulator's, `variables` the process's environment, which holds the token.
    `traffic` is what it shares with the account's other clients, and `observed` is told of each exchange.
    """
    client = partial(Client, writable=writable, parallelism=parallelism, traffic=traffic, observed=observed)
    if (file := environment.emulator_file) is None:
        token = _token(environment, variables)
        return client(environment.base_url, token, retrying=lambda words: terminal.talk(f"{words}\n", "retry"))
    return client("http://localhost", EMULATOR_TOKEN, application=opened_emulator(directory / file, clock))


def open_snapshot(file: Path, clock: Callable[[], datetime]) -> Client:
    """A client for the account that a snapshot (the seed format) describes, in memory; it can't write.

    ProjectError when the file can't be read, or describes no account.
    """
    from reconciler.cli.emulator_options import seed_from
    from reconciler.emulator import open_emulator

    application = open_emulator(None, seed=seed_from(file, None), clock=clock)
    return Client("http://localhost", EMULATOR_TOKEN, writable=False, application=application)


def opened_emulator(
    database: Path,
    clock: Callable[[], datetime],
    *,
    options: Options | None = None,
    seed: Account | None = None,
    faults: Iterable[Fault] = (),
) -> Starlette:
    """The emulator over a database file, made from `seed` (the demo account) when it is not there."""
    from reconciler.emulator import DatabaseBusyError, DatabaseFileError, Options, open_emulator

    try:
        return open_emulator(database, options=options or Options(), seed=seed, clock=clock, faults=faults)
    except DatabaseBusyError as error:
        advice = "another process may be using it: stop that one, then run again; nothing is wrong with the file"
        raise ProjectError("the emulator's file can't be read now", str(error), advice, "emulator-busy") from None
    except DatabaseFileError as error:
        raise ProjectError(
            "the emulator's file can't be used", str(error), "remove it, or name another one", "emulator-file"
        ) from None


def _token(environment: Environment, variables: Mapping[str, str]) -> str:
    if token := variables.get(environment.token_env):
        return token
    is_name = re.fullmatch(r"[A-Z_][A-Z0-9_]{0,60}", environment.token_env)  # else it may be the token itself (S9)
    raise ProjectError(
        "no token",
        f"the variable {environment.token_env if is_name else 'that tokenEnv names'} is not set, and environment "
        f"`{environment.name}` needs it",
        f"export {environment.token_env if is_name else 'NAME'}=… with the account's API token",
        "no-token",
    )
