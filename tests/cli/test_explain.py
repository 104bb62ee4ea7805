"""`reconciler explain`: codes, fields, and what there is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.explanations import EXPLANATIONS
from reconciler.kinds import SCHEMAS
from reconciler.render.fields import entries, written
from tests.conftest import Workplace

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_a_code(workplace: Workplace) -> None:
    """What it means, why it is a fault, what to do, and the example twice."""
    ran = workplace.run("explain", "unknown-field")
    explained = EXPLANATIONS["unknown-field"]
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"unknown-field: {explained.title}\n")
    said = " ".join(ran.out.split())
    assert explained.why in said
    assert f"What to do: {explained.advice}" in said
    assert "match: {exclude: false}" in ran.out
    assert "match: {excluded: false}" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("name", ["error[unknown-field]", "Unknown-Field", " unknown-field "])
def test_a_code_as_a_message_says_it(workplace: Workplace, name: str) -> None:
    """Copied from the terminal, it is found."""
    assert workplace.run("explain", name).out.startswith("unknown-field: ")


def test_a_field(workplace: Workplace) -> None:
    """Path, documentation, type, limits and example."""
    ran = workplace.run("explain", "Campaign.settings.recordingPercentage")
    assert ran.out.splitlines() == [
        "Campaign.spec.settings.recordingPercentage",
        "",
        "Percentage of calls recorded; only where isRecorded is true.",
        "",
        "type       whole number",
        "null       not allowed",
        "at least   0",
        "at most    100",
        "available  now",
        "example    recordingPercentage: 50",
    ]


def test_a_kind_lists_the_fields_of_its_spec(workplace: Workplace) -> None:
    """From the kind people find their way down."""
    out = workplace.run("explain", "Campaign").out
    assert "fields     extends, settings, customFields, expect, lifecycle\n" in out
    assert "reconciler explain Campaign.FIELD" in out


def test_everything_can_be_explained(workplace: Workplace) -> None:
    """Every code and every field, none of them wider than a terminal."""
    for name in (*EXPLANATIONS, *(written(each) for each in entries().values())):
        ran = workplace.run("explain", name)
        assert ran.code == 0, name
        assert max(map(len, ran.out.splitlines())) <= 120, name


def test_without_a_name_all_is_listed(workplace: Workplace) -> None:
    """Kinds and codes, each on a line."""
    words = [line.split()[0] for line in workplace.run("explain").out.splitlines() if line.startswith("  ")]
    assert words == [*SCHEMAS, *EXPLANATIONS]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("unknwon-field", "`unknown-field`"),
        ("Campaign.settings.maxTry", "`Campaign.settings.maxTries`"),
        ("nextTryDelay", "`Campaign.settings.nextTryDelay`"),
        ("Campaign.excluded", "`Campaign.settings.autoPurge.excluded`"),
        ("zzz", "`reconciler explain` lists what there is"),
        ("API", "no code or field `API`"),
        ("a\x1b]0;b", "\\x1b"),
    ],
)
def test_an_unknown_name(workplace: Workplace, name: str, nearest: str) -> None:
    """Wrong usage, with the nearest name."""
    ran = workplace.run("explain", name)
    assert (ran.code, ran.out) == (64, "")
    assert nearest in ran.err
    assert "\x1b" not in ran.err


def test_the_reference_is_written(workplace: Workplace) -> None:
    """`--write` makes the pages of docs/reference."""
    assert workplace.run("explain", "--write", "reference").code == 0
    for page in DOCS.iterdir():
        assert (workplace.folder / "reference" / page.name).read_text(encoding="utf-8") == page.read_text("utf-8")
