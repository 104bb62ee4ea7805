"""A plan as JSON: every value has a line, and ids share one."""

from __future__ import annotations

import json

from hypothesis import given

from reconciler.planning.saved import loads, to_json
from reconciler.render.neutral import neutral
from reconciler.render.plan_json import plan_json
from tests.planning.plans import assigning, batch, plan_of
from tests.render.sample import TEXTS, sample
from tests.render.spreading import spreading


@given(TEXTS.filter(lambda text: "\ud800" not in text))
def test_it_is_the_saved_plan(text: str) -> None:
    """The same data, the same bytes each time, and nothing that steers (S12)."""
    said = plan_json(sample(text))
    assert json.loads(said) == json.loads(json.dumps(to_json(sample(text))))
    assert said == plan_json(sample(text))
    assert all(neutral(each) == each for each in said.splitlines())


def test_ids_share_a_line() -> None:
    """All of a group, or as many as there are in a batch."""
    said = plan_json(plan_of(assigning(range(1200)), steps=[batch(range(500))]))
    lines = [each.strip() for each in said.splitlines()]
    assert [each.count(",") for each in lines if each.startswith(("0, 1,", "500, 501", "1000, 1001"))] == [
        500,
        500,
        199,
    ]
    assert sum(each.startswith('"contactIds": [0, 1, 2, 3,') for each in lines) == 1
    assert len(lines) < 120


def test_one_of_each() -> None:
    """Objects and lists of objects are laid out as always; what is empty stays on its line."""
    said = plan_json(spreading())
    assert said.startswith('{\n "formatVersion": 1,\n "project": "tested",\n')
    assert '   "attributes": [\n    {\n     "name": "isPaused",\n     "before": true,\n' in said
    assert '   "contacts": [],\n' in said
    assert '\n "diagnostics": [],\n' in said
    assert said.endswith('"\n}\n')
    assert loads(said.encode(), "change.json").changes == spreading().changes
