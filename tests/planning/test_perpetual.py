"""No plan repeats itself: a manifest made of a campaign asks for nothing, however the account writes what it holds.

Over every field of "Data structure for campaigns" and every shape that the documentation leaves open: null, left out
or an empty list; sets in another order and with repetitions; numbers as texts; a plus before a phone number; an
`autoPurge` with and without `enabled` (notes, traps 12, 13 and 16; "Where the documentation is silent").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import DesiredCampaign
from reconciler.planning.campaigns import campaign_changes, campaign_faults, campaign_notes
from reconciler.planning.plan import Action, Attribute
from reconciler.planning.steps import make_steps
from tests.planning.building import PROJECT, campaign_document, desired_of, live, paired

ANNOUNCED = PROJECT | {
    "spec": PROJECT["spec"] | {"announcedFields": ["useAgentDisplayedPhoneNumber", "deduplicationParams"]}
}
_IDS = st.integers(1, 9)
_PHONES = st.from_regex(r"\A33[0-9]{7}\Z")
_OF_TYPE: dict[Type, st.SearchStrategy[Any]] = {
    Type.BOOLEAN: st.booleans(),
    Type.STRING: st.text("aé0 -", min_size=1, max_size=4).filter(str.strip),
    Type.PHONE: _PHONES,
    Type.REFERENCE: _IDS,
}
_FIELDS = st.lists(st.sampled_from(["First_Name", "Phone", "Category"]), unique=True)


def _held(field: Field) -> st.SearchStrategy[Any]:
    """What a campaign can hold in a field, as the API means it; null where nothing was ever set."""
    if field.fields:
        inner = {each.name: _held(each) for each in field.fields if each.name != "enabled"}
        return st.none() | st.fixed_dictionaries({}, optional=inner)
    low = 0 if field.minimum is None else field.minimum
    one = _OF_TYPE.get(field.type, st.integers(low, 99 if field.maximum is None else field.maximum))
    one = st.sampled_from(field.choices) if field.choices else one
    return st.lists(one, max_size=4, unique=True) if field.many else st.none() | one


def _odd(draw: st.DrawFn, field: Field, value: Any) -> Any:
    """The same value as an account may show it too."""
    if field.fields:
        return _odd_object(draw, field, value)
    if field.many:
        elements = [_odd_one(draw, field, each) for each in value]
        again = draw(st.lists(st.sampled_from(elements), max_size=2)) if elements else []
        return draw(st.permutations(elements + again)) or draw(st.sampled_from([None, []]))
    return _odd_one(draw, field, value)


def _odd_one(draw: st.DrawFn, field: Field, value: Any) -> Any:
    if value is not None and field.type in (Type.INTEGER, Type.DURATION, Type.REFERENCE) and draw(st.booleans()):
        return str(value)
    if field.type is Type.PHONE:
        return draw(st.sampled_from([value, f"+{value}", f"+{value[:2]} {value[2:]}"]))
    return value


def _odd_object(draw: st.DrawFn, field: Field, value: Any) -> Any:
    if value is None:
        return draw(st.sampled_from([None, {"enabled": False}] if field.name == "autoPurge" else [None, {}]))
    by_name = {each.name: each for each in field.fields}
    shown = {name: _odd(draw, by_name[name], each) for name, each in value.items()}
    blank = {each.name for each in field.fields if each.name not in shown and each.type is Type.BOOLEAN}
    shown |= {name: draw(st.sampled_from([None, False])) for name in blank - {"enabled"} if draw(st.booleans())}
    return shown | ({"enabled": True} if field.name == "autoPurge" and draw(st.booleans()) else {})


@st.composite
def _campaigns(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a campaign holds, and how its account shows it: in any order, null perhaps left out."""
    meant = {name: draw(_held(field)) for name, field in SETTINGS.items() if name != "name"}
    meant |= {name: draw(_held(field)) for name, field in ASSERTED.items()}
    shown = {name: _odd(draw, SETTINGS.get(name) or ASSERTED[name], value) for name, value in meant.items()}
    left_out = draw(st.sets(st.sampled_from(sorted(name for name, each in shown.items() if each is None) or [""])))
    fields = draw(_FIELDS)
    more = {"customFields": fields, "phoneFields": [each for each in fields if each == "Phone"], "isArchived": False}
    items = draw(st.permutations(list({**shown, **more}.items())))
    return meant, {name: value for name, value in items if name not in left_out}


def _settings(meant: Mapping[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    """The settings of a manifest that asks for what the campaign holds, in one of the ways to write it."""
    written: dict[str, Any] = {}
    for name, field in SETTINGS.items():
        value = meant.get(name)
        if field.fields:
            written[name] = _object(field, value, draw)
        elif value is not None:
            written[name] = draw(_ways(field, value))
        elif field.nullable or field.default is not None:
            written[name] = field.default
    if meant.get("isRecorded") is not True:
        written.pop("recordingPercentage", None)
    first, last = written.get("minCallingDateOffset"), written.get("maxCallingDateOffset")
    if first is not None and last is not None and last < first:
        del written["maxCallingDateOffset"]
    return written


def _object(field: Field, value: Any, draw: st.DrawFn) -> dict[str, Any]:
    inner = {each.name: each for each in field.fields}
    said = {name: each for name, each in (value or {}).items() if each is not None}
    said = {name: draw(_ways(inner[name], each)) for name, each in said.items() if draw(st.booleans())}
    return said | ({"enabled": value is not None} if field.name == "autoPurge" else {})


def _ways(field: Field, value: Any) -> st.SearchStrategy[Any]:
    if field.many and field.type is Type.PHONE:
        return st.permutations([f"+{each}" for each in value] if len(value) % 2 else value)
    if field.many:
        return st.permutations(value) if value or not field.nullable else st.sampled_from([None, []])
    if field.type is Type.DURATION:
        return st.sampled_from([value, f"{value}s"])
    return st.just(value)


def _desired(meant: Mapping[str, Any], shown: Mapping[str, Any], draw: st.DrawFn, **changed: Any) -> DesiredCampaign:
    """The manifest, read from its text; `changed` settings take the place of its own."""
    fields = [{"name": each, "isPhoneNumber": each == "Phone"} for each in shown["customFields"]]
    expect = {name: meant[name] for name in ASSERTED if meant[name] is not None}
    settings = _settings(meant, draw) | changed
    document = campaign_document(settings=settings, customFields=fields, expect=expect)
    return desired_of(document, project=ANNOUNCED).campaigns[0]


def _differences(desired: DesiredCampaign, shown: Mapping[str, Any]) -> list[str]:
    pair = paired(desired, live(**shown))
    assert campaign_faults(pair) == []
    changes = campaign_changes(pair)
    found = [each.name for change in changes for each in change.attributes]
    assert bool(make_steps([pair], changes)) is bool(found)
    assert [each.action for each in changes] == [Action.UPDATE if found else Action.NONE]
    return found


@given(_campaigns(), st.data())
def test_a_manifest_of_a_campaign_asks_for_nothing(campaign: tuple[dict[str, Any], dict[str, Any]], data: Any) -> None:
    """However the account writes what it holds, and however the manifest does (S7)."""
    meant, shown = campaign
    desired = _desired(meant, shown, data.draw)
    assert _differences(desired, shown) == []
    assert campaign_notes(paired(desired, live(**shown))) == []


@given(_campaigns(), st.sampled_from(sorted(set(SETTINGS) - {"name", "autoPurge", "deduplicationParams"})), st.data())
def test_another_value_is_exactly_that_difference(
    campaign: tuple[dict[str, Any], dict[str, Any]], name: str, data: Any
) -> None:
    """And its before and after are what the account shows and what is sent."""
    meant, shown = campaign
    field = SETTINGS[name]
    other = data.draw(_held(field))
    assume(other is not None or field.nullable)
    assume(comparable(field, other) != comparable(field, field.default if meant[name] is None else meant[name]))
    assume(name != "recordingPercentage" or meant["isRecorded"] is True)
    assume(name != "isRecorded" or meant["recordingPercentage"] is None)
    assume("CallingDateOffset" not in name)
    desired = _desired(meant, shown, data.draw, **{name: other})
    assert _differences(desired, shown) == [name]
    (attribute,) = campaign_changes(paired(desired, live(**shown)))[0].attributes
    assert comparable(field, attribute.before) == comparable(field, meant[name])
    assert comparable(field, attribute.after) == comparable(field, other)


@given(_campaigns(), st.sampled_from(SETTINGS["autoPurge"].fields), st.data())
def test_another_purge_option_is_exactly_that_difference(
    campaign: tuple[dict[str, Any], dict[str, Any]], field: Field, data: Any
) -> None:
    """Turning it off or on is that option alone, and so is each other one while it is on."""
    meant, shown = campaign
    held = meant["autoPurge"]
    if field.name == "enabled":
        desired = _desired(meant, shown, data.draw, autoPurge={"enabled": held is None})
        assert _differences(desired, shown) == ["autoPurge.enabled"]
        return
    assume(held is not None)
    other = data.draw(_held(field).filter(lambda each: each is not None))
    assume((other or None) != (held.get(field.name) or None) or (other == 0 and field.type is Type.INTEGER))
    assume(other != held.get(field.name))
    desired = _desired(meant, shown, data.draw, autoPurge={field.name: other})
    assert _differences(desired, shown) == [f"autoPurge.{field.name}"]


@given(_campaigns(), st.data())
def test_a_manifest_that_names_nothing_changes_nothing(
    campaign: tuple[dict[str, Any], dict[str, Any]], data: Any
) -> None:
    """Absent is not managed, whatever the account holds: nothing is compared, nothing sent (S5)."""
    _, shown = campaign
    desired = desired_of(campaign_document(), project=ANNOUNCED).campaigns[0]
    assert _differences(desired, shown) == []


@given(_campaigns(), st.sampled_from(sorted(name for name, each in SETTINGS.items() if each.nullable)))
def test_null_clears_and_is_nothing_where_nothing_is(
    campaign: tuple[dict[str, Any], dict[str, Any]], name: str
) -> None:
    """The third state: sent where something is there, and as null."""
    meant, shown = campaign
    desired = desired_of(campaign_document(settings={name: None}), project=ANNOUNCED).campaigns[0]
    is_there = meant[name] not in (None, [])
    assert _differences(desired, shown) == ([name] if is_there else [])
    changes = campaign_changes(paired(desired, live(**shown)))
    after: list[Attribute] = [each for change in changes for each in change.attributes]
    assert all(each.after is None for each in after)
    (body,) = [each.body for each in make_steps([paired(desired, live(**shown))], changes)] or [{}]
    assert body == ({name: None} if is_there else {})
