"""The stage as a whole: desired + what the account holds → plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import structs

from reconciler import __version__
from reconciler.api.reading import Reader
from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic, in_order
from reconciler.kinds import CAMPAIGN
from reconciler.manifests.desired import Desired
from reconciler.model import Address
from reconciler.planning.campaigns import campaign_changes, campaign_faults, campaign_notes
from reconciler.planning.checks.evaluation import held
from reconciler.planning.contacts import plan_contacts
from reconciler.planning.ending import gone_changes, with_sizes
from reconciler.planning.findings import Finding
from reconciler.planning.holding import held_back
from reconciler.planning.live import Pair, read_live
from reconciler.planning.plan import Change, Plan, Step, Summary
from reconciler.planning.saved import FORMAT_VERSION
from reconciler.planning.selection import Selection, selected
from reconciler.planning.steps import make_steps

LIFETIME = timedelta(hours=24)


def make_plan(
    reader: Reader,
    desired: Desired,
    *,
    now: datetime,
    commit: str | None,
    selection: Selection | None = None,
    listed: Sequence[Campaign] | None = None,
    lifetime: timedelta = LIFETIME,
) -> tuple[Plan, list[Diagnostic]]:
    """The plan that brings the account to what is desired, read through `reader`, and the faults with their places.

    Times in rules are relative to `now`. `selection`: the part that is planned (default: all). `listed`: the campaigns
    of the account, when they were read before. `lifetime`: how long the plan may be applied. A fault that concerns one
    campaign, its settings or its contacts, blocks that campaign alone; the rest is planned. Raises what the client
    raises.
    """
    now = now.replace(microsecond=0)
    part = selection or selected(desired)
    pairs, faults = read_live(reader, desired, listed)
    gone = gone_changes(desired, pairs, faults)
    if part.is_part:
        meant = {str(Address(CAMPAIGN, name)) for name in part.names}
        faults, gone = [each for each in faults if each.address in meant], [e for e in gone if e.address in meant]
    sound: dict[str, Pair] = {}
    for name in sorted(part.names & pairs.keys()):
        pair = pairs[name]
        if blocking := campaign_faults(pair):
            faults += blocking
        else:
            faults += campaign_notes(pair)
            sound[name] = pair if name in part.campaigns else _as_it_is(pair)
    contacts = plan_contacts(reader, replace(desired, policies=part.policies), sound, now)
    whole = {name: pair for name, pair in sound.items() if name not in contacts.stopped}
    for name in sorted(whole.keys() & contacts.left.keys()):
        whole[name], waiting = held_back(whole[name], contacts.left[name])
        faults += waiting
    changes = [change for name in whole if name in part.campaigns for change in campaign_changes(whole[name])]
    changes = [*with_sizes(reader, changes), *gone, *contacts.changes]
    diagnostics = in_order([*desired.diagnostics, *faults, *contacts.faults])
    made = _plan(desired, make_steps(whole.values(), changes), changes, diagnostics, now, commit)
    shard = str(part.shard) if part.shard else None
    bound = structs.replace(
        made, expires_at=now + lifetime, targets=part.texts, moments=tuple(contacts.moments), shard=shard
    )
    checked = held(bound, desired, now)
    diagnostics = in_order([*diagnostics, *checked.notes])
    findings = tuple(Finding.of(each) for each in diagnostics)
    return structs.replace(bound, checks=tuple(checked.results), diagnostics=findings), diagnostics


def of_snapshot(plan: Plan, name: str, note: Diagnostic) -> Plan:
    """The plan as one that was made against a snapshot (its file's name), with a note that says so in the first place.

    It says of itself that it can't be applied.
    """
    return structs.replace(plan, against=name, diagnostics=(Finding.of(note), *plan.diagnostics))


def _as_it_is(pair: Pair) -> Pair:
    """The pair of a campaign whose settings are not planned: its members are those that the account has."""
    return replace(pair, desired=replace(pair.desired, settings={}))


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
