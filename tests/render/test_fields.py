"""Every field of the kinds can be named and explained."""

from __future__ import annotations

import pytest

from reconciler.kinds import SCHEMAS
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.render.fields import entries, entry, written


def _facts(text: str) -> dict[str, str]:
    found = entry(text)
    assert found is not None
    return dict(found.facts())


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_there(name: str) -> None:
    """With and without `spec`, in the campaign and in the template."""
    found = entry(f"Campaign.settings.{name}")
    assert found is not None
    assert found.docs == SETTINGS[name].docs
    assert found is entry(f"campaign.spec.settings.{name.upper()}")
    assert entry(f"CampaignTemplate.settings.{name}") is not None


@pytest.mark.parametrize(
    "path",
    [
        *(f"Campaign.expect.{name}" for name in ASSERTED),
        *(f"AssignmentPolicy.rules.match.{name}" for name in MATCH_FILTERS),
        *(f"AssignmentPolicy.rules.set.{name}" for name in SET_FIELDS),
        *(f"Project.environments.{name}" for name in ("baseUrl", "tokenEnv", "variables", "campaigns.createdAt")),
        *SCHEMAS,
    ],
)
def test_every_field_is_there(path: str) -> None:
    """Through lists and through names of one's own."""
    found = entry(path)
    assert found is not None
    assert found.docs
    assert written(found) == path


def test_paths_of_a_message_are_taken() -> None:
    """`spec.rules[1].match` as a fault words it."""
    found = entry("AssignmentPolicy.spec.rules[1].match.excluded")
    assert found is not None
    assert found.path == "AssignmentPolicy.spec.rules[].match.excluded"


def test_what_there_is_not() -> None:
    """None, and no other field instead."""
    assert [entry(text) for text in ("", "maxTries", "Campaign.maxTries", "Campaign.settings.maxTry")] == [None] * 4


def test_no_two_fields_share_a_name() -> None:
    """The short way to write a field means one."""
    assert len({written(each).lower() for each in entries().values()}) == len(entries())


def test_facts() -> None:
    """Type, null, limits, choices, availability and example, as the tables have them."""
    assert _facts("Campaign.settings.nextTryDelay") == {
        "type": "duration: seconds, or 90s, 15m, 24h, 2d",
        "null": "not allowed",
        "available": "now",
        "example": 'nextTryDelay: "24h"',
    }
    priority = _facts("Campaign.settings.globalPriority")
    assert (priority["null"], priority["at least"], priority["at most"]) == ("clears it", "1", "50")
    statuses = _facts("AssignmentPolicy.rules.match.wrapupStatuses")
    assert statuses["type"] == "list of text"
    assert statuses["null"] == "finds those without one"
    assert statuses["choices"].startswith("new_contact, argued")
    assert statuses["entries"] == "at least 1, at most 500"
    announced = _facts("Campaign.settings.useAgentDisplayedPhoneNumber")["available"]
    assert announced == "announced by the vendor (soon); refused unless spec.announcedFields names it"
    assert _facts("AssignmentPolicy.rules.match.lastAgentIds")["available"] == "announced by the vendor (soon); refused"
    assert _facts("AssignmentPolicy.rules")["each needs"] == "name, match"
    assert _facts("Campaign.lifecycle.ensure")["choices"] == "present, archived, deleted"
    assert _facts("Campaign.settings.userIds")["type"] == "list of id or name"
