"""Campaigns over their templates: each template once, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.kinds import CAMPAIGN, CAMPAIGN_TEMPLATE
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, merge
from reconciler.model import Address

Documents = Mapping[Address, Document]


def extended(documents: Documents) -> tuple[list[Document], list[Diagnostic]]:
    """All documents sorted by address, the campaigns merged over their templates, and every fault of `extends`.

    Templates are merged in the order in which they are named; a null in one stays, as "clear this".
    """
    templates = {address.name: each for address, each in documents.items() if address.kind == CAMPAIGN_TEMPLATE}
    in_order = _Order(templates)
    specs: dict[str, Located] = {}
    for name in in_order.names:
        specs[name] = _merged(templates[name], specs)
    ordered = sorted(documents.values(), key=lambda each: (each.address.kind, each.address.name))
    faults = [fault for each in ordered for fault in _unknown_templates(each, templates)]
    return [_with_spec(each, specs) for each in ordered], faults + in_order.faults


def _extends(document: Document) -> Iterator[tuple[str, Located]]:
    """The names of its templates, with their places."""
    extends = document.body.get("spec", "extends")
    for each in extends.elements() if extends else ():
        if isinstance(each.value, str):
            yield each.value, each


@dataclass(slots=True)
class _Order:
    """The templates, each after those that it extends, and the circles among them (no recursion: chains are long)."""

    templates: Mapping[str, Document]
    names: list[str] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        done: set[str] = set()
        for name in sorted(self.templates):
            if name not in done:
                self._visit(name, done)

    def _visit(self, first: str, done: set[str]) -> None:
        way = {first: _extends(self.templates[first])}
        while way:
            name, following = next(reversed(way.items()))
            inner, place = next(following, (None, None))
            if inner is None:
                del way[name]
                done.add(name)
                self.names.append(name)
            elif inner in way and place is not None:
                self.faults.append(_circle([*way], inner, place))
            elif inner in self.templates and inner not in done:
                way[inner] = _extends(self.templates[inner])


def _circle(way: list[str], again: str, place: Located) -> Diagnostic:
    chain = " → ".join([*way[way.index(again) :], again])
    detail = f"{CAMPAIGN_TEMPLATE}/{again} extends itself: {chain}"
    address = str(Address(CAMPAIGN_TEMPLATE, way[-1]))
    advice = "take one of them out of the circle"
    return Diagnostic("template-cycle", "templates in a circle", detail, span=place.span, help=advice, address=address)


def _unknown_templates(document: Document, templates: Mapping[str, Document]) -> Iterator[Diagnostic]:
    if document.address.kind not in (CAMPAIGN, CAMPAIGN_TEMPLATE):
        return
    for name, place in _extends(document):
        if name not in templates:
            detail, advice = f"there is no CampaignTemplate `{name}`", nearest_help("template", name, templates)
            address = str(document.address)
            yield Diagnostic(
                "unknown-template", "unknown template", detail, span=place.span, help=advice, address=address
            )


def _merged(document: Document, specs: Mapping[str, Located]) -> Located:
    """The `spec` of a document over those of its templates that are known by now."""
    own = document.body.get("spec") or Located({}, document.body.span)
    merged: Located | None = None
    for name, _ in _extends(document):
        if name in specs:
            merged = specs[name] if merged is None else merge(merged, specs[name], null_removes=False)
    return own if merged is None else merge(merged, own, null_removes=False)


def _with_spec(document: Document, specs: Mapping[str, Located]) -> Document:
    if document.address.kind != CAMPAIGN or not isinstance(document.body.value, dict):
        return document
    merged = _merged(document, specs)
    if merged is document.body.get("spec"):
        return document
    return replace(document, body=replace(document.body, value=document.body.value | {"spec": merged}))
