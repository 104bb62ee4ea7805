"""`init`: a project to begin with."""

from __future__ import annotations

import json

import pytest

from reconciler.kinds.editor import manifest_schema
from reconciler.manifests.modeline import SCHEMA, modeline
from tests.conftest import Workplace


def test_a_new_project_does_the_main_job(workplace: Workplace) -> None:
    """It validates in both environments, plans, applies, and has nothing left to do."""
    ran = workplace.run("init")
    assert (ran.code, "reconciler -e local plan" in ran.out) == (0, True)
    for environment in ("local", "production"):
        assert workplace.run("-e", environment, "validate").code == 0
    assert workplace.run("-e", "local", "plan", "--detailed-exitcode").code == 2
    assert workplace.run("-e", "local", "apply", "--yes").code == 0
    assert workplace.run("-e", "local", "plan", "--detailed-exitcode").code == 0


def test_it_is_called_as_its_folder(workplace: Workplace) -> None:
    """In the form that names have; or as it is told."""
    folders = {"Métiers 2026": "m-tiers-2026", "été": "t", "---": "campaigns", "2026": '"2026"', "True": '"true"'}
    for folder, name in folders.items():
        (workplace.folder / folder).mkdir()
        assert workplace.run("-C", folder, "init").code == 0
        assert f"metadata: {{name: {name}}}" in (workplace.folder / folder / "reconciler.yaml").read_text()
        assert workplace.run("-C", folder, "-e", "local", "validate").code == 0
    assert workplace.run("-C", "named", "init", "--name", "admissions").code == 0
    assert "metadata: {name: admissions}" in (workplace.folder / "named/reconciler.yaml").read_text()


@pytest.mark.parametrize("name", ["A", "a b", "-a", "a}", "x" * 64])
def test_a_name_that_is_none(workplace: Workplace, name: str) -> None:
    """Wrong usage, and nothing is written."""
    ran = workplace.run("init", f"--name={name}")
    assert (ran.code, list(workplace.folder.iterdir())) == (64, [])


@pytest.mark.parametrize("there", ["reconciler.yaml", "manifests/campaigns.yaml", SCHEMA])
def test_nothing_that_is_there_is_touched(workplace: Workplace, there: str) -> None:
    """Neither it nor anything beside it."""
    workplace.write(there, "mine")
    ran = workplace.run("init")
    assert (ran.code, "error[project-exists]" in ran.err) == (1, True)
    assert (workplace.folder / there).read_text() == "mine"
    assert len([each for each in workplace.folder.rglob("*") if each.is_file()]) == 1


def test_a_link_is_there_too(workplace: Workplace) -> None:
    """What it would lead to is not made."""
    (workplace.folder / "reconciler.yaml").symlink_to("elsewhere.yaml")
    ran = workplace.run("init")
    assert (ran.code, "error[project-exists]" in ran.err) == (1, True)
    assert [each.name for each in workplace.folder.iterdir()] == ["reconciler.yaml"]


@pytest.mark.parametrize("name", ["manifests", "schemas"])
def test_what_stands_in_the_way_is_told_before_anything_is_written(workplace: Workplace, name: str) -> None:
    """So that it can be run again."""
    workplace.write(name, "a file")
    ran = workplace.run("init")
    assert (ran.code, "error[folder-not-made]" in ran.err, name in ran.err) == (1, True, True)
    assert [each.name for each in workplace.folder.rglob("*") if each.is_file()] == [name]
    (workplace.folder / name).unlink()
    assert workplace.run("init").code == 0


def test_its_manifests_lead_editors_to_their_schema(workplace: Workplace) -> None:
    """Which is there, and is the one that `schema manifest` prints."""
    ran = workplace.run("init")
    assert SCHEMA in ran.out
    for each in ("reconciler.yaml", "manifests/campaigns.yaml"):
        assert (workplace.folder / each).read_text(encoding="utf-8").startswith(f"{modeline(each)}\n")
    held = (workplace.folder / SCHEMA).read_text(encoding="utf-8")
    assert json.loads(held) == manifest_schema()
    assert held == workplace.run("schema", "manifest").out


def test_a_folders_name_is_text(workplace: Workplace) -> None:
    """S12: it steers neither a terminal nor a CI log, and the commands can be pasted."""
    for folder in ("g\x1b[31mred\n::error::x", "sp ace"):
        (workplace.folder / folder).mkdir()
        ran = workplace.run("-C", folder, "init")
        assert ran.code == 0
        assert "\x1b" not in ran.out
        assert "\n::" not in ran.out
    assert "reconciler -C 'sp ace' -e local plan" in ran.out


@pytest.mark.parametrize(
    ("held", "then"),
    [
        (b"", b".reconciler/\n"),
        (b"*.log", b"*.log\n.reconciler/\n"),
        (b"a\n.reconciler/\n", b"a\n.reconciler/\n"),
        (b"caf\xe9\r\n", b"caf\xe9\r\n.reconciler/\n"),
    ],
)
def test_git_is_told_what_to_ignore(workplace: Workplace, held: bytes, then: bytes) -> None:
    """After what it was told before, and once."""
    (workplace.folder / ".gitignore").write_bytes(held)
    assert workplace.run("init").code == 0
    assert (workplace.folder / ".gitignore").read_bytes() == then
