"""The recordings of calls (section ARCHIVES, "Voice - Recordings")."""

from __future__ import annotations

import re

from reconciler.api.request import Request
from reconciler.errors import InvalidArgument

RECORDINGS = "/api/v1/recordings/interactions"

_INTERACTION = re.compile(r"[A-Za-z0-9_-]{1,200}")


def download_recording(interaction_id: str) -> Request:
    """What asks for the audio (MP3) of a call ("GET Voice interaction recording content by Id"), for `Client.download`.

    InvalidArgument for an `interaction_id` that could not be one segment of a path.
    """
    if not _INTERACTION.fullmatch(interaction_id):
        advice = "take it from the vendor's archives: letters, digits, `-` and `_`"
        raise InvalidArgument("this is no id of an interaction; nothing was sent", help=advice)
    return Request("GET", f"{RECORDINGS}/{interaction_id}/content", accept="audio/mpeg")
