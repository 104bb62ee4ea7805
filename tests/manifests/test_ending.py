"""`lifecycle.ensure`: what it takes, where it may stand, and what does not go with it."""

from __future__ import annotations

import pytest

from reconciler.kinds.campaign import Ensure
from reconciler.manifests.desired import Desired
from tests.manifests.reading import (
    RULE,
    campaign,
    documents,
    faults,
    only,
    pointed,
    policy,
    project,
    read,
    summary,
    template,
)

BOUND = '      baseUrl: "emulator:x"\n      campaigns: {bakery: 6046}\n      overlays: [o]\n'
ENDED = "  lifecycle: {ensure: archived}\n"


def _lifecycle(ensure: str) -> str:
    return f"  lifecycle: {{ensure: {ensure}}}\n"


@pytest.mark.parametrize("ensure", list(Ensure))
def test_a_campaign_is_to_be_present_archived_or_deleted(ensure: Ensure) -> None:
    """Present unless said, and told apart in what a saved plan is bound to."""
    (found,) = read(campaign() + _lifecycle(ensure), of=project(BOUND)).campaigns
    assert (found.ensure, found.ends) == (ensure, ensure is not Ensure.PRESENT)
    plain = read(campaign(), of=project(BOUND))
    assert plain.campaigns[0].ensure is Ensure.PRESENT
    same = read(campaign() + _lifecycle(ensure), of=project(BOUND)).digest() == plain.digest()
    assert same is (ensure is Ensure.PRESENT)


@pytest.mark.parametrize(
    ("value", "code"), [("gone", "not-a-choice"), ("null", "null-not-allowed"), ("[]", "wrong-type")]
)
def test_nothing_else(value: str, code: str) -> None:
    """A faulty one ends no campaign."""
    fault = only(faults(campaign() + _lifecycle(value), of=project(BOUND)))
    assert fault.code == code


def test_an_overlay_may_end_a_campaign_in_one_environment() -> None:
    """And one that takes the entry away lets it be present."""
    over = {"o/a.yaml": campaign("lifecycle: {ensure: deleted}", settings=False)}
    assert read(campaign(), over, project(BOUND)).campaigns[0].ensure is Ensure.DELETED
    back = {"o/a.yaml": campaign("lifecycle: {ensure: null}", settings=False)}
    assert read(campaign() + _lifecycle("deleted"), back, project(BOUND)).campaigns[0].ensure is Ensure.PRESENT


def test_no_template_ends_campaigns() -> None:
    """One line would end all that extend it."""
    fault = only(faults(documents(campaign(), template("base", "lifecycle: {ensure: deleted}"))))
    assert (fault.code, pointed(fault)) == ("unknown-field", "lifecycle")


@pytest.mark.parametrize("text", [campaign(), campaign("settings: {maxTries: 5}", settings=False)])
def test_nothing_is_deleted_by_its_name(text: str) -> None:
    """A name is too weak; the fault says where the id goes, and is the only one."""
    fault = only(faults(text + _lifecycle("deleted")))
    assert (fault.code, pointed(fault), fault.address) == ("delete-needs-id", "ensure", "Campaign/bakery")
    assert "`bakery: ID` to spec.environments.local.campaigns" in fault.help
    assert faults(text + _lifecycle("deleted"), of=project(BOUND)) == []


def test_archiving_takes_a_name() -> None:
    """It can be restored in the console; found by nothing, it is not bound as ever."""
    assert faults(campaign() + ENDED) == []
    fault = only(faults(campaign("settings: {maxTries: 5}", settings=False) + ENDED))
    assert fault.code == "unbound-campaign"


def test_a_policy_does_not_name_a_campaign_that_ends() -> None:
    """Both places are shown."""
    for ensure in ("archived", "deleted"):
        text = documents(campaign() + _lifecycle(ensure), policy(RULE))
        fault = only(faults(text, of=project(BOUND)))
        assert (fault.code, pointed(fault), fault.address) == ("policy-of-ended", "bakery", "AssignmentPolicy/shares")
        assert [(each.span.line, each.text) for each in fault.labels] == [(7, f"it is to be {ensure}")]


def _labelled(name: str) -> str:
    return campaign(f"settings: {{name: {name}}}", name=name, settings=False).replace(
        f"{{name: {name}}}\nspec", f"{{name: {name}, labels: {{team: a}}}}\nspec"
    )


def _scopes(desired: Desired) -> list[tuple[str, ...]]:
    return [each.campaigns for each in desired.policies]


def test_a_selector_passes_over_campaigns_that_end() -> None:
    """Its rules go on for the others; when all have ended it has nothing to do, and that is no fault."""
    selecting = policy(RULE, scope="selector: {team: a}")
    text = documents(_labelled("bakery") + ENDED, _labelled("florist"), selecting)
    assert _scopes(read(text)) == [("florist",)]
    found = read(documents(_labelled("bakery") + ENDED, selecting))
    assert (_scopes(found), found.diagnostics) == ([()], ())


def test_a_misspelt_setting_does_not_hide_behind_an_ending() -> None:
    """The manifest is held to its schema as ever."""
    assert summary(faults(campaign("maxTrys: 5") + ENDED)) == [("unknown-field", "maxTrys")]
