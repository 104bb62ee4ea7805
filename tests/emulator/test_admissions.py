"""The demo account: what the stories told with it rely on."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.emulator import Account, admissions_account
from reconciler.emulator.admissions_contacts import COUNTS
from reconciler.emulator.instants import to_text

NOW = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)
FICTION = re.compile(r"3319900\d{4}|3363998\d{4}")


@pytest.fixture(scope="module")
def demo() -> Account:
    """The account as of half past nine."""
    return admissions_account(NOW)


def test_is_the_same_every_time(demo: Account) -> None:
    """The same moment makes the same account."""
    assert admissions_account(NOW) == demo


def test_calls_follow_the_clock(demo: Account) -> None:
    """A day later the same people were called a day later."""
    later = admissions_account(NOW + timedelta(days=1))
    assert [item["contactId"] for item in later.contacts] == [item["contactId"] for item in demo.contacts]
    called = [item["lastCallTime"] for item in demo.contacts if item["lastCallTime"]]
    assert to_text(NOW - timedelta(days=20)) <= min(called) < to_text(NOW - timedelta(days=19))
    assert to_text(NOW - timedelta(days=1)) < max(called) < to_text(NOW)


def test_has_the_contacts_it_promises(demo: Account) -> None:
    """2,000 contacts over the six campaigns, of every category in each."""
    assert Counter(item["campaignId"] for item in demo.contacts) == COUNTS
    kinds = {(item["campaignId"], item["customFields"]["Category"]) for item in demo.contacts}
    assert len(kinds) == 3 * len(COUNTS)


def test_numbers_are_fictional(demo: Account) -> None:
    """Every number of the account is from the ranges kept for fiction."""
    numbers = {number for item in demo.contacts for number in item["phones"].values()}
    numbers |= {*demo.validated_numbers}
    assert all(FICTION.fullmatch(number) for number in numbers)


def test_ids_are_told_apart(demo: Account) -> None:
    """System ids are unique, and none is a contactId."""
    ids = {item["id"] for item in demo.contacts}
    assert len(ids) == len(list(demo.contacts))
    assert not ids & {item["contactId"] for item in demo.contacts}


def test_agents_are_members(demo: Account) -> None:
    """Contacts are assigned to members of their campaign only."""
    campaigns = {item["id"]: item for item in demo.campaigns}
    for item in demo.contacts:
        assert item["assignedAgentId"] in (None, *campaigns[item["campaignId"]]["userIds"])
        assert item["assignedGroupId"] in (None, *campaigns[item["campaignId"]]["groupIds"])
        assert set(item["customFields"]) <= set(campaigns[item["campaignId"]]["customFields"])


def test_has_something_of_everything(demo: Account) -> None:
    """Busy, excluded, called and new contacts; all statuses; one name in two folders."""
    assert Counter(item["state"] for item in demo.contacts)["processing_in_progress"] == 4
    assert len({item["excludedDetail"] for item in demo.contacts}) == 7
    assert 400 < sum(item["wrapupId"] is None for item in demo.contacts) < 800
    assert len({item["status"] for item in demo.wrapups}) == 5
    places = [item["wrapupPath"] for item in demo.wrapups if item["name"] == "RDV"]
    assert places == ["Admissions/Clôtures", "Admissions/Relances"]


def test_campaigns_are_what_the_console_left(demo: Account) -> None:
    """Six campaigns to manage, a test, and an archived one."""
    assert {item["id"] for item in demo.campaigns} == {*COUNTS, 6060, 5990}
    assert [item["id"] for item in demo.campaigns if item["isArchived"]] == [5990]
    assert {item["id"] for item in demo.campaigns if item["isPaused"]} == {6051, 6060, 5990}
    assert {number for item in demo.campaigns for number in item["unassignedUserIds"]} == {545}
    assert {item["autoPurge"] is None for item in demo.campaigns} == {True, False}
