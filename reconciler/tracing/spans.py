"""The spans of a command: the only import of opentelemetry.

Command → run → step → HTTP request. A step's span is made when the step has ended, with the requests that were made for
its campaign meanwhile. No id of a contact, no query and no body is in any of them.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

#: The command waits so many seconds at most, in its end, for the collector to take what is left.
PATIENCE = 2.0
_CAMPAIGN = re.compile(r"/campaigns/([0-9]+)(?:/|$)")
#: The segments of a path that are names of the API, and not an object's.
_NAMES = re.compile(r"[a-z]+(-[a-z]+)*|v[0-9]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that has ended at `ended` (nanoseconds): `status` is None without an answer; `server`: its origin."""

    method: str
    path: str
    status: int | None
    seconds: float
    server: str
    ended: int

    @property
    def began(self) -> int:
        """When it was sent, in nanoseconds."""
        return self.ended - round(self.seconds * 1e9)

    @property
    def template(self) -> str:
        """Its path without any id."""
        parts = self.path.strip("/").split("/")
        return "/" + "/".join(each if _NAMES.fullmatch(each) else "{id}" for each in parts)


class Tracing:
    """The trace of one command. Its methods may be called from several threads.

    `variables` are those of the process's environment; TRACEPARENT in them is the parent. Whatever else they may say is
    read by the SDK itself; what that raises comes out.
    """

    def __init__(self, command: str, version: str, variables: Mapping[str, str]) -> None:
        _silence()
        names = {} if variables.get("OTEL_SERVICE_NAME") else {"service.name": "reconciler"}
        resource = Resource.create({**names, "service.version": version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter = _Watched(OTLPSpanExporter())
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("reconciler", version)
        carrier = {name: variables[name.upper()] for name in ("traceparent", "tracestate") if name.upper() in variables}
        parent = TraceContextTextMapPropagator().extract(carrier, Context())
        self._command = self._tracer.start_span(f"reconciler {command}", parent)
        self._command.set_attribute("reconciler.command", command)
        self._run: Span | None = None
        self._held: dict[tuple[str, int], list[Exchange]] = {}
        self._lock = threading.Lock()

    def run_begun(self, run: str, environment: str) -> None:
        """A run has begun: what follows is of it."""
        facts = {"reconciler.run.id": run, "reconciler.environment": environment}
        self._command.set_attributes(facts)
        self._run = self._tracer.start_span("run", set_span_in_context(self._command), attributes=facts)

    def request(self, method: str, path: str, status: int | None, seconds: float, server: str) -> None:
        """A request has ended in this thread: a span now, or with its step while a run lasts."""
        exchange = Exchange(method, path, status, seconds, server, time.time_ns())
        if self._run is None:
            self._write([exchange], self._command)
            return
        found = _CAMPAIGN.search(path)
        key = ("campaign", int(found[1])) if found else ("thread", threading.get_ident())
        with self._lock:
            self._held.setdefault(key, []).append(exchange)

    def step(self, campaign_id: int, seconds: float | None, facts: Mapping[str, Any], *, failed: bool) -> None:
        """A step has ended in this thread, after so many seconds (None: it was not tried)."""
        now = time.time_ns()
        with self._lock:
            keys = (("campaign", campaign_id), ("thread", threading.get_ident()))
            exchanges = [each for key in keys for each in self._held.pop(key, ())]
        began = min([now - round((seconds or 0.0) * 1e9), *(each.began for each in exchanges)])
        parent = self._run or self._command
        span = self._tracer.start_span("step", set_span_in_context(parent), attributes=dict(facts), start_time=began)
        if failed:
            span.set_status(StatusCode.ERROR)
        self._write(exchanges, span)
        span.end(now)

    def run_ended(self, outcome: str, *, failed: bool) -> None:
        """The run has ended; what belongs to none of its steps is its own."""
        if self._run is None:
            return
        with self._lock:
            left = [each for exchanges in self._held.values() for each in exchanges]
            self._held.clear()
        self._write(left, self._run)
        for each in (self._run, self._command):
            each.set_attribute("reconciler.outcome", outcome)
        if failed:
            self._run.set_status(StatusCode.ERROR)
        self._run.end()
        self._run = None

    def end(self, exit_code: int) -> bool:
        """The command has ended: whether the collector has taken all of it, after PATIENCE seconds at most."""
        self.run_ended("unfinished", failed=True)
        self._command.set_attribute("process.exit.code", exit_code)
        if exit_code:
            self._command.set_status(StatusCode.ERROR)
            self._command.set_attribute("error.type", str(exit_code))
        self._command.end()
        last = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        last.start()
        last.join(PATIENCE)
        return not (last.is_alive() or self._exporter.failed)

    def _write(self, exchanges: Sequence[Exchange], parent: Span) -> None:
        context = set_span_in_context(parent)
        for each in exchanges:
            span = self._tracer.start_span(
                f"{each.method} {each.template}",
                context,
                kind=SpanKind.CLIENT,
                attributes=_attributes(each),
                start_time=each.began,
            )
            if each.status is None or each.status >= 400:
                span.set_status(StatusCode.ERROR)
            span.end(each.ended)


class _Watched(SpanExporter):
    """An exporter, and whether it ever failed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.failed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hands them on."""
        self.failed = True  # unless it comes back
        result = self._exporter.export(spans)
        self.failed = result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        """Closes it."""
        self._exporter.shutdown()


def _attributes(exchange: Exchange) -> dict[str, str | int]:
    """By OpenTelemetry's conventions for HTTP clients; the whole address stays out: it holds ids."""
    place = urlsplit(exchange.server)
    found: dict[str, str | int] = {
        "http.request.method": exchange.method,
        "server.address": place.hostname or "",
        "url.scheme": place.scheme,
        "url.template": exchange.template,
    }
    if port := place.port or {"https": 443, "http": 80}.get(place.scheme):
        found["server.port"] = port
    if exchange.status is None:
        return found | {"error.type": "no_response"}
    found["http.response.status_code"] = exchange.status
    return found | ({"error.type": str(exchange.status)} if exchange.status >= 400 else {})


def _silence() -> None:
    """What the SDK has to say of a collector is no talk of the command's."""
    for name in ("opentelemetry", "urllib3"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
