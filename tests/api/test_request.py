"""Requests: what is a read, what messages show, and what cannot be built at all."""

from __future__ import annotations

import pytest

from reconciler.api.request import Request, Response


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        ("GET", "/api/v1/voice/campaigns", True),
        ("GET", "/api/v2/voice/campaigns/1/contacts/2", True),
        ("POST", "/api/v2/voice/campaigns/1/contacts/search", True),
        ("POST", "/api/v2/voice/campaigns/contacts/search/by-phone", True),
        ("POST", "/api/v2/voice/campaigns/1/contacts", False),
        ("POST", "/api/v2/voice/campaigns/1/contacts/search/more", False),
        ("POST", "/other/api/v2/voice/campaigns/1/contacts/search", False),
        ("POST", "/api/v2/voice/campaigns/x/contacts/search", False),
        ("POST", "/api/v2/voice/campaigns/1/contact-batch/update", False),
        ("POST", "/api/v2/voice/campaigns/1/contact-batch/delete", False),
        ("POST", "/api/v1/voice/campaigns/1/field", False),
        ("PUT", "/api/v2/voice/campaigns/1/contacts/search", False),
        ("PATCH", "/api/v1/voice/campaigns/1", False),
        ("DELETE", "/api/v1/voice/campaigns/1", False),
    ],
)
def test_what_reads_is_a_closed_list(method: str, path: str, reads: bool) -> None:
    """A GET, or a POST to a search path; nothing else, whatever its caller says."""
    assert Request(method, path, repeatable=True).is_read is reads


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/api"), ("GET", "api"), ("GET", "/api/../x"), ("GET", "/a?b=c"), ("GET", "/a\n"), ("TRACE", "/a")],
)
def test_nothing_but_plain_paths(method: str, path: str) -> None:
    """No token or id can lead a request to another path."""
    with pytest.raises(ValueError, match="not a request"):
        Request(method, path)


def test_messages_show_neither_query_nor_body() -> None:
    """Both may hold personal data."""
    request = Request("GET", "/api/v1/voice/campaigns", {"name": "Louis"}, {"phone": "33612345678"})
    assert repr(request) == "<Request GET /api/v1/voice/campaigns>"
    assert "33612345678" not in repr(Response(200, {"x": "33612345678"}, b"33612345678"))


def test_a_followed_page_keeps_the_name_of_its_list() -> None:
    """The URL is the account's text and stays out of messages."""
    request = Request("GET", "/api/v1/voice/campaigns").following("https://evil.example/Louis?x=1")
    assert request.next_url == "https://evil.example/Louis?x=1"
    assert repr(request) == "<Request GET /api/v1/voice/campaigns>"
    assert request.is_read


def test_a_followed_search_stays_the_search() -> None:
    """Its method and its body; the parameters are in the URL already."""
    search = Request("POST", "/api/v2/voice/campaigns/contacts/search/by-phone", {"limit": 2}, {"phones": ["331"]})
    found = search.following("/api/v2/voice/campaigns/contacts/search/by-phone?fromId=9")
    assert (found.method, found.json, found.params, found.is_read) == ("POST", {"phones": ["331"]}, {}, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_a_read_is_followed(method: str) -> None:
    """S1: a write has no next page, whatever its answer says."""
    with pytest.raises(ValueError, match="not a list"):
        Request(method, "/api/v1/voice/campaigns/1", json={}).following("https://api.example/a")
