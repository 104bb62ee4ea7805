"""Drift: where the account differs from the manifests, and whose change that is since the last run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from reconciler.diagnostics import Severity
from reconciler.kinds.campaign import SETTINGS
from reconciler.manifests.desired import Desired
from reconciler.planning.baseline import Applied, Baseline
from reconciler.planning.diff import same, same_inner
from reconciler.planning.ending import ENDINGS
from reconciler.planning.findings import Finding
from reconciler.planning.plan import Action, Attribute, Change, Place, Plan


class Origin(StrEnum):
    """Whose change a difference is, since a run last brought the account to what the manifests asked for."""

    MANIFESTS = "manifests"
    CONSOLE = "console"  # the console, the dialler, an import: whatever is not this tool
    BOTH = "both"
    UNKNOWN = "unknown"  # no run of this store has applied this campaign


class Difference(Struct, frozen=True, kw_only=True, rename="camel"):
    """One value, or the contacts of one rule, that the account has otherwise than the manifests ask for.

    `attribute`: the setting, ``customFields.NAME`` or ``lifecycle.ensure``; null for a rule, of which `contacts` is how
    many differ. `applied`: the value that the last run left, where one is known.
    """

    address: str
    campaign_id: int
    campaign_name: str
    attribute: str | None
    rule: str | None
    live: Any
    desired: Any
    applied: Any
    contacts: int
    origin: Origin
    source: Place


class DriftSummary(Struct, frozen=True, rename="camel"):
    """How many differences are of each origin, and how many contacts differ from their rules."""

    manifests: int
    console: int
    both: int
    unknown: int
    contacts: int


class Drift(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `drift` finds. `fingerprint`: the same as long as the same things differ in the same way.

    `targets` and `shard` (as ``2/4``) are the part that was looked at; empty and null are all.
    """

    format_version: Annotated[int, Meta(ge=1, le=1)] = 1
    project: str
    environment: str
    base_url: str
    tool_version: str
    commit: str | None
    created_at: Annotated[datetime, Meta(tz=True)]
    targets: tuple[str, ...]
    shard: str | None = None
    fingerprint: str
    summary: DriftSummary
    differences: tuple[Difference, ...]
    diagnostics: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether some campaign could not be compared."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)

    def of(self, *origins: Origin) -> list[Difference]:
        """The differences of these origins."""
        return [each for each in self.differences if each.origin in origins]


def drift_of(plan: Plan, desired: Desired, baseline: Baseline) -> Drift:
    """What a fresh plan shows to differ, and whose change it is by what runs left behind.

    Ignored settings and deferred contacts are none of it. A rule's contacts differ by a change of the manifests where
    that rule, or one before it, is another one now; else something happened to the contacts.
    """
    rules = {f"{each.address}#{name}": digest for each in desired.policies for name, digest in each.digests().items()}
    known = {
        (each.campaign or each.address): baseline.known(each.campaign or each.address, each.campaign_id, plan.base_url)
        for each in plan.changes
    }
    found = tuple(
        each
        for change in plan.changes
        for each in _differences(change, known[change.campaign or change.address], rules)
    )
    counts = {str(origin): sum(each.origin is origin for each in found) for origin in Origin}
    return Drift(
        project=plan.project,
        environment=plan.environment,
        base_url=plan.base_url,
        tool_version=plan.tool_version,
        commit=plan.commit,
        created_at=plan.created_at,
        targets=plan.targets,
        shard=plan.shard,
        fingerprint=_fingerprint(found),
        summary=DriftSummary(**counts, contacts=sum(each.contacts for each in found)),
        differences=found,
        diagnostics=plan.diagnostics,
    )


def _differences(change: Change, known: Applied | None, rules: Mapping[str, str]) -> Iterator[Difference]:
    """What a change says to differ. `known`: what the last run left of its campaign; `rules`: as they are now."""
    if change.rule is not None:
        if change.changed:
            name = f"{change.address}#{change.rule}"
            is_same = known is not None and known.rules.get(name) == rules[name]
            yield _difference(change, _of(known, is_desired=is_same, is_live=True), contacts=change.changed)
    elif change.action in ENDINGS:
        applied = known.ensure if known else None
        wanted = f"{change.action}d"
        origin = _of(known, is_desired=applied == wanted, is_live=True)
        held = "archived" if change.action is Action.DELETE and not change.attributes else "present"
        yield _difference(change, origin, "lifecycle.ensure", held, wanted, applied)
    elif change.action is not Action.NONE:
        for each in change.attributes:
            if not each.ignored:
                yield _of_attribute(change, each, known)


def _of_attribute(change: Change, attribute: Attribute, known: Applied | None) -> Difference:
    applied: Any = None
    if change.action is Action.ADD_FIELD:
        was_there = known is not None and attribute.name.partition(".")[2] in known.custom_fields
        origin = _of(known, is_desired=was_there, is_live=True)
    elif known is None or attribute.name not in known.settings:  # no run has ever applied it
        origin = _of(known, is_desired=False, is_live=True)
    else:
        applied = known.settings[attribute.name]
        is_desired, is_live = (_same(attribute.name, applied, each) for each in (attribute.after, attribute.before))
        origin = _of(known, is_desired=is_desired, is_live=is_live)
    place = attribute.source or change.source
    return _difference(change, origin, attribute.name, attribute.before, attribute.after, applied, place)


def _of(known: Applied | None, *, is_desired: bool, is_live: bool) -> Origin:
    """Whose change it is, by which side is still what the last run left."""
    if known is None:
        return Origin.UNKNOWN
    if is_desired:
        return Origin.CONSOLE
    return Origin.MANIFESTS if is_live else Origin.BOTH


def _same(name: str, one: Any, other: Any) -> bool:
    outer, _, inner = name.partition(".")
    field = SETTINGS[outer]
    return same_inner(field, inner, one, other) if inner else same(field, one, other)


def _difference(
    change: Change,
    origin: Origin,
    attribute: str | None = None,
    live: Any = None,
    desired: Any = None,
    applied: Any = None,
    source: Place | None = None,
    contacts: int = 0,
) -> Difference:
    return Difference(
        address=change.address,
        campaign_id=change.campaign_id,
        campaign_name=change.campaign_name,
        attribute=attribute,
        rule=change.rule,
        live=live,
        desired=desired,
        applied=applied,
        contacts=contacts,
        origin=origin,
        source=source or change.source,
    )


def _fingerprint(differences: tuple[Difference, ...]) -> str:
    """Of what differs and how. Not of how many contacts, nor of lines: those move by the hour and with each edit."""
    content = sorted(
        [each.address, each.campaign_id, each.attribute or "", each.rule or "", each.origin, _text(each)]
        for each in differences
    )
    return "sha256:" + hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _text(difference: Difference) -> str:
    return msgspec.json.encode([difference.live, difference.desired], order="sorted").decode()


def drift_schema() -> Mapping[str, Any]:
    """The JSON Schema of `drift --format json`, as `schemas/drift.schema.json` holds it."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Drift"}
    return title | msgspec.json.schema(Drift)
