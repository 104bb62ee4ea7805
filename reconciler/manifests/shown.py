"""Composed documents as text again: each value with the place that it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.diagnostics import Span
from reconciler.kinds import CAMPAIGN
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Path, Scalar, Variable
from reconciler.manifests.project import Environment
from reconciler.manifests.variables import escaped
from reconciler.manifests.writing import written_scalar

#: A list of scalars is written on one line up to this many characters.
_LINE = 80
_TABLES = (SETTINGS, MATCH_FILTERS, SET_FIELDS, ASSIGN_FIELDS)
_REFERENCES = {name: each.reference for table in _TABLES for name, each in table.items()}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: where it (or the use of its variables) is written, and those variables."""

    span: Span
    variables: tuple[Variable, ...] = ()

    def __str__(self) -> str:
        """``templates.yaml:8, ${number} from reconciler.yaml:14``."""
        return ", ".join([_place(self.span), *map(_variable, self.variables)])


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a composed document that holds no others: a scalar, an empty list or an empty object.

    `secret`: the text with the use of the variable, where its value is not to be shown; the value is null then.
    `id`: what the environment knows `name` as, which is the value itself, or the key of an agent's weight.
    """

    path: Path
    value: Scalar | list[Located] | dict[str, Located]
    origin: Origin
    secret: str | None = None
    id: int | None = None

    @property
    def name(self) -> object:
        """What may be a name for an id."""
        return self.path[-1] if _is_weight(self.path) else self.value

    @property
    def text(self) -> str:
        """As it is written in a manifest."""
        if self.secret is not None:
            return written_scalar(self.secret)
        if isinstance(self.value, (list, dict)):
            return "{}" if isinstance(self.value, dict) else "[]"
        if isinstance(self.value, str) and self.path != ("metadata", "name"):
            return written_scalar(escaped(self.value))
        return written_scalar(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of YAML, and the values that stand on it."""

    text: str
    values: tuple[Value, ...] = field(default=())

    @property
    def remark(self) -> str:
        """Where its values come from, and the ids behind its names; empty when it holds none."""
        if not self.values:
            return ""
        variables = {each.name: each for value in self.values for each in value.origin.variables}
        origin = Origin(self.values[0].origin.span, tuple(variables.values()))
        ids = ", ".join(f"{each.name} = {each.id}" for each in self.values if each.id is not None and not each.secret)
        return "; ".join(each for each in (str(origin), ids) if each)


def standalone(document: Document) -> Document:
    """A composed document without `extends`: what its templates gave it is in it."""
    spec = document.body.get("spec")
    if spec is None or not isinstance(document.body.value, dict) or document.address.kind != CAMPAIGN:
        return document
    kept = replace(spec, value={name: each for name, each in spec.items() if name != "extends"})
    return replace(document, body=replace(document.body, value=document.body.value | {"spec": kept}))


def lines(document: Document, environment: Environment) -> Iterator[Line]:
    """The document as YAML, line by line."""
    yield from _Writer(environment).entries(document.body, (), None, "")


def values(document: Document, environment: Environment) -> Iterator[Value]:
    """The document's values, in its order."""
    yield from _Writer(environment).values(document.body, (), None)


class _Writer:
    """One walk over a document; `origin` is set below a list that a variable gave: it comes from where that is used."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def values(self, located: Located, path: Path, origin: Origin | None) -> Iterator[Value]:
        own = origin or origin_of(located)
        below = own if located.through is not None else origin
        if not located.value or not isinstance(located.value, (list, dict)):
            yield self._value(located, path, own)
        elif isinstance(located.value, dict):
            for name, each in located.value.items():
                yield from self.values(each, (*path, name), below)
        else:
            for index, each in enumerate(located.value):
                yield from self.values(each, (*path, index), below)

    def entries(self, located: Located, path: Path, origin: Origin | None, indent: str) -> Iterator[Line]:
        for name, each in located.items():
            head, here = f"{indent}{written_scalar(name)}:", (*path, name)
            held = tuple(self.values(each, here, origin))
            below = origin or (origin_of(each) if each.through is not None else None)
            if not each.value or not isinstance(each.value, (list, dict)):
                yield Line(f"{head} {held[0].text}", held)
            elif isinstance(each.value, dict):
                yield Line(head)
                yield from self.entries(each, here, below, indent + "  ")
            elif _fits(held, each.value, head):
                yield Line(f"{head} [{', '.join(value.text for value in held)}]", held)
            else:
                yield Line(head)
                yield from self._list(each, here, below, indent + "  ")

    def _list(self, located: Located, path: Path, origin: Origin | None, indent: str) -> Iterator[Line]:
        for index, each in enumerate(located.elements()):
            here = (*path, index)
            if each.value and isinstance(each.value, dict):
                first, *rest = self.entries(each, here, origin, indent + "  ")
                yield replace(first, text=f"{indent}- {first.text.removeprefix(indent + '  ')}")
                yield from rest
            elif each.value and isinstance(each.value, list):
                yield Line(f"{indent}-")
                yield from self._list(each, here, origin, indent + "  ")
            else:
                held = tuple(self.values(each, here, origin))
                yield Line(f"{indent}- {held[0].text}", held)

    def _value(self, located: Located, path: Path, origin: Origin) -> Value:
        secret = located.through.text if located.through is not None and located.through.is_secret else None
        value = located.value if secret is None else None
        return Value(path, value, origin, secret, self._id(path, value))

    def _id(self, path: Path, value: object) -> int | None:
        if _is_weight(path):
            return self.environment.agents.get(str(path[-1]))
        if not isinstance(value, str):
            return None
        if path == ("metadata", "name") or path[:2] == ("spec", "campaigns"):
            binding = self.environment.campaigns.get(value)
            return binding.id if binding is not None else None
        names: Mapping[str, Mapping[str, int]] = {"agents": self.environment.agents, "groups": self.environment.groups}
        name = next((each for each in reversed(path) if isinstance(each, str)), "")
        return names.get(_REFERENCES.get(name, ""), {}).get(value)


def _is_weight(path: Path) -> bool:
    """Whether what stands there is the weight of the agent that its key names."""
    return path[-3:-1] == ("assign", "agents") and isinstance(path[-1], str)


def _fits(held: Sequence[Value], elements: Sequence[Located], head: str) -> bool:
    """Whether a list goes on one line: short, of scalars that were written on one."""
    if any(each.value and isinstance(each.value, (list, dict)) for each in elements):
        return False
    places = {(each.origin.span.source.path, each.origin.span.line) for each in held}
    return len(places) == 1 and len(head) + sum(len(each.text) + 2 for each in held) <= _LINE


def origin_of(located: Located) -> Origin:
    """Where a value comes from; a list with the variables of its elements."""
    own = located.through.variables if located.through is not None else ()
    variables = [*own, *(variable for each in located.elements() for variable in origin_of(each).variables)]
    return Origin(located.span, tuple({each.name: each for each in variables}.values()))


def _place(span: Span) -> str:
    return f"{span.source.path}:{span.line}"


def _variable(variable: Variable) -> str:
    origin = _place(variable.span) if variable.span is not None else variable.origin
    return f"${{{variable.name}}} from {origin}" + (" (not shown)" if variable.is_secret else "")
