"""The order of a plan's steps (design, the plan), on accounts where each wrong order does damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from reconciler.api.client import Client
from reconciler.api.endpoints.batches import batch_status, update_contacts
from reconciler.api.endpoints.campaigns import add_fields, delete_campaign, patch_campaign
from reconciler.api.endpoints.contacts import update_contact
from reconciler.errors import ApiError
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Operation, Plan, Step
from tests.applying.world import World, account, campaign, contacts
from tests.laws.commits import Commit, Seen, watched
from tests.laws.damage import Watch
from tests.laws.worlds import DEPTH
from tests.planning.building import campaign_document, desired_of, policy_document

AGENTS, GROUPS = {"alice": 543, "bruno": 544, "chloe": 545, "denis": 546}, {"closers": 12, "openers": 13}
#: Each contact goes from who leaves to who comes.
RULE = {"name": "all", "match": "all", "set": {"assignedAgentId": "chloe"}}
UNPAUSED = {"maxTries": 8, "userIds": ["alice", "chloe"], "isPaused": False}
PAUSED = {"maxTries": 8, "isPaused": True}
Seed = dict[str, Any]


def _desired(settings: dict[str, Any], *rules: dict[str, Any], **more: Any) -> Desired:
    policies = [policy_document(*rules)] if rules else []
    return desired_of(campaign_document(settings=settings, **more), *policies, agents=AGENTS, groups=GROUPS)


CASES: dict[str, tuple[Seed, Desired]] = {
    "unpaused": ({"isPaused": True}, _desired(UNPAUSED, RULE, customFields=["New"])),
    "paused": ({"isPaused": False}, _desired(PAUSED, customFields=["New"])),
    "deleted": ({"isPaused": False}, _desired({}, lifecycle={"ensure": "deleted"})),
}


@dataclass(slots=True)
class Sent:
    """What sending steps led to: the damage that was seen, and what the API refused."""

    damages: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def world_of(folder: Path, seed: Seed) -> World:
    """A campaign of which bruno has all the contacts."""
    return World.of(folder, account(campaign(**seed), people=contacts(4, assignedAgentId=544)))


def observed(seen: Seen, sent: Sent, plan: Plan, steps: Sequence[Step]) -> None:
    """From now on each commit is looked at."""
    watch = Watch(seen.state, to_builtins(steps))

    def look(commit: Commit) -> None:
        sent.damages += watch.damages(commit)

    seen.observer = look


def sent_in_order(world: World, seen: Seen, plan: Plan, order: Sequence[Step]) -> Sent:
    """Sends the writes of the steps, one after another in this order, until the API refuses one."""
    sent = Sent()
    observed(seen, sent, plan, plan.steps)
    with world.client(writable=True) as client:
        for step in order:
            try:
                _SENDING[step.operation](client, step)
            except (ApiError, RefusedContactsError) as error:
                sent.refused.append(f"{step.operation}: {error}")
                break
    return sent


class RefusedContactsError(Exception):
    """A batch that did not write all of its contacts."""


def _batch(client: Client, step: Step) -> None:
    token = client.run(update_contacts(step.campaign_id, step.contact_ids, step.data))
    while not (result := client.run(batch_status(token))).is_final:
        pass
    if result.failed:
        raise RefusedContactsError(f"{len(result.failed)} contacts")


def _each(client: Client, step: Step) -> None:
    for contact_id in step.contact_ids:
        client.run(update_contact(step.campaign_id, contact_id, step.data))


def _fields(client: Client, step: Step) -> None:
    client.run(add_fields(step.campaign_id, {each["name"]: each["isPhoneNumber"] for each in step.fields}))


_SENDING: dict[Operation, Callable[[Client, Step], None]] = {
    Operation.UPDATE_CAMPAIGN: lambda client, step: client.run(patch_campaign(step.campaign_id, step.body)),
    Operation.ADD_FIELDS: _fields,
    Operation.UPDATE_CONTACTS: _batch,
    Operation.UPDATE_EACH: _each,
    Operation.DELETE_CAMPAIGN: lambda client, step: client.run(delete_campaign(step.campaign_id)),
}


def kind_of(step: Step) -> str:
    """Which place in the order a step has."""
    if step.contact_ids:
        return "contacts"
    if step.operation is not Operation.UPDATE_CAMPAIGN:
        return {Operation.ADD_FIELDS: "fields", Operation.DELETE_CAMPAIGN: "delete"}[step.operation]
    if step.body.keys() == {"isPaused"}:
        return "pause" if step.body["isPaused"] else "unpause"
    return {frozenset({"isArchived"}): "archive", frozenset({"userIds"}): "leave"}.get(frozenset(step.body), "settings")


@pytest.fixture
def seen() -> Iterator[Seen]:
    """What the emulator of the test does."""
    with watched() as found:
        yield found


@pytest.mark.parametrize(
    ("case", "kinds"),
    [
        ("unpaused", ["fields", "settings", "contacts", "leave", "unpause"]),
        ("paused", ["pause", "fields", "settings"]),
        ("deleted", ["pause", "archive", "delete"]),
    ],
)
def test_the_order_does_no_damage(tmp_path: Path, seen: Seen, case: str, kinds: list[str]) -> None:
    """At no commit, and the API refuses nothing."""
    seed, desired = CASES[case]
    world = world_of(tmp_path, seed)
    plan = world.plan(desired)
    assert [kind_of(each) for each in plan.steps] == kinds
    assert sent_in_order(world, seen, plan, plan.steps) == Sent()
    assert world.plan(desired).steps == ()


@pytest.mark.parametrize(
    ("case", "first", "second", "damage"),
    [
        ("paused", "pause", "fields", "is to be paused, and calls with ['field New']"),
        ("unpaused", "settings", "contacts", "4 contacts"),
        ("unpaused", "contacts", "leave", "is with 544, who is not of userIds"),
        ("unpaused", "leave", "unpause", "calls without ['userIds']"),
        ("deleted", "pause", "archive", "error.campaign.not.paused"),
        ("deleted", "archive", "delete", "error.campaign.not.archived"),
    ],
)
def test_two_neighbours_swapped_do_damage(
    tmp_path: Path, seen: Seen, case: str, first: str, second: str, damage: str
) -> None:
    """The campaign calls with half of it, a contact is stuck with who is no member, or the API refuses."""
    seed, desired = CASES[case]
    world = world_of(tmp_path, seed)
    plan = world.plan(desired)
    order = _swapped(plan.steps, first, second)
    sent = sent_in_order(world, seen, plan, order)
    assert damage in " ".join([*sent.damages, *sent.refused]), sent


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_field_that_is_refused_leaves_the_settings_as_they_were(
    tmp_path: Path, seen: Seen, *, is_swapped: bool
) -> None:
    """Somebody was faster with a field of that name: in the other order half of the plan would be in force."""
    seed, desired = CASES["unpaused"]
    world = world_of(tmp_path, seed)
    plan = world.plan(desired)
    world.set_campaign(customFields=["First_Name", "Category", "Phone", "New"])
    seen.state = {}
    seen.connection = None
    order = _swapped(plan.steps, "fields", "settings") if is_swapped else plan.steps
    sent = sent_in_order(world, seen, plan, order)
    assert "error.custom.field.already.exists" in sent.refused[0]
    assert world.campaign()["maxTries"] == (8 if is_swapped else 5)


def _swapped(steps: Sequence[Step], first: str, second: str) -> list[Step]:
    """The steps, with two neighbours the other way round."""
    kinds = [kind_of(each) for each in steps]
    place = kinds.index(first)
    assert kinds[place + 1] == second
    return [*steps[:place], steps[place + 1], steps[place], *steps[place + 2 :]]


MEMBERS = st.lists(st.sampled_from(sorted(AGENTS)), unique=True, min_size=1)
TEAMS = st.lists(st.sampled_from(sorted(GROUPS)), unique=True, min_size=1)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Seed, list[Any], Desired]:
    """A campaign and its contacts, and what manifests ask of them: other members, who get some of the contacts."""
    users, teams, others, other_teams = draw(MEMBERS), draw(TEAMS), draw(MEMBERS), draw(TEAMS)
    seed = {"isPaused": draw(st.booleans()), "userIds": [AGENTS[each] for each in users]}
    seed |= {"groupIds": [GROUPS[each] for each in teams]}
    people = contacts(4)
    for each in people:
        each |= {"assignedAgentId": AGENTS[draw(st.sampled_from(users))]}
        each |= {"assignedGroupId": GROUPS[draw(st.sampled_from(teams))]}
    settings: Any = {"userIds": others, "groupIds": other_teams, "isPaused": draw(st.booleans())}
    settings |= draw(st.fixed_dictionaries({}, optional={"maxTries": st.just(8)}))
    kept = draw(st.sets(st.sampled_from(sorted(settings)), min_size=len(settings) - 2))
    new_agents = others if "userIds" in kept else users
    new_teams = other_teams if "groupIds" in kept else teams
    values = {
        "assignedAgentId": st.sampled_from(new_agents),
        "assignedGroupId": st.sampled_from(new_teams),
        "priority": st.integers(1, 3),
        "comment": st.just("Call at noon"),
    }
    sets = draw(st.lists(st.fixed_dictionaries({}, optional=values).filter(bool), max_size=2))
    rules = [
        {"name": f"r{n}", "match": {"contactIds": [2 * n + 1, 2 * n + 2]}, "set": each} for n, each in enumerate(sets)
    ]
    fields = draw(st.lists(st.sampled_from(("New", "Mobile")), unique=True))
    return seed, people, _desired({name: settings[name] for name in sorted(kept)}, *rules, customFields=fields)


@DEPTH
@given(accounts())
def test_applying_does_no_damage_at_any_commit(folders: Iterator[Path], asked: tuple[Seed, list[Any], Desired]) -> None:
    """Whoever is a member before and after, and whether the campaign calls before and after."""
    seed, people, desired = asked
    with watched() as seen:
        world = World.of(next(folders), account(campaign(**seed), people=people))
        plan, sent = world.plan(desired), Sent()
        observed(seen, sent, plan, plan.steps)
        report = world.apply(plan, desired=desired)
        assert sent.damages == []
        assert report.complete, report
