"""The example policy for OPA, run by another interpreter of Rego: its own tests, and a real plan as its input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import regorus

from tests.cli.conftest import LOCAL
from tests.conftest import Workplace

POLICIES = Path(__file__).resolve().parents[2] / "integrations/opa"
TESTS = re.findall(r"^(test_\w+)", (POLICIES / "policy_test.rego").read_text(encoding="utf-8"), re.MULTILINE)


def engine() -> Any:
    """The policy and its tests, loaded."""
    made = regorus.Engine()
    for each in ("policy.rego", "policy_test.rego"):
        made.add_policy_from_file(str(POLICIES / each))
    made.set_input({"changes": []})
    return made


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_of_the_policy(name: str) -> None:
    """Each holds, as `opa test` has it: none is false or undefined."""
    assert engine().eval_rule(f"data.reconciler_test.{name}") is True


def test_every_rule_of_it_is_tested() -> None:
    """There are tests at all."""
    assert len(TESTS) == 10


def test_a_real_plan(project: Workplace) -> None:
    """The plan of the example is the input as it is; with a check of the project's that fails, OPA says so, too."""
    path = project.folder / "reconciler.yaml"
    check = "{name: tries, of: setting, where: {attribute: maxTries}, require: {after: {atMost: 9}}, message: no}"
    path.write_text(path.read_text().replace("  environments:\n", f"  checks: [{check}]\n  environments:\n", 1))
    template = project.folder / "manifests/templates.yaml"
    template.write_text(template.read_text().replace("maxTries: 10", "maxTries: 11"))
    planned = project.run(*LOCAL, "plan", "--format", "json")
    opa = engine()
    opa.set_input(json.loads(planned.out))
    said = {"maxTries would be 11, at most 10", "check tries does not hold"}
    both = ("enrolment-renewal", "follow-up-incomplete")
    assert opa.eval_rule("data.reconciler.deny") == {f"Campaign/{name}: {each}" for name in both for each in said}
    assert "Campaign/enrolment-renewal: starts calling" in opa.eval_rule("data.reconciler.warn")
