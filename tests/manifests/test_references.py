"""Names → ids: as the environment knows them, and in which words when it does not."""

from __future__ import annotations

import pytest

from tests.manifests.reading import campaign, faults, only, pointed, project, read


def test_names_become_ids() -> None:
    """Sorted."""
    assert read(campaign("userIds: [bruno, alice, 7]")).campaigns[0].settings["userIds"] == [7, 543, 544]


@pytest.mark.parametrize(
    ("line", "second"),
    [
        ("userIds: [bruno, 543, alice]", "alice"),
        ("userIds: [543, alice, 543]", "alice"),
        ("displayedPhoneNumbers: ['33123456789', '33 123456789']", "'33 123456789'"),
    ],
)
def test_a_value_written_in_two_ways_is_told_once(line: str, second: str) -> None:
    """At the second one: lists are sets, and one of them was perhaps meant to be another value."""
    found = [each for each in faults(campaign(line)) if each.code == "repeated-value"]
    assert pointed(found[0]) == second
    assert len({each.span for each in found}) == len(found)


@pytest.mark.parametrize(
    ("line", "code", "advice"),
    [
        ("userIds: [alcie]", "unknown-agent", "the nearest agent is `alice`"),
        ("userIds: [Alice]", "unknown-agent", "the nearest agent is `alice`"),
        ("userIds: [zoe]", "unknown-agent", "known: `alice`, `bruno`"),
        ("userIds: ['543']", "unknown-agent", "an id is written without quotes: 543"),
        ("groupIds: [closer]", "unknown-group", "the nearest group is `closers`"),
        ("groupIds: [alice]", "unknown-group", "known: `closers`"),
    ],
)
def test_an_unknown_name_is_a_fault(line: str, code: str, advice: str) -> None:
    """Agents are no groups; upper case matters; a number in quotes is a name."""
    fault = only(faults(campaign(line)))
    assert (fault.code, fault.help, fault.address) == (code, advice, "Campaign/bakery")
    assert pointed(fault) in line


def test_an_environment_without_names_says_where_they_go() -> None:
    """There is nothing near."""
    fault = only(faults(campaign("userIds: [alice]"), of=project('      baseUrl: "emulator:x"\n')))
    assert fault.help == "add it to spec.environments.local.agents, or write the id"


def test_each_unknown_name_is_told() -> None:
    """Not the first alone."""
    assert [pointed(each) for each in faults(campaign("userIds: [a, alice, b]"))] == ["a", "b"]


def test_no_names_and_null_stay_apart() -> None:
    """`[]` is none wanted, null clears."""
    (found,) = read(campaign("userIds: []", "groupIds: null")).campaigns
    assert (found.settings["userIds"], found.settings["groupIds"]) == ([], None)
