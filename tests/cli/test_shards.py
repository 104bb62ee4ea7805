"""`--shard`: what it takes, what it leaves, whose lock it holds, and what is told of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from reconciler.planning.saved import digest
from reconciler.store.folder import Folder
from reconciler.store.holder import this_process
from reconciler.store.lock import Times, held_lock
from reconciler.store.runs import Runs
from tests.cli.conftest import LOCAL, expect_another_mode, plan_of
from tests.conftest import NOW, Workplace
from tests.store.locking import ELSEWHERE, RUN
from tests.store.telling import begin, record_of

#: The shard of the example's bakery, of three, and another one; of a hundred the first is empty.
BAKERY, OTHER, EMPTY = "2/3", "1/3", "1/100"


def _with(project: Workplace, **variables: str) -> Workplace:
    return replace(project, variables={**project.variables, **variables})


def _objects(project: Workplace) -> Folder:
    return Folder(project.folder / ".reconciler")


def test_shards_add_up_to_the_whole(project: Workplace) -> None:
    """What is left after all of them have been applied is nothing."""
    whole = plan_of(project)
    parts = [plan_of(project, "--shard", f"{number}/3") for number in (1, 2, 3)]
    assert [each["shard"] for each in parts] == ["1/3", "2/3", "3/3"]
    assert "shard" not in whole
    assert sum(len(each["steps"]) for each in parts) == len(whole["steps"])
    for number in (1, 2, 3):
        assert project.run(*LOCAL, "apply", "--yes", "--shard", f"{number}/3").code == 0
    assert plan_of(project)["steps"] == []


def test_it_is_told_in_every_format(project: Workplace) -> None:
    """Which part of the account is meant, where nothing is to be done, too."""
    ran = project.run(*LOCAL, "plan", "--shard", BAKERY, "--report", "markdown=p.md", "--report", "html=p.html")
    assert f"\nonly shard {BAKERY}\n" in ran.out
    for name in ("p.md", "p.html"):
        assert f"shard {BAKERY}" in (project.folder / name).read_text()
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    assert "nothing to do: this part of the account is" in project.run(*LOCAL, "plan", "--shard", BAKERY).out


def test_an_empty_shard_is_no_fault(project: Workplace) -> None:
    """There are more machines than campaigns: 0, and a note."""
    for command in (("plan",), ("apply", "--yes"), ("simulate",)):
        ran = project.run(*LOCAL, *command, "--shard", EMPTY)
        assert ran.code == 0, ran.err
        assert f"note: no campaign falls into this shard ({EMPTY}): there is nothing to do here\n" in ran.err
    assert len(plan_of(project)["steps"]) == 13


def test_it_goes_with_the_other_selections(project: Workplace) -> None:
    """As far as they fall into the shard; what they do not mean is a fault all the same."""
    meant = plan_of(project, "--target", "admissions-bakery", "--shard", BAKERY)
    assert meant["changes"] == plan_of(project, "--target", "admissions-bakery")["changes"]
    assert plan_of(project, "--target", "admissions-bakery", "--shard", OTHER)["changes"] == []
    assert project.run(*LOCAL, "plan", "--target", "bakry", "--shard", OTHER).code == 1


def test_the_fault_of_another_shard_is_not_told(project: Workplace) -> None:
    """It blocks a campaign of that one: who looks after this one need not look."""
    expect_another_mode(project)
    codes = {each: project.run(*LOCAL, "plan", "--shard", each) for each in ("1/3", "2/3", "3/3")}
    assert sorted(each.code for each in codes.values()) == [0, 0, 1]
    assert [each for each, ran in codes.items() if "error[" in ran.err] == [
        each for each, ran in codes.items() if ran.code
    ]


@pytest.mark.parametrize(
    ("asked", "variables", "shard"),
    [
        ("auto/3", {"JOB_COMPLETION_INDEX": "1"}, "2/3"),
        ("auto/3", {"JOB_COMPLETION_INDEX": "0", "CI_NODE_INDEX": "3"}, "1/3"),
        ("auto", {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, "3/3"),
        (None, {"RECONCILER_SHARD": "2/3"}, "2/3"),
        (None, {"RECONCILER_SHARD": "auto/3", "JOB_COMPLETION_INDEX": "2"}, "3/3"),
        ("1/3", {"RECONCILER_SHARD": "2/3"}, "1/3"),
        (None, {"RECONCILER_SHARD": ""}, None),
        (None, {"JOB_COMPLETION_INDEX": "2", "CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, None),
    ],
)
def test_as_the_system_numbers_its_jobs(
    project: Workplace, asked: str | None, variables: dict[str, str], shard: str | None
) -> None:
    """Kubernetes counts from 0, GitLab from 1; neither is taken unasked."""
    options = () if asked is None else ("--shard", asked)
    assert plan_of(_with(project, **variables), *options).get("shard") == shard


@pytest.mark.parametrize(
    ("asked", "variables", "said"),
    [
        ("4/3", {}, "`4/3` is no shard: write i/n"),
        ("auto", {}, "the variable CI_NODE_INDEX is not set"),
        ("auto", {"CI_NODE_INDEX": "1"}, "the variable CI_NODE_TOTAL is not set"),
        ("auto", {"JOB_COMPLETION_INDEX": "1"}, "`auto/N` needs JOB_COMPLETION_INDEX"),
        ("auto/3", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3"}, "the variable JOB_COMPLETION_INDEX is not set"),
        ("auto/3", {"JOB_COMPLETION_INDEX": "3"}, "`4/3` is no shard"),
        ("auto/3", {"JOB_COMPLETION_INDEX": "one"}, "JOB_COMPLETION_INDEX holds no number"),
        ("auto/3", {"JOB_COMPLETION_INDEX": ""}, "JOB_COMPLETION_INDEX holds no number"),
        ("auto/", {"JOB_COMPLETION_INDEX": "0"}, "is no shard"),
        ("auto/all", {"JOB_COMPLETION_INDEX": "0"}, "is no shard"),
        (None, {"RECONCILER_SHARD": "2 of 3"}, "`2 of 3` is no shard"),
    ],
)
def test_what_is_no_shard(project: Workplace, asked: str | None, variables: dict[str, str], said: str) -> None:
    """64: never the whole account in the place of a part, nor another part."""
    options = () if asked is None else ("--shard", asked)
    ran = _with(project, **variables).run(*LOCAL, "apply", "--yes", *options)
    assert (ran.code, said in ran.err, ran.out) == (64, True, ""), ran.err


def test_a_saved_plan_knows_its_shard(project: Workplace) -> None:
    """It need not be named again; another one is refused, and the whole does not hold its lock."""
    assert project.run(*LOCAL, "plan", "--out", "p.json", "--shard", BAKERY).code == 0
    for command in ("apply", "simulate"):
        ran = project.run(*LOCAL, command, "p.json", "--shard", BAKERY)
        assert (ran.code, "--shard go with `plan`" in ran.err) == (64, True)
        ran = _with(project, RECONCILER_SHARD=OTHER).run(*LOCAL, command, "p.json")
        assert (ran.code, f"says {OTHER}, and the saved plan is that of shard {BAKERY}" in ran.err) == (64, True)
    assert _with(project, RECONCILER_SHARD=BAKERY).run(*LOCAL, "simulate", "p.json").code == 0
    assert _with(project, RECONCILER_SHARD=BAKERY).run(*LOCAL, "apply", "p.json").code == 0
    assert _objects(project).children("locks/") == [f"local.{BAKERY.replace('/', '-of-')}.json"]
    assert project.run(*LOCAL, "plan", "--out", "whole.json").code == 0
    ran = _with(project, RECONCILER_SHARD=OTHER).run(*LOCAL, "apply", "whole.json")
    assert (ran.code, "the saved plan is one of all campaigns" in ran.err) == (64, True)


@pytest.mark.parametrize("shard", [OTHER, "../../x"])
def test_a_saved_plan_that_was_given_another_shard_is_refused(project: Workplace, shard: str) -> None:
    """However well its digest fits: its lock would be of another part, or none at all."""
    assert project.run(*LOCAL, "plan", "--out", "p.json", "--shard", BAKERY).code == 0
    content = json.loads((project.folder / "p.json").read_text()) | {"shard": shard}
    content.pop("digest")
    (project.folder / "p.json").write_text(json.dumps(content | {"digest": digest(content)}))
    for command in ("apply", "simulate"):
        ran = project.run(*LOCAL, command, "p.json")
        assert (ran.code, "saved plan was altered" in ran.err) == (4, True), ran.err
    assert len(plan_of(project)["steps"]) == 13


def test_a_shard_and_the_whole_keep_each_other_out(project: Workplace) -> None:
    """6; a shard beside it is free."""
    objects = _objects(project)
    with held_lock(objects, "local.1-of-3", RUN, this_process({})):
        for shard, code in ((None, 6), ("1/3", 6), ("1/2", 6), ("2/3", 0)):
            options = ("--shard", shard) if shard else ()
            ran = project.run(*LOCAL, "apply", "--yes", *options)
            assert ran.code == code, (shard, ran.err)
            assert code == 0 or f"run {RUN} of " in ran.err
    with held_lock(objects, "local", RUN, this_process({})):
        assert project.run(*LOCAL, "apply", "--yes", "--shard", "1/3").code == 6


def test_the_run_of_a_shard_beside_is_not_taken_for_broken_off(project: Workplace) -> None:
    """It still runs, and closes itself; that of the whole, of this shard or of another number is closed."""
    runs = Runs(_objects(project))
    records = [
        structs.replace(record_of(day, "local"), shard=shard)
        for day, shard in enumerate((None, "1/3", "2/3", "1/2"), start=1)
    ]
    for each in records:
        begin(runs, each)
    assert project.run(*LOCAL, "apply", "--yes", "--shard", "1/3").code == 0
    assert [each.run for each in runs.unfinished("local.2-of-3")] == [records[2].run]
    assert runs.unfinished("local.1-of-3") == []
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    assert runs.unfinished("local") == []


def test_the_history_shows_the_shard(project: Workplace) -> None:
    """Of each run that was one; each scope has a last run of its own."""
    assert project.run(*LOCAL, "apply", "--yes", "--shard", BAKERY).code == 0
    assert project.run(*LOCAL, "apply", "--yes").code == 0
    rows = json.loads(project.run("history", "--format", "json").out)
    assert [each["shard"] for each in rows] == [None, BAKERY]
    assert f"local        {BAKERY}  " in project.run("history").out
    assert f"shard {BAKERY}" in project.run("history", rows[1]["run"]).out
    runs, scope = Runs(_objects(project)), f"local.{BAKERY.replace('/', '-of-')}"
    assert (runs.last("local"), runs.last(scope)) == (rows[0]["run"], rows[1]["run"])


def test_unlock_lists_the_shards_that_are_held(project: Workplace) -> None:
    """Without one of them being named; with it that one is released."""
    times = Times(clock=lambda: NOW - timedelta(hours=1))
    with held_lock(_objects(project), "local.2-of-4", RUN, ELSEWHERE, times=times):
        ran = project.run(*LOCAL, "unlock")
        assert ran.code == 0
        assert ran.out == (
            "Nobody holds the lock of `local`.\n"
            f"shard  run                      by  host      since              CI run\n"
            f"2/4    {RUN}  ci  runner-7  2026-11-23 08:00Z  https://ci.example/runs/9\n"
        ), ran.out
        ran = project.run(*LOCAL, "unlock", "--shard", "2/4", "--yes", RUN)
        assert ran.code == 0, ran.err
        assert "\nshard        2/4\n" in ran.out
        assert ran.out.endswith("The lock of `local`, shard 2/4 is released.\n")
    assert project.run(*LOCAL, "unlock", "--shard", "2/4").out == "Nobody holds the lock of `local`, shard 2/4.\n"


def test_a_shard_may_send_its_share_of_the_requests(project: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's limit is divided by how many there are, for every client of the command."""
    from reconciler.cli.session import Session

    asked, traffic = set[int](), Session.traffic

    def noted(self: Session, environment: object, shards: int = 1) -> object:
        asked.add(shards)
        return traffic(self, environment, shards)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "traffic", noted)
    begin(Runs(_objects(project)), record_of(1, "local"))
    assert project.run(*LOCAL, "plan", "--shard", BAKERY, "--out", "p.json").code == 0
    assert project.run(*LOCAL, "simulate", "p.json").code == 0
    assert project.run(*LOCAL, "apply", "--yes", "--shard", BAKERY).code == 0
    assert asked == {3}
