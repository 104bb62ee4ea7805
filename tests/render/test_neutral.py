"""S12: text from the account is data for terminals and CI logs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.neutral import neutral


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("CA - Métiers de Bouche 🥐", "CA - Métiers de Bouche 🥐"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("one\r\ntwo", "one\\r\\ntwo"),
        ("\u202egnol", "\\u202egnol"),
        ("::error::x", ": :error: :x"),
        ("  ::set-output name=x::y", "  : :set-output name=x: :y"),
        ("##[group]x", "# #[group]x"),
        ("##vso[task.setvariable]x", "# #vso[task.setvariable]x"),
        ("::##[group]x", ": :# #[group]x"),
        ("No. ##1 [a]", "No. ##1 [a]"),
        ("Clôtures::RDV", "Clôtures::RDV"),
    ],
)
def test_examples(given_text: str, shown: str) -> None:
    """Escapes for what steers; everything else as it is."""
    assert neutral(given_text) == shown


@given(st.text() | st.text("#[:v \n"))
def test_nothing_that_steers_survives(text: str) -> None:
    """One line, no control, format or bidirectional character, no CI command, whatever comes."""
    shown = neutral(text)
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp", "Cs") for each in shown)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##v[" not in shown
