"""A plan that takes back what a run did: the before values of what it wrote, where the account still holds its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from msgspec import structs

from reconciler import __version__
from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.api.reading import Reader, all_campaigns
from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic, Source, Span
from reconciler.errors import ApiError, NotFound, ProjectError, Unauthorized, Unreachable
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.model import Address
from reconciler.planning.agreement import asks_for
from reconciler.planning.assignment import AGENT
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.findings import Finding
from reconciler.planning.holding import held_back
from reconciler.planning.live import Pair, created_at, same_creation
from reconciler.planning.plan import Action, Change, Place, Plan, Reason, Step, Summary
from reconciler.planning.saved import FORMAT_VERSION, to_json
from reconciler.planning.steps import make_steps
from reconciler.planning.undoing import findings
from reconciler.planning.undoing.contacts import ContactsBack, Kind, contacts_back
from reconciler.planning.undoing.run import PastRun
from reconciler.planning.undoing.settings import Restored, restored


@dataclass(slots=True)
class _Undone:
    """What is found out of all campaigns: pairs and changes for the steps, faults, and numbers of what goes back."""

    pairs: list[Pair] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    settings: Counter[str] = field(default_factory=Counter)
    contacts: Counter[str] = field(default_factory=Counter)


def make_undo(
    reader: Reader, past: PastRun, desired: Desired, *, now: datetime, lifetime: timedelta
) -> tuple[Plan, list[Diagnostic]]:
    """The plan that undoes a run as far as that can be, read through `reader`, and what has to be said of it.

    Only what the run wrote, and what the account still holds as the run left it, goes back. `desired`: the manifests,
    of which it is told what they still ask for; nothing is planned from them. ProjectError when the campaigns are
    another account's; and what the client raises.
    """
    now, found = now.replace(microsecond=0), _Undone()
    numbers = list(dict.fromkeys(each.campaign_id for each in past.plan.changes))
    live = _live(reader, [each for each in numbers if _was_touched(past, each)])
    _refuse_other_account(past, live)
    for number, campaign in live.items():
        try:
            _undo_campaign(reader, past, number, campaign, found)
        except (Unauthorized, Unreachable):  # the whole account's
            raise
        except ApiError as error:
            found.faults.append(findings.unreadable(_address(past, number), number, error.detail, error.help))
    diagnostics = [_summary(past, found), *found.faults, *_asked_again(past, found.changes, desired)]
    steps, changes = _doubtful_last(make_steps(found.pairs, found.changes), found.pairs), tuple(found.changes)
    return Plan(
        format_version=FORMAT_VERSION,
        project=desired.project.name,
        environment=desired.environment.name,
        base_url=desired.environment.base_url,
        tool_version=__version__,
        commit=None,
        manifests_digest=undone_digest(past),
        created_at=now,
        expires_at=now + lifetime,
        summary=Summary.of(changes, steps),
        changes=changes,
        steps=steps,
        diagnostics=tuple(Finding.of(each) for each in diagnostics),
        shard=past.plan.shard,
        undoes=past.run,
    ), diagnostics


def undone_digest(past: PastRun) -> str:
    """What binds an undo in the place of the manifests: the digest of the plan that the run applied."""
    return past.plan.digest or str(to_json(past.plan)["digest"])


def _doubtful_last(steps: Iterable[Step], pairs: Iterable[Pair]) -> tuple[Step, ...]:
    """The steps, numbered again: of the contacts of a campaign those last whose agent may be no member.

    Where the API refuses them, the later steps of that campaign are not tried: no others may be among these.
    """
    users = {
        each.live.id: {*comparable(SETTINGS["userIds"], {**each.live.values, **each.desired.settings}.get("userIds"))}
        for each in pairs
    }
    ordered: list[Step] = []
    for (number, _), some in groupby(steps, key=lambda each: (each.campaign_id, bool(each.contact_ids))):
        members = {None, *users[number]}
        ordered += sorted(some, key=lambda each: each.data.get(AGENT) not in members)
    return tuple(structs.replace(each, number=number) for number, each in enumerate(ordered, start=1))


def _was_touched(past: PastRun, number: int) -> bool:
    """Whether the run wrote anything of a campaign, or may have."""
    steps = (each for each in past.plan.steps if each.campaign_id == number)
    return bool(past.written(number)) or any(past.deed(each).wrote is not False for each in steps)


def _live(reader: Reader, numbers: list[int]) -> dict[int, Campaign | None]:
    """The campaigns of these ids; None for one that is not there. Those that the list leaves out are asked for."""
    listed = {each.id: each for each in all_campaigns(reader)} if numbers else {}
    missing = [each for each in numbers if each not in listed]
    found: dict[int, Campaign | None] = {**listed}
    for number, each in zip(missing, reader.run_each([get_campaign(each) for each in missing]), strict=True):
        if isinstance(each, ApiError) and not isinstance(each, NotFound):
            raise each
        found[number] = None if isinstance(each, ApiError) else each
    return {number: found[number] for number in numbers}


def _refuse_other_account(past: PastRun, live: Mapping[int, Campaign | None]) -> None:
    for change in past.plan.changes:
        campaign, known = live.get(change.campaign_id), change.campaign_created_at
        if campaign is not None and known is not None and not same_creation(created_at(campaign), known):
            found = created_at(campaign) or "at a moment that it does not tell"
            raise ProjectError(
                "this is another account",
                f"run {past.run} changed campaign {change.campaign_id} created {known}, but campaign "
                f"{change.campaign_id} of this account was created {found}",
                "check baseUrl and the token of this environment; nothing was written",
            )


def _address(past: PastRun, number: int) -> str:
    return next(each.campaign or each.address for each in past.changes(number))


def _undo_campaign(reader: Reader, past: PastRun, number: int, live: Campaign | None, found: _Undone) -> None:
    address, changes = _address(past, number), past.changes(number)
    if live is None:
        found.faults.append(findings.gone(address, number, changes))
    elif live.fault:
        found.faults.append(findings.unreadable(address, number, live.fault))
    elif not _is_same(past, number, live):
        found.faults.append(findings.another_campaign(address, number, changes[0].campaign_name, live.name))
    elif live.values.get("isArchived") is True:
        found.faults.append(findings.archived(address, number, changes))
    else:
        _undo_live(reader, past, _as_it_is(changes[0], address, live), found)


def _is_same(past: PastRun, number: int, live: Campaign) -> bool:
    """Whether it is the campaign of the run; one that does not tell when it was created is known by its name."""
    changes = past.changes(number)
    if any(each.campaign_created_at for each in changes):
        return True  # _refuse_other_account has looked
    named = {each.after for change in changes for each in change.attributes if each.name == "name"}
    return live.name in {changes[0].campaign_name, *named}


def _as_it_is(change: Change, address: str, live: Campaign) -> Pair:
    """The campaign with nothing asked of it."""
    desired = DesiredCampaign(
        address=Address.parse(address),
        labels={},
        binding=None,
        settings={},
        custom_fields=(),
        expect={},
        ignore=frozenset(),
        spans={},
        span=_span(change.source),
    )
    return Pair(desired, live)


def _span(place: Place) -> Span:
    return Span(Source(place.file, ""), place.line, 1)


def _undo_live(reader: Reader, past: PastRun, pair: Pair, found: _Undone) -> None:
    address, number = str(pair.desired.address), pair.live.id
    if faults := campaign_faults(pair):  # fields that are not as documented
        found.faults += [replace(each, span=None) for each in faults]
        return
    settings = restored(past.traces(number), pair.live.values)
    spans = {name: _span(place) for name, place in settings.sources.items()}
    pair = replace(pair, desired=replace(pair.desired, settings=settings.settings, spans=spans))
    contacts = contacts_back(reader, pair, past.changes(number), past.written(number))
    pair, waiting = _held_back(pair, contacts)
    own = [structs.replace(each, reason=Reason.RUN_UNDONE) for each in campaign_changes(pair)]
    found.pairs.append(pair)
    found.changes += [each for each in own if each.action is not Action.NONE]
    found.changes += [change for change, _ in contacts.rules if change.contacts or change.deferred]
    found.faults += _findings(past, address, pair, settings, contacts)
    found.faults += [replace(each, span=None) for each in waiting]
    found.settings["back"] += len(settings.settings)
    found.settings["already"] += settings.already
    for _, outcome in contacts.rules:
        found.contacts["back"] += len(outcome.of(Kind.BACK))
        found.contacts["already"] += len(outcome.of(Kind.ALREADY))


def _held_back(pair: Pair, contacts: ContactsBack) -> tuple[Pair, list[Diagnostic]]:
    """The pair without what has to wait for contacts: nobody leaves who keeps some, and while some are in a call that
    should go back nobody starts calling. For those that stay for good the campaign need not wait."""
    waiting: list[Diagnostic] = []
    if contacts.waiting.contacts:
        pair, waiting = held_back(pair, contacts.waiting)
    if contacts.stuck.contacts:
        whole = pair.desired.settings
        members = {name: each for name, each in whole.items() if name != "isPaused"}
        kept, more = held_back(replace(pair, desired=replace(pair.desired, settings=members)), contacts.stuck)
        settings = {name: kept.desired.settings.get(name, each) for name, each in whole.items()}
        pair, waiting = replace(pair, desired=replace(pair.desired, settings=settings)), [*waiting, *more]
    return pair, waiting


def _findings(
    past: PastRun, address: str, pair: Pair, settings: Restored, contacts: ContactsBack
) -> Iterator[Diagnostic]:
    names = pair.live.values.get("customFields")
    held = {str(each) for each in names} if isinstance(names, list) else set()
    if added := [each for each in past.fields_added(pair.live.id) if each in held]:
        yield findings.fields_stay(address, added)
    yield from findings.of_settings(address, settings)
    yield from findings.effects(address, settings)
    yield from findings.of_contacts(contacts)


def _summary(past: PastRun, found: _Undone) -> Diagnostic:
    settings, contacts = found.settings, found.contacts
    return findings.summary(past.run, (settings["back"], settings["already"]), (contacts["back"], contacts["already"]))


def _asked_again(past: PastRun, undone: Iterable[Change], desired: Desired) -> Iterator[Diagnostic]:
    """A warning of what the manifests still ask for, of all that goes back."""
    asking = Counter[str]()
    for change in undone:
        names = {each.name for each in change.attributes}
        for each in past.changes(change.campaign_id):
            if (each.address, each.rule) == (change.address, change.rule):
                parts = [structs.replace(each, attributes=(one,)) for one in each.attributes if one.name in names]
                asking[each.address] += sum(asks_for(part, desired) for part in (parts or [each] * bool(each.rule)))
    if any(asking.values()):
        yield findings.asked_again(past.run, +asking)
