"""`--log-format json`: all that goes to stderr is one JSON object a line, with what happened as its `event`.

There is one log in a process, as there is one stderr. A line is written whole, whichever thread writes it.
"""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.applying.results import Result
    from reconciler.diagnostics import Diagnostic

FORMATS = ("text", "json")
OPTION, FORMAT, LEVEL = "--log-format", "RECONCILER_LOG_FORMAT", "RECONCILER_LOG_LEVEL"
LEVELS = ("debug", "info", "warning", "error")
#: So much of what is said of a fault stands in a line.
_MOST = 4000
_WORDS = re.compile(r"(warning|error|note|debug)(\[[a-z-]+\])?")
_SEVERITIES = {"note": "info"}
_OUTCOMES = {"failed": "error", "unknown": "error", "stale": "warning", "skipped": "warning"}


class _Log:
    """Where the lines go: to `stream`, those of `least` and above. `run`: the id of the run, once there is one."""

    def __init__(self, stream: IO[str] | None, least: str) -> None:
        self.stream, self.run = stream, ""
        self._least = LEVELS.index(least)
        self._lock = threading.Lock()

    def write(self, event: str, message: str, level: str, facts: Mapping[str, Any], *, always: bool = False) -> None:
        from reconciler.cli.terminal import write_whole

        if self.stream is None or not (always or LEVELS.index(level) >= self._least):
            return
        line = _line(event, message, level, self.run, facts)
        with self._lock:
            write_whole(line, self.stream)


class _Strays(io.TextIOBase):
    """Stands in stderr's place: what a library writes there comes as lines of the log, too."""

    def __init__(self) -> None:
        self._held, self._lock = "", threading.Lock()

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Holds the text until its line is whole."""
        with self._lock:
            *lines, self._held = (self._held + text).split("\n")
        for each in lines:
            event("output", each, level="warning")
        return len(text)

    def end(self) -> None:
        """Writes what is held."""
        with self._lock:
            held, self._held = self._held, ""
        event("output", held, level="warning")


_log: _Log | None = None


def is_json() -> bool:
    """Whether stderr gets lines of JSON."""
    return _log is not None


def wanted(arguments: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether a command line asks for JSON, or else the environment: known before anything of it can be wrong."""
    for index, each in enumerate(arguments):
        if each == OPTION and index + 1 < len(arguments):
            return arguments[index + 1] == "json"
        if each.startswith(f"{OPTION}="):
            return each == f"{OPTION}=json"
    return variables.get(FORMAT) == "json"


def is_debugging(variables: Mapping[str, str]) -> bool:
    """Whether each request is to be logged."""
    return variables.get(LEVEL, "").lower() == "debug"


@contextmanager
def begun(arguments: Sequence[str], variables: Mapping[str, str]) -> Iterator[None]:
    """The log of one command, where one is asked for."""
    global _log
    if not wanted(arguments, variables):
        yield
        return
    least = variables.get(LEVEL, "").lower()
    stderr, strays = sys.stderr, _Strays()
    _log = _Log(stderr, least if least in LEVELS else "info")
    sys.stderr = strays
    try:
        yield
    finally:
        strays.end()
        sys.stderr, _log = stderr, None


def run_begun(run: str, environment: str) -> None:
    """From now on each line says which run it is of."""
    if _log is not None:
        _log.run = run
        event("run", f"run {run}", environment=environment)


def event(name: str, message: str, *, level: str = "info", **facts: Any) -> None:
    """Writes one line, if there is a log and the message is not empty; `facts` are values that JSON has."""
    if _log is not None and (message := message.strip("… \n")):
        _log.write(name, message, level, facts)


def said(text: str, name: str) -> None:
    """What would be said on stderr: a warning or a note is told by its first word."""
    word, colon, rest = text.strip().partition(": ")
    if colon and (found := _WORDS.fullmatch(word)):
        event(name, rest, level=_SEVERITIES.get(found[1], found[1]))
    else:
        event(name, text)


def diagnostic(found: Diagnostic) -> None:
    """One fault, with its place."""
    span = found.span
    place = {"file": span.source.path, "line": span.line, "column": span.column} if span else {}
    known = {"code": found.code, "severity": str(found.severity), "detail": found.detail[:_MOST], "help": found.help}
    facts = {**known, **place, **({"address": found.address} if found.address else {})}
    level = _SEVERITIES.get(str(found.severity), str(found.severity))
    event("diagnostic", found.summary, level=level, **facts)


def step(result: Result) -> None:
    """A step that has ended: what the run's result will hold of it."""
    if _log is None:
        return
    from msgspec import to_builtins

    from reconciler.cli.run_results import step_result

    facts = {name: each for name, each in to_builtins(step_result(result)).items() if each not in ("", [], {}, None)}
    words = f"{facts['outcome']}: {facts['address']} {facts.get('call', '')}"
    event("step", words, level=_OUTCOMES.get(facts["outcome"], "info"), **({"step": facts.pop("number")} | facts))


def request(method: str, path: str, status: int | None, seconds: float) -> None:
    """An exchange with the API that has ended; `status`: None without an answer."""
    facts = {"method": method, "path": path, "status": status, "ms": round(seconds * 1000, 1)}
    if _log is not None:
        event("request", f"{method} {path}", level="debug", **facts)
        return
    from reconciler.cli.terminal import talk

    talk(f"debug: {method} {path} {status or 'no answer'} {facts['ms']} ms\n")


def last_words(message: str, code: int) -> str:
    """What to leave with when the process ends at once: the message, or the lines of the log that say it and the end.

    Nothing is waited for: another thread may hold what a line needs.
    """
    if _log is None:
        return f"\n{message}\n"
    end = _line("end", "the command has ended", "info", _log.run, {"exit": int(code), "outcome": "interrupted"})
    return _line("interrupted", message, "error", _log.run, {}) + end


def urgent_words(message: str) -> str:
    """What to say of an interruption at once, in the midst of anything: the message, or the line of the log for it.

    Nothing is waited for, as with the last words.
    """
    if _log is None:
        return f"\n{message}\n"
    return _line("interrupted", message, "warning", _log.run, {})


def end(code: int, outcome: str) -> None:
    """The last line: how the command ended; whatever level is asked for."""
    if _log is not None:
        if isinstance(sys.stderr, _Strays):
            sys.stderr.end()
        level = "error" if code else "info"
        _log.write("end", "the command has ended", level, {"exit": int(code), "outcome": outcome}, always=True)


def _line(event: str, message: str, level: str, run: str, facts: Mapping[str, Any]) -> str:
    from datetime import UTC, datetime

    from reconciler.render.records import json_text

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {"time": now, "level": level, "event": event, "message": message[:_MOST]} | ({"run": run} if run else {})
    return json_text(known | {name: each for name, each in facts.items() if name not in known}) + "\n"
