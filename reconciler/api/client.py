"""Sends requests: the one place where the network is reached, the token is held and a write can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import stamina
import stamina.instrumentation

from reconciler import __version__
from reconciler.api import answers, download, encode, side_by_side
from reconciler.api.download import Target
from reconciler.api.faults import translated
from reconciler.api.library import http_library as http_library
from reconciler.api.origin import Origin, checked_base_url, checked_token
from reconciler.api.request import Flow, Request, Response
from reconciler.api.retries import backoff, not_repeated
from reconciler.api.traffic import NotSent, Traffic
from reconciler.errors import ApiError, ProjectError, WriteRefused
from reconciler.model import UNSET

if TYPE_CHECKING:
    import httpx

    from reconciler.api.application import Application

T = TypeVar("T")

#: Hears of an exchange that has ended: the request, the status or None without an answer, and how many seconds it took.
Observed = Callable[[Request, int | None, float], None]

#: For requests whose answer somebody waits for to the end.
NEVER = threading.Event()
HEADERS = {"User-Agent": f"campaign-reconciler/{__version__}"}


class Client:
    """Runs flows against one account. A context manager; its methods may be called from several threads.

    `writable`: False refuses every request that is not a read, before it is sent (S1). `timeout`: seconds for each
    step of one exchange. `attempts`, `patience`: how often and for how many seconds a request may be repeated.
    `parallelism`: how many flows `run_each` and `run_ahead` run at once. `application`: an ASGI application to call in
    this process instead of `base_url`. `transport`: one of the HTTP library's own, to answer in the network's place.
    `traffic`: what it shares with the other clients of the account.
    `retrying` is told of each repetition, in words. `observed` is told of each exchange once it has ended: the request,
    the status (None: no answer) and the seconds that it took; from any thread, and what it raises is not heard.
    `requests` counts what was sent, `repeated` what of it was a repetition. ProjectError when
    token or base URL cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        writable: bool,
        timeout: float = 30.0,
        application: Application | None = None,
        parallelism: int = 8,
        attempts: int = 6,
        patience: float = 120.0,
        retrying: Callable[[str], None] = lambda words: None,
        observed: Observed | None = None,
        traffic: Traffic | None = None,
        transport: Any = None,
    ) -> None:
        self.writable, self.parallelism = writable, parallelism
        self.traffic = traffic or Traffic()
        self._may_write: Callable[[], object] | None = None
        self.requests = self.repeated = 0
        self._attempts, self._patience, self._retrying = attempts, patience, retrying
        self._observed = observed
        self._counting = threading.Lock()
        if application is None:
            self._origin = checked_base_url(base_url)
        headers = {"Private-Token": checked_token(token), **HEADERS}
        library = http_library()
        if application is not None:
            from reconciler.api.application import APPLICATION_ORIGIN, ApplicationTransport  # brings asyncio with it

            self._origin, transport = APPLICATION_ORIGIN, ApplicationTransport(library, application)
        self._http = _http_client(library, self._origin, headers, timeout, transport)
        stamina.instrumentation.set_on_retry_hooks(())  # the default one logs each retry to stderr

    def __repr__(self) -> str:
        return f"<Client {self._origin}{'' if self.writable else ', read-only'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, and the application's thread."""
        self._http.close()

    def guard_writes(self, check: Callable[[], object]) -> None:
        """From now on `check` is asked before each write leaves, the first time and again.

        Nothing is sent when it raises a ReconcilerError. And what was written is read back beyond the deadline.
        """
        self._may_write = check

    def run(self, flow: Flow[T]) -> T:
        """Send what `flow` yields, one request after another, and return what it returns."""
        return self._run(flow, NEVER)

    def _run(self, flow: Flow[T], abandoned: threading.Event) -> T:
        try:
            request = next(flow)
            while True:
                request = flow.send(self._send(request, abandoned))
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            flow.close()

    def run_each(self, flows: Iterable[Flow[T]]) -> list[T | ApiError]:
        """The results of all `flows` in their order, run side by side; an ApiError in the place of its flow's result.

        Any other error comes out, once all have ended.
        """

        def outcome(flow: Flow[T], abandoned: threading.Event) -> T | ApiError:
            try:
                return self._run(flow, abandoned)
            except ApiError as error:
                return error

        return side_by_side.gathered(outcome, flows, self.parallelism)

    def run_ahead(self, flows: Iterable[Flow[T]], is_last: Callable[[T], bool]) -> Generator[T]:
        """The results of `flows` in their order, up to and with the first that `is_last`; some later ones run in vain.

        `flows` may be endless: at most `parallelism` of them are taken beyond the result that is handed out. Whoever
        closes the iterator early waits for none of them, and none sends anything more.
        """
        return side_by_side.in_order(self._run, flows, is_last, self.parallelism)

    def send(self, request: Request) -> Response:
        """The answer to one request, repeated where that is harmless; an ApiError when it did not end well.

        WriteRefused, with nothing sent, when a read-only client is asked to write (S1).
        """
        return self._send(request, NEVER)

    def _send(self, request: Request, abandoned: threading.Event) -> Response:
        if not (self.writable or request.is_read):
            raise WriteRefused("a read-only command was about to write; nothing was sent", request.label)
        return self._repeated(request, self._exchange, abandoned)

    def download(self, request: Request, target: Target) -> int:
        """Stream the audio that a GET asks for into `target`, piece by piece; the number of bytes.

        Repeated as other reads are, each time from the beginning: `target.begin` drops what came before. An ApiError
        when it did not end well; then `target` may hold a part. WriteRefused, with nothing sent, for what is no GET.
        """
        if request.method != "GET":
            raise WriteRefused("only a GET downloads; nothing was sent", request.label)
        return self._repeated(request, lambda asked, url: self._stream(asked, url, target), NEVER)

    def _repeated(self, request: Request, exchange: Callable[[Request, str], T], abandoned: threading.Event) -> T:
        """What `exchange` makes of the request and its URL, tried again where that is harmless.

        Once `abandoned`, nothing more is sent: CancelledError, for nobody.
        """
        begun = self.traffic.seconds()
        try:
            result = self._attempted(request, exchange, abandoned)
        except ApiError as error:
            self.traffic.gave_up(request, error, begun)
            raise
        self.traffic.breaker.answered()
        return result

    def _attempted(self, request: Request, exchange: Callable[[Request, str], T], abandoned: threading.Event) -> T:
        url = self._origin.url(request)
        failed: ApiError | None = None

        def told(words: str) -> None:
            if not abandoned.is_set():
                self._retrying(words)

        on = backoff(request, self._attempts, self._patience, told)
        for attempt in stamina.retry_context(on=on, attempts=self._attempts, timeout=self._patience, wait_max=10.0):
            if abandoned.is_set():
                raise CancelledError
            self._enter(request, failed)
            with attempt:
                try:
                    return exchange(request, url)
                except ApiError as error:
                    self.traffic.heard(error)
                    failed = error
                    raise
        raise AssertionError("the retries end with an answer or an error")

    def _enter(self, request: Request, failed: ApiError | None) -> None:
        """Comes back when the request may leave; `failed`: how its last attempt ended, the error of a repetition."""
        again = failed is not None
        try:
            self.traffic.enter(request, again=again, guard=self._may_write)
        except NotSent as refusal:
            if failed is None:
                raise
            raise not_repeated(failed, refusal.why) from None
        with self._counting:
            self.requests += 1
            self.repeated += again

    def _exchange(self, request: Request, url: str) -> Response:
        with self._streamed(request, url) as answer:
            body = b"".join(answer.iter_bytes())  # read() would keep it in an object that only the collector frees
            return answers.checked(request, _response(answer, body))

    def _stream(self, request: Request, url: str, target: Target) -> int:
        with self._streamed(request, url, download.PLAIN) as answer:
            if not answer.is_success:
                answers.checked(request, _response(answer, download.beginning(answer)))  # raises
            return download.receive(request, answer, target)

    @contextmanager
    def _streamed(self, request: Request, url: str, more: Mapping[str, str] = {}) -> Iterator[httpx.Response]:
        """The library's response while its body comes; its errors leave as ours."""
        body = None if request.json is UNSET else encode.body(request.json)
        headers = {"Accept": request.accept, **more} | ({} if body is None else {"Content-Type": "application/json"})
        params = dict(request.params) or None
        status, begun = None, time.monotonic()
        try:
            with self._http.stream(request.method, url, params=params, content=body, headers=headers) as answer:
                status = answer.status_code
                yield answer
        except Exception as error:
            if ours := translated(error, request, str(self._origin)):
                status = None
                raise ours from None  # the foreign error holds the request, and with it the token
            raise
        finally:
            self._observe(request, status, begun)

    def _observe(self, request: Request, status: int | None, begun: float) -> None:
        if self._observed is not None:
            with suppress(Exception):
                self._observed(request, status, time.monotonic() - begun)


def _response(answer: httpx.Response, body: bytes) -> Response:
    return Response(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body)


def _http_client(
    library: ModuleType, origin: Origin, headers: Mapping[str, str], timeout: float, transport: Any
) -> httpx.Client:
    """The library's client. On loopback no proxy of the environment is used: it would see the token unencrypted."""
    try:
        client: httpx.Client = library.Client(
            headers=headers,
            timeout=timeout,
            follow_redirects=False,
            trust_env=origin.scheme == "https",
            transport=transport,
        )
    except (OSError, ValueError, ImportError, library.InvalidURL):
        raise ProjectError(
            "the HTTP client cannot be set up", help="check the variables SSL_CERT_FILE, SSL_CERT_DIR and HTTPS_PROXY"
        ) from None
    return client
