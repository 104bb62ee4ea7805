"""docs/manifests.md speaks of every field that a manifest may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, SET_FIELDS
from reconciler.kinds.field import Availability

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "manifests.md").read_text(encoding="utf-8")
NAMES = [each.name for each in SETTINGS.values() if each.available is Availability.NOW]


@pytest.mark.parametrize("name", [*NAMES, *ASSERTED, *SET_FIELDS, *ASSIGN_FIELDS, *BATCH_ONLY_FILTERS])
def test_every_field_stands_on_the_page(name: str) -> None:
    """A new line in a table needs its line on the page."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_null_is_marked(name: str) -> None:
    """The mark ¹ is the table's `nullable`."""
    assert (f"`{name}`¹" in PAGE) is SETTINGS[name].nullable
