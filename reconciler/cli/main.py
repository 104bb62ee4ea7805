"""The command `reconciler`: its options, its commands, and how every fault ends."""

from __future__ import annotations

import atexit
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from reconciler import __version__
from reconciler.cli import logs, observing
from reconciler.cli.apply import apply
from reconciler.cli.demo import demo
from reconciler.cli.diff_env import diff_env
from reconciler.cli.drift import drift
from reconciler.cli.emulator import emulator
from reconciler.cli.exits import Exit, exit_of
from reconciler.cli.explain import explain
from reconciler.cli.export import export
from reconciler.cli.get import get
from reconciler.cli.history import history
from reconciler.cli.init import init
from reconciler.cli.plan import plan
from reconciler.cli.rollback import rollback
from reconciler.cli.schema import schema
from reconciler.cli.session import Ended, Session
from reconciler.cli.show import show
from reconciler.cli.show_manifest import show_manifest
from reconciler.cli.simulate import simulate
from reconciler.cli.unlock import unlock
from reconciler.cli.validate import validate
from reconciler.cli.variables import read_variables
from reconciler.errors import ChecksFailed, ManifestsInvalid, ProjectError, ReconcilerError, place_of_bug

if TYPE_CHECKING:
    from reconciler.manifests.located import Variable

EXIT_CODES = """\b
Exit codes:
      0  done (plan: also with changes)
      1  an error
      2  differences (drift; plan and diff-env with --detailed-exitcode)
      3  stopped by a limit, or by a check of the project
      4  saved plan is stale, expired or altered
      5  applied in part
      6  another run holds the lock
     64  wrong usage
    130  interrupted
"""


@click.group(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    epilog=EXIT_CODES,
)
@click.option("-C", "--directory", metavar="DIR", type=click.Path(path_type=Path), help="The project's folder.")
@click.option("-e", "--env", "environment", metavar="ENV", envvar="RECONCILER_ENV", help="Which environment is meant.")
@click.option(
    "--var",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    callback=read_variables,
    help="A variable of the manifests, over RECONCILER_VAR_NAME and the environment's own; repeatable.",
)
@click.option(
    "--log-format",
    type=click.Choice(logs.FORMATS),
    envvar=logs.FORMAT,
    default="text",
    expose_value=False,
    help="What stderr gets: text, or a JSON object a line.",
)
@click.version_option(__version__, prog_name="reconciler")
@click.pass_context
def cli(context: click.Context, directory: Path | None, environment: str | None, given: Mapping[str, Variable]) -> None:
    """Terraform plan/apply for a contact centre: Diabolocom campaigns as code.

    Manifests in Git describe campaign settings, custom fields and contact rules; `plan` shows how the account
    differs, `apply` makes it so. Start with `reconciler demo`: it needs no account.
    """
    base = context.obj if isinstance(context.obj, Session) else Session()
    context.obj = replace(base, directory=directory or base.directory, environment=environment, given=given)
    observing.begin(context.invoked_subcommand or "", base.variables)


for _command in (
    init, demo, validate, show_manifest, diff_env, plan, show, simulate, apply, drift, history, rollback, unlock,
    export, get, emulator, explain, schema,
):  # fmt: skip
    cli.add_command(_command)


def main() -> None:
    """The entry point: runs the command and exits. What a terminal can't show comes as an escape; a pipe gets UTF-8."""
    signal.signal(signal.SIGTERM, _stop)  # a cancelled CI job: the run is ended as with Ctrl-C
    gc.set_threshold(50_000, 20, 100)  # values that are built up and kept: looking for circles often finds none
    atexit.register(gc.freeze)  # nor are they looked for at the end: the system takes all memory back
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    code = run(sys.argv[1:], Session())
    if any(each.daemon for each in threading.enumerate()):
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """Exits at once: a thread that nobody waits for may be inside of OpenSSL, which an orderly end takes from it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more; the exit code says what became of the run
            stream.flush()
    os._exit(code)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(arguments: Sequence[str], session: Session) -> int:
    """Runs the command line and returns its exit code; no exception gets out."""
    with logs.begun(arguments, session.variables):
        try:
            code = _run(arguments, session)
        except KeyboardInterrupt:  # wherever it was: reports take time, too
            _say("\ninterrupted", "interrupted")
            code = Exit.INTERRUPTED
        observing.end(code)
        logs.end(code, Exit(code).name.lower())
        return code


def _run(arguments: Sequence[str], session: Session) -> int:
    try:
        cli.main(list(arguments), prog_name="reconciler", standalone_mode=False, obj=session)
    except Ended as ended:
        return ended.code
    except click.NoSuchOption as error:
        if error.option_name in ("-e", "--env", "-C", "--directory", "--var", logs.OPTION):
            place = f"reconciler {error.option_name} … COMMAND"
            _say(f"hint: {error.option_name} goes before the command: {place}", "usage")
        return _misused(error)
    except click.ClickException as error:
        return _misused(error)
    except click.Abort:  # what click makes of Ctrl-C
        raise KeyboardInterrupt from None
    except ReconcilerError as error:
        return _failed(error)
    except OSError as error:
        return _failed(ProjectError("the system refused", f"{error.filename or ''}: {error.strerror}", "", "system"))
    except Exception as error:
        return _bug(error)
    return Exit.DONE


def _misused(error: click.ClickException) -> int:
    if logs.is_json():
        logs.event("usage", error.format_message(), level="error")
    else:
        error.show()
    return Exit.USAGE


def _say(line: str, event: str) -> None:
    if logs.is_json():
        logs.said(line, event)
    else:
        click.echo(line, err=True)


def _failed(error: ReconcilerError) -> int:
    from reconciler.cli.terminal import report

    diagnostics = error.diagnostics if isinstance(error, ManifestsInvalid | ChecksFailed) else [error.diagnostic()]
    try:
        report(diagnostics)
    except ProjectError as lost:  # what stdout still held could not be written; from now on it goes nowhere
        report([*diagnostics, lost.diagnostic()])
    return exit_of(error)


def _bug(error: Exception) -> int:
    """Says where a fault of the tool itself happened, without the values at hand: they could be anybody's data."""
    _say(
        f"error[bug]: {type(error).__name__} in {place_of_bug(error)}: this is a fault of reconciler {__version__}",
        "bug",
    )
    _say("help: please report it with the command that you ran; what was written so far is in the journal", "bug")
    return Exit.ERROR
