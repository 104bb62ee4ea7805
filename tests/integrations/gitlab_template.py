"""integrations/gitlab/*.gitlab-ci.yml as GitLab reads it: inputs put in, rules asked, variables in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "integrations/gitlab/reconciler.gitlab-ci.yml"
_INPUT = re.compile(r"\$\[\[ inputs\.([a-z-]+) \]\]")
_KINDS: dict[str, type] = {"string": str, "boolean": bool, "array": list, "number": int}


class Refused(Exception):
    """GitLab makes no pipeline of this."""


def documents(template: Path = TEMPLATE) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the jobs, as they stand there."""
    header, jobs = yaml.safe_load_all(template.read_text(encoding="utf-8"))
    return header, jobs


def jobs_for(given: Mapping[str, object], template: Path = TEMPLATE) -> dict[str, Any]:
    """The jobs with these inputs put in; Refused where one is missing or wrong."""
    header, jobs = documents(template)
    inputs = header["spec"]["inputs"]
    if strange := set(given) - set(inputs):
        raise Refused(f"unknown inputs: {strange}")
    filled = {name: _checked(name, each, given) for name, each in inputs.items()}
    found: dict[str, Any] = _filled(jobs, filled)
    return found


def _checked(name: str, declared: Mapping[str, Any], given: Mapping[str, object]) -> object:
    if name not in given and "default" not in declared:
        raise Refused(f"{name} is missing")
    value = given.get(name, declared.get("default"))
    if not isinstance(value, _KINDS[declared.get("type", "string")]):
        raise Refused(f"{name} is of another type")
    if "options" in declared and value not in declared["options"]:
        raise Refused(f"{name} is none of its options")
    if "regex" in declared and not re.search(declared["regex"], str(value)):
        raise Refused(f"{name} is not as it has to be")
    return value


def _filled(value: Any, inputs: Mapping[str, object]) -> Any:
    """An input alone keeps its type; inside a text it is text. Keys are filled, too."""
    if isinstance(value, dict):
        return {_filled(key, inputs): _filled(each, inputs) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, inputs) for each in value]
    if not isinstance(value, str):
        return value
    if alone := _INPUT.fullmatch(value):
        return inputs[alone[1]]
    return _INPUT.sub(lambda found: _text(inputs[found[1]]), value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def wanted(job: Mapping[str, Any], variables: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The first rule that holds, which is how the job runs; None: it is not in this pipeline."""
    return next((rule for rule in job["rules"] if _holds(rule["if"], variables)), None)


def _holds(condition: str, variables: Mapping[str, str]) -> bool:
    return all(_compares(each, variables) for each in condition.split(" && "))


def _compares(comparison: str, variables: Mapping[str, str]) -> bool:
    left, operator, right = comparison.split(" ")
    return (_value(left, variables) == _value(right, variables)) is {"==": True, "!=": False}[operator]


def _value(word: str, variables: Mapping[str, str]) -> str | None:
    if found := re.fullmatch(r"\$(\w+)", word):
        return variables.get(found[1])
    text = re.fullmatch(r'"([^"]*)"', word)
    assert text, word
    return text[1]


def variables_of(job: Mapping[str, Any], predefined: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job: what the project's settings say goes over what the job says; `$NAME` is put in."""
    known = {**predefined, **settings}
    own = {name: _expanded(each, known) for name, each in job.get("variables", {}).items()}
    return {**predefined, **own, **settings}


def _expanded(value: Any, known: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        assert value["expand"] is False
        return str(value["value"])
    return re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), str(value))
