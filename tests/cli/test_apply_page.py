"""docs/apply.md tells the truth of reports, logs and traces."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from reconciler.cli.exits import Exit
from reconciler.cli.reports import RUN_FORMATS
from reconciler.store.results import StepResult
from tests.conftest import EXAMPLES, Workplace
from tests.pages import DOCS

PAGE = (DOCS / "apply.md").read_text(encoding="utf-8")
SOURCES = sorted((EXAMPLES.parent / "reconciler/cli").rglob("*.py"))


def _events() -> Iterator[str]:
    """The names of events that the commands write: given by name, or in the places that take one."""
    places = {"event": 0, "said": 1, "talk": 1, "_talk": 1, "_say": 1, "_line": 0}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in places and len(node.args) > places[name]:
                argument = node.args[places[name]]
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def test_every_event_is_told() -> None:
    """And none that there is not."""
    table = PAGE[PAGE.index("| event | tells |") :].partition("\n\n")[0]
    told = {name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z]+)`", line.split("|")[1])}
    assert {"step", "plan", "usage", "traces", "waiting"} < set(_events())
    assert told == set(_events()) | {"message"}


def test_formats_fields_and_ends_are_told() -> None:
    """Each of them."""
    assert all(f"`--report {each}=FILE`" in PAGE for each in RUN_FORMATS)
    assert all(f"`{each}`" in PAGE for each in StepResult.__struct_encode_fields__ if each != "number")
    assert all(f"`{each.name.lower()}`" in PAGE for each in Exit)


def test_the_output_is_real(workplace: Workplace) -> None:
    """Each line of the example is said by the run that it shows, its numbers and times aside."""
    workplace.example()
    path = workplace.folder / "reconciler.yaml"
    path.write_text(path.read_text().replace('"33199001004", recordedShare', '"33199009999", recordedShare'))
    said = _plain(workplace.run("-e", "local", "apply", "--yes").out).splitlines()
    (shown,) = re.findall(r"```text\n(Not all applied: .*?)```", PAGE, re.DOTALL)
    assert _plain(shown).splitlines() == said[-len(shown.splitlines()) :]
    for line in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0].splitlines():
        assert {"time", "level", "event", "message", "run"} < json.loads(line).keys()


def _plain(text: str) -> str:
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN", text)
    return re.sub(r"steps in .*", "steps in TIME", text)
