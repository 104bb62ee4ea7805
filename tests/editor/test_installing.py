"""The language server comes from the lock file, or it is said that it can't be had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.editor import conftest, installing


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without the server, and a registry that nobody answers for."""
    place = tmp_path / "yaml-language-server"
    monkeypatch.setattr(installing, "PLACE", place)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setattr(installing, "TRIES", "0")
    return place


def test_without_a_network_the_tests_are_skipped(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason; the next run tries again."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="can't be installed: npm"):
        conftest.command()
    assert not (nowhere / "installed").exists()


def test_in_ci_nothing_is_skipped(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is missing is a failure there."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(installing.NotInstalled, match=r"127\.0\.0\.1"):
        conftest.command()
    assert nowhere.is_dir()


def test_one_version_is_pinned() -> None:
    """Each package by its checksum, and from whatever registry npm is set up with."""
    wanted, lock = (json.loads((installing.HERE / each).read_text(encoding="utf-8")) for each in installing.FILES)
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"] == {"yaml-language-server": "2.0.0"}
    assert all("integrity" in each and "resolved" not in each for each in packages.values())
