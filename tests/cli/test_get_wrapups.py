"""`get wrapups`, `get wrapup-folders` and `get licenses`."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints import wrapups as endpoint
from reconciler.cli.get.wrapups import STATUSES
from tests.applying.wire import Wire, answering
from tests.cli.get_account import HOSTILE, as_csv, as_json, seeded, wired
from tests.conftest import Ran, Workplace

LICENSES = {
    "month": "2026-10",
    "licenseModelBilled": "Peak Users",
    "currentAccountLicenseModel": "Connected users",
    "details": [
        {"model": "Peak Users", "count": 2, "users": ["alice", "bruno"], "peakDateTime": "2026-10-08T09:12:00Z"},
        {"model": HOSTILE, "count": 0, "users": []},
    ],
}


@pytest.fixture
def look(workplace: Workplace) -> Workplace:
    """A project with a small account."""
    return seeded(workplace)


@pytest.fixture
def wire(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What is sent to its emulator."""
    return wired(monkeypatch)


def _ids(ran: Ran) -> list[int]:
    return [each["id"] for each in as_json(ran)]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [4560, 4561, 4562]),
        (["--name", "rd"], [4560]),
        (["--status", "tocall"], [4560]),
        (["--system"], [4562]),
        (["--no-system"], [4560, 4561]),
        (["--hidden"], [4561]),
        (["--not-hidden"], [4560, 4562]),
        (["--folder", "71"], [4560, 4561]),
        (["--folder", "Admissions/Clôtures"], [4560, 4561]),
        (["--folder", "Standard"], [4562]),
        (["--folder", "Clôtures", "--hidden"], [4561]),
    ],
)
def test_wrapups(look: Workplace, options: list[str], ids: list[int]) -> None:
    """Each option leaves what it says."""
    assert _ids(look.run("get", "wrapups", "--format", "json", *options)) == ids


def test_a_table_and_csv(look: Workplace) -> None:
    """Durations in words for people, in seconds for machines."""
    lines = look.run("get", "wrapups", "--name", "RDV").out.splitlines()
    assert lines[0].split() == ["id", "name", "status", "wrapupPath", "isSystem", "isHidden", "unpinAfter"]
    assert (lines[1].split()[0], lines[1].split()[-1]) == ("4560", "25h")
    assert as_csv(look.run("get", "wrapups", "--name", "RDV", "--format", "csv"))[0]["unpinAfter"] == "90000"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [70, 71, 73]),
        (["--name", "clô"], [71]),
        (["--system"], [73]),
        (["--no-system"], [70, 71]),
        (["--parent", "Admissions"], [71]),
        (["--parent", "70"], [71]),
    ],
)
def test_folders(look: Workplace, options: list[str], ids: list[int]) -> None:
    """Each option leaves what it says, in every format."""
    assert _ids(look.run("get", "wrapup-folders", "--format", "json", *options)) == ids
    assert [int(each["id"]) for each in as_csv(look.run("get", "wrapup-folders", "--format", "csv", *options))] == ids
    assert len(look.run("get", "wrapup-folders", *options).out.splitlines()) == len(ids) + 1


def test_a_folder_that_is_not_there(look: Workplace) -> None:
    """The nearest one is named; an unknown status is wrong usage; nothing that matches is no error."""
    ran = look.run("get", "wrapups", "--folder", "Admissions/Cloture")
    assert (ran.code, "the nearest folder is `Admissions/Clôtures`" in ran.err) == (1, True)
    assert look.run("get", "wrapups", "--status", "new_contact").code == 64
    assert look.run("get", "wrapups", "--name", "zzz").err == "no wrap-up codes match\n"
    assert look.run("get", "wrapup-folders", "--name", "zzz").err == "no folders match\n"


def test_the_statuses_are_the_documented_ones() -> None:
    """The command line and the endpoint know the same."""
    assert set(STATUSES) == set(endpoint.STATUSES)


def test_licenses(look: Workplace, wire: Wire) -> None:
    """What was billed, and a line for each model."""
    wire.plant("GET", "licenses", answering(200, LICENSES), 3)
    lines = look.run("get", "licenses", "--month", "2026-10").out.splitlines()
    assert lines[:3] == [
        "month                       2026-10",
        "licenseModelBilled          Peak Users",
        "currentAccountLicenseModel  Connected users",
    ]
    assert lines[4].split() == ["model", "count", "peakDateTime", "users"]
    assert " ".join(lines[5].split()) == "Peak Users 2 2026-10-08 09:12Z alice, bruno"
    assert (len(lines), "\x1b" in "".join(lines)) == (7, False)
    assert as_json(look.run("get", "licenses", "--month", "2026-10", "--format", "json"))["details"][0]["count"] == 2
    first, second = as_csv(look.run("get", "licenses", "--month", "2026-10", "--format", "csv"))
    assert (first["month"], first["users"], second["peakDateTime"]) == ("2026-10", "alice;bruno", "")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "october", "2026-10-01", "2026-10\n"])
def test_what_is_no_month_stays_here(look: Workplace, wire: Wire, month: str) -> None:
    """Wrong usage, and not a single request; so is no month at all."""
    assert look.run("get", "licenses", "--month", month).code == 64
    assert look.run("get", "licenses").code == 64
    assert wire.sent == []


def test_a_month_without_licenses(look: Workplace, wire: Wire) -> None:
    """The models are shown all the same; CSV has its header."""
    wire.plant("GET", "licenses", answering(200, {**LICENSES, "details": []}), 2)
    ran = look.run("get", "licenses", "--month", "2026-10")
    assert (ran.code, len(ran.out.splitlines()), ran.err) == (0, 3, "nothing was billed\n")
    assert as_csv(look.run("get", "licenses", "--month", "2026-10", "--format", "csv")) == []


def test_the_emulators_licenses(workplace: Workplace) -> None:
    """Without a wire between."""
    billed = {each: value for each, value in LICENSES.items() if each != "month"}
    seeded(workplace, licenses={"2026-10": billed})
    ran = workplace.run("get", "licenses", "--month", "2026-10", "--format", "json")
    assert as_json(ran)["licenseModelBilled"] == "Peak Users"
