"""Ctrl-C during a run is acknowledged at once, once, and before a run was begun it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from reconciler.cli.main import EXIT_CODES, cli

_CHILD = """
import os, signal, sys
from reconciler.cli import logs
from reconciler.cli.interruptions import Interruptions
with logs.begun(sys.argv[2:], {}), Interruptions() as taken:
    taken.run = sys.argv[1]
    try:
        with taken.heard():
            os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        print("heard", flush=True)
"""
_WORDS = (
    "Interrupted: ending what is on its way (at most 30 s a request)."
    " Ctrl-C again leaves at once, and leaves the run unfinished."
)


def _pressed(run: str, *options: str) -> str:
    """What a process whose run this is says on stderr when it is interrupted once."""
    command = [sys.executable, "-c", _CHILD, run, *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert (ended.returncode, ended.stdout) == (0, "heard\n"), ended.stderr
    return ended.stderr


def test_the_first_one_is_acknowledged() -> None:
    """With what it does, and what a second one would do."""
    assert _pressed("R-1") == f"\n{_WORDS}\n"


def test_it_is_an_event_of_the_log() -> None:
    """One line of JSON."""
    (line,) = [json.loads(each) for each in _pressed("R-1", "--log-format", "json").splitlines()]
    assert (line["event"], line["level"], line["message"]) == ("interrupted", "warning", _WORDS)


def test_nothing_is_on_its_way_before_a_run_was_begun() -> None:
    """Then the command ends by itself, and says so."""
    assert _pressed("") == ""


def test_help_mentions_it() -> None:
    """Before somebody needs it."""
    assert "Ctrl-C" in CliRunner().invoke(cli, ["apply", "--help"]).output


@pytest.mark.parametrize("word", ["drift", "diff-env", "check of the project"])
def test_the_exit_codes_name_all_that_end_so(word: str) -> None:
    """On lines that fit a terminal."""
    assert word in EXIT_CODES
    assert max(map(len, EXIT_CODES.splitlines())) <= 80
