"""Names → ids: as the environment knows them, and in which words when it does not."""

from __future__ import annotations

import pytest

from tests.manifests.reading import campaign, faults, only, pointed, project, read


def test_names_and_ids_of_one_agent_are_one() -> None:
    """Sorted, each once."""
    assert read(campaign("userIds: [bruno, alice, 543, 7]")).campaigns[0].settings["userIds"] == [7, 543, 544]


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
