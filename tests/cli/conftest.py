"""What the tests of the command line share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Workplace

LOCAL = ("-e", "local")


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """The example project, with a fresh account."""
    workplace.example()
    return workplace


def plan_of(project: Workplace, *arguments: str) -> dict[str, Any]:
    """The plan that is made now, as JSON."""
    ran = project.run(*LOCAL, "plan", "--format", "json", *arguments)
    assert ran.code in (0, 1, 2), ran.err
    plan = json.loads(ran.out)
    assert isinstance(plan, dict)
    return plan


def expect_another_mode(project: Workplace) -> None:
    """The manifest expects what the account does not hold, so that its campaign is blocked."""
    path = project.folder / "manifests/admissions.yaml"
    path.write_text(path.read_text().replace("mode: predictive", "mode: preview"))
