"""The agents and groups that checks name, and that the environment does not: such a check could never find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.diagnostics import Diagnostic, Span
from reconciler.errors import ManifestsInvalid
from reconciler.kinds.check import ATTRIBUTES, FACTS, Comparison, Of
from reconciler.kinds.field import Type
from reconciler.manifests.checks import Check, Condition
from reconciler.manifests.project import Environment
from reconciler.planning.checks.conditions import Ids, holds

_ONE_OF = (Comparison.EQUALS, Comparison.IN)
_LITERAL = (*_ONE_OF, Comparison.NOT_EQUALS, Comparison.NOT_IN)
_NOUNS = {"agents": "agent", "groups": "group"}


def ids_of(environment: Environment) -> Mapping[str, Ids]:
    """The ids of agents and of groups, by the names that the environment gives them."""
    return {"agents": environment.agents, "groups": environment.groups}


def refuse_unknown_names(checks: Iterable[Check], environment: Environment) -> None:
    """ManifestsInvalid, with a fault for each name, when a check names whom this environment does not.

    A check that counts in other environments alone (its `where` says so) may name theirs.
    """
    faults = [each for check in checks if _counts_in(check, environment) for each in _faults(check, environment)]
    if faults:
        raise ManifestsInvalid(faults)


def _counts_in(check: Check, environment: Environment) -> bool:
    facts = {"environment": environment.name}
    return all(holds(each, facts) for each in check.where if each.path == ("environment",))


def _faults(check: Check, environment: Environment) -> Iterator[Diagnostic]:
    for condition in (each for each in (*check.where, *check.require) if each.comparison in _LITERAL):
        kinds = _kinds(check, condition)
        known = {name for kind in kinds for name in ids_of(environment)[kind]}
        wanted = condition.wanted if isinstance(condition.wanted, list) else [condition.wanted]
        for name in (each for each in wanted if kinds and isinstance(each, str) and each not in known):
            noun = _NOUNS[kinds[0]]
            detail = f"check `{check.name}` names the {noun} `{name}`, and environment `{environment.name}` does not"
            advice = f"name the {noun} there too, or say in `where` of which `environment` the check is"
            yield _unknown(noun, detail, check.span, advice)


def _unknown(noun: str, detail: str, span: Span, advice: str) -> Diagnostic:
    if noun == "group":
        return Diagnostic("unknown-group", "unknown group", detail, span=span, help=advice)
    return Diagnostic("unknown-agent", "unknown agent", detail, span=span, help=advice)


def _kinds(check: Check, condition: Condition) -> list[str]:
    """Whose names a condition's values are: ``agents``, ``groups``; none where they are no names."""
    if condition.path == ("agent",):
        return [FACTS["agent"].reference]
    if check.of is not Of.SETTING or condition.path[0] not in ("before", "after"):
        return []
    about = [each.wanted for each in check.where if each.path == ("attribute",) and each.comparison in _ONE_OF]
    names = [name for each in about for name in (each if isinstance(each, list) else [each])]
    fields = [ATTRIBUTES[name] for name in names if name in ATTRIBUTES]
    if not fields or any(each.type is not Type.REFERENCE for each in fields):
        return []  # the value may be that of a setting that holds text
    return list(dict.fromkeys(each.reference for each in fields))
