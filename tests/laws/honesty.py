"""Does the report of an apply match what the emulator really did? Told from its commits, in plain words.

It shares nothing with the code under test: it reads the plan, the journal and the result in the store as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.conftest import Ran
from tests.laws.commits import Commit, Key, Seen, State, campaign, contact
from tests.laws.faulty import Stand
from tests.laws.faulty_project import CANARIES, TOKEN

EXIT_DONE, EXIT_ERROR, EXIT_LIMIT, EXIT_STALE, EXIT_PARTLY, EXIT_INTERRUPTED = 0, 1, 3, 4, 5, 130
WELL = {"done", "deferred"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says: its plan's steps, what became of each, and the contactIds of each step by what became of them.

    `blocked`: whether something was not planned at all.
    """

    steps: Mapping[int, Mapping[str, Any]]
    results: Mapping[int, Mapping[str, Any]]
    contacts: Mapping[int, Mapping[str, Sequence[int]]]
    outcome: str
    blocked: bool


def check(stand: Stand, ran: Ran, known: Iterable[str]) -> None:
    """The law of one apply; `known`: the runs that there were before it."""
    check_silence(stand, ran)
    begun = sorted(set(stand.runs.ids()) - set(known))
    if not begun:
        assert ran.code in (EXIT_ERROR, EXIT_DONE, EXIT_LIMIT, EXIT_STALE, EXIT_PARTLY, EXIT_INTERRUPTED), ran
        assert api_writes(stand.seen) == [], "written without a run"
        return
    (run,) = begun
    told = told_of(stand, run)
    _check_exit(ran, told, stand.seen)
    _check_ending(ran, run, stand.seen)
    for number, step in told.steps.items():
        if step["contactIds"]:
            _check_contacts(step, told, stand.seen)
        else:
            _check_step(step, told.results[number], stand.seen)
    _check_others(told, stand.seen)


def check_silence(stand: Stand, ran: Ran) -> None:
    """No traceback, no fault of the tool's own, no token, and nothing of a contact."""
    said = ran.out + ran.err
    assert "Traceback" not in said, said
    assert "fault of reconciler" not in said, said
    held = said + stand.stored()
    for each in (*CANARIES, TOKEN):
        assert each not in held, each


def told_of(stand: Stand, run: str) -> Told:
    """What the store holds of a run."""
    plan, result = stand.runs.plan(run), stand.folder / f".reconciler/runs/{run}/result.json"
    assert plan is not None
    whole = json.loads(result.read_text())
    results = {each["number"]: each for each in whole["steps"]}
    saved = json.loads(plan)
    steps = {each["number"]: {"contactIds": (), "body": {}, "fields": ()} | each for each in saved["steps"]}
    assert results.keys() == steps.keys()
    contacts: dict[int, dict[str, list[int]]] = {}
    for event in stand.runs.events(run, ("result",)):
        kinds = {kind: _flat(ids) for kind, ids in event.get("contacts", {}).items()}
        contacts[event["step"]] = kinds
        counts = {kind: len(ids) for kind, ids in kinds.items()}
        assert results[event["step"]].get("contacts", {}) == counts
        assert results[event["step"]]["outcome"] == event["outcome"]
    blocked = any(each["severity"] == "error" for each in saved["diagnostics"])
    return Told(steps, results, contacts, whole["outcome"], blocked)


def _flat(ids: Any) -> list[int]:
    return [each for some in ids.values() for each in some] if isinstance(ids, dict) else list(ids)


def api_writes(seen: Seen) -> list[Commit]:
    """What the tool changed in this run."""
    return [each for each in seen.commits if each.by in ("api", "batch")]


def _check_exit(ran: Ran, told: Told, seen: Seen) -> None:
    """0 only when all is done; 4 only when a moved account alone kept it from that."""
    outcomes = {each["outcome"] for each in told.results.values()}
    if ran.code == EXIT_INTERRUPTED:
        assert told.outcome == "interrupted"
    elif outcomes <= WELL:
        assert (ran.code, told.outcome) == (EXIT_PARTLY if told.blocked else EXIT_DONE, "done"), ran
    elif outcomes <= WELL | {"stale", "skipped"} and "stale" in outcomes:
        assert (ran.code, told.outcome) == (EXIT_PARTLY if told.blocked else EXIT_STALE, "stale"), ran
        assert any(each.by == "console" for each in seen.commits) or _refused(told), "nothing has moved"
    elif _refused(told):
        assert (ran.code, told.outcome) == (EXIT_ERROR, "partly"), ran
        assert api_writes(seen) == []
    else:
        assert (ran.code, told.outcome) == (EXIT_PARTLY, "partly"), ran


def _check_ending(ran: Ran, run: str, seen: Seen) -> None:
    """How to go on, and how to undo: that nothing was written is said only where nothing was, or will be."""
    if api_writes(seen) or seen.running:
        assert f"To undo: reconciler -e local rollback {run} " in ran.out, ran.out
    if ran.code == EXIT_ERROR:  # refused before its first step: an error, with its next step
        assert "help: " in ran.err, ran.err
    elif ran.code != EXIT_DONE:
        assert "To go on: " in ran.out, ran.out
        assert "To undo: " in ran.out, ran.out


def _refused(told: Told) -> bool:
    """Whether the run ended before its first step."""
    return all(each["outcome"] in ("stale", "skipped") for each in told.results.values()) and not told.contacts


def _check_step(step: Mapping[str, Any], result: Mapping[str, Any], seen: Seen) -> None:
    """Done: a read of this run saw it. Failed, skipped, stale: it was never written, or the report says that it was."""
    outcome = result["outcome"]
    written = [each for each in seen.commits if _is_of(step, each)]
    if outcome == "done":
        states = [state for path, state in seen.reads if path.endswith(f"/campaigns/{step['campaignId']}")]
        assert any(_holds(step, state) for state in states), f"done, and never read back: {step}"
    elif outcome != "unknown" and written:
        assert outcome == "failed", f"{outcome}, and it was written: {step}"
        assert result["detail"].startswith("the API took it"), result
    assert outcome in ("done", "failed", "skipped", "stale", "unknown")


def _is_of(step: Mapping[str, Any], commit: Commit) -> bool:
    """Whether a request that changed something was this step's."""
    if commit.by != "api" or commit.path.split("/campaigns/")[1].split("/")[0] != str(step["campaignId"]):
        return False
    match step["operation"]:
        case "updateCampaign":
            return commit.method == "PATCH" and commit.body == step["body"]
        case "addFields":
            return commit.path.endswith("/field")
        case "deleteCampaign":
            return commit.method == "DELETE"
        case "updateContacts" | "updateEach":
            return False
    raise AssertionError(step["operation"])


def _holds(step: Mapping[str, Any], state: State) -> bool:
    """Whether the account holds what a step of a campaign writes. One that is to be deleted and is gone does."""
    text = state.get(campaign(step["campaignId"]))
    if text is None:
        return True
    held = json.loads(text)
    if step["operation"] == "deleteCampaign":
        return False
    fields = all(
        each["name"] in held["customFields"] and (each["name"] in held["phoneFields"]) == each["isPhoneNumber"]
        for each in step["fields"]
    )
    return fields and all(_plain(held[name]) == _plain(value) for name, value in step["body"].items())


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _check_contacts(step: Mapping[str, Any], told: Told, seen: Seen) -> None:
    """Every contact of a step, by what the report says of it."""
    kinds = told.contacts.get(step["number"], {})
    named = sorted(each for ids in kinds.values() for each in ids)
    if step["number"] in told.contacts and told.results[step["number"]]["outcome"] != "unknown":
        assert named == sorted(step["contactIds"]), f"each contact once: {step} {kinds}"
    for kind, ids in kinds.items():
        for each in ids:
            key = contact(step["campaignId"], each)
            states = _states_after_write(step, key, seen)
            if kind in ("done", "already"):
                assert any(_has(step, state, key) for state in _states(seen)), f"{kind}, and never so: {key} {step}"
            if kind in ("already", "untried", "moved", "deferred", "excluded"):
                assert not states, f"{kind}, and it was written: {key} {step}"
            if kind == "failed" and states:
                assert any(not _has(step, state, key) for state in states), f"failed, and it was written: {key} {step}"
            assert kind in ("done", "already", "failed", "excluded", "deferred", "moved", "unknown", "untried")
    if not kinds and told.results[step["number"]]["outcome"] != "unknown":
        for each in step["contactIds"]:
            assert not _states_after_write(step, contact(step["campaignId"], each), seen)


def _states(seen: Seen) -> Iterator[State]:
    yield from (state for _, state in seen.reads)
    for each in seen.commits:
        yield each.before
        yield each.after


def _states_after_write(step: Mapping[str, Any], key: Key, seen: Seen) -> list[State]:
    """The states of the account since a contact was written as this step does."""
    for number, each in enumerate(seen.commits):
        wrote = each.by == "batch" or (each.method == "PUT" and each.body == step["data"])
        changed = each.changes().get(key, {}).keys() & step["data"].keys()
        if wrote and changed and _has(step, each.after, key):
            return [later.after for later in seen.commits[number:]]
    return []


def _has(step: Mapping[str, Any], state: State, key: Key) -> bool:
    text = state.get(key)
    return text is not None and all(json.loads(text)[name] == value for name, value in step["data"].items())


def _check_others(told: Told, seen: Seen) -> None:
    """Nothing but what the plan names was written: objects, and their fields (S5)."""
    allowed: dict[Key, set[str]] = {}
    deleted = {each["campaignId"] for each in told.steps.values() if each["operation"] == "deleteCampaign"}
    for step in told.steps.values():
        names = {*step["body"], *(("customFields", "phoneFields") if step["fields"] else ())}
        allowed.setdefault(campaign(step["campaignId"]), set()).update(names)
        for each in step["contactIds"]:
            allowed.setdefault(contact(step["campaignId"], each), set()).update(step["data"])
    for commit in api_writes(seen):
        for key, changes in commit.changes().items():
            assert key in allowed or key[1] in deleted, f"not planned: {key} {commit.path}"
            assert changes.keys() <= allowed.get(key, set()), f"not planned: {key} {changes}"
