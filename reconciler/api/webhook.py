"""A webhook: one JSON document to a URL that is a secret of its own, and the answer is of no interest."""

from __future__ import annotations

from typing import Any

from reconciler.api.client import HEADERS
from reconciler.api.library import http_library
from reconciler.api.origin import origin_of
from reconciler.errors import ProjectError

#: So long each step of sending it may take, in seconds: nobody waits for a chat.
PATIENCE = 10.0


def post_json(url: str, document: Any) -> None:
    """Sends a JSON document once. ProjectError, without the URL or anything that the server said, when it did not go.

    The URL must be https, or http to this machine; no redirect is followed.
    """
    origin = origin_of(url)
    if origin is None or (origin.scheme != "https" and not origin.is_loopback):
        raise _not_sent("the URL of the webhook is no https URL", "correct RECONCILER_WEBHOOK_URL")
    library = http_library()
    try:
        with library.Client(headers=HEADERS, timeout=PATIENCE, trust_env=origin.scheme == "https") as client:
            answer = client.post(url, json=document, follow_redirects=False)
    except Exception as error:  # whatever it is: its text holds the URL
        raise _not_sent(f"the webhook could not be reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise _not_sent(f"the webhook answered {answer.status_code}")


def _not_sent(detail: str, advice: str = "check RECONCILER_WEBHOOK_URL, or unset it") -> ProjectError:
    return ProjectError("nobody was notified", detail, advice, "not-notified")
