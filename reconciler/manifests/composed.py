"""Documents → composed documents for one environment: variables, overlays, templates, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, Label, nearest_help
from reconciler.kinds import CAMPAIGN, CAMPAIGN_TEMPLATE, PROJECT
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, merge
from reconciler.manifests.project import Environment
from reconciler.manifests.schema_faults import schema_faults
from reconciler.manifests.variables import substitute
from reconciler.model import Address

Documents = Mapping[Address, Document]


def compose(
    documents: Iterable[Document], overlays: Iterable[Document], environment: Environment
) -> tuple[list[Document], list[Diagnostic]]:
    """The documents as they are for this environment, sorted by address, and every fault found on the way."""
    faults: list[Diagnostic] = []
    base = _by_address(_checked(documents, environment, faults, patch=False), faults)
    patched = dict(base)
    for overlay in _checked(overlays, environment, faults, patch=True):
        if (target := patched.get(overlay.address)) is None:
            faults.append(_no_base(overlay, base))
        else:
            patched[overlay.address] = replace(target, body=merge(target.body, overlay.body, null_removes=True))
    return [_extended(patched[address], patched, faults) for address in sorted(patched)], faults


def _checked(
    documents: Iterable[Document], environment: Environment, faults: list[Diagnostic], *, patch: bool
) -> list[Document]:
    checked = []
    for document in documents:
        if document.address.kind == PROJECT:
            detail = "a project has one project file, reconciler.yaml"
            faults.append(Diagnostic("second-project", "a second Project", detail, span=document.body.span))
            continue
        body, unknown = _substituted(document, environment)
        faults += unknown
        complete = replace(document, body=body)
        # a variable that is missing has taken its entry away: what then lacks is no second fault
        faults += schema_faults(complete, patch=patch or bool(unknown))
        checked.append(complete)
    return checked


def _substituted(document: Document, environment: Environment) -> tuple[Located, list[Diagnostic]]:
    body, faults = substitute(document.body, environment.variables, environment.name)
    address = str(document.address)
    return body or document.body, [replace(each, address=address) for each in faults]


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


def _extended(document: Document, all_documents: Documents, faults: list[Diagnostic]) -> Document:
    if document.address.kind != CAMPAIGN:
        return document
    spec = document.body.get("spec")
    if spec is None:
        return document
    merged = _with_templates(document, spec, all_documents, faults, (document.address,))
    assert isinstance(document.body.value, dict)  # the schema requires an object
    return replace(document, body=replace(document.body, value={**document.body.value, "spec": merged}))


def _with_templates(
    document: Document, spec: Located, all_documents: Documents, faults: list[Diagnostic], above: Sequence[Address]
) -> Located:
    """`spec` over its templates: each template first brings its own, then they are merged in order."""
    extends = spec.get("extends")
    merged: Located | None = None
    for each in extends.elements() if extends else ():
        address = Address(CAMPAIGN_TEMPLATE, str(each.value))
        template = all_documents.get(address)
        template_spec = template.body.get("spec") if template else None
        if template is None or template_spec is None:
            faults.append(_unknown_template(each, document, all_documents))
        elif address in above:
            chain = " → ".join(step.name for step in (*above[above.index(address) :], address))
            detail = f"{address} extends itself: {chain}"
            faults.append(Diagnostic("template-cycle", "templates in a circle", detail, span=each.span))
        else:
            inner = _with_templates(template, template_spec, all_documents, faults, (*above, address))
            merged = inner if merged is None else merge(merged, inner, null_removes=False)
    return spec if merged is None else merge(merged, spec, null_removes=False)


def _unknown_template(name: Located, document: Document, all_documents: Documents) -> Diagnostic:
    templates = [each.name for each in all_documents if each.kind == CAMPAIGN_TEMPLATE]
    return Diagnostic(
        "unknown-template",
        "unknown template",
        f"there is no CampaignTemplate `{name.value}`",
        span=name.span,
        help=nearest_help("template", str(name.value), templates),
        address=str(document.address),
    )
