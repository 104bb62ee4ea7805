"""Runs the jobs of a workflow as GitHub's runner would: every `shell: bash` step for real, four actions stood in for.

Stood in for are actions/checkout, setup-python, upload-artifact and download-artifact; actions of ours are run from the
checkout of this repository. The step that installs reconciler is run with a `python` that notes what was asked for
and puts the tests' own Python there, since tests have no network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.integrations.github_events import Event, outputs_of, triggers
from tests.integrations.github_expressions import Scope
from tests.integrations.github_server import REPOSITORY, GitHub

ROOT = Path(__file__).resolve().parents[2]
OURS = "__OWNER__/reconciler/"
_PYTHON = """\
#!/bin/bash
if [ "$1 $2 $3" = "-I -m venv" ]; then
  mkdir -p "$4/bin" && ln -sf "$0" "$4/bin/python"
elif [ "$1 $2 $3 $4" = "-I -m pip install" ]; then
  asked="${!#}" && folder="${asked%%%%[*}" && [ -f "$folder/pyproject.toml" ]
  echo "installs $(realpath "$folder") ${asked#"$folder"}"
  printf '#!/bin/bash\\nPYTHONPATH=%s exec %s -P -m reconciler "$@"\\n' > "$RUNNER_TEMP/reconciler/bin/reconciler"
  chmod +x "$RUNNER_TEMP/reconciler/bin/reconciler"
else
  exec %s "$@"
fi
"""


@dataclass(slots=True)
class Step:
    """A step that was run: what it said, and the names of the secrets that it was given as variables."""

    name: str
    code: int
    said: str
    secrets: Sequence[str]


@dataclass(slots=True)
class Job:
    """How a job ended: `success`, `failure` or `skipped`; what it said and handed over."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    summary: str = ""

    @property
    def said(self) -> str:
        """All that its steps have said."""
        return "".join(each.said for each in self.steps)

    def step(self, name: str) -> Step:
        """The step of a name."""
        (found,) = (each for each in self.steps if each.name == name)
        return found


@dataclass(slots=True)
class Runner:
    """Runs workflows in `folder`. `checkout` puts a commit into a folder; `secrets` are the repository's.

    `environments` are the secrets of each environment, which jobs on main alone may have; `before` is told the name of
    each job that is about to begin.
    """

    hub: GitHub
    folder: Path
    checkout: Callable[[str, Path], None]
    secrets: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]
    before: Callable[[str], object] = str

    def run(self, file: Path, event: Event) -> dict[str, Job]:
        """The jobs of a workflow, by their names; none where the event is not its."""
        workflow = yaml.load(file.read_text(), yaml.BaseLoader)  # `on` is a word, and `true` a text
        if not triggers(workflow["on"], event):
            return {}
        run = self.hub.add_run(event.name, event.head or event.sha, event.branch, fork=event.fork, file=file.stem)
        done: dict[str, Job] = {}
        for name in workflow["jobs"]:
            self.before(name)
            done[name] = _Running(self, workflow, name, event, run, done, file.stem).job()
        return done


class _Running:
    """One job, while it runs."""

    def __init__(
        self,
        runner: Runner,
        workflow: Mapping[str, Any],
        name: str,
        event: Event,
        run: int,
        done: Mapping[str, Job],
        stem: str,
    ) -> None:
        self.runner, self.event, self.run, self.definition = runner, event, run, workflow["jobs"][name]
        needed = self.definition.get("needs", [])
        self.needs = {each: done[each] for each in ([needed] if isinstance(needed, str) else needed)}
        self.made = Job("success")
        self.folder = runner.folder / f"{run}-{name}"
        permissions = self.definition.get("permissions", workflow["permissions"])
        self.token = runner.hub.token(**{each: "read" if event.fork else level for each, level in permissions.items()})
        self.github = {
            "event_name": event.name, "ref": event.ref, "sha": event.sha, "repository": REPOSITORY, "run_id": str(run),
            "workflow": workflow["name"], "token": self.token, "event": event.payload,
        }  # fmt: skip
        path = f"{REPOSITORY}/.github/workflows/{stem}.yaml"
        self.variables = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), "CI": "true",
            "GITHUB_ACTIONS": "true", "GITHUB_API_URL": runner.hub.url, "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_RUN_ID": str(run), "GITHUB_SHA": event.sha,
            "GITHUB_REF": event.ref, "GITHUB_REF_NAME": event.ref.removeprefix("refs/heads/"),
            "GITHUB_WORKFLOW": workflow["name"], "GITHUB_WORKFLOW_REF": f"{path}@{event.ref}",
            "GITHUB_EVENT_NAME": event.name, "GITHUB_WORKSPACE": str(self.folder / "workspace"),
            "RUNNER_TEMP": str(self.folder / "temp"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def scope(
        self, steps: Mapping[str, Any], inputs: Mapping[str, str] | None = None, *, failed: bool = False
    ) -> Scope:
        """What the expressions of a job, or of an action in it, see."""
        contexts: dict[str, Any] = {"github": self.github, "runner": {"temp": self.variables["RUNNER_TEMP"]}}
        contexts["steps"] = {each: {"outputs": given} for each, given in steps.items()}
        if inputs is not None:
            return Scope(contexts | {"inputs": inputs}, failed)
        contexts["needs"] = {n: {"result": each.result, "outputs": each.outputs} for n, each in self.needs.items()}
        return Scope(contexts | {"secrets": self.secrets()}, failed)

    def secrets(self) -> dict[str, str]:
        """Those of the repository and of the job's environment; empty where the job may not have them."""
        environment = self.definition.get("environment")
        given = {each: "" for some in self.runner.environments.values() for each in some} | dict(self.runner.secrets)
        if environment and self.event.ref == "refs/heads/main":
            given |= self.runner.environments[environment]
        return {each: "" if self.event.fork else value for each, value in given.items()}

    def job(self) -> Job:
        """Runs it."""
        unsuccessful = any(each.result != "success" for each in self.needs.values())
        if not self.scope({}, failed=unsuccessful).holds(self.definition.get("if")):
            return Job("skipped", dict.fromkeys(self.definition.get("outputs", {}), ""))
        for each in ("bin", "temp", "workspace"):
            (self.folder / each).mkdir(parents=True)
        python = self.folder / "bin/python"
        python.write_text(_PYTHON % (ROOT, sys.executable, sys.executable))
        python.chmod(0o755)
        steps, ok = self.steps(self.definition["steps"], None, None)
        self.made.result = "success" if ok else "failure"
        scope = self.scope(steps)
        self.made.outputs = {each: scope.text(text) for each, text in self.definition.get("outputs", {}).items()}
        return self.made

    def steps(
        self, steps: Sequence[Mapping[str, Any]], inputs: Mapping[str, str] | None, action: Path | None
    ) -> tuple[dict[str, dict[str, str]], bool]:
        """Runs the steps of the job, or of an action with these inputs; their outputs, and whether all went well."""
        outputs: dict[str, dict[str, str]] = {each["id"]: {} for each in steps if "id" in each}
        ok = True
        for each in steps:
            scope = self.scope(outputs, inputs, failed=not ok)
            if not scope.holds(each.get("if")):
                continue
            given, code = self.step(each, scope, action)
            outputs[each.get("id", "")] = given
            ok = ok and code == 0
        return outputs, ok

    def step(self, step: Mapping[str, Any], scope: Scope, action: Path | None) -> tuple[dict[str, str], int]:
        """Runs a step; its outputs, and its exit code."""
        unknown = step.keys() - {"id", "if", "name", "uses", "with", "shell", "env", "run"}
        assert not unknown, f"this runner knows nothing of {unknown}"
        given = {name: scope.text(value) for name, value in step.get("with", {}).items()}
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "what stands in a script can end it"
            return self.script(step, {name: scope.text(value) for name, value in step.get("env", {}).items()}, action)
        used, _, pin = step["uses"].partition("@")
        if used.startswith(OURS):
            return self.ours(ROOT / used.removeprefix(OURS), given)
        assert re.fullmatch("[0-9a-f]{40}", pin), f"{used} is not pinned"
        return _STAND_INS[used](self, given)

    def ours(self, folder: Path, given: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """Runs one of our actions."""
        action = yaml.load((folder / "action.yml").read_text(), yaml.BaseLoader)
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"{folder.name} has no inputs {unknown}"
        defaults = self.scope({})
        inputs = {
            name: given.get(name, defaults.text(each.get("default", ""))) for name, each in action["inputs"].items()
        }
        missing = [name for name, each in action["inputs"].items() if each.get("required") and name not in given]
        assert not missing, f"{folder.name} needs {missing}"
        outputs, ok = self.steps(action["runs"]["steps"], inputs, folder)
        scope = self.scope(outputs, inputs)
        return {name: scope.text(each["value"]) for name, each in action.get("outputs", {}).items()}, int(not ok)

    def script(
        self, step: Mapping[str, Any], env: Mapping[str, str], action: Path | None
    ) -> tuple[dict[str, str], int]:
        """Runs a script with bash, as the runner calls it."""
        files = {
            name: self.folder / f"{name}-{len(self.made.steps)}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        }
        for path in files.values():
            path.touch()
        variables = self.variables | dict(env) | {name: str(path) for name, path in files.items()}
        script = self.folder / "script.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env=variables | {"GITHUB_ACTION_PATH": str(action)}, cwd=self.folder / "workspace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
        )  # fmt: skip
        values = {value: name for name, value in self.secrets().items() if value} | {self.token: "GITHUB_TOKEN"}
        secrets = sorted(name for value, name in values.items() if value in env.values())
        self.made.steps.append(Step(step["name"], done.returncode, done.stdout, secrets))
        self.made.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        return outputs_of(files["GITHUB_OUTPUT"].read_text()), done.returncode

    def check_out(self, given: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """The stand-in for actions/checkout."""
        assert dict(given) == {"persist-credentials": "false"}
        self.runner.checkout(self.event.sha, self.folder / "workspace")
        return {}, 0

    def upload(self, given: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """The stand-in for actions/upload-artifact."""
        assert given.keys() == {"name", "path", "if-no-files-found", "overwrite", "retention-days"}
        assert not re.search(r'["\\/:<>|*?\r\n]', given["name"]), f"no name of an artifact: {given['name']}"
        source, place = Path(given["path"]), self.runner.folder / f"artifact-{self.runner.hub.next()}"
        place.mkdir()
        for each in source.iterdir() if source.is_dir() else [source]:
            shutil.copy(each, place)
        return {"artifact-id": str(self.runner.hub.add_artifact(self.run, given["name"], place))}, 0

    def download(self, given: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """The stand-in for actions/download-artifact."""
        assert given.keys() == {"artifact-ids", "run-id", "github-token", "path"}
        assert self.runner.hub.tokens[given["github-token"]].get("actions") == "read"
        key = (given["artifact-ids"], given["run-id"])
        for each in self.runner.hub.artifacts:
            if (str(each["id"]), str(each["workflow_run"]["id"])) == key:
                shutil.copytree(each["folder"], given["path"], dirs_exist_ok=True)
                return {}, 0
        self.made.steps.append(Step("download", 1, "Unable to download artifact(s)\n", []))
        return {}, 1

    def python(self, given: Mapping[str, str]) -> tuple[dict[str, str], int]:
        """The stand-in for actions/setup-python."""
        assert given.keys() == {"python-version"}
        return {}, 0


_STAND_INS: Mapping[str, Callable[[_Running, Mapping[str, str]], tuple[dict[str, str], int]]] = {
    "actions/checkout": _Running.check_out,
    "actions/setup-python": _Running.python,
    "actions/upload-artifact": _Running.upload,
    "actions/download-artifact": _Running.download,
}
