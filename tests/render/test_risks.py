"""What makes changes risky: its weight, and the values that it is about."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.planning.campaigns import campaign_changes
from reconciler.planning.ending import ENDINGS
from reconciler.planning.plan import Action, Attribute, Risk
from reconciler.render.risks import risks_of, worst_risk
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.building import live, paired, wanted
from tests.planning.plans import change, plan_of

NAMES = Names()


def test_a_risk_names_the_values_that_it_is_about() -> None:
    """Not those that are ignored; of many the first ones."""
    names = ("isPaused", *(f"autoPurge.{each}" for each in "abcde"))
    attributes = (*(Attribute(each, 1, 2) for each in names), Attribute("autoPurge.f", 1, 2, ignored=True))
    risks = ("the campaign is running", "stops calling", "purges contacts, which can't be undone")
    (block,) = plan_rows(plan_of(change(Action.UPDATE, attributes=attributes, risks=risks)), NAMES).blocks
    assert [(each.risk, each.text) for each in block.risks] == [
        (Risk.HIGH, "autoPurge.a, autoPurge.b, autoPurge.c and 2 more: purges contacts, which can't be undone"),
        (Risk.MEDIUM, "isPaused: stops calling"),
        (Risk.LOW, "the campaign is running"),
    ]


@pytest.mark.parametrize(
    ("settings", "held"),
    [
        ({"isPaused": False}, {"isPaused": True}),
        ({"isPaused": True}, {"isPaused": False}),
        ({"userIds": [1], "groupIds": [2]}, {"userIds": [3], "groupIds": [4], "isPaused": False}),
        ({"userIds": [1, 5]}, {"userIds": [1], "unassignedUserIds": [5]}),
        ({"autoPurge": {"enabled": True}}, {"autoPurge": {"enabled": False}}),
    ],
)
def test_every_risk_of_planning_is_weighed(settings: dict[str, Any], held: dict[str, Any]) -> None:
    """The heaviest point of a change is as heavy as the change: the words are those that planning has."""
    made = campaign_changes(paired(wanted(settings), live(**held)))
    bare = [replace(each, risk=Risk.NONE, risks=(*each.risks, "x")) for each in made]
    assert worst_risk(each.risk for each in risks_of(bare, NAMES)) is worst_risk(each.risk for each in made)
    assert worst_risk(each.risk for each in made) is not Risk.NONE


def test_the_end_of_a_campaign_weighs_most() -> None:
    """Whatever is told beside it."""
    for text in ENDINGS.values():
        (first, _) = risks_of([change(Action.DELETE, risk=Risk.NONE, risks=("the campaign is running", text))], NAMES)
        assert (first.risk, first.text) == (Risk.HIGH, text)
