"""The `assign` of a rule: agents by name or id, with weights or in a plain list → Assign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reconciler.diagnostics import Diagnostic, Label
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.manifests.building import is_too_large
from reconciler.manifests.desired import Assign
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment
from reconciler.manifests.references import ids_of

#: What a key that is an id looks like: keys have no type, so quotes make no difference.
_ID = re.compile(r"[1-9][0-9]*")


def assign_of(rule: Located, environment: Environment, faults: list[Diagnostic]) -> Assign | None:
    """How the rule spreads its contacts, or None where it does not; the faults of its values are added."""
    located = rule.get("assign")
    if located is None:
        return None
    faults += _two_owners(rule, located)
    plain: Any = located.plain() or {}
    agents = list(_weighted(located.get("agents")))
    faults += _names_like_ids(located.get("agents"), environment)
    ids = ids_of(ASSIGN_FIELDS["agents"], [each for each, _ in agents], environment, faults)
    known = [(id_, weight, each.span) for id_, (each, weight) in zip(ids, agents, strict=True) if id_ is not None]
    return Assign(
        agents={id_: weight for id_, weight, _ in known},
        rebalance=plain.get("rebalance") is True,
        max_per_agent=plain.get("maxPerAgent"),
        spans={id_: span for id_, _, span in known},
    )


def _weighted(agents: Located | None) -> Iterator[tuple[Located, int]]:
    """Each agent as a value of its own, and its weight: 1 in a list, and where it has been reported as faulty."""
    for each in agents.elements() if agents is not None else ():
        yield each, 1
    for name, weight in agents.items() if agents is not None else ():
        yield Located(agent_of(name), weight.place), weight.value if isinstance(weight.value, int) else 1


def agent_of(key: str) -> str | int:
    """The id that a key of `agents` is, or the name."""
    return int(key) if _ID.fullmatch(key) and not is_too_large(key) else key


def _names_like_ids(agents: Located | None, environment: Environment) -> Iterator[Diagnostic]:
    """A key that is an id, and the environment's name for another one: nothing is guessed."""
    for name, each in agents.items() if agents is not None else ():
        if isinstance(id_ := agent_of(name), int) and environment.agents.get(name, id_) != id_:
            detail = f"`{name}` is an id, and also the environment's name for agent {environment.agents[name]}"
            advice = "rename the agent in the environment"
            yield Diagnostic("wrong-form", "name or id?", detail, span=each.place, help=advice)


def _two_owners(rule: Located, assign: Located) -> Iterator[Diagnostic]:
    owner = rule.get("set", "assignedAgentId")
    if owner is not None:
        detail = "`assign` and `set.assignedAgentId` both say whose the rule's contacts are"
        labels = (Label(assign.place, "they are shared out here"),)
        yield Diagnostic(
            "rule-action", "what is the rule to do?", detail, span=owner.place, help="keep one of them", labels=labels
        )
