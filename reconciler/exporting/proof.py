"""What is to be written is read and planned once before: that nothing remains is seen, not believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.api.shapes import Campaign
from reconciler.manifests.project import Environment, Project
from reconciler.manifests.read import read_desired
from reconciler.planning.campaigns import campaign_changes, campaign_faults
from reconciler.planning.live import paired


def remaining(
    project: Project, environment: Environment, manifests: Mapping[str, bytes], account: Sequence[Campaign]
) -> list[str]:
    """What a plan of these manifests would still change or find fault with in the account, one line for each.

    ManifestsInvalid when the manifests have errors.
    """
    desired = read_desired(project, environment, manifests, {})
    pairs, faults = paired(account, desired)
    found = [each.detail for each in faults]
    for pair in pairs.values():
        found += [each.detail for each in campaign_faults(pair)]
        for change in campaign_changes(pair):
            found += [f"a plan would change `{each.name}`" for each in change.attributes if not each.ignored]
    return found
