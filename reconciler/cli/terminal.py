"""Printing: data to stdout, talk and progress to stderr, colour where it is wanted."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from reconciler.diagnostics import Diagnostic

_LOCK = threading.Lock()


def out(text: Text | str) -> None:
    """Prints data."""
    _print(text, sys.stdout)


def talk(text: Text | str, event: str = "message") -> None:
    """Prints talk, progress and faults; `event`: what it is of, for a log of JSON lines."""
    from reconciler.cli import logs

    _print("", sys.stdout)  # what was printed before comes first
    if logs.is_json():
        logs.said(str(text), event)
    else:
        _print(text, sys.stderr)


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Prints faults, an empty line between them."""
    from reconciler.cli import logs

    if logs.is_json():
        for each in diagnostics:
            logs.diagnostic(each)
        return
    from reconciler.render.text import diagnostics_text

    talk(diagnostics_text(diagnostics))


def can_ask() -> bool:
    """Whether somebody can be asked: at a terminal, unless stderr is for a machine."""
    from reconciler.cli import logs

    return sys.stdin is not None and sys.stdin.isatty() and not logs.is_json()


def wants_colour(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """NO_COLOR beats FORCE_COLOR (0 and false mean no), which beats the terminal, which beats known CI systems."""
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR", "")
    if forced:
        return forced.lower() not in ("0", "false")
    if environment.get("TERM") == "dumb":
        return False
    return stream.isatty() or any(environment.get(name) == "true" for name in ("GITHUB_ACTIONS", "GITLAB_CI"))


def _print(text: Text | str, stream: IO[str] | None) -> None:
    if stream is None:  # closed by whoever started us (>&-)
        return
    if not isinstance(text, str):
        text = _coloured(text, stream) if wants_colour(stream) else text.plain
    with _LOCK:
        write_whole(text, stream)


def _coloured(text: Text, stream: IO[str]) -> str:
    from rich.console import Console  # slow to import, and of no use without colour

    console = Console(
        file=stream, force_terminal=True, color_system="standard",
        width=1_000_000, highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    with console.capture() as capture:
        console.print(text, end="", soft_wrap=True)
    return capture.get()


def write_whole(text: str, stream: IO[str]) -> None:
    """Writes; when the reader has gone (`| head`) the rest goes nowhere, and the command ends as it would have."""
    from reconciler.errors import ProjectError

    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # or the interpreter tries once more at its end
        advice = "make room, or write elsewhere"
        raise ProjectError("the output can't be written", str(error.strerror), advice, "output-lost") from None
