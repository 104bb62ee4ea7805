"""A plan of everything that a plan can hold, with one text wherever text comes from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.diagnostics import Severity
from reconciler.planning.checks.results import CheckFailure, CheckResult, Waived
from reconciler.planning.findings import Finding, FindingPlace
from reconciler.planning.limits import Use
from reconciler.planning.plan import (
    Action,
    Attribute,
    ContactGroup,
    Load,
    Operation,
    Place,
    Plan,
    Reason,
    Resolved,
    Risk,
    Step,
    Summary,
    Via,
    ViaKind,
)
from reconciler.render.rows import PlanRows, plan_rows
from reconciler.render.words import Names
from tests.planning.plans import assigning, batch, change, patch, plan_of

#: What a name must not be able to do to Markdown, HTML, a terminal or a CI log.
HOSTILE = (
    "</details>", "</summary>x", "<script>alert(1)</script>", "</script><b>", "<img src=x onerror=alert(1)>",
    "](http://evil.example)", "![x](http://evil.example/x.png)", "[x]: http://evil.example", "https://evil.example",
    "www.evil.example", "a@evil.example", "@everyone", "#1", "GH-1", "org/repo#1", "0123456789abcdef", ":tada:",
    "`", "```", "``x`", "` x `", "|", "a\\|b", "a\\\\|b", "\\", "x\\", "one\ntwo", "\n\n# heading", "- item", "1) item",
    "> quote", "***", "~~x~~", "$x$", "<!-- x -->", "-->", "]]>", "&lt;b&gt;", "&#64;everyone", "::error::x",
    "##[error]x", "\x1b[31mred", "\x9b31m", "\u202egnol", "\u2066x", "\ufeff", "\U000e0041", "\ud800",
    '" onclick="alert(1)', "' x", "   ", "", "日本語の名前", "e\u0301",
)  # fmt: skip
TEXTS = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join) | st.text(max_size=30)


def sample(text: str = "x-1") -> Plan:
    """The plan. Each of its changes, steps and findings holds the text wherever it can."""
    place = Place(text, 3)
    via = (Via(ViaKind.TEMPLATE, text, place), Via(ViaKind.VARIABLE, text, None, text), Via(ViaKind.OVERLAY, text))
    settings = (
        Attribute("name", text, f"{text}2", place, via=via),
        Attribute("displayedPhoneNumbers", ["1", f"n{text}"], ["1", f"n{text}2"], place),
        Attribute("userIds", [543, 9], [543, 544], place),
        Attribute("folder", text, None, place, ignored=True),
        Attribute(f"autoPurge.{text}", [text], {text: text}, place),
    )
    about: dict[str, Any] = {"address": f"Campaign/{text}", "campaign_id": 7, "campaign_name": text, "source": place}
    risks = {"risk": Risk.HIGH, "risks": (text, "removes 9 from userIds; contacts assigned to them stay assigned")}
    new = Attribute(f"customFields.{text}", None, {"isPhoneNumber": True}, place)
    rule = assigning(range(5), 543, **_policy(about, text))
    changes = (
        change(Action.ADD_FIELD, **about, attributes=(new,), reason=Reason.FIELD_MISSING),
        change(Action.UPDATE, **about, attributes=settings, **risks),
        rule,
        change(Action.DELETE, **{**about, "campaign_id": 8, "address": "Campaign/gone"}, reason=Reason.ENSURE_DELETED),
        change(Action.NONE, **{**about, "campaign_id": 9}, reason=Reason.AS_DESIRED),
    )
    fields_added = Step(2, f"Campaign/{text}", 7, Operation.ADD_FIELDS, fields=({"name": text},))
    steps = (patch(1, 7, **{text: 1}), fields_added, replace(batch(range(5), 3, rule=text), address=text))
    found = Finding(text, Severity.ERROR, text, text, text, text, FindingPlace(text, 1, 1))
    whole = replace(
        plan_of(*changes, steps=steps), project=text, environment=text, base_url=text, tool_version=text, commit=text,
        diagnostics=(found, replace(found, severity=Severity.WARNING, source=None)), targets=(text,), digest=text,
        checks=_checks(text), moments=(Resolved(f"AssignmentPolicy/{text}", text, text, text),),
    )  # fmt: skip
    return replace(whole, summary=Summary.of(whole.changes, whole.steps))


def _checks(text: str) -> tuple[CheckResult, ...]:
    """One that stops, one that is told, one that is waived and one that holds."""
    place = FindingPlace(text, 2, 1)
    broken = CheckFailure(text, 7, text, "after", text, text, None)
    waived = CheckFailure(text, None, text, text, [text], text, Waived(text, text, text))
    stops = CheckResult(text, Severity.ERROR, text, place, 30, (*[broken] * 15, waived))
    warns = CheckResult(text, Severity.WARNING, text, place, 1, (broken,))
    return (stops, warns, CheckResult(text, Severity.ERROR, text, place, 1, (waived,)), replace(stops, failures=()))


def _policy(about: dict[str, Any], text: str) -> dict[str, Any]:
    groups = (
        ContactGroup({"assignedAgentId": None, "region": text}, {"assignedAgentId": 543, "region": f"{text}2"}, (0, 1)),
        ContactGroup({"assignedAgentId": 544}, {"assignedAgentId": 543}, (2, 3, 4)),
    )
    loads = (Load(543, 1, 6), Load(544, 3, 0), Load(None, 2, 0), Load(9, 4, 4))
    own = {"address": f"AssignmentPolicy/{text}", "campaign": f"Campaign/{text}", "rule": text}
    return {**about, **own, "contacts": groups, "loads": loads, "matched": 1200, "deferred": 1, "in_call": 1}


def sample_rows(text: str = "x-1") -> PlanRows:
    """The rows of the plan, with a limit that is exceeded and one that is not."""
    names = Names.of({f"{text}a": 543, f"{text}b": 544}, {})
    uses = (Use("campaignsChanged", 2, 50), Use("contactsChanged", 5, 4, owner=f"AssignmentPolicy/{text} rule {text}"))
    return plan_rows(sample(text), names, uses, file=text)


def texts_of(value: object) -> Iterator[str]:
    """Every text inside of a value."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_of(each)
