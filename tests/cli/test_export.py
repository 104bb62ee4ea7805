"""`export`: live campaigns as manifests, and drift back into them; planning is empty then (S7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.api.client import Client
from reconciler.api.endpoints.campaigns import patch_campaign
from reconciler.cli import file_changes
from tests.conftest import Workplace

PROJECT = """\
# Who we are.
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: shop}   # our name
spec:
  manifests: [manifests]
  environments:
    local:
      baseUrl: "emulator:.reconciler/emulator.db" # no server
      agents: {alice: 543}
      # the end
"""
ACCOUNT = {
    "users": {"alice": 543, "bruno": 544},
    "campaigns": [
        {"id": 1, "name": "CA - Métiers", "userIds": [544, 543], "nextTryDelay": 5400, "isPaused": True,
         "customFields": ["Name", "Tel"], "phoneFields": ["Tel"], "autoPurge": {"lastAttemptBeforeDays": 90}},
        {"id": 2, "name": "No \x1b[31m ${x}", "folder": "yes", "createdAt": "2024-01-01T00:00:00Z"},
        {"id": 3, "name": "Old", "isArchived": True, "isPaused": True},
    ],
}  # fmt: skip


@pytest.fixture
def shop(workplace: Workplace) -> Workplace:
    """A project without manifests, and an account with campaigns."""
    workplace.write("reconciler.yaml", PROJECT)
    (workplace.folder / "manifests").mkdir()
    workplace.seed(ACCOUNT)
    return workplace


def _files(folder: Path) -> dict[str, bytes]:
    found = (each for each in folder.rglob("*") if each.is_file() and ".reconciler" not in each.parts)
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def test_planning_what_was_exported_is_empty(shop: Workplace) -> None:
    """Each campaign has a file and a binding; the comments of the project file stay."""
    ran = shop.run("export")
    assert (ran.code, "Wrote 2 manifests to manifests/" in ran.out) == (0, True), ran.err
    assert r"No \x1b[31m ${x}" in ran.out
    assert "1 archived campaign left out" in ran.err
    held = _files(shop.folder)
    assert sorted(held) == ["manifests/ca-metiers.yaml", "manifests/no-31m-x.yaml", "reconciler.yaml"]
    project = held["reconciler.yaml"].decode()
    added = [line for line in project.splitlines() if line not in PROJECT.splitlines()]
    assert [line for line in project.splitlines() if line in PROJECT.splitlines()] == PROJECT.splitlines()
    assert [line.strip() for line in added] == [
        "campaigns:",
        'ca-metiers: {id: 1, createdAt: "2023-09-01T07:30:00Z"}',
        'no-31m-x: {id: 2, createdAt: "2024-01-01T00:00:00Z"}',
    ]
    planned = shop.run("plan", "--detailed-exitcode")
    assert (planned.code, "nothing to do" in planned.out, planned.err) == (0, True, "")


def test_exporting_twice_changes_nothing(shop: Workplace) -> None:
    """Nothing is left to export; and elsewhere the same account gives the same bytes."""
    assert shop.run("export").code == 0
    first = _files(shop.folder)
    again = shop.run("export")
    assert (again.code, "Nothing to export" in again.out) == (0, True)
    assert _files(shop.folder) == first
    for path in [*(shop.folder / "manifests").iterdir(), shop.folder / "reconciler.yaml"]:
        path.unlink()
    shop.write("reconciler.yaml", PROJECT)
    assert shop.run("export").code == 0
    assert _files(shop.folder) == first


def test_a_dry_run_writes_nothing(shop: Workplace) -> None:
    """It prints the diff that `git apply` takes, and that no name can steer a terminal with."""
    before = _files(shop.folder)
    ran = shop.run("export", "--dry-run")
    assert ran.code == 0
    assert _files(shop.folder) == before
    assert "--- a/reconciler.yaml\n+++ b/reconciler.yaml\n" in ran.out
    assert "--- /dev/null\n+++ b/manifests/ca-metiers.yaml\n" in ran.out
    assert "\x1b" not in ran.out + ran.err


def test_one_of_them_somewhere_else(shop: Workplace) -> None:
    """Below a folder that the project reads; anywhere else `plan` would not find it."""
    assert shop.run("export", "1", "--to", "manifests/one", "--without", "isPaused").code == 0
    assert "isPaused" not in (shop.folder / "manifests/one/ca-metiers.yaml").read_text()
    assert shop.run("plan", "--detailed-exitcode").code == 0
    for elsewhere in ("elsewhere", "..", "/tmp", "manifests/.hidden", "manifests/../x"):
        ran = shop.run("export", "2", "--to", elsewhere)
        assert (ran.code, "error[folder-not-read]" in ran.err) == (1, True)


def test_a_project_with_the_schema_gets_the_line_for_editors(shop: Workplace) -> None:
    """Before the document, relative to its file."""
    shop.write("schemas/manifest.schema.json", "{}")
    assert shop.run("export", "1").code == 0
    head = (shop.folder / "manifests/ca-metiers.yaml").read_text().splitlines()[0]
    assert head == "# yaml-language-server: $schema=../schemas/manifest.schema.json"


def test_a_project_that_names_no_folder(shop: Workplace) -> None:
    """Without `manifests` it reads every file below, so a folder is made; with files alone one has to be named."""
    shop.write("reconciler.yaml", PROJECT.replace("  manifests: [manifests]\n", ""))
    (shop.folder / "manifests").rmdir()
    assert shop.run("export", "1").code == 0
    assert (shop.folder / "manifests/ca-metiers.yaml").is_file()
    shop.write("reconciler.yaml", PROJECT.replace("[manifests]", "[manifests/ca-metiers.yaml]"))
    ran = shop.run("export", "2")
    assert (ran.code, "error[folder-not-read]" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("--without", "isPausd"), ("--update", "--to", "manifests"), ("--update", "--without", "name"), ("--nonsense",)],
)
def test_wrong_usage(shop: Workplace, arguments: tuple[str, ...]) -> None:
    """It is told before anything is read."""
    assert shop.run("export", *arguments).code == 64


def test_an_interrupted_export_heals(shop: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bindings come first: the next run gives the missing manifests the names that are bound."""
    write = file_changes.write
    with monkeypatch.context() as patched:
        patched.setattr(file_changes, "write", lambda directory, changes: write(directory, changes[:1]))
        assert shop.run("export").code == 0
    assert list(_files(shop.folder)) == ["reconciler.yaml"]
    bound = (shop.folder / "reconciler.yaml").read_bytes()
    assert shop.run("export").code == 0
    assert (shop.folder / "reconciler.yaml").read_bytes() == bound
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_a_file_that_is_there_is_never_written_over(shop: Workplace) -> None:
    """Another name is taken; and what is made or changed while the account is read stays."""
    shop.write("manifests/ca-metiers.yaml", "# mine\n")
    assert shop.run("export", "1").code == 0
    assert sorted(_files(shop.folder)) == [
        "manifests/ca-metiers-1.yaml",
        "manifests/ca-metiers.yaml",
        "reconciler.yaml",
    ]
    assert (shop.folder / "manifests/ca-metiers.yaml").read_text() == "# mine\n"


@pytest.mark.parametrize(("path", "is_new"), [("manifests/ca-metiers.yaml", True), ("reconciler.yaml", False)])
def test_what_changes_meanwhile_stays(
    shop: Workplace, monkeypatch: pytest.MonkeyPatch, path: str, is_new: bool
) -> None:
    """The message says what was written before it."""
    write = file_changes.write

    def changing(directory: Path, changes: Sequence[file_changes.FileChange]) -> None:
        shop.write(path, "# changed\n")
        write(directory, changes)

    monkeypatch.setattr(file_changes, "write", changing)
    ran = shop.run("export", "1")
    assert (ran.code, "error[file-not-written]" in ran.err) == (1, True)
    assert ("written before it: reconciler.yaml" in ran.err) is is_new
    assert (shop.folder / path).read_text() == "# changed\n"


@pytest.mark.parametrize("arguments", [(), ("--update",)])
def test_only_reads(shop: Workplace, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """The client that it opens is one that refuses every write before it is sent (S1)."""
    opened: list[Client] = []
    close = Client.close

    def closing(client: Client) -> None:
        opened.append(client)
        close(client)

    monkeypatch.setattr(Client, "close", closing)
    assert shop.run("export", *arguments).code == 0
    assert [each.writable for each in opened] == [False]


def test_drift_comes_back(shop: Workplace) -> None:
    """Somebody changes a campaign in the console: the manifest takes it over, and planning is empty again."""
    assert shop.run("export").code == 0
    path = shop.folder / "manifests/ca-metiers.yaml"
    path.write_text(path.read_text().replace("nextTryDelay: 90m", "nextTryDelay: 90m # an hour and a half"))
    with shop.console() as console:
        console.run(patch_campaign(1, {"nextTryDelay": 7200, "userIds": [543], "isPaused": False}))
    before = _files(shop.folder)
    dry = shop.run("export", "--update", "--dry-run")
    assert (dry.code, _files(shop.folder)) == (0, before)
    assert "-    nextTryDelay: 90m # an hour and a half\n+    nextTryDelay: 2h # an hour and a half\n" in dry.out
    ran = shop.run("export", "--update")
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"~ userIds +- 544 +\(1 unchanged\)", ran.out), ran.out
    assert "Brought back 3 values of 1 campaign into 1 file" in ran.out
    assert {name for name, held in _files(shop.folder).items() if held != before[name]} == {"manifests/ca-metiers.yaml"}
    assert shop.run("plan", "--detailed-exitcode").code == 0
    assert "Nothing to bring back" in shop.run("export", "--update").out


def test_drift_of_some(shop: Workplace) -> None:
    """By manifest, id or name; what is not managed is told."""
    assert shop.run("export", "1").code == 0
    with shop.console() as console:
        console.run(patch_campaign(1, {"maxTries": 1}))
    for text in ("ca-metiers", "1", "CA - Métiers", "CA*", "ca-*"):
        assert "maxTries" in shop.run("export", "--update", "--dry-run", text).out
    ran = shop.run("export", "--update", "2")
    assert (ran.code, "error[not-managed]" in ran.err) == (1, True)


def test_a_difference_that_stays_is_an_exit_code(shop: Workplace) -> None:
    """The plan is not empty then."""
    assert shop.run("export", "1").code == 0
    project = (shop.folder / "reconciler.yaml").read_text()
    shop.write("reconciler.yaml", project.replace("      agents:", "      variables: {tries: 5}\n      agents:"))
    path = shop.folder / "manifests/ca-metiers.yaml"
    path.write_text(path.read_text().replace("maxTries: 5", 'maxTries: "${tries}"'))
    with shop.console() as console:
        console.run(patch_campaign(1, {"maxTries": 1}))
    ran = shop.run("export", "--update")
    assert (ran.code, "warning[drift-stays]" in ran.err, "manifests/ca-metiers.yaml:" in ran.err) == (1, True, True)


def test_a_file_keeps_what_it_is(shop: Workplace) -> None:
    """A link stays a link, and permissions stay."""
    assert shop.run("export", "1").code == 0
    path = shop.folder / "manifests/ca-metiers.yaml"
    kept = path.rename(shop.folder / "kept.txt")
    path.symlink_to(kept)
    kept.chmod(0o640)
    with shop.console() as console:
        console.run(patch_campaign(1, {"maxTries": 1}))
    assert shop.run("export", "--update").code == 0
    assert path.is_symlink()
    assert (kept.stat().st_mode & 0o777, "maxTries: 1" in kept.read_text()) == (0o640, True)


def test_a_read_only_file_stays(shop: Workplace) -> None:
    """Somebody wants it so."""
    assert shop.run("export", "1").code == 0
    path = shop.folder / "manifests/ca-metiers.yaml"
    path.chmod(0o444)
    with shop.console() as console:
        console.run(patch_campaign(1, {"maxTries": 1}))
    ran = shop.run("export", "--update")
    assert (ran.code, "it is read-only; nothing was written" in ran.err) == (1, True)


def test_a_dry_run_with_nothing_to_do_says_so(shop: Workplace) -> None:
    """As the run itself would."""
    assert shop.run("export").code == 0
    assert "Nothing to export" in shop.run("export", "--dry-run").out
    assert "Nothing to bring back" in shop.run("export", "--update", "--dry-run").out


def test_a_name_of_digits(shop: Workplace) -> None:
    """It is a name as well as an id."""
    with shop.console() as console:
        console.run(patch_campaign(2, {"name": "123"}))
    assert "Wrote 1 manifest" in shop.run("export", "123").out
    assert shop.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("there", ["link", "file"])
def test_a_folder_that_is_none(shop: Workplace, there: str) -> None:
    """Manifests are not written through a link, which `plan` would not follow, nor into a file."""
    place = shop.folder / "manifests/place"
    (shop.folder / "elsewhere").mkdir()
    place.symlink_to(shop.folder / "elsewhere") if there == "link" else place.write_text("x")
    before = (shop.folder / "reconciler.yaml").read_bytes()
    ran = shop.run("export", "1", "--to", "manifests/place")
    assert (ran.code, "error[folder-not-read]" in ran.err) == (1, True)
    assert (shop.folder / "reconciler.yaml").read_bytes() == before


def test_a_bound_name_whose_file_is_taken(shop: Workplace) -> None:
    """The id tells the files apart."""
    shop.write("reconciler.yaml", PROJECT.replace("      # the end\n", "      campaigns: {mine: 1}\n"))
    shop.write("manifests/mine.yaml", "# no manifest\n")
    assert shop.run("export", "1").code == 0
    assert (shop.folder / "manifests/mine-1.yaml").is_file()
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_a_dry_run_of_a_file_with_other_line_ends(shop: Workplace) -> None:
    """The diff keeps them, so that it can be applied."""
    (shop.folder / "reconciler.yaml").write_bytes(PROJECT.rstrip("\n").replace("\n", "\r\n").encode())
    out = shop.run("export", "--dry-run", "1").out
    assert "\r\n" in out
    assert "\\ No newline at end of file\n" in out


SECOND = """\
    other:
      baseUrl: "emulator:other.db"
      campaigns: {ca-metiers: 7}
"""


def test_an_update_never_breaks_another_environment(shop: Workplace) -> None:
    """One whose agents have other names could not read the file any more: nothing is written."""
    assert shop.run("export", "1").code == 0
    project = (shop.folder / "reconciler.yaml").read_text()
    shop.write("reconciler.yaml", project + SECOND)
    path = shop.folder / "manifests/ca-metiers.yaml"
    path.write_text(path.read_text().replace("    userIds: [alice, 544]\n", "    userIds: [544]\n"))
    assert shop.run("-e", "other", "validate").code == 0
    before = path.read_bytes()
    with shop.console() as console:
        console.run(patch_campaign(1, {"userIds": [543]}))
    ran = shop.run("-e", "local", "export", "--update")
    assert (ran.code, "in `other` the manifests would have errors" in ran.err) == (1, True), ran.err
    assert path.read_bytes() == before


def test_what_stands_around_a_change_steers_no_log(shop: Workplace) -> None:
    """The diff shows lines of the project's own files: a CI system obeys none of them (S12)."""
    shop.write("reconciler.yaml", PROJECT.replace("      # the end", "      # ##[group]the end"))
    out = shop.run("export", "--dry-run", "1").out
    assert "##[group]" not in out
    assert "# #[group]the end" in out
