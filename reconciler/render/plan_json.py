"""A plan as JSON: the saved plan itself, safe to print (S12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.planning.plan import Plan
from reconciler.planning.saved import to_json
from reconciler.render.records import json_text

#: So many plain values of a list stand on a line, as many as there are contacts in a batch.
_ON_A_LINE = 500


def plan_json(plan: Plan) -> str:
    """What `--out` and `--format json` write: same plan, same bytes. Every value has a line, ids share one."""
    return _text(to_json(plan), "\n") + "\n"


def _text(value: Any, line: str) -> str:
    """A value; `line` begins each of its lines but the first."""
    inner = line + " "
    if isinstance(value, Mapping) and value:
        members = (f"{inner}{json_text(name)}: {_text(each, inner)}" for name, each in value.items())
        return f"{{{','.join(members)}{line}}}"
    if not isinstance(value, list | tuple) or not value:
        return json_text(value)
    if any(isinstance(each, Mapping | list | tuple) for each in value):
        return f"[{','.join(f'{inner}{_text(each, inner)}' for each in value)}{line}]"
    if len(value) <= _ON_A_LINE:
        return json_text(value)
    rows = (json_text(value[start : start + _ON_A_LINE])[1:-1] for start in range(0, len(value), _ON_A_LINE))
    return f"[{','.join(f'{inner}{row}' for row in rows)}{line}]"
