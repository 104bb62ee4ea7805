"""What apply tells while it runs: a line a step, contacts per second and the time left; on a terminal, in a pipe."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from msgspec import structs

from reconciler.applying.results import Contacts, Outcome, Result
from reconciler.cli.progress import Lines, can_move, length
from reconciler.cli.tempo import Tempo
from reconciler.planning.plan import Step
from tests.conftest import Workplace
from tests.planning.plans import batch, patch


def _done(step: Step, sent: int | None = None) -> Result:
    """The result of a step that wrote all of its contacts, or so many."""
    return Result(step, Outcome.DONE, contacts=Contacts(done=step.contact_ids[:sent]))


class _Watched:
    """Lines over a clock that is set by hand."""

    def __init__(self, *steps: Step, moving: bool = False, parallelism: int = 10) -> None:
        self.now = 0.0
        self.lines = Lines(steps, parallelism, moving=moving, clock=lambda: self.now)


STEPS = (patch(1), batch(range(1, 501), 2), batch(range(501, 1001), 3), batch(range(1001, 1501), 4))


def test_the_state_of_a_run() -> None:
    """Contacts, their speed, the time left and the steps; no guess before anything was measured."""
    run = _Watched(*STEPS)
    assert run.lines.state().strip() == "…  0 of 1,500 contacts · 0 of 4 steps"
    run.lines.ended(_done(STEPS[0]))
    run.lines.waiting(STEPS[1], "accepted")
    run.now = 5.0
    assert run.lines.state().strip() == "…  0 of 1,500 contacts · 1 of 4 steps"
    run.lines.ended(_done(STEPS[1]))
    assert run.lines.state().strip() == "…  500 of 1,500 contacts · 100 a second · 10 s left · 2 of 4 steps"
    run.now = 8.0
    assert "7 s left" in run.lines.state()
    run.now = 10.0
    run.lines.ended(_done(STEPS[2]))
    run.lines.ended(_done(STEPS[3]))
    assert run.lines.state().strip() == "…  1,500 of 1,500 contacts · 4 of 4 steps"


def test_without_contacts_it_is_the_steps() -> None:
    """There is no speed to tell."""
    assert _Watched(patch(1), patch(2, 101)).lines.state().strip() == "…  0 of 2 steps"


def test_in_a_pipe_it_is_said_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a step, and beside them one in half a minute, however often a batch is asked about."""
    run = _Watched(*STEPS)
    for second in range(100):
        run.now = float(second)
        run.lines.going_on(STEPS[1], 0)
    lines = capsys.readouterr().err.splitlines()
    assert [each.strip() for each in lines] == ["…  0 of 1,500 contacts · 0 of 4 steps"] * 3
    run.lines.ended(_done(STEPS[1]))
    assert capsys.readouterr().err.startswith("  1/4  done      AssignmentPolicy/assigning  ")


def test_on_a_terminal_the_line_below_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of it is printed besides."""
    run = _Watched(*STEPS, moving=True)
    for second in range(100):
        run.now = float(second)
        run.lines.going_on(STEPS[1], 0)
    assert capsys.readouterr().err == ""


def test_a_busy_campaign_is_said_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    """And not at each attempt; another campaign's has a line of its own."""
    run = _Watched(*STEPS, moving=True)
    for second in range(0, 40, 2):
        run.now = float(second)
        run.lines.waiting(STEPS[1], "busy")
        run.lines.waiting(STEPS[2], "busy")
    assert capsys.readouterr().err.count("campaign is busy with another batch, waiting") == 4


def test_contacts_count_as_they_are_written() -> None:
    """One by one, and those that were left alone once the step has ended; each once."""
    tempo, step = Tempo(STEPS[1:3], 10), STEPS[1]
    tempo.begun(step, 0.0)
    for second in range(1, 101):
        tempo.written(step, 1, float(second))
    assert (tempo.done, tempo.speed(), tempo.seconds_left(100.0)) == (100, 1.0, 900.0)
    tempo.ended(step, 120.0, sent=120)
    assert (tempo.done, tempo.speed(), tempo.seconds_left(120.0)) == (500, 1.0, 500.0)


def test_the_state_moves_while_a_step_goes_on() -> None:
    """Contacts that are written one by one count before their step has ended."""
    run = _Watched(*STEPS, moving=True)
    run.lines.waiting(STEPS[1], "sending")
    run.now = 2.0
    for _ in range(20):
        run.lines.going_on(STEPS[1], 1)
    assert run.lines.state().strip() == "…  20 of 1,500 contacts · 10 a second · 2 min left · 0 of 4 steps"


@pytest.mark.parametrize(("terminal", "moves"), [("xterm", True), ("dumb", False), ("", False), (None, False)])
def test_what_terminals_can(monkeypatch: pytest.MonkeyPatch, terminal: str | None, moves: bool) -> None:
    """One that can't move is told in plain lines, and now and then how far the run is."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    given = {} if terminal is None else {"TERM": terminal}
    assert not can_move(given)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    assert can_move(given) is moves


def test_what_was_not_sent_tells_no_speed() -> None:
    """A step that had nothing to write was done at once."""
    tempo = Tempo(STEPS, 10)
    tempo.begun(STEPS[1], 0.0)
    tempo.ended(STEPS[1], 5.0, sent=500)
    tempo.ended(STEPS[2], 5.0, sent=0)
    assert (tempo.done, tempo.speed(), tempo.seconds_left(5.0)) == (1000, 100.0, 5.0)


@pytest.mark.parametrize(("parallelism", "left"), [(10, 20.0), (1, 27.5)])
def test_campaigns_side_by_side(parallelism: int, left: float) -> None:
    """The slowest one, or all of them by how many go on at once; one that has not begun is like the others."""
    first, second = (structs.replace(batch(range(1, 301), number), campaign_id=number) for number in (1, 2))
    others = [structs.replace(batch(range(301, 501), 2 + number), campaign_id=number) for number in (1, 2, 3)]
    tempo = Tempo([first, second, *others[:2], structs.replace(others[2], contact_ids=(*range(100),))], parallelism)
    tempo.begun(first, 0.0)
    tempo.begun(second, 0.0)
    tempo.ended(second, 15.0, sent=300)
    tempo.ended(first, 30.0, sent=300)
    assert tempo.seconds_left(30.0) == pytest.approx(left)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "1 s"), (12.4, "12 s"), (59.4, "59 s"), (60, "1 min"), (1700, "28 min"), (3900, "1 h 5 min")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    """No more exact than they are."""
    assert length(seconds) == words


def _on_a_terminal(workplace: Workplace, **variables: str) -> str:
    """What applying the example shows on a terminal."""
    workplace.example()
    command = [sys.executable, "-m", "reconciler", "-e", "local", "apply", "--yes"]
    given = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "150", **variables}
    screen, theirs = os.openpty()
    out = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=out, stdout=out, stderr=theirs, env=given, cwd=workplace.folder) as process:
        os.close(theirs)
        shown = b"".join(_read_all(screen)).decode()
    assert process.returncode == 0, shown
    return shown


def _counted(text: str) -> bool:
    """Whether there is a line for each step, counted up in the order in which they ended."""
    found = [(int(number), int(total)) for number, total in re.findall(r"(?m)^ +([0-9]+)/([0-9]+)  done ", text)]
    return bool(found) and found == [(number, len(found)) for number in range(1, len(found) + 1)]


def _read_all(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # that is how Linux says that the last writer has gone
        while part := os.read(terminal, 65536):
            yield part
    os.close(terminal)


def _screen(shown: str) -> list[str]:
    """The lines that a terminal holds in the end: it knows colours, erasing a line, and one line up."""
    rows, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|[^\x1b]", shown):
        if part == "\n":
            row += 1
            rows += [""] * (row == len(rows))
        elif part == "\r":
            column = 0
        elif part == "\x1b[1A":
            row -= 1
        elif part == "\x1b[2K":
            rows[row] = ""
        elif len(part) == 1:
            rows[row] = rows[row][:column].ljust(column) + part + rows[row][column + 1 :]
            column += 1
        else:
            assert re.fullmatch(r"\x1b\[([0-9;]*m|\?25[hl])", part), part
    return rows


def test_on_a_terminal_one_line_moves_below_the_others(workplace: Workplace) -> None:
    """It is erased before each line that is printed, and in the end; the cursor comes back."""
    shown = _on_a_terminal(workplace)
    assert re.search(r"… +[0-9]+ of [0-9]+ contacts", shown)
    left = _screen(shown)
    assert not any(" contacts · " in each for each in left)
    assert _counted("\n".join(left))
    assert not any("…" in each for each in left)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_a_terminal_without_colour(workplace: Workplace) -> None:
    """NO_COLOR: the line moves, and no colour is sent."""
    shown = _on_a_terminal(workplace, NO_COLOR="1")
    assert " contacts · " in shown
    assert not re.search(r"\x1b\[[0-9;]*m", shown)


def test_a_terminal_that_can_not_move(workplace: Workplace) -> None:
    """TERM=dumb: plain lines."""
    shown = _on_a_terminal(workplace, TERM="dumb")
    assert "\x1b" not in shown
    assert _counted(shown)


def test_in_a_pipe_there_are_plain_lines(workplace: Workplace) -> None:
    """A line a step, in the order in which they ended, and nothing that moves."""
    workplace.example()
    ran: Any = workplace.run("-e", "local", "apply", "--yes")
    assert _counted(ran.err)
    assert "\x1b" not in ran.err
    assert "waiting for its end" not in ran.err
