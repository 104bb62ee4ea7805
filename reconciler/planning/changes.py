"""What all changes of a campaign have in common: its identity, their places, and what their values came through."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from reconciler.manifests.desired import DesiredCampaign
from reconciler.manifests.layers import Layer, Passed
from reconciler.planning.diff import place_of
from reconciler.planning.live import Pair, created_at
from reconciler.planning.plan import Action, Attribute, Change, Place, Reason, Risk, Via, ViaKind


def change_of(
    pair: Pair,
    action: Action,
    reason: Reason,
    *,
    source: Place | None = None,
    attributes: tuple[Attribute, ...] = (),
    risk: Risk = Risk.NONE,
    risks: tuple[str, ...] = (),
) -> Change:
    """A change of the pair's campaign; without a `source` it is the whole manifest's."""
    return Change(
        address=str(pair.desired.address),
        campaign_id=pair.live.id,
        campaign_name=pair.live.name,
        campaign_created_at=created_at(pair.live),
        action=action,
        reason=reason,
        risk=risk,
        source=source or place_of(pair.desired.span),
        risks=risks,
        attributes=attributes,
    )


def with_via(attributes: tuple[Attribute, ...], desired: DesiredCampaign) -> tuple[Attribute, ...]:
    """The attributes, each with what its value came through."""
    return tuple(replace(each, via=via_of(desired.passed.get(each.name, ()))) for each in attributes)


def via_of(passed: Passed) -> tuple[Via, ...]:
    """Templates, overlays and variables as a plan holds them: of a variable never the value."""
    return tuple(_vias(passed))


def _vias(passed: Passed) -> Iterator[Via]:
    for each in passed:
        if isinstance(each, Layer):
            yield Via(ViaKind(each.kind), each.name, place_of(each.span))
        else:
            yield Via(ViaKind.VARIABLE, each.name, place_of(each.span) if each.span else None, each.origin)
