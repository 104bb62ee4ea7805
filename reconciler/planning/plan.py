"""The plan as data: changes with their reasons, and the steps that make them (design, the plan's contract).

The JSON of a saved plan, and the schema in `schemas/plan.schema.json`, are made from these types: a field here is a
field there, in camelCase.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct

from reconciler.diagnostics import Diagnostic, Severity, Source, Span


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
    DELETE_CAMPAIGN = "deleteCampaign"  # DELETE Delete campaign by Id


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


class ContactGroup(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Contacts (contactId, ascending) whose values change alike."""

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
    and are `deferred` (in progress: left alone). `campaign_created_at` is the campaign's own, by which apply knows the
    account again.
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
    contacts: tuple[ContactGroup, ...] = ()
    loads: tuple[Load, ...] = ()
    campaign_created_at: str | None = None


class Step(Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """One API write. `body` is what PATCH gets; `fields` what is added; `contact_ids` and `data` a batch."""

    number: int
    address: str
    campaign_id: int
    operation: Operation
    body: dict[str, Any] = {}
    fields: tuple[dict[str, Any], ...] = ()
    rule: str | None = None
    contact_ids: tuple[int, ...] = ()
    data: dict[str, Any] = {}


class Summary(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The plan in numbers."""

    campaigns_changed: int
    custom_fields_added: int
    contacts_changed: int
    contacts_matched: int
    contacts_deferred: int
    steps: int

    @classmethod
    def of(cls, changes: tuple[Change, ...], steps: tuple[Step, ...]) -> Summary:
        """Counted from the changes and steps themselves."""
        return cls(
            campaigns_changed=len({each.campaign_id for each in changes if each.action is not Action.NONE}),
            custom_fields_added=sum(len(e.attributes) for e in changes if e.action is Action.ADD_FIELD),
            contacts_changed=sum(each.changed for each in changes),
            contacts_matched=sum(each.matched for each in changes),
            contacts_deferred=sum(each.deferred for each in changes),
            steps=len(steps),
        )


class FindingPlace(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Where a finding points: line and column are 1-based."""

    file: str
    line: int
    column: int


class Finding(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A diagnostic as a plan holds it."""

    code: str
    severity: Severity
    summary: str
    detail: str
    help: str
    address: str | None
    source: FindingPlace | None

    def diagnostic(self) -> Diagnostic:
        """The finding as a diagnostic again; the text around its place is not at hand."""
        place = self.source
        span = Span(Source(place.file, ""), place.line, place.column) if place else None
        return Diagnostic(
            self.code, self.summary, self.detail, self.severity, span, self.help, address=self.address or ""
        )

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Finding:
        """The diagnostic without the text around its place."""
        span = diagnostic.span
        place = FindingPlace(span.source.path, span.line, span.column) if span else None
        return cls(
            diagnostic.code,
            diagnostic.severity,
            diagnostic.summary,
            diagnostic.detail,
            diagnostic.help,
            diagnostic.address or None,
            place,
        )


class Plan(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A reviewed unit: everything that will be written, why, and what it was made from and is bound to.

    `digest` covers everything else; it is empty until the plan is saved. `signature` covers the digest, where a key was
    given. `targets` are what the plan was limited to; empty for the whole project.
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

    @property
    def has_errors(self) -> bool:
        """Whether a campaign is blocked: the rest of the plan stands."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)
