"""One campaign: what must change, what can't, and how risky it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.diagnostics import Diagnostic, Span
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import CustomField
from reconciler.planning.diff import diff_settings, place_of, same
from reconciler.planning.live import Pair, created_at
from reconciler.planning.plan import Action, Attribute, Change, Place, Reason, Risk


def campaign_changes(pair: Pair) -> list[Change]:
    """The changes of one campaign: fields to add, settings to update, or one that says it is as desired."""
    desired, live = pair.desired, pair.live
    changes: list[Change] = []
    if missing := missing_fields(pair):
        added = tuple(_added(each) for each in missing)
        source = added[0].source or _source(pair)
        permanent = ("a custom field can never be renamed or removed",)
        changes.append(_change(pair, Action.ADD_FIELD, Reason.FIELD_MISSING, Risk.MEDIUM, source, added, permanent))
    attributes = diff_settings(desired.settings, live.values, desired.ignore, desired.spans)
    if any(not each.ignored for each in attributes):
        risk, risks = _risk(attributes, live.values)
        source = next((e.source for e in attributes if e.source and not e.ignored), _source(pair))
        changes.append(_change(pair, Action.UPDATE, Reason.SETTINGS_DIFFER, risk, source, attributes, risks))
    elif attributes or not changes:
        reason = Reason.AS_DESIRED
        changes.append(_change(pair, Action.NONE, reason, Risk.NONE, _source(pair), attributes, ()))
    return changes


def campaign_faults(pair: Pair) -> list[Diagnostic]:
    """What the account does not allow, or what is asserted and does not hold: it blocks this campaign."""
    if strange := list(_strange(pair)):
        return strange
    return [
        Diagnostic(code, summary, detail, span=span, help=help_text, address=str(pair.desired.address))
        for code, summary, detail, help_text, span in (
            *_archived(pair),
            *_expectations(pair),
            *_field_types(pair),
            *_recording(pair),
            *_purge_options(pair),
        )
    ]


def _strange(pair: Pair) -> Iterator[Diagnostic]:
    """Fields of the live campaign that hold what the documentation does not know: nothing can be said about it."""
    live = pair.live.values
    lists = {*(name for name, field in SETTINGS.items() if field.many), "customFields", "phoneFields"}
    for name in sorted({*lists, *(name for name, field in SETTINGS.items() if field.fields)}):
        wanted = list if name in lists else dict
        if live.get(name) is not None and not isinstance(live[name], wanted):
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
    live = _names(pair.live.values, "customFields")
    return [each for each in pair.desired.custom_fields if each.name not in live]


_Fault = tuple[str, str, str, str, Span]


def _archived(pair: Pair) -> Iterator[_Fault]:
    if pair.live.values.get("isArchived") is True:
        detail = f"campaign {pair.live.id} is archived: the API can neither update nor un-archive it"
        advice = "restore it in the console, or remove its manifest"
        yield "campaign-archived", "campaign is archived", detail, advice, pair.desired.span


def _expectations(pair: Pair) -> Iterator[_Fault]:
    for name, expected in pair.desired.expect.items():
        actual = pair.live.values.get(name)
        if comparable(ASSERTED[name], actual) != comparable(ASSERTED[name], expected):
            detail = f"`{name}` is expected to be `{_shown(expected)}`, the account has `{_shown(actual)}`"
            advice = "the API can't change it: change it in the console, or correct `expect`"
            span = pair.desired.spans.get(f"expect.{name}", pair.desired.span)
            yield "expectation-failed", "expectation is not met", detail, advice, span


def _field_types(pair: Pair) -> Iterator[_Fault]:
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
    if "enabled" not in wanted and live is None and not same(SETTINGS["autoPurge"], wanted, live):
        detail = "autoPurge is off in the account, which keeps none of its options while it is off"
        span = pair.desired.spans.get("autoPurge", pair.desired.span)
        yield "settings-conflict", "settings do not go together", detail, "add enabled: true, or enabled: false", span


def _managed(pair: Pair) -> Mapping[str, Any]:
    """The settings that may be written."""
    return {name: each for name, each in pair.desired.settings.items() if name not in pair.desired.ignore}


def _risk(attributes: tuple[Attribute, ...], live: Mapping[str, Any]) -> tuple[Risk, tuple[str, ...]]:
    risks: list[tuple[Risk, str]] = []
    running = live.get("isPaused") is False
    for each in attributes:
        if each.ignored:
            continue
        if each.name == "isPaused":
            unpauses = each.after is False
            risks.append((Risk.HIGH, "starts calling") if unpauses else (Risk.MEDIUM, "stops calling"))
        if each.name in ("userIds", "groupIds") and (gone := sorted(set(each.before or ()) - set(each.after or ()))):
            who = ", ".join(str(one) for one in gone)
            risks.append((Risk.MEDIUM, f"removes {who} from {each.name}; contacts assigned to them stay assigned"))
        if each.name.startswith("autoPurge.") and each.after is not None and each.after is not False:
            risks.append((Risk.HIGH, "purges contacts, which can't be undone"))
    if running:
        risks.append((Risk.LOW, "the campaign is running"))
    order = list(Risk)
    worst = max((risk for risk, _ in risks), key=order.index, default=Risk.LOW)
    return worst, tuple(dict.fromkeys(text for _, text in risks))


def _change(
    pair: Pair,
    action: Action,
    reason: Reason,
    risk: Risk,
    source: Place,
    attributes: tuple[Attribute, ...],
    risks: tuple[str, ...],
) -> Change:
    return Change(
        address=str(pair.desired.address),
        campaign_id=pair.live.id,
        campaign_name=pair.live.name,
        campaign_created_at=created_at(pair.live),
        action=action,
        reason=reason,
        risk=risk,
        source=source,
        risks=risks,
        attributes=attributes,
    )


def _added(field: CustomField) -> Attribute:
    after = {"isPhoneNumber": bool(field.is_phone)}
    return Attribute(f"customFields.{field.name}", None, after, place_of(field.span))


def _source(pair: Pair) -> Place:
    return Place(pair.desired.span.source.path, pair.desired.span.line)


def _names(live: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(each) for each in live.get(name) or ())


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
