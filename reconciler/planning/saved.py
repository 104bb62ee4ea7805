"""The saved plan: JSON out and in, with a digest that shows whether it was altered (design, the plan).

The digest tells of accidents and of careless edits. Who can write the file can write a digest, too: against that there
is a signature, made with a key that only the jobs have which plan and apply.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import structs

from reconciler.errors import SavedPlanRefused
from reconciler.planning.coverage import refuse_uncovered
from reconciler.planning.plan import Plan

FORMAT_VERSION = 1
#: For so long a plan may be applied at most.
LONGEST = timedelta(days=100)

#: What a plan of any version holds.
_OF_A_PLAN = frozenset({"formatVersion", "digest", "steps"})
#: What only the changes of a rule carry.
_RULE_KEYS = (
    "rule", "campaign", "matched", "changed", "deferred", "inCall", "claimed", "total", "sets", "contacts", "loads",
)  # fmt: skip


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as the JSON object that `plan.schema.json` describes, with its digest and any signature."""
    content: dict[str, Any] = msgspec.to_builtins(plan)
    for change in content["changes"]:
        if change["rule"] is None:
            for name in _RULE_KEYS:
                del change[name]
    for name in ("digest", "signature"):
        del content[name]
    for name in ("targets", "moments", "shard", "undoes", "checks", "against"):
        if not content[name]:
            del content[name]
    content["digest"] = digest(content)
    return {**content, "signature": plan.signature} if plan.signature else content


def signed(plan: Plan, key: bytes) -> Plan:
    """The plan with the signature that this key makes for it."""
    return structs.replace(plan, signature=signature(to_json(plan)["digest"], key))


def signature(plan_digest: str, key: bytes) -> str:
    """HMAC-SHA-256 over a plan's digest."""
    return "hmac-sha256:" + hmac.new(key, plan_digest.encode(), hashlib.sha256).hexdigest()


def digest(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of a plan without its digest."""
    return "sha256:" + hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def loads(content: bytes, name: str, key: bytes | None = None) -> Plan:
    """The plan of a file's content; SavedPlanRefused when it is no plan, of another version, or altered.

    With a key also when it is not signed with that key.
    """
    advice = "write one with: reconciler plan --out FILE"
    try:
        data = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise SavedPlanRefused("not a saved plan", f"{name} is not JSON", advice) from None
    if not isinstance(data, dict) or type(data.get("formatVersion")) is not int:
        raise SavedPlanRefused("not a saved plan", f"{name} has no formatVersion", advice)
    if data["formatVersion"] != FORMAT_VERSION:
        detail = f"{name} is not of format {FORMAT_VERSION}, the one that this version reads"
        raise SavedPlanRefused("saved plan of another version", detail, "plan again with this version")
    claimed, signed = data.pop("digest", None), data.pop("signature", "")
    if claimed != _digest_of_file(data):
        detail = f"{name} does not match its digest"
        raise SavedPlanRefused("saved plan was altered", detail, "plan again, and review that plan")
    if key is not None:
        _refuse_unsigned(signed, claimed, key, name)
    try:
        plan = msgspec.convert({**data, "digest": claimed, "signature": signed}, Plan)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SavedPlanRefused("not a saved plan", f"{name}: {error}", advice) from None
    if not 2000 < plan.created_at.year < 9000 or plan.expires_at - plan.created_at > LONGEST:
        raise SavedPlanRefused("not a saved plan", f"{name} is not of a time that can be", advice)
    refuse_uncovered(plan, name)
    return plan


def _refuse_unsigned(signed: object, claimed: str, key: bytes, name: str) -> None:
    advice = "plan again where RECONCILER_PLAN_KEY is the same, and review that plan"
    if not signed:
        raise SavedPlanRefused("saved plan is not signed", f"{name} has no signature, and a key is given", advice)
    if not (isinstance(signed, str) and signed.isascii() and hmac.compare_digest(signed, signature(claimed, key))):
        detail = f"{name} was signed with another key, or altered"
        raise SavedPlanRefused("saved plan has a wrong signature", detail, advice)


def _digest_of_file(data: dict[str, Any]) -> str | None:
    try:
        return digest(data)
    except (ValueError, OverflowError, RecursionError):  # what could be read but not be written was not written by us
        return None


def looks_saved(content: bytes) -> bool:
    """Whether a file's content is a saved plan, of whatever version, or nothing at all: it may be written over."""
    try:
        data = msgspec.json.decode(content) if content.strip() else dict.fromkeys(_OF_A_PLAN)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(data, dict) and data.keys() >= _OF_A_PLAN


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a saved plan, as `schemas/plan.schema.json` holds it."""
    schema = msgspec.json.schema(Plan)
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Plan"}
    return title | schema
