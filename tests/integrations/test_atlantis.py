"""docs/atlantis.md: its steps are run as Atlantis runs them, with the variables that it sets."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import regorus
import yaml

from tests.integrations.conftest import Place
from tests.integrations.gitlab_runner import git
from tests.integrations.gitlab_template import ROOT
from tests.pages import DOCS

PAGE = (DOCS / "atlantis.md").read_text(encoding="utf-8")
SERVER, REPOSITORY = (yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
WORKFLOW = SERVER["workflows"]["reconciler"]


@dataclass(frozen=True, slots=True)
class Atlantis:
    """A checkout of a pull request, for one project of atlantis.yaml. `secrets`: the folder that holds the tokens."""

    checkout: Path
    secrets: Path
    path: str

    @property
    def variables(self) -> dict[str, str]:
        """What Atlantis sets for a step; the server's own environment is handed on, too."""
        folder = self.checkout / "centre"
        name = f"{folder}/production-production"
        given = {"WORKSPACE": "production", "PROJECT_NAME": "production", "DIR": str(folder), "REPO_REL_DIR": "centre"}
        files = {"PLANFILE": f"{name}.tfplan", "SHOWFILE": f"{name}.json", "POLICYCHECKFILE": f"{name}.policyout"}
        return {**given, **files, "PULL_NUM": "1", "BASE_BRANCH_NAME": "main", "PATH": self.path, "HOME": "/"}

    def run(self, stage: str) -> tuple[int, str, dict[str, str]]:
        """Runs the steps of a stage until one fails: its code, what they all said, and the variables at the end."""
        variables, said = self.variables, ""
        for step in WORKFLOW[stage]["steps"]:
            if "policy_check" in step:
                continue
            command = step["run"] if "run" in step else step["env"]["command"]
            done = self._shell(command.replace("/run/secrets", str(self.secrets)), variables)
            if done.returncode or "run" in step:
                said += done.stdout + done.stderr
            else:
                variables[step["env"]["name"]] = done.stdout.rstrip("\n")
            if done.returncode:
                return done.returncode, said, variables
        return 0, said, variables

    def _shell(self, command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        folder = variables["DIR"]
        return subprocess.run(
            ["sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )

    def denied(self) -> set[str]:
        """What the policy says of the file that the stage has left for conftest."""
        engine: Any = regorus.Engine()
        engine.add_policy_from_file(str(ROOT / "integrations/opa/policy.rego"))
        engine.set_input(json.loads(Path(self.variables["SHOWFILE"]).read_text(encoding="utf-8")))
        found: set[str] = engine.eval_rule("data.reconciler.deny")
        return found


@pytest.fixture
def atlantis(place: Place) -> Atlantis:
    """The checkout of a pull request that asks for other numbers of tries."""
    place.propose(1, sales=8)
    checkout, secrets = place.folder / "checkout", place.folder / "secrets"
    git(place.folder, "clone", "--quiet", "--branch", "branch-1", str(place.repository), str(checkout))
    secrets.mkdir()
    for kind in ("read", "write"):
        (secrets / f"diabolocom-{kind}-token").write_text(f"{kind}\n")
    return Atlantis(checkout, secrets, place.runner.path)


def test_from_the_plan_to_the_account(place: Place, atlantis: Atlantis) -> None:
    """The plan is where Atlantis looks for it, the policy sees it, and exactly it is applied, with the other token."""
    code, said, variables = atlantis.run("plan")
    assert (code, "5" in said, "8" in said) == (0, True, True), said
    assert variables["DIABOLOCOM_TOKEN"] == "read"
    assert Path(variables["PLANFILE"]).exists()
    assert place.asked("PATCH", "POST", "PUT") == 0
    code, said, variables = atlantis.run("policy_check")
    assert (code, "DIABOLOCOM_TOKEN" in variables) == (0, False), said
    assert atlantis.denied() == set()
    code, said, variables = atlantis.run("apply")
    assert (code, variables["DIABOLOCOM_TOKEN"]) == (0, "write"), said
    assert place.account(101)["maxTries"] == 8
    assert atlantis.run("apply")[0] == 4  # a plan is applied once


def test_a_policy_that_the_plan_breaks(place: Place, atlantis: Atlantis) -> None:
    """The shipped policy stops more than ten tries."""
    manifest = atlantis.checkout / "centre/manifests/campaigns.yaml"
    manifest.write_text(manifest.read_text().replace("maxTries: 8", "maxTries: 11"))
    assert [atlantis.run(stage)[0] for stage in ("plan", "policy_check")] == [0, 0]
    assert atlantis.denied() == {"Campaign/sales: maxTries would be 11, at most 10"}


def test_an_environment_that_is_none(atlantis: Atlantis) -> None:
    """A workspace that reconciler.yaml does not know fails the step."""
    project = atlantis.checkout / "centre/reconciler.yaml"
    project.write_text(project.read_text().replace("production:", "staging:"))
    code, said, _ = atlantis.run("plan")
    assert (code == 0, "production" in said) == (False, True), said


def test_what_a_pull_request_may_not_change() -> None:
    """The workflow is the server's, the write token comes with the approval, and each project names an environment."""
    (repository,) = SERVER["repos"]
    assert (repository["allowed_overrides"], repository["allow_custom_workflows"]) == ([], False)
    assert "approved" in repository["apply_requirements"]
    assert "write" not in json.dumps([WORKFLOW["plan"], WORKFLOW["policy_check"]])
    assert [each["workspace"] for each in REPOSITORY["projects"]] == ["staging", "production"]
    words = WORKFLOW["policy_check"]["steps"][1]["policy_check"]["extra_args"]
    assert words == ["-p /etc/atlantis/policies", "--namespace reconciler"]
    assert "package reconciler\n" in (ROOT / "integrations/opa/policy.rego").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert link.startswith("https://") or (DOCS / link).exists()
