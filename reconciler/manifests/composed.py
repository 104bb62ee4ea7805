"""Documents with their variables put in → composed documents: overlays, then templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Label, nearest_help
from reconciler.kinds import PROJECT
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, marked, merge, without_broken_elements
from reconciler.manifests.schema_faults import schema_faults
from reconciler.manifests.templates import Documents, extended
from reconciler.model import Address


def compose(
    documents: Iterable[Document], layers: Sequence[Iterable[Document]]
) -> tuple[list[Document], list[Diagnostic]]:
    """The documents as they are for their environment, sorted by address, and every fault found on the way.

    `layers` are the documents of the environment's overlays, in the order in which they are laid over. Where a fault
    was found the documents hold broken values, so that the stages after this one can look at all the rest.
    """
    faults: list[Diagnostic] = []
    patched = _by_address(_checked(documents, faults, patch=False), faults)
    applied: dict[Address, list[Located]] = {}
    for layer in layers:
        for overlay in _by_address(_checked(layer, faults, patch=True), faults).values():
            if (target := patched.get(overlay.address)) is None:
                faults.append(_no_base(overlay, patched))
            else:
                over = replace(target, body=merge(target.body, _changes(overlay.body), null_removes=True))
                laid = applied.setdefault(overlay.address, [])
                laid.append(overlay.body)
                patched[overlay.address] = _valid(over, faults, patch=False, overlays=laid)
    composed, wrong = extended(patched)
    faults += wrong
    return [_without_broken_elements(each) for each in composed], faults


def _checked(documents: Iterable[Document], faults: list[Diagnostic], *, patch: bool) -> list[Document]:
    checked = []
    for document in documents:
        if document.address.kind == PROJECT:
            detail, advice = "a project has one project file, reconciler.yaml", "move it to a folder of its own"
            faults.append(
                Diagnostic("second-project", "a second Project", detail, span=document.body.span, help=advice)
            )
            continue
        checked.append(_valid(document, faults, patch=patch))
    return [each for each in checked if each.address.name]


def _valid(document: Document, faults: list[Diagnostic], *, patch: bool, overlays: Sequence[Located] = ()) -> Document:
    """The document with what breaks its schema marked as broken; the faults are added."""
    found, faulty = schema_faults(document, patch=patch, overlays=overlays)
    faults += found
    return replace(document, body=marked(document.body, faulty)) if faulty else document


def _without_broken_elements(document: Document) -> Document:
    body = without_broken_elements(document.body)
    return document if body is document.body else replace(document, body=body)


def _by_address(documents: Iterable[Document], faults: list[Diagnostic]) -> dict[Address, Document]:
    found: dict[Address, Document] = {}
    for document in documents:
        if (first := found.get(document.address)) is None:
            found[document.address] = document
            continue
        name, first_name = _name(document.body), _name(first.body)
        labels = (Label(first_name.span, "first declared here"),)
        detail = f"{document.address} is declared twice"
        help_text = "rename one of them, or remove it"
        faults.append(Diagnostic("duplicate", "declared twice", detail, span=name.span, help=help_text, labels=labels))
    return found


def _changes(overlay: Located) -> Located:
    """An overlay without what only says which document it changes: that stays where the base has it."""
    entries = dict(overlay.items())
    if (metadata := entries.get("metadata")) is not None and isinstance(metadata.value, dict):
        kept = {name: each for name, each in metadata.items() if name != "name"}
        entries["metadata"] = replace(metadata, value=kept)
    return replace(overlay, value={name: each for name, each in entries.items() if name not in ("apiVersion", "kind")})


def _name(body: Located) -> Located:
    return body.get("metadata", "name") or body


def _no_base(overlay: Document, base: Documents) -> Diagnostic:
    same_kind = [each.name for each in base if each.kind == overlay.address.kind]
    return Diagnostic(
        "overlay-without-base",
        "overlay without a base",
        f"there is no {overlay.address} that this overlay could change",
        span=_name(overlay.body).span,
        help=nearest_help(overlay.address.kind, overlay.address.name, same_kind),
    )
