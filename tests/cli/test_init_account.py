"""`init --from-account`: a project made of what a live account has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_export import ACCOUNT
from tests.conftest import Workplace

URL = "emulator:.reconciler/emulator.db"


@pytest.fixture
def account(workplace: Workplace) -> Workplace:
    """An account, and nothing else."""
    workplace.seed(ACCOUNT)
    return workplace


def _files(folder: Path) -> list[str]:
    found = (each.relative_to(folder) for each in folder.rglob("*") if each.is_file())
    return sorted(each.as_posix() for each in found if each.parts[0] != ".reconciler")


def test_its_plan_is_empty(account: Workplace) -> None:
    """It validates, every campaign that is not archived is managed, and nothing is to be done."""
    ran = account.run("init", "--from-account", URL, "--name", "shop")
    assert (ran.code, "Made reconciler.yaml and 2 manifests" in ran.out) == (0, True), ran.err
    assert "1 archived campaign left out" in ran.err
    assert _files(account.folder) == [
        ".gitignore", "manifests/ca-metiers.yaml", "manifests/no-31m-x.yaml", "reconciler.yaml",
        "schemas/manifest.schema.json",
    ]  # fmt: skip
    assert account.run("validate").code == 0
    assert account.run("plan", "--detailed-exitcode").code == 0
    text = (account.folder / "reconciler.yaml").read_text()
    assert 'ca-metiers: {id: 1, createdAt: "2023-09-01T07:30:00Z"}' in text
    assert "    local:\n" in text
    assert "metadata: {name: shop}" in text


def test_it_is_the_environment_that_is_named(account: Workplace) -> None:
    """With `-e`, and the token's variable with it."""
    assert account.run("-e", "staging", "init", "--from-account", URL, "--token-env", "STAGING").code == 0
    text = (account.folder / "reconciler.yaml").read_text()
    assert "    staging:\n" in text
    assert "tokenEnv: STAGING" in text


def test_an_account_without_campaigns(workplace: Workplace) -> None:
    """It makes a project that validates, too."""
    workplace.seed({})
    assert workplace.run("init", "--from-account", URL).code == 0
    assert workplace.run("validate").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from-account", "http://example.com"), 64, "without TLS"),
        (("--from-account", "https://user@example.com"), 64, "more than scheme, host and port"),
        (("--from-account", "example.com"), 64, "neither https"),
        (("--from-account", "https://example.com", "--token-env", "abc def"), 64, "tokenEnv"),
        (("--from-account", "https://example.com"), 1, "error[no-token]"),
        (("--token-env", "TOKEN"), 64, "goes with --from-account"),
    ],
)
def test_what_can_not_be(workplace: Workplace, arguments: tuple[str, ...], code: int, said: str) -> None:
    """It is told, and nothing is made."""
    ran = workplace.run("init", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert _files(workplace.folder) == []


@pytest.mark.parametrize("there", ["reconciler.yaml", "manifests/ca-metiers.yaml", "schemas/manifest.schema.json"])
def test_nothing_that_is_there_is_touched(account: Workplace, there: str) -> None:
    """And nothing is written beside it."""
    account.write(there, "mine")
    ran = account.run("init", "--from-account", URL)
    assert (ran.code, "error[project-exists]" in ran.err) == (1, True)
    assert _files(account.folder) == [there]


def test_other_manifests_are_in_the_way(account: Workplace) -> None:
    """They would be read with those that are exported."""
    account.write("manifests/old.yaml", "mine")
    ran = account.run("init", "--from-account", URL)
    assert (ran.code, "error[project-exists]" in ran.err, _files(account.folder)) == (1, True, ["manifests/old.yaml"])


def test_what_was_made_is_taken_away_when_the_rest_can_not_be(
    account: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a project would look like a whole one."""
    opened = Path.open

    def full(path: Path, *arguments: object, **more: object) -> object:
        if path.name == "no-31m-x.yaml":
            raise OSError(28, "No space left on device")
        return opened(path, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    ran = account.run("init", "--from-account", URL)
    assert (ran.code, "error[folder-not-made]" in ran.err, "No space left" in ran.err) == (1, True, True)
    monkeypatch.setattr(Path, "open", opened)
    assert _files(account.folder) == []
