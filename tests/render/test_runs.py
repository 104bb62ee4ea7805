"""A run in rows: counts, words, and what to do next."""

from __future__ import annotations

import shlex

import pytest

from reconciler.render.runs import RunRows, took
from reconciler.render.what_now import Command, what_now
from tests.render.ran import ran, sample_run, step

DONE, FAILED = step(1, "done"), step(2, "failed", detail="no", help="do that")
ALREADY = step(1, "done", detail="already as planned")


def _now(rows: RunRows) -> list[str]:
    return [f"{name}: {''.join(words)}" for name, words in what_now(rows)]


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        (ran(DONE), ("Applied", "1 done")),
        (ran(ALREADY), ("Applied", "nothing was written, 1 step already as planned")),
        (ran(DONE, ALREADY), ("Applied", "2 done (1 of them already as planned)")),
        (ran(DONE, FAILED), ("Not all applied", "1 done, 1 failed")),
        (ran(DONE, outcome="interrupted"), ("Not all applied", "1 done - interrupted")),
        (ran(DONE, outcome="broken off"), ("Not all applied", "1 done - broken off")),
        (ran(DONE, outcome="unfinished", finished=False), ("So far", "1 done")),
        (ran(step(1, "elsewhere")), ("Not all applied", "1 other")),
        (ran(run=""), ("Nothing to do", "the account is as the manifests say")),
        (ran(outcome="interrupted"), ("Nothing applied", "interrupted")),
        (ran(outcome="refused", fault="too many"), ("Not applied", "too many")),
    ],
)
def test_the_headline(rows: RunRows, headline: tuple[str, str]) -> None:
    """How it ended, in few words; from what happened."""
    assert rows.headline == headline


def test_contacts_of_all_steps() -> None:
    """By what became of them, in one order."""
    assert sample_run().headline == (
        "Not all applied",
        "2 done, 1 failed, 1 skipped, 1 deferred, 1 unknown, 1 stale"
        " · contacts: 23 written, 1 in a call, 2 moved since the plan, 10 unknown, 4 not tried",
    )


def test_what_took_how_long() -> None:
    """With the requests, and those that had to be repeated."""
    assert ran(DONE, FAILED).pace == "2 steps in 2 min, 12 requests (2 of them repeated)"
    assert ran(DONE, requests=1, repeated=0).pace == "1 step in 2 min, 1 request"
    assert ran(DONE, requests=None, repeated=None).pace == "1 step in 2 min"
    assert [took(each) for each in (None, 0.013, 0.1, 9.94, 12.4, 95.0)] == [
        "-",
        "13 ms",
        "0.1 s",
        "9.9 s",
        "12 s",
        "2 min",
    ]


def test_what_was_read_back() -> None:
    """Contacts that count as written, and campaigns; nothing where nothing was written."""
    batch = step(2, "done", contacts={"done": 1200})
    assert ran(DONE, batch).read_back == "all 1,200 written contacts and every written campaign"
    assert ran(batch).read_back == "all 1,200 written contacts"
    assert ran(FAILED).read_back == ran(ALREADY).read_back == ""


def test_nothing_is_to_be_done_after_a_run_that_did_all() -> None:
    """But it can be undone, by its id."""
    assert _now(ran(DONE)) == [
        "To undo: reconciler -e test rollback 20261123T090000Z-abc123 --out undo.json, review that plan, then "
        "reconciler -e test apply undo.json"
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (ran(FAILED), "mend the cause of the 1 failed step, then reconciler -e test apply does what is left"),
        (ran(step(1, "unknown")), "of 1 step the end is unknown: reconciler -e test apply waits for a batch"),
        (ran(step(1, "stale")), "plan again and review it, reconciler -e test plan --out change.json"),
        (ran(step(1, "skipped")), "1 step skipped: reconciler -e test apply tries again"),
        (ran(DONE, outcome="interrupted"), "it was interrupted: reconciler -e test apply goes on"),
        (ran(step(1, "deferred", contacts={"deferred": 2})), "2 contacts in a call: the next reconciler -e test apply"),
        (ran(DONE, outcome="unfinished", finished=False), "this run still runs, or it broke off"),
        (ran(outcome="refused", fault="x", fault_help="wait a little"), "wait a little"),
        (ran(outcome="refused", fault="x"), "correct it, then run again"),
        (
            ran(DONE, blocked=("Campaign/a",)),
            "Campaign/a could not be planned as a whole: reconciler -e test plan says",
        ),
    ],
)
def test_how_to_go_on(rows: RunRows, told: str) -> None:
    """For each way to end."""
    (found,) = (each for each in _now(rows) if each.startswith("To go on: "))
    assert told in found


def test_skipped_steps_come_with_their_cause() -> None:
    """No advice of their own beside it."""
    assert len([each for each in _now(ran(FAILED, step(3, "skipped"))) if each.startswith("To go on")]) == 1


def test_nothing_written_is_nothing_to_undo() -> None:
    """Failed without a write, refused, or as planned before."""
    for rows in (ran(FAILED), ran(ALREADY), ran(run="", outcome="refused", fault="x")):
        assert "To undo: nothing was written: there is nothing to undo" in _now(rows)
    assert _now(ran(run="")) == []


def test_a_failed_batch_may_have_written() -> None:
    """Some of its contacts, or nobody knows which."""
    for kind in ("done", "failed", "unknown"):
        assert ran(step(1, "failed", contacts={kind: 1})).wrote
    assert not ran(step(1, "stale", contacts={"moved": 1})).wrote
    assert ran(step(1, "unknown")).wrote


def test_what_stays() -> None:
    """Only where there is such, and only what was written."""
    fields, gone = step(1, "done", operation="addFields"), step(2, "done", operation="deleteCampaign")
    archived = step(3, "done", call="PATCH isArchived")
    (told,) = (each for each in _now(ran(fields, gone, archived)) if each.startswith("What stays"))
    assert told == (
        "What stays: the fields that were added to 1 campaign and 1 archived campaign and 1 deleted campaign"
        " (can't be undone)"
    )
    unwritten = step(1, "failed", operation="addFields")
    assert not any("What stays" in each for each in _now(ran(unwritten, DONE)))


@pytest.mark.parametrize("name", ["a b", "x; rm -rf /", "$(x)", "`x`", "'"])
def test_a_command_is_safe_to_paste(name: str) -> None:
    """Whatever the environment is called."""
    (command, *_) = (
        each for _, words in what_now(ran(DONE, environment=name)) for each in words if isinstance(each, Command)
    )
    assert shlex.split(command)[:3] == ["reconciler", "-e", name]


def test_a_shard_goes_on_as_a_shard() -> None:
    """What failed in one part is tried again in that part, and planned in that part; undoing names the run alone."""
    rows = ran(FAILED, step(2, "stale"), step(3, "done"), shard="2/4")
    commands = [str(each) for _, words in what_now(rows) for each in words if isinstance(each, Command)]
    going_on = [each for each in commands if "undo.json" not in each]
    assert going_on == [
        "reconciler -e test apply --shard 2/4",
        "reconciler -e test plan --out change.json --shard 2/4",
    ]
