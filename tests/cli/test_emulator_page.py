"""docs/emulator.md speaks of all that the emulator takes, and its examples work."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import click
import pytest

from reconciler.cli.emulator import emulator
from reconciler.cli.emulator_options import faults_of, reading_types
from reconciler.emulator import Options, fault_from_json, load_account
from reconciler.emulator.account import PARTS
from reconciler.emulator.armed import KEPT
from reconciler.emulator.control import CONTROL_ENDPOINTS
from reconciler.emulator.faults import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
SEED: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])


def _section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _first_cells(title: str) -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \|", _section(title), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_seed_of_the_page() -> None:
    """It is an account with every entry that there is."""
    account = load_account(SEED)
    assert set(SEED) == set(PARTS)
    assert len(list(account.contacts)) == 1001


def test_seed_entries() -> None:
    """The table has a line for each entry, and for no other."""
    assert _first_cells("Seeds") == set(PARTS)


def test_options() -> None:
    """The table has each option with its values, the default first."""
    defaults = Options()
    for name, kind in reading_types().items():
        values = [str(each).lower() for each in ((False, True) if kind is bool else get_args(kind))]
        shown = "a text" if kind == (str | None) else ", ".join(f"`{each}`" for each in values)
        assert f"| `{name}` | {shown} |" in PAGE
        default = getattr(defaults, name.replace("-", "_"))
        assert default is None or str(default).lower() == values[0]
    assert _first_cells("Options") == set(reading_types())


def test_flags() -> None:
    """The table has each flag of the command."""
    flags = {name for each in emulator.params if isinstance(each, click.Option) for name in each.opts}
    assert _first_cells("Starting it") == flags - {"--help"}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_faults(kind: str) -> None:
    """The table has each kind, with its values."""
    (row,) = re.findall(rf"^\| `{kind}` \| ([^|]*)\|", PAGE, re.MULTILINE)
    assert [name for name in re.findall(r"`([^`]+)`", row) if name != "contactId"] == list(KINDS[kind].values)


def test_fault_tables() -> None:
    """No kind and no key is there that the emulator does not know."""
    assert _first_cells("Faults") == {*KINDS, "method", "path", "after", "times"}


def test_fault_examples() -> None:
    """The faults on the page are faults."""
    examples = re.findall(r"--fault '([^']+)'", PAGE)
    assert len(faults_of(examples)) == 2
    assert re.findall(r'fault_from_text\("([^"]+)"\)', PAGE) == ["lost-after,method=PATCH"]
    (sent,) = re.findall(r"-d '([^']+)' \S+/_emulator/faults", PAGE)
    assert fault_from_json(json.loads(sent)).kind == "lost-after"


def test_controls() -> None:
    """The table has each request to the control endpoint."""
    assert _first_cells("Control") == {f"{each.method} {each.path}" for each in CONTROL_ENDPOINTS}
    assert f"the last {KEPT} requests" in PAGE
