"""Waiting is told: a person at the terminal, or in a CI log, sees why nothing happens."""

from __future__ import annotations

import httpx
import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign
from reconciler.errors import ServerFault


def test_each_repetition_is_told() -> None:
    """What went wrong, the wait that was asked for and how often it was tried, and nothing else of the answer."""
    refused = httpx.Response(429, headers={"Retry-After": "1"}, json={"error": "error.too.many.requests"})
    failed = httpx.Response(503, text="secret")
    answers = iter([failed, refused, httpx.Response(200, json={"id": 1, "name": "A"})])
    told: list[str] = []
    transport = httpx.MockTransport(lambda request: next(answers))
    with Client("https://h", "token", writable=False, retrying=told.append, transport=transport) as client:
        assert client.run(get_campaign(1)).name == "A"
    assert told == [
        "GET /api/v1/voice/campaigns/1: status 503, text/plain, 6 bytes: try 2 of 6",
        "GET /api/v1/voice/campaigns/1: status 429, error.too.many.requests: waiting 1 s, as it asks, then try 3 of 6",
    ]


def test_the_last_error_is_no_repetition() -> None:
    """It comes out instead."""
    told: list[str] = []
    transport = httpx.MockTransport(lambda request: httpx.Response(503))
    client = Client("https://h", "token", writable=False, retrying=told.append, transport=transport)
    with client, pytest.raises(ServerFault):
        client.run(get_campaign(1))
    assert [each[-10:] for each in told] == [f"try {number} of 6" for number in range(2, 7)]
