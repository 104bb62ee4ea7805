"""The fault law: whatever goes wrong during an apply, its exit code and its report are true, and the next one ends it.

Through the command, over every kind of fault of the emulator and their pairs, at random moments.
`RECONCILER_LAWS=N`: N placements of each pair, and N examples of the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.emulator import Fault
from reconciler.emulator.faults import KINDS, fault_from_json
from tests.applying.world import Interruption
from tests.conftest import Ran
from tests.laws import honesty
from tests.laws.commits import State
from tests.laws.damage import Watch
from tests.laws.faulty import PLAN, Stand, stand
from tests.laws.faulty_project import (
    ALICE,
    BAKERY,
    BEAUTY,
    BRUNO,
    CANARIES,
    CHLOE,
    COOKING,
    DANCE,
    OTHER,
)
from tests.laws.worlds import DEEPER, DEPTH

#: What somebody in the console may do to a campaign, and to a contact.
CAMPAIGN_EDITS: Sequence[Mapping[str, Any]] = (
    {"maxTries": 7}, {"isPaused": True}, {"isPaused": False}, {"folder": "Elsewhere"}, {"name": "Renamed"},
    {"userIds": [ALICE, BRUNO, CHLOE, 599]}, {"userIds": [ALICE]}, {"maxTries": 8, "isPaused": True}, {"groupIds": []},
)  # fmt: skip
CONTACT_EDITS: Sequence[Mapping[str, Any]] = (
    {"assignedAgentId": BRUNO}, {"assignedAgentId": ALICE}, {"assignedAgentId": None}, {"priority": 3},
    {"comment": CANARIES[3]}, {"state": "processing_in_progress"}, {"customFields": {"Category": "Silver"}},
    {"excluded": True}, {"triesNumber": 4},
)  # fmt: skip
#: Where faults strike, and after how many such requests at most.
PLACES = (
    ("*", "*", 90), ("GET", "*", 60), ("GET", "*/campaigns/10?", 24), ("POST", "*/contacts/search", 24),
    ("GET", "*/contact-batch/status/*", 6), ("PATCH", "*", 8), ("PUT", "*", 2), ("POST", "*/field", 1),
    ("POST", "*/contact-batch/update", 2), ("DELETE", "*", 0),
)  # fmt: skip
BATCHES = (("POST", "*/contact-batch/update", 2),)
CODES = (302, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504)
#: The kinds of the emulator; edits of two sorts.
SORTS = (*(each for each in KINDS if each != "edit"), "edit-campaign", "edit-contact")


class Undisturbed:
    """What an apply comes to that nothing disturbs, and the plan that it follows."""

    def __init__(self, folder: Path) -> None:
        with stand(folder) as it:
            assert it.run("plan", "--out", str(folder / PLAN)).code == 0
            self.plan = (folder / PLAN).read_bytes()
            self.before = it.seen.state
            ran = it.run("apply", str(folder / PLAN))
            assert ran.code == 0, ran
            honesty.check(it, ran, ())
            self.after = it.seen.state
            assert it.run("plan", "--detailed-exitcode").code == 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """One for all tests of this file."""
    return Undisturbed(tmp_path_factory.mktemp("undisturbed") / "project")


def placed(sort: str, random: Random) -> Fault:
    """A fault of this sort at a random place."""
    kind, _, what = sort.partition("-") if sort.startswith("edit-") else (sort, "", "")
    method, path, most = random.choice(BATCHES if kind in ("busy", "batch-fails", "batch-half-fails") else PLACES)
    where = {"method": method, "path": path, "after": random.randint(0, most)}
    values: dict[str, Any] = {}
    match kind:
        case "latency":
            values = {"seconds": random.choice((1, 29, 31))}
        case "status":
            values = {"code": random.choice(CODES), "retryAfter": random.choice((None, None, 0, 3, 300))}
        case "html":
            values = {"code": random.choice((200, 404, 502))}
        case "edit":
            values = _edit(what, random)
    return fault_from_json({"kind": kind, **values, **where, "times": random.choice((1, 1, 1, 2, 3, 7, 0))})


def _edit(what: str, random: Random) -> dict[str, Any]:
    if what == "campaign":
        number = random.choice((BAKERY, BAKERY, BEAUTY, COOKING, DANCE, OTHER))
        return {"campaign": number, "set": random.choice(CAMPAIGN_EDITS)}
    number = random.choice((BAKERY, BAKERY, BAKERY, BEAUTY))
    contact = random.randint(1, 8 if number == BAKERY else 3)
    return {"campaign": number, "contact": contact, "set": random.choice(CONTACT_EDITS)}


def check_law(
    folder: Path,
    undisturbed: Undisturbed,
    faults: Sequence[Fault],
    *,
    saved: bool,
    parallelism: int = 1,
    stop: int = -1,
) -> None:
    """An apply that meets these faults tells the truth; the next one, without them, comes to the end.

    `stop`: at the request of this number Ctrl-C is pressed.
    """
    with stand(folder, plan=undisturbed.plan) as it:
        it.arm(faults)
        damages = _watching(it, undisturbed) if not any(each.kind == "edit" for each in faults) else []
        with _interrupted(it, stop):
            ran = it.run("apply", *((str(folder / PLAN),) if saved else ("--yes",)), "--parallelism", str(parallelism))
        it.seen.observer = lambda commit: None
        assert damages == []
        honesty.check(it, ran, ())
        edited = any(each.by == "console" for each in it.seen.commits)
        if ran.code == 0:
            check_end(it, undisturbed.after)
        it.disarm()
        _check_next(it, ran, undisturbed.after if not edited else None)


def _check_next(it: Stand, ran: Ran, after: State | None) -> None:
    """The next apply ends where an undisturbed one does; `after`: None where somebody edited meanwhile."""
    known = it.runs.ids()
    again = it.run("apply", "--yes", "--parallelism", "1")
    honesty.check(it, again, known)
    assert again.code == 0, f"{ran}\n{again}"
    if after is not None:
        assert plain(it.seen.state) == plain(after)
    assert it.run("plan", "--detailed-exitcode").code == 0


def _watching(it: Stand, undisturbed: Undisturbed) -> list[str]:
    """What is wrong after any commit, as long as this is watched."""
    damages: list[str] = []
    watch = Watch(undisturbed.before, json.loads(undisturbed.plan)["steps"])
    it.seen.observer = lambda commit: damages.extend(watch.damages(commit))
    return damages


@contextmanager
def _interrupted(it: Stand, at: int) -> Iterator[None]:
    """Somebody presses Ctrl-C at the request of this number."""
    press, numbers = Interruption(), count()

    def asked() -> None:
        if next(numbers) == at:
            press()
            press.settle()

    it.seen.asked = asked
    with press.heard():
        yield
    it.seen.asked = lambda: None


def check_end(it: Stand, after: State) -> None:
    """After exit 0 the account is as after an undisturbed run, save for what somebody else wrote meanwhile."""
    theirs = {
        (key, name)
        for each in it.seen.commits
        if each.by == "console"
        for key, fields in each.changes().items()
        for name in (*fields, *(("excludedDetail",) if "excluded" in fields else ()))
    }
    in_calls = {key for key, name in theirs if name == "state"}  # deferred: the next run writes them
    wanted, found = plain(after), plain(it.seen.state)
    assert wanted.keys() == found.keys()
    for key in wanted.keys() - in_calls:
        differing = {name for name in wanted[key] if wanted[key][name] != found[key][name]}
        assert not {each for each in differing if (key, each) not in theirs}, (key, differing)


def plain(state: State) -> dict[Any, dict[str, Any]]:
    """The rows without their signatures; lists of ids without an order."""
    rows = {key: json.loads(text) for key, text in state.items()}
    return {
        key: {
            name: sorted(value) if name in ("userIds", "groupIds") else value
            for name, value in row.items()
            if name not in ("lastUpdatedAt", "lastUpdatedBy")
        }
        for key, row in rows.items()
    }


@contextmanager
def told(faults: Sequence[Fault]) -> Iterator[None]:
    """What fails here says which faults it met."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"faults: {[each.as_json() for each in faults]}")
        raise


@pytest.mark.parametrize("first", SORTS)
def test_single_faults_and_pairs(first: str, undisturbed: Undisturbed, folders: Iterator[Path]) -> None:
    """Every kind alone and before every other one, at random moments of an apply."""
    for number in range(DEEPER or 1):
        for second in (None, *SORTS):
            random = Random(f"{first} {second} {number}")
            faults = [placed(each, random) for each in (first, second) if each]
            with told(faults):
                check_law(next(folders) / "project", undisturbed, faults, saved=random.random() < 0.7)


@settings(parent=DEPTH, max_examples=DEEPER or 25)
@given(
    st.lists(st.sampled_from(SORTS), max_size=4), st.randoms(use_true_random=False), st.booleans(), st.integers(1, 5)
)
def test_several_faults_side_by_side(
    undisturbed: Undisturbed, folders: Iterator[Path], sorts: list[str], random: Random, saved: bool, parallelism: int
) -> None:
    """And with as many campaigns at once as the command is told to."""
    faults = [placed(each, random) for each in sorts]
    with told(faults):
        check_law(next(folders) / "project", undisturbed, faults, saved=saved, parallelism=parallelism)


@pytest.mark.parametrize("sort", SORTS)
def test_faults_and_an_interruption(sort: str, undisturbed: Undisturbed, folders: Iterator[Path]) -> None:
    """Ctrl-C at a random request, after or before a fault."""
    for number in range(DEEPER or 1):
        random = Random(f"{sort} {number}")
        fault, stop = placed(sort, random), random.randint(0, 70)
        with told([fault]):
            check_law(next(folders) / "project", undisturbed, [fault], saved=random.random() < 0.7, stop=stop)


@pytest.mark.parametrize("sort", SORTS)
def test_faults_and_a_limit(sort: str, folders: Iterator[Path]) -> None:
    """Over a limit nothing is written, whatever goes wrong."""
    fault = placed(sort, Random(sort))
    with told([fault]), stand(next(folders) / "project", limits="{contactsChanged: 1}") as it:
        it.arm([fault])
        ran = it.run("apply", "--yes")
        assert ran.code in (honesty.EXIT_LIMIT, honesty.EXIT_ERROR), ran
        honesty.check(it, ran, ())
        assert honesty.api_writes(it.seen) == []
        it.disarm()
        assert it.run("apply", "--yes").code == honesty.EXIT_LIMIT
        assert honesty.api_writes(it.seen) == []
