"""What two environments are asked for: agents who share contacts are compared one by one."""

from __future__ import annotations

import pytest

from reconciler.manifests.differences import compared
from reconciler.manifests.given import from_process, with_given
from reconciler.manifests.project import Environment
from reconciler.manifests.read import read_composed
from tests.manifests.reading import ENVIRONMENT, campaign, documents, files, policy, project

OTHER_IDS = ENVIRONMENT.replace("alice: 543, bruno: 544", "alice: 1, bruno: 2")


def told(first: str, second: str, environment: Environment | None = None) -> list[str]:
    """The differences of `assign` between two accounts in which the same agents have other ids."""
    sides = []
    for agents, of in ((first, project()), (second, project(OTHER_IDS))):
        one = environment or of.environments["local"]
        text = documents(campaign(), policy(f"{{name: all, match: all, assign: {{agents: {agents}}}}}"))
        sides.append((read_composed(of, one, files(text), {})[1], one))
    (found,) = [each for each in compared(*sides[0], *sides[1]) if each.address.kind == "AssignmentPolicy"]
    name = "rules[all].assign.agents."
    return [
        f"{each.path.removeprefix(name)} {each.first and each.first.text} {each.second and each.second.text}"
        for each in found.differences
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{alice: 2, bruno: 1}", "{bruno: 1, alice: 2}"),
        ("{alice: 2, 544: 1}", "{1: 2, bruno: 1}"),
        ("[alice, bruno]", "{alice: 1, bruno: 1}"),
        ("[alice, 544]", "[2, 1]"),
        ('"${list}"', "[alice]"),
    ],
)
def test_what_means_the_same_is_no_difference(first: str, second: str) -> None:
    """The order, a name or its id, a list or weights of 1."""
    assert told(first, second) == []


def test_what_differs_is_told_by_agent() -> None:
    """Other weights, and agents that one side alone has; an id without a name stays one."""
    assert told("{alice: 2, bruno: 1}", "{alice: 3, bruno: 1}") == ["alice 2 3"]
    assert told("[alice, bruno]", "[alice]") == ["bruno 1 None"]
    assert told("[alice]", "[alice, 9]") == ["9 None 1"]
    assert told("[543]", "[543]") == ["alice 1 None", "543 None 1"]


def test_a_secret_name_is_not_shown() -> None:
    """Its use is, also where the name would stand in a path."""
    process = from_process({"RECONCILER_VAR_mainNumber": "alice"}, {"mainNumber"})
    secret = with_given(project().environments["local"], process)
    assert told('["${mainNumber}", bruno]', "[bruno]", secret) == ["${mainNumber} 1 None"]


def test_a_label_of_that_name_is_a_label() -> None:
    """Nothing of it gets lost."""
    texts = [
        campaign().replace("{name: bakery}", f"{{name: bakery, labels: {{assign.agents: {each}}}}}") for each in "ab"
    ]
    local = project().environments["local"]
    one, other = (read_composed(project(), local, files(each), {})[1] for each in texts)
    assert [each.path for each in compared(one, local, other, local)[0].differences] == ["labels.assign.agents"]
