"""Notices to a chat: that something was applied, failed or drifted. Off unless RECONCILER_WEBHOOK_URL is set."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.applying.results import Report
    from reconciler.cli.session import Session
    from reconciler.planning.drift import Drift
    from reconciler.planning.plan import Plan
    from reconciler.store.objects import Objects

#: The variables of the process: the URL, which is a secret, and which notices are wanted (default: all).
URL, WANTED = "RECONCILER_WEBHOOK_URL", "RECONCILER_WEBHOOK_ON"


class Notice(StrEnum):
    """What can be told."""

    APPLIED = "applied"
    FAILED = "failed"
    DRIFTED = "drifted"


def tell_run(session: Session, made: Plan, report: Report, run: str) -> None:
    """Tells how a run of apply ended."""
    from reconciler.applying.results import Outcome
    from reconciler.render.words import count

    notice = Notice.APPLIED if report.complete else Notice.FAILED
    if not _is_wanted(session.variables, notice):
        return
    outcomes = [f"{number} {each}" for each in Outcome if (number := report.count(each))]
    written = f", {count(number, 'contact')} written" if (number := report.contacts.get("done", 0)) else ""
    ending = "Applied" if report.complete else "Interrupted" if report.interrupted else "Not applied in whole"
    text = f"{ending}: {made.project} → {made.environment}: {', '.join(outcomes)}{written}. Run {run}"
    _send(session, notice, text)


def tell_drift(session: Session, found: Drift, objects: Objects) -> None:
    """Tells that something differs from the manifests, once for as long as the same things differ in the same way.

    What was told is remembered in the store. Where that fails it is told all the same.
    """
    from contextlib import suppress

    from reconciler.render.drift import totals
    from reconciler.store.objects import StoreFault

    if not _is_wanted(session.variables, Notice.DRIFTED) or found.has_errors:
        return
    name, content = _told_name(found), f'{{"formatVersion":1,"fingerprint":"{found.fingerprint}"}}\n'.encode()
    with suppress(StoreFault):
        told = objects.read(name)
        if told is not None and told.content == content:
            return
        if not found.differences:
            objects.delete(name)
    if found.differences:
        text = f"{found.project} → {found.environment}: {totals(found)}"
        if _send(session, Notice.DRIFTED, text):
            with suppress(StoreFault):
                objects.replace(name, content)


def _told_name(found: Drift) -> str:
    """The object that remembers what was told: of the whole environment, or of one part of it."""
    from hashlib import sha256

    part = sha256("\n".join(found.targets).encode()).hexdigest()[:16] if found.targets else "all"
    return f"notified/{found.environment}/{part}.json"


def _is_wanted(variables: Mapping[str, str], notice: Notice) -> bool:
    wanted = variables.get(WANTED, "")
    return bool(variables.get(URL)) and (not wanted.strip() or notice in {each.strip() for each in wanted.split(",")})


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
