"""The examples of the explanations are true: the wrong one has that fault, the right one has none."""

from __future__ import annotations

import json
import shlex
import textwrap

import pytest

from reconciler.explanations import EXPLANATIONS, Where
from tests.conftest import Workplace

_HEAD = "apiVersion: diabolocom.reconciler/v1\nkind: {kind}\nmetadata: {{name: example}}\nspec:\n"
_PROJECT = """\
environments:
  local:
    baseUrl: "emulator:.reconciler/emulator.db"
    overlays: [overlays]
    variables: {mainNumber: "33199001001", agents: [alice]}
    agents: {alice: 543, bruno: 544}
    groups: {closers: 12}
"""
_BASE = """\
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {name: admissions-bakery, labels: {team: admissions}}
spec: {settings: {name: CA - Métiers de Bouche}}
---
apiVersion: diabolocom.reconciler/v1
kind: CampaignTemplate
metadata: {name: admissions-defaults}
spec: {settings: {maxTries: 5}}
"""
_KINDS = {Where.CAMPAIGN: "Campaign", Where.POLICY: "AssignmentPolicy", Where.PROJECT: "Project"}
IN_FILES = sorted(code for code, each in EXPLANATIONS.items() if each.where not in (None, Where.COMMAND))
ON_THE_LINE = sorted(code for code, each in EXPLANATIONS.items() if each.where is Where.COMMAND)


def _found(workplace: Workplace, where: Where | None, example: str) -> list[tuple[str, str]]:
    """Severity and code of everything that validate says about a project with this example."""
    text = _document(_KINDS[where], example) if where in _KINDS else example
    workplace.write("reconciler.yaml", text if where is Where.PROJECT else _document("Project", _PROJECT))
    workplace.write("overlays/none.yaml", "")
    workplace.write("manifests/base.yaml", _BASE)
    if where is not Where.PROJECT:
        workplace.write("overlays/example.yaml" if where is Where.OVERLAY else "manifests/example.yaml", text)
    said = json.loads(workplace.run("validate", "--format", "json").out)
    return [(each["severity"], each["code"]) for each in said["diagnostics"]]


def _document(kind: str, spec: str) -> str:
    return _HEAD.format(kind=kind) + textwrap.indent(spec, "  ")


@pytest.mark.parametrize("code", IN_FILES)
def test_the_wrong_example_has_the_fault(workplace: Workplace, code: str) -> None:
    """And no fault of another kind, which would be what people learn from it."""
    each = EXPLANATIONS[code]
    assert {found for _, found in _found(workplace, each.where, each.wrong)} == {code}


@pytest.mark.parametrize("code", IN_FILES)
def test_the_right_example_is_right(workplace: Workplace, code: str) -> None:
    """Nothing is said about it."""
    each = EXPLANATIONS[code]
    assert _found(workplace, each.where, each.right) == []


@pytest.mark.parametrize("code", ON_THE_LINE)
def test_the_commands_of_examples_are_there(workplace: Workplace, code: str) -> None:
    """Their names and options are taken."""
    for line in (EXPLANATIONS[code].wrong + EXPLANATIONS[code].right).splitlines():
        if line.startswith("reconciler "):
            assert workplace.run(*shlex.split(line)[1:], "--help").code == 0, line
