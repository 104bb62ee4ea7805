"""`get contacts --filter`: the manifests' filters on the command line; what is none of them stays here (S2)."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from reconciler.cli.get.filters import Filters
from reconciler.cli.get.lookup import environment_of
from reconciler.cli.session import Session
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, CONDITIONS, MATCH_FILTERS
from reconciler.kinds.field import Availability
from tests.applying.wire import Wire
from tests.cli.get_account import as_json, seeded, wired
from tests.conftest import NOW, Workplace


@pytest.fixture
def look(workplace: Workplace) -> Workplace:
    """A project with a small account."""
    return seeded(workplace)


@pytest.fixture
def wire(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What is sent to its emulator."""
    return wired(monkeypatch)


def _read(text: str) -> dict[str, Any]:
    """The query that this filter makes."""
    return Filters(environment_of(Session()), NOW).read([text])


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["excluded=false"], [1, 3]),
        (["excludedCause=bloctel"], [2]),
        (["assignedAgentIds=alice,545"], [1, 3]),
        (["assignedAgentIds=alice", "assignedAgentIds=545"], [1, 3]),
        (["assignedAgentIds=null"], [2]),
        (["assignedGroupIds=closers"], [3]),
        (["lastCallBefore=-72h"], [1]),
        (["lastCallBefore=2026-11-10T07:00:00+01:00"], []),
        (["retryAfter=+1d"], [2]),
        (["lastWrapups=Inscrit"], [1]),
        (["lastWrapups=Inscrit", "lastWrapupIds=4560"], [1, 3]),
        (["lastWrapupIds=null"], [2]),
        (["wrapupStatuses=tocall"], [3]),
        (["contactIds=1, 2"], [1, 2]),
        (["minTries=1", "maxPriority=10"], [1]),
        (["phones=+33 1 99 00 00 01"], [1]),
        (["customFields.Category eq Gold"], [1]),
        (['customFields."Category" eq "Gold"'], [1]),
        (["customFields.Category=Gold"], [1]),
        (["customFields.Category eq null"], [2, 3]),
        (["customFields.Category eq Gold", "customFields.First_Name startsWith Zor"], [1]),
        (["customFields.Category eq Gold", "excluded = true"], []),
    ],
)
def test_filters(look: Workplace, filters: list[str], ids: list[int]) -> None:
    """All of them together; lists with commas or one after another; names as the environment and the account know."""
    options = [each for text in filters for each in ("--filter", text)]
    found = as_json(look.run("get", "contacts", "100", "--format", "json", *options))
    assert sorted(each["contactId"] for each in found) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exclude=false", "unknown filter `exclude`: the nearest filter is `excluded`"),
        ("customField.Category eq Gold", "the nearest filter is `customFields.NAME`"),
        ("purgeDateBefore=-1d", "search does not know the filter `purgeDateBefore`"),
        ("lastAgentIds=543", "the vendor only announces the filter `lastAgentIds`"),
        ("customFieldConditions=x", "write customFields.NAME=VALUE"),
        ("excluded", "the filter `excluded` needs a value: excluded=false"),
        ("contactIds=", "the filter `contactIds` needs a value: contactIds=6,89,975"),
        ("contactIds=1,,2", "with commas between them"),
        ("excluded=no", "takes true or false"),
        ("excluded=null", "does not take null for the filter `excluded`"),
        ("assignedAgentIds=alice,null", "or null alone"),
        ("assignedAgentIds=alcie", "knows no agent `alcie`: the nearest agent is `alice`"),
        ("minTries=many", "takes a whole number"),
        ("minTries=٣", "takes a whole number"),
        ("lastCallBefore=yesterday", "takes a date-time with zone"),
        ("lastCallBefore=2026-02-30T00:00:00Z", "takes a date-time with zone"),
        ("lastCallBefore=2026-11-10T08:00:00", "takes a date-time with zone"),
        ("excludedCause=bloctell", "takes one of: noValidPhone, duplicate, bloctel"),
        ("retryIsNull=false", "takes one of: true"),
        ("customFields.Category equals Gold", "unknown operator `equals`"),
        ("customFields.Category Eq Gold", "the nearest operator is `eq`"),
        ("customFields.Category=", "is not complete"),
        ("customFields.Category eq", "is not complete"),
        ("customFields.Category lt null", "eq and notEq can"),
        ("phones=33199000001\n33199000002", "on one line"),
    ],
)
def test_what_is_no_filter_stays_here(look: Workplace, wire: Wire, text: str, said: str) -> None:
    """S2: wrong usage with the next step, and not a single request."""
    ran = look.run("get", "contacts", "100", "--filter", text)
    assert (ran.code, ran.out, wire.sent) == (64, "", [])
    assert said in ran.err


@pytest.mark.parametrize("filters", [["excluded=true", "excluded=false"], ["regions=1", "regions=null"]])
def test_a_filter_is_given_once(look: Workplace, wire: Wire, filters: list[str]) -> None:
    """Unless it takes a list."""
    ran = look.run("get", "contacts", "100", *(each for text in filters for each in ("--filter", text)))
    assert (ran.code, "was given twice" in ran.err, wire.sent) == (64, True, [])


def test_codes_and_no_code_exclude_each_other(look: Workplace) -> None:
    """In either order."""
    ran = look.run("get", "contacts", "100", "--filter", "lastWrapups=RDV", "--filter", "lastWrapupIds=null")
    assert (ran.code, "lastWrapups can't go with it" in ran.err) == (64, True)


@pytest.mark.parametrize(
    "text", ["phones=33199000001 Zorglub", "phones 33199000001", "customFields.First_Name lt Zorglub x", "33199000001"]
)
def test_no_message_repeats_personal_data(look: Workplace, text: str) -> None:
    """S10: what was meant as a person's number or name is in no message."""
    ran = look.run("get", "contacts", "100", "--filter", text)
    assert not [each for each in ("Zorglub", "33199000001") if each in ran.err + ran.out]


def test_names_that_the_account_does_not_know(look: Workplace) -> None:
    """Exit 1 with the nearest name, and no contact is read."""
    for text, said in [
        ("lastWrapups=Inscri", "the nearest wrap-up code is `Inscrit`"),
        ("customFields.Categorie eq Gold", "the nearest field is `Category`"),
    ]:
        ran = look.run("get", "contacts", "100", "--filter", text)
        assert (ran.code, ran.out, said in ran.err) == (1, "", True)


def test_a_code_that_several_folders_have(workplace: Workplace) -> None:
    """The paths are offered, and a path is taken."""
    workplace.example()
    ran = workplace.run("-e", "local", "get", "contacts", "6046", "--filter", "lastWrapups=RDV")
    assert (ran.code, "`Admissions/Clôtures/RDV` or `Admissions/Relances/RDV`" in ran.err) == (1, True)
    path = ("--filter", "lastWrapups=Admissions/Clôtures/RDV", "--format", "json")
    found = as_json(workplace.run("-e", "local", "get", "contacts", "6046", *path))
    assert {each["wrapupId"] for each in found} == {4560}


@pytest.mark.parametrize("name", sorted(MATCH_FILTERS.keys() - BATCH_ONLY_FILTERS.keys()))
def test_every_filter_of_a_rule_can_be_written(look: Workplace, name: str) -> None:
    """The table of the manifests is the table here; announced ones are refused in both."""
    field = MATCH_FILTERS[name]
    if name == "customFieldConditions":
        for operator in CONDITIONS:
            assert _read(f"customFields.A {operator} x y") == {
                name: [{"customFieldName": "A", "condition": operator, "value": "x y"}]
            }
        return
    value = {"boolean": "true", "moment": "-1h", "phone": "33199000001"}.get(field.type, "1")
    text = f"{name}={field.choices[0] if field.choices and field.type == 'string' else value}"
    if field.available is not Availability.NOW:
        with pytest.raises(click.UsageError, match="only announces"):
            _read(text)
        return
    assert set(_read(text)) == {name}
    assert not field.nullable or _read(f"{name}=null") == {name: None}


def test_help_shows_how(look: Workplace) -> None:
    """The forms stand in --help, as they are typed."""
    said = look.run("get", "contacts", "--help").out
    assert re.search(r"--filter 'customFields\.Category eq Gold'\n", said)
