"""The template itself: by GitLab's own schema, with inputs that can't become a script, secrets where they belong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml
from jsonschema import Draft7Validator

from tests.integrations.gitlab_runner import SHELLS
from tests.integrations.gitlab_template import ROOT, TEMPLATE, Refused, documents, jobs_for

FORGE = ROOT / "integrations/gitlab/forge.py"
FLEET = ROOT / "integrations/gitlab/fleet.gitlab-ci.yml"
PAGE = (ROOT / "docs/gitlab.md").read_text(encoding="utf-8")
JOBS = jobs_for({"environment": "production"})
_SCHEMA = Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor/gitlab-ci.json"
#: Where the script stands in the template: below `value: |`, in by eight.
_EMBEDDED = re.compile(r"(?<=      value: \|\n).*?(?=      expand: false\n)", re.DOTALL)


@pytest.mark.parametrize("inputs", [{}, {"snapshot": True, "apply": "fresh", "when": "on_success", "changes": ["a/*"]}])
def test_it_is_one(inputs: dict[str, object]) -> None:
    """Header and jobs, with the inputs put in, by the schema of GitLab."""
    schema = Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    schema.validate(documents()[0])
    schema.validate(jobs_for({"environment": "production", **inputs}))


def test_the_schema_would_say_so() -> None:
    """The schema is no formality: a job with a word that GitLab does not know is none."""
    schema = Draft7Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    wrong = {**JOBS, "other": {"script": ["true"], "artifacts": {"acess": "developer"}}}
    assert not schema.is_valid(wrong)


def test_the_template_for_fleets_is_one() -> None:
    """By the same schema, with the command that a team would run on its own files."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(FLEET)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_script_is_the_one_beside_it(request: pytest.FixtureRequest) -> None:
    """What the jobs run is integrations/gitlab/forge.py; `pytest --bless` puts it there anew."""
    if request.config.getoption("--bless"):
        lines = FORGE.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(f"        {line}" if line.strip() else line for line in lines)
        TEMPLATE.write_text(_EMBEDDED.sub(lambda _: text, TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
    variables = [each["variables"] for each in jobs_for({"environment": "production"}).values()]
    held = [each["RECONCILER_FORGE"] for each in variables if "RECONCILER_FORGE" in each]
    assert len(held) == 4
    assert all(each == {"value": FORGE.read_text(encoding="utf-8"), "expand": False} for each in held)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", 'production"; curl evil #'),
        ("environment", "$CI_JOB_TOKEN"),
        ("directory", "$(id)"),
        ("read-token", "glpat-the-token-itself"),
        ("write-token", "${A}${B}"),
        ("apply", "always"),
        ("when", "never"),
        ("snapshot", "true"),
        ("changes", "**/*"),
        ("label", "a,$(id)"),
        ("another", "x"),
    ],
)
def test_an_input_that_is_wrong(name: str, value: object) -> None:
    """GitLab makes no pipeline of it; a token that stands in a file is wrong, too."""
    with pytest.raises(Refused):
        jobs_for({"environment": "production", name: value})


def test_the_environment_has_to_be_said() -> None:
    """It has no default."""
    with pytest.raises(Refused):
        jobs_for({})


def test_no_input_stands_in_a_script() -> None:
    """They go through variables, and each of these is quoted where a shell reads it."""
    for name, job in documents()[1].items():
        script = "\n".join([*job["before_script"], *job["script"]])
        assert "$[[" not in script, name
        unquoted = re.sub(r'"[^"\n]*"', "", script)
        assert set(re.findall(r"\$\w+", unquoted)) == set(), name


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_ones_of_both_shells(shell: str) -> None:
    """The runner takes bash where the image has it, else sh."""
    for job in JOBS.values():
        script = "\n".join([*job["before_script"], *job["script"]])
        subprocess.run([*SHELLS[shell], "-n", "-c", script], check=True)


def test_who_gets_which_token() -> None:
    """The write token goes to apply alone, and the fork's job gets none at all; apply is one at a time, and guarded."""
    apply = "reconciler apply production"
    tokens = {
        name: set(map(str, each["variables"].values())) & {"$DIABOLOCOM_WRITE_TOKEN"} for name, each in JOBS.items()
    }
    assert [name for name, each in tokens.items() if each] == [apply]
    assert not [each for each in JOBS["reconciler fork production"]["variables"].values() if str(each).startswith("$")]
    job = JOBS[apply]
    assert (job["environment"], job["resource_group"]) == ({"name": "production"}, "reconciler-production")
    assert job["interruptible"] is False
    assert all(each["when"] == "manual" and each["allow_failure"] is False for each in job["rules"])


def test_who_may_read_what_is_kept() -> None:
    """Guests of a public project read artifacts, but for those of developers: plans, runs and drift are these."""
    access = {name.split()[1]: each["artifacts"].get("access", "all") for name, each in JOBS.items()}
    developer = dict.fromkeys(("plan", "apply", "drift"), "developer")
    assert access == developer | {"fork": "all", "snapshot": "all"}


def test_two_environments_in_one_repository() -> None:
    """The template can be included twice: no job of one is a job of the other, and no hidden one is shared."""
    assert not set(JOBS) & set(jobs_for({"environment": "staging"}))


def test_the_page_names_every_input_and_variable() -> None:
    """docs/gitlab.md has a row for each."""
    header, _ = documents()
    assert all(f"| `{name}` |" in PAGE for name in header["spec"]["inputs"])
    words = ("DIABOLOCOM_READ_TOKEN", "DIABOLOCOM_WRITE_TOKEN", "RECONCILER_NOTE_TOKEN", "RECONCILER_API_TOKEN")
    assert all(f"| `{each}` |" in PAGE for each in words)


def test_the_examples_of_the_page() -> None:
    """Each include names inputs that there are, and values that GitLab takes."""
    blocks = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    included: list[dict[str, Any]] = [each for block in blocks for each in block.get("include", [])]
    assert included
    for each in included:
        jobs_for(each["inputs"])


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert link.startswith("https://") or (ROOT / "docs" / link).exists()
