"""Traces of a command for OpenTelemetry: an extra, and never more than watching."""
