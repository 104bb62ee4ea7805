"""The rows that all formats are made from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.planning.limits import Use
from reconciler.planning.plan import (
    Action,
    Attribute,
    Load,
    Place,
    Reason,
    Risk,
    Via,
    ViaKind,
)
from reconciler.planning.saved import to_json
from reconciler.render.lines import Line, Sign
from reconciler.render.neutral import neutral
from reconciler.render.risks import RiskRow
from reconciler.render.rows import moved, plan_rows
from reconciler.render.rules import Agent
from reconciler.render.words import Names, span
from tests.conftest import NOW
from tests.planning.plans import assigning, batch, change, patch, plan_of, updating
from tests.render.sample import TEXTS, sample, sample_rows, texts_of

NAMES = Names.of({"alice": 543, "bruno": 544}, {"closers": 12})


@given(TEXTS)
def test_nothing_that_steers_gets_into_the_rows(text: str) -> None:
    """S12: neutralised once, for every format."""
    for each in texts_of(sample_rows(text)):
        assert neutral(each) == each


def test_what_a_campaign_has_stands_together() -> None:
    """Its values and its contacts are one block, also when its contacts come first or alone."""
    rows = plan_rows(plan_of(assigning([1, 2]), updating(maxTries=3), assigning([5], campaign_id=101)), NAMES)
    first, second = rows.blocks
    assert (first.id, first.values_changed, first.contacts_changed) == (100, 1, 2)
    assert (second.id, second.address, second.values_changed, second.contacts_changed) == (101, "Campaign/bakery", 0, 1)
    assert first.actions == ("change contacts", "update")


def test_the_worst_risk_is_the_campaigns_and_the_plans() -> None:
    """With the reasons of all of its changes, each once, and names beside ids."""
    low = change(Action.UPDATE, risk=Risk.LOW, risks=("the campaign is running",))
    high = replace(low, risk=Risk.HIGH, risks=("removes 543, 9 from userIds; they stay", "the campaign is running"))
    groups = replace(low, risks=("removes 12 from groupIds; they stay", "adds 544, who left the campaign"))
    rows = plan_rows(plan_of(low, high, groups), NAMES)
    (block,) = rows.blocks
    assert (rows.risk, block.risk) == (Risk.HIGH, Risk.HIGH)
    assert block.risks == (
        RiskRow(Risk.MEDIUM, "", "removes alice (543), 9 from userIds; they stay"),
        RiskRow(Risk.MEDIUM, "", "removes closers (12) from groupIds; they stay"),
        RiskRow(Risk.MEDIUM, "", "adds bruno (544), who left the campaign"),
        RiskRow(Risk.LOW, "", "the campaign is running"),
    )


def test_why() -> None:
    """The reasons of what happens, in words; what stays as it is gives none."""
    same = change(Action.NONE, reason=Reason.AS_DESIRED)
    rows = plan_rows(plan_of(updating(maxTries=1), replace(same, rule="r"), change(Action.ADD_FIELD)), NAMES)
    assert rows.blocks[0].why == ("settings differ from the manifest",)
    ignored = replace(same, attributes=(Attribute("isPaused", True, False, ignored=True),))
    (block,) = plan_rows(plan_of(ignored), NAMES).blocks
    assert (block.verb, block.why, block.actions) == ("left as it is", ("only ignored settings differ",), ())


def test_archiving_and_deleting_are_no_updates() -> None:
    """The word says so, and so do the totals; deleting has a line of its own."""
    steps = (Attribute("isPaused", False, True), Attribute("isArchived", False, True))
    deleted = change(Action.DELETE, attributes=steps, reason=Reason.ENSURE_DELETED)
    archived = change(Action.ARCHIVE, attributes=steps, reason=Reason.ENSURE_ARCHIVED, campaign_id=101)
    rows = plan_rows(plan_of(deleted, archived, steps=[patch()]), NAMES)
    assert [each.verb for each in rows.blocks] == ["delete", "archive"]
    gone = Line(Sign.REMOVES, "campaign", after="deleted with all of its contacts, for good", place="one.yaml:1")
    assert (rows.blocks[0].lines[-1], len(rows.blocks[1].lines)) == (gone, 2)
    assert (
        rows.totals
        == "2 campaigns change, 1 of them archived, 1 of them deleted · 1 step · about 3 calls, 1 s (estimated)"
    )


def test_where_a_value_comes_from() -> None:
    """The place, and the templates, overlays and variables it came through."""
    via = (
        Via(ViaKind.TEMPLATE, "defaults", Place("t.yaml", 1)),
        Via(ViaKind.OVERLAY, "overlays/x.yaml", Place("overlays/x.yaml", 1)),
        Via(ViaKind.VARIABLE, "number", Place("reconciler.yaml", 12)),
        Via(ViaKind.VARIABLE, "other", None, "--var other"),
    )
    attribute = Attribute("maxTries", 1, 2, Place("t.yaml", 9), via=via)
    (block,) = plan_rows(plan_of(change(Action.UPDATE, attributes=(attribute,))), NAMES).blocks
    assert block.lines[0].origin == (
        "t.yaml:9 (template defaults, overlay overlays/x.yaml, ${number} from reconciler.yaml:12, "
        "${other} from --var other)"
    )


def test_contacts_per_agent_add_up() -> None:
    """Over the rules of a campaign, and over the plan; by id, nobody last."""
    loads = (Load(None, 4, 0), Load(544, 1, 2), Load(543, 0, 3))
    more = (Load(543, 5, 0), Load(9, 0, 5))
    changes = [assigning([1], loads=loads), assigning([2], loads=more, rule="b"), assigning([3], loads=loads)]
    rows = plan_rows(plan_of(*changes[:2], replace(changes[2], campaign_id=101)), NAMES)
    one = (Agent("9", 0, 5), Agent("alice (543)", 5, 3), Agent("bruno (544)", 1, 2), Agent("nobody", 4, 0))
    assert rows.blocks[0].agents == one
    assert rows.agents == (one[0], Agent("alice (543)", 5, 6), Agent("bruno (544)", 2, 4), Agent("nobody", 8, 0))


def test_limits_of_rules_that_were_not_planned() -> None:
    """A plan of a part has those of the run, and of its own rules."""
    uses = (Use("contactsChanged", 1, 9), *(Use("contactsChanged", 1, 9, owner=each) for each in ("P/a rule r", "P/b")))
    plan = plan_of(assigning([1], address="P/a", rule="r"), steps=[batch([1])])
    assert [each.owner for each in plan_rows(plan, NAMES, uses).limits] == ["", "P/a rule r"]


def test_facts() -> None:
    """What the plan is bound to; a plan that is not saved yet has the digest that it will have."""
    plan = replace(plan_of(), commit="0123456789abcdef0123")
    facts = plan_rows(plan, NAMES, now=NOW).facts
    assert (facts.target, facts.commit, facts.created) == ("tested → test", "0123456789ab", "2026-11-23 09:00Z")
    assert facts.digest == to_json(plan)["digest"].removeprefix("sha256:")[:12]
    assert plan_rows(replace(plan, project="\udcff"), NAMES).facts.digest == ""
    assert [plan_rows(plan, NAMES, now=NOW + timedelta(hours=each)).facts.is_expired for each in (23, 24)] == [
        False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3601, "61 min"), (5341, "1 h 30 min"), (36000, "10 h 0 min")],
)
def test_lengths_of_time(seconds: int, words: str) -> None:
    """Rounded up to what a reader needs."""
    assert span(seconds) == words


def test_the_estimate_is_said_to_be_one() -> None:
    """In the closing line, where something is to be sent."""
    totals = plan_rows(plan_of(updating(maxTries=1), steps=[patch()]), NAMES).totals
    assert totals == "1 campaign changes · 1 step · about 3 calls, 1 s (estimated)"
    assert "estimated" not in plan_rows(plan_of(), NAMES).totals


def test_moved() -> None:
    """What becomes of one value, in words."""
    assert moved("maxTries", 5, None, NAMES) == "5 → null"
    assert moved("userIds", [543, 9], [544, 9], NAMES) == "+ bruno (544)  - alice (543)  (1 unchanged)"
    assert moved("groupIds", None, [12], NAMES) == "+ closers (12)"
    assert moved("displayedPhoneNumbers", [""], ["1"], NAMES) == "+ 1  - (empty)"


def test_a_plan_is_the_same_rows_each_time() -> None:
    """Nothing depends on when it is shown."""
    assert plan_rows(sample(), NAMES) == plan_rows(sample(), NAMES)
