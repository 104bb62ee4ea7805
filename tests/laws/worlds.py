"""A random account on the emulator, as odd as the documentation lets it be, with the policy that is planned for it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from starlette.applications import Starlette

from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.applying.results import Report
from reconciler.diagnostics import Diagnostic
from reconciler.emulator import Fault, Options, load_account, open_emulator
from reconciler.errors import ReconcilerError
from reconciler.manifests.desired import Assign, Desired
from reconciler.planning.plan import Plan
from reconciler.planning.spreading import spread
from tests.applying.wire import Wire
from tests.applying.world import TOKEN, World
from tests.conftest import ticking
from tests.laws import oracle
from tests.laws.accounts import BAKERY, PASTRY, Account, moment
from tests.laws.oddities import Odd
from tests.planning.building import campaign_document, desired_of, policy_document

#: (campaign id, contactId) → the contact, as the emulator holds it.
Rows = Mapping[tuple[int, int], Mapping[str, Any]]
Key = tuple[int, int]
#: Who the members are to be, and the rules.
Policy = tuple[Sequence[str] | None, Sequence[Mapping[str, Any]]]


#: Read when the tests are collected: no test sees variables of this name.
DEEPER = int(os.environ.get("RECONCILER_LAWS", "0"))
DEPTH = settings(
    max_examples=DEEPER or 60,
    derandomize=not DEEPER,
    database=None,
    deadline=None,
    phases=(Phase.generate,) if DEEPER else (Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@dataclass(slots=True)
class Made:
    """What planning and applying came to; `report` is None where there was no plan to apply."""

    before: Rows
    after: Rows
    plan: Plan | None
    diagnostics: Sequence[Diagnostic]
    report: Report | None

    @property
    def codes(self) -> set[str]:
        """The diagnostics' codes."""
        return {each.code for each in self.diagnostics}

    @property
    def stopped(self) -> bool:
        """Whether something was not planned."""
        return self.plan is None or any(each.is_error for each in self.diagnostics)


@dataclass(slots=True)
class Stage:
    """A world with its emulator and what is asked of it."""

    world: World
    emulator: Starlette
    odd: Odd
    desired: Desired

    @classmethod
    def of(cls, folder: Path, account: Account, policy: Policy, odd: Mapping[str, Any]) -> Stage:
        """The account on an emulator with these oddities, and a policy for both of its campaigns."""
        database = folder / "account.db"
        options = {name: value for name, value in odd.items() if name not in ("page_size", "ignored")}
        emulator = open_emulator(
            database, seed=load_account(account.document()), options=Options(token=TOKEN, **options), clock=ticking()
        )
        front = Odd(emulator, odd.get("page_size", 500), frozenset(odd.get("ignored", ())))
        return cls(World(database, Wire(front)), emulator, front, desired_for(*policy))

    def rows(self) -> Rows:
        """All contacts as the emulator holds them."""
        with closing(sqlite3.connect(self.world.database)) as connection:
            found = map(json.loads, (text for (text,) in connection.execute("SELECT document FROM contacts")))
            return {(each["campaignId"], each["contactId"]): each for each in found}

    def campaigns(self) -> list[Any]:
        """All campaigns as the emulator holds them."""
        with closing(sqlite3.connect(self.world.database)) as connection:
            return [json.loads(text) for (text,) in connection.execute("SELECT document FROM campaigns ORDER BY id")]

    def run(
        self, planning: Iterable[Fault] = (), applying: Iterable[Fault] = (), between: Mapping[Key, Any] = {}
    ) -> Made:
        """Plans and applies, and meets these faults meanwhile; what is under way in the API is waited for.

        `between`: what somebody changes on contacts between the plan and its application.
        """
        made, writes = Made(self.rows(), {}, None, (), None), len(self.world.wire.writes)
        with self._failing(planning), suppress(ReconcilerError):
            made.plan, made.diagnostics = self.world.planned(self.desired)
        assert len(self.world.wire.writes) == writes  # S1
        for (campaign, number), values in between.items():
            self.world.set_contact(number, campaign, lastUpdatedAt=moment(0.01), lastUpdatedBy="console", **values)
        if made.plan is not None:
            with self._failing(applying), suppress(ReconcilerError):
                made.report = self.world.apply(made.plan)
        made.after = self.settled()
        return made

    @contextmanager
    def _failing(self, faults: Iterable[Fault]) -> Iterator[None]:
        self.emulator.state.faults.arm(faults)
        try:
            yield
        finally:
            self.emulator.state.faults.disarm()

    def settled(self) -> Rows:
        """All contacts once the batches have ended that were accepted."""
        with self.world.client(writable=False) as client:
            for _ in range(8):
                client.run(get_campaign(BAKERY))
        return self.rows()


def desired_for(members: Sequence[str] | None, rules: Sequence[Mapping[str, Any]]) -> Desired:
    """What manifests with this policy for both campaigns ask."""
    settings = {} if members is None else {"userIds": list(members)}
    found = desired_of(
        campaign_document("bakery", settings=settings),
        campaign_document("pastry", settings=settings),
        policy_document(*map(dict, rules), campaigns=("bakery", "pastry")),
        campaigns={"bakery": BAKERY, "pastry": PASTRY},
        agents=oracle.AGENTS,
        groups=oracle.GROUPS,
    )
    assert not any(each.is_error for each in found.diagnostics)
    return found


def expected(rules: Sequence[Mapping[str, Any]], rows: Rows) -> dict[Key, dict[str, Any]]:
    """What each contact is to hold by its first matching rule; only the contacts that get something else by it."""
    found: dict[Key, dict[str, Any]] = {}
    for campaign in {key[0] for key in rows}:
        here = {key: row for key, row in sorted(rows.items()) if key[0] == campaign}
        owners = {key: oracle.owner(rules, row) for key, row in here.items()}
        for rule in rules:
            own = {key: here[key] for key, each in owners.items() if each is rule}
            free = {key: row for key, row in own.items() if not oracle.is_running(row)}
            wanted = {key: oracle.values(rule) for key in free}
            for contact_id, agent in _spread(rule, own, free).items():
                wanted[campaign, contact_id]["assignedAgentId"] = agent
            found |= {key: each for key, each in wanted.items() if any(here[key][n] != v for n, v in each.items())}
    return found


def listed(rules: Sequence[Mapping[str, Any]], rows: Rows) -> dict[Key, set[int]]:
    """Of each contact whose rule shares them out the agents who may get it."""
    owners = {key: oracle.owner(rules, row) for key, row in rows.items() if not oracle.is_running(row)}
    return {
        key: {oracle.AGENTS[each] for each in rule["assign"]["agents"]}
        for key, rule in owners.items()
        if rule and "assign" in rule
    }


def _spread(rule: Mapping[str, Any], own: Rows, free: Rows) -> Mapping[int, int]:
    """Who gets which contact, by the laws of spreading."""
    if "assign" not in rule:
        return {}
    agents = rule["assign"]["agents"]
    weights = agents if isinstance(agents, dict) else dict.fromkeys(agents, 1)
    assign = Assign(
        {oracle.AGENTS[name]: weight for name, weight in weights.items()},
        rule["assign"].get("rebalance", False),
        rule["assign"].get("maxPerAgent"),
    )
    held: dict[int | None, int] = {}
    for key, row in own.items():
        if key not in free:
            held[row["assignedAgentId"]] = held.get(row["assignedAgentId"], 0) + 1
    return spread([key[1] for key in free], [row["assignedAgentId"] for row in free.values()], assign, held).moves
