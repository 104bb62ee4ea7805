"""The actions and workflows for GitHub: as their schemas and a security linter want them, and as the docs say."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler import __version__
from tests.integrations.github_runner import OURS, ROOT

GITHUB = ROOT / "integrations/github"
ACTIONS, WORKFLOWS = sorted(GITHUB.glob("*/action.yml")), sorted(GITHUB.glob("workflows/*.yaml"))
#: The two files that a team copies; the third is for fleets (tests/fleets).
TEAM = [GITHUB / "workflows/reconciler.yaml", GITHUB / "workflows/reconciler-drift.yaml"]
CONFIGURATION = ROOT / "tests/integrations/zizmor.yml"
#: What a step of `--report github` sets (docs/reports.md), and what actions/upload-artifact does.
_REPORTED = {"exitcode", "has-changes"}
_OF_ACTIONS = {"actions/upload-artifact": {"artifact-id"}}


def loaded(path: Path) -> Any:
    """A file, with `on` as a word."""
    return yaml.load(path.read_text(), yaml.BaseLoader)


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    """What the linter finds, offline and down to smells."""
    command = [str(Path(sysconfig.get_path("scripts")) / "zizmor"), "--offline", "--no-progress", "--quiet"]
    command += ["--persona", "pedantic", "--strict-collection", "--config", str(CONFIGURATION)]
    return subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=False)


def test_the_linter_finds_nothing(tmp_path: Path) -> None:
    """No injection, no credential that stays, no permission too many, nothing unpinned; and it would find that."""
    assert len(ACTIONS) == 5
    done = zizmor(*ACTIONS, *WORKFLOWS)
    assert done.returncode == 0, done.stdout
    worse = tmp_path / "reconciler.yaml"
    text = (GITHUB / "workflows/reconciler.yaml").read_text()
    worse.write_text(
        re.sub("checkout@[0-9a-f]{40}", "checkout@v7", text).replace("persist-credentials: false", "clean: true")
    )
    found = zizmor(worse).stdout
    assert "error[unpinned-uses]" in found
    assert "[artipacked]" in found


@pytest.mark.parametrize(("schema", "files"), [("workflows", WORKFLOWS), ("actions", ACTIONS)])
def test_they_follow_the_schemas(schema: str, files: list[Path]) -> None:
    """Those of workflows and of actions."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{schema}"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*ACTIONS, *WORKFLOWS], ids=lambda path: path.parent.name + "/" + path.name)
def test_each_output_that_is_read_is_set(path: Path) -> None:
    """By a step of that id: on GitHub one that is misspelt is silently empty."""
    definition = loaded(path)
    groups = [definition["runs"]] if "runs" in definition else list(definition["jobs"].values())
    for group in groups:
        sets = {each["id"]: _outputs(each) for each in group["steps"] if "id" in each}
        text = yaml.dump(definition if "runs" in definition else group)
        for step, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", text):
            assert output in sets[step], f"{path}: steps.{step}.outputs.{output}"


def _outputs(step: dict[str, Any]) -> set[str]:
    """What a step can set."""
    if "uses" in step:
        action = step["uses"].partition("@")[0]
        if action.startswith(OURS):
            return set(loaded(ROOT / action.removeprefix(OURS) / "action.yml")["outputs"])
        return _OF_ACTIONS[action]
    script = step["run"]
    told = {"artifact", "run"} if "forge.py" in script and " find " in script else set()
    return set(re.findall(r'echo "([\w-]+)=', script)) | told | (_REPORTED if "--report github" in script else set())


def test_the_same_pins_everywhere() -> None:
    """Each action at one commit, with its version beside it; ours at this version, of an owner that nobody can be."""
    text = "".join(each.read_text() for each in [*ACTIONS, *WORKFLOWS])
    used = re.findall(r"uses: (actions/[\w-]+)@([0-9a-f]{40}) # v[\d.]+\n", text)
    assert (len(used), len(set(used)), len(dict(used))) == (text.count("uses: actions/"), 4, 4)
    assert set(re.findall(r"uses: __OWNER__/reconciler/\S+@(\S+)", text)) == {f"v{__version__}"}
    assert text.count("uses: ") == text.count("uses: actions/") + text.count(f"uses: {OURS}")


def test_python_never_runs_what_lies_in_the_repository() -> None:
    """`python -m` would look for modules in the checkout first, `-I` keeps it from that."""
    scripts = [step["run"] for path in ACTIONS for step in loaded(path)["runs"]["steps"] if "run" in step]
    calls = [each for script in scripts for each in re.findall(r'(?:^|[\s"/])python"? (\S+)', script)]
    assert (len(calls), set(calls)) == (14, {"-I"})


def test_who_may_do_what() -> None:
    """Each job has exactly the permissions that the docs name; only one has the environment, and the token in it."""
    jobs = {name: job for path in TEAM for name, job in loaded(path)["jobs"].items()}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "fork": {"contents": "read", "actions": "read"},
        "review": {"contents": "read", "actions": "read", "pull-requests": "read"},
        "apply": {"contents": "read", "actions": "read"},
        "drift": {"contents": "read", "issues": "write"},
    }
    assert [name for name, job in jobs.items() if "environment" in job] == ["apply"]
    assert {name: re.findall(r"secrets\.(\w+)", yaml.dump(job)) for name, job in jobs.items()} == {
        "plan": ["DIABOLOCOM_READ_TOKEN"],
        "fork": [],
        "review": [],
        "apply": ["DIABOLOCOM_WRITE_TOKEN"],
        "drift": ["DIABOLOCOM_READ_TOKEN"],
    }
    assert jobs["apply"]["concurrency"]["cancel-in-progress"] == "false"
    assert all(loaded(path)["permissions"] == {} for path in WORKFLOWS)
    assert not any("secrets." in yaml.dump(loaded(path).get("env", {})) for path in WORKFLOWS)
    assert not any("pull_request_target" in path.read_text() for path in WORKFLOWS)


def test_the_page_says_what_each_job_may_do() -> None:
    """Its table has each job with each of its permissions, and the four marks are where it says."""
    page = (ROOT / "docs/github.md").read_text()
    for path in TEAM:
        for name, job in loaded(path)["jobs"].items():
            (row,) = re.findall(rf"^\| `{name}` \|.*$", page, re.MULTILINE)
            told = re.findall(r"`([\w-]+): (\w+)`", row)
            assert dict(told) == job["permissions"], name
    marks = re.findall(r"# \((\d)\)", "".join(path.read_text() for path in WORKFLOWS))
    assert (
        set(marks)
        == {"1", "2", "3", "4"}
        == set(re.findall(r"\((\d)\)", page.partition("## What each")[0])) | {"3", "4"}
    )
