"""What a schema can't say about environments: where a token may go, what it is bound to, and that it is not shown."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec import structs

from reconciler.diagnostics import Diagnostic, Source, Span
from reconciler.kinds.values import instant
from reconciler.manifests.located import Located

EMULATOR_SCHEME = "emulator:"

_URL = re.compile(r"https?://[^/@?#\\\s]+/?", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_SECRET_NAME = re.compile(r"token|secret|passw|key|credential", re.IGNORECASE)
_SECRET_LINE = re.compile(
    r"""(?!tokenEnv\b)\b\w*(token|secret|passw|credential|api_?key)\w*["']?\s*[:=]\s*\S  # a token under some name
    | ://[^/\s"']*@                                                     # user info in a URL
    | tokenEnv["']?\s*:\s*(?!["']?[A-Za-z_]\w*["']?\s*([,}\#]|$))\S     # a token where a variable's name belongs""",
    re.IGNORECASE | re.VERBOSE,
)
_USER_INFO = re.compile(r"://[^/\s]*@")
_EXAMPLE = "write it like https://public-fr2.engage.diabolocom.com: scheme, host and perhaps a port"
_OUTSIDE = "a token is never written down: put it into a variable of the process, and name that in tokenEnv"


def environment_faults(project: Located) -> Iterator[Diagnostic]:
    """The faults of all environments of a project document, as far as its values are not broken."""
    for name, each in (project.get("spec", "environments") or project).items():
        base_url = each.get("baseUrl")
        if base_url is not None and isinstance(base_url.value, str):
            yield from _base_url_faults(name, base_url, base_url.value)
        yield from _binding_faults(each.get("campaigns"))


def without_secret(fault: Diagnostic) -> Diagnostic:
    """The fault without the lines that it points at, where they may hold a token (S9)."""
    if fault.span is None:
        return fault
    span, labels = fault.span, tuple(replace(each, span=_seen(each.span)) for each in fault.labels)
    text, start = span.source.line(span.line), span.column - 1
    fault = replace(fault, span=_seen(span), labels=labels)
    if fault.code == "unknown-field" and _SECRET_NAME.search(text[start : start + span.width]):
        return replace(fault, help=_OUTSIDE)
    if fault.code in ("wrong-form", "wrong-type") and text[:start].rstrip("\"' ").endswith("tokenEnv:"):
        detail = "`tokenEnv` is not the name of an environment variable, such as DIABOLOCOM_TOKEN"
        return replace(fault, detail=detail, help=_OUTSIDE)
    if fault.code == "wrong-form" and _USER_INFO.search(fault.detail):
        advice = "remove it: the store's credentials come from the process's environment (docs/store.md)"
        return replace(fault, detail="`spec.store.url` holds a user or a password", help=advice)
    return fault


def _seen(span: Span) -> Span:
    return _unseen(span) if _may_hold_a_secret(span.source.line(span.line)) else span


@lru_cache(maxsize=64)
def _may_hold_a_secret(line: str) -> bool:
    """Kept, because thousands of faults may stand on one long line."""
    return _SECRET_LINE.search(line) is not None


def _unseen(span: Span) -> Span:
    return structs.replace(span, source=Source(span.source.path, ""))


def _base_url_faults(environment: str, located: Located, url: str) -> Iterator[Diagnostic]:
    if url.startswith(EMULATOR_SCHEME):
        if url == EMULATOR_SCHEME:
            yield _wrong(environment, located.span, "it names no file", "write emulator:.reconciler/emulator.db")
    elif not re.match("https?://", url, re.IGNORECASE):
        yield _wrong(environment, _unseen(located.span), "it is neither https://… nor emulator:FILE", _EXAMPLE)
    elif not _URL.fullmatch(url):
        yield _wrong(environment, _unseen(located.span), "it holds more than scheme, host and port", _EXAMPLE)
    elif (host := _host(url)) is None:
        yield _wrong(environment, located.span, "its host or port can't be", _EXAMPLE)
    elif not url.lower().startswith("https:") and not is_loopback(host):
        detail = f"baseUrl of environment `{environment}` would send the token without TLS"
        secure = f"write https{url[4:]}"
        yield Diagnostic("insecure-origin", "not https", detail, span=located.span, help=secure)


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if _HOST.fullmatch(parts.hostname or "") and parts.port != 0 else None
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that plain http does not leave it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(environment: str, span: Span, why: str, help_text: str) -> Diagnostic:
    detail = f"baseUrl of environment `{environment}` cannot be used: {why}"
    return Diagnostic("wrong-origin", "wrong baseUrl", detail, span=span, help=help_text)


def _binding_faults(campaigns: Located | None) -> Iterator[Diagnostic]:
    for _, each in campaigns.items() if campaigns else ():
        created = each.get("createdAt")
        if created is not None and isinstance(created.value, str):
            try:
                instant(created.value)
            except (ValueError, OverflowError):
                detail = f"`{created.value}` is not a date and time that exists"
                advice = "copy the campaign's createdAt as the API shows it, such as 2023-09-01T07:30:00Z"
                yield Diagnostic("wrong-moment", "no such moment", detail, span=created.span, help=advice)
