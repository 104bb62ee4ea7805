"""The endpoints of batches: each names its contacts, and nothing else is ever sent (S2, S4)."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints import batches
from reconciler.errors import Unreadable, UnsafeQuery, WriteRefused
from reconciler.kinds.contact import BATCH_FIELDS
from reconciler.model import UNSET

from .feeding import feed


@pytest.mark.operation("updateContacts")
def test_a_batch_names_its_contacts() -> None:
    """S4: the query holds contactIds and nothing else."""
    token, requests = feed(batches.update_contacts(6, [3, 4], {"priority": 1}), [{"token": "88-a"}])
    assert token == "88-a"
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v2/voice/campaigns/6/contact-batch/update",
            {"query": {"contactIds": [3, 4]}, "data": {"priority": 1}},
            False,
        )
    ]


@pytest.mark.operation("updateContacts")
def test_a_batch_takes_500_contacts() -> None:
    """S4: and not one more."""
    ids = list(range(1, 502))
    assert feed(batches.update_contacts(6, ids[:500], {"priority": 1}), [{"token": "t"}])[0] == "t"
    with pytest.raises(UnsafeQuery, match="501 were given"):
        feed(batches.update_contacts(6, ids, {"priority": 1}), [])
    with pytest.raises(UnsafeQuery, match="0 were given"):
        feed(batches.update_contacts(6, [], {"priority": 1}), [])


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize("ids", [[], [0], [-3], [True], ["4"], [4, 4], [None]])
def test_a_batch_refuses_ids_that_could_hit_others(ids: list[int]) -> None:
    """S2, S4: an empty list above all."""
    with pytest.raises(UnsafeQuery):
        feed(batches.update_contacts(6, ids, {"priority": 1}), [])


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize(
    "data", [{}, {"assignedGroupId": 1}, {"phones": {}}, {"comment": ""}, {"priority": UNSET}, {"priority": None}]
)
def test_a_batch_sets_documented_fields_only(data: dict[str, object]) -> None:
    """Nothing is sent for any other, for none, or for a null where none is allowed."""
    with pytest.raises(WriteRefused):
        feed(batches.update_contacts(6, [1], data), [])


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize("name", [name for name, field in BATCH_FIELDS.items() if field.nullable])
def test_a_batch_clears_what_can_be_cleared(name: str) -> None:
    """Null is sent as null."""
    _, requests = feed(batches.update_contacts(6, [1], {name: None}), [{"token": "t"}])
    assert requests[0].json == {"query": {"contactIds": [1]}, "data": {name: None}}


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize("token", ["", "a/b", "../x", "a\n", "a" * 201, "é"])
def test_a_batch_token_stays_one_segment(token: str) -> None:
    """It comes from the account and goes into a path."""
    with pytest.raises(Unreadable, match="`token`"):
        feed(batches.update_contacts(6, [1], {"priority": 1}), [{"token": token}])


@pytest.mark.operation("batchStatus")
def test_a_batch_is_asked_for() -> None:
    """The documentation's own example."""
    given = {"status": "COMPLETED", "modifiedElementsCount": 273, "failed": [], "excluded": {"noValidPhone": [23, 65]}}
    result, requests = feed(batches.batch_status("a0-7"), [given])
    assert (result.is_final, result.modifiedElementsCount, result.excluded) == (True, 273, {"noValidPhone": [23, 65]})
    assert [each.label for each in requests] == ["GET /api/v2/voice/campaigns/contact-batch/status/a0-7"]


@pytest.mark.operation("batchStatus")
@pytest.mark.parametrize("status", ["ACCEPTED", "IN_PROGRESS"])
def test_a_batch_under_way_may_leave_out_the_rest(status: str) -> None:
    """And null says the same as nothing."""
    result, _ = feed(batches.batch_status("t"), [{"status": status, "failed": None}])
    assert (result.is_final, result.failed) == (False, None)


@pytest.mark.operation("batchStatus")
def test_an_unknown_batch_status_is_never_done() -> None:
    """It is not quoted either: it is the account's text."""
    with pytest.raises(Unreadable, match="none of ACCEPTED") as caught:
        feed(batches.batch_status("t"), [{"status": "FINISHED"}])
    assert "FINISHED" not in str(caught.value)


@pytest.mark.operation("updateContacts")
@pytest.mark.parametrize(
    "data",
    [
        {"priority": "1"},
        {"priority": True},
        {"priority": -1},
        {"excluded": 0},
        {"retryDate": "2026-01-31"},
        {"contactCardDisplayNumber": "+33 1"},
        {"customFields": {"a": "b"}},
    ],
)
def test_a_batch_sends_documented_types_only(data: dict[str, object]) -> None:
    """And of these what was reviewed: custom fields are none of a rule's."""
    with pytest.raises(WriteRefused):
        feed(batches.update_contacts(6, [1], data), [])


@pytest.mark.operation("deleteContacts")
def test_a_batch_of_deletions_names_its_contacts() -> None:
    """S4: the body and its `query` hold contactIds alone, so neither is dropped. Never sent twice."""
    token, requests = feed(batches.delete_contacts(6, [3, 4]), [{"token": "a0"}])
    assert token == "a0"
    assert [(each.label, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v2/voice/campaigns/6/contact-batch/delete",
            {"contactIds": [3, 4], "query": {"contactIds": [3, 4]}},
            False,
        )
    ]


@pytest.mark.operation("deleteContacts")
@pytest.mark.parametrize("ids", [[], [0], [-3], [True], ["4"], [4, 4], [None], list(range(1, 502))])
def test_deletions_refuse_ids_that_could_hit_others(ids: list[int]) -> None:
    """S2, S4: no filter left would delete the whole campaign."""
    with pytest.raises(UnsafeQuery):
        feed(batches.delete_contacts(6, ids), [])


@pytest.mark.operation("createContacts")
def test_contacts_are_created_in_one_batch() -> None:
    """Their custom fields as a list, what holds for all beside it; never sent twice (notes, trap 18)."""
    people = [{"Name": "Louis", "Phone": "33612345678"}, {"Name": "Zoé", "Phone": "0123"}]
    creation = batches.create_contacts(6, people, {"priority": 13, "comment": None}, priority_mode=True)
    token, requests = feed(creation, [{"token": "b1"}])
    assert token == "b1"
    assert [(each.label, each.params, each.json, each.repeatable) for each in requests] == [
        (
            "POST /api/v2/voice/campaigns/6/contact-batch/create",
            {"priorityMode": "true"},
            {"priority": 13, "comment": None, "customFields": people},
            False,
        )
    ]


@pytest.mark.operation("createContacts")
def test_a_batch_creates_1_to_300_contacts() -> None:
    """And not one more."""
    people = [{"Name": str(number)} for number in range(301)]
    assert feed(batches.create_contacts(6, people[:300]), [{"token": "t"}])[0] == "t"
    for wrong in (people, []):
        with pytest.raises(WriteRefused, match=f"{len(wrong)} were given"):
            feed(batches.create_contacts(6, wrong), [])


@pytest.mark.operation("createContacts")
@pytest.mark.parametrize(
    ("people", "data"),
    [
        ([{"Name": "a"}, {}], {}),
        ([{"Name": "a"}, {"Name": None}], {}),
        ([{"Name": 5}], {}),
        ([["Name"]], {}),
        ([{"Name": "a"}], {"customFields": {"b": "c"}}),
        ([{"Name": "a"}], {"phones": {}}),
        ([{"Name": "a"}], {"assignedAgentExpirationTime": "2026-01-31T15:00:00Z"}),
    ],
)
def test_a_batch_creates_from_documented_fields_only(people: list[dict[str, str]], data: dict[str, object]) -> None:
    """Each contact has custom fields, all of them texts; what is beside them is in the table."""
    with pytest.raises(WriteRefused):
        feed(batches.create_contacts(6, people, data), [])


@pytest.mark.operation("createContacts")
def test_a_refused_contact_is_named_by_its_place() -> None:
    """And not by what it holds (S10)."""
    with pytest.raises(WriteRefused, match=r"`customFields\[1\]`: `Name` takes a text") as caught:
        feed(batches.create_contacts(6, [{"Name": "a"}, {"Name": 33612345678}]), [])  # type: ignore[dict-item]
    assert "33612345678" not in str(caught.value)
