"""A webhook: nobody waits for what it says."""

from __future__ import annotations

import pytest

from reconciler.api import webhook
from reconciler.errors import ProjectError
from tests.cli.noticing import SECRET, chat


def test_a_webhook_that_never_ends_its_answer_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its status is all that is read."""
    monkeypatch.setattr(webhook, "PATIENCE", 15.0)
    with chat(trickle=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n") as (url, heard):
        webhook.post_json(url, {"text": "x"})
        assert heard == [{"text": "x"}]


@pytest.mark.parametrize("trickle", [b"H", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_webhook_that_says_a_byte_at_a_time_holds_nobody(monkeypatch: pytest.MonkeyPatch, trickle: bytes) -> None:
    """The time is of all of it, not of each read; what is said names no secret."""
    monkeypatch.setattr(webhook, "PATIENCE", 0.5)
    with chat(trickle=trickle) as (url, _), pytest.raises(ProjectError) as caught:
        webhook.post_json(url, {})
    assert caught.value.detail == "the webhook did not answer within 0.5 seconds"
    assert SECRET not in str(caught.value)
