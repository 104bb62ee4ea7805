"""`get contacts` and `get contact`, on the embedded emulator."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from reconciler.cli.get import printing
from reconciler.render.records import JsonArray
from tests.applying.wire import answering, rewriting
from tests.cli.get_account import SECRETS, as_csv, as_json, people, seeded, wired
from tests.conftest import Workplace
from tests.emulator.accounts import campaign, contact

CONTACTS = ("get", "contacts", "100")


@pytest.fixture
def look(workplace: Workplace) -> Workplace:
    """A project with a small account."""
    return seeded(workplace)


def _rows(look: Workplace, *options: str) -> dict[str, list[str]]:
    """The table's rows by contactId, two spaces or more between their cells."""
    ran = look.run(*CONTACTS, *options)
    assert ran.code == 0, ran.err
    cells = ([each for each in line.split("  ") if each] for line in ran.out.splitlines()[1:])
    return {each[0]: [cell.strip() for cell in each[1:]] for each in cells}


def test_a_table(look: Workplace) -> None:
    """Reason of exclusion, names beside ids, moments to the minute."""
    assert _rows(look) == {
        "1": ["idle", "false", "10", "2", "alice (543)", "Inscrit (4561)", "2026-11-10 08:00Z", "-"],
        "2": ["idle", "bloctel", "3", "0", "-", "-", "-", "2026-12-01 09:30Z"],
        "3": ["in a call", "false", "10", "0", "545", "RDV (4560)", "-", "-"],
    }


def test_json_and_csv_keep_ids(look: Workplace) -> None:
    """All fields but the personal ones, under the API's names."""
    found = {each["contactId"]: each for each in as_json(look.run(*CONTACTS, "--format", "json"))}
    assert (found[1]["assignedAgentId"], found[1]["wrapupId"], found[3]["state"]) == (
        543,
        4561,
        "processing_in_progress",
    )
    assert len(look.run(*CONTACTS, "--format", "json").out.splitlines()) == 5
    lines = {each["contactId"]: each for each in as_csv(look.run(*CONTACTS, "--format", "csv"))}
    assert (lines["1"]["assignedAgentId"], lines["2"]["excludedDetail"], lines["2"]["wrapupId"]) == (
        "543",
        "bloctel",
        "",
    )
    assert set(lines["1"]) == set(found[1])


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
@pytest.mark.parametrize("command", [["contacts", "100"], ["contact", "100", "1"]])
def test_no_personal_data_unless_asked_for(look: Workplace, format_: str, command: list[str]) -> None:
    """S10: not by default, not because a filter asks for it, and with the flag in every format."""
    filters = ["--filter", "customFields.Category eq Gold", "--filter", "phones=33199000001"]
    for more in [[], filters] if command[0] == "contacts" else [[]]:
        ran = look.run("get", *command, "--format", format_, *more)
        assert ran.code == 0, ran.err
        assert not [
            each for each in (*SECRETS, "Gold", "customFields", "phones", "comment") if each in ran.out + ran.err
        ]
    shown = look.run("get", *command, "--format", format_, "--with-personal-data").out
    assert all(each in shown for each in SECRETS)


@pytest.mark.parametrize("column", ["comment", "customFields", "customFields.Category", "phones", "phones.Telephone_1"])
def test_a_personal_column_needs_the_flag(look: Workplace, column: str) -> None:
    """The message names it, and nothing is asked of the account."""
    ran = look.run(*CONTACTS, "--columns", column)
    assert (ran.code, ran.out, "--with-personal-data" in ran.err) == (64, "", True)
    assert look.run(*CONTACTS, "--columns", column, "--with-personal-data").code == 0


def test_custom_fields_are_columns_of_csv(look: Workplace) -> None:
    """One for each of the campaign's fields and phones."""
    by_id = {each["contactId"]: each for each in as_csv(look.run(*CONTACTS, "--format", "csv", "--with-personal-data"))}
    first = by_id["1"]
    assert (first["customFields.Category"], first["phones.Telephone_1"]) == ("Gold", "33199000001")
    assert by_id["2"]["customFields.Category"] == ""
    assert not {"customFields", "phones"} & set(first)


def test_one_custom_field(look: Workplace) -> None:
    """A column of its own; in JSON inside its object."""
    columns = ("--columns", "customFields.Category, contactId", "--with-personal-data", "--filter", "contactIds=1")
    assert look.run(*CONTACTS, *columns).out.splitlines() == [
        "customFields.Category  contactId",
        "Gold                   1",
    ]
    assert as_json(look.run(*CONTACTS, *columns, "--format", "json")) == [
        {"customFields": {"Category": "Gold"}, "contactId": 1}
    ]
    ran = look.run(*CONTACTS, "--columns", "customFields.Catgory", "--with-personal-data")
    assert (ran.code, "the nearest field is `Category`" in ran.err) == (1, True)


@pytest.mark.parametrize("column", ["contactID", "customField", "priority.x", "customFields.", ""])
def test_an_unknown_column(look: Workplace, column: str) -> None:
    """Wrong usage, with the nearest name."""
    ran = look.run(*CONTACTS, "--columns", column, "--with-personal-data")
    assert (ran.code, ran.out) == (64, "")
    assert column != "contactID" or "the nearest column is `contactId`" in ran.err


def test_columns_are_shown_in_their_order(look: Workplace) -> None:
    """Each once; names of codes are read only where a table shows them."""
    ran = look.run(*CONTACTS, "--columns", "priority,contactId,priority", "--filter", "contactIds=2", "--format", "csv")
    assert ran.out == "priority,contactId\r\n3,2\r\n"


def test_codes_are_read_only_where_they_are_shown(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more requests than the campaign and a page of contacts."""
    wire = wired(monkeypatch)
    look.run(*CONTACTS, "--columns", "contactId", "--limit", "1")
    assert [each.method for each in wire.sent] == ["GET", "POST"]
    assert wire.sent[1].body["pageable"] == {"pageSize": 1}


@pytest.fixture(scope="module")
def many() -> tuple[dict[str, Any], ...]:
    """More than two pages of contacts."""
    return tuple(contact(number) for number in range(1, 1101))


@pytest.mark.parametrize(("limit", "lines"), [(1, 1), (500, 500), (501, 501), (1100, 1100), (9999, 1100)])
def test_limit(workplace: Workplace, many: tuple[dict[str, Any], ...], limit: int, lines: int) -> None:
    """At most so many, each once, in the account's order."""
    seeded(workplace, *many)
    ran = workplace.run(*CONTACTS, "--limit", str(limit), "--format", "json", "--columns", "contactId")
    ids = [each["contactId"] for each in as_json(ran)]
    assert (len(ids), len(set(ids))) == (lines, lines)
    whole = [each["contactId"] for each in as_json(workplace.run(*CONTACTS, "--format", "json"))]
    assert ids == whole[:lines]


def test_a_limit_is_a_number_from_one_on(look: Workplace) -> None:
    """Anything else is wrong usage."""
    assert [look.run(*CONTACTS, "--limit", each).code for each in ("0", "-1", "x")] == [64, 64, 64]


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_an_ignored_filter(look: Workplace, monkeypatch: pytest.MonkeyPatch, format_: str) -> None:
    """S3: a contact that does not satisfy the filters ends it, before anything of its page is printed."""

    def ignoring(page: Any) -> Any:
        for each in page["content"]:
            each["excluded"] = each["contactId"] == 3
        return page

    wired(monkeypatch).plant("POST", "search", rewriting(ignoring))
    ran = look.run(*CONTACTS, "--filter", "excluded=false", "--format", format_)
    assert (ran.code, ran.out) == (1, "")
    assert "error[filter-ignored]" in ran.err
    assert "contact 3 of campaign 100 does not satisfy `excluded`" in ran.err


def test_pages_are_printed_as_they_come(
    workplace: Workplace, many: tuple[dict[str, Any], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was right is out before the second page breaks the filter; the JSON array stays open then."""
    seeded(workplace, *many)
    wire = wired(monkeypatch)
    wire.plant("POST", "search", rewriting(lambda page: page))
    wire.plant("POST", "search", rewriting(lambda page: page | {"content": [{**page["content"][0], "excluded": True}]}))
    arguments = ("--filter", "excluded=false", "--columns", "contactId", "--format", "json")
    ran = workplace.run(*CONTACTS, *arguments)
    assert (ran.code, ran.out.count("contactId"), ran.out.rstrip().endswith("]")) == (1, 500, False)


def test_a_filter_that_cannot_be_checked_is_proved(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`like` is asked first with a value that no contact has; contacts for it mean that it is ignored."""
    like = ("--filter", "customFields.Category like Go%", "--columns", "contactId", "--format", "json")
    assert [each["contactId"] for each in as_json(look.run(*CONTACTS, *like))] == [1]
    everyone = {"content": [{"contactId": 2, "campaignId": 100}], "number": 0, "last": True}
    wired(monkeypatch).plant("POST", "search", answering(200, everyone))
    ran = look.run(*CONTACTS, *like)
    assert (ran.code, ran.out, "error[filter-ignored]" in ran.err) == (1, "", True)


def test_nothing_matches(look: Workplace) -> None:
    """A table says so on stderr; JSON and CSV stay parseable."""
    none = (*CONTACTS, "--filter", "contactIds=77")
    ran = look.run(*none)
    assert (ran.code, ran.out, ran.err) == (0, "", "no contacts match\n")
    ran = look.run(*none, "--format", "json")
    assert (ran.out, ran.err) == ("[]\n", "")
    assert look.run(*none, "--format", "csv", "--columns", "contactId").out == "contactId\r\n"


def test_one_contact(look: Workplace) -> None:
    """A field a line, with names; the same in JSON with ids."""
    lines = dict(line.split("  ", 1) for line in look.run("get", "contact", "bakery", "2").out.splitlines())
    found = {name: value.strip() for name, value in lines.items()}
    assert (found["excluded"], found["excludedDetail"], found["wrapupId"]) == ("true", "bloctel", "null")
    assert as_json(look.run("get", "contact", "bakery", "2", "--format", "json"))["retryDate"] == "2026-12-01T09:30:00Z"
    assert len(as_csv(look.run("get", "contact", "bakery", "2", "--format", "csv"))) == 1


def test_a_contact_that_is_not_there(look: Workplace) -> None:
    """The API's error; what is no number is wrong usage."""
    ran = look.run("get", "contact", "100", "77")
    assert (ran.code, ran.out, "error.contact.not.exists" in ran.err) == (1, "", True)
    assert [look.run("get", "contact", "100", each).code for each in ("x", "0")] == [64, 64]


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_a_contacts_text_steers_nothing(workplace: Workplace, format_: str) -> None:
    """S12: a comment with lines and escapes is one record on one line."""
    seeded(workplace, contact(1, comment="::error::\x1b[31m\nred\r\n::set-output::\u2028x"))
    columns = ("--columns", "comment,contactId", "--with-personal-data")
    lines = workplace.run(*CONTACTS, *columns, "--format", format_).out.splitlines()
    assert len(lines) == {"table": 2, "json": 3, "csv": 2}[format_]
    assert not any("\x1b" in line or line.startswith("::") for line in lines)


def test_a_closed_pipe_is_no_fault(workplace: Workplace, many: tuple[dict[str, Any], ...]) -> None:
    """`| head -1` says nothing and exits 0."""
    seeded(workplace, *many)
    for format_ in ("table", "json", "csv"):
        command = f"{{ {sys.executable} -m reconciler get contacts 100 --format {format_}; echo $? >code; }} | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
        assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)
        assert (workplace.folder / "code").read_text() == "0\n"


def test_what_nobody_reads_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once stdout leads nowhere, no further page is asked for; `>/dev/null` from the start is another matter."""
    pages = [[{"id": 1}], [{"id": 2}], [{"id": 3}]]
    for nowhere, left in (([False, False, True], 1), ([True, True, True, True], 0)):
        found, source = iter(nowhere), iter(pages)
        monkeypatch.setattr(printing, "_leads_nowhere", lambda found=found: next(found))
        printing.print_list(JsonArray(), source, "")
        assert len(list(source)) == left


def test_a_campaign_without_contacts(workplace: Workplace) -> None:
    """Its fields are known all the same."""
    seeded(workplace, *people(), campaigns=[campaign(), campaign(300)])
    ran = workplace.run("get", "contacts", "300", "--format", "csv", "--columns", "phones", "--with-personal-data")
    assert ran.out == "phones.Telephone_1\r\n"


def test_an_agents_name_is_somebodys_too(look: Workplace) -> None:
    """The id stands there anyway; the name only with the flag."""
    ids = [each["agentId"] for each in as_json(look.run(*CONTACTS, "--format", "json"))]
    assert (ids, "Agnès" in look.run(*CONTACTS, "--format", "json").out) == ([None] * 3, False)
    assert "Agnès" in look.run(*CONTACTS, "--format", "json", "--with-personal-data").out
    assert look.run(*CONTACTS, "--columns", "agentName").code == 64
