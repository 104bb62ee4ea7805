"""A plan that spreads contacts over agents: twelve long names, nobody, earlier rules, calls that go on."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.planning.limits import Use
from reconciler.planning.plan import (
    Action,
    Attribute,
    Change,
    ContactGroup,
    Load,
    Operation,
    Plan,
    Reason,
    Resolved,
    Risk,
    Step,
    withheld,
)
from reconciler.render.rows import PlanRows, plan_rows
from reconciler.render.words import Names
from tests.planning.plans import assigning, batch, change, patch, plan_of

#: Of each agent: the name, and the rule's contacts before.
AGENTS = {
    "éléonore-de-la-tour-d-auvergne": 41, "jean-françois-lefèbvre": 12, "maël-kerguélen": 0, "zoé": 3,
    "anaïs-d-hérouville-saint-clair": 7, "łukasz-żółkiewski": 18, "søren-kjærgård": 22, "björk-guðmundsdóttir": 9,
    "nuño-íñiguez": 5, "ağaoğlu-çiğdem": 2, "håkon": 30, "renée-noëlle-de-châteaubriant": 1,
}  # fmt: skip
FIRST_AGENT = 543
NAMES = Names.of({name: FIRST_AGENT + number for number, name in enumerate(AGENTS)}, {"closers": 12})
#: What each agent has after the plan, and how many contacts have nobody before.
EACH, NOBODY = 42, 354
OLD = withheld("2026-11-01T00:00:00Z")
#: What the rule that sets gives.
GOLD = {"assignedAgentId": 543, "priority": 1, "comment": "Gold: rappeler en premier"}


def spreading() -> Plan:
    """A campaign with a rule that skips, one that sets, one that spreads and one for which nothing is left."""
    rules = (_stays(), _gold(), _shared(), _rest())
    members = (Attribute("isPaused", True, False), Attribute("userIds", [543, 9], [543, 544, 545]))
    risks = ("starts calling", "removes 9 from userIds; contacts assigned to them stay assigned")
    settings = change(Action.UPDATE, campaign_id=6046, attributes=members, risk=Risk.HIGH, risks=risks)
    settings = replace(settings, campaign_name="CA - Métiers de Bouche")
    address, rule = rules[1].address, rules[1].rule or ""
    moments = {"lastCallBefore": "2026-11-20T08:00:00Z", "retryAfter": "2026-11-24T00:00:00+01:00"}
    meant = tuple(Resolved(address, rule, name, moment) for name, moment in moments.items())
    return replace(plan_of(settings, *rules, steps=_steps()), moments=meant)


def spreading_rows() -> PlanRows:
    """The rows of the plan, with its limits."""
    uses = (Use("campaignsChanged", 1, 50), Use("contactsChanged", 378, 400))
    return plan_rows(spreading(), NAMES, uses)


def _about(**more: object) -> Change:
    first = assigning([], campaign_id=6046, total=1240, risk=Risk.MEDIUM, risks=("the campaign is running",))
    return replace(first, campaign_name="CA - Métiers de Bouche", **more)


def _stays() -> Change:
    none = {"action": Action.NONE, "reason": Reason.RULE_SKIPS, "contacts": (), "risks": ()}
    return _about(rule="callbacks-stay", matched=33, **none)


def _gold() -> Change:
    groups = (
        ContactGroup({"assignedAgentId": None, "priority": 5, "comment": None}, GOLD, tuple(range(14))),
        ContactGroup(
            {"assignedAgentId": 9, "priority": None, "comment": OLD},
            GOLD,
            tuple(range(20, 29)),
        ),
        ContactGroup({"comment": OLD}, {"comment": GOLD["comment"]}, (40,)),
    )
    return _about(
        rule="gold-to-éléonore", matched=27, changed=24, claimed=7, deferred=2, in_call=2, contacts=groups,
        loads=(Load(543, 3, 26), Load(9, 9, 0), Load(None, 15, 1)),
    )  # fmt: skip


def _shared() -> Change:
    groups, start = [], 1000
    for number, had in enumerate(AGENTS.values()):
        contact_ids = tuple(range(start, start + EACH - had))
        start += len(contact_ids)
        groups.append(ContactGroup({"assignedAgentId": None}, {"assignedAgentId": FIRST_AGENT + number}, contact_ids))
    loads = [Load(FIRST_AGENT + number, had, EACH) for number, had in enumerate(AGENTS.values())]
    return _about(
        rule="others-shared", matched=504, changed=NOBODY, claimed=60, contacts=tuple(groups),
        loads=(*loads, Load(None, NOBODY, 0)),
    )  # fmt: skip


def _rest() -> Change:
    more = {"action": Action.NONE, "reason": Reason.AS_DESIRED, "contacts": (), "risks": ()}
    return _about(rule="the-rest", matched=0, claimed=600, changed=0, **more)


def _steps() -> list[Step]:
    """What apply would send, in its order."""
    gold = [
        replace(batch(ids, 2 + number, rule="gold-to-éléonore", data=data), operation=Operation.UPDATE_EACH)
        for number, (ids, data) in enumerate(
            (((*range(14), *range(20, 29)), GOLD), ((40,), {"comment": GOLD["comment"]}))
        )
    ]
    shared = [
        batch(each.contact_ids, 4 + number, rule="others-shared", data=each.after)
        for number, each in enumerate(_shared().contacts)
    ]
    return [
        patch(1, 6046, userIds=[9, 543, 544, 545]),
        *(replace(each, campaign_id=6046) for each in (*gold, *shared)),
        patch(16, 6046, userIds=[543, 544, 545]),
        patch(17, 6046, isPaused=False),
    ]
