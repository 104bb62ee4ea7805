"""What is copied of the account: its campaigns, wrap-up codes, and the contacts that the plan is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.api.endpoints.searches import MAX_PAGE_SIZE, Search
from reconciler.api.endpoints.wrapups import list_wrapups
from reconciler.api.filters import columns_of
from reconciler.api.reading import Reader, Reading, all_campaigns, read_each
from reconciler.api.shapes import Campaign, Contact, Wrapup
from reconciler.manifests.desired import Desired
from reconciler.planning.live import Pair, read_live
from reconciler.planning.plan import Plan, Step
from reconciler.planning.queries import Query, make_queries, needs_wrapups
from reconciler.planning.selection import Selection


@dataclass(slots=True)
class Crowd:
    """The contacts of one campaign that its rules find or the plan names: no more of each than `queries` need."""

    campaign: Campaign
    queries: tuple[Query, ...]
    contacts: dict[int, Contact] = field(default_factory=dict, repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """What is read of a contact: what the rules match by and set, and whether it is being handled."""
        columns = {"state"}
        for query in self.queries:
            columns |= columns_of(query.whole) | query.rule.set.keys()
            columns |= {"assignedAgentId"} if query.rule.assign else set()
        return frozenset(columns | ({"excludedDetail"} if "excluded" in columns else set()))

    def take(self, contacts: Iterable[Contact]) -> None:
        """Keeps these contacts, as they were read last."""
        self.contacts.update((each.contactId, each) for each in contacts)


@dataclass(frozen=True, slots=True)
class Originals:
    """What was read. `part`: what of the manifests is about the campaigns that the plan touches, and nothing else."""

    campaigns: Sequence[Campaign]
    wrapups: Sequence[Wrapup]
    crowds: Sequence[Crowd]
    part: Selection


def read_originals(reader: Reader, plan: Plan, desired: Desired, selection: Selection) -> Originals:
    """Reads what the copy needs. `selection`: the part of the manifests that was planned.

    Raises what the reader raises; ProjectError when this is another account (see `read_live`).
    """
    listed = all_campaigns(reader)
    pairs, _ = read_live(reader, desired, listed)
    touched = {each.campaign_id for each in plan.steps}
    pairs = {name: pair for name, pair in pairs.items() if pair.live.id in touched}
    known = {each.id for each in listed}
    campaigns = [*listed, *(each.live for each in pairs.values() if each.live.id not in known)]
    wrapups = reader.run(list_wrapups()) if needs_wrapups(desired) else []
    part = _touched(selection, frozenset(pairs))
    crowds = list(_crowds(part, pairs, wrapups, plan.created_at))
    _read(reader, crowds, plan.steps)
    return Originals(campaigns, wrapups, crowds, part)


def _touched(selection: Selection, names: frozenset[str]) -> Selection:
    """The selection without the campaigns that no step of the plan touches."""
    policies = [
        replace(each, campaigns=tuple(name for name in each.campaigns if name in names)) for each in selection.policies
    ]
    texts = ("the campaigns of a plan",)  # not everything: campaigns that are not meant are not missed either
    return Selection(texts, selection.campaigns & names, tuple(each for each in policies if each.campaigns))


def _crowds(part: Selection, pairs: Mapping[str, Pair], wrapups: Sequence[Wrapup], moment: datetime) -> Iterator[Crowd]:
    """One for each campaign that has rules: relative filters are resolved as the plan resolved them."""
    for policy in part.policies:
        queries, _ = make_queries(policy, wrapups, moment)
        for name in policy.campaigns:
            yield Crowd(pairs[name].live, tuple(queries))


def _read(reader: Reader, crowds: Sequence[Crowd], steps: Sequence[Step]) -> None:
    """Reads what the rules find; then, by number, what the plan names besides: it may match no more."""
    _take(reader, [(crowd, query.filters) for crowd in crowds for query in crowd.queries])
    _take(reader, [(crowd, {"contactIds": ids}) for crowd in crowds for ids in _missing(crowd, steps)])


def _take(reader: Reader, searches: Sequence[tuple[Crowd, Mapping[str, Any]]]) -> None:
    """Gives each crowd the contacts that its search finds."""
    readings = [
        Reading(Search(crowd.campaign.id, query, columns=crowd.columns), crowd.take) for crowd, query in searches
    ]
    for error in read_each(reader, readings):
        if error is not None:
            raise error


def _missing(crowd: Crowd, steps: Sequence[Step]) -> Iterator[list[int]]:
    """The contacts that the plan's steps name and that no rule found, as many at a time as fit on a page."""
    named = {number for step in steps if step.campaign_id == crowd.campaign.id for number in step.contact_ids}
    missing = sorted(named - crowd.contacts.keys())
    return (missing[start : start + MAX_PAGE_SIZE] for start in range(0, len(missing), MAX_PAGE_SIZE))
