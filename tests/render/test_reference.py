"""docs/reference is what the tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.explanations import EXPLANATIONS
from reconciler.render.fields import entries
from reconciler.render.reference import pages

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_up_to_date(name: str) -> None:
    """What the page says is what is there; `make generate` writes it anew."""
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name]


def test_there_are_no_other_pages() -> None:
    """A page that is made no more is removed."""
    assert {each.name for each in FOLDER.iterdir()} == set(pages())


def test_every_code_has_its_heading_and_link() -> None:
    """`docs/reference/diagnostics.md#unknown-field` leads somewhere."""
    page = pages()["diagnostics.md"]
    headings = re.findall(r"^#{2,3} (.+)$", page, re.MULTILINE)
    assert set(EXPLANATIONS) < set(headings)
    anchors = {each.lower().replace(" ", "-") for each in headings}
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= anchors


def test_every_field_has_its_row() -> None:
    """Each field stands in the table of the object that it belongs to."""
    rows = re.findall(r"^\| `(\w+)` \|", pages()["fields.md"], re.MULTILINE)
    assert sorted(rows) == sorted(each.names[-1] for each in entries().values() if len(each.names) > 1)


def test_rows_have_their_cells() -> None:
    """No text breaks a table."""
    for line in pages()["fields.md"].splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 6, line
