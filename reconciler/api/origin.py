"""Where the token may go: the origin of the client's base URL, over TLS or to this machine, and nowhere else (S9)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from reconciler.api.request import Request
from reconciler.errors import ProjectError, Unreadable

_PORTS = {"https": 443, "http": 80}
_PLAIN_URL = re.compile(r"[^\x00-\x1f\x7f\\]+")
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_TOKEN = re.compile(r"[!-~]+")

_REFUSED = "the environment's baseUrl cannot be used"
_EXAMPLE = "write it like https://public-fr2.engage.diabolocom.com: scheme, host and perhaps a port"


@dataclass(frozen=True, slots=True)
class Origin:
    """A scheme, a host in lower case and a port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine: localhost, 127.0.0.0/8 or ::1."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def url(self, request: Request) -> str:
        """The URL to send `request` to, without its `params`.

        Unreadable when the request follows a `next` that leads to another origin (notes, trap 7). Of such a URL only
        path and query are used, so that whatever it says the request goes to this origin. So it is when a POST follows
        one to another path: with the body of a search that could be a batch (S1, notes, trap 1).
        """
        if not request.next_url:
            return f"{self}{request.path}"
        target = _joined(f"{self}{request.path}", request.next_url)
        if (found := origin_of(target)) != self:
            leads = found or "no plain URL"
            raise Unreadable(
                request.label, f"its `next` leads to {leads} instead of {self}; it was not followed, no token was sent"
            )
        parts = urlsplit(target)
        if request.method != "GET" and parts.path != request.path:
            raise Unreadable(request.label, "its `next` leads to another path; it was not followed, nothing was sent")
        return f"{self}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute http or https URL; None when it is no such URL, or one that hides its host."""
    if not _PLAIN_URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return None
    return Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port)


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def checked_base_url(base_url: str) -> Origin:
    """The origin that `base_url` names; ProjectError, without repeating it, when no token may be sent there."""
    origin = origin_of(base_url)
    if origin is None:
        raise ProjectError(_REFUSED, "it is not an https URL with a plain host and no user or password", _EXAMPLE)
    if base_url.rstrip("/").lower() not in (str(origin), f"{origin}:{origin.port}"):
        raise ProjectError(_REFUSED, "it holds more than scheme, host and port", _EXAMPLE)
    if origin.scheme != "https" and not origin.is_loopback:
        raise ProjectError(_REFUSED, "it would send the token unencrypted", "use https (http is for localhost only)")
    return origin


def checked_token(token: str) -> str:
    """`token` as it is; ProjectError, without repeating it, when it cannot be a header's value."""
    if not _TOKEN.fullmatch(token):
        what = "it is empty" if not token else "it holds spaces, line ends or characters other than ASCII"
        raise ProjectError(
            "the API token cannot be used", what, "set the variable that holds it to the token alone, without quotes"
        )
    return token
