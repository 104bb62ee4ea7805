"""Downloads: a recording in pieces, from the beginning at every try, and nothing else in its place."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from reconciler.api.application import Message, Receive, Send
from reconciler.api.client import Client
from reconciler.api.endpoints.recordings import download_recording
from reconciler.errors import (
    ApiError,
    ConnectionLost,
    InvalidArgument,
    NotFound,
    ServerFault,
    Unauthorized,
    Unreadable,
    WriteRefused,
)

from .scripted import SEARCH, TOKEN, WRITES, Server

pytestmark = pytest.mark.operation("downloadRecording")

MP3 = bytes(range(256)) * 1024
RECORDING = download_recording("88874456-b133")


class Kept:
    """A target in memory that remembers how often it was begun, and with which sizes."""

    def __init__(self) -> None:
        self.sizes, self.chunks = list[int | None](), list[bytes]()

    def begin(self, size: int | None) -> None:
        """Drops what came before."""
        self.sizes.append(size)
        self.chunks.clear()

    def write(self, chunk: bytes) -> None:
        """Keeps it."""
        self.chunks.append(chunk)

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.chunks)


def audio(library: ModuleType, content: Any = MP3, medium: str = "audio/mpeg", **headers: str) -> Any:
    """A step that answers with a recording; header names are written with underscores."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: library.Response(200, content=content(library) if callable(content) else content, headers={
        "Content-Type": medium, **more
    })  # fmt: skip


def breaking(library: ModuleType) -> Iterator[bytes]:
    """A body that ends in the middle with a lost connection."""
    yield MP3[:1000]
    raise library.ReadError(f"it broke: {TOKEN}")


def short(library: ModuleType) -> Iterator[bytes]:
    """A body that just ends."""
    yield MP3[:1000]


def test_a_recording_comes_in_pieces(library: ModuleType) -> None:
    """The bytes as they are, their number, and the size before the first of them. It is asked for as audio."""
    kept = Kept()
    with (server := Server(library, audio(library))).client(writable=False) as client:
        assert client.download(RECORDING, kept) == len(MP3)
        assert client.requests == 1
    assert (kept.content, kept.sizes, len(kept.chunks) > 1) == (MP3, [len(MP3)], True)
    (seen,) = server.seen
    assert (seen.method, seen.url.path) == ("GET", "/api/v1/recordings/interactions/88874456-b133/content")
    assert (seen.headers["Accept"], seen.headers["Private-Token"]) == ("audio/mpeg", TOKEN)
    assert seen.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "medium", ["audio/mpeg", "audio/mpeg; charset=binary", "Audio/MPEG", "application/octet-stream", "audio/wav"]
)
def test_audio_under_its_names(library: ModuleType, medium: str) -> None:
    """Documented is audio/mpeg; a server may call it binary."""
    with Server(library, audio(library, medium=medium)).client() as client:
        assert client.download(RECORDING, Kept()) == len(MP3)


@pytest.mark.parametrize("medium", ["text/html", "application/json", "", "secret/thing", "video/mp4"])
def test_something_else_in_its_place_is_no_recording(library: ModuleType, medium: str) -> None:
    """Nothing of it gets to the target, nor into the message."""
    kept = Kept()
    server = Server(library, audio(library, b"secret", medium))
    with server.client() as client, pytest.raises(Unreadable, match="instead of audio") as caught:
        client.download(RECORDING, kept)
    assert (kept.sizes, len(server.seen), "secret" in str(caught.value)) == ([], 1, False)


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 504, "ConnectError", "ReadTimeout", "ReadError"])
def test_it_is_tried_again_as_other_reads(library: ModuleType, fault: Any) -> None:
    """What was begun counts for nothing."""
    kept = Kept()
    with (server := Server(library, fault, audio(library))).client(writable=False) as client:
        assert client.download(RECORDING, kept) == len(MP3)
    assert (kept.content, kept.sizes, len(server.seen)) == (MP3, [len(MP3)], 2)


@pytest.mark.parametrize("body", [breaking, short])
def test_half_a_recording_is_begun_again(library: ModuleType, body: Any) -> None:
    """The connection broke, or fewer bytes came than the answer promised: the target begins again."""
    kept, retries = Kept(), list[str]()
    half = audio(library, body, content_length=str(len(MP3)))
    with Server(library, half, audio(library)).client(retrying=retries.append) as client:
        assert client.download(RECORDING, kept) == len(MP3)
    assert (kept.content, kept.sizes, len(retries)) == (MP3, [len(MP3), len(MP3)], 1)


@pytest.mark.parametrize("body", [breaking, short])
def test_half_a_recording_for_ever_is_a_lost_connection(library: ModuleType, body: Any) -> None:
    """Not a recording; and the token is shown nowhere (S9)."""
    half = audio(library, body, content_length=str(len(MP3)))
    with (server := Server(library, half)).client(attempts=3) as client, pytest.raises(ConnectionLost) as caught:
        client.download(RECORDING, Kept())
    assert len(server.seen) == 3
    assert (TOKEN in str(caught.value), "run it again" in caught.value.help) == (False, True)


def test_a_size_that_is_not_told_is_none(library: ModuleType) -> None:
    """Then the end of the stream is the end."""
    kept = Kept()
    with Server(library, audio(library, short)).client() as client:
        assert client.download(RECORDING, kept) == 1000
    assert (kept.content, kept.sizes) == (MP3[:1000], [None])


def test_an_empty_recording_is_none(library: ModuleType) -> None:
    """There may be no recording; asking again does not help."""
    with (
        (server := Server(library, audio(library, b""))).client() as client,
        pytest.raises(Unreadable, match="without"),
    ):
        client.download(RECORDING, Kept())
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Unauthorized), (404, NotFound), (500, ServerFault), (302, Unreadable)]
)
def test_errors_are_errors(library: ModuleType, status: int, kind: type[ApiError]) -> None:
    """With the API's own code; nothing is begun, and no redirect followed."""
    kept = Kept()
    with Server(library, status).client(attempts=1) as client, pytest.raises(kind) as caught:
        client.download(RECORDING, kept)
    assert (kept.sizes, caught.value.api_code) == ([], "" if status == 302 else "error.some.thing")


def test_an_endless_error_is_read_in_part(library: ModuleType) -> None:
    """64 KiB of it are enough to know its code, or that it has none."""
    read = []

    def body(_: ModuleType) -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"<" * 4096

    step = lambda _: library.Response(404, content=body(library))  # noqa: E731
    with Server(library, step).client() as client, pytest.raises(NotFound, match=r"65,536 bytes"):
        client.download(RECORDING, Kept())
    assert len(read) <= 17


@pytest.mark.parametrize("request_", [*WRITES, SEARCH], ids=lambda each: each.label)
def test_only_a_get_downloads(library: ModuleType, request_: Any) -> None:
    """S1: even for a client that may write."""
    with (server := Server(library, 200)).client() as client, pytest.raises(WriteRefused):
        client.download(request_, Kept())
    assert server.seen == []


def test_a_full_disk_is_the_targets_own_error(library: ModuleType) -> None:
    """It comes out as it is, at once."""

    class Full(Kept):
        def write(self, chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

    with (server := Server(library, audio(library))).client() as client, pytest.raises(OSError, match="No space"):
        client.download(RECORDING, Full())
    assert len(server.seen) == 1


@pytest.mark.parametrize("interaction", ["", "a/b", "../x", "a b", "é", "a" * 201, "a\n"])
def test_an_interaction_stays_one_segment(interaction: str) -> None:
    """It goes into a path."""
    with pytest.raises(InvalidArgument):
        download_recording(interaction)


@pytest.mark.parametrize("sent", [len(MP3), 1000])
def test_an_application_is_downloaded_from(library: ModuleType, sent: int) -> None:
    """As from a server: the embedded emulator; the promised length counts there too."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"audio/mpeg"), (b"content-length", str(len(MP3)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": MP3[:500], "more_body": True})
        await send({"type": "http.response.body", "body": MP3[500:sent]})

    kept = Kept()
    with Client("emulator:", "t", writable=False, application=application, attempts=2) as client:
        if sent == len(MP3):
            assert client.download(RECORDING, kept) == len(MP3)
            assert kept.content == MP3
        else:
            with pytest.raises(ConnectionLost, match=r"1,000 of 262,144 bytes"):
                client.download(RECORDING, kept)


def test_a_compressed_recording_is_unpacked(library: ModuleType) -> None:
    """Although nobody asked for it; its promised length is that of the compressed bytes."""
    kept = Kept()
    packed = audio(library, gzip.compress(MP3), content_encoding="gzip")
    with Server(library, packed).client() as client:
        assert client.download(RECORDING, kept) == len(MP3)
    assert (kept.content, kept.sizes) == (MP3, [None])
