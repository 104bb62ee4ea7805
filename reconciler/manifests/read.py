"""The whole stage: files of a project → desired, or every fault of every file at once.

Every document is looked at by every step, however many faults it has: what is faulty is marked as broken, and what
follows from it alone is not reported.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeVar

from reconciler.diagnostics import Diagnostic, Source, has_errors, in_order
from reconciler.errors import ManifestsInvalid
from reconciler.kinds import ASSIGNMENT_POLICY, CAMPAIGN
from reconciler.manifests.campaigns import binding_faults, campaign_set_faults, desired_campaign
from reconciler.manifests.check_faults import unknown_campaigns
from reconciler.manifests.composed import compose
from reconciler.manifests.desired import Desired, DesiredCampaign, DesiredPolicy
from reconciler.manifests.documents import LOSING, Document, read_documents
from reconciler.manifests.environments import without_secret
from reconciler.manifests.layers import Layers, layers_by_place
from reconciler.manifests.origins import with_origins
from reconciler.manifests.policies import desired_policy, policy_set_faults
from reconciler.manifests.project import Environment, Project
from reconciler.manifests.variables import substituted

#: Files by the path that messages use.
Files = Mapping[str, bytes]

#: Faults that may come from a document that could not be read.
_DANGLING = frozenset(
    {"unknown-template", "unknown-campaign", "overlay-without-base", "empty-selector", "unused-binding"}
)


class Inputs(NamedTuple):
    """What the manifests of one environment are read from; `read_composed` takes it."""

    project: Project
    environment: Environment
    manifests: Files
    overlays: Files

    def changed(self, files: Files) -> Inputs:
        """The same with these contents in the place of older ones."""
        manifests, overlays = (
            {path: files.get(path, content) for path, content in each.items()}
            for each in (self.manifests, self.overlays)
        )
        return self._replace(manifests=manifests, overlays=overlays)


def read_desired(project: Project, environment: Environment, manifests: Files, overlays: Files) -> Desired:
    """What the files ask of the environment; ManifestsInvalid with all faults when any is an error."""
    return read_composed(project, environment, manifests, overlays)[0]


def read_composed(
    project: Project, environment: Environment, manifests: Files, overlays: Files
) -> tuple[Desired, list[Document]]:
    """What the files ask of the environment, and the composed documents that say so, sorted by address."""
    documents, faults = _documents(manifests, environment)
    layers = []
    for layer in layers_of(overlays, environment.overlays):
        patches, patch_faults = _documents(layer, environment)
        layers.append(patches)
        faults += patch_faults
    composed, compose_faults = compose(documents, layers)
    desired, more_faults = _resolved(project, environment, composed, layers_by_place(documents, layers))
    faults += [*compose_faults, *(_at_null(each, layers) for each in more_faults)]
    found = _told_once(with_origins(faults, chain(documents, *layers), environment)) if faults else []
    if has_errors(found):
        raise ManifestsInvalid(found)
    return replace(desired, diagnostics=tuple(found)), composed


def _at_null(fault: Diagnostic, layers: Iterable[Iterable[Document]]) -> Diagnostic:
    """The fault; that a campaign has no name is said where an overlay takes it away."""
    if fault.code == "unbound-campaign":
        for each in chain(*layers):
            name = each.body.get("spec", "settings", "name") if str(each.address) == fault.address else None
            if name is not None and name.value is None and not name.broken:
                return replace(fault, span=name.place, help=f"remove the null, or {fault.help}")
    return fault


def _told_once(faults: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In order, each once (a template's fault is not one for each campaign), without what a lost file may explain."""
    found: dict[Diagnostic, Diagnostic] = {}
    ordered = in_order(without_secret(each) for each in faults)
    lost = {each.span.source.path: each.span.source for each in ordered if each.span and _loses(each)}
    for each in ordered:
        if not (each.code in _DANGLING and _may_lead_to(each, lost.values())):
            found.setdefault(replace(each, address=""), each)
    return list(found.values())


def _loses(fault: Diagnostic) -> bool:
    return fault.code in LOSING or fault.address.endswith("/")  # "Campaign/": it has no name


def _may_lead_to(fault: Diagnostic, lost: Iterable[Source]) -> bool:
    """Whether the name that leads nowhere may be that of a document that could not be read in one of these files."""
    span = fault.span
    name = span.source.line(span.line)[span.column - 1 :][: span.width].strip("\"'") if span else ""
    for source in lost:
        itself = span is not None and span.source.path == source.path
        if fault.code == "empty-selector" or not source.text or source.text.count(name) > itself:
            return True
    return False


def layers_of(overlays: Files, folders: Sequence[str]) -> list[Files]:
    """The overlay files by the folder that they were found in, in the order in which the project names the folders."""
    names = [posixpath.normpath(each) for each in folders]
    layers: dict[str, dict[str, bytes]] = {name: {} for name in names}
    for path, content in overlays.items():
        inside = [name for name in names if name == "." or path == name or path.startswith(f"{name}/")]
        layers.setdefault(max(inside, key=len, default=""), {})[path] = content
    return list(layers.values())


def _documents(files: Files, environment: Environment) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of all files, with their variables put in."""
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for path in sorted(files):
        found, wrong = read_documents(path, files[path])
        documents += found
        faults += wrong
    documents, unknown = substituted(documents, environment)
    return documents, faults + unknown


def _resolved(
    project: Project, environment: Environment, composed: Iterable[Document], layers: Layers
) -> tuple[Desired, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    by_kind: dict[str, list[Document]] = {}
    for document in composed:
        by_kind.setdefault(document.address.kind, []).append(document)
    campaigns: dict[str, DesiredCampaign] = {}
    for document in by_kind.get(CAMPAIGN, ()):
        campaigns[document.address.name] = _keep(desired_campaign(document, project, environment, layers), faults)
    policies: dict[str, DesiredPolicy] = {}
    for document in by_kind.get(ASSIGNMENT_POLICY, ()):
        policies[document.address.name] = _keep(desired_policy(document, campaigns, environment), faults)
    faults += [*campaign_set_faults(campaigns), *policy_set_faults(policies), *binding_faults(campaigns, environment)]
    faults += unknown_campaigns(project.checks, campaigns)
    return Desired(project, environment, tuple(campaigns.values()), tuple(policies.values()), ()), faults


_T = TypeVar("_T")


def _keep(result: tuple[_T, list[Diagnostic]], faults: list[Diagnostic]) -> _T:
    value, found = result
    faults += found
    return value
