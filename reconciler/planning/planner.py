"""The stage as a whole: desired + what the account holds → plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from reconciler import __version__
from reconciler.api.reading import Reader
from reconciler.diagnostics import Diagnostic, in_order
from reconciler.manifests.desired import Desired
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.contacts import plan_contacts
from reconciler.planning.live import Pair, read_live
from reconciler.planning.plan import Change, Finding, Plan, Step, Summary
from reconciler.planning.saved import FORMAT_VERSION
from reconciler.planning.steps import make_steps

LIFETIME = timedelta(hours=24)


def make_plan(reader: Reader, desired: Desired, *, now: datetime, commit: str | None) -> tuple[Plan, list[Diagnostic]]:
    """The plan that brings the account to what is desired, read through `reader`, and the faults with their places.

    Times in rules are relative to `now`. A fault that concerns one campaign, its settings or its contacts, blocks that
    campaign alone; the rest is planned. Raises what the client raises.
    """
    now = now.replace(microsecond=0)
    pairs, faults = read_live(reader, desired)
    sound: dict[str, Pair] = {}
    for name, pair in pairs.items():
        blocking = campaign_faults(pair)
        faults += blocking
        if not blocking:
            sound[name] = pair
    contacts = plan_contacts(reader, desired, sound, now)
    whole = [pair for name, pair in sound.items() if name not in contacts.stopped]
    changes = [change for pair in whole for change in campaign_changes(pair)]
    changes += contacts.changes
    diagnostics = in_order([*desired.diagnostics, *faults, *contacts.faults])
    return _plan(desired, make_steps(whole, changes), changes, diagnostics, now, commit), diagnostics


def _plan(
    desired: Desired,
    steps: tuple[Step, ...],
    changes: Sequence[Change],
    diagnostics: Iterable[Diagnostic],
    now: datetime,
    commit: str | None,
) -> Plan:
    return Plan(
        format_version=FORMAT_VERSION,
        project=desired.project.name,
        environment=desired.environment.name,
        base_url=desired.environment.base_url,
        tool_version=__version__,
        commit=commit,
        manifests_digest=desired.digest(),
        created_at=now,
        expires_at=now + LIFETIME,
        summary=Summary.of(tuple(changes), steps),
        changes=tuple(changes),
        steps=steps,
        diagnostics=tuple(Finding.of(each) for each in diagnostics),
    )
