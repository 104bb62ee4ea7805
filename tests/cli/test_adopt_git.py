"""`drift --adopt` and Git: what is the user's is neither overwritten nor committed, whatever state it is in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.adopting import ADMISSIONS, BAKERY, adopt, apply_and_commit, branches, commit, console, edit, git, hook
from tests.cli.conftest import LOCAL
from tests.conftest import Workplace


@pytest.fixture
def applied(project: Workplace) -> Workplace:
    """The example project, applied and committed, with a change in the console."""
    apply_and_commit(project)
    console(project, BAKERY, maxTries=9)
    return project


def _state(project: Workplace) -> tuple[str, str, list[str], str]:
    """What is the user's: the state, the branches, where the work is, and the file."""
    head = git(project, "rev-parse", "--symbolic-full-name", "HEAD") + git(project, "rev-parse", "HEAD")
    return git(project, "status", "--porcelain"), head, branches(project), (project.folder / ADMISSIONS).read_text()


def _is_refused(project: Workplace, *texts: str) -> bool:
    """Whether adopting is refused with these texts, and leaves all as it was."""
    before = _state(project)
    ran = adopt(project)
    assert ran.code == 1, ran.err
    for each in texts:
        assert each in ran.err
    return _state(project) == before


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_files_are_not_touched(applied: Workplace, staged: bool) -> None:
    """Neither changed nor staged ones."""
    edit(applied, ADMISSIONS, "metadata:", "# mine\nmetadata:")
    if staged:
        git(applied, "add", "--all")
    said = f"error[uncommitted]: a file has uncommitted changes\n  {ADMISSIONS} is not as the last commit has it"
    assert _is_refused(applied, said)


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_was_told_to_overlook_are_seen(applied: Workplace, mark: str) -> None:
    """They are private: neither committed nor overwritten."""
    git(applied, "update-index", mark, ADMISSIONS)
    edit(applied, ADMISSIONS, "metadata:", "# mine\nmetadata:")
    assert git(applied, "status", "--porcelain") == ""
    assert _is_refused(applied, "error[uncommitted]")


def test_manifests_outside_of_the_project_are_files_like_others(applied: Workplace) -> None:
    """The repository is the folder above; an edit in ../shared stays, and a clean file there is adopted."""
    top = applied.folder.parent
    (applied.folder / ".git").rename(top / ".git")
    (top / ".gitignore").write_text("*.db\n.reconciler/\n")
    (top / "shared").mkdir()
    (applied.folder / ADMISSIONS).rename(top / "shared/a.yaml")
    edit(applied, "reconciler.yaml", "manifests: [manifests]", "manifests: [manifests, ../shared]")
    git(applied, "-C", "..", "add", "--all")
    git(applied, "commit", "--quiet", "--message", "moved")
    edit(applied, "../shared/a.yaml", "metadata:", "# mine\nmetadata:")
    ran = adopt(applied)
    assert (ran.code, "../shared/a.yaml is not as the last commit has it" in ran.err) == (1, True)
    assert "# mine" in (top / "shared/a.yaml").read_text()
    assert git(applied, "status", "--porcelain") == " M shared/a.yaml"
    git(applied, "restore", "../shared/a.yaml")
    assert adopt(applied).code == 0
    assert git(applied, "show", "--name-only", "--format=") == "shared/a.yaml"
    assert git(applied, "status", "--porcelain") == ""


def test_a_manifest_outside_of_the_repository_is_not_adopted(applied: Workplace) -> None:
    """No commit can hold it."""
    (applied.folder / ADMISSIONS).rename(applied.folder.parent / "a.yaml")
    edit(applied, "reconciler.yaml", "manifests: [manifests]", "manifests: [manifests, ../a.yaml]")
    commit(applied)
    ran = adopt(applied)
    assert (ran.code, "error[uncommitted]" in ran.err, branches(applied)) == (1, True, ["main"])
    assert "maxTries: 9" not in (applied.folder.parent / "a.yaml").read_text()


@pytest.mark.parametrize("what", [ADMISSIONS, "manifests"])
def test_a_link_is_not_followed(applied: Workplace, what: str) -> None:
    """What it leads to may be anybody's."""
    target = applied.folder / f".kept/{Path(what).name}"
    target.parent.mkdir()
    (applied.folder / what).rename(target)
    (applied.folder / what).symlink_to(target)
    commit(applied)
    assert _is_refused(applied, f"error[uncommitted]: a file is reached by a link\n  {ADMISSIONS} leads through a link")


def test_a_branch_that_is_there_stays(applied: Workplace) -> None:
    """Perhaps it is the same drift, adopted an hour ago; a tag of that name is another thing."""
    git(applied, "branch", "mine")
    ran = adopt(applied, "--branch", "mine")
    assert (ran.code, "error[branch-exists]" in ran.err) == (1, True)
    ran = adopt(applied, "--branch", "no..branch")
    assert (ran.code, "error[git]: git check-ref-format failed" in ran.err) == (1, True)
    ran = adopt(applied, "--branch", "mine/too")
    assert (ran.code, "name another branch with --branch" in ran.err) == (1, True)
    assert git(applied, "status", "--porcelain") == ""
    assert branches(applied) == ["main", "mine"]


def test_a_tag_with_the_name_of_a_branch(applied: Workplace) -> None:
    """Neither of the one where the work is, nor of the new one."""
    git(applied, "tag", "main")
    git(applied, "tag", "new")
    ran = adopt(applied, "--branch", "new")
    assert (ran.code, "It is checked out." in ran.err) == (0, True), ran.err
    assert git(applied, "symbolic-ref", "HEAD") == "refs/heads/new"
    assert git(applied, "status", "--porcelain") == ""


def test_no_hook_for_commits_runs(applied: Workplace) -> None:
    """So none edits a file, or leaves half of it behind."""
    hook(applied, "pre-commit", "echo theirs >> reconciler.yaml; exit 1")
    assert adopt(applied).code == 0
    assert git(applied, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("script", "said"), [("echo not today >&2; exit 1", "not today"), ("kill -TERM $PPID", "it ended with -15")]
)
def test_a_hook_that_fails_after_the_switch_is_told(applied: Workplace, script: str, said: str) -> None:
    """Or that is interrupted. The branch is checked out by then, and that is what is said."""
    hook(applied, "post-checkout", script)
    ran = adopt(applied, "--branch", "new")
    assert (ran.code, f"note: git switch: {said}\nIt is checked out." in ran.err) == (0, True), ran.err
    assert git(applied, "symbolic-ref", "HEAD") == "refs/heads/new"
    assert git(applied, "status", "--porcelain") == ""


def test_a_branch_that_can_not_be_checked_out_holds_the_commit(applied: Workplace) -> None:
    """Something else is staged for the file: it stays, and so does the work where it is."""
    edit(applied, ADMISSIONS, "metadata:", "# mine\nmetadata:")
    git(applied, "add", "--all")
    edit(applied, ADMISSIONS, "# mine\nmetadata:", "metadata:")
    before = git(applied, "status", "--porcelain")
    ran = adopt(applied, "--branch", "new")
    assert (ran.code, "The branch holds it, and is not checked out: git switch new\n" in ran.err) == (0, True), ran.err
    assert "note: git switch: error: Your local changes" in ran.err
    assert before == git(applied, "status", "--porcelain") == f"MM {ADMISSIONS}"
    assert git(applied, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert "maxTries: 9" in git(applied, "show", f"new:{ADMISSIONS}")


def test_no_variable_leads_to_another_repository(
    applied: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A hook of another repository that runs this has such variables set."""
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", str(applied.folder), str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
    ran = adopt(applied, "--branch", "new")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_GLOB_PATHSPECS"):
        monkeypatch.delenv(name)
    assert ran.code == 0, ran.err
    assert branches(applied) == ["main", "new"]
    assert git(applied, "-C", str(other), "branch", "--format=%(refname:short)") == "main"
    assert git(applied, "status", "--porcelain") == ""


def test_the_author_is_whom_the_environment_names(applied: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a pipeline, which has no configuration of its own."""
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Pipeline")
    assert adopt(applied).code == 0
    assert git(applied, "log", "-1", "--format=%an %cn") == "Pipeline Alice"


def test_a_detached_head_and_a_work_tree_of_its_own(applied: Workplace) -> None:
    """Both are as good as a branch; the file keeps its mode, and its name is no pattern."""
    (applied.folder / ADMISSIONS).rename(applied.folder / "manifests/[a]*.yaml")
    (applied.folder / "manifests/[a]*.yaml").chmod(0o755)
    commit(applied)
    git(applied, "worktree", "add", "--quiet", "--detach", "../tree")
    (applied.folder / ".reconciler").rename(applied.folder.parent / "tree/.reconciler")
    ran = applied.run("-C", "../tree", *LOCAL, "drift", "--adopt", "--branch", "new")
    assert ran.code == 0, ran.err
    assert git(applied, "-C", "../tree", "symbolic-ref", "HEAD") == "refs/heads/new"
    assert git(applied, "-C", "../tree", "ls-tree", "new", "manifests/").startswith("100755 ")
    assert git(applied, "symbolic-ref", "HEAD") == "refs/heads/main"


@pytest.mark.parametrize("normalised", [True, False])
def test_line_ends_stay_as_git_was_told(applied: Workplace, normalised: bool) -> None:
    """CRLF in the work tree, and LF in the commit, or CRLF in both: only the changed line is in the commit."""
    path = applied.folder / ADMISSIONS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    if normalised:
        (applied.folder / ".gitattributes").write_text("*.yaml text eol=crlf\n")
    commit(applied)
    assert (b"\r" in subprocess.check_output(["git", "show", f"HEAD:{ADMISSIONS}"])) is not normalised
    git(applied, "config", "core.autocrlf", "true")
    assert adopt(applied).code == 0
    assert git(applied, "show", "--numstat", "--format=") == f"1\t0\t{ADMISSIONS}"
    assert git(applied, "status", "--porcelain") == ""


def test_commits_are_signed_where_the_repository_wants_that(applied: Workplace) -> None:
    """Where that fails nothing is left behind."""
    git(applied, "config", "commit.gpgSign", "yes")
    git(applied, "config", "gpg.program", "false")
    assert _is_refused(applied, "error[git]: git commit-tree failed", "see that signing works")


def test_a_repository_without_a_commit(project: Workplace) -> None:
    """There is nothing yet that a branch could start from."""
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    console(project, BAKERY, maxTries=9)
    git(project, "init", "--quiet")
    ran = adopt(project)
    assert (ran.code, "commit the manifests first" in ran.err) == (1, True)
