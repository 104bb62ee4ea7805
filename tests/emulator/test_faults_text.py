"""Faults as text and as JSON, and what is said of those that are none."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.emulator import Fault, FaultError, fault_from_json, fault_from_text
from reconciler.emulator.faults import KINDS

OWN_VALUES: dict[str, dict[str, Any]] = {
    "latency": {"seconds": 0.5},
    "status": {"code": 429, "retryAfter": 2},
    "html": {"code": 502},
    "edit": {"campaign": 100, "contact": 3, "set": {"comment": "a, b {c} \\ d"}},
}


def test_text() -> None:
    """Kind, its values, and where it strikes."""
    fault = fault_from_text("status, code=429 ,retryAfter=2,path=*/contacts/search,after=3,times=2")
    assert fault == Fault("status", {"code": 429, "retryAfter": 2}, "*", "*/contacts/search", 3, 2)


def test_json_in_text() -> None:
    """Commas inside of objects, lists and quotes do not part."""
    fault = fault_from_text('edit,campaign=1,set={"userIds": [1, 2], "name": "a, \\"b\\", c}"},method="PATCH"')
    assert fault.values["set"] == {"userIds": [1, 2], "name": 'a, "b", c}'}
    assert fault.method == "PATCH"


@pytest.mark.parametrize("kind", KINDS)
def test_as_json_and_back(kind: str) -> None:
    """What the control endpoint shows, it takes."""
    fault = fault_from_json({"kind": kind, **OWN_VALUES.get(kind, {}), "after": 1, "times": 0})
    assert fault_from_json(fault.as_json()) == fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("latncy", "`latncy` is no kind of fault; the nearest kind is `latency`"),
        ("zzz", "`zzz` is no kind of fault; known: latency, status, html"),
        ("", "`` is no kind of fault; known: "),
        ("latency", "`latency` needs `seconds`"),
        ("latency,seconds=-1", "`seconds` of `latency` must be seconds, from 0 to 3600"),
        ("latency,seconds=NaN", "must be seconds"),
        ("latency,seconds=1e999", "must be seconds"),
        ("latency,seconds=true", "must be seconds"),
        ("latency,seconds=soon", "must be seconds"),
        ("status", "`status` needs `code`"),
        ("status,code=304", "`code` of `status` must be an HTTP status whose answers have a body"),
        ("html,code=204", "`code` of `html` must be an HTTP status whose answers have a body"),
        ("status,code=200", "`code` of `status` must be an HTTP status from 300 to 599"),
        ("status,code=429,retryafter=2", "`retryafter` is no value of `status`; the nearest value is `retryAfter`"),
        ("html,code=600", "must be an HTTP status from 200 to 599"),
        ("html,after=-1", "`after` of `html` must be a whole number"),
        ("html,times=1.5", "`times` of `html` must be a whole number"),
        ("html,path=", "`path` of `html` must not be empty"),
        ("html,method=7", "`method` of `html` must be a string"),
        ("html,oops", "`oops` is not KEY=VALUE"),
        ("html,code=200,code=201", "`code` is given twice"),
        ("html,kind=status", "`kind` is given twice"),
        ("edit,campaign=1,set={", "a bracket or a quote is not closed in `set={`"),
        ('edit,campaign=1,set={"a": "}', "not closed"),
        ('html,path="*', 'a bracket or a quote is not closed in `path="*`'),
        ("edit,campaign=1,set={}", "`set` of `edit` must not be empty"),
        ("edit,campaign=1,set=name", "`set` of `edit` must be an object"),
        ("edit,set={}", "`edit` needs `campaign`"),
    ],
)
def test_what_is_wrong(text: str, words: str) -> None:
    """One sentence names the part that is wrong, and what it was probably meant to be."""
    with pytest.raises(FaultError) as caught:
        fault_from_text(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", [None, [], "html", {}, {"kind": 1}, {"kind": ["html"]}])
def test_json_that_is_no_fault(given: object) -> None:
    """Anything but an object with a kind is refused."""
    with pytest.raises(FaultError, match="a fault is an object with a `kind`"):
        fault_from_json(given)
