"""The line that leads an editor to the schema."""

from __future__ import annotations

import posixpath

import pytest

from reconciler.manifests.modeline import OVERLAY_SCHEMA, SCHEMA, modeline, settled


@pytest.mark.parametrize(
    ("file", "leads"),
    [
        ("reconciler.yaml", SCHEMA),
        ("./reconciler.yaml", SCHEMA),
        ("manifests/campaigns.yaml", f"../{SCHEMA}"),
        ("manifests/a b/x.yaml", f"../../{SCHEMA}"),
        ("schemas/x.yaml", f"../{SCHEMA}"),
    ],
)
def test_it_leads_from_the_file_to_the_schema(file: str, leads: str) -> None:
    """Whatever stands around the project."""
    assert modeline(file) == f"# yaml-language-server: $schema={leads}"
    assert posixpath.normpath(posixpath.join(posixpath.dirname(file), leads)) == SCHEMA


def test_an_example_settles_in_a_project() -> None:
    """Each of its modelines leads to the schema that it led to; all else stays."""
    text = "{}\n# note\nkind: A\n---\n{}\nkind: B\n# yaml-language-server: $schema=mine.json\n"
    elsewhere = [f"# yaml-language-server: $schema=../../../{each}" for each in (SCHEMA, OVERLAY_SCHEMA)]
    here = [modeline("o/x.yaml", each) for each in (SCHEMA, OVERLAY_SCHEMA)]
    assert here[1].endswith("=../schemas/overlay.schema.json")
    assert settled(text.format(*elsewhere), "o/x.yaml") == text.format(*here)
