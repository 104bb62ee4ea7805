"""What the manifests ask of two environments, setting by setting, where that differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.kinds import ASSIGNMENT_POLICY, CAMPAIGN
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import written
from reconciler.manifests.assigning import agent_of
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment
from reconciler.manifests.shown import Origin, origin_of, standalone
from reconciler.manifests.writing import quoted, written_scalar
from reconciler.model import Address

_TABLES: Mapping[str, Mapping[str, Field]] = {"settings": SETTINGS, "match": MATCH_FILTERS, "set": SET_FIELDS}
#: Lists whose elements have names and are compared one by one. The others are sets.
_NAMED = frozenset({"rules", "customFields"})
_ORDER = "rules (order)"


@dataclass(frozen=True, slots=True)
class Side:
    """What one environment is asked for: `text` for people, `plain` for JSON (a secret as its use: ``${name}``)."""

    meaning: str
    text: str
    plain: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting; a side is None where nothing is asked there."""

    path: str
    first: Side | None
    second: Side | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One object in both environments; `only` names the side that alone has it: first, second or empty."""

    address: Address
    differences: tuple[Difference, ...]
    only: str = ""


def compared(
    first: Iterable[Document], one: Environment, second: Iterable[Document], other: Environment
) -> list[Compared]:
    """Every campaign and policy of the two environments, sorted by address; ids do not count where names are alike."""
    left, right = _by_address(first, one), _by_address(second, other)
    found = []
    for address in sorted(left.keys() | right.keys()):
        only = "first" if address not in right else "second" if address not in left else ""
        differences = () if only else tuple(_differences(left[address], right[address]))
        found.append(Compared(address, differences, only))
    return found


Sides = dict[str, Side]
Found = Iterator[tuple[str, Side]]


def _by_address(documents: Iterable[Document], environment: Environment) -> dict[Address, Sides]:
    kinds = (CAMPAIGN, ASSIGNMENT_POLICY)
    return {each.address: _sides(each, environment) for each in documents if each.address.kind in kinds}


def _sides(document: Document, environment: Environment) -> Sides:
    body = standalone(document).body
    labels, spec = body.get("metadata", "labels"), body.get("spec")
    found = dict(_of("labels", labels, environment, {})) if labels is not None else {}
    for name, each in spec.items() if spec is not None else ():
        found |= _of(name, each, environment, {})
    return found


def _differences(left: Sides, right: Sides) -> Iterator[Difference]:
    for path in dict.fromkeys([*left, *right]):
        one, other = left.get(path), right.get(path)
        same = one is not None and other is not None and one.meaning == other.meaning
        if not same and (path != _ORDER or _same_rules(one, other)):
            yield Difference(path, one, other)


def _same_rules(one: Side | None, other: Side | None) -> bool:
    """Whether only their order differs: that one side has a rule more is told at that rule."""
    return one is not None and other is not None and sorted(one.plain) == sorted(other.plain)


def _of(path: str, located: Located, environment: Environment, fields: Mapping[str, Field]) -> Found:
    """The settings below a path; `fields` is the table that the last name of the path is looked up in."""
    name = path.rpartition(".")[2]
    if path.endswith(".assign.agents") and located.value and isinstance(located.value, (list, dict)):
        yield from _weights(path, located, environment)
    elif isinstance(located.value, dict) and located.value:
        for inner, each in located.value.items():
            yield from _of(f"{path}.{inner}", each, environment, _TABLES.get(name, {}))
    elif name in _NAMED and located.elements():
        yield from _named(path, located, environment)
    else:
        yield path, _side(located, fields.get(name), environment)


def _weights(path: str, located: Located, environment: Environment) -> Found:
    """The weight of each agent under its name; in a list it is 1."""
    through = origin_of(located) if located.through is not None else None
    agents = [(_shown(each), replace(each, value=1, through=None), origin_of(each)) for each in located.elements()]
    agents += [(agent_of(key), each, origin_of(each)) for key, each in located.items()]
    for agent, weight, origin in agents:
        (name,) = _named_ids(ASSIGN_FIELDS["agents"], [agent], environment)
        yield f"{path}.{name}", replace(_side(weight, None, environment), origin=through or origin)


def _named(path: str, located: Located, environment: Environment) -> Found:
    names = []
    for each in located.elements():
        name = str(_shown(each.get("name") or each))
        names.append(name)
        yield f"{path}[{name}]", Side("", "", name, origin_of(each))
        for inner, value in each.items():
            if inner != "name":
                yield from _of(f"{path}[{name}].{inner}", value, environment, {})
    if path == "rules":
        text = f"[{', '.join(names)}]"
        yield _ORDER, Side(text, text, names, origin_of(located))


def _side(located: Located, field: Field | None, environment: Environment) -> Side:
    plain = _named_ids(field, located.plain(), environment)
    meaning = plain if field is None or field.type is Type.REFERENCE else written(field, plain)
    if isinstance(meaning, list):
        meaning = sorted(meaning, key=_json)
    return Side(_json(meaning), _text(located), _shown(located), origin_of(located))


def _named_ids(field: Field | None, plain: Any, environment: Environment) -> Any:
    """With names in place of the ids that the environment has one for, so that both sides speak of the same."""
    if field is None or field.type is not Type.REFERENCE:
        return plain
    known = environment.agents if field.reference == "agents" else environment.groups
    names = {id_: name for name, id_ in sorted(known.items(), reverse=True)}
    return [names.get(each, each) for each in plain] if isinstance(plain, list) else names.get(plain, plain)


def _shown(located: Located) -> Any:
    """The plain value, with what is secret as the use of its variable."""
    if located.through is not None and located.through.is_secret:
        return located.through.text
    if isinstance(located.value, dict):
        return {name: _shown(each) for name, each in located.value.items()}
    return [_shown(each) for each in located.value] if isinstance(located.value, list) else located.value


def _text(located: Located) -> str:
    if located.through is not None and located.through.is_secret:
        return quoted(located.through.text)
    if isinstance(located.value, dict):
        return "{" + ", ".join(f"{written_scalar(name)}: {_text(each)}" for name, each in located.value.items()) + "}"
    if isinstance(located.value, list):
        return "[" + ", ".join(map(_text, located.value)) + "]"
    return quoted(located.value) if isinstance(located.value, str) else written_scalar(located.value)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
