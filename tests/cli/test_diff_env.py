"""`diff-env`: what the manifests ask of two environments, where that differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.manifests.differences import compared
from reconciler.manifests.read import read_composed
from tests.conftest import Workplace
from tests.manifests.reading import API, campaign, documents, files, policy
from tests.manifests.reading import project as project_of

BOTH = ("diff-env", "staging", "production")
PROJECT = f"""\
{API}kind: Project
metadata: {{name: two}}
spec:
  manifests: [m]
  environments:
    staging:
      baseUrl: "emulator:.reconciler/emulator.db"
      agents: {{alice: 1, bruno: 2}}
      variables: {{number: "33199000001", same: x}}
      overlays: [s]
    production:
      baseUrl: "https://example.com"
      agents: {{alice: 543, bruno: 544}}
      variables: {{number: "33199000002", same: x}}
      overlays: [p]
"""
BASE = documents(
    campaign("displayedPhoneNumbers: ['${number}']", "folder: '${same}'", "userIds: [alice]", "nextTryDelay: 24h"),
    campaign(name="untouched").replace("Métiers", "Metier"),
    policy(
        "{name: gold, match: {assignedAgentIds: [alice]}, set: {assignedAgentId: bruno}}",
        "{name: rest, match: all, skip: true}",
    ),
)


def two(workplace: Workplace, staging: str = "{}", production: str = "{}", rules: str = "") -> Workplace:
    """The project with these settings in the overlays of each environment."""
    workplace.write("reconciler.yaml", PROJECT)
    workplace.write("m/m.yaml", BASE)
    for folder, each in (("s", staging), ("p", production)):
        workplace.write(f"{folder}/o.yaml", campaign(f"settings: {each}", settings=False))
    if rules:
        workplace.write(
            "p/rules.yaml", f"{API}kind: AssignmentPolicy\nmetadata: {{name: shares}}\nspec: {{rules: {rules}}}\n"
        )
    return workplace


def rows(workplace: Workplace) -> list[str]:
    """The lines of differences, without what aligns them."""
    ran = workplace.run(*BOTH)
    assert ran.code == 0, ran.err
    return [" ".join(line.split()) for line in ran.out.splitlines() if line.startswith("  ")]


def test_what_is_printed(workplace: Workplace) -> None:
    """By object and setting, with the place that a value of the second has; a count at the end."""
    two(workplace, "{maxTries: 5}", "{globalPriority: 10, folder: null}")
    assert (
        workplace.run(*BOTH).out
        == """\
What the manifests ask of staging → production

Campaign/bakery
  ~ settings.displayedPhoneNumbers  ["33199000001"] → ["33199000002"]  m/m.yaml:7, ${number} from reconciler.yaml:15
  - settings.folder                 "x"                                m/m.yaml:8, ${same} from reconciler.yaml:10
  - settings.maxTries               5                                  s/o.yaml:5
  + settings.globalPriority         10                                 p/o.yaml:5

4 differences in 1 of 3 objects
"""
    )


@pytest.mark.parametrize(
    ("staging", "production"),
    [
        ("{userIds: [alice, bruno]}", "{userIds: [bruno, alice]}"),
        ("{userIds: [1]}", "{userIds: [543]}"),
        ("{userIds: [alice]}", "{userIds: [543]}"),
        ("{nextTryDelay: 24h}", "{nextTryDelay: 86400}"),
        ("{displayedPhoneNumbers: ['33199000003']}", "{displayedPhoneNumbers: ['+33 199 000 003']}"),
    ],
)
def test_what_means_the_same_is_no_difference(workplace: Workplace, staging: str, production: str) -> None:
    """Order of sets, the way of writing, ids behind the same name."""
    two(workplace, staging, production)
    assert [each for each in rows(workplace) if "displayedPhoneNumbers" not in each] == []


@pytest.mark.parametrize(
    ("staging", "production", "row"),
    [
        ("{userIds: [1]}", "{userIds: [1]}", "~ settings.userIds [1] → [1] p/o.yaml:5"),
        ("{userIds: []}", "{userIds: null, maxTries: 5}", "- settings.userIds [] s/o.yaml:5"),
        ("{maxTries: 1}", "{maxTries: 2}", "~ settings.maxTries 1 → 2 p/o.yaml:5"),
        (
            "{autoPurge: {enabled: true}}",
            "{autoPurge: {enabled: false}}",
            "~ settings.autoPurge.enabled true → false p/o.yaml:5",
        ),
    ],
)
def test_what_differs_is_told(workplace: Workplace, staging: str, production: str, row: str) -> None:
    """The same id is somebody else where only one side has a name for it."""
    assert row in rows(two(workplace, staging, production))


REST = "{name: rest, match: all, skip: true}"
GOLD = "{name: gold, match: {assignedAgentIds: [543]}, set: {assignedAgentId: bruno}}"
TOLD = """\
~ rules[gold].set.assignedAgentId "bruno" → 1 p/rules.yaml:4
- rules[rest] m/m.yaml:26
- rules[rest].match "all" m/m.yaml:26
- rules[rest].skip true m/m.yaml:26"""


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (
            f"{{name: rest, match: all, skip: true}}, {GOLD}",
            "~ rules (order) [gold, rest] → [rest, gold] p/rules.yaml:4",
        ),
        (GOLD.replace("bruno", "1"), TOLD),
    ],
)
def test_rules_are_compared_by_name(workplace: Workplace, rules: str, told: str) -> None:
    """Their order is part of what is asked: a contact belongs to the first that matches."""
    assert [each for each in rows(two(workplace, rules=f"[{rules}]")) if "rules" in each] == told.splitlines()


def test_exit_codes(workplace: Workplace) -> None:
    """0 also with differences, 2 only when asked for; an environment that is not there is an error."""
    two(workplace)
    assert workplace.run(*BOTH).code == 0
    assert workplace.run(*BOTH, "--detailed-exitcode").code == 2
    same = workplace.run("diff-env", "staging", "staging", "--detailed-exitcode")
    assert (same.code, same.out.splitlines()[-1]) == (0, "0 differences in 0 of 3 objects")
    ran = workplace.run("diff-env", "staging", "produktion")
    assert (ran.code, "the nearest environment is `production`" in ran.err) == (1, True)


def test_json(workplace: Workplace) -> None:
    """Both values and both places."""
    ran = two(workplace, production="{maxTries: 9}").run(*BOTH, "--format", "json")
    found = json.loads(ran.out)
    (bakery,) = found.pop("objects")
    assert (found, bakery["address"], bakery["only"]) == (
        {"first": "staging", "second": "production"},
        "Campaign/bakery",
        None,
    )
    tries: dict[str, Any] = bakery["differences"][1]
    source = {"file": "p/o.yaml", "line": 5}
    assert tries == {"path": "settings.maxTries", "first": None, "second": {"value": 9, "source": source}}
    assert bakery["differences"][0]["first"]["variables"][0]["source"] == {"file": "reconciler.yaml", "line": 10}


def test_variables_from_outside_count_on_both_sides(workplace: Workplace) -> None:
    """And a secret is not shown where only one side takes it."""
    two(workplace)
    assert workplace.run("--var", 'number="33199000003"', *BOTH).out.endswith("\n0 differences in 0 of 3 objects\n")
    workplace.variables = {"RECONCILER_VAR_same": "zorglub"}
    two(workplace, production="{folder: y}")
    assert '~ settings.folder "${same}" → "y" p/o.yaml:5' in rows(workplace)
    assert "zorglub" not in workplace.run(*BOTH, "--format", "json").out


def test_faults_of_both_are_told_at_once(workplace: Workplace) -> None:
    """Each once."""
    ran = two(workplace, "{maxTries: x}", "{maxTry: 1}").run(*BOTH)
    assert (ran.code, ran.err.count("error[")) == (1, 2)


def test_text_of_a_manifest_is_data(workplace: Workplace) -> None:
    """S12: it moves no cursor."""
    two(workplace)
    labels = r'{name: bakery, labels: {"a\x1b[31m": b}}'
    over = campaign(r'settings: {folder: "\x1b[31m\n::error::"}', settings=False)
    workplace.write("p/o.yaml", over.replace("{name: bakery}", labels))
    assert "+ labels.a\\x1b[31m" in "".join(rows(workplace))
    for more in ((), ("--format", "json")):
        assert workplace.run(*BOTH, *more).out.replace("\n", "").isprintable()


def test_an_object_that_only_one_side_has() -> None:
    """No overlay can bring one about today; it is told all the same."""
    of = project_of()
    local = of.environments["local"]
    texts = documents(campaign(), campaign(name="b").replace("CA", "CB"))
    both = read_composed(of, local, files(texts), {})[1]
    (only,) = [each for each in compared(both[1:], local, both, local) if each.only]
    assert (only.address, only.only, only.differences) == (both[0].address, "second", ())
    (only,) = [each for each in compared(both, local, both[1:], local) if each.only]
    assert (only.address, only.only) == (both[0].address, "first")
