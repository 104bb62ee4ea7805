"""Licences billed and recordings: what the seed holds, and what there is without it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from .accounts import account
from .conftest import Emulate

LICENSES = "/api/v1/statistic-cold/billing/licenses"
RECORDINGS = "/api/v1/recordings/interactions"
PEAK = {"model": "Peak Users", "count": 2, "users": ["alice", "bruno"], "peakDateTime": "2025-11-18T09:42:00Z"}
CONNECTED = {"model": "Connected users", "count": 1, "users": ["alice"]}
SOUND = b"\xff\xf3\x18\xc0 not really"
DATA: dict[str, Any] = account() | {
    "licenses": {
        "2025-11": {"licenseModelBilled": "Peak Users", "details": [PEAK]},
        "2025-12": {"currentAccountLicenseModel": "Named users", "details": [CONNECTED]},
    },
    "recordings": {"81": 3, "82": 0, "83": base64.b64encode(SOUND).decode(), "é-4": 1},
}


@pytest.mark.operation("billedLicenses")
def test_licenses_of_a_month(emulate: Emulate) -> None:
    """The month's document, in full; a peak only where there is one."""
    client = emulate(DATA)
    assert client.get(f"{LICENSES}?month=2025-11").json() == {
        "month": "2025-11", "licenseModelBilled": "Peak Users", "currentAccountLicenseModel": "Connected users",
        "details": [PEAK],
    }  # fmt: skip
    assert client.get(f"{LICENSES}?month=2025-12").json()["details"] == [CONNECTED]


@pytest.mark.operation("billedLicenses")
def test_a_month_with_nothing_billed(emulate: Emulate) -> None:
    """A month without data has an empty list of details, and the model that the account has now."""
    answer = emulate(DATA).get(f"{LICENSES}?month=2020-08")
    model = "Named users"
    assert (answer.status_code, answer.json()) == (
        200, {"month": "2020-08", "licenseModelBilled": model, "currentAccountLicenseModel": model, "details": []},
    )  # fmt: skip


@pytest.mark.operation("billedLicenses")
@pytest.mark.parametrize(
    "query", ["", "?month=", "?month=2025-13", "?month=2025-1", "?month=2025-11-01", "?mois=2025-11"]
)
def test_the_month_is_mandatory(emulate: Emulate, query: str) -> None:
    """Without a month, or with one that is none, it is a 400."""
    assert emulate(DATA).get(LICENSES + query).status_code == 400


@pytest.mark.operation("downloadRecording")
def test_a_recording_of_its_own(emulate: Emulate) -> None:
    """The seed's sound comes byte for byte, as audio."""
    answer = emulate(DATA).get(f"{RECORDINGS}/83/content")
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "audio/mpeg", SOUND)


@pytest.mark.operation("downloadRecording")
@pytest.mark.parametrize(("number", "frames"), [("81", 83), ("82", 1), ("é-4", 28)])
def test_a_recording_that_is_made_up(emulate: Emulate, number: str, frames: int) -> None:
    """Seconds become a valid MP3 of that length: an ID3 tag with the id, then frames of 36 ms; always the same."""
    client = emulate(DATA)
    sound = client.get(f"{RECORDINGS}/{number}/content").content
    assert sound[:5] == b"ID3\x04\x00"
    tag = 10 + int.from_bytes(sound[6:10], "big")
    assert sound[10:14] == b"TIT2"
    assert sound[21:tag] == number.encode()
    assert sound[tag:] == (b"\xff\xf3\x18\xc0" + bytes(32)) * frames
    assert client.get(f"{RECORDINGS}/{number}/content").content == sound


@pytest.mark.operation("downloadRecording")
@pytest.mark.parametrize("number", ["99", "x", "0", "8 1"])
def test_unknown_recordings(emulate: Emulate, number: str) -> None:
    """An interaction without a recording is a 404, in JSON."""
    answer = emulate(DATA).get(f"{RECORDINGS}/{number}/content")
    assert (answer.status_code, answer.json()["error"]) == (404, "error.recording.not.exists")
