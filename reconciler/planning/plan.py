"""The plan as data: changes with their reasons, and the steps that make them (design, the plan's contract).

The JSON of a saved plan, and the schema in `schemas/plan.schema.json`, are made from these types: a field here is a
field there, in camelCase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Annotated, Any

from msgspec import Meta, Struct

from reconciler.diagnostics import Severity
from reconciler.planning.checks.results import CheckResult
from reconciler.planning.findings import Finding


class Action(StrEnum):
    """What happens to the object of a change."""

    UPDATE = "update"
    ADD_FIELD = "addField"
    ASSIGN = "assign"
    ARCHIVE = "archive"
    DELETE = "delete"
    NONE = "none"


class Reason(StrEnum):
    """Why a change is there; renderers own the words."""

    SETTINGS_DIFFER = "settingsDiffer"
    FIELD_MISSING = "fieldMissing"
    RULE_MATCHES = "ruleMatches"
    RULE_SKIPS = "ruleSkips"
    ENSURE_ARCHIVED = "ensureArchived"  # lifecycle.ensure: archived
    ENSURE_DELETED = "ensureDeleted"
    AS_DESIRED = "asDesired"
    RUN_UNDONE = "runUndone"  # the value that it had before a run changed it


class Risk(StrEnum):
    """How much a change deserves a second look."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Operation(StrEnum):
    """The API writes that a step can be."""

    UPDATE_CAMPAIGN = "updateCampaign"  # PATCH Update campaign by Id
    ADD_FIELDS = "addFields"  # POST Add campaign custom field(s)
    UPDATE_CONTACTS = "updateContacts"  # POST Update a batch of contacts
    UPDATE_EACH = "updateEach"  # PUT Update contact by Id, one for each contact, side by side
    DELETE_CAMPAIGN = "deleteCampaign"  # DELETE Delete campaign by Id


#: The operations that write contacts, named one by one.
CONTACT_WRITES = (Operation.UPDATE_CONTACTS, Operation.UPDATE_EACH)


class Place(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Where in the manifests something comes from: file relative to the project, line 1-based."""

    file: str
    line: int


class ViaKind(StrEnum):
    """What a value came through on its way into a manifest."""

    TEMPLATE = "template"
    OVERLAY = "overlay"
    VARIABLE = "variable"


class Via(Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """What a value came through: a template or an overlay (its file), or a variable and where that was given.

    `source` is null for a variable from outside of the project; `origin` says what gave it then, such as ``--var x``.
    """

    kind: ViaKind
    name: str
    source: Place | None = None
    origin: str = ""


class Attribute(Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """One value: before (live) → after (desired); sets are sorted lists. `ignored`: shown, never written.

    `source`: where it is written; `via`: the templates, overlays and variables that it came through.
    """

    name: str
    before: Any
    after: Any
    source: Place | None = None
    ignored: bool = False
    via: tuple[Via, ...] = ()


def withheld(updated: str | None) -> dict[str, Any]:
    """What stands for text about somebody (`comment`) in a plan: that there is one, and the contact's last update."""
    return {"withheld": True, "updated": updated}


def is_withheld(value: object) -> bool:
    """Whether a value of a plan stands for a text that it does not hold."""
    return isinstance(value, Mapping) and value.get("withheld") is True


class ContactGroup(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Contacts (contactId, ascending) whose values change alike. Before is `withheld` where it is somebody's words."""

    before: dict[str, Any]
    after: dict[str, Any]
    contact_ids: tuple[int, ...]


class Load(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """How many of a rule's contacts an agent has, before and after; null is "nobody"."""

    agent_id: int | None
    before: int
    after: int


class Change(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One object's change.

    For `update` the attributes are settings; for `addField` the new fields (before is null); for `assign` the
    contacts are grouped by before → after; `none` changes nothing and says why. The changes of a rule carry `rule`,
    the `campaign` (an address) whose contacts it is about, and how many of them were `matched`, are to be `changed`
    and are `deferred` (they would change, and are left alone until the next run; `in_call` of them because somebody
    handles them now, the others because they moved while they were read, or nothing shows that they match).
    `claimed`: how many more its search found that belong to earlier rules; `total`: about how many contacts the
    campaign has (the API's own number), null where it does not tell. `sets`: the values that all of its contacts have
    afterwards. `campaign_created_at` is the campaign's own, by which apply knows the account again.
    """

    address: str
    campaign_id: int
    campaign_name: str
    action: Action
    reason: Reason
    risk: Risk
    source: Place
    risks: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    rule: str | None = None
    campaign: str | None = None
    matched: int = 0
    changed: int = 0
    deferred: int = 0
    in_call: int = 0
    claimed: int = 0
    total: int | None = None
    sets: dict[str, Any] = {}
    contacts: tuple[ContactGroup, ...] = ()
    loads: tuple[Load, ...] = ()
    campaign_created_at: str | None = None


class Step(Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """One API write. `body` is what PATCH gets; `fields` what is added; `contact_ids` and `data` a batch.

    For `updateEach` it is one write for each of `contact_ids`, with the same `data`.
    """

    number: int
    address: str
    campaign_id: int
    operation: Operation
    body: dict[str, Any] = {}
    fields: tuple[dict[str, Any], ...] = ()
    rule: str | None = None
    contact_ids: tuple[int, ...] = ()
    data: dict[str, Any] = {}


#: What applying is taken to need: seconds for one call and for a whole batch (none is documented), the calls of a step
#: besides its writes (reading before and after), those that ask how far a batch is, and how much goes on side by side.
CALL_SECONDS, BATCH_SECONDS, READS, POLLS, AT_ONCE, CAMPAIGNS_AT_ONCE = 0.2, 5.0, 2, 14, 8, 10


def calls_of(step: Step) -> int:
    """About how many calls a step takes: it reads what it is about to write, writes, and reads it back."""
    if step.operation is Operation.UPDATE_EACH:
        return READS + len(step.contact_ids)
    return READS + 1 + (POLLS if step.operation is Operation.UPDATE_CONTACTS else 0)


def seconds_of(steps: Iterable[Step]) -> int:
    """About how many seconds steps take: one after another in a campaign, campaigns side by side."""
    campaigns: dict[int, float] = {}
    for step in steps:
        campaigns[step.campaign_id] = campaigns.get(step.campaign_id, 0.0) + _seconds(step)
    return ceil(max([sum(campaigns.values()) / CAMPAIGNS_AT_ONCE, *campaigns.values()]))


def _seconds(step: Step) -> float:
    if step.operation is Operation.UPDATE_EACH:
        return CALL_SECONDS * (READS + ceil(len(step.contact_ids) / AT_ONCE))
    return CALL_SECONDS * (READS + 1) + (BATCH_SECONDS if step.operation is Operation.UPDATE_CONTACTS else 0.0)


class Resolved(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A filter of a rule that is relative to the moment of planning, as it was resolved: date, time and zone."""

    address: str
    rule: str
    filter: str
    moment: str


class Summary(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The plan in numbers. What applying takes is an estimate: no duration of the API's is documented."""

    campaigns_changed: int
    custom_fields_added: int
    contacts_changed: int
    contacts_matched: int
    contacts_deferred: int
    steps: int
    estimated_calls: int
    estimated_seconds: int

    @classmethod
    def of(cls, changes: tuple[Change, ...], steps: tuple[Step, ...]) -> Summary:
        """Counted from the changes and steps themselves; what applying takes is estimated from the steps."""
        return cls(
            campaigns_changed=len({each.campaign_id for each in changes if each.action is not Action.NONE}),
            custom_fields_added=sum(len(e.attributes) for e in changes if e.action is Action.ADD_FIELD),
            contacts_changed=sum(each.changed for each in changes),
            contacts_matched=sum(each.matched for each in changes),
            contacts_deferred=sum(each.deferred for each in changes),
            steps=len(steps),
            estimated_calls=sum(map(calls_of, steps)),
            estimated_seconds=seconds_of(steps),
        )


class Plan(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A reviewed unit: everything that will be written, why, and what it was made from and is bound to.

    `digest` covers everything else; it is empty until the plan is saved. `signature` covers the digest, where a key was
    given. `targets` are what the plan was limited to; empty for the whole project. `moments`: what relative filters
    meant. `shard`: the part of the campaigns, as ``2/4``; null is all. `undoes`: the run whose before values it brings
    back; null for a plan that is made from the manifests. `checks`: what the project's checks said when it was made.
    `against`: the snapshot that stood for the account; such a plan can't be applied. Null for one of the account.
    """

    format_version: Annotated[int, Meta(ge=1, le=1)]
    project: str
    environment: str
    base_url: str
    tool_version: str
    commit: str | None
    manifests_digest: str
    created_at: Annotated[datetime, Meta(tz=True)]
    expires_at: Annotated[datetime, Meta(tz=True)]
    summary: Summary
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    diagnostics: tuple[Finding, ...]
    digest: str = ""
    signature: str = ""
    targets: tuple[str, ...] = ()
    moments: tuple[Resolved, ...] = ()
    shard: str | None = None
    undoes: str | None = None
    checks: tuple[CheckResult, ...] = ()
    against: str | None = None

    @property
    def has_errors(self) -> bool:
        """Whether a campaign is blocked: the rest of the plan stands."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)
