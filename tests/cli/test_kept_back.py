"""What must not be shown is kept back on every way out: tokens (S9) and what belongs to a contact (S10)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.api.endpoints.searches import search_contacts
from reconciler.api.shapes import BatchResult
from reconciler.applying.batches import _told
from reconciler.errors import Unreadable
from reconciler.planning.campaigns import campaign_faults
from tests.api.feeding import feed
from tests.conftest import Workplace
from tests.planning.building import live, paired, wanted


def _project(environment: str) -> str:
    head = "apiVersion: diabolocom.reconciler/v1\nkind: Project\nmetadata: {name: p}\n"
    return f"{head}spec: {{environments: {{e: {{{environment}}}}}}}\n"


CAMPAIGN = "apiVersion: diabolocom.reconciler/v1\nkind: Campaign\nmetadata: {name: c}\nspec: {settings: {name: C, "


def test_a_label_shows_no_line_that_may_hold_a_token(workplace: Workplace) -> None:
    """A fault in a variable's value points into the project file, and not at its text beside it."""
    variables = "variables: {share: abc, apiToken: s3cr3t-t0ken}"
    workplace.write("reconciler.yaml", _project(f"baseUrl: 'https://h', {variables}"))
    workplace.write("c.yaml", CAMPAIGN + 'maxTries: "${share}"}}\n')
    ran = workplace.run("validate")
    assert (ran.code, "reconciler.yaml:4" in ran.err, "s3cr3t" in ran.err) == (1, True, False)


def test_a_token_in_place_of_its_variable_is_not_shown(workplace: Workplace) -> None:
    """Somebody pastes the token into `tokenEnv`."""
    pasted = "abcdef0123456789abcdef0123456789"
    workplace.write("reconciler.yaml", _project(f"baseUrl: 'https://h', tokenEnv: {pasted}"))
    workplace.write("c.yaml", CAMPAIGN + "maxTries: 3}}\n")
    ran = workplace.run("plan")
    assert (ran.code, "no-token" in ran.err, pasted in ran.err + ran.out) == (1, True, False)


def test_a_contacts_number_in_a_rule_gets_into_no_plan(workplace: Workplace) -> None:
    """The note that it is rewritten does not repeat it."""
    workplace.example()
    path = workplace.folder / "manifests/assignment.yaml"
    path.write_text(path.read_text().replace("excluded: false", 'phones: ["+33 6 39 98 00 01"]'))
    ran = workplace.run("-e", "local", "plan", "--format", "json")
    assert ("phone-normalised" in ran.out, "33639980001" in ran.out) == (True, False)


def test_reasons_of_the_api_are_quoted_only_where_documented() -> None:
    """What a batch's result says goes into the report and the journal."""
    told = _told((1, 2, 3), BatchResult("COMPLETED", excluded={"noValidPhone": [1], "Louis Dupont": [2, 3]}), {})
    assert told.excluded == {1: "noValidPhone", 2: "another reason", 3: "another reason"}
    assert "Louis" not in repr(told)


def test_contacts_and_campaigns_of_another_id_are_refused() -> None:
    """Numbers of one campaign mean other contacts in another (S3)."""
    page = {"content": [{"contactId": 1, "campaignId": 8}], "number": 0, "last": True}
    with pytest.raises(Unreadable, match="another campaign"):
        feed(search_contacts(7, {}), [page])
    with pytest.raises(Unreadable, match="campaign 8 came"):
        feed(get_campaign(7), [{"id": 8, "name": "A"}])


@pytest.mark.parametrize("held", [{"autoPurge": True}, {"customFields": 7}, {"userIds": 7}])
def test_a_campaign_that_is_not_as_documented_is_blocked(held: dict[str, Any]) -> None:
    """It alone, with what is strange about it (S11)."""
    assert [each.code for each in campaign_faults(paired(wanted({}), live(**held)))] == ["campaign-unreadable"]
