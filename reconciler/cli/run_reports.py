"""The report of what `apply` did: on stdout and in files, whatever ended it (`--format`, `--report`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from reconciler.cli.exits import Exit
from reconciler.cli.reports import Report, write_run_reports
from reconciler.cli.session import Ended, Session
from reconciler.errors import ProjectError, ReconcilerError
from reconciler.store.objects import StoreFault
from reconciler.store.results import Ending, Refusal, RunRecord, RunResult

if TYPE_CHECKING:
    from reconciler.planning.plan import Plan
    from reconciler.render.github import Handover
    from reconciler.render.rows import PlanRows
    from reconciler.store.runs import Runs

NOT_CONFIRMED = Refusal(code="not-confirmed", summary="nobody said yes", help="run it again, and answer `yes`")
BUG = Refusal(code="bug", summary="a fault of reconciler itself", help="please report it")


class Told:
    """What becomes of a run, as far as it is known; told once."""

    def __init__(self, session: Session, format_: str, reports: Sequence[Report]) -> None:
        self._session, self._format, self._reports = session, format_, reports
        self._started = session.clock()
        self._plan: Plan | None = None
        self._record: RunRecord | None = None
        self._runs: Runs | None = None
        self._result: RunResult | None = None
        self._told = False
        #: Whether every report could be written.
        self.written = True

    def show_plan(self, made: Plan, rows: PlanRows) -> None:
        """Shows a plan that was made for this: on stderr where stdout is for the report."""
        from reconciler.cli import logs, terminal
        from reconciler.cli.reports import show_plan
        from reconciler.render.plan_text import plan_text

        if logs.is_json():
            logs.event("plan", rows.totals, environment=made.environment, steps=len(made.steps))
        if self._format == "text":
            show_plan(made, rows, "text")
        elif not logs.is_json():
            terminal.talk(plan_text(rows))

    def planned(self, made: Plan) -> None:
        """This is to be applied."""
        self._plan = made

    def begun(self, runs: Runs, record: RunRecord) -> None:
        """A run has begun."""
        from reconciler.cli import logs, observing, terminal

        self._runs, self._record = runs, record
        observing.run_begun(record.run, record.environment)
        if not logs.is_json():
            terminal.talk(f"\nRun {record.run}\n")

    def ended(self, result: RunResult) -> None:
        """The run has ended like this."""
        from reconciler.cli import observing

        self._result = result
        observing.run_ended(result)

    def tell(self) -> None:
        """Prints the report and writes it into its files; once. A fault of the files is said, and kept in `written`."""
        if self._told:
            return
        self._told = True
        from reconciler.cli import terminal

        result = self._result or self._without_run()
        texts = _texts(result, self._record)
        self.written = write_run_reports(texts, self._reports, lambda: _handover(result, self._record))
        try:
            self._print(result, texts)
        except ProjectError as lost:  # stdout can't be written: how the run ended matters more
            terminal.report([lost.diagnostic()])
            self.written = False

    def _print(self, result: RunResult, texts: Mapping[str, Callable[[], str]]) -> None:
        from reconciler.cli import terminal

        if self._format != "text":
            terminal.out(texts[self._format]())
        elif self._result is not None and result.fault is None:
            terminal.talk("\n")
            self._print_end(result)

    def leave_out(self) -> None:
        """Nothing is to be told."""
        self._told = True

    def stopped(self, outcome: Ending, fault: Refusal | None = None) -> None:
        """The command ended before a run did; a run that had begun is told of as far as its journal knows it."""
        if self._result is not None:
            return
        self._result = replace(self._without_run(), outcome=outcome, fault=fault)
        if self._runs is not None and self._record is not None:
            self._result = replace(self._result, run=self._record.run, outcome=Ending.BROKEN_OFF)
            with suppress(StoreFault):
                self._result = self._runs.story(self._record)

    def not_confirmed(self) -> None:
        """Somebody was asked, and did not say yes."""
        self.stopped(Ending.REFUSED, NOT_CONFIRMED)

    def _print_end(self, result: RunResult) -> None:
        from reconciler.cli import terminal
        from reconciler.cli.get.printing import terminal_width
        from reconciler.cli.run_results import rows_of
        from reconciler.render.run_text import run_end_text

        terminal.out(run_end_text(rows_of(result, self._record), terminal_width()))

    def _without_run(self) -> RunResult:
        """The result where no run was begun: nothing had to be done, as far as it could be planned."""
        from reconciler import __version__
        from reconciler.cli.run_results import blocked_by

        made = self._plan
        return RunResult(
            run=None,
            outcome=Ending.PARTLY if made and made.has_errors else Ending.DONE,
            started_at=self._started,
            ended_at=max(self._started, self._session.clock()),
            project=made.project if made else "",
            environment=made.environment if made else self._session.environment or "",
            tool_version=__version__,
            commit=made.commit if made else None,
            plan_digest=made.digest if made else "",
            blocked=blocked_by(made) if made else (),
        )


def _texts(result: RunResult, record: RunRecord | None) -> Mapping[str, Callable[[], str]]:
    """What makes the report in each format."""
    from reconciler.cli.run_results import rows_of

    def text() -> str:
        from reconciler.render.run_text import run_text

        return run_text(rows_of(result, record)).plain

    def markdown() -> str:
        from reconciler.render.run_markdown import run_markdown

        return run_markdown(rows_of(result, record))

    def json() -> str:
        from msgspec import to_builtins

        from reconciler.render.records import json_text

        return json_text(to_builtins(result), indent=1) + "\n"

    def junit() -> str:
        from reconciler.render.machine_runs import run_junit

        return run_junit(rows_of(result, record))

    return {"text": text, "json": json, "markdown": markdown, "junit": junit}


def _handover(result: RunResult, record: RunRecord | None) -> Handover:
    """What a step of GitHub Actions gets of it."""
    from reconciler.cli.run_results import rows_of
    from reconciler.render.machine_runs import run_handover

    return run_handover(rows_of(result, record))


@contextmanager
def told(session: Session, format_: str, reports: Sequence[Report]) -> Iterator[Told]:
    """Tells what became of what the block did, however it ends; Ended (1) when only a report could not be written."""
    from reconciler.cli.interruptions import Interruptions
    from reconciler.cli.run_results import fault_of

    telling = Told(session, format_, reports)
    try:
        yield telling
    except Ended:
        raise
    except ReconcilerError as error:
        telling.stopped(Ending.REFUSED, fault_of(error))
        raise
    except click.UsageError:  # nothing was asked for that could be reported
        telling.leave_out()
        raise
    except (KeyboardInterrupt, click.Abort):
        telling.stopped(Ending.INTERRUPTED)
        raise
    except BaseException:
        telling.stopped(Ending.REFUSED, BUG)
        raise
    finally:
        with Interruptions():  # a report is never broken off
            telling.tell()
    if not telling.written:
        raise Ended(Exit.ERROR)
