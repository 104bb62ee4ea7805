"""Laws of planning, over random campaigns and what manifests could ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import comparable, written
from reconciler.manifests.desired import CustomField
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.diff import diff_settings, same_inner
from reconciler.planning.live import Pair
from reconciler.planning.plan import Operation, Step
from reconciler.planning.steps import make_steps, split_body
from tests.planning.building import SPAN, changes_of, contact, live, paired, rule, sieved, wanted
from tests.planning.plans import plan_of

_IDS = st.integers(1, 9)
_OF_TYPE: dict[Type, st.SearchStrategy[Any]] = {
    Type.BOOLEAN: st.booleans(),
    Type.STRING: st.text("aé ", min_size=1, max_size=3),
    Type.PHONE: st.from_regex(r"\A33[0-9]{3}\Z"),
    Type.REFERENCE: _IDS,
}


def _values(field: Field) -> st.SearchStrategy[Any]:
    """What a manifest can ask of a field, as the API takes it."""
    if field.fields:
        inner = {each.name: _values(each) for each in field.fields}
        return st.fixed_dictionaries({}, optional=inner)
    numbers = st.integers(field.minimum or 0, min(field.maximum or 99, 99))
    one = _OF_TYPE.get(field.type, numbers)
    if field.choices:
        one = st.sampled_from(field.choices)
    if field.many:
        one = st.lists(one, max_size=4, unique=True)
    return st.none() | one if field.nullable else one


def _shown(field: Field, value: Any) -> Any:
    """How GET shows a value after PATCH took it: sets in any order, `enabled` never, what is off perhaps not at all."""
    if field.name == "autoPurge":
        kept = {name: each for name, each in (value or {}).items() if name != "enabled"}
        return kept if (value or {}).get("enabled") else None
    return list(reversed(comparable(field, value))) if field.many else value


_SETTINGS = st.fixed_dictionaries({}, optional={name: _values(field) for name, field in SETTINGS.items()})
_LIVE = _SETTINGS.map(lambda held: {name: _shown(SETTINGS[name], value) for name, value in held.items()})
_NAMED = st.sampled_from(sorted(SETTINGS))
_MEMBERS = st.none() | st.lists(_IDS, max_size=6, unique=True)


def _manifest_of(held: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest that an export of this campaign would be."""
    desired = {}
    for name, value in held.items():
        field = SETTINGS[name]
        if name == "autoPurge":
            desired[name] = {"enabled": value is not None, **(value or {})}
        elif value is not None or field.nullable or field.many:
            desired[name] = written(field, value)
    return desired


def _names(desired: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
    return [each.name for each in diff_settings(desired, held, frozenset(), {})]


@given(_LIVE)
def test_a_manifest_made_from_a_campaign_changes_nothing(held: dict[str, Any]) -> None:
    """export → plan is empty (S7), and diff(x, x) is."""
    desired = _manifest_of(held)
    assert _names(desired, held) == []
    (change,) = campaign_changes(paired(wanted(desired), live(**held)))
    assert make_steps([paired(wanted(desired), live(**held))], [change]) == ()


@given(_LIVE, _NAMED, st.data())
def test_flipping_one_field_gives_exactly_that_attribute(held: dict[str, Any], name: str, data: st.DataObject) -> None:
    """And nothing that the manifest says of the others."""
    field, desired = SETTINGS[name], _manifest_of(held)
    other = data.draw(_values(field))
    if field.fields:
        assume(held.get("autoPurge") is not None or name != "autoPurge")
        inner = data.draw(st.sampled_from(field.fields))
        other = (desired.get(name) or {}) | {inner.name: data.draw(_values(inner))}
        before = (held.get(name) or {}) | ({"enabled": True} if name == "autoPurge" else {})
        assume(not same_inner(field, inner.name, other[inner.name], before.get(inner.name)))
        assert _names(desired | {name: other}, held) == [f"{name}.{inner.name}"]
        return
    assume(comparable(field, other) != comparable(field, held.get(name, field.default)))
    assert _names(desired | {name: other}, held) == [name]


@given(_SETTINGS, _LIVE)
def test_what_the_manifest_does_not_name_is_not_looked_at(desired: dict[str, Any], held: dict[str, Any]) -> None:
    """Any other field of the account may be anything."""
    named = {name: value for name, value in held.items() if name in desired}
    assert _names(desired, held) == _names(desired, named)
    assert {each.partition(".")[0] for each in _names(desired, held)} <= set(desired)


def _applied(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """The model account: a campaign after a step, as GET shows it."""
    if step.operation is Operation.ADD_FIELDS:
        return values | {"customFields": [*values.get("customFields", ()), *(each["name"] for each in step.fields)]}
    return values | {name: _shown(SETTINGS[name], value) for name, value in step.body.items()}


_FIELDS = st.lists(st.sampled_from(["A", "B", "C"]), unique=True)


@given(_SETTINGS, _LIVE, _FIELDS, _FIELDS, st.booleans())
def test_applying_the_steps_leaves_nothing_to_do(
    settings: dict[str, Any], held: dict[str, Any], fields: list[str], there: list[str], moves: bool
) -> None:
    """On a model account, whatever differs (S7): planning again is empty, and the steps are those of the changes."""
    desired = wanted(settings, fields=tuple(CustomField(each, None, SPAN) for each in fields))
    pair = paired(desired, live(**held, customFields=there))
    assume(not campaign_faults(pair))
    changes, contacts = campaign_changes(pair), ({1: None, 2: 7} if moves else {})
    changes += _assigning(pair, contacts)
    steps = make_steps([pair], changes)
    refuse_uncovered(plan_of(*changes, steps=steps))
    values = dict(pair.live.values)
    for step in steps:
        values = values if step.contact_ids else _applied(step, values)
        contacts |= dict.fromkeys(step.contact_ids, 5)
    again = Pair(desired, replace(pair.live, values=values))
    after = [*campaign_changes(again), *_assigning(again, contacts)]
    assert make_steps([again], after) == ()


def _assigning(pair: Pair, agents: Mapping[int, int | None]) -> Any:
    held = [contact(number, assignedAgentId=agent) for number, agent in agents.items()]
    return changes_of(sieved((rule("all", assignedAgentId=5), {}, held)), pair)


@given(_MEMBERS, _MEMBERS, st.booleans(), st.booleans(), st.sampled_from(["userIds", "groupIds"]))
def test_nobody_who_stays_is_ever_removed(
    before: list[int] | None, after: list[int] | None, fields: bool, contacts: bool, name: str
) -> None:
    """Not in any PATCH on the way; and with contacts to move nobody leaves before them (notes, trap 14)."""
    assume(comparable(SETTINGS[name], before) != comparable(SETTINGS[name], after))
    bodies = split_body({name: after}, {name: before}, fields=fields, contacts=contacts)
    stay = set(before or ()) & set(after or ())
    sent = [set(body[name] or ()) for body in bodies if name in body]
    assert all(stay <= members for members in sent)
    assert sent[-1] == set(after or ())
    if contacts:
        early = [set(body[name] or ()) for body in bodies[:2] if name in body]
        assert all(set(before or ()) <= members for members in early)
        assert not early or set(after or ()) <= early[-1]


@given(_SETTINGS, _LIVE, st.booleans(), st.booleans())
def test_each_value_is_sent_once_and_an_unpause_last_and_alone(
    settings: dict[str, Any], held: dict[str, Any], fields: bool, contacts: bool
) -> None:
    """Members aside, who may join and leave in two."""
    bodies = [body for body in split_body(settings, held, fields=fields, contacts=contacts) if body]
    sent = [name for body in bodies for name in body if name not in ("userIds", "groupIds")]
    assert sorted(sent) == sorted(set(settings) - {"userIds", "groupIds"})
    assert all(body == {"isPaused": False} and body is bodies[-1] for body in bodies if body.get("isPaused") is False)
    assert len(bodies) <= 1 or fields or contacts or bodies[1] == {"isPaused": False}
