"""Calls an ASGI application in this process, from any thread, as if it were a server (the embedded emulator)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from types import ModuleType
from typing import Any, TypeVar

from reconciler.api.origin import Origin

T = TypeVar("T")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

#: The origin that an application is called under; no such host exists, and none is looked up.
APPLICATION_ORIGIN = Origin("http", "emulator", 80)


class EventLoopThread:
    """An event loop in a thread of its own, from construction to `close`."""

    def __init__(self) -> None:
        self._ready, self._closing, self._closed = threading.Event(), threading.Lock(), False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="application", daemon=True)
        self._thread.start()
        self._ready.wait()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._stop.wait()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, run on the loop while the calling thread waits; ConnectionError once it is closed."""
        with self._closing:
            if self._closed:
                work.close()
                raise ConnectionError("the application is closed")
            running = asyncio.run_coroutine_threadsafe(work, self._loop)
        return running.result()

    def close(self) -> None:
        """End the loop and its thread; work that was begun is ended with CancelledError."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


class ApplicationTransport:
    """A synchronous transport for the HTTP `library` that hands each request to `application`.

    It goes through the library's own ASGI transport, where cassettes hook in. An application that raises a
    ConnectionError or returns without an answer is a lost connection; any other exception of it is raised here.
    """

    def __init__(self, library: ModuleType, application: Application) -> None:
        self._library = library
        self._asgi = library.ASGITransport(app=_answering(application))
        self._thread = EventLoopThread()

    def handle_request(self, request: Any) -> Any:
        """The application's response to `request`, both as the library's own types."""
        return self._thread.run(self._exchange(request))

    async def _exchange(self, request: Any) -> Any:
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            response = await asyncio.wait_for(self._asgi.handle_async_request(request), seconds)
        except TimeoutError:
            raise self._library.ReadTimeout("the application did not answer in time", request=request) from None
        except ConnectionError:
            raise self._library.ReadError("the application dropped the connection", request=request) from None
        body = b"".join([part async for part in response.stream])
        return self._library.Response(
            response.status_code, headers=response.headers, stream=self._library.ByteStream(body)
        )

    def close(self) -> None:
        """End the thread that the application runs in."""
        self._thread.close()

    def __enter__(self) -> ApplicationTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answering(application: Application) -> Application:
    """`application`, with a ConnectionError when it returns without having answered."""

    async def call(scope: Message, receive: Receive, send: Send) -> None:
        answered = False

        async def watch(message: Message) -> None:
            nonlocal answered
            answered = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        await application(scope, receive, watch)
        if not answered:
            raise ConnectionAbortedError("no answer")

    return call
