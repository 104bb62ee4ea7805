"""Notices to a chat: that something was applied, failed or drifted. Off unless RECONCILER_WEBHOOK_URL is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended
from reconciler.errors import ReconcilerError, SavedPlanRefused

if TYPE_CHECKING:
    from reconciler.applying.results import Report
    from reconciler.cli.session import Session
    from reconciler.planning.drift import Drift
    from reconciler.planning.plan import Plan
    from reconciler.store.objects import Objects

#: The variables of the process: the URL, which is a secret, and which notices are wanted (default: all).
URL, WANTED = "RECONCILER_WEBHOOK_URL", "RECONCILER_WEBHOOK_ON"
#: So many characters say which part of an environment it is about.
_MOST_PART = 200


class Notice(StrEnum):
    """What can be told."""

    APPLIED = "applied"
    FAILED = "failed"
    DRIFTED = "drifted"


@dataclass(slots=True)
class Noticed:
    """What is known of an `apply` as it goes on; the run's name is empty before it was begun."""

    plan: Plan | None = None
    run: str = ""
    report: Report | None = None
    is_left_out: bool = False

    def leave_out(self) -> None:
        """Nothing is to be told."""
        self.is_left_out = True


@contextmanager
def noticed(session: Session) -> Iterator[Noticed]:
    """Tells how the block, an `apply`, has ended: a run that was carried out, or what kept the plan from it.

    Nothing is told of wrong usage, nor of what came before there was a plan; but for a saved plan that was refused.
    """
    known = Noticed()
    try:
        yield known
    except click.ClickException:
        raise
    except (KeyboardInterrupt, click.Abort):
        if known.report is not None:
            _tell_apply(session, known, "interrupted")
        raise
    except BaseException as error:
        if known.plan is not None or isinstance(error, SavedPlanRefused):
            _tell_apply(session, known, _reason(error))
        raise
    if known.report is not None:
        _tell_apply(session, known)


def _reason(error: BaseException) -> str:
    """What ended the command, in fixed words; empty where the report of the run says it."""
    if isinstance(error, Ended):
        return "a report could not be written" if error.code is Exit.ERROR else ""
    if isinstance(error, ReconcilerError):
        return error.summary
    return "the system refused" if isinstance(error, OSError) else "a fault of reconciler itself"


def _tell_apply(session: Session, known: Noticed, reason: str = "") -> None:
    from reconciler.cli.interruptions import Interruptions

    made, report = known.plan, known.report
    if known.is_left_out:
        return
    blocked = "not all was planned" if made is not None and made.has_errors else ""
    is_applied = report is not None and report.complete and not blocked
    notice = Notice.APPLIED if is_applied and not reason else Notice.FAILED
    with Interruptions():  # a notice is never broken off
        if not _is_wanted(session, notice):
            return
        if report is None:
            ending = "Failed"
        else:
            whole = "Applied" if is_applied else "Not applied in whole"
            ending = "Interrupted" if report.interrupted else whole
        facts = "; ".join(each for each in (_numbers(report) if report else "", reason, blocked) if each)
        run = f". Run {known.run}" if known.run else ""
        _send(session, notice, f"{ending}: {_place(session, made)}: {facts}{run}")


def _numbers(report: Report) -> str:
    from reconciler.applying.results import Outcome
    from reconciler.render.words import count

    outcomes = [f"{number} {each}" for each in Outcome if (number := report.count(each))]
    written = [f"{count(number, 'contact')} written"] if (number := report.contacts.get("done", 0)) else []
    return ", ".join([*outcomes, *written])


def _place(session: Session, about: Plan | Drift | None) -> str:
    """Project, environment and the part of it that was asked for; as far as they are known where there is no plan."""
    from reconciler.render.drift import part_of
    from reconciler.render.machine import shortened

    if about is None:
        with suppress(ReconcilerError):
            return " → ".join([session.project().name, *([session.environment] if session.environment else [])])
        return "a saved plan"
    part = f", only {shortened(part, _MOST_PART)}" if (part := part_of(about)) else ""
    return f"{about.project} → {about.environment}{part}"


def tell_drift(session: Session, found: Drift, objects: Objects) -> None:
    """Tells that something differs from the manifests, once for as long as the same things differ in the same way.

    What was told is remembered in the store, with what could not be compared then; where there is such, nothing is
    forgotten because it was not found. Where the store fails it is told all the same.
    """
    from reconciler.render.drift import blocked_of, totals
    from reconciler.store.objects import StoreFault

    if not _is_wanted(session, Notice.DRIFTED):
        return
    blocked = blocked_of(found)
    name, content = _told_name(found), _told(found.fingerprint, blocked)
    with suppress(StoreFault):
        told = objects.read(name)
        if told is not None and told.content == content:
            return
        if not found.differences and not blocked:
            objects.delete(name)
    if found.differences and _send(session, Notice.DRIFTED, f"{_place(session, found)}: {totals(found)}"):
        with suppress(StoreFault):
            objects.replace(name, content)


def _told(fingerprint: str, blocked: Sequence[str]) -> bytes:
    import json

    return json.dumps({"formatVersion": 1, "fingerprint": fingerprint, "blocked": [*blocked]}).encode() + b"\n"


def _told_name(found: Drift) -> str:
    """The object that remembers what was told: of the whole environment, or of one part of it."""
    from hashlib import sha256

    from reconciler.render.drift import part_of

    part = sha256(part.encode()).hexdigest()[:16] if (part := part_of(found)) else "all"
    return f"notified/{found.environment}/{part}.json"


def _is_wanted(session: Session, notice: Notice) -> bool:
    """Whether it is to be told; warns of names that mean no notice: what they were to ask for would never come."""
    from reconciler.cli import terminal
    from reconciler.diagnostics import nearest_help
    from reconciler.render.neutral import neutral

    if not session.variables.get(URL):
        return False
    wanted = {name for each in session.variables.get(WANTED, "").split(",") if (name := each.strip())}
    for each in sorted(wanted - {*Notice}):
        terminal.talk(f"warning: {WANTED}: there is no notice `{neutral(each)}`; {nearest_help('one', each, Notice)}\n")
    return not wanted or notice in wanted


def _send(session: Session, notice: Notice, text: str) -> bool:
    """Sends a text in the form that Slack, Mattermost and others take; whether it went. If not that is said."""
    from reconciler.api.webhook import post_json
    from reconciler.cli import terminal
    from reconciler.errors import ProjectError
    from reconciler.render.neutral import neutral
    from reconciler.store.holder import run_link

    link = run_link(session.variables)
    line = _escaped(neutral(f"reconciler: {text}")) + (f" <{_escaped(link)}|CI run>" if _is_plain(link) else "")
    try:
        post_json(session.variables[URL].strip(), {"text": line, "event": str(notice)})
    except ProjectError as fault:
        terminal.talk(f"warning: {fault.summary}: {fault.detail}; {fault.help}\n")
        return False
    return True


def _escaped(text: str | None) -> str:
    """Text in which nothing is a link, a mention or a tag."""
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_plain(link: str | None) -> bool:
    return bool(link) and str(link).startswith("https://") and not set(" |<>") & set(str(link))
