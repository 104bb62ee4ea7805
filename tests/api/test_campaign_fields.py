"""A campaign's documented fields have their documented types, or nothing may rest on it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.api.campaign_fields import AutoPurgeFields, CampaignFields
from reconciler.api.endpoints.campaigns import add_fields, get_campaign, list_campaigns
from reconciler.errors import Unreadable
from reconciler.kinds.campaign import ASSERTED, AUTO_PURGE, SETTINGS

from .feeding import feed

#: "Data structure for campaigns", one row after the other.
SHOWN: dict[str, Any] = {
    "isPaused": True, "isArchived": False, "folder": "Paris", "mode": "preview", "userIds": [1, 2],
    "unassignedUserIds": [], "groupIds": [3], "customFields": ["a"], "createdAt": "2022-11-01T16:52:54Z",
    "createdBy": "a", "lastUpdatedAt": "2022-11-01T16:52:54Z", "lastUpdatedBy": "b", "wrapupFolderId": 5,
    "phoneFields": ["phone1"], "displayedPhoneNumbers": ["33123456789"], "useAgentDisplayedPhoneNumber": False,
    "minCallingDateOffset": 0, "maxCallingDateOffset": 30, "maxTries": 8, "nextTryDelay": 86400, "isRecorded": True,
    "recordingPercentage": 50, "calendarId": 7, "regionalization": False, "soundPlayedContactPickUp": 9,
    "contactPriority": 10, "personalCallbackPrioritization": True, "globalPriority": 1,
    "deduplicationParams": {"excludeDomain": "all"},
    "autoPurge": {"lastAttemptBeforeDays": 90, "maxTriesReached": True, "excluded": False, "notToCall": False},
}  # fmt: skip
NOT_NULL = {"maxTries", "nextTryDelay"}


def shown(**values: Any) -> dict[str, Any]:
    """A campaign as GET shows it, with these values."""
    return {"id": 6, "name": "six", **SHOWN, **values}


@pytest.mark.operation("getCampaign")
def test_the_documented_campaign_is_read() -> None:
    """Every field of it, as it is; and what is not documented too."""
    found, _ = feed(get_campaign(6), [shown(future={"x": 1})])
    assert dict(found.values) == shown(future={"x": 1})


def test_every_documented_field_has_a_type() -> None:
    """The settings and what can only be asserted among them."""
    assert set(CampaignFields.__struct_fields__) == set(SHOWN)
    assert (SETTINGS.keys() | ASSERTED.keys()) - {"name"} <= set(SHOWN)
    assert set(AutoPurgeFields.__struct_fields__) == {each.name for each in AUTO_PURGE}


@pytest.mark.operation("getCampaign", "addFields")
@pytest.mark.parametrize("name", SHOWN)
def test_another_type_is_unreadable(name: str) -> None:
    """It names campaign and field, and never the value."""
    for flow in (get_campaign(6), add_fields(6, {"a": False})):
        with pytest.raises(Unreadable, match=rf"campaign 6 is not as documented: .*`\$\.{name}`") as caught:
            feed(flow, [shown(**{name: wrong(name)})])
        assert "secret" not in str(caught.value)


def wrong(name: str) -> Any:
    """What this field can't be."""
    return {"secret": "secret"} if not isinstance(SHOWN[name], dict) else ["secret"]


@pytest.mark.operation("listCampaigns")
@pytest.mark.parametrize("name", SHOWN)
def test_in_a_list_it_is_that_campaigns_own_fault(name: str) -> None:
    """The others are read; it says what is wrong, and never the value."""
    (five, six), _ = feed(
        list_campaigns(), [{"campaigns": [{"id": 5, "name": "five"}, shown(**{name: wrong(name)})], "next": None}]
    )
    assert five.fault == ""
    assert six.fault.startswith("is not as documented: ")
    assert f"`$.{name}`" in six.fault
    assert "secret" not in six.fault


@pytest.mark.operation("listCampaigns")
def test_in_a_list_a_campaign_may_lack_its_name() -> None:
    """Nothing can be found by it, and nothing may rest on it."""
    (six,), _ = feed(list_campaigns(), [{"campaigns": [shown(name=None)], "next": None}])
    assert (six.id, six.name, six.fault) == (6, "", "came without a usable `name`")


@pytest.mark.parametrize("name", SHOWN)
def test_null_and_nothing(name: str) -> None:
    """Any field may be left out, and be null unless the documentation says "Not null"."""
    given = shown()
    del given[name]
    assert feed(get_campaign(6), [given])[0].id == 6
    if name in NOT_NULL:
        with pytest.raises(Unreadable, match=name):
            feed(get_campaign(6), [shown(**{name: None})])
    else:
        assert feed(get_campaign(6), [shown(**{name: None})])[0].values[name] is None


@pytest.mark.parametrize("wrong", [["33"], [True], [None], ["a", 5]])
def test_what_is_in_a_list_counts(wrong: list[Any]) -> None:
    """Ids are integers."""
    with pytest.raises(Unreadable, match=r"`\$\.userIds"):
        feed(get_campaign(6), [shown(userIds=wrong)])


def test_what_is_in_the_purge_counts() -> None:
    """Field by field; what is not documented in it is tolerated."""
    with pytest.raises(Unreadable, match=r"`\$\.autoPurge\.excluded`"):
        feed(get_campaign(6), [shown(autoPurge={"excluded": "yes"})])
    feed(get_campaign(6), [shown(autoPurge={"enabled": True, "excluded": None, "future": 1})])


def test_the_types_are_those_of_the_answers() -> None:
    """A whole campaign passes as it is, so nothing is converted on the way."""
    assert msgspec.to_builtins(msgspec.convert(SHOWN, CampaignFields)) == SHOWN
