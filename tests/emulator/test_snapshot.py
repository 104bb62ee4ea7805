"""A snapshot of an account serves the same campaigns again, and holds no personal data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from reconciler.emulator import admissions_account, load_account, open_emulator
from reconciler.emulator.snapshot import seed_of

from .accounts import account, campaign, contact

LOGINS = ("createdBy", "lastUpdatedBy")
PATHS = {
    "campaigns": "/api/v1/voice/campaigns?pageSize=200",
    "wrapups": "/api/v1/account/wrapups",
    "folders": "/api/v1/account/wrapups/folders",
}


def _shown(database: Path, seed: dict[str, Any] | None = None) -> dict[str, list[dict[str, Any]]]:
    loaded = admissions_account(datetime(2026, 2, 3, tzinfo=UTC)) if seed is None else load_account(seed)
    client = TestClient(open_emulator(database, seed=loaded), headers={"Private-Token": "any"})
    return {name: client.get(path).json()[name] for name, path in PATHS.items()}


def _without_logins(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name not in LOGINS} for each in documents]


def _said(*campaigns: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    return seed_of(campaigns, (), (), said.append), said


def test_round_trip(tmp_path: Path) -> None:
    """The emulator of a snapshot shows what the first one shows, but for the logins."""
    first = _shown(tmp_path / "a.db")
    said: list[str] = []
    seed = seed_of(first["campaigns"], first["wrapups"], first["folders"], said.append)
    second = _shown(tmp_path / "b.db", json.loads(json.dumps(seed)))
    assert said == []
    for name in PATHS:
        assert _without_logins(second[name]) == _without_logins(first[name])
        assert {each[login] for each in second[name] for login in LOGINS} == {"admin"}


def test_no_personal_data(tmp_path: Path) -> None:
    """Logins, people's names, contacts and fields that are not documented stay out."""
    person = contact(1, comment="Dupont", createdBy="Dupont", customFields={"First_Name": "Dupont"})
    data = account(person, campaigns=[campaign(createdBy="Dupont", lastUpdatedBy="Dupont")])
    data["users"] = {"Dupont": 543, "Durand": 544}
    shown = _shown(tmp_path / "a.db", data)
    strange = {"manager": "Dupont", "autoPurge": {"note": "Dupont"}, "deduplicationParams": {"excludeDomain": "all"}}
    seed = seed_of([each | strange for each in shown["campaigns"]], shown["wrapups"], shown["folders"])
    assert "Dupont" not in json.dumps(seed)
    assert "contacts" not in seed
    assert seed["users"] == {"agent-543": 543, "agent-544": 544, "agent-545": 545}
    assert seed["groups"] == {"group-12": 12}
    assert seed["validatedNumbers"] == ["33199001001"]
    assert seed["campaigns"][0]["deduplicationParams"] == {"excludeDomain": "all"}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("mode", "telepathic", None),
        ("globalPriority", 99, None),
        ("maxTries", -1, None),
        ("maxTries", 7.0, 7),
        ("isRecorded", "yes", None),
        ("createdAt", "yesterday", None),
        ("userIds", "543", None),
        ("userIds", [543, "x", 0], [543]),
        ("displayedPhoneNumbers", ["33199001001", "anonymous", "+33199001002"], ["33199001001"]),
        ("autoPurge", "on", None),
    ],
)
def test_a_value_that_a_seed_can_not_hold(tmp_path: Path, name: str, value: object, kept: object) -> None:
    """It gets the default, a list loses what does not fit, and it is told where, without the value."""
    seed, said = _said(campaign() | {name: value})
    assert seed["campaigns"][0].get(name) == kept
    expected = [f"campaign 100: {name} is not as the documentation has it, and was dropped"]
    assert said == ([] if kept == 7 else expected)
    assert len(_shown(tmp_path / "b.db", seed)["campaigns"]) == 1


@pytest.mark.parametrize("name", ["folder", "isRecorded", "userIds", "maxTries", "autoPurge"])
def test_null(tmp_path: Path, name: str) -> None:
    """A null counts as left out, and is nothing to tell."""
    seed, said = _said(campaign() | {name: None})
    assert (said, name in seed["campaigns"][0]) == ([], False)
    load_account(seed)


def test_odd_inside_of_auto_purge() -> None:
    """An option of autoPurge that is not as documented is dropped, the others stay."""
    seed, _ = _said(campaign(autoPurge={"enabled": True, "excluded": True, "notToCall": None}))
    assert seed["campaigns"][0]["autoPurge"] == {"excluded": True}


def test_auto_purge_that_is_off(tmp_path: Path) -> None:
    """An account that shows `enabled: false` has it off, which a seed says with null."""
    seed, said = _said(campaign(autoPurge={"enabled": False, "excluded": True}))
    assert (said, _shown(tmp_path / "b.db", seed)["campaigns"][0]["autoPurge"]) == ([], None)


def test_phone_fields_that_are_no_custom_fields(tmp_path: Path) -> None:
    """A seed would refuse them."""
    seed, _ = _said(campaign(phoneFields=["Telephone_1", "Gone"]))
    assert seed["campaigns"][0]["phoneFields"] == ["Telephone_1"]


def test_an_object_without_what_it_needs() -> None:
    """A code of a status that nobody knows is left out as a whole, and it is told."""
    said: list[str] = []
    codes = [{"id": 1, "name": "RDV", "status": "later"}, {"id": 2, "name": "RDV", "status": "tocall"}]
    seed = seed_of([], codes, [], said.append)
    assert [each["id"] for each in seed["wrapups"]] == [2]
    assert said[-1] == "wrap-up code 1: left out, a seed needs its id, name, status"
    load_account(seed)


def test_the_folder_of_a_code_is_found_by_its_path() -> None:
    """The API filters codes by their folder and does not show it."""
    codes = [{"id": 1, "name": "RDV", "status": "tocall", "wrapupPath": "A/B", "wrapupFolderId": None}]
    seed = seed_of([], codes, [{"id": 7, "name": "B", "folderPath": "A/B"}])
    assert seed["wrapups"][0]["wrapupFolderId"] == 7


def test_nothing_at_all(tmp_path: Path) -> None:
    """An empty account is a seed too."""
    assert _shown(tmp_path / "b.db", seed_of([], [], []))["campaigns"] == []
