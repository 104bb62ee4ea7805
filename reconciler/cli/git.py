"""Git, as far as a command writes to it: one commit on a branch of its own, made beside the user's files and index."""

from __future__ import annotations

import os
import posixpath
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ProjectError

#: So long one call of Git may take, hooks of the repository included, in seconds.
_PATIENCE = 600
#: What of GIT_… reaches Git: who commits, and configuration. The rest (GIT_DIR, GIT_INDEX_FILE) may name another
#: repository than that of the folder.
_OURS = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_MEND = "see what Git says, mend that, then run the command again"


@dataclass(frozen=True, slots=True)
class Committed:
    """A file of the last commit: its path in the repository, its mode, and how `hash-object` makes its blob."""

    path: str
    mode: str
    hashing: tuple[str, ...]


class Repository:
    """The Git repository around a folder. ProjectError, with what Git said, when it refuses; or when there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        clone = "run it in a clone of the repository that holds the manifests"
        self._prefix = self._git("rev-parse", "--show-prefix", advice=clone)
        self._folder = Path(self._git("rev-parse", "--show-toplevel", advice=clone))
        self._head = self._git("rev-parse", "--verify", "HEAD^{commit}", advice="commit the manifests first")

    def committed(self, path: str, content: bytes) -> Committed | None:
        """The file at a path relative to the folder, as the last commit has it; None where it has not this content.

        None for a link, too, and for what is in no commit. What the index says of the file is not asked: it may hide
        a change.
        """
        inside = posixpath.normpath(posixpath.join(self._prefix, path))
        if inside.startswith("../"):
            return None
        mode, _, rest = self._git("ls-tree", "--full-tree", "-z", self._head, "--", inside).partition(" ")
        blob = rest.partition("\t")[0].removeprefix("blob ")
        if not mode.startswith("100"):
            return None
        # as it is first: a file may have been committed before .gitattributes asked for another form
        for hashing in (("--no-filters",), (f"--path={inside}",)):
            if self._git("hash-object", "--stdin", *hashing, given=content) == blob:
                return Committed(inside, mode, hashing)
        return None

    def has_branch(self, name: str) -> bool:
        """Whether there is a branch of this name; ProjectError for what can't be one."""
        self._git("check-ref-format", "--branch", name, advice="name it with --branch as Git allows it")
        ref = f"refs/heads/{name}"
        return ref in self._git("for-each-ref", "--format=%(refname)", ref).splitlines()

    def commit(self, branch: str, files: Sequence[tuple[Committed, bytes]], message: str) -> str:
        """A new branch with one commit: the last one with these contents in it; the commit.

        Neither the files of the work tree nor the index are touched, and no hook for commits runs.
        """
        entries = b"".join(self._entry(file, content) for file, content in files)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("read-tree", self._head, more=index)
            self._git("update-index", "-z", "--index-info", given=entries, more=index)
            tree = self._git("write-tree", "--missing-ok", more=index)
        signed = ["-S"] if self._git("config", "--type=bool", "--default=false", "commit.gpgSign") == "true" else []
        who = "set user.name and user.email with `git config`; where commits are signed, see that signing works"
        arguments = ("commit-tree", *signed, "-p", self._head, "-F", "-", tree)
        commit = self._git(*arguments, given=message.encode(), advice=who)
        another = "name another branch with --branch"
        self._git("update-ref", "-m", "reconciler", f"refs/heads/{branch}", commit, "", advice=another)
        return commit

    def switch(self, branch: str) -> str:
        """Checks the branch out, unless that would overwrite a change of the user's; what Git said against it."""
        try:
            self._git("switch", "--quiet", branch)
        except ProjectError as refusal:
            return refusal.detail
        return ""

    def is_on(self, branch: str) -> bool:
        """Whether the branch is checked out."""
        try:
            return self._git("symbolic-ref", "--quiet", "HEAD") == f"refs/heads/{branch}"
        except ProjectError:
            return False  # no branch is

    def _entry(self, file: Committed, content: bytes) -> bytes:
        """A line for the index, of the new content."""
        blob = self._git("hash-object", "-w", "--stdin", *file.hashing, given=content)
        return f"{file.mode} {blob}\t".encode() + os.fsencode(file.path) + b"\0"

    def _git(
        self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None, advice: str = _MEND
    ) -> str:
        """What Git says, without its last line end. `given`: on its stdin; `more`: variables of the environment."""
        command = ["git", "-C", str(self._folder), *arguments]
        variables = _environment() | dict(more or {})
        try:
            answer = subprocess.run(
                command, input=given, env=variables, capture_output=True, timeout=_PATIENCE, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ProjectError("Git can't be used", str(type(error).__name__), "install git", "git") from None
        if answer.returncode:
            said = " ".join((answer.stderr or answer.stdout).decode(errors="replace").split())[:500]
            raise ProjectError(
                f"git {arguments[0]} failed", said or f"it ended with {answer.returncode}", advice, "git"
            )
        return os.fsdecode(answer.stdout).removesuffix("\n")


def _environment() -> dict[str, str]:
    """The environment of every call: that the folder says which repository it is, and paths are no patterns."""
    kept = {name: each for name, each in os.environ.items() if not name.startswith("GIT_") or name.startswith(_OURS)}
    return kept | {"LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1"}
