"""S9: the token goes to the environment's own origin, over TLS or to this machine, and nowhere else."""

from __future__ import annotations

import pytest

from reconciler.api.origin import Origin, checked_base_url, checked_token, origin_of
from reconciler.api.request import Request
from reconciler.errors import ProjectError, Unreadable

OWN = Origin("https", "api.example", 443)
LIST = Request("GET", "/api/v1/voice/campaigns")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://public-fr2.engage.diabolocom.com", "https://public-fr2.engage.diabolocom.com"),
        ("https://API.example/", "https://api.example"),
        ("HTTPS://api.example:443", "https://api.example"),
        ("https://api.example:8443", "https://api.example:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.8.9.1:80/", "http://127.8.9.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_base_url_is_an_origin(url: str, text: str) -> None:
    """https, or http on this machine."""
    assert str(checked_base_url(url)) == text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example",
        "ftp://api.example",
        "file:///etc/passwd",
        "http://api.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "https://user:secret@api.example",
        "https://@api.example",
        "https://api.example/?token=secret",
        "https://api.example/?",
        "https://api.example/#secret",
        "https://api.example/api/v1",
        "https://api.example:port",
        "https://api.example:99999",
        "https://",
        "https://api.example\\@evil.example",
        "https://api.example\n",
        "https://api .example",
        "https://exämple.fr",
        "https://[::1",
    ],
)
def test_no_other_base_url_passes(url: str) -> None:
    """Nor is it repeated: it may hold a password."""
    with pytest.raises(ProjectError) as caught:
        checked_base_url(url)
    assert caught.value.help
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "secret\n", "secret\r\nX: y", "secret token", "sécret", "secret\x00"])
def test_a_token_is_one_header_value(token: str) -> None:
    """It is refused before anything is sent, and not repeated."""
    with pytest.raises(ProjectError) as caught:
        checked_token(token)
    assert "cret" not in str(caught.value)
    assert checked_token("88874456-b133") == "88874456-b133"


@pytest.mark.parametrize(
    ("next_url", "sent"),
    [
        ("https://api.example/api/v1/voice/campaigns?page=2", "https://api.example/api/v1/voice/campaigns?page=2"),
        ("https://API.EXAMPLE:443/a?b=%C3%A9", "https://api.example/a?b=%C3%A9"),
        ("https://api.example", "https://api.example/"),
        ("https://api.example/a?name=é", "https://api.example/a?name=é"),
        ("?page=2", "https://api.example/api/v1/voice/campaigns?page=2"),
        ("/api/x?page=2#part", "https://api.example/api/x?page=2"),
    ],
)
def test_a_next_page_of_the_own_origin_is_followed(next_url: str, sent: str) -> None:
    """Written absolute, as documented, or relative."""
    assert OWN.url(LIST.following(next_url)) == sent


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/api/v1/voice/campaigns?page=2",
        "http://api.example/api/v1/voice/campaigns?page=2",
        "https://api.example:8443/x",
        "https://api.example.evil.example/x",
        "https://api.example@evil.example/x",
        "https://user:secret@api.example/x",
        "https://evil.example\\@api.example/x",
        "https://evil.example/?@api.example",
        "//evil.example/x",
        "https://api.example/a\x00b",
        "https://api.example/\x1b[31m",
        "https://api.example\\.evil.example/",
        "https:\n//evil.example/x",
        "javascript:alert(1)",
        "https://[::1",
        "https://api.example:x/",
    ],
)
def test_a_next_page_elsewhere_is_not(next_url: str) -> None:
    """Trap 7: another scheme, host or port."""
    with pytest.raises(Unreadable, match="no token was sent") as caught:
        OWN.url(LIST.following(next_url))
    assert "secret" not in str(caught.value)
    assert "alert" not in str(caught.value)


def test_an_origin_needs_a_scheme_that_is_known() -> None:
    """Anything else has none."""
    assert origin_of("gopher://api.example") is None
    assert not Origin("http", "api.example", 80).is_loopback
