"""What a fault says about the variables behind it: where each was given, and never what a secret one holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Label, Span
from reconciler.kinds.values import phone
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Through, Variable
from reconciler.manifests.project import Environment

#: Faults of a key, which no value has caused.
_OF_THE_KEY = frozenset({"unknown-field", "announced-field", "announced-filter", "rule-filters", "repeated-key"})
#: A shorter value of a secret is taken out of a message only where it stands alone in backticks.
_LONG = 4


def with_origins(
    faults: Iterable[Diagnostic], documents: Iterable[Document], environment: Environment
) -> Iterator[Diagnostic]:
    """The faults, each saying where the variables of its value were given, and without the values of secret ones."""
    places = dict(entry for document in documents for entry in _places(document.body))
    secrets = dict(entry for each in environment.variables.values() if each.is_secret for entry in _texts(each))
    for fault in faults:
        through = places.get(fault.span) if fault.span is not None and fault.code not in _OF_THE_KEY else None
        told = fault if through is None else _told(fault, through)
        yield _without(told, secrets) if secrets else told


def _places(body: Located) -> Iterator[tuple[Span, Through]]:
    """Places of values, and of their keys, that variables were put into."""
    left = [body]
    while left:
        located = left.pop()
        if located.through is not None:
            yield located.span, located.through
            if located.key is not None:
                yield located.key, located.through
            continue  # what it holds stands in the project file
        left += [each for _, each in located.items()]
        left += located.elements()


def _told(fault: Diagnostic, through: Through) -> Diagnostic:
    labels = (Label(each.span, "the variable's value stands here") for each in through.variables if each.span)
    outside = (f"`${{{each.name}}}` is from {each.origin}" for each in through.variables if each.origin)
    detail = "; ".join([fault.detail, *outside])
    return replace(fault, detail=detail, labels=(*fault.labels, *labels))


def _texts(variable: Variable) -> Iterator[tuple[str, str]]:
    """Each text in which a message may show the value, and what stands there instead."""
    if isinstance(variable.value, (str, int)) and not isinstance(variable.value, bool):
        text, use = str(variable.value), f"${{{variable.name}}}"
        yield from ((each, use) for each in (text, phone(text)) if each)


def _without(fault: Diagnostic, secrets: Mapping[str, str]) -> Diagnostic:
    labels = tuple(replace(each, text=_hidden(each.text, secrets)) for each in fault.labels)
    return replace(fault, detail=_hidden(fault.detail, secrets), help=_hidden(fault.help, secrets), labels=labels)


def _hidden(text: str, secrets: Mapping[str, str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _LONG:
            text = text.replace(secret, secrets[secret])
        text = text.replace(f"`{secret}`", f"`{secrets[secret]}`")
    return text
