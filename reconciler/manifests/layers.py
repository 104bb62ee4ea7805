"""What a value came through on its way into a campaign: the template or overlay that it stands in, and variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.diagnostics import Span
from reconciler.kinds import CAMPAIGN_TEMPLATE
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Variable


class LayerKind(StrEnum):
    """What is laid under or over a campaign's own document."""

    TEMPLATE = "template"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class Layer:
    """A template (its name) or an overlay (its file) that a value stands in; `span`: where its document begins."""

    kind: LayerKind
    name: str
    span: Span


#: The layers by the place of what stands in them; what is in no layer stands in the campaign's own document.
Layers = Mapping[Span, tuple[Layer, ...]]
#: Layers, then variables.
Passed = tuple[Layer | Variable, ...]


def layers_by_place(documents: Iterable[Document], overlays: Iterable[Iterable[Document]]) -> Layers:
    """The layers of all that templates and overlays say; what an overlay says of a template is in both."""
    templates = {
        each.address: Layer(LayerKind.TEMPLATE, each.address.name, _beginning(each))
        for each in documents
        if each.address.kind == CAMPAIGN_TEMPLATE
    }
    found: dict[Span, tuple[Layer, ...]] = {}
    for document in documents:
        if (template := templates.get(document.address)) is not None:
            found |= dict.fromkeys(_places(document.body), (template,))
    for document in (each for layer in overlays for each in layer):
        place = _beginning(document)
        over = (Layer(LayerKind.OVERLAY, place.source.path, place),)
        under = (templates[document.address],) if document.address in templates else ()
        found |= dict.fromkeys(_places(document.body), under + over)
    return found


def passed(located: Located, layers: Layers) -> Passed:
    """What the value of an entry, or of a list's element, came through."""
    found = layers.get(located.place, ()) if layers else ()
    if located.through is None and not isinstance(located.value, (list, dict)):  # as most
        return found
    return (*found, *{each.name: each for each in _variables(located)}.values())


def _variables(located: Located) -> Iterator[Variable]:
    if located.through is not None:
        yield from located.through.variables
    inside = located.value.values() if isinstance(located.value, dict) else located.elements()
    for each in inside:
        if each.through is not None or isinstance(each.value, (list, dict)):
            yield from _variables(each)


def _places(body: Located) -> Iterator[Span]:
    left = [body]
    while left:
        located = left.pop()
        yield located.place
        left += [each for _, each in located.items()]
        left += located.elements()


def _beginning(document: Document) -> Span:
    return (document.body.get("metadata", "name") or document.body).span
