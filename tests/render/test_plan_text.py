"""A plan in a terminal and in a pipe."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from reconciler.planning.limits import Use
from reconciler.planning.plan import Action, Attribute, Change, ContactGroup, Load, Place, Resolved
from reconciler.render.neutral import neutral
from reconciler.render.plan_text import plan_text
from reconciler.render.rows import plan_rows
from reconciler.render.words import Names
from tests.planning.plans import change, patch, plan_of
from tests.render.sample import TEXTS, sample_rows
from tests.render.spreading import AGENTS, spreading_rows

NAMES = Names.of({"alice": 543, "bruno": 544}, {"closers": 12})
GROUP = ContactGroup(before={"assignedAgentId": None}, after={"assignedAgentId": 543}, contact_ids=(1, 2))
LOADS = (Load(agent_id=9, before=7, after=7), Load(agent_id=543, before=1, after=3), Load(None, before=1100, after=0))


def _change(*attributes: Attribute, action: Action = Action.UPDATE, **more: Any) -> Change:
    values: dict[str, Any] = {"address": "Campaign/a", "campaign_id": 7, "source": Place("m.yaml", 3)}
    return change(action, **(values | {"attributes": attributes} | more))


def _rule() -> Change:
    return _change(
        action=Action.ASSIGN, rule="gold", campaign="Campaign/a", matched=1200, changed=2, deferred=1, in_call=1,
        contacts=(GROUP,), loads=LOADS, address="AssignmentPolicy/p",
    )  # fmt: skip


def _lines(*changes: Change, uses: tuple[Use, ...] = (), width: int | None = None) -> list[str]:
    return plan_text(plan_rows(plan_of(*changes, steps=[patch()]), NAMES, uses), width).plain.splitlines()


def test_values_before_and_after() -> None:
    """Arrows below each other, names beside ids, durations in words, sets as what comes and goes, null as null."""
    place = Place(file="m.yaml", line=9)
    lines = _lines(
        _change(
            Attribute(name="userIds", before=[543, 9], after=[543, 544], source=place),
            Attribute(name="nextTryDelay", before=3600, after=172800, source=place),
            Attribute(name="calendarId", before=1191, after=None, source=place),
            Attribute(name="name", before="old\x1b", after="new", source=place),
        )
    )
    assert lines[2:8] == [
        'Campaign/a  7 "A"  risk low',
        "  update: settings differ from the manifest",
        "  ~ userIds       + bruno (544)  - 9  (1 unchanged)  m.yaml:9",
        "  ~ nextTryDelay  3600 (1h) → 172800 (2d)            m.yaml:9",
        "  ~ calendarId    1191      → null                   m.yaml:9",
        '  ~ name          "old\\x1b" → "new"                  m.yaml:9',
    ]


def test_a_long_value_does_not_push_the_others_away() -> None:
    """Each name and value that is longer than usual stands for itself."""
    place = Place(file="m.yaml", line=9)
    long = Attribute("name", "x" * 70, "y", place)
    lines = _lines(_change(Attribute("maxTries", 5, 8, place), long))
    assert lines[4] == "  ~ maxTries  5 → 8  m.yaml:9"


def test_ignored_values_are_shown_and_marked() -> None:
    """What lifecycle.ignoreChanges leaves alone is seen all the same."""
    lines = _lines(_change(Attribute(name="isPaused", before=True, after=False, ignored=True)))
    assert "    isPaused  true → false  (ignored: lifecycle.ignoreChanges)" in lines


def test_rules_say_how_many_of_how_many() -> None:
    """n of N contacts, who is left to others or deferred, what they get, and the rule's contacts per agent."""
    change = replace(_rule(), claimed=7, total=5000)
    moments = (
        Resolved(change.address, "gold", "lastCallBefore", "2026-11-20T08:00:00Z"),
        Resolved(change.address, "other", "retryBefore", "2026-11-20T09:00:00Z"),
    )
    plan = replace(plan_of(change, steps=[patch()]), moments=moments)
    lines = plan_text(plan_rows(plan, NAMES)).plain.splitlines()
    assert lines[4:14] == [
        "  AssignmentPolicy/p",
        "    ~ gold  1,200 of ≈5,000 contacts match, 2 change  m.yaml:3",
        "        7 more belong to earlier rules; 1 in a call now, deferred to the next run",
        "        lastCallBefore is 2026-11-20T08:00:00Z",
        "        2 contacts, assignedAgentId: nobody → alice (543)",
        "        contacts of this rule per agent, before → after:",
        "        9                7 →     7  ████████████████████████████████████████",
        "        alice (543)      1 →     3  ██████▓▓▓▓▓▓▓▓▓▓▓",
        "        nobody       1,100 →     0",
        "",
    ]


def test_of_very_many_agents_those_are_shown_whose_contacts_move() -> None:
    """The others are counted."""
    loads = (*(Load(number, 1, 1) for number in range(1, 30)), Load(30, 0, 2))
    lines = _lines(replace(_rule(), loads=loads))
    start = lines.index("        contacts of this rule per agent, before → after:")
    assert lines[start + 1 : start + 3] == [
        "        30  0 → 2  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓",
        "        29 agents unchanged",
    ]


def test_many_agents_with_long_names() -> None:
    """All that a rule spreads over stand below each other, each with a bar, in cells of a terminal."""
    lines = plan_text(spreading_rows(), 100).plain.splitlines()
    start = lines.index("        354 contacts, assignedAgentId: nobody → 12 agents")
    assert lines[start + 1] == "        contacts of this rule per agent, before → after:"
    agents = lines[start + 2 : start + 15]
    assert [each.split(" (")[0].strip() for each in agents[:12]] == list(AGENTS)
    assert {cell_len(each[: each.index("→")]) for each in agents} == {50}
    assert agents[2].endswith("  0 →  42  " + "▓" * 40)
    assert agents[12].endswith("354 →   0"), "what nobody has would make all other bars short"
    assert "bars: █ stays · ▓ comes · ░ goes" in lines


def test_in_a_narrow_terminal_bars_stand_below_the_names() -> None:
    """Each as long as its number says, in what room there is."""
    lines = plan_text(spreading_rows(), 40).plain.splitlines()
    assert max(map(cell_len, lines)) <= 40
    assert lines[lines.index("        14 contacts, assignedAgentId:") + 1] == "          nobody →"
    start = lines.index("        maël-kerguélen (545)")
    assert lines[start : start + 4] == [
        "        maël-kerguélen (545)",
        "            0 →  42  ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓",
        "        zoé (546)",
        "            3 →  42  █▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓",
    ]


def test_where_a_terminal_has_ascii_alone() -> None:
    """Our own signs and bars are plain, as wide as they are else; colours stay where they were."""
    rows = spreading_rows()
    signs, plain = plan_text(rows, 80), plan_text(rows, 80, plain=True)
    ours = "".join(each for each in plain.plain if each not in "".join(AGENTS) + "Métiers")
    assert ours.isascii()
    assert list(map(len, plain.plain.splitlines())) == list(map(len, signs.plain.splitlines()))
    assert plain.spans == signs.spans
    assert "27 of ~1,240 contacts match" in plain.plain
    assert "  3 >  42  ##+++++" in plain.plain
    assert "bars: # stays | + comes | - goes" in plain.plain


def test_what_makes_it_risky_comes_with_its_weight_and_value() -> None:
    """The heaviest first; below them what is sent, in order."""
    lines = plan_text(spreading_rows()).plain.splitlines()
    start = next(index for index, each in enumerate(lines) if each.startswith("  !"))
    assert lines[start : start + 4] == [
        "  ! high · isPaused: starts calling",
        "  ! medium · removes 9 from userIds; contacts assigned to them stay assigned",
        "  ! medium · the campaign is running",
        "  in this order: PATCH userIds, then rule gold-to-éléonore: PUT 24 contacts one by one, "
        "then rule others-shared: 12 batches, 354 contacts, "
        "then PATCH userIds, then PATCH isPaused",
    ]


def test_one_step_has_no_order() -> None:
    """Nothing is said about it, nor about bars where there is none."""
    plan = plan_of(_change(Attribute("maxTries", 1, 2)), steps=[patch(1, 7)])
    said = plan_text(plan_rows(plan, NAMES)).plain
    assert ("in this order" in said, "bars:" in said) == (False, False)


def test_nothing_to_do_but_what_is_ignored() -> None:
    """The last line fits what stands above it."""
    ignored = _change(Attribute("isPaused", True, False, ignored=True), action=Action.NONE)
    lines = plan_text(plan_rows(plan_of(ignored), NAMES)).plain.splitlines()
    assert lines[-1] == "Plan: nothing to do: the account is as the manifests say, but for what is ignored"


def test_unchanged_objects_are_counted_not_shown() -> None:
    """A quiet plan: what stays as it is takes one line."""
    lines = _lines(
        _change(Attribute(name="maxTries", before=1, after=2)),
        _change(action=Action.NONE, address="Campaign/b", campaign_id=8),
    )
    assert "1 object unchanged (not shown)" in lines
    assert not [each for each in lines if "Campaign/b" in each]


def test_a_limit_that_is_exceeded_says_so() -> None:
    """How close the plan is to each limit; at the limit is within it."""
    lines = _lines(_change(), uses=(Use("contactsChanged", 1001, 1000), Use("campaignsChanged", 50, 50)))
    assert "Limit: contactsChanged 1,001 of 1,000 - exceeded: apply will stop" in lines
    assert "Limit: campaignsChanged 50 of 50, nearly reached" in lines


def test_a_part_of_the_project_is_said_to_be_one() -> None:
    """A plan of some targets says which."""
    plan = replace(plan_of(_change(), steps=[patch()]), targets=("Campaign/a", "Campaign/b"))
    assert plan_text(plan_rows(plan, NAMES)).plain.splitlines()[1] == "only Campaign/a, Campaign/b"


def test_in_a_narrow_terminal_values_stand_below_their_names() -> None:
    """First the place goes below, then the value; bars shrink, and go where they would be too short."""
    place = Place("manifests/admissions.yaml", 9)
    settings = _change(Attribute("nextTryDelay", 3600, 172800, place), Attribute("maxTries", 5, 8, Place("m", 1)))
    assert _lines(settings, width=50)[4:7] == [
        "  ~ nextTryDelay  3600 (1h) → 172800 (2d)",
        "      manifests/admissions.yaml:9",
        "  ~ maxTries      5         → 8            m:1",
    ]
    assert _lines(settings, width=34)[5:9] == [
        "  ~ nextTryDelay", "      3600 (1h) → 172800 (2d)", "      manifests/admissions.yaml:9", "  ~ maxTries",
    ]  # fmt: skip
    for width, bar in ((60, 24), (48, 12), (47, 22), (39, 14)):
        lines = _lines(_rule(), width=width)
        start = next(index for index, each in enumerate(lines) if each.startswith("        9"))
        assert (lines[start + (width < 48)].count("█"), max(map(cell_len, lines)) <= width) == (bar, True)


@settings(deadline=None)
@given(TEXTS, st.integers(40, 120))
@example("![x](http://evil.example/x.png)::error::x", 40)
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    """In a terminal of any width; in a pipe nothing is wrapped, and no text ends a line or steers (S12)."""
    rows = sample_rows(text)
    whole, narrow = (plan_text(rows, each, facts=True).plain for each in (None, width))
    assert all(cell_len(each) <= width for each in narrow.splitlines())
    assert _letters(whole) == _letters(narrow)
    assert all(neutral(each) == each for each in (*whole.split("\n"), *narrow.split("\n")))
    assert len(whole.split("\n")) == len(plan_text(sample_rows(), facts=True).plain.split("\n"))


def _letters(text: str) -> str:
    return "".join(each for each in text if each not in "█▓░" and not each.isspace())


def test_without_colour_the_same_words() -> None:
    """Colour repeats what the signs and words say."""
    text = plan_text(sample_rows())
    assert {"~", "+", "-", "!"} <= {line.strip()[:1] for line in text.plain.splitlines()}
    assert "risk high" in text.plain
    styled = {text.plain[each.start : each.end]: each.style for each in text.spans}
    assert (styled["Plan: "], styled["high"], styled["Campaign/x-1"]) == ("bold", "bold red", "bold")
    assert not text.style
