"""One campaign: what must change, what can't, and how risky it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.values import comparable, settings_object
from reconciler.manifests.desired import CustomField
from reconciler.planning.changes import change_of, via_of, with_via
from reconciler.planning.diff import diff_settings, place_of, same
from reconciler.planning.ending import ending_change, ending_notes, has_ended, is_archived
from reconciler.planning.live import Pair
from reconciler.planning.plan import Action, Attribute, Change, Reason, Risk


def campaign_changes(pair: Pair) -> list[Change]:
    """The changes of one campaign: fields to add, settings to update, or one that says it is as desired.

    One that is to be archived or deleted has one change alone.
    """
    if pair.desired.ends:
        return [ending_change(pair)]
    changes = list(_fields_added(pair))
    desired, live = pair.desired, pair.live
    differing = diff_settings(desired.settings, live.values, desired.ignore, desired.spans)
    attributes = with_via(differing, desired) if differing else ()
    if any(not each.ignored for each in attributes):
        risk, risks = _risk(attributes, live.values)
        source = next((each.source for each in attributes if not each.ignored), None)
        reason = Reason.SETTINGS_DIFFER
        changes.append(
            change_of(pair, Action.UPDATE, reason, source=source, attributes=attributes, risk=risk, risks=risks)
        )
    elif attributes or not changes:
        changes.append(change_of(pair, Action.NONE, Reason.AS_DESIRED, attributes=attributes))
    return changes


def _fields_added(pair: Pair) -> Iterator[Change]:
    if added := tuple(_added(each) for each in missing_fields(pair)):
        yield change_of(
            pair,
            Action.ADD_FIELD,
            Reason.FIELD_MISSING,
            source=added[0].source,
            attributes=added,
            risk=Risk.MEDIUM,
            risks=("a custom field can never be renamed or removed",),
        )


def campaign_faults(pair: Pair) -> list[Diagnostic]:
    """What the account does not allow, or what is asserted and does not hold: it blocks this campaign.

    Of one that is to be archived or deleted only what could make it another campaign; of one that is archived, nothing.
    """
    if has_ended(pair):
        return []
    if strange := list(_strange(pair)):
        return strange
    settings = (_archived, _field_types, _recording, _purge_options)
    checks = (_other_name, _expectations) if pair.desired.ends else (_expectations, *settings)
    return [
        Diagnostic(code, summary, detail, span=span, help=help_text, address=str(pair.desired.address))
        for check in checks
        for code, summary, detail, help_text, span in check(pair)
    ]


def campaign_notes(pair: Pair) -> list[Diagnostic]:
    """What stays otherwise than the manifest says, because the API can't change it; it stops nothing."""
    return [*ending_notes(pair), *_unremovable(pair)]


def _unremovable(pair: Pair) -> Iterator[Diagnostic]:
    """`customFields: []` asks for none, and the API can't remove any (notes, trap 9)."""
    place = pair.desired.spans.get("customFields")
    if place is None or pair.desired.custom_fields or pair.desired.ends:
        return
    if held := _names(pair.live.values, "customFields"):
        yield Diagnostic(
            "fields-stay",
            "custom fields can't be removed",
            f"campaign {pair.live.id} keeps {', '.join(f'`{each}`' for each in sorted(held))}",
            Severity.NOTE,
            place,
            "leave `customFields` out: it names fields that must exist, and removes none",
            str(pair.desired.address),
        )


#: The fields of a live campaign that hold a list or an object.
_CONTAINERS: Mapping[str, type] = dict(sorted({
    **{name: list for name, field in SETTINGS.items() if field.many},
    **{name: dict for name, field in SETTINGS.items() if field.fields},
    "customFields": list,
    "phoneFields": list,
}.items()))  # fmt: skip


def _strange(pair: Pair) -> Iterator[Diagnostic]:
    """Fields of the live campaign that hold what the documentation does not know: nothing can be said about it."""
    live = pair.live.values
    for name, wanted in _CONTAINERS.items():
        if not isinstance(live.get(name), (wanted, NoneType)):
            yield Diagnostic(
                "campaign-unreadable",
                "campaign is not as documented",
                f"campaign {pair.live.id} came with a `{name}` that is no {'list' if wanted is list else 'object'}",
                span=pair.desired.span,
                help="this campaign is left alone; report it to the vendor",
                address=str(pair.desired.address),
            )


def missing_fields(pair: Pair) -> list[CustomField]:
    """The custom fields that the account lacks, in the manifest's order."""
    if not pair.desired.custom_fields:
        return []
    live = _names(pair.live.values, "customFields")
    return [each for each in pair.desired.custom_fields if each.name not in live]


_Fault = tuple[str, str, str, str, Span]


def _archived(pair: Pair) -> Iterator[_Fault]:
    if is_archived(pair):
        detail = f"campaign {pair.live.id} is archived: the API can neither update nor un-archive it"
        advice = "restore it in the console, or write `lifecycle: {ensure: archived}`"
        yield "campaign-archived", "campaign is archived", detail, advice, pair.desired.span


def _other_name(pair: Pair) -> Iterator[_Fault]:
    """What can't be undone is done to no campaign that goes by another name than its manifest's."""
    wanted = _managed(pair).get("name", pair.live.name)
    if wanted != pair.live.name:
        ending = f"campaign {pair.live.id} is to be {pair.desired.ensure}"
        detail = f"{ending}; it is named `{pair.live.name}`, and its manifest says `{wanted}`"
        advice = (
            "correct settings.name, or the id in the environment's `campaigns`: it must be clear which one is meant"
        )
        span = pair.desired.spans.get("name", pair.desired.span)
        yield "name-differs", "campaign has another name", detail, advice, span


def _expectations(pair: Pair) -> Iterator[_Fault]:
    for name, expected in pair.desired.expect.items():
        actual = pair.live.values.get(name)
        if comparable(ASSERTED[name], actual) != comparable(ASSERTED[name], expected):
            detail = f"`{name}` is expected to be `{_shown(expected)}`, the account has `{_shown(actual)}`"
            advice = "the API can't change it: change it in the console, or correct `expect`"
            span = pair.desired.spans.get(f"expect.{name}", pair.desired.span)
            yield "expectation-failed", "expectation is not met", detail, advice, span


def _field_types(pair: Pair) -> Iterator[_Fault]:
    if not pair.desired.custom_fields:
        return
    fields, phones = _names(pair.live.values, "customFields"), _names(pair.live.values, "phoneFields")
    for each in pair.desired.custom_fields:
        if each.name in fields and each.is_phone is not None and each.is_phone != (each.name in phones):
            is_now = "a phone number" if each.name in phones else "no phone number"
            detail = f"custom field `{each.name}` exists and is {is_now}: the API can't change that"
            advice = "correct isPhoneNumber, or use another name"
            yield "field-type-fixed", "custom field has the other type", detail, advice, each.span


def _recording(pair: Pair) -> Iterator[_Fault]:
    managed, live = _managed(pair), pair.live.values
    recorded = managed.get("isRecorded", live.get("isRecorded"))
    if "recordingPercentage" in managed and recorded is not True:
        detail = (
            "the API takes `recordingPercentage` only where `isRecorded` is true, and this campaign is not recorded"
        )
        span = pair.desired.spans.get("recordingPercentage", pair.desired.span)
        yield "settings-conflict", "settings do not go together", detail, "add isRecorded: true, or remove it", span


def _purge_options(pair: Pair) -> Iterator[_Fault]:
    """Options of an autoPurge that is off: the account would show nothing of them (notes, trap 12)."""
    wanted, live = _managed(pair).get("autoPurge") or {}, pair.live.values.get("autoPurge")
    is_off = settings_object("autoPurge", live).get("enabled") is False
    if "enabled" not in wanted and is_off and not same(SETTINGS["autoPurge"], wanted, live):
        detail = "autoPurge is off in the account, which keeps none of its options while it is off"
        span = pair.desired.spans.get("autoPurge", pair.desired.span)
        yield "settings-conflict", "settings do not go together", detail, "add enabled: true, or enabled: false", span


def _managed(pair: Pair) -> Mapping[str, Any]:
    """The settings that may be written."""
    settings, ignored = pair.desired.settings, pair.desired.ignore
    return {name: each for name, each in settings.items() if name not in ignored} if ignored else settings


def _risk(attributes: tuple[Attribute, ...], live: Mapping[str, Any]) -> tuple[Risk, tuple[str, ...]]:
    risks: list[tuple[Risk, str]] = []
    running = live.get("isPaused") is False
    for each in attributes:
        if each.ignored:
            continue
        if each.name == "isPaused":
            unpauses = each.after is False
            risks.append((Risk.HIGH, "starts calling") if unpauses else (Risk.MEDIUM, "stops calling"))
        if each.name in ("userIds", "groupIds") and (gone := _without(each.before, each.after)):
            risks.append((Risk.MEDIUM, f"removes {gone} from {each.name}; contacts assigned to them stay assigned"))
        left = comparable(SETTINGS["userIds"], live.get("unassignedUserIds"))
        if each.name == "userIds" and (back := _without(set(each.after or ()) & set(left), each.before)):
            risks.append((Risk.MEDIUM, f"adds {back}, who left the campaign by themselves"))
        if each.name.startswith("autoPurge.") and each.after is not None and each.after is not False:
            risks.append((Risk.HIGH, "purges contacts, which can't be undone"))
    if running:
        risks.append((Risk.LOW, "the campaign is running"))
    order = list(Risk)
    worst = max((risk for risk, _ in risks), key=order.index, default=Risk.LOW)
    return worst, tuple(dict.fromkeys(text for _, text in risks))


def _added(field: CustomField) -> Attribute:
    after = {"isPhoneNumber": bool(field.is_phone)}
    return Attribute(f"customFields.{field.name}", None, after, place_of(field.span), via=via_of(field.passed))


def _without(some: Iterable[int] | None, others: Iterable[int] | None) -> str:
    """The ids that are in `some` alone, in words."""
    return ", ".join(str(each) for each in sorted(set(some or ()) - set(others or ())))


def _names(live: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(each) for each in live.get(name) or ())


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
