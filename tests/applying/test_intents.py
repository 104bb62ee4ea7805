"""What the journal says of a write before it is sent: digests of the request and of the values before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import structs

from reconciler.applying.notes import Intents, Notes
from reconciler.errors import ProjectError
from reconciler.planning.plan import (
    Action,
    Attribute,
    Change,
    ContactGroup,
    Operation,
    Place,
    Reason,
    Risk,
    Step,
    withheld,
)
from tests.applying.world import Notebook
from tests.planning.plans import plan_of

CAMPAIGN = 6046
PATCH = Step(1, "Campaign/a", CAMPAIGN, Operation.UPDATE_CAMPAIGN, body={"maxTries": 8, "autoPurge": {"days": 3}})
FIELDS = Step(2, "Campaign/a", CAMPAIGN, Operation.ADD_FIELDS, fields=({"name": "Tier", "isPhoneNumber": False},))
BATCH = Step(
    3, "AssignmentPolicy/p", CAMPAIGN, Operation.UPDATE_CONTACTS, contact_ids=(4, 5), data={"assignedAgentId": 543}
)
SINGLES = structs.replace(BATCH, number=4, operation=Operation.UPDATE_EACH, data={"comment": "Noon"})
DELETE = Step(5, "Campaign/a", CAMPAIGN, Operation.DELETE_CAMPAIGN)
PATHS = {"v1": f"/api/v1/voice/campaigns/{CAMPAIGN}", "v2": f"/api/v2/voice/campaigns/{CAMPAIGN}"}


def _change(action: Action, **more: Any) -> Change:
    common: dict[str, Any] = {"reason": Reason.SETTINGS_DIFFER, "risk": Risk.LOW, "source": Place("a.yaml", 1)}
    return Change("Campaign/a", CAMPAIGN, "A", action, **common, **more)


def _attribute(name: str, before: Any) -> Attribute:
    return Attribute(name, before, None)


CHANGES = (
    _change(
        Action.UPDATE,
        attributes=(_attribute("maxTries", 5), _attribute("autoPurge.days", 9), _attribute("name", "Old")),
    ),
    _change(Action.ADD_FIELD, attributes=(_attribute("Tier", None),)),
    _change(
        Action.ASSIGN,
        contacts=(
            ContactGroup({"assignedAgentId": None, "comment": withheld("2026-01-01")}, {}, (4,)),
            ContactGroup({"assignedAgentId": 7, "comment": None}, {}, (5, 6)),
        ),
    ),
)


def _noted(step: Step, changes: tuple[Change, ...] = CHANGES) -> Mapping[str, Any]:
    """What is noted before the step is sent."""
    book = Notebook()
    Intents(book, plan_of(*changes, steps=[step])).note("sending", {"step": step.number, "address": step.address})
    ((event, content),) = book.events
    assert event == "sending"
    assert content.pop("step") == step.number
    assert content.pop("address") == step.address
    return content


def _sha(*lines: Any) -> str:
    """As the documentation says: a line of canonical JSON for each."""
    text = "".join(json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n" for each in lines)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _request(method: str, path: str, body: Any) -> dict[str, Any]:
    return {"method": method, "path": path, "body": body}


@pytest.mark.parametrize(
    ("step", "requests"),
    [
        (PATCH, [_request("PATCH", PATHS["v1"], {"maxTries": 8, "autoPurge": {"days": 3}})]),
        (
            FIELDS,
            [_request("POST", f"{PATHS['v1']}/field", {"newCustomFields": [{"name": "Tier", "isPhoneNumber": False}]})],
        ),
        (
            BATCH,
            [
                _request(
                    "POST",
                    f"{PATHS['v2']}/contact-batch/update",
                    {"query": {"contactIds": [4, 5]}, "data": {"assignedAgentId": 543}},
                )
            ],
        ),
        (SINGLES, [_request("PUT", f"{PATHS['v2']}/contacts/{each}", {"comment": "Noon"}) for each in (4, 5)]),
        (DELETE, [_request("DELETE", PATHS["v1"], None)]),
    ],
)
def test_the_digest_of_what_is_sent(step: Step, requests: list[Any]) -> None:
    """Of each request, in its order, as anybody can compute it."""
    assert _noted(step)["request"] == _sha(*requests)


@pytest.mark.parametrize(
    ("step", "before"),
    [
        (PATCH, {"maxTries": 5, "autoPurge.days": 9}),
        (FIELDS, {"Tier": None}),
        (BATCH, {"4": {"assignedAgentId": None}, "5": {"assignedAgentId": 7}}),
        (SINGLES, {"4": {"comment": {"withheld": True, "updated": "2026-01-01"}}, "5": {"comment": None}}),
        (DELETE, {"maxTries": 5, "autoPurge.days": 9, "name": "Old"}),
    ],
)
def test_the_digest_of_what_is_there_before(step: Step, before: Any) -> None:
    """Of what the step writes over, as the plan tells it; another value before is another digest."""
    assert _noted(step)["before"] == _sha(before)
    other = tuple(
        structs.replace(
            each,
            attributes=tuple(structs.replace(one, before="other") for one in each.attributes),
            contacts=tuple(structs.replace(one, before=dict.fromkeys(one.before, 99)) for one in each.contacts),
        )
        for each in CHANGES
    )
    assert _noted(step, other)["before"] != _sha(before)


def test_whose_contacts_may_be_written() -> None:
    """All that the step names, until more is known."""
    assert [_noted(each).get("contacts") for each in (PATCH, BATCH, SINGLES)] == [
        None,
        {"unknown": [4, 5]},
        {"unknown": [4, 5]},
    ]


def test_what_would_be_refused_has_no_digest() -> None:
    """The note itself does not fail for it: the step does, before it leaves."""
    assert set(_noted(structs.replace(PATCH, body={"mode": "preview"}))) == {"before"}


def test_other_events_are_left_as_they_are() -> None:
    """Only what is about to be sent has an intent."""
    book = Notebook()
    intents = Intents(book, plan_of(*CHANGES, steps=[PATCH]))
    for event, content in (("begin", {}), ("accepted", {"step": 1}), ("sending", {"step": 9})):
        intents.note(event, content)
    assert book.events == [("begin", {}), ("accepted", {"step": 1}), ("sending", {"step": 9})]


def test_a_store_that_hangs_is_not_asked_for_each_step() -> None:
    """After a fault only the results of what was sent are tried again, and nothing more is sent."""

    class Failing(Notebook):
        def note(self, event: str, content: Mapping[str, Any]) -> None:
            super().note(event, content)
            if len(self.events) > 1:
                raise OSError(28, "No space left on device")

    book = Failing()
    notes = Notes(book)
    notes.before("sending", {"step": 1})
    for step in (2, 3):
        with pytest.raises(ProjectError, match="nothing was sent"):
            notes.before("sending", {"step": step})
        assert notes.after("result", {"step": step}) == ""
    assert notes.after("result", {"step": 1}) == "No space left on device"
    assert [(event, content["step"]) for event, content in book.events] == [
        ("sending", 1),
        ("sending", 2),
        ("result", 1),
    ]
