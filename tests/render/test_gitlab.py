"""GitLab's reports: three numbers for Terraform's widget, and Code Quality."""

from __future__ import annotations

import json

import jsonschema
from hypothesis import given

from reconciler.diagnostics import Diagnostic, Severity, Source, Span
from reconciler.planning.plan import Action, Attribute
from reconciler.render.codequality import items_codequality
from reconciler.render.gitlab import plan_gitlab
from reconciler.render.machine import item_of
from reconciler.render.neutral import neutral
from reconciler.render.plan_items import plan_items
from tests.planning.plans import PLACE, assigning, change, plan_of, updating
from tests.render.sample import TEXTS, sample, sample_rows

#: What GitLab asks of the entries (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format").
ENTRIES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
VALIDATOR = jsonschema.Draft202012Validator(ENTRIES)
FAULT = Diagnostic("x", "s", "detail", span=Span(Source("manifests/a.yaml", ""), 7, 3), help="do this", address="C/a")


def test_what_counts_as_what() -> None:
    """Fields are created; settings and contacts updated, by campaign and rule; what ends a campaign deletes it."""
    new = (Attribute("customFields.a", None, {}, PLACE), Attribute("customFields.b", None, {}, PLACE))
    plan = plan_of(
        change(Action.ADD_FIELD, attributes=new),
        updating(maxTries=3, isPaused=True),
        assigning(range(7)),
        assigning([], rule="none changes", matched=4, deferred=2),
        change(Action.ARCHIVE, campaign_id=7),
        change(Action.DELETE, campaign_id=8),
        change(Action.NONE, campaign_id=9),
    )
    assert plan_gitlab(plan) == '{"create": 2, "update": 2, "delete": 2}\n'


def test_nothing_to_do() -> None:
    """GitLab wants all three keys."""
    assert plan_gitlab(plan_of()) == '{"create": 0, "update": 0, "delete": 0}\n'


def test_an_entry() -> None:
    """The file from the root of the repository, and the next step."""
    (entry,) = json.loads(items_codequality([item_of(FAULT)], "apps/campaigns"))
    assert len(entry.pop("fingerprint")) > 32
    assert entry == {
        "check_name": "reconciler/x",
        "description": "s: detail (do this)",
        "severity": "critical",
        "location": {"path": "apps/campaigns/manifests/a.yaml", "lines": {"begin": 7}},
    }


def test_entries_need_a_place() -> None:
    """What has none stands at the project's file."""
    items = [item_of(Diagnostic("x", "s", severity=each)) for each in Severity]
    entries = json.loads(items_codequality(items))
    assert [each["severity"] for each in entries] == ["critical", "major", "info"]
    assert {each["location"]["path"] for each in entries} == {"reconciler.yaml"}
    VALIDATOR.validate(entries)


def test_no_items() -> None:
    """An empty list, so that what was found before is known to be gone."""
    assert items_codequality([]) == "[]\n"


def test_ten_thousand_faults() -> None:
    """All of them, each with a fingerprint of its own, long texts cut."""
    items = [item_of(Diagnostic("x", "s", "y" * 3000 if each < 9 else "same")) for each in range(10_000)]
    entries = json.loads(items_codequality(items))
    assert len({each["fingerprint"] for each in entries}) == 10_000
    assert max(len(each["description"]) for each in entries) == 1000


@given(TEXTS)
def test_hostile_texts(text: str) -> None:
    """S12: valid entries, on printable lines that no CI system takes for a command, of text that UTF-8 can hold."""
    said = items_codequality(plan_items(sample(text), sample_rows(text).limits), "a")
    VALIDATOR.validate(json.loads(said))
    assert [neutral(line) for line in said.splitlines()] == said.splitlines()
    assert all(each["description"].encode() and each["location"]["path"].encode() for each in json.loads(said))
