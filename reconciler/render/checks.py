"""What the project's checks say of a plan, as rows: the same words in every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.diagnostics import Severity
from reconciler.planning.checks.results import CheckFailure, CheckResult
from reconciler.render.neutral import neutral
from reconciler.render.words import Names, count, value

#: So many failures of a check are shown one by one.
MOST_FAILURES = 10


class Verdict(StrEnum):
    """How a check came out."""

    FAILED = "failed"
    WARNING = "warning"
    WAIVED = "waived"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A row that breaks a check: what it is about, why, and who has waived it (empty: nobody)."""

    about: str
    words: str
    waived: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check: how it came out, why there is one, and the first rows that break it; `more`: how many there are besides.

    `looked_at`: how many rows it selected, in words.
    """

    name: str
    verdict: Verdict
    message: str
    place: str
    looked_at: str
    failures: tuple[FailureRow, ...]
    more: int


def check_rows(results: Iterable[CheckResult], names: Names) -> tuple[CheckRow, ...]:
    """The rows of a plan's checks, in the project's order."""
    return tuple(_row(each, names) for each in results)


def checks_words(rows: Iterable[CheckRow]) -> str:
    """All of them in a line: ``4 checks: 1 failed, 1 waived, 2 hold``."""
    verdicts = [each.verdict for each in rows]
    counts = [(each, verdicts.count(each)) for each in Verdict if each in verdicts]
    if [each for each, _ in counts] == [Verdict.HOLDS]:
        return "1 check, it holds" if len(verdicts) == 1 else f"{len(verdicts):,} checks, all hold"
    parts = (f"{number:,} {_plural(each, number)}" for each, number in counts)
    return f"{count(len(verdicts), 'check')}: {', '.join(parts)}"


def stopping(rows: Iterable[CheckRow]) -> bool:
    """Whether one of them keeps the plan from being applied."""
    return any(each.verdict is Verdict.FAILED for each in rows)


def _plural(verdict: Verdict, number: int) -> str:
    if verdict is Verdict.HOLDS:
        return "hold" if number > 1 else "holds"
    return "warnings" if verdict is Verdict.WARNING and number > 1 else str(verdict)


def _row(result: CheckResult, names: Names) -> CheckRow:
    broken_first = sorted(result.failures, key=lambda each: each.waived is not None)
    shown = broken_first[:MOST_FAILURES]
    return CheckRow(
        name=neutral(result.name),
        verdict=_verdict(result),
        message=neutral(result.message),
        place=neutral(f"{result.source.file}:{result.source.line}"),
        looked_at=count(result.rows, "row"),
        failures=tuple(_failure(each, names) for each in shown),
        more=len(broken_first) - len(shown),
    )


def _verdict(result: CheckResult) -> Verdict:
    if result.broken:
        return Verdict.FAILED if result.severity is Severity.ERROR else Verdict.WARNING
    return Verdict.WAIVED if result.failures else Verdict.HOLDS


def _failure(failure: CheckFailure, names: Names) -> FailureRow:
    about = f"{failure.address} {failure.subject}" if failure.subject else failure.address
    is_now = {"": "", "before": "is ", "after": "would be "}.get(failure.fact, f"{failure.fact} is ")
    found = f"{is_now}{_found(failure, names)}, " if failure.fact else ""
    waived = failure.waived
    by = f"waived by {waived.owner} until {waived.expires}: {waived.reason}" if waived else ""
    return FailureRow(neutral(about), f"{neutral(found)}{neutral(failure.wanted)}", neutral(by))


def _found(failure: CheckFailure, names: Names) -> str:
    if failure.fact in ("before", "after"):
        return value(failure.subject, failure.found, names)
    return "not there" if failure.found is None else value("", failure.found, names)
