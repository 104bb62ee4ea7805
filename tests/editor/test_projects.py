"""Editors help at once: in the examples, and in the projects that `init` and `demo` make, without any settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.schema import schemas
from tests.conftest import EXAMPLES, Workplace
from tests.editor.language_server import LanguageServer

FILES = sorted(EXAMPLES.rglob("*.yaml"))
_MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def documents(path: Path) -> Iterator[list[str]]:
    """The lines of each document of a file."""
    for text in re.split(r"^---$\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        yield text.splitlines()


def schema_of(path: Path, document: list[str]) -> Path:
    """The schema that a document's modeline leads to."""
    found = _MODELINE.fullmatch(document[0])
    assert found is not None, f"{path}: no modeline before {document[0]}"
    assert sum("yaml-language-server" in line for line in document) == 1
    return (path.parent / found[1]).resolve()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_every_document_of_an_example_leads_to_its_schema(path: Path) -> None:
    """A modeline counts for one document only."""
    name = "overlay.schema.json" if "overlays" in path.parts else "manifest.schema.json"
    for each in documents(path):
        assert schema_of(path, each) == EXAMPLES.parent / "schemas" / name
        assert name in schemas()


def test_no_example_is_lost() -> None:
    """The tests above look at all files, and at those that hold several documents."""
    assert len(FILES) >= 8
    assert any(len([*documents(each)]) > 2 for each in FILES)


def are_helped(server: LanguageServer, *paths: Path) -> None:
    """No fault is found in the files, and one is in each of their documents where each has one."""
    misspelt = {each: each.with_name(f"misspelt-{each.name}") for each in paths}
    for each in paths:
        text = each.read_text(encoding="utf-8")
        server.open(each, text)
        server.open(misspelt[each], text.replace("\nmetadata:", "\nmetedata:"))
    for each in paths:
        assert server.diagnostics(each) == []
        told = [fault["message"] for fault in server.diagnostics(misspelt[each])]
        assert len([words for words in told if "metedata" in words]) == len([*documents(each)])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_an_example_is_sound_in_an_editor(server: LanguageServer, path: Path) -> None:
    """Every document of it is looked at."""
    are_helped(server, path)


def test_a_new_project_is_helped(server: LanguageServer, workplace: Workplace) -> None:
    """`init` writes all that it takes."""
    assert workplace.run("init").code == 0
    files = [*workplace.folder.rglob("*.yaml")]
    assert {each.name for each in files} == {"reconciler.yaml", "campaigns.yaml"}
    are_helped(server, *files)


def test_the_project_of_the_demo_is_helped(server: LanguageServer, workplace: Workplace) -> None:
    """Its overlay too."""
    assert workplace.run("demo", "played").code == 0
    files = [*(workplace.folder / "played").rglob("*.yaml")]
    assert len(files) == len([*(EXAMPLES / "admissions").rglob("*.yaml")])
    are_helped(server, *files)
