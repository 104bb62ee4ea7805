"""Waiting is told: a person at the terminal, or in a CI log, sees why nothing happens."""

from __future__ import annotations

import httpx

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import get_campaign


def test_each_repetition_is_told() -> None:
    """The request and how often it was tried, and nothing of its answer."""
    answers = iter([httpx.Response(503, text="secret"), httpx.Response(200, json={"id": 1, "name": "A"})])
    told: list[str] = []
    transport = httpx.MockTransport(lambda request: next(answers))
    with Client("https://h", "token", writable=False, retrying=told.append, transport=transport) as client:
        assert client.run(get_campaign(1)).name == "A"
    assert told == ["GET /api/v1/voice/campaigns/1: no usable answer, try 2 of 6"]
