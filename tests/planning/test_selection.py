"""`--target` and `--selector`: what they leave of the manifests."""

from __future__ import annotations

import pytest

from reconciler.errors import ProjectError
from reconciler.manifests.desired import Desired
from reconciler.planning.selection import selected
from tests.planning.building import campaign_document, desired_of, policy_document

RULE = {"name": "one", "match": "all", "set": {"priority": 1}}


def _campaign(name: str, **labels: str) -> dict[str, object]:
    document = campaign_document(name, settings={"name": name})
    document["metadata"]["labels"] = labels
    return document


@pytest.fixture
def desired() -> Desired:
    """Four campaigns, two of one team, and policies for all of them."""
    return desired_of(
        _campaign("bakery", team="north", tier="gold"),
        _campaign("butcher", team="north"),
        _campaign("cheese", team="south"),
        _campaign("same"),
        policy_document(RULE, name="sharing", campaigns=("bakery", "cheese")),
        policy_document(RULE, name="other", campaigns=("butcher",)),
        policy_document(RULE, name="same", campaigns=("same",)),
    )


def _found(desired: Desired, *targets: str, **labels: str) -> tuple[set[str], dict[str, tuple[str, ...]]]:
    found = selected(desired, targets, labels)
    return set(found.campaigns), {each.address.name: each.campaigns for each in found.policies}


def test_everything(desired: Desired) -> None:
    """Without target and selector nothing is left out."""
    everything = {"bakery", "butcher", "cheese", "same"}
    policies = {"sharing": ("bakery", "cheese"), "other": ("butcher",), "same": ("same",)}
    assert _found(desired) == (everything, policies)
    assert selected(desired).texts == ()
    assert selected(desired).names == everything


def test_a_campaign_is_planned_with_its_contacts(desired: Desired) -> None:
    """Its policy goes with it, for no other campaign."""
    for target in ("Campaign/bakery", "bakery"):
        assert _found(desired, target) == ({"bakery"}, {"sharing": ("bakery",)})
    assert selected(desired, ["bakery"]).texts == ("Campaign/bakery",)


def test_a_policy_leaves_the_settings_alone(desired: Desired) -> None:
    """Only its rules are planned, on all of its campaigns."""
    assert _found(desired, "AssignmentPolicy/sharing") == (set(), {"sharing": ("bakery", "cheese")})
    assert selected(desired, ["AssignmentPolicy/sharing"]).names == {"bakery", "cheese"}


def test_targets_add_up(desired: Desired) -> None:
    """Each brings its own."""
    found = _found(desired, "Campaign/butcher", "AssignmentPolicy/sharing")
    assert found == ({"butcher"}, {"sharing": ("bakery", "cheese"), "other": ("butcher",)})


def test_labels_must_all_be_there(desired: Desired) -> None:
    """Each one leaves less."""
    assert _found(desired, team="north")[0] == {"bakery", "butcher"}
    assert _found(desired, team="north", tier="gold") == ({"bakery"}, {"sharing": ("bakery",)})


def test_targets_among_the_labelled(desired: Desired) -> None:
    """A selector leaves less of the targets, too."""
    assert _found(desired, "AssignmentPolicy/sharing", team="south") == (set(), {"sharing": ("cheese",)})
    assert selected(desired, ["Campaign/bakery"], {"team": "north"}).texts == ("Campaign/bakery", "team=north")


@pytest.mark.parametrize(
    ("targets", "labels", "code", "advice"),
    [
        (["Campaign/bakry"], {}, "unknown-target", "the nearest target is `Campaign/bakery`"),
        (["bakry"], {}, "unknown-target", "the nearest target is `bakery`"),
        (["same"], {}, "which-object", "name one: Campaign/same, AssignmentPolicy/same"),
        ([], {"team": "nort"}, "nothing-selected", "the nearest label is `team=north`"),
        (["Campaign/bakery"], {"team": "south"}, "nothing-selected", "leave one of them out"),
    ],
)
def test_what_selects_nothing(
    desired: Desired, targets: list[str], labels: dict[str, str], code: str, advice: str
) -> None:
    """It is never taken for everything."""
    with pytest.raises(ProjectError) as refused:
        selected(desired, targets, labels)
    assert (refused.value.code, refused.value.help) == (code, advice)
