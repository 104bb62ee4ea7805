"""A saved plan is for one project, environment, origin, manifests and time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.errors import SavedPlanRefused
from reconciler.planning.plan import Plan
from reconciler.planning.target import refuse_other_target
from tests.conftest import NOW
from tests.planning.building import campaign_document, desired_of
from tests.planning.plans import plan_of

DESIRED = desired_of(campaign_document(settings={"maxTries": 3}))
PLAN: Plan = replace(plan_of(), manifests_digest=DESIRED.digest())


def test_it_may_be_applied_where_it_was_made() -> None:
    """Until the second in which it expires."""
    refuse_other_target(PLAN, DESIRED, NOW)
    refuse_other_target(PLAN, DESIRED, NOW + timedelta(hours=24, seconds=-1))


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"project": "another"}, "project is `another`"),
        ({"environment": "production"}, "environment is `production`"),
        ({"base_url": "https://public-fr6.engage.diabolocom.com"}, "baseUrl is"),
        ({"manifests_digest": "sha256:1"}, "stale"),
        ({"expires_at": NOW}, "expired"),
    ],
)
def test_elsewhere_it_is_refused(other: dict[str, Any], says: str) -> None:
    """Naming what differs."""
    with pytest.raises(SavedPlanRefused, match=says):
        refuse_other_target(replace(PLAN, **other), DESIRED, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        desired_of(campaign_document(settings={"maxTries": 4})),
        desired_of(campaign_document(settings={"maxTries": 3, "folder": None})),
        desired_of(campaign_document(settings={"maxTries": 3}, lifecycle={"ignoreChanges": ["userIds"]})),
        desired_of(campaign_document(settings={"maxTries": 3}), campaigns={"bakery": 101}),
    ],
)
def test_when_the_manifests_ask_for_something_else_it_is_stale(changed: Any) -> None:
    """Also when they only mean another campaign."""
    with pytest.raises(SavedPlanRefused, match="stale"):
        refuse_other_target(PLAN, changed, NOW)


def test_an_expired_plan_is_refused_to_the_second() -> None:
    """Times are compared with their zones."""
    with pytest.raises(SavedPlanRefused, match="expired"):
        refuse_other_target(PLAN, DESIRED, NOW + timedelta(hours=24))
