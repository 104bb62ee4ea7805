"""Findings: diagnostics as a plan holds them, without the text around their places."""

from __future__ import annotations

from msgspec import Struct

from reconciler.diagnostics import Diagnostic, Severity, Source, Span


class FindingPlace(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Where a finding points: line and column are 1-based."""

    file: str
    line: int
    column: int


class Finding(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A diagnostic as a plan holds it."""

    code: str
    severity: Severity
    summary: str
    detail: str
    help: str
    address: str | None
    source: FindingPlace | None

    def diagnostic(self) -> Diagnostic:
        """The finding as a diagnostic again; the text around its place is not at hand."""
        place = self.source
        span = Span(Source(place.file, ""), place.line, place.column) if place else None
        return Diagnostic(
            self.code, self.summary, self.detail, self.severity, span, self.help, address=self.address or ""
        )

    @classmethod
    def of(cls, diagnostic: Diagnostic) -> Finding:
        """The diagnostic without the text around its place."""
        span = diagnostic.span
        place = FindingPlace(span.source.path, span.line, span.column) if span else None
        return cls(
            diagnostic.code,
            diagnostic.severity,
            diagnostic.summary,
            diagnostic.detail,
            diagnostic.help,
            diagnostic.address or None,
            place,
        )
