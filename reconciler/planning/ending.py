"""A campaign that is to be archived or deleted (`lifecycle.ensure`): pause → archive → delete, and nothing besides.

Rests on "PATCH Update campaign by Id" (archive only a paused campaign; an archived one can't be updated) and "DELETE
Delete campaign by Id" (only an archived one; for good). Its settings, fields and contacts are not written any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from reconciler.api.endpoints.searches import contact_total
from reconciler.api.reading import Reader
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.kinds.campaign import Ensure
from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.planning.changes import change_of, via_of
from reconciler.planning.diff import diff_settings, place_of
from reconciler.planning.live import Pair
from reconciler.planning.plan import Action, Attribute, Change, Operation, Reason, Risk, Step

#: The actions that end a campaign, with what is told about each.
ENDINGS = {
    Action.ARCHIVE: "archives the campaign: its agents stop calling it, and the API can't undo it",
    Action.DELETE: "deletes the campaign and all of its contacts for good",
}
_ENDED = {
    Ensure.ARCHIVED: (Action.ARCHIVE, Reason.ENSURE_ARCHIVED),
    Ensure.DELETED: (Action.DELETE, Reason.ENSURE_DELETED),
}
#: What a campaign is brought to on its way out, in this order.
_WAY = ("isPaused", "isArchived")


def is_archived(pair: Pair) -> bool:
    """Whether the live campaign is archived."""
    return pair.live.values.get("isArchived") is True


def has_ended(pair: Pair) -> bool:
    """Whether it is to be archived and is: nothing of it is compared or written any more."""
    return pair.desired.ensure is Ensure.ARCHIVED and is_archived(pair)


def ending_change(pair: Pair) -> Change:
    """The one change that archives or deletes the campaign; one that says so when it is archived as desired."""
    desired = pair.desired
    place = place_of(desired.spans.get("lifecycle.ensure", desired.span))
    if has_ended(pair):
        return change_of(pair, Action.NONE, Reason.AS_DESIRED, source=place)
    action, reason = _ENDED[desired.ensure]
    assert action is not Action.DELETE or desired.binding is not None  # reading the manifests refuses it
    via = via_of(desired.passed.get("lifecycle.ensure", ()))
    attributes = tuple(Attribute(name, pair.live.values.get(name), True, place, via=via) for name in _lacking(pair))
    running = ("the campaign is running",) if pair.live.values.get("isPaused") is False else ()
    risks = (ENDINGS[action], *running)
    return change_of(pair, action, reason, source=place, attributes=attributes, risk=Risk.HIGH, risks=risks)


def with_sizes(reader: Reader, changes: Sequence[Change]) -> list[Change]:
    """The changes; those that delete say about how many contacts go with the campaign, where the account tells."""
    deleted = [each for each in changes if each.action is Action.DELETE]
    totals = reader.run_each([contact_total(each.campaign_id) for each in deleted])
    sizes = {each.campaign_id: total for each, total in zip(deleted, totals, strict=True) if isinstance(total, int)}
    return [_sized(each, sizes[each.campaign_id]) if each.campaign_id in sizes else each for each in changes]


def _sized(change: Change, contacts: int) -> Change:
    told = f"{ENDINGS[Action.DELETE]} (about {contacts:,} contact{'' if contacts == 1 else 's'})"
    return replace(change, risks=tuple(told if each == ENDINGS[Action.DELETE] else each for each in change.risks))


def _lacking(pair: Pair) -> Iterator[str]:
    if not is_archived(pair):
        yield from (name for name in _WAY if pair.live.values.get(name) is not True)


def gone_changes(desired: Desired, pairs: Mapping[str, Pair], faults: Iterable[Diagnostic]) -> list[Change]:
    """A change for each campaign that is to be deleted and is not there: as desired."""
    known = {str(pair.desired.address) for pair in pairs.values()} | {each.address for each in faults}
    deleted = (each for each in desired.campaigns if each.ensure is Ensure.DELETED)
    return [_gone(each) for each in deleted if str(each.address) not in known]


def _gone(campaign: DesiredCampaign) -> Change:
    assert campaign.binding is not None  # reading the manifests refuses it
    return Change(
        address=str(campaign.address),
        campaign_id=campaign.binding.id,
        campaign_name=campaign.live_name or campaign.address.name,
        campaign_created_at=campaign.binding.created_at,
        action=Action.NONE,
        reason=Reason.AS_DESIRED,
        risk=Risk.NONE,
        source=place_of(campaign.spans.get("lifecycle.ensure", campaign.span)),
    )


def ending_steps(change: Change) -> Iterator[Step]:
    """The steps of a change that ends a campaign, not numbered yet: each value alone, then the campaign itself."""
    for each in change.attributes:
        yield Step(0, change.address, change.campaign_id, Operation.UPDATE_CAMPAIGN, body={each.name: each.after})
    if change.action is Action.DELETE:
        yield Step(0, change.address, change.campaign_id, Operation.DELETE_CAMPAIGN)


def is_whole(change: Change) -> bool:
    """Whether a change ends a campaign in the only legal order: (pause →) archive (→ delete), or delete alone."""
    ways = [list(_WAY), list(_WAY[1:])] + ([[]] if change.action is Action.DELETE else [])
    names = [each.name for each in change.attributes]
    return names in ways and all(each.after is True and not each.ignored for each in change.attributes)


def ending_notes(pair: Pair) -> Iterator[Diagnostic]:
    """A note when the manifest of an archived campaign, or of one to be archived, says what will never be written."""
    desired, live = pair.desired, pair.live
    if desired.ensure is not Ensure.ARCHIVED:
        return
    left = desired.ignore | {"isPaused"}  # it has to be paused, whatever the manifest says
    differing = [each.name for each in diff_settings(desired.settings, live.values, left, {}) if not each.ignored]
    if differing:
        yield Diagnostic(
            "archived-differs",
            "an archived campaign keeps what it has",
            f"campaign {live.id} differs from its manifest and stays so: {', '.join(differing)}",
            Severity.NOTE,
            desired.spans.get("lifecycle.ensure", desired.span),
            "nothing needs to be done: what is archived can't be updated",
            str(desired.address),
        )
