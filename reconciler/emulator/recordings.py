"""The sound of a voice interaction: the seed's own, or made up, as long a silence as the seed says."""

from __future__ import annotations

from reconciler.emulator.call import Call
from reconciler.emulator.errors import not_found

#: One frame of MP3 (MPEG-2, layer III, 8 kbit/s, 16 kHz, one channel) without a sound in it, and its length.
FRAME = b"\xff\xf3\x18\xc0" + bytes(32)
FRAME_SECONDS = 0.036


def recording_content(call: Call) -> bytes:
    """ARCHIVES, GET Voice interaction recording content by Id."""
    number = call.path_values["interactionId"]
    row = call.connection.execute(
        "SELECT seconds, content FROM recordings WHERE interactionId = ?", (number,)
    ).fetchone()
    if row is None:
        raise not_found("recording")
    seconds, content = row
    return silence(number, seconds) if content is None else bytes(content)


def silence(title: str, seconds: int) -> bytes:
    """An MP3 of so many seconds, one frame at least, with `title` in its ID3 tag: the same one every time."""
    text = b"\x03" + title.encode()
    name = b"TIT2" + _size(text) + bytes(2) + text
    return b"ID3\x04\x00\x00" + _size(name) + name + FRAME * max(1, round(seconds / FRAME_SECONDS))


def _size(part: bytes) -> bytes:
    """How long a part of a tag is, as ID3 writes it: seven bits in each byte."""
    return bytes(len(part) >> shift & 0x7F for shift in (21, 14, 7, 0))
