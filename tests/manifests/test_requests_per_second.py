"""How many requests an environment may be sent in a second: what may be written, and what is not understood."""

from __future__ import annotations

import pytest

from tests.manifests.reading import PROJECT_FILE, only, project
from tests.manifests.test_project import of_environment

URL = 'baseUrl: "emulator:x"'


@pytest.mark.parametrize(("written", "limit"), [("10", 10), ("0.5", 0.5), ("1000", 1000), ("0.001", 0.001)])
def test_a_limit_is_read(written: str, limit: float) -> None:
    """Halves too."""
    found = project(f"      {URL}\n      requestsPerSecond: {written}\n")
    assert found.environments["local"].requests_per_second == limit


def test_without_a_limit_there_is_none() -> None:
    """No default."""
    assert project(f"      {URL}\n").environments["local"].requests_per_second is None


@pytest.mark.parametrize(
    ("written", "code", "words"),
    [
        ("0", "out-of-range", "is `0`, it must be at least 0.001"),
        ("-3", "out-of-range", "it must be at least 0.001"),
        ("1001", "out-of-range", "it must be at most 1000"),
        ("true", "wrong-type", "is `true`, expected"),
        ("fast", "wrong-type", "is text `fast`, expected"),
        ("null", "null-not-allowed", "is empty, expected"),
    ],
)
def test_a_limit_that_is_none(written: str, code: str, words: str) -> None:
    """It says what it must be."""
    fault = only(of_environment(URL, f"requestsPerSecond: {written}"))
    assert fault.code == code
    assert words in fault.detail
    assert fault.span is not None
    assert fault.span.source.path == PROJECT_FILE
