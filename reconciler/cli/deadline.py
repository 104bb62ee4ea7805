"""`--deadline`: when a command is to be over, whatever is left to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from reconciler.cli.session import Session

C = TypeVar("C", bound=Callable[..., Any])

LONGEST = 100 * 86_400


def deadline_option(command: C) -> C:
    """The option `--deadline`; the command's session has it as `deadline`, counted from now on."""
    return click.option(
        "--deadline", metavar="TIME", callback=_deadline, expose_value=False,
        help="Begin nothing more after so long, such as 30m.",
    )(command)  # fmt: skip


def _deadline(context: click.Context, parameter: click.Parameter, given: str | None) -> None:
    if given is None:
        return
    from reconciler.api.deadline import Deadline
    from reconciler.kinds.values import seconds

    try:
        length = seconds(given)
    except ValueError:
        length = 0
    if not 1 <= length <= LONGEST:
        raise click.BadParameter(f"`{given}` is no time from 1s to 100d, such as 30m")
    session = context.obj
    assert isinstance(session, Session)
    context.obj = replace(session, deadline=Deadline(session.seconds() + length, given, session.seconds))
