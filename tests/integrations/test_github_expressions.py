"""The evaluator of the other tests: as GitHub documents it, and loud where it knows something not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.github_expressions import Scope, UnknownExpression

CONTEXTS = {
    "inputs": {"comment": "true", "empty": ""},
    "github": {"event_name": "push", "event": {}, "sha": "abc"},
    "steps": {"plan": {"outputs": {"code": "2"}}},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.event_name == 'PUSH'", True),
        ("github.event.pull_request.head.sha || github.sha", "abc"),
        ("inputs.empty || 'x'", "x"),
        ("inputs.comment == 'true' && github.event.pull_request.number", None),
        ("!cancelled() && (steps.plan.outputs.code == '0' || steps.plan.outputs.code == '2')", True),
        ("steps.plan.outputs.code == 2", True),
        ("steps.plan.outputs.artifact != ''", False),
        ("github.event.pull_request == ''", True),
        ("'it''s' != 'its'", True),
        ("!(1 == 1)", False),
    ],
)
def test_a_value(expression: str, value: Any) -> None:
    """As on GitHub."""
    assert Scope(CONTEXTS).value(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "inputs.coment", "steps.plna.outputs.code", "steps.plan.output.code", "fromJSON('1')", "vars.x",
        "1 < 2", "(1", "a b", "github['sha']",
    ],
)  # fmt: skip
def test_what_is_not_known_is_an_error(expression: str) -> None:
    """Never silently empty."""
    with pytest.raises(UnknownExpression):
        Scope(CONTEXTS).value(expression)


def test_an_if_without_a_function_needs_success() -> None:
    """One with a function decides on its own."""
    failed = Scope(CONTEXTS, failed=True)
    assert not failed.holds("github.event_name == 'push'")
    assert not failed.holds(None)
    assert failed.holds("!cancelled() && github.event_name == 'push'")
    assert not Scope(CONTEXTS, cancelled=True).holds("!cancelled()")


def test_a_text() -> None:
    """Truths are small letters, and what is not there is nothing."""
    assert Scope(CONTEXTS).text("a-${{ github.sha }}-${{ github.ref }}-${{ 1 == 1 }}") == "a-abc--true"
