"""Random policies over what `accounts` holds, with filters and values for which the documentation has one reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.laws.accounts import ALICE, CARD, STRANGER, moment
from tests.laws.oracle import MOMENTS


def _some(*values: Any, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


_INSTANTS = st.sampled_from(("-72h", "-1h", "+2d", moment(-24), moment(24), "2026-11-20T10:00:00+01:00"))
#: Everybody has a Category, and whether a null satisfies these is not documented.
_ABOUT_CATEGORY = st.tuples(
    st.sampled_from(
        ("eq", "notEq", "startsWith", "notStartswith", "endsWith", "notEndswith", "contains", "notContains")
    ),
    st.sampled_from(("Gold", "Silver", "old", "er", "Br")),
).map(lambda pair: {"customFieldName": "Category", "condition": pair[0], "value": pair[1]})
_ABOUT_NOTE = st.sampled_from(("eq", "notEq")).map(
    lambda operator: {"customFieldName": "Note", "condition": operator, "value": None}
)

#: Filter → what a manifest may ask.
FILTERS: Mapping[str, st.SearchStrategy[Any]] = {
    "assignedAgentIds": st.none() | _some("alice", "bruno", STRANGER),
    "assignedGroupIds": st.none() | _some("closers", 13),
    "agentIds": st.none() | _some("alice", STRANGER),
    "lastWrapupIds": st.none() | _some(50, 51, 52, 53),
    "lastWrapups": _some("Admissions/Clôtures/RDV", "Admissions/Suivi/RDV", "Injoignable", "Refus"),
    "wrapupStatuses": st.none() | _some("tocall", "unreachable", "arguedpositive"),
    "regions": st.none() | _some(1, 2),
    "contactIds": _some(*range(1, 40), most=20),
    "excluded": st.booleans(),
    "excludedCause": st.sampled_from(("manual", "noValidPhone")),
    "lastCallerType": st.sampled_from((None, "agent", "contact")),
    "minPriority": st.integers(1, 10),
    "maxPriority": st.integers(1, 10),
    "minTries": st.integers(0, 8),
    "maxTries": st.integers(0, 8),
    "phones": _some("33199000001", "33199000002"),
    "retryIsNull": st.just(True),
    "customFieldConditions": st.lists(_ABOUT_CATEGORY | _ABOUT_NOTE, min_size=1, max_size=2, unique_by=str),
    **{f"{name}{side}": _INSTANTS for name in MOMENTS for side in ("Before", "After") if name != "purgeDate"},
    **{f"purgeDate{side}": st.sampled_from(("-10d", "+10d")) for side in ("Before", "After")},
}

#: Field → what a rule may set it to.
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "assignedAgentId": st.sampled_from(("alice", ALICE, None)),
    "priority": st.integers(0, 10),
    "triesNumber": st.integers(0, 3),
    "retryDate": st.sampled_from((None, moment(48))),
    "excluded": st.booleans(),
    "agentId": st.sampled_from((None, "alice")),
    "wrapupId": st.sampled_from((None, 51)),
    "minCallingDateTime": st.sampled_from((None, moment(-30.5))),
    "maxCallingDateTime": st.sampled_from((None, moment(72))),
    "contactCardDisplayNumber": st.sampled_from((None, CARD)),
    "calendarId": st.sampled_from((None, 4)),
    "region": st.sampled_from((None, 2)),
    "comment": st.sampled_from((None, "à rappeler", "2 enfants")),
    "assignedGroupId": st.sampled_from((None, "closers")),
}


def _picked(table: Mapping[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from(sorted(table)), min_size=1, max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: table[name] for name in chosen}))


#: Who the members of both campaigns are to be; None: as the account has it, Alice and Bruno.
MEMBERS = st.sampled_from((None, None, ("alice",), ("alice", "bruno", "chloe")))


def _assigning(agents: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    weights = st.dictionaries(st.sampled_from(agents), st.integers(1, 3), min_size=1)
    optional = {"rebalance": st.booleans(), "maxPerAgent": st.integers(1, 12)}
    return st.fixed_dictionaries({"agents": weights | _some(*agents)}, optional=optional)


@st.composite
def rules(draw: st.DrawFn, members: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    """The rules of a policy, for agents who are members; some match the whole campaign."""
    agents = members or ("alice", "bruno")
    values = {**VALUES, "assignedAgentId": VALUES["assignedAgentId"] | st.sampled_from(agents)}
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        match = draw(st.just("all") | _picked(FILTERS, 3) | _picked(FILTERS, 1))
        if isinstance(match, dict) and "lastWrapups" in match:
            match.pop("lastWrapupIds", None)  # two ways to name codes, which are taken together
        action = draw(st.sampled_from(("set", "set", "assign", "both", "skip")))
        rule: dict[str, Any] = {"name": f"rule-{number}", "match": match}
        if action == "skip":
            rule["skip"] = True
        if action in ("assign", "both"):
            rule["assign"] = draw(_assigning(agents))
        if action in ("set", "both"):
            rule["set"] = draw(_picked(values, 3))
            if action == "both" and rule["set"].keys() == {"assignedAgentId"}:
                del rule["set"]
            elif action == "both":
                rule["set"].pop("assignedAgentId", None)
        found.append(rule)
    return found


#: The members and the rules.
POLICIES = MEMBERS.flatmap(lambda members: st.tuples(st.just(members), rules(members)))
