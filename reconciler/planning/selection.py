"""A part of what the manifests ask for: what `--target` and `--selector` leave of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.diagnostics import nearest_help
from reconciler.errors import ProjectError
from reconciler.manifests.desired import Desired, DesiredPolicy


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be planned. `texts`: how it was asked for, sorted; empty when it is everything.

    `campaigns`: the manifest names of those that are planned whole. `policies`: the rules, each for the campaigns that
    are meant; those may be others, whose settings stay as they are.
    """

    texts: tuple[str, ...]
    campaigns: frozenset[str]
    policies: tuple[DesiredPolicy, ...]

    @property
    def names(self) -> frozenset[str]:
        """The manifest names of all campaigns that are touched."""
        return self.campaigns.union(*(each.campaigns for each in self.policies))


def selected(desired: Desired, targets: Sequence[str] = (), labels: Mapping[str, str] | None = None) -> Selection:
    """What these targets mean, of the campaigns that carry all of these labels.

    A target is ``Campaign/NAME``, with the rules for its contacts, or ``AssignmentPolicy/NAME``: those rules alone; the
    kind may be left out where only one object has the name. ProjectError for a target that no manifest declares, and
    when nothing is left.
    """
    labelled = {each.address.name for each in desired.campaigns if (labels or {}).items() <= each.labels.items()}
    if labels and not labelled:
        known = sorted({f"{name}={value}" for each in desired.campaigns for name, value in each.labels.items()})
        asked = ", ".join(f"{name}={value}" for name, value in labels.items())
        advice = nearest_help("label", asked, known)
        raise ProjectError("nothing is selected", f"no campaign carries {asked}", advice, "nothing-selected")
    targets = [_address(desired, each) for each in targets]
    campaigns = {str(each.address): each.address.name for each in desired.campaigns}
    named = {name for address, name in campaigns.items() if address in targets} if targets else labelled
    whole = frozenset(named & labelled)
    policies = [
        replace(each, campaigns=tuple(name for name in each.campaigns if name in kept))
        for each in desired.policies
        for kept in [labelled if str(each.address) in targets else whole]
    ]
    found = Selection(
        tuple(sorted({*targets, *(f"{name}={value}" for name, value in (labels or {}).items())})),
        whole,
        tuple(each for each in policies if each.campaigns),
    )
    if found.texts and not found.names:
        detail = "none of the targets carries the labels that the selector asks for"
        raise ProjectError("nothing is selected", detail, "leave one of them out", "nothing-selected")
    return found


def _address(desired: Desired, target: str) -> str:
    """The address that a target means, in whole or by its name alone; ProjectError when it means none, or several."""
    known = [*(str(each.address) for each in desired.campaigns), *(str(each.address) for each in desired.policies)]
    found = [each for each in known if target in (each, each.partition("/")[2])]
    if len(found) == 1:
        return found[0]
    if found:
        raise ProjectError(
            "which target?", f"several are called `{target}`", f"name one: {', '.join(found)}", "which-object"
        )
    names = known if "/" in target else [each.partition("/")[2] for each in known]
    detail = f"no campaign or policy is `{target}`"
    raise ProjectError("unknown target", detail, nearest_help("target", target, names), "unknown-target")
