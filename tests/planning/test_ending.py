"""Campaigns that are to be archived or deleted: in the only legal order, once, and nothing of them besides."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ProjectError, Unreadable
from reconciler.kinds.campaign import Ensure
from reconciler.manifests.desired import CustomField, DesiredCampaign
from reconciler.manifests.project import Binding
from reconciler.planning.campaigns import campaign_changes, campaign_faults, campaign_notes
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.limits import limit_uses
from reconciler.planning.plan import Action, Change, Operation, Plan, Reason, Risk, Step
from reconciler.planning.planner import make_plan
from reconciler.planning.saved import loads
from reconciler.planning.steps import make_steps
from reconciler.render.plan_json import plan_json
from tests.conftest import NOW
from tests.planning.building import CREATED, SPAN, desired_of, live, paired, wanted
from tests.planning.plans import plan_of
from tests.planning.reader import Told, account_of

ARCHIVED, DELETED = Ensure.ARCHIVED, Ensure.DELETED
PAUSE, ARCHIVE, DELETE = {"isPaused": True}, {"isArchived": True}, "delete"
RUNNING: dict[str, Any] = {"isPaused": False, "isArchived": False}
PAUSED: dict[str, Any] = {"isPaused": True, "isArchived": False}
ENDED: dict[str, Any] = {"isPaused": True, "isArchived": True}
BOUND = Binding(100, None, SPAN)


def _shape(steps: tuple[Step, ...]) -> list[Any]:
    return [DELETE if each.operation is Operation.DELETE_CAMPAIGN else each.body for each in steps]


def _planned(ensure: Ensure, held: Mapping[str, Any], **more: Any) -> tuple[Change, tuple[Step, ...]]:
    pair = paired(wanted(more, ensure=ensure), live(**held))
    (change,) = campaign_changes(pair)
    return change, make_steps([pair], [change])


@pytest.mark.parametrize(
    ("ensure", "held", "shape"),
    [
        (ARCHIVED, RUNNING, [PAUSE, ARCHIVE]),
        (ARCHIVED, PAUSED, [ARCHIVE]),
        (ARCHIVED, ENDED, []),
        (DELETED, RUNNING, [PAUSE, ARCHIVE, DELETE]),
        (DELETED, PAUSED, [ARCHIVE, DELETE]),
        (DELETED, ENDED, [DELETE]),
        (ARCHIVED, {}, [PAUSE, ARCHIVE]),
        (ARCHIVED, {"isPaused": None, "isArchived": None}, [PAUSE, ARCHIVE]),
        (DELETED, {"isPaused": False, "isArchived": True}, [DELETE]),
    ],
)
def test_pause_then_archive_then_delete(ensure: Ensure, held: dict[str, Any], shape: list[Any]) -> None:
    """Each alone, and only what is not there yet (PATCH Update campaign by Id, DELETE Delete campaign by Id)."""
    change, steps = _planned(ensure, held)
    assert _shape(steps) == shape
    refuse_uncovered(plan_of(change, steps=steps))


def test_nothing_else_of_it_is_written() -> None:
    """Settings, custom fields and members of a campaign on its way out are left as they are."""
    for ensure in (ARCHIVED, DELETED):
        fields = (CustomField("New", None, SPAN),)
        settings = {"maxTries": 8, "userIds": [1], "isPaused": False}
        pair = paired(wanted(settings, fields=fields, ensure=ensure), live(**RUNNING, maxTries=5, userIds=[2]))
        (change,) = campaign_changes(pair)
        assert [each.name for each in change.attributes] == ["isPaused", "isArchived"]
        assert _shape(make_steps([pair], [change]))[:2] == [PAUSE, ARCHIVE]


def test_archiving_is_a_high_risk_in_words() -> None:
    """The API can't undo it; of a running campaign that is said besides."""
    change, _ = _planned(ARCHIVED, RUNNING)
    assert (change.action, change.reason, change.risk) == (Action.ARCHIVE, Reason.ENSURE_ARCHIVED, Risk.HIGH)
    assert change.risks == (
        "archives the campaign: its agents stop calling it, and the API can't undo it",
        "the campaign is running",
    )
    assert [(each.name, each.before, each.after) for each in change.attributes] == [
        ("isPaused", False, True),
        ("isArchived", False, True),
    ]


def test_deleting_is_a_high_risk_in_words() -> None:
    """With its contacts, for good; an archived campaign has nothing to be brought to before."""
    change, _ = _planned(DELETED, ENDED)
    assert (change.action, change.reason, change.risk) == (Action.DELETE, Reason.ENSURE_DELETED, Risk.HIGH)
    assert (change.risks, change.attributes) == (("deletes the campaign and all of its contacts for good",), ())
    assert change.campaign_created_at == CREATED


def test_an_archived_campaign_is_as_desired_whatever_it_holds() -> None:
    """It can't be updated: nothing of it is a fault, and what differs is a note."""
    desired = wanted({"maxTries": 8, "isPaused": False, "folder": "A"}, expect={"mode": "preview"}, ensure=ARCHIVED)
    desired = dataclasses.replace(desired, ignore=frozenset({"folder"}))
    pair = paired(desired, live(**ENDED, maxTries=5, mode="predictive", folder="B"))
    assert campaign_faults(pair) == []
    (change,) = campaign_changes(pair)
    assert (change.action, change.reason, change.attributes) == (Action.NONE, Reason.AS_DESIRED, ())
    (note,) = campaign_notes(pair)
    assert (note.code, note.severity, note.is_error) == ("archived-differs", "note", False)
    assert note.detail.endswith("stays so: maxTries")


@pytest.mark.parametrize(
    ("ensure", "settings", "held", "codes"),
    [
        (ARCHIVED, {"maxTries": 8}, {**RUNNING, "maxTries": 8}, []),
        (ARCHIVED, {"isPaused": False}, ENDED, []),
        (ARCHIVED, {"maxTries": 8}, {**RUNNING, "maxTries": 5}, ["archived-differs"]),
        (DELETED, {"maxTries": 8}, {**RUNNING, "maxTries": 5}, []),
        (Ensure.PRESENT, {"maxTries": 8}, {**RUNNING, "maxTries": 5}, []),
    ],
)
def test_a_note_only_where_something_stays_that_was_meant(
    ensure: Ensure, settings: dict[str, Any], held: dict[str, Any], codes: list[str]
) -> None:
    """That it is paused goes without saying, and of what is deleted nothing stays."""
    assert [each.code for each in campaign_notes(paired(wanted(settings, ensure=ensure), live(**held)))] == codes


@pytest.mark.parametrize("ensure", [ARCHIVED, DELETED])
def test_what_can_not_be_undone_needs_the_campaign_that_was_meant(ensure: Ensure) -> None:
    """`expect` has to hold, and id and name have to mean the same one; its other faults are nobody's any more."""
    named = wanted({"name": "Another"}, ensure=ensure)
    assert [each.code for each in campaign_faults(paired(named))] == ["name-differs"]
    assert campaign_faults(paired(wanted({"name": "CA - Métiers"}, ensure=ensure))) == []
    assert campaign_faults(paired(dataclasses.replace(named, ignore=frozenset({"name"})))) == []
    expecting = wanted(expect={"mode": "predictive"}, ensure=ensure)
    assert [each.code for each in campaign_faults(paired(expecting, mode="preview"))] == ["expectation-failed"]
    assert campaign_faults(paired(wanted({"recordingPercentage": 5}, ensure=ensure), isRecorded=False)) == []


def test_a_campaign_that_is_archived_is_deleted_only_if_it_is_meant() -> None:
    """That it is archived makes it no other campaign."""
    desired = wanted({"name": "Another"}, expect={"mode": "preview"}, ensure=DELETED)
    codes = [each.code for each in campaign_faults(paired(desired, live(**ENDED, mode="predictive")))]
    assert codes == ["name-differs", "expectation-failed"]


def _plan(account: Told, *campaigns: DesiredCampaign) -> tuple[Plan, list[str]]:
    desired = dataclasses.replace(desired_of(campaigns={}), campaigns=campaigns)
    plan, diagnostics = make_plan(account, desired, now=NOW, commit=None)
    return plan, [each.code for each in diagnostics]


def _held(number: int = 100, **values: Any) -> dict[str, Any]:
    return {"id": number, "name": "A", "createdAt": CREATED, **values}


def test_a_campaign_that_is_gone_is_deleted_as_desired() -> None:
    """Its manifest stays in Git for a while: the plan is empty, and says that it looked at it."""
    plan, codes = _plan(account_of(_held(7)), wanted({"name": "Old"}, ensure=DELETED))
    assert (plan.steps, codes) == ((), [])
    (change,) = plan.changes
    assert (change.action, change.reason, change.campaign_id) == (Action.NONE, Reason.AS_DESIRED, 100)
    assert change.campaign_name == "Old"
    assert loads(plan_json(plan).encode(), "p.json").changes == plan.changes


def test_a_campaign_that_is_there_is_not_gone() -> None:
    """Neither one that is planned nor one that is blocked."""
    plan, _ = _plan(account_of(_held(**RUNNING)), wanted(ensure=DELETED))
    assert [each.action for each in plan.changes] == [Action.DELETE]
    plan, codes = _plan(account_of(_held(maxTries="8")), wanted(ensure=DELETED))
    assert (plan.changes, codes) == ((), ["campaign-unreadable"])
    plan, codes = _plan(account_of(_held()), wanted({"name": "B"}, ensure=DELETED))
    assert (plan.changes, codes) == ((), ["name-differs"])


def test_a_deletion_tells_how_many_contacts_go() -> None:
    """About how many: the account's own total is approximate. Where it tells none, none is told."""
    plan, _ = _plan(account_of(_held(**RUNNING)), wanted(ensure=DELETED))
    assert "deletes the campaign and all of its contacts for good (about 1,234 contacts)" in plan.changes[0].risks
    silent = account_of(_held(**RUNNING))
    told = silent.answer
    silent.answer = lambda request: {"content": []} if request.path.endswith("/search") else told(request)
    plan, _ = _plan(silent, wanted(ensure=DELETED))
    assert "deletes the campaign and all of its contacts for good" in plan.changes[0].risks


def test_a_plan_holds_its_notes() -> None:
    """They stop nothing."""
    plan, codes = _plan(account_of(_held(**ENDED)), wanted({"maxTries": 8}, ensure=ARCHIVED, binding=BOUND))
    assert (codes, plan.has_errors, len(plan.changes)) == (["archived-differs"], False, 1)


def test_a_campaign_that_is_gone_can_not_be_archived() -> None:
    """Nobody knows what became of it: the error is that of any missing campaign."""
    for desired in (
        wanted({"name": "Old"}, ensure=ARCHIVED),
        wanted(ensure=ARCHIVED, binding=BOUND),
    ):
        plan, codes = _plan(account_of(_held(7)), desired)
        assert (plan.steps, plan.changes, codes) == ((), (), ["campaign-not-found"])


def test_what_is_only_known_by_its_name_may_be_archived_already() -> None:
    """Whether the list holds archived campaigns is not documented: the next step is to bind it."""
    desired = dataclasses.replace(desired_of(campaigns={}), campaigns=(wanted({"name": "Old"}, ensure=ARCHIVED),))
    _, (fault,) = make_plan(account_of(_held(7)), desired, now=NOW, commit=None)
    assert "may leave archived ones out" in fault.detail
    assert fault.help.startswith("bind its id")


def test_a_campaign_that_the_list_leaves_out_is_asked_for() -> None:
    """Whether the list holds archived campaigns is not documented: what is there is deleted, not taken for gone."""
    account = account_of(_held(7), unlisted=[_held(100, **ENDED)])
    plan, _ = _plan(account, wanted(ensure=DELETED))
    assert _shape(plan.steps) == [DELETE]
    archived = wanted(ensure=ARCHIVED, binding=BOUND)
    assert _plan(account, archived)[0].changes[0].reason is Reason.AS_DESIRED
    present = wanted(binding=BOUND)
    asked = len(account.requests)
    assert _plan(account, present)[1] == ["campaign-not-found"]
    assert len(account.requests) == asked + 1


def test_when_nobody_knows_whether_it_is_there_nothing_is_planned() -> None:
    """Only NotFound means that it is gone."""

    def answer(request: Any) -> Any:
        if request.path.endswith("/100"):
            raise Unreadable(request.label, "status 404, this is not the API")
        return {"campaigns": [], "next": None}

    with pytest.raises(Unreadable):
        _plan(Told(answer), wanted(ensure=DELETED))


@pytest.mark.parametrize("ensure", [ARCHIVED, DELETED])
@pytest.mark.parametrize("where", ["listed", "unlisted"])
def test_another_accounts_campaign_is_never_ended(ensure: Ensure, where: str) -> None:
    """The binding's createdAt proves the account, wherever the campaign was found."""
    binding, held = Binding(100, "2020-01-01T00:00:00Z", SPAN), _held(100, **RUNNING)
    account = account_of(held) if where == "listed" else account_of(unlisted=[held])
    with pytest.raises(ProjectError, match="another account"):
        _plan(account, wanted(ensure=ensure, binding=binding))


def test_an_archived_campaign_that_is_to_be_present_is_a_fault() -> None:
    """Un-archiving is manual; the help says both ways out."""
    _, codes = _plan(account_of(_held(**ENDED)), wanted(binding=BOUND))
    assert codes == ["campaign-archived"]
    (fault,) = campaign_faults(paired(wanted({}), isArchived=True))
    assert "console" in fault.help
    assert "ensure: archived" in fault.help


def test_endings_count_as_changed_campaigns() -> None:
    """They are held to the run's limit (S6)."""
    plan, _ = _plan(account_of(_held(**RUNNING)), wanted(ensure=DELETED))
    assert (plan.summary.campaigns_changed, plan.summary.contacts_changed, plan.summary.steps) == (1, 0, 3)
    uses = {each.name: each.used for each in limit_uses(plan, desired_of(), {})}
    assert uses["campaignsChanged"] == 1


_HELD = st.fixed_dictionaries({}, optional={name: st.sampled_from([True, False, None]) for name in PAUSED})


@given(_HELD, st.sampled_from([ARCHIVED, DELETED]), st.booleans())
def test_the_steps_end_it_and_planning_again_is_empty(held: dict[str, Any], ensure: Ensure, wants: bool) -> None:
    """On a model of the API, which refuses what it documents to refuse (S7)."""
    desired = wanted({"isPaused": wants}, ensure=ensure)
    pair = paired(desired, live(**held))
    (change,) = campaign_changes(pair)
    values: dict[str, Any] | None = dict(pair.live.values)
    for step in make_steps([pair], [change]):
        assert values is not None
        if step.operation is Operation.DELETE_CAMPAIGN:
            assert values.get("isArchived") is True
            values = None
        else:
            assert values.get("isArchived") is not True
            assert "isArchived" not in step.body or values.get("isPaused") is True
            values = values | step.body
    if ensure is DELETED:
        assert values is None
    else:
        assert values is not None
        held = {name: values.get(name) for name in PAUSED}
        (again,) = campaign_changes(paired(desired, live(**held)))
        assert again.action is Action.NONE
