"""Git, as far as a command writes to it: a branch of its own, and one commit on it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from reconciler.errors import ProjectError

#: So long one call of Git may take, hooks of the repository included, in seconds.
_PATIENCE = 600


class Repository:
    """The Git repository around a folder. ProjectError, with what Git said, when it refuses; or when there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._git("rev-parse", "--show-toplevel", advice="run it in a clone of the repository that holds the manifests")

    @property
    def head(self) -> str:
        """The branch that is checked out, or the commit where none is."""
        name = self._git("rev-parse", "--abbrev-ref", "HEAD")
        return self._git("rev-parse", "HEAD") if name == "HEAD" else name

    def uncommitted(self, paths: Sequence[str]) -> list[str]:
        """The files among these that are not as the last commit has them, or that it has not."""
        tracked = set(self._git("ls-tree", "-r", "--name-only", "-z", "HEAD", "--", *paths).split("\0"))
        changed = self._git("diff", "--name-only", "-z", "--relative", "HEAD", "--", *paths).split("\0")
        return [each for each in paths if each in changed or each not in tracked]

    def has_branch(self, name: str) -> bool:
        """Whether there is a branch of this name; ProjectError for what can't be one."""
        self._git("check-ref-format", "--branch", name, advice="name it with --branch as Git allows it")
        return bool(self._git("for-each-ref", "--format=%(refname)", f"refs/heads/{name}"))

    def begin_branch(self, name: str) -> None:
        """Makes a branch where the work is, and goes there; no file changes."""
        self._git("switch", "--quiet", "--create", name)

    def commit(self, paths: Sequence[str], message: str) -> str:
        """Commits these files as they are, and nothing else; the commit."""
        advice = "set user.name and user.email with `git config`, or correct what the repository's hooks refuse"
        self._git("commit", "--quiet", "--message", message, "--", *paths, advice=advice)
        return self._git("rev-parse", "HEAD")

    def drop_branch(self, name: str, head: str, paths: Sequence[str]) -> None:
        """Goes back to where the work was, with these files as they were, and takes the branch away."""
        self._git("restore", "--source", "HEAD", "--staged", "--worktree", "--", *paths)
        self._git("switch", "--quiet", *(["--detach"] if not self._is_branch(head) else []), head)
        self._git("branch", "--quiet", "--delete", "--force", name)

    def _is_branch(self, head: str) -> bool:
        return bool(self._git("for-each-ref", "--format=%(refname)", f"refs/heads/{head}"))

    def _git(self, *arguments: str, advice: str = "see what Git says, mend that, then run the command again") -> str:
        command = ["git", "-C", str(self._folder), *arguments]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
            raise ProjectError("Git can't be used", str(type(error).__name__), "install git", "git") from None
        if answer.returncode:
            said = " ".join((answer.stderr or answer.stdout).split())[:500]
            raise ProjectError(
                f"git {arguments[0]} failed", said or f"it ended with {answer.returncode}", advice, "git"
            )
        return answer.stdout.strip("\n")
