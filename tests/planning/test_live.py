"""Which live campaign a manifest means."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reconciler.errors import ProjectError
from reconciler.manifests.desired import Desired, DesiredCampaign
from reconciler.manifests.project import Binding
from reconciler.planning.live import read_live
from tests.planning.building import CREATED, SPAN, desired_of, wanted
from tests.planning.reader import account_of


def _held(number: int, name: str, **values: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "createdAt": CREATED, **values}


def _desired(*campaigns: DesiredCampaign) -> Desired:
    return dataclasses.replace(desired_of(), campaigns=campaigns)


def _bound(number: int, created: str | None = None) -> Binding:
    return Binding(number, created, SPAN)


def test_a_binding_finds_by_id_whatever_the_name() -> None:
    """A bound campaign may be renamed by its manifest."""
    campaign = wanted({"name": "New"}, binding=_bound(2))
    pairs, faults = read_live(account_of(_held(1, "New"), _held(2, "Old")), _desired(campaign))
    assert (pairs["bakery"].live.id, faults) == (2, [])


def test_a_binding_to_nothing_is_a_fault() -> None:
    """A campaign of the same name is no substitute."""
    campaign = wanted({"name": "New"}, binding=_bound(9))
    pairs, faults = read_live(account_of(_held(1, "New")), _desired(campaign))
    assert (pairs, [each.code for each in faults]) == ({}, ["campaign-not-found"])


def test_a_name_is_matched_exactly() -> None:
    """Neither case nor accents nor a part of it are enough."""
    names = ("ca - métiers", "CA - Metiers", "CA - Métiers de Bouche", " CA - Métiers")
    account = account_of(*(_held(place, name) for place, name in enumerate(names, 1)), _held(9, "CA - Métiers"))
    pairs, faults = read_live(account, _desired(wanted({"name": "CA - Métiers"})))
    assert (pairs["bakery"].live.id, faults) == (9, [])


def test_a_campaign_that_is_not_as_documented_is_left_alone() -> None:
    """Whoever manages it is told; whoever does not is not troubled (design, 3: it blocks that campaign alone)."""
    account = account_of(_held(1, "A", maxTries="8"), _held(2, "B"), {"id": 3, "name": None})
    both = _desired(wanted({"name": "B"}), wanted({"name": "A"}, name="cakes"))
    pairs, (fault,) = read_live(account, both)
    assert (list(pairs), fault.code, fault.address) == (["bakery"], "campaign-unreadable", "Campaign/cakes")
    assert "campaign 1 is not as documented: " in fault.detail
    assert read_live(account, _desired(wanted({"name": "B"})))[1] == []


def test_no_campaign_of_that_name_is_a_fault_with_the_nearest() -> None:
    """There is no endpoint that creates one."""
    _, (fault,) = read_live(account_of(_held(4, "CA - Métiers")), _desired(wanted({"name": "CA - Metiers"})))
    assert fault.code == "campaign-not-found"
    assert "`CA - Métiers` (4)" in fault.help


def test_several_campaigns_of_that_name_are_a_fault() -> None:
    """None is chosen; the help proposes one that is not archived."""
    account = account_of(_held(1, "A", isArchived=True), _held(2, "A", isArchived=False))
    pairs, (fault,) = read_live(account, _desired(wanted({"name": "A"})))
    assert (pairs, fault.code) == ({}, "ambiguous-campaign")
    assert "1, 2" in fault.detail
    assert "bakery: 2" in fault.help


def test_two_manifests_for_one_live_campaign_block_both() -> None:
    """One is bound, one is found by name: nobody wins."""
    campaigns = (wanted({"name": "A"}, name="one"), wanted({}, name="two", binding=_bound(1)))
    pairs, faults = read_live(account_of(_held(1, "A")), _desired(*campaigns))
    assert (pairs, [each.code for each in faults]) == ({}, ["managed-twice", "managed-twice"])


def test_the_list_is_read_once() -> None:
    """Never one campaign at a time; and not at all for no campaign."""
    account = account_of(*(_held(each, f"C{each}") for each in range(1, 30)))
    read_live(account, _desired(*(wanted({"name": f"C{each}"}, name=f"c{each}") for each in range(1, 30))))
    assert len(account.requests) == 1
    read_live(account, _desired())
    assert len(account.requests) == 1


@pytest.mark.parametrize("created", ["2024-01-01T00:00:00Z", None, "soon"])
def test_another_accounts_campaign_stops_everything(created: str | None) -> None:
    """createdAt never changes: where it differs, or is not there, nothing more is read."""
    account = account_of(_held(1, "A") | {"createdAt": created}, _held(2, "B"))
    campaigns = (wanted({"name": "B"}, name="fine"), wanted({}, binding=_bound(1, CREATED)))
    with pytest.raises(ProjectError, match="another account"):
        read_live(account, _desired(*campaigns))
    assert len(account.requests) == 1


def test_the_same_moment_in_another_zone_is_the_same_campaign() -> None:
    """Instants are compared, not texts (notes, trap 17)."""
    account = account_of(_held(1, "A") | {"createdAt": "2023-09-01T09:30:00+02:00"})
    pairs, faults = read_live(account, _desired(wanted({}, binding=_bound(1, CREATED))))
    assert (list(pairs), faults) == (["bakery"], [])
