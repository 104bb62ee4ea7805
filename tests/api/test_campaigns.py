"""The endpoints of campaigns: the requests that they make, what they return, and what they refuse to send."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints import campaigns
from reconciler.api.request import Response
from reconciler.errors import Unreadable, WriteRefused
from reconciler.model import UNSET

from .feeding import drive, feed

ONE = {"id": 6046, "name": "CA - Métiers de Bouche", "maxTries": 8, "future": {"x": 1}}


@pytest.mark.operation("listCampaigns")
def test_campaigns_are_listed_page_by_page() -> None:
    """The first page is asked for without a number; `next` is followed; a campaign met twice counts once."""
    next_url = "https://api.example/api/v1/voice/campaigns?page=2"
    found, requests = feed(
        campaigns.list_campaigns(name="CA", is_archived=False),
        [{"campaigns": [ONE], "next": next_url}, {"campaigns": [ONE, {"id": 7, "name": "b"}], "next": None}],
    )
    assert [(each.id, each.name) for each in found] == [(6046, ONE["name"]), (7, "b")]
    assert found[0].values["future"] == {"x": 1}
    assert requests[0].params == {"name": "CA", "isArchived": "false", "pageSize": 200}
    assert [each.next_url for each in requests] == ["", next_url]


@pytest.mark.operation("getCampaign")
def test_a_campaign_is_read() -> None:
    """By its id, every field kept under its API name."""
    found, requests = feed(campaigns.get_campaign(6046), [ONE])
    assert (found.id, found.values["maxTries"]) == (6046, 8)
    assert [each.label for each in requests] == ["GET /api/v1/voice/campaigns/6046"]


@pytest.mark.operation("getCampaign")
@pytest.mark.parametrize("wrong", [{}, {"id": True, "name": "a"}, {"id": 0, "name": "a"}, {"id": "6", "name": "a"}])
def test_a_campaign_without_an_id_is_unreadable(wrong: object) -> None:
    """The message names the request and the field."""
    with pytest.raises(Unreadable, match=r"GET /api/v1/voice/campaigns/6: .* `id`"):
        feed(campaigns.get_campaign(6), [wrong])


@pytest.mark.operation("getCampaign")
@pytest.mark.parametrize("name", [None, "", 5])
def test_a_campaign_without_a_name_is_unreadable(name: object) -> None:
    """The message names the request and the field."""
    with pytest.raises(Unreadable, match="campaign 6 came without a usable `name`"):
        feed(campaigns.get_campaign(6), [{"id": 6, "name": name}])


@pytest.mark.operation("patchCampaign")
def test_a_patch_sends_what_it_was_given() -> None:
    """As it is, and may be repeated: it sets absolute values. Its answer's body does not matter."""
    done, requests = drive(campaigns.patch_campaign(6, {"maxTries": 3, "folder": None}), lambda _: Response(200))
    assert done is None
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        ("PATCH /api/v1/voice/campaigns/6", {"maxTries": 3, "folder": None}, True)
    ]


@pytest.mark.operation("patchCampaign")
@pytest.mark.parametrize("body", [{}, {"mode": "preview"}, {"maxTries": 1, "maxTry": 1}, {"maxTries": UNSET}])
def test_a_patch_takes_documented_fields_only(body: dict[str, object]) -> None:
    """Nothing is sent for an empty body, a field that PATCH does not take, or a value that was never set."""
    with pytest.raises(WriteRefused):
        feed(campaigns.patch_campaign(6, body), [])


@pytest.mark.operation("addFields")
def test_fields_are_added_in_one_call() -> None:
    """Not repeatable: a field that exists already is rejected."""
    found, requests = feed(campaigns.add_fields(6, {"a": False, "phone": True}), [{"id": 6, "name": "n"}])
    assert found.id == 6
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v1/voice/campaigns/6/field",
            {"newCustomFields": [{"name": "a", "isPhoneNumber": False}, {"name": "phone", "isPhoneNumber": True}]},
            False,
        )
    ]


@pytest.mark.operation("addFields")
@pytest.mark.parametrize("fields", [{}, {"": False}])
def test_fields_need_names(fields: dict[str, bool]) -> None:
    """Nothing is sent without."""
    with pytest.raises(WriteRefused):
        feed(campaigns.add_fields(6, fields), [])


@pytest.mark.operation("deleteCampaign")
def test_a_campaign_is_deleted() -> None:
    """And not twice."""
    _, requests = drive(campaigns.delete_campaign(6), lambda _: Response(200))
    assert [(each.label, each.repeatable) for each in requests] == [("DELETE /api/v1/voice/campaigns/6", False)]
