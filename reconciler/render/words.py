"""Values, counts, reasons and steps in words, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import SET_FIELDS
from reconciler.kinds.field import Type
from reconciler.kinds.values import duration
from reconciler.planning.plan import Action, Operation, Reason, Step, Summary, Via, ViaKind, is_withheld
from reconciler.render.neutral import neutral

#: Why a change is there.
REASONS: Final[Mapping[Reason, str]] = {
    Reason.SETTINGS_DIFFER: "settings differ from the manifest",
    Reason.FIELD_MISSING: "custom fields are missing",
    Reason.RULE_MATCHES: "contacts differ from the rules",
    Reason.RULE_SKIPS: "rules leave contacts as they are",
    Reason.ENSURE_ARCHIVED: "lifecycle.ensure says archived",
    Reason.ENSURE_DELETED: "lifecycle.ensure says deleted",
    Reason.AS_DESIRED: "all is as the manifest says",
    Reason.RUN_UNDONE: "as it was before that run",
}
#: What is done to a campaign.
ACTIONS: Final[Mapping[Action, str]] = {
    Action.UPDATE: "update",
    Action.ADD_FIELD: "add fields",
    Action.ASSIGN: "change contacts",
    Action.ARCHIVE: "archive",
    Action.DELETE: "delete",
    Action.NONE: "nothing",
}
#: Who has a contact that no agent is assigned to.
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Names:
    """What the environment calls ids: id → name, for agents and groups."""

    agents: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, agents: Mapping[str, int], groups: Mapping[str, int]) -> Names:
        """From the environment's name → id."""
        return cls({id_: name for name, id_ in agents.items()}, {id_: name for name, id_ in groups.items()})

    def shown(self, reference: str, id_: Any) -> str:
        """``alice (543)``, or the id alone where it has no name; nobody for null."""
        if id_ is None:
            return NOBODY
        known = self.agents if reference == "agents" else self.groups
        name = known.get(id_) if isinstance(id_, int) else None
        return f"{neutral(name)} ({id_})" if name else neutral(str(id_))


def value(name: str, given: Any, names: Names) -> str:
    """One value of the setting or contact field `name`, in words; of what is withheld only that there is one."""
    if is_withheld(given):
        return neutral(f"a {name}")
    field_ = SETTINGS.get(name) or SET_FIELDS.get(name)
    if field_ is not None and field_.type is Type.REFERENCE and not field_.many:
        return names.shown(field_.reference, given)
    if given is None:
        return "null"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, list):
        return "[" + ", ".join(element(name, each, names) for each in given) + "]"
    if field_ is not None and field_.type is Type.DURATION and isinstance(given, int):
        return f"{given} ({duration(given)})"
    return f'"{neutral(given)}"' if isinstance(given, str) else neutral(str(given))


def element(name: str, given: Any, names: Names) -> str:
    """One element of the set `name`."""
    field_ = SETTINGS.get(name)
    if field_ is not None and field_.type is Type.REFERENCE:
        return names.shown(field_.reference, given)
    return neutral(str(given)) or "(empty)"


def via_words(via: Via) -> str:
    """What a value came through: ``template admissions-defaults``, ``${mainNumber} from reconciler.yaml:12``."""
    if via.kind is not ViaKind.VARIABLE:
        return neutral(f"{via.kind} {via.name}")
    source = f"{via.source.file}:{via.source.line}" if via.source else via.origin
    return neutral(f"${{{via.name}}} from {source}" if source else f"${{{via.name}}}")


def operation_words(step: Step) -> str:
    """What a step sends, in few words."""
    if step.operation is Operation.UPDATE_CAMPAIGN:
        return neutral(f"PATCH {', '.join(step.body)}")
    if step.operation is Operation.ADD_FIELDS:
        return neutral(f"add field {', '.join(str(each.get('name')) for each in step.fields)}")
    if step.operation is Operation.DELETE_CAMPAIGN:
        return f"DELETE campaign {step.campaign_id}"
    return f"{batch_words([step])} in campaign {step.campaign_id}"


def batch_words(steps: Sequence[Step]) -> str:
    """What steps send to contacts that differ in nothing but those: ``rule gold: 3 batches, 1,236 contacts``."""
    step, contacts = steps[0], count(sum(len(each.contact_ids) for each in steps), "contact")
    rule = f"rule {step.rule}: " if step.rule is not None else ""
    if step.operation is Operation.UPDATE_EACH:
        return neutral(f"{rule}PUT {contacts}{' one by one' if contacts != '1 contact' else ''}")
    return neutral(f"{rule}{'batch of ' if len(steps) == 1 else f'{len(steps):,} batches, '}{contacts}")


def step_words(step: Step) -> str:
    """A step in few words: the object, the call and what it touches."""
    return f"{neutral(step.address)}  {operation_words(step)}"


def count(number: int, noun: str) -> str:
    """``1 campaign``, ``1,200 contacts``."""
    plural = noun if number == 1 else noun + "s"
    return f"{number:,} {plural}"


def minute(moment: datetime) -> str:
    """A moment to the minute, in UTC: ``2026-09-01 07:30Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def estimate(summary: Summary) -> str:
    """What applying takes: ``about 24 calls, 40 s (estimated)``."""
    return f"about {count(summary.estimated_calls, 'call')}, {span(summary.estimated_seconds)} (estimated)"


def span(seconds: int) -> str:
    """A length of time, rounded up: in seconds below 90 of them, in minutes below 90 of those, then in hours, too."""
    minutes = -(-seconds // 60)
    if seconds < 90:
        return f"{seconds} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60:,} h {minutes % 60} min"
