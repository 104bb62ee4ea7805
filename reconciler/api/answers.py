"""What an answer means: a response that can be decoded, or the error that its status and content stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from reconciler.api.origin import origin_of
from reconciler.api.request import Request, Response
from reconciler.errors import (
    ApiError,
    NotFound,
    RateLimited,
    Rejected,
    ServerFault,
    Unauthorized,
    Unreadable,
)

MAX_RETRY_AFTER = 60.0

_KINDS: Mapping[int, type[ApiError]] = {
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    429: RateLimited,
}
_API_CODE = re.compile(r"error(\.[a-z]+){1,8}")
#: The content types that messages name; any other text of the server's is kept out of them (S9, S10).
_MEDIA_TYPES = frozenset({
    "application/json", "application/problem+json", "application/octet-stream", "application/xml", "audio/mpeg",
    "audio/mp3", "audio/ogg", "audio/wav", "audio/x-wav", "text/html", "text/json", "text/plain", "text/xml",
})  # fmt: skip
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class CutOff(Unreadable):
    """An answer that says it is JSON and breaks off or is garbled: a read may be asked again."""


def checked(request: Request, response: Response) -> Response:
    """`response` when it is a success with JSON or nothing in it; else the ApiError that it stands for."""
    if 200 <= response.status < 300:
        _check_content(request, response)
        return response
    if response.status < 400:
        raise _redirected(request, response)
    raise _refused(request, response)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that `Retry-After` asks to wait, 0 to 60; None when it is missing or neither seconds nor a date."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone that no calendar has
        return None
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER) if math.isfinite(seconds) else None


def api_code(body: bytes) -> str:
    """The API's own code, like ``error.campaign.not.exists``; empty without one. No other text leaves."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = body.strip().decode("ascii", "replace")
    values = [found.get(key) for key in ("error", "code", "message")] if isinstance(found, dict) else [found]
    return next((each for each in values if isinstance(each, str) and _API_CODE.fullmatch(each)), "")


def _check_content(request: Request, response: Response) -> None:
    if not response.body.strip():
        return
    try:
        msgspec.json.decode(response.body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        media = media_type(response.headers)
        kind = CutOff if media.endswith("json") else Unreadable
        detail = f"{_size(response)} came that are not complete JSON" if kind is CutOff else f"{_size(response)} came"
        raise kind(request.label, detail, status=response.status, help=request.lost_help) from None


def _redirected(request: Request, response: Response) -> ApiError:
    target = origin_of(response.headers.get("location", ""))
    where = f"to {target}" if target else "elsewhere"
    return Unreadable(
        request.label, f"status {response.status} leads {where}; it was not followed", status=response.status
    )


def _refused(request: Request, response: Response) -> ApiError:
    code = api_code(response.body)
    if response.status == 404 and not code and media_type(response.headers) == "text/html":
        return Unreadable(request.label, f"status 404, {_size(response)}: this is not the API", status=404)
    kind = _kind(request, response.status)
    return kind(
        request.label,
        f"status {response.status}" + (f", {code}" if code else f", {_size(response)}" if response.body else ""),
        status=response.status,
        api_code=code,
        retry_after=retry_after(response.headers, datetime.now(UTC)),
        help=request.doubt_help if kind is ServerFault and (response.status != 503 or request.once) else "",
    )


def _kind(request: Request, status: int) -> type[ApiError]:
    if status == 409:
        return request.conflict
    return _KINDS.get(status) or (ServerFault if status >= 500 else Rejected)


def media_type(headers: Mapping[str, str]) -> str:
    """What the headers call the content, where that is a usual name: no other text of the server's gets out."""
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media if media in _MEDIA_TYPES else "unknown content"


def _size(response: Response) -> str:
    return f"{media_type(response.headers)}, {len(response.body):,} bytes"
