"""The hooks of .pre-commit-hooks.yaml: installed and run by pre-commit itself, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.integrations.gitlab_runner import git
from tests.integrations.gitlab_template import ROOT
from tests.pages import DOCS

_NEEDED = ("reconciler", "schemas", "examples", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
PAGE = (DOCS / "pre-commit.md").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Team:
    """A repository of manifests, and what pre-commit needs there. `hooks`: the repository that the hooks come from."""

    folder: Path
    hooks: Path
    variables: dict[str, str]

    def run(self, *arguments: str) -> tuple[int, str]:
        """What pre-commit ends with, and says, about all files that Git knows."""
        git(self.folder, "add", "--all")
        command = [sys.executable, "-m", "pre_commit", *arguments, "--all-files"]
        done = subprocess.run(
            command, cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def configure(self, text: str) -> None:
        """Writes .pre-commit-config.yaml as a page has it, with the hooks of this checkout."""
        config = yaml.safe_load(text)
        (repo,) = config["repos"]
        repo |= {"repo": str(self.hooks), "rev": git(self.hooks, "rev-parse", "HEAD")}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what is in this one, or about to be."""
    folder = tmp_path_factory.mktemp("hooks")
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", *_NEEDED).splitlines()
    for each in listed:
        if (ROOT / each).exists():
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / each, folder / each)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all of it")
    return folder


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pip takes what is installed here in place of asking a registry."""
    home = str(tmp_path_factory.mktemp("home"))
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_IGNORE_INSTALLED": "1", "PIP_NO_BUILD_ISOLATION": "false"}
    rest = {"VIRTUALENV_NO_PERIODIC_UPDATE": "1", "PYTHONPATH": sysconfig.get_path("purelib"), "HOME": home}
    return {**pip, **rest, "PRE_COMMIT_HOME": f"{home}/pre-commit", "PATH": os.environ["PATH"]}


@pytest.fixture
def team(tmp_path: Path, hooks: Path, variables: dict[str, str]) -> Team:
    """A repository whose root is the example project."""
    folder = tmp_path / "team"
    shutil.copytree(ROOT / "examples/admissions", folder)
    git(tmp_path, "init", "--quiet", str(folder))
    return Team(folder, hooks, variables)


def test_try_repo(team: Team) -> None:
    """As somebody would try it."""
    code, said = team.run("try-repo", str(team.hooks), "reconciler-validate")
    assert (code, "Passed" in said) == (0, True), said


def test_a_manifest_that_is_wrong(team: Team) -> None:
    """It is told with its place, by the configuration of the page."""
    manifest = team.folder / "manifests/templates.yaml"
    manifest.write_text(manifest.read_text().replace("maxTries: 8", "maxTrys: 8"))
    team.configure(_blocks()[0])
    code, said = team.run("run")
    assert (code, "manifests/templates.yaml:9:" in said, "maxTries" in said) == (1, True, True), said


def test_a_project_in_a_folder(team: Team) -> None:
    """The configuration of the page; a project with nothing but another language's files is not looked at."""
    (block,) = [each for each in _blocks() if "-C" in each]
    inner = team.folder / "contact-centre"
    inner.mkdir()
    for each in ("reconciler.yaml", "manifests", "overlays"):
        shutil.move(team.folder / each, inner / each)
    team.configure(block)
    code, said = team.run("run")
    assert (code, "Passed" in said) == (0, True), said
    project = inner / "reconciler.yaml"
    project.write_text(project.read_text().replace("kind: Project", "kind: Projekt"))
    assert team.run("run")[0] == 1
    shutil.rmtree(inner)
    code, said = team.run("run")
    assert (code, "Skipped" in said) == (0, True), said


def test_a_saved_plan_in_git(team: Team) -> None:
    """Both hooks of the page: it is refused by the second one, and other JSON is not."""
    team.configure(_blocks()[0])
    assert team.run("run")[0] == 0
    command = [sys.executable, "-m", "reconciler", "-e", "local", "plan", "--out", "change.json"]
    subprocess.run(command, cwd=team.folder, env=team.variables, capture_output=True, check=True)
    code, said = team.run("run")
    assert (code, "change.json" in said) == (1, True), said


def test_the_page_names_every_hook() -> None:
    """And each of them is in one of its configurations."""
    names = {each["id"] for each in HOOKS}
    used = {hook["id"] for block in _blocks() for hook in yaml.safe_load(block)["repos"][0]["hooks"]}
    assert used == names
    assert all(f"`{each}`" in PAGE for each in names)


def _blocks() -> list[str]:
    return [each.split("```")[0] for each in PAGE.split("```yaml\n")[1:]]
