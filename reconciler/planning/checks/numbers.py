"""Can the numbers of a saved plan be? Checks ask about some that no step is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.errors import SavedPlanRefused
from reconciler.planning.assignment import AGENT
from reconciler.planning.plan import Change, Plan


def refuse_impossible(plan: Plan) -> None:
    """SavedPlanRefused, naming the first fault, when numbers of a plan don't fit the contacts that it changes.

    A rule matches what it changes and what it leaves for later; what each agent gets and loses is counted from the
    contacts themselves. Who had how many that stay, and how many more match, only the account knows.
    """
    for change in plan.changes:
        fault = next(_faults(change, is_whole=plan.undoes is None), None)
        if fault is not None:
            detail = f"its change of {change.address} {fault}"
            raise SavedPlanRefused("saved plan was altered", detail, "plan again, and review that plan")


def _faults(change: Change, *, is_whole: bool) -> Iterator[str]:
    """`is_whole`: its loads count all contacts that its rule matches; those of an undo only what goes back."""
    if min(change.matched, change.changed, change.deferred, change.in_call) < 0 or change.in_call > change.deferred:
        yield "counts fewer contacts than none, or more in a call than it leaves"
    if change.matched < change.changed + change.deferred:
        yield "matches fewer contacts than it changes and leaves"
    if len({each.agent_id for each in change.loads}) < len(change.loads):
        yield "counts the contacts of an agent twice"
    loads = {each.agent_id: each for each in change.loads}
    got, lost = moved(change)
    for agent in loads.keys() | got.keys() | lost.keys():
        load = loads.get(agent)
        before, after = (load.before, load.after) if load else (0, 0)
        if before < lost[agent] or after - before != got[agent] - lost[agent]:
            yield f"does not count the contacts of {'nobody' if agent is None else f'agent {agent}'}"
    if is_whole and loads and sum(each.before for each in loads.values()) != change.matched:
        yield "does not say of all contacts that it matches whose they are"


def moved(change: Change) -> tuple[Counter[int | None], Counter[int | None]]:
    """How many contacts each agent (null is nobody) gets and loses by a change of a rule."""
    got, lost = Counter[int | None](), Counter[int | None]()
    for group in change.contacts:
        if AGENT in group.after:
            got[group.after[AGENT]] += len(group.contact_ids)
            lost[group.before.get(AGENT)] += len(group.contact_ids)
    return got, lost
