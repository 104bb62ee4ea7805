"""What the copy holds of an account, and what stays out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.manifests.desired import Desired
from reconciler.planning.selection import selected
from reconciler.simulating.originals import read_originals
from reconciler.simulating.replica import Replica, replica_of
from tests.applying.world import World
from tests.emulator.accounts import account, campaign, contact
from tests.simulating.trying import GOLD, asked

SECRETS = ("Zorglub", "33199000001", "33199000077", "called back, angry", "Agnès Zorn", "admin.chloe")
PERSON = contact(
    1,
    customFields={"First_Name": "Zorglub", "Category": "Gold", "Telephone_1": "33199000001"},
    comment="called back, angry",
    agentName="Agnès Zorn",
    createdBy="admin.chloe",
    lastCallTime="2026-11-10T09:00:00+01:00",
)


def _copied(world: World, desired: Desired) -> Replica:
    plan, _ = world.planned(desired)
    with world.client(writable=False) as client:
        return replica_of(read_originals(client, plan, desired, selected(desired)), plan)


def _contacts(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.account.contacts)


def test_no_personal_data(tmp_path: Path) -> None:
    """Only what the rules match by and set, the fields that conditions name, and nothing of the people in it (S10)."""
    world = World.of(tmp_path, account(PERSON, campaigns=[campaign(createdBy="admin.chloe")]))
    rule = {"name": "gold", "match": {"customFieldConditions": GOLD}, "set": {"priority": 1}}
    replica = _copied(world, asked(rule))
    (held,) = _contacts(replica)
    assert held["customFields"] == {"Category": "Gold"}
    assert (held["contactId"], held["priority"], held["phones"], held["comment"]) == (1, 10, {}, None)
    text = json.dumps([held, replica.account.campaigns], ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]


def test_the_columns_of_all_rules_together(tmp_path: Path) -> None:
    """A contact of one rule is held against the filters of the others, too. Instants are in the copy's form; what no
    documentation knows stays as it is.
    """
    world = World.of(tmp_path, account(PERSON, contact(2, triesNumber=4), contact(3)))
    world.set_contact(1, lastCallTime="2026-11-10T09:00:00+01:00")
    world.set_contact(2, excludedDetail="reasonOfTomorrow")
    rules = (
        {"name": "called", "match": {"lastCallBefore": "-72h"}, "skip": True},
        {"name": "tried", "match": {"minTries": 3}, "set": {"excluded": True}},
    )
    one, two = sorted(_contacts(_copied(world, asked(*rules))), key=lambda each: each["contactId"])
    assert (one["lastCallTime"], one["triesNumber"]) == ("2026-11-10T08:00:00Z", 0)
    assert (two["contactId"], two["lastCallTime"], two["triesNumber"], two["excluded"]) == (2, None, 4, False)
    assert two["excludedDetail"] == "reasonOfTomorrow"


def test_of_phones_only_those_that_a_rule_looks_for(tmp_path: Path) -> None:
    """They have to be found; another number of the same person is left out."""
    fields = {"Telephone_1": "33199000001", "Telephone_2": "33199000077"}
    two = campaign(customFields=[*fields], phoneFields=[*fields])
    world = World.of(tmp_path, account(contact(1, customFields=fields), campaigns=[two]))
    rule = {"name": "one", "match": {"phones": ["33199000001"]}, "set": {"priority": 1}}
    (held,) = _contacts(_copied(world, asked(rule)))
    assert (held["customFields"], held["phones"]) == ({"Telephone_1": "33199000001"},) * 2


def test_contacts_of_what_is_not_touched_stay_where_they_are(tmp_path: Path) -> None:
    """The structure of every campaign is copied; contacts are not even read where no step is."""
    world = World.of(tmp_path, account(contact(1, priority=1), campaigns=[campaign(), campaign(200)]))
    desired = asked({"name": "all", "match": "all", "set": {"priority": 1}}, settings={"maxTries": 5})
    replica = _copied(world, desired)
    assert [each["id"] for each in replica.account.campaigns] == [100, 200]
    assert _contacts(replica) == []


def test_what_the_copy_can_not_hold_is_told(tmp_path: Path) -> None:
    """Of the campaigns that matter: where and why, never the value."""
    world = World.of(tmp_path, account(campaigns=[campaign(), campaign(200)]))
    world.set_campaign(globalPriority=99, fieldOfTomorrow="Zorglub")
    world.set_campaign(200, globalPriority=99)
    replica = _copied(world, asked(settings={"maxTries": 8}))
    assert replica.dropped == ("campaign 100: globalPriority is not as the documentation has it, and was dropped",)


def test_wrapup_codes_with_one_name(tmp_path: Path) -> None:
    """They are told apart by their paths, in the copy as in the account; a status of its own is no obstacle."""
    codes = [
        {"id": 1, "name": "RDV", "status": "tocall", "wrapupPath": "Admissions"},
        {"id": 2, "name": "RDV", "status": "argued", "wrapupPath": "Standard", "createdBy": "admin.chloe"},
    ]
    world = World.of(tmp_path, {**account(contact(1, wrapupId=2)), "wrapups": codes})
    rule = {"name": "met", "match": {"lastWrapups": ["Standard/RDV"]}, "set": {"priority": 1}}
    replica = _copied(world, asked(rule))
    assert [(each["id"], each["name"], each["wrapupPath"], each["createdBy"]) for each in replica.account.wrapups] == [
        (1, "RDV", "Admissions", "admin"),
        (2, "RDV", "Standard", "admin"),
    ]
    assert [each["wrapupId"] for each in _contacts(replica)] == [2]
