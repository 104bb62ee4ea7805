"""The whole stage: files of a project → desired, or every fault of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from reconciler.diagnostics import Diagnostic, has_errors, in_order
from reconciler.errors import ManifestsInvalid
from reconciler.kinds import ASSIGNMENT_POLICY, CAMPAIGN, CAMPAIGN_TEMPLATE
from reconciler.manifests.campaigns import campaign_set_faults, desired_campaign
from reconciler.manifests.composed import compose
from reconciler.manifests.desired import Desired, DesiredCampaign, DesiredPolicy
from reconciler.manifests.documents import Document, read_documents
from reconciler.manifests.policies import desired_policy, policy_set_faults
from reconciler.manifests.project import Environment, Project

#: Files by the path that messages use.
Files = Mapping[str, bytes]


def read_desired(project: Project, environment: Environment, manifests: Files, overlays: Files) -> Desired:
    """What the files ask of the environment; ManifestsInvalid with all faults when any is an error."""
    documents, faults = _documents(manifests)
    patches, patch_faults = _documents(overlays)
    composed, compose_faults = compose(documents, patches, environment)
    faults += patch_faults + compose_faults
    desired = _resolved(project, environment, composed, _broken(faults))
    if has_errors([*faults, *desired.diagnostics]):
        raise ManifestsInvalid(in_order([*faults, *desired.diagnostics]))
    return desired


def _broken(faults: Iterable[Diagnostic]) -> frozenset[str]:
    """The addresses of documents that can't be looked into further: they would only cause more faults.

    A field too many keeps nobody from looking at the others.
    """
    return frozenset(each.address for each in faults if each.is_error and each.code != "unknown-field")


def _documents(files: Files) -> tuple[list[Document], list[Diagnostic]]:
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for path in sorted(files):
        found, wrong = read_documents(path, files[path])
        documents += found
        faults += wrong
    return documents, faults


def _resolved(
    project: Project, environment: Environment, composed: Iterable[Document], broken: frozenset[str]
) -> Desired:
    faults: list[Diagnostic] = []
    by_kind: dict[str, list[Document]] = {}
    for document in composed:
        by_kind.setdefault(document.address.kind, []).append(document)
    templates_whole = not any(str(each.address) in broken for each in by_kind.get(CAMPAIGN_TEMPLATE, ()))
    campaigns: dict[str, DesiredCampaign] = {}
    for document in by_kind.get(CAMPAIGN, ()) if templates_whole else ():
        if str(document.address) not in broken:
            campaigns[document.address.name] = _keep(desired_campaign(document, project, environment), faults)
    known = [each.address.name for each in by_kind.get(CAMPAIGN, ())]
    policies: dict[str, DesiredPolicy] = {}
    for document in by_kind.get(ASSIGNMENT_POLICY, ()):
        if str(document.address) not in broken:
            policies[document.address.name] = _keep(desired_policy(document, known, campaigns, environment), faults)
    faults += [*campaign_set_faults(campaigns), *policy_set_faults(policies)]
    return Desired(project, environment, tuple(campaigns.values()), tuple(policies.values()), tuple(in_order(faults)))


_T = TypeVar("_T")


def _keep(result: tuple[_T, list[Diagnostic]], faults: list[Diagnostic]) -> _T:
    value, found = result
    faults += found
    return value
