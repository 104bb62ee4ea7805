"""A webhook: one JSON document to a URL that is a secret of its own, and the answer is of no interest."""

from __future__ import annotations

from threading import Thread
from typing import Any

from reconciler.api.client import HEADERS
from reconciler.api.library import http_library
from reconciler.api.origin import Origin, origin_of
from reconciler.errors import ProjectError

#: So long all of it may take, in seconds: nobody waits for a chat.
PATIENCE = 10.0


def post_json(url: str, document: Any) -> None:
    """Sends a JSON document once. ProjectError, without the URL or anything that the server said, when it did not go.

    The URL must be https, or http to this machine; no redirect is followed. Of the answer only the status is read.
    """
    origin = origin_of(url)
    if origin is None or (origin.scheme != "https" and not origin.is_loopback):
        raise _not_sent("the URL of the webhook is no https URL", "correct RECONCILER_WEBHOOK_URL")
    came = _status_in_time(url, document, origin)
    if came is None:
        raise _not_sent(f"the webhook did not answer within {PATIENCE:g} seconds")
    if isinstance(came, str):
        raise _not_sent(f"the webhook could not be reached ({came})")
    if not 200 <= came < 300:
        raise _not_sent(f"the webhook answered {came}")


def _status_in_time(url: str, document: Any, origin: Origin) -> int | str | None:
    """The status of the answer, or the name of what kept it from coming; None when it took too long.

    The library's limits are of each read: of a server that says a byte at a time only a thread can be left behind.
    """
    library, patience, came = http_library(), PATIENCE, list[int | str]()

    def send() -> None:
        try:
            with (
                library.Client(headers=HEADERS, timeout=patience, trust_env=origin.scheme == "https") as client,
                client.stream("POST", url, json=document, follow_redirects=False) as answer,
            ):
                came.append(answer.status_code)
        except library.TimeoutException:
            return
        except Exception as error:  # whatever it is: its text holds the URL
            came.append(type(error).__name__)

    thread = Thread(target=send, daemon=True)
    thread.start()
    thread.join(patience)
    return came[0] if came else None


def _not_sent(detail: str, advice: str = "check RECONCILER_WEBHOOK_URL, or unset it") -> ProjectError:
    return ProjectError("nobody was notified", detail, advice, "not-notified")
