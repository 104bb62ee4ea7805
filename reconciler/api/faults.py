"""The errors of the HTTP library as ours: one table for httpx and httpx2, whose classes have the same names."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.api.request import Request
from reconciler.errors import ApiError, ConnectionLost, Unreachable, Unreadable

#: Class name → our error and what to say. Foreign texts are not quoted: some hold header values or whole URLs.
FAULTS: Mapping[str, tuple[type[ApiError], str]] = {
    # before the request was sent
    "ConnectError": (Unreachable, "no connection could be opened (name, port, or certificate)"),
    "ConnectTimeout": (Unreachable, "opening the connection took too long"),
    "PoolTimeout": (Unreachable, "no connection became free in time"),
    "ProxyError": (Unreachable, "the proxy refused the connection"),
    "UnsupportedProtocol": (Unreachable, "the URL's scheme is not supported"),
    "InvalidURL": (Unreachable, "the URL is not valid"),
    # after some or all of it was sent
    "ReadTimeout": (ConnectionLost, "no answer came in time"),
    "WriteTimeout": (ConnectionLost, "sending took too long"),
    "TimeoutException": (ConnectionLost, "it took too long"),
    "ReadError": (ConnectionLost, "the connection broke while the answer was awaited"),
    "WriteError": (ConnectionLost, "the connection broke while the request was sent"),
    "CloseError": (ConnectionLost, "the connection broke while it was closed"),
    "NetworkError": (ConnectionLost, "the connection broke"),
    "RemoteProtocolError": (ConnectionLost, "the connection ended in the middle of an exchange"),
    "LocalProtocolError": (ConnectionLost, "the exchange broke a rule of HTTP"),
    "ProtocolError": (ConnectionLost, "the exchange broke a rule of HTTP"),
    "TransportError": (ConnectionLost, "the exchange failed"),
    "StreamError": (ConnectionLost, "the answer's stream ended early"),
    "RequestError": (ConnectionLost, "the exchange failed"),
    "HTTPError": (ConnectionLost, "the exchange failed"),
    # with an answer
    "DecodingError": (Unreadable, "the answer's compression is broken"),
    "TooManyRedirects": (Unreadable, "the answer leads in circles"),
    "HTTPStatusError": (Unreadable, "the answer's status is not expected"),
    "CookieConflict": (Unreadable, "the answer's cookies contradict each other"),
}


def translated(error: Exception, request: Request, origin: str) -> ApiError | None:
    """Our error for a foreign one, for `request` to `origin`; None when it is not in the table."""
    for kind in type(error).__mro__:
        if known := FAULTS.get(kind.__name__):
            ours, detail = known
            if ours is Unreachable:
                return ours(request.label, f"{detail} ({origin})")
            return ours(request.label, detail, help=request.doubt_help if ours is ConnectionLost else request.lost_help)
    return None
