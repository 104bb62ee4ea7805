"""Laws over every field of every table: what is valid is taken, and no slip of the fingers survives."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.assignment_policy import ASSIGN_FIELDS, MAX_WEIGHT
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.kinds.field import Availability, Field, Type
from tests.manifests.reading import campaign, documents, faults, read
from tests.manifests.test_laws import OF, QUICK

TEXTS = st.text(string.ascii_letters + string.digits + " éœß-_:'\"#😀{}", min_size=1, max_size=20)
MOMENTS = st.datetimes().map(lambda each: each.replace(microsecond=0).isoformat() + "Z")
RELATIVE = st.builds("{}{}{}".format, st.sampled_from("+-"), st.integers(0, 9999), st.sampled_from("smhd"))
BY_TYPE: Mapping[Type, st.SearchStrategy[Any]] = {
    Type.BOOLEAN: st.booleans(),
    Type.STRING: TEXTS,
    Type.DATETIME: MOMENTS,
    Type.MOMENT: st.one_of(MOMENTS, RELATIVE),
    Type.DURATION: st.one_of(
        st.integers(0, 10**6), st.builds("{}{}".format, st.integers(0, 99), st.sampled_from("smhd"))
    ),
    Type.PHONE: st.integers(10**6, 10**14).map(str),
    Type.REFERENCE: st.one_of(st.integers(1, 1000)),
}


def valid(field: Field) -> st.SearchStrategy[Any]:
    """Any value that a manifest may hold for the field."""
    one: st.SearchStrategy[Any]
    if field.fields:
        required = dict.fromkeys(field.name for field in field.fields) if field.name == "customFieldConditions" else {}
        inner = {each.name: valid(each) if each.name not in required else valid_part(each) for each in field.fields}
        named = {name: each for name, each in inner.items() if name in required}
        one = st.fixed_dictionaries(named, optional={name: each for name, each in inner.items() if name not in named})
    elif field.choices:
        one = st.sampled_from(field.choices)
    elif field.type is Type.INTEGER:
        one = st.integers(
            0 if field.minimum is None else field.minimum, 10**6 if field.maximum is None else field.maximum
        )
    else:
        one = TEXTS.filter(str.strip) if field.is_name else BY_TYPE[field.type]
    if field.many:
        one = st.lists(one, min_size=1, max_size=3, unique_by=partial(json.dumps, sort_keys=True))
    return st.one_of(st.none(), one) if field.nullable else one


def valid_part(field: Field) -> st.SearchStrategy[Any]:
    """A part of a condition: null goes with two of them only, so none here."""
    return TEXTS if field.nullable else valid(field)


def of_fields(fields: Mapping[str, Field]) -> st.SearchStrategy[dict[str, Any]]:
    """An object of some of these fields."""
    taken = {name: valid(each) for name, each in fields.items() if each.available is Availability.NOW}
    return st.fixed_dictionaries({}, optional=taken)


IDS = st.integers(1, 1000)
ASSIGN = st.fixed_dictionaries(
    {
        "agents": st.one_of(
            st.lists(IDS, min_size=1, max_size=3, unique=True),
            st.dictionaries(IDS.map(str), st.integers(1, MAX_WEIGHT), min_size=1, max_size=3),
        )
    },
    optional={name: valid(ASSIGN_FIELDS[name]) for name in ("rebalance", "maxPerAgent")},
)


def manifest(kind: str, spec: object) -> str:
    """A manifest as JSON, which is YAML."""
    head = {"apiVersion": "diabolocom.reconciler/v1", "kind": kind, "metadata": {"name": "bakery"}}
    text = json.dumps({**head, "spec": spec}, ensure_ascii=False)
    return text.replace("${", "$ {") + "\n"


@QUICK
@given(of_fields(SETTINGS), of_fields(MATCH_FILTERS), of_fields(SET_FIELDS), st.none() | ASSIGN)
def test_a_manifest_of_valid_values_is_valid(
    own: dict[str, Any], match: dict[str, Any], to: dict[str, Any], assign: dict[str, Any] | None
) -> None:
    """Whatever the field tables allow is taken, and nothing of it gets lost."""
    own["name"] = "X"
    if own.get("isRecorded") is False:
        own.pop("recordingPercentage", None)
    if own.get("maxCallingDateOffset") is not None:
        own.pop("minCallingDateOffset", None)
    if "lastWrapups" in match:
        match.pop("lastWrapupIds", None)
    if assign is not None:
        to.pop("assignedAgentId", None)
    acts: dict[str, Any] = {name: each for name, each in (("set", to or None), ("assign", assign)) if each}
    rule = {"name": "a", "match": match or "all", **(acts or {"skip": True})}
    spec = {"campaigns": ["bakery"], "rules": [rule]}
    desired = read(documents(manifest("Campaign", {"settings": own}), manifest("AssignmentPolicy", spec)), of=OF)
    assert desired.diagnostics == ()
    assert desired.campaigns[0].settings.keys() == own.keys()
    assert (desired.policies[0].rules[0].match or {}).keys() == match.keys()
    assert desired.policies[0].rules[0].set.keys() == to.keys()
    found = desired.policies[0].rules[0].assign
    assert (found is None) is (assign is None)
    if found is not None and assign is not None:
        assert found.agents == _weights(assign["agents"])
        assert (found.rebalance, found.max_per_agent) == (assign.get("rebalance", False), assign.get("maxPerAgent"))


def _weights(agents: dict[str, int] | list[int]) -> dict[int, int]:
    return dict.fromkeys(agents, 1) if isinstance(agents, list) else {int(id_): each for id_, each in agents.items()}


@st.composite
def misspelt(draw: st.DrawFn, names: list[str]) -> tuple[str, str]:
    """A name, and what a slip of the fingers makes of it: a letter lost, doubled, swapped or in the wrong case."""
    name = draw(st.sampled_from(names))
    at = draw(st.integers(0, len(name) - 2))
    slips = [name[:at] + name[at + 1 :], name[: at + 1] + name[at:], name[:at] + name[at].swapcase() + name[at + 1 :]]
    slips.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    return name, draw(st.sampled_from([each for each in slips if each not in names] or [name + "x"]))


@pytest.mark.parametrize("place", ["settings", "match", "set", "assign", "expect"])
@QUICK
@given(st.data())
def test_a_misspelt_name_is_an_error_with_the_right_one(place: str, data: st.DataObject) -> None:
    """Never dropped, never sent: not a single slip survives into Desired."""
    table = {
        "settings": SETTINGS,
        "match": MATCH_FILTERS,
        "set": SET_FIELDS,
        "assign": ASSIGN_FIELDS,
        "expect": ASSERTED,
    }[place]
    name, wrong = data.draw(misspelt(sorted(table)))
    value = data.draw(valid(table[name]))
    rule = {"name": "a", "match": "all", "set": {"priority": 1}}
    kind, spec = "AssignmentPolicy", {"campaigns": ["bakery"], "rules": [rule | {place: {wrong: value}}]}
    if place in ("settings", "expect"):
        kind, spec = "Campaign", {"settings": {"name": "X"}} | {place: {wrong: value}}
    found = faults({"a.yaml": manifest(kind, spec)} | ({"c.yaml": campaign()} if kind != "Campaign" else {}), of=OF)
    (fault,) = [each for each in found if each.code == "unknown-field"]
    assert fault.is_error
    assert f"`{wrong}`" in fault.detail
    assert fault.help.endswith(f"is `{name}`")
