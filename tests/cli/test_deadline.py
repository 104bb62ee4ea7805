"""`--deadline` and `requestsPerSecond` on the command line, and what the clients of one environment share."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from reconciler.cli.files import choose_environment, load_project
from reconciler.cli.main import run
from reconciler.cli.session import Session
from tests.cli.conftest import LOCAL
from tests.conftest import DATABASE, Ran, Workplace


def run_in(project: Workplace, seconds: Callable[[], float], *arguments: str, pause: Any = None) -> Ran:
    """Runs a command line whose time is this one, and in which nobody pauses."""
    project.capture.readouterr()
    session = Session(clock=project.clock, variables=project.variables, seconds=seconds, pause=pause)
    code = run(arguments, session)
    said = project.capture.readouterr()
    return Ran(int(code), said.out, said.err)


def limit(project: Workplace, per_second: float) -> None:
    """Gives the local environment a limit."""
    path = project.folder / "reconciler.yaml"
    before, place, rest = path.read_text().partition("    local:")
    first, rest = rest.split("\n", 1)
    path.write_text(f"{before}{place}{first}\n      requestsPerSecond: {per_second}\n{rest}")


def result_of(project: Workplace) -> dict[str, Any]:
    """The result of the only run."""
    (path,) = (project.folder / ".reconciler/runs").glob("*/result.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def stored(project: Workplace) -> list[Any]:
    """The campaigns of the account."""
    with closing(sqlite3.connect(project.folder / DATABASE)) as connection:
        return connection.execute("SELECT document FROM campaigns ORDER BY id").fetchall()


def after_a_result(project: Workplace) -> Callable[[], float]:
    """A time that stands still until the first step of a run has its result; then an hour has passed."""

    def seconds() -> float:
        runs = project.folder / ".reconciler/runs"
        return 3600.0 if next(runs.glob("*/events/*-result.json"), None) else 0.0

    return seconds


def hurrying() -> Callable[[], float]:
    """A time of which an hour passes at each look."""
    hours = iter(range(10**9))
    return lambda: 3600.0 * next(hours)


def test_after_the_deadline_no_step_is_begun(project: Workplace) -> None:
    """Applied in part (5, not 130); the report says why, and the next run does what is left."""
    ran = run_in(project, after_a_result(project), *LOCAL, "apply", "--yes", "--parallelism", "1", "--deadline", "30m")
    assert ran.code == 5, ran.err
    outcomes = [each["outcome"] for each in result_of(project)["steps"]]
    assert {*outcomes[1:]} == {"skipped"}
    assert "the deadline of 30m was over" in ran.out
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    assert project.run(*LOCAL, "plan", "--detailed-exitcode").code == 0


def test_what_was_sent_is_read_back_after_the_deadline(project: Workplace) -> None:
    """It passes as soon as the account has changed: that step is done, and no other one is begun."""
    assert project.run(*LOCAL, "plan").code == 0  # makes the account
    before = stored(project)
    ran = run_in(
        project,
        lambda: 0.0 if stored(project) == before else 3600.0,
        *(*LOCAL, "apply", "--yes", "--parallelism", "1", "--deadline", "30m"),
    )
    assert ran.code == 5, ran.err
    assert stored(project) != before
    outcomes = [each["outcome"] for each in result_of(project)["steps"]]
    assert (outcomes[0], {*outcomes[1:]}) == ("done", {"skipped"})


def test_a_deadline_that_is_not_reached_changes_nothing(project: Workplace) -> None:
    """The run is whole."""
    assert run_in(project, lambda: 7.0, *LOCAL, "apply", "--yes", "--deadline", "1s").code == 0


def test_a_plan_of_apply_is_cut_short_by_an_error(project: Workplace) -> None:
    """Nothing was written yet."""
    ran = run_in(project, hurrying(), *LOCAL, "apply", "--yes", "--deadline", "30m")
    assert ran.code == 1
    assert "error[deadline-over]" in ran.err
    assert "the deadline of 30m was over before GET /api" in ran.err


@pytest.mark.parametrize("given", ["0s", "soon", "-5m", "", "101d", "1.5h"])
def test_a_deadline_that_is_none(project: Workplace, given: str) -> None:
    """It says what one looks like."""
    ran = project.run(*LOCAL, "apply", "--yes", "--deadline", given)
    assert ran.code == 64
    assert f"`{given}` is no time from 1s to 100d, such as 30m" in ran.err


def test_clients_of_an_environment_share_its_limit(project: Workplace) -> None:
    """All of one process: the deadline, the rate and what is known of the API; the rate is divided among shards."""
    limit(project, 8)
    session = Session(clock=project.clock)
    local = choose_environment(load_project(project.folder), "local")
    assert local.requests_per_second == 8
    with (
        session.client(local, writable=False) as first,
        replace(session, environment="local").client(local, writable=True) as second,
        session.client(local, writable=True, shards=4) as shard,
    ):
        assert first.traffic is second.traffic
        assert first.traffic.rate.per_second == 8
        assert shard.traffic.rate.per_second == 2


def test_all_requests_of_a_run_keep_to_the_limit(project: Workplace) -> None:
    """Those of the plan and those of apply: each waits for its slot."""
    limit(project, 0.5)
    now, pauses = [0.0], list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    ran = run_in(project, lambda: now[0], *LOCAL, "apply", "--yes", "--parallelism", "1", pause=pause)
    assert ran.code == 0, ran.err
    requests = json.loads(project.run("history", "--format", "json").out)[0]["requests"]
    assert len(pauses) >= requests > 10
    assert now[0] >= 2 * len(pauses)


def test_a_plan_ends_at_its_deadline(project: Workplace) -> None:
    """An error that says so; nothing is saved."""
    ran = run_in(project, hurrying(), *LOCAL, "plan", "--deadline", "30m", "--out", "plan.json")
    assert ran.code == 1
    assert "error[deadline-over]" in ran.err
    assert not (project.folder / "plan.json").exists()


def test_a_plan_in_time_is_whole(project: Workplace) -> None:
    """Nothing else changes."""
    ran = run_in(project, lambda: 7.0, *LOCAL, "plan", "--deadline", "1s", "--out", "plan.json")
    assert ran.code == 0
    assert (project.folder / "plan.json").exists()
