"""`checks` of a project file: what they become, and every fault at its place with one next step."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.kinds.check import Comparison
from reconciler.manifests.checks import Check, Window
from reconciler.manifests.project import read_project
from tests.manifests.reading import PROJECT_FILE, campaign, documents, faults, only, pointed, project, project_text

_REST = "message: not so"


def check(lines: str, name: str = "one", rest: str = _REST) -> Check:
    """The check of a project with this one."""
    return project(spec=f"  checks: [{{name: {name}, {lines}, {rest}}}]\n").checks[0]


def wrong(lines: str, rest: str = _REST) -> list[Diagnostic]:
    """The faults of a project with this check."""
    found, said = read_project(
        PROJECT_FILE, project_text(spec=f"  checks: [{{name: one, {lines}, {rest}}}]\n").encode()
    )
    assert (found is None) == bool(said)
    return said


def test_a_check_in_short() -> None:
    """A value is what it must be, a list one of which; an error by default."""
    found = check("of: setting, where: {attribute: [maxTries, isPaused], after: null, labels: {tier: gold}}")
    assert [(each.name, each.comparison, each.wanted) for each in found.where] == [
        ("attribute", Comparison.IN, ["maxTries", "isPaused"]),
        ("after", Comparison.EQUALS, None),
        ("labels.tier", Comparison.EQUALS, "gold"),
    ]
    assert (found.severity, found.freeze, found.waivers, found.except_undo) == (Severity.ERROR, None, (), False)
    assert str(found.span) == "reconciler.yaml:5:19"


def test_several_comparisons_of_one_fact() -> None:
    """All of them count."""
    found = check("of: setting, require: {after: {atLeast: 1, atMost: 10, notEquals: 7}}")
    assert [(each.comparison, each.wanted) for each in found.require] == [
        (Comparison.AT_LEAST, 1), (Comparison.AT_MOST, 10), (Comparison.NOT_EQUALS, 7),
    ]  # fmt: skip


def test_lengths_of_time_are_seconds() -> None:
    """As a plan has them: in comparisons of size, and wherever the setting is a length of time."""
    found = check(
        "of: setting, where: {attribute: nextTryDelay, before: 1h}, require: {after: {atLeast: 4h, in: [1d]}}"
    )
    assert [each.wanted for each in (*found.where, *found.require)] == ["nextTryDelay", 3600, 14400, [86400]]
    named = check("of: setting, where: {attribute: folder, after: 1h}")
    assert named.where[1].wanted == "1h"  # a folder may be called so


def test_freeze_windows() -> None:
    """Days, times, and days of the calendar."""
    windows = "[{days: [friday, monday], from: 22:30, to: 06:00}, {firstDay: 2026-12-24, lastDay: 2027-01-02}]"
    found = check(f"of: campaign, freeze: {{timeZone: Europe/Paris, windows: {windows}}}").freeze
    assert found is not None
    assert found.zone == "Europe/Paris"
    assert found.windows == (
        Window(frozenset({0, 4}), None, None, 22 * 60 + 30, 6 * 60),
        Window(None, date(2026, 12, 24), date(2027, 1, 2), 0, 24 * 60),
    )


def test_waivers() -> None:
    """Who, why and until when."""
    waiver = "{address: Campaign/bakery, owner: alice, reason: agreed, expires: 2026-12-31}"
    found = check("of: campaign, where: {risk: high}", rest=f"{_REST}, waivers: [{waiver}]").waivers[0]
    assert (found.address, found.owner, found.reason) == ("Campaign/bakery", "alice", "agreed")
    assert found.expires == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("lines", "code", "at", "advice"),
    [
        ("of: seting, where: {after: 1}", "not-a-choice", "seting", "the nearest value is `setting`"),
        ("of: setting, were: {after: 1}, require: {after: 1}", "unknown-field", "were", "the nearest key is `where`"),
        ("of: setting, where: {atribute: name}", "unknown-field", "atribute", "the nearest key is `attribute`"),
        ("of: setting, where: {attribute: maxTrys}", "not-a-choice", "maxTrys", "the nearest attribute is `maxTries`"),
        ("of: setting, where: {attribute: {notIn: [autoPurge]}}", "not-a-choice", "autoPurge", ""),
        ("of: setting, where: {attribute: {matches: autopurge.*}}", "not-a-choice", "autopurge.*", ""),
        ("of: setting, require: {after: {atMots: 10}}", "unknown-field", "atMots", "the nearest key is `atMost`"),
        ("of: setting, require: {after: {atMost: ten}}", "wrong-form", "ten", ""),
        ("of: setting, require: {after: {}}", "wrong-count", "after", ""),
        ("of: setting, where: {}", "wrong-count", "where", ""),
        ("of: setting, where: {attribute: isPaused, after: 'false'}", "wrong-type", "'false'", "write true or false"),
        ("of: setting, where: {attribute: maxTries, after: {in: [yes]}}", "wrong-type", "yes", "write a number"),
        ("of: setting, where: {attribute: maxTries}, require: {after: {matches: 1*}}", "wrong-type",
         "1*", "use `equals`"),
        ("of: setting, where: {attribute: isPaused, after: {atMost: 1}}", "wrong-type", "1", "use `equals`"),
        ("of: setting, where: {attribute: nextTryDelay, after: 4x}", "wrong-type", "4x", ""),
        ("of: setting, where: {attribute: userIds, after: alcie}", "unknown-agent",
         "alcie", "the nearest agent is `alice`"),
        ("of: setting, where: {attribute: groupIds, after: closer}", "unknown-group", "closer", ""),
        ("of: setting, where: {environment: prod}", "not-a-choice", "prod", "known: `local`"),
        ("of: setting, where: {gains: 1}", "check-fact", "gains", ""),
        ("of: agent, require: {labels: {tier: gold}}", "check-fact", "labels", "write it under `where`"),
        ("of: agent, where: {agent: alcie}", "unknown-agent", "alcie", "the nearest agent is `alice`"),
        ("of: campaign, where: {action: remove}", "not-a-choice", "remove", ""),
        ("of: campaign, where: {labels: {approved: true}}", "wrong-type", "true", "put it in quotes: it is text"),
        ("of: campaign, severity: error", "check-scope", "{", ""),
        ("of: setting, were: {after: 1}", "unknown-field", "were", "the nearest key is `where`"),
        ("of: campaign, freeze: {timeZone: Europe/Pari, windows: [{days: [friday]}]}", "unknown-zone", "Europe/Pari",
         "the nearest zone is `Europe/Paris`"),
        ("of: campaign, freeze: {timeZone: right/UTC, windows: [{days: [friday]}]}", "unknown-zone", "right/UTC", ""),
        ("of: campaign, freeze: {timeZone: ../etc, windows: [{days: [friday]}]}", "wrong-form", "../etc", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: []}", "wrong-count", "windows", "add one"),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{days: [firday]}]}", "not-a-choice", "firday", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{from: 12.30}]}", "wrong-type", "12.30", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{from: 24:01}]}", "wrong-form", "24:01", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{from: '09:00', to: '09:00'}]}", "freeze-window",
         "'09:00'", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{to: '00:00'}]}", "freeze-window", "'00:00'", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{firstDay: 2026-02-30}]}", "wrong-moment", "2026-02-30", ""),
        ("of: campaign, freeze: {timeZone: UTC, windows: [{firstDay: 2027-01-02, lastDay: 2026-12-24}]}",
         "freeze-window", "2026-12-24", "exchange the two days"),
        ("of: campaign, freeze: {windows: [{days: [friday]}]}", "missing-field", "freeze", "add `timeZone`"),
    ],
)  # fmt: skip
def test_a_fault_at_its_place(lines: str, code: str, at: str, advice: str) -> None:
    """A check that could never find anything is none; one next step."""
    fault = only(wrong(lines))
    assert fault.code == code
    assert pointed(fault).startswith(at)
    assert advice in fault.help != ""


@pytest.mark.parametrize(
    ("waiver", "code", "at"),
    [
        ("{address: bakery, owner: a, reason: b, expires: 2026-12-31}", "wrong-form", "bakery"),
        ("{address: Campaign/bakery, reason: b, expires: 2026-12-31}", "missing-field", "{"),
        ("{address: Campaign/bakery, owner: a, expires: 2026-12-31}", "missing-field", "{"),
        ("{address: Campaign/bakery, owner: a, reason: b}", "missing-field", "{"),
        ("{address: Campaign/bakery, owner: ' ', reason: b, expires: 2026-12-31}", "wrong-form", "' '"),
        ("{address: Campaign/bakery, owner: a, reason: b, expires: never}", "wrong-form", "never"),
        ("{address: Campaign/bakery, owner: a, reason: b, expires: 2027-02-29}", "wrong-moment", "2027-02-29"),
    ],
)
def test_a_waiver_says_who_why_and_until_when(waiver: str, code: str, at: str) -> None:
    """All of it, or it is none."""
    fault = only(wrong("of: campaign, where: {risk: high}", rest=f"{_REST}, waivers: [{waiver}]"))
    assert fault.code == code
    assert pointed(fault).startswith(at)


def test_a_check_says_why() -> None:
    """Whoever is stopped reads it."""
    assert only(wrong("of: campaign, where: {risk: high}", rest="severity: error")).code == "missing-field"
    assert only(wrong("of: campaign, where: {risk: high}", rest="message: ' '")).code == "wrong-form"


@pytest.mark.parametrize(
    "checks",
    ["5", "[5]", "{}", "[{}]", "[{name: one, of: [], message: no, where: 5, require: [], freeze: x, waivers: 1}]",
               "[{name: one, of: setting, message: no, where: {labels: x, after: {in: {}}, attribute: {}},"
               " freeze: {timeZone: 5, windows: [5, {days: 5, from: {}, firstDay: []}]}, waivers: [5, {expires: 5}]}]"],
)  # fmt: skip
def test_what_is_of_another_form_altogether(checks: str) -> None:
    """Is told as such, and nothing that follows from it alone."""
    found, said = read_project(PROJECT_FILE, project_text(spec=f"  checks: {checks}\n").encode())
    assert found is None
    assert {each.code for each in said} <= {"wrong-type", "missing-field", "wrong-count", "not-a-choice"}


def test_two_checks_of_one_name() -> None:
    """Nobody could tell which of them failed."""
    one = "{name: one, of: campaign, where: {risk: high}, message: no}"
    _, said = read_project(
        PROJECT_FILE, project_text(spec=f"  checks: [{one}, {one.replace('high', 'low')}]\n").encode()
    )
    fault = only(said)
    assert (fault.code, len(fault.labels)) == ("duplicate", 1)


def test_a_campaign_that_no_manifest_declares() -> None:
    """A misspelt one would make a check that never finds anything."""
    of = project(spec="  checks: [{name: one, of: campaign, where: {campaign: [bakery, bakrey]}, message: no}]\n")
    fault = only(faults(documents(campaign(name="bakery")), of=of))
    assert (fault.code, pointed(fault), fault.help) == (
        "unknown-campaign",
        "bakrey",
        "the nearest campaign is `bakery`",
    )
