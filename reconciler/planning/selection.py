"""A part of what the manifests ask for: what `--target`, `--selector` and `--shard` leave of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.diagnostics import nearest_help
from reconciler.errors import ProjectError, SavedPlanRefused
from reconciler.kinds import CAMPAIGN
from reconciler.manifests.desired import Desired, DesiredPolicy
from reconciler.model import Address, Shard
from reconciler.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be planned. `texts`: how it was asked for, sorted; `shard`: the part of it that this process takes.

    `campaigns`: the manifest names of those that are planned whole. `policies`: the rules, each for the campaigns that
    are meant; those may be others, whose settings stay as they are.
    """

    texts: tuple[str, ...]
    campaigns: frozenset[str]
    policies: tuple[DesiredPolicy, ...]
    shard: Shard | None = None

    @property
    def is_part(self) -> bool:
        """Whether it was asked for less than everything."""
        return bool(self.texts) or self.shard is not None

    @property
    def names(self) -> frozenset[str]:
        """The manifest names of all campaigns that are touched."""
        return self.campaigns.union(*(each.campaigns for each in self.policies))


def selected(
    desired: Desired,
    targets: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    shard: Shard | None = None,
) -> Selection:
    """What these targets mean, of the campaigns that carry all of these labels, as far as it falls into the shard.

    A target is ``Campaign/NAME``, with the rules for its contacts, or ``AssignmentPolicy/NAME``: those rules alone; the
    kind may be left out where only one object has the name. ProjectError for a target that no manifest declares, and
    when targets and labels leave nothing; a shard of what they leave may well be empty.
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
    return _in_shard(found, shard) if shard else found


def falls_into(address: Address, shard: Shard) -> bool:
    """Whether a campaign falls into a shard: told by its address alone, so everywhere and always the same."""
    digest = hashlib.sha256(str(address).encode()).digest()
    return int.from_bytes(digest, "big") % shard.total == shard.number - 1


def shard_of_plan(plan: Plan) -> Shard | None:
    """The shard of a saved plan; SavedPlanRefused when it is none, or when a change is of a campaign outside of it."""
    if plan.shard is None:
        return None
    advice = "plan again, and review that plan"
    try:
        shard = Shard.parse(plan.shard)
    except ValueError as error:
        raise SavedPlanRefused("saved plan was altered", str(error), advice) from None
    for each in plan.changes:
        address = each.campaign or each.address
        if not falls_into(Address.parse(address), shard):
            detail = f"its change of {each.address} is of a campaign that does not fall into shard {shard}"
            raise SavedPlanRefused("saved plan was altered", detail, advice)
    return shard


def _in_shard(found: Selection, shard: Shard) -> Selection:
    kept = {name for name in found.names if falls_into(Address(CAMPAIGN, name), shard)}
    policies = (
        replace(each, campaigns=tuple(name for name in each.campaigns if name in kept)) for each in found.policies
    )
    return Selection(found.texts, found.campaigns & kept, tuple(each for each in policies if each.campaigns), shard)


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
