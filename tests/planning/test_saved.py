"""The saved plan: out and in, the same bytes, and refused when it is not what was reviewed."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.errors import SavedPlanRefused
from reconciler.planning.plan import Plan
from reconciler.planning.saved import digest, loads, looks_saved, plan_schema, signed, to_json
from reconciler.render.plan_json import plan_json
from tests.applying.test_apply import GOLD
from tests.applying.world import World, account, campaign, contacts
from tests.planning.building import campaign_document, desired_of, policy_document
from tests.planning.plans import assigning, batch, patch, plan_of, updating

PLAN = plan_of(
    updating(maxTries=8, folder=None), assigning([1, 2]), steps=[patch(maxTries=8, folder=None), batch([1, 2], 2)]
)


def _of_an_account(folder: Path) -> Plan:
    people = contacts(30)
    people[2]["state"] = "processing_in_progress"
    rules = {"name": "gold", "match": GOLD, "set": {"assignedAgentId": "chloe", "priority": 1}}
    settings = {"userIds": ["chloe"], "autoPurge": {"enabled": True}, "folder": None}
    desired = desired_of(campaign_document(settings=settings, customFields=["New"]), policy_document(rules))
    return World.of(folder, account(campaign(folder="é"), people=people)).plan(desired)


def _resealed(content: dict[str, Any]) -> bytes:
    content.pop("digest", None)
    return json.dumps({**content, "digest": digest(content)}).encode()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Every field, and the digest with it."""
    made = _of_an_account(tmp_path)
    text = plan_json(made)
    assert loads(text.encode(), "p.json") == replace(made, digest=json.loads(text)["digest"])
    assert plan_json(loads(text.encode(), "p.json")) == text


def test_the_same_account_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two accounts alike, two plans alike."""
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        texts.append(plan_json(_of_an_account(tmp_path / name)))
    assert texts[0] == texts[1]


def test_a_plan_fits_its_schema(tmp_path: Path) -> None:
    """The contract that other tools read."""
    jsonschema.validate(json.loads(plan_json(_of_an_account(tmp_path))), plan_schema())
    jsonschema.validate(json.loads(plan_json(PLAN)), plan_schema())


def test_only_a_rules_changes_carry_a_rules_fields() -> None:
    """The others have none of them."""
    settings, contacts_ = to_json(PLAN)["changes"]
    assert "contacts" not in settings
    assert contacts_["contacts"][0]["contactIds"] == (1, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["steps"][0]["body"].update(maxTries=9),
        lambda plan: plan["steps"][1]["contactIds"].append(3),
        lambda plan: plan.update(environment="production"),
        lambda plan: plan.update(expiresAt="2027-11-23T09:00:00Z"),
        lambda plan: plan.update(digest="sha256:0"),
        lambda plan: plan.pop("digest"),
        lambda plan: plan.update(more=1),
    ],
)
def test_an_altered_plan_is_refused(change: Any) -> None:
    """Whatever was altered, by its digest."""
    content = json.loads(plan_json(PLAN))
    change(content)
    with pytest.raises(SavedPlanRefused, match="altered"):
        loads(json.dumps(content).encode(), "p.json")


def test_the_order_of_keys_and_the_spaces_are_no_alteration() -> None:
    """A formatter may have been over it."""
    content = json.dumps(json.loads(plan_json(PLAN)), sort_keys=True, separators=(",", ":"))
    assert loads(content.encode(), "p.json") == loads(plan_json(PLAN).encode(), "p.json")


@pytest.mark.parametrize("version", [0, 2, True, 1.0, "1", None])
def test_another_format_version_is_refused(version: object) -> None:
    """Also with a digest that fits."""
    with pytest.raises(SavedPlanRefused, match=r"version|formatVersion"):
        loads(_resealed(json.loads(plan_json(PLAN)) | {"formatVersion": version}), "p.json")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"null", b"[]", b"{}", b"<html>", b'{"formatVersion":1}', b"[" * 100_000,
        b'{"formatVersion":1,"a":' + b"9" * 5000 + b"}", b'{"formatVersion":1,"a":"\\ud800"}',
    ],
)  # fmt: skip
def test_garbage_is_refused(content: bytes) -> None:
    """Never another exception."""
    with pytest.raises(SavedPlanRefused):
        loads(content, "p.json")


@pytest.mark.parametrize("moment", ["2026-11-23T09:00:00", "soon", 5])
def test_times_without_a_zone_are_refused(moment: object) -> None:
    """They could not be compared with now."""
    with pytest.raises(SavedPlanRefused):
        loads(_resealed(json.loads(plan_json(PLAN)) | {"expiresAt": moment}), "p.json")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


@given(st.data())
def test_no_file_raises_anything_else(data: st.DataObject) -> None:
    """Any value anywhere in a plan, sealed again: the steps are the reviewed ones, or it is refused."""
    content = json.loads(plan_json(PLAN))
    *path, last = data.draw(st.sampled_from(_places(content)[1:]))
    target = content
    for key in path:
        target = target[key]
    target[last] = data.draw(_VALUES)
    assume(not _unwritable(content))
    with suppress(SavedPlanRefused):
        assert loads(_resealed(content), "p.json").steps == PLAN.steps


def _unwritable(content: Any) -> bool:
    try:
        digest(content)
    except (OverflowError, ValueError):
        return True
    return False


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    """Whatever the file is."""
    with pytest.raises(SavedPlanRefused):
        loads(content, "p.json")


KEY, OTHER_KEY = b"the key of the jobs", b"somebody's"


def test_a_signed_plan(tmp_path: Path) -> None:
    """With the key it is signed with it is read; without any key, too."""
    text = plan_json(signed(PLAN, KEY)).encode()
    assert loads(text, "p.json", KEY).digest == loads(text, "p.json").digest
    assert json.loads(text)["signature"].startswith("hmac-sha256:")
    jsonschema.Draft202012Validator(plan_schema()).validate(json.loads(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (plan_json(PLAN), "not signed"),
        (plan_json(signed(PLAN, OTHER_KEY)), "wrong signature"),
        (plan_json(signed(PLAN, KEY)).replace("hmac-sha256:", "hmac-sha256:é"), "wrong signature"),
        (json.dumps(json.loads(plan_json(signed(PLAN, KEY))) | {"signature": 5}), "wrong signature"),
        (json.dumps(json.loads(plan_json(signed(PLAN, KEY))) | {"signature": None}), "not signed"),
    ],
)
def test_a_plan_without_the_keys_signature(text: str, said: str) -> None:
    """It is refused where the key is given, and no signature of it is told."""
    with pytest.raises(SavedPlanRefused, match=said) as refused:
        loads(text.encode(), "p.json", KEY)
    assert "hmac" not in str(refused.value)


def test_who_has_no_key_can_not_seal_an_altered_plan() -> None:
    """A new digest is easily made; the old signature does not fit it."""
    content = json.loads(plan_json(signed(PLAN, KEY)))
    seal = content.pop("signature")
    content["environment"] = "production"
    resealed = json.loads(_resealed(content)) | {"signature": seal}
    assert loads(json.dumps(resealed).encode(), "p.json").environment == "production"
    with pytest.raises(SavedPlanRefused, match="wrong signature"):
        loads(json.dumps(resealed).encode(), "p.json", KEY)


@pytest.mark.parametrize(
    "times",
    [
        {"createdAt": "9999-12-31T23:59:59Z", "expiresAt": "9999-12-31T23:59:59Z"},
        {"createdAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-04-12T00:00:00Z"},
    ],
)
def test_a_plan_of_a_time_that_can_not_be(times: dict[str, str]) -> None:
    """Nobody makes one that is good for longer than a hundred days."""
    with pytest.raises(SavedPlanRefused, match="not a saved plan"):
        loads(_resealed(json.loads(plan_json(PLAN)) | times), "p.json")


def test_what_only_has_a_version_is_no_plan() -> None:
    """A file of somebody else's is not written over."""
    assert looks_saved(plan_json(PLAN).encode())
    assert not looks_saved(b'{"formatVersion": 5, "mine": true}')
