"""Answers: what each status and each content means, and nothing of the content in any message but the API's code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.answers import CutOff, api_code, checked, retry_after
from reconciler.api.request import Request, Response
from reconciler.errors import (
    ApiError,
    Busy,
    NotFound,
    RateLimited,
    Rejected,
    ServerFault,
    Unauthorized,
    Unreadable,
)

REQUEST = Request("GET", "/api/v1/voice/campaigns/6")
NOW = datetime(2026, 1, 31, 15, 0, tzinfo=UTC)


def response(status: int, body: bytes = b"", **headers: str) -> Response:
    """An answer; header names are written with underscores."""
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Unreadable),
        (304, Unreadable),
        (400, Rejected),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, NotFound),
        (405, Rejected),
        (409, Busy),
        (422, Rejected),
        (429, RateLimited),
        (500, ServerFault),
        (503, ServerFault),
        (599, ServerFault),
        (101, Unreadable),
    ],
)
def test_what_a_status_means(status: int, kind: type[ApiError]) -> None:
    """Each ends in its own error, which knows request and status."""
    with pytest.raises(ApiError) as caught:
        checked(REQUEST, response(status, b'{"error":"error.some.thing"}', content_type="application/json"))
    assert type(caught.value) is kind
    assert (caught.value.request, caught.value.status) == ("GET /api/v1/voice/campaigns/6", status)


@pytest.mark.parametrize("body", [b"", b"  ", b"{}", b'[1, "a"]'])
def test_json_and_nothing_pass(body: bytes) -> None:
    """Whatever they are called."""
    given_response = response(200, body, content_type="text/plain")
    assert checked(REQUEST, given_response) is given_response


@given(st.integers(0, 200))
def test_cut_off_json_is_told_from_other_content(length: int) -> None:
    """However much of it came: asking again may help."""
    whole = json.dumps({"content": [{"name": "secret"}] * 8}).encode()
    part = whole[: min(length, len(whole) - 1)]
    if part:
        with pytest.raises(CutOff, match=rf"application/json, {len(part)} bytes") as caught:
            checked(REQUEST, response(200, part, content_type="application/json; charset=utf-8"))
        assert "secret" not in str(caught.value)


def test_html_is_unreadable_and_not_quoted() -> None:
    """A proxy answers in the API's place."""
    body = b"<html>" + b"secret" * 200 + b"</html>"
    with pytest.raises(Unreadable, match=r"text/html, 1,213 bytes came") as caught:
        checked(REQUEST, response(200, body, content_type="text/html; charset=utf-8"))
    assert type(caught.value) is Unreadable
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content_type", ["", "text/html\x1b[31m", "<script>", "secret thing"])
def test_a_strange_content_type_is_not_quoted(content_type: str) -> None:
    """It is the server's text (S12)."""
    with pytest.raises(Unreadable, match="unknown content, 1 bytes"):
        checked(REQUEST, response(200, b"<", content_type=content_type))


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://login.example/sso?token=secret", "leads to https://login.example; it was not followed"),
        ("/relative", "leads elsewhere"),
        ("https://u:secret@x.example/", "leads elsewhere"),
    ],
)
def test_a_redirect_names_the_target_origin_alone(location: str, named: str) -> None:
    """It is not followed: the token would go with it (S9)."""
    with pytest.raises(Unreadable, match=named) as caught:
        checked(REQUEST, response(302, location=location))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": "error.campaign.not.exists"}', "error.campaign.not.exists"),
        (b'{"code": "error.unauthorized"}', "error.unauthorized"),
        (b'{"message": "error.some.thing", "error": "Louis"}', "error.some.thing"),
        (b"error.contact.not.exists\n", "error.contact.not.exists"),
        (b'"error.some.thing"', "error.some.thing"),
        (b'{"error": "Louis Dupont"}', ""),
        (b'{"error": "error.Louis"}', ""),
        (b'{"error": "error.some.thing secret"}', ""),
        (b'{"error": {"code": "error.some.thing"}}', ""),
        (b"<html>", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_only_the_code_of_the_api_is_quoted(body: bytes, code: str) -> None:
    """No free text of an answer leaves."""
    assert api_code(body) == code
    with pytest.raises(Rejected) as caught:
        checked(REQUEST, response(400, body))
    assert caught.value.api_code == code
    assert "Louis" not in str(caught.value)
    assert (code in str(caught.value)) if code else ("error.some" not in str(caught.value))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("3600", 60.0),
        ("-1", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Sat, 31 Jan 2026 15:00:10 GMT", 10.0),
        ("Sat, 31 Jan 2026 15:00:10 -0000", 10.0),
        ("Sat, 31 Jan 2026 14:00:00 GMT", 0.0),
        ("Sat, 31 Jan 2026 19:00:00 GMT", 60.0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Sat, 31 Jan 2026 19:00:00 +999999999999999999999", None),
    ],
)
def test_retry_after_in_both_forms(text: str, seconds: float | None) -> None:
    """Seconds or a date, 0 to 60."""
    assert retry_after({"retry-after": text} if text else {}, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_breaks_it(text: str) -> None:
    """Whatever it says, it is a wait of 0 to 60 seconds or none."""
    seconds = retry_after({"retry-after": text}, NOW)
    assert seconds is None or 0 <= seconds <= 60


def test_retry_after_reaches_the_error() -> None:
    """Where the retries find it."""
    soon = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with pytest.raises(ServerFault) as caught:
        checked(REQUEST, response(503, retry_after=soon))
    assert caught.value.retry_after is not None
    assert 20 < caught.value.retry_after <= 30
