"""Whether the environment asks for traces: known without importing anything for them."""

from __future__ import annotations

from collections.abc import Mapping

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def wanted(variables: Mapping[str, str]) -> bool:
    """By OpenTelemetry's own variables: an exporter or an endpoint is named, and the SDK is not disabled."""
    exporter = variables.get("OTEL_TRACES_EXPORTER", "").strip()
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none":
        return False
    return bool(exporter) or any(variables.get(each, "").strip() for each in _ENDPOINTS)


def unsupported(variables: Mapping[str, str]) -> str:
    """Why traces can't be sent as the environment asks; empty when they can."""
    exporter = variables.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter not in ("", "otlp"):
        return "OTEL_TRACES_EXPORTER asks for another exporter than otlp"
    protocol = next((variables[each].strip() for each in _PROTOCOLS if variables.get(each, "").strip()), "")
    if protocol not in ("", "http/protobuf"):
        return "OTEL_EXPORTER_OTLP_PROTOCOL asks for another protocol than http/protobuf"
    return ""
