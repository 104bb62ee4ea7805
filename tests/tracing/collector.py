"""A stand-in for an OpenTelemetry collector: takes OTLP over HTTP, and holds the spans."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Span:
    """What was sent of a span; times in nanoseconds."""

    name: str
    id: str
    parent: str
    trace: str
    kind: int
    begin: int
    end: int
    failed: bool
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Collector:
    """Where it listens, and what it was sent. `status`: what it answers with."""

    url: str = ""
    status: int = 200
    spans: list[Span] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)
    #: While this is not set nobody is answered.
    answering: threading.Event = field(default_factory=threading.Event)

    def named(self, name: str) -> list[Span]:
        """The spans of that name."""
        return [each for each in self.spans if each.name == name]

    def below(self, span: Span) -> list[Span]:
        """The children of a span."""
        return [each for each in self.spans if each.parent == span.id]

    def take(self, body: bytes) -> None:
        """Holds what was sent."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource |= _facts(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_span(each) for each in scope.spans]


def _span(span: Any) -> Span:
    return Span(
        name=span.name,
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        trace=span.trace_id.hex(),
        kind=span.kind,
        begin=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        failed=span.status.code == 2,
        facts=_facts(span.attributes),
    )


def _facts(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def collector() -> Iterator[Collector]:
    """One that listens on loopback."""
    found = Collector()
    found.answering.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.answering.wait()
            if found.status == 200:
                found.take(body)
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.answering.set()
            server.shutdown()
            thread.join()
