"""`get campaigns` and `get campaign`, on the embedded emulator."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from reconciler.api.client import Client
from reconciler.api.request import Request
from reconciler.cli import account as account_module
from reconciler.cli.main import cli
from reconciler.errors import WriteRefused
from tests.applying.wire import answering, rewriting
from tests.cli.get_account import HOSTILE, as_csv, as_json, seeded, wired
from tests.conftest import Ran, Workplace
from tests.emulator.accounts import campaign


@pytest.fixture
def look(workplace: Workplace) -> Workplace:
    """A project with a small account."""
    return seeded(workplace)


def _ids(ran: Ran) -> list[int]:
    return [each["id"] for each in as_json(ran)]


def test_a_table(look: Workplace) -> None:
    """Plain and aligned, with the name that the project file binds."""
    assert look.run("get", "campaigns").out.splitlines() == [
        "id   name              state    mode        agents  groups  fields  maxTries  bound",
        "100  CA - Métiers 100  running  predictive       2       1       3         5  bakery",
        "200  Esthétique        paused   preview          2       1       3         5  beauty",
    ]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [100, 200, 300]),
        (["--name", "esth"], [200]),
        (["--mode", "preview"], [200]),
        (["--paused"], [200, 300]),
        (["--not-paused"], [100]),
        (["--archived"], [300]),
        (["--not-archived"], [100, 200]),
        (["--paused", "--not-archived"], [200]),
    ],
)
def test_options(workplace: Workplace, options: list[str], ids: list[int]) -> None:
    """Each leaves what it says."""
    paused = campaign(200, name="Esthétique", isPaused=True, mode="preview")
    archived = campaign(300, isPaused=True, isArchived=True)
    seeded(workplace, campaigns=[campaign(), paused, archived])
    assert _ids(workplace.run("get", "campaigns", "--format", "json", *options)) == ids


def test_an_unknown_mode_is_wrong_usage(look: Workplace) -> None:
    """And so is an unknown format."""
    assert look.run("get", "campaigns", "--mode", "loud").code == 64
    assert look.run("get", "campaigns", "--format", "xml").code == 64


def test_json_is_what_the_api_gave(look: Workplace) -> None:
    """A campaign on each line, with every field."""
    ran = look.run("get", "campaigns", "--format", "json")
    assert len(ran.out.splitlines()) == 4
    assert as_json(ran)[0]["phoneFields"] == ["Telephone_1"]


def test_csv_has_the_apis_fields(look: Workplace) -> None:
    """Lists stand between semicolons, null is nothing."""
    first, _ = as_csv(look.run("get", "campaigns", "--format", "csv"))
    assert list(first)[:4] == ["id", "name", "isPaused", "isArchived"]
    assert (first["customFields"], first["folder"]) == ("First_Name;Category;Telephone_1", "")
    assert (first["isPaused"], sorted(first["userIds"].split(";"))) == ("false", ["543", "544"])


def test_nothing_matches(look: Workplace) -> None:
    """A table says so on stderr; JSON and CSV stay parseable."""
    ran = look.run("get", "campaigns", "--name", "zzz")
    assert (ran.code, ran.out, ran.err) == (0, "", "no campaigns match\n")
    assert look.run("get", "campaigns", "--name", "zzz", "--format", "json").out == "[]\n"
    assert as_csv(look.run("get", "campaigns", "--name", "zzz", "--format", "csv")) == []


@pytest.mark.parametrize("name", ["100", "bakery", "CA - Métiers 100"])
def test_one_campaign(look: Workplace, name: str) -> None:
    """By id, by its name in the project file, by its live name: a setting a line, names beside ids."""
    lines = look.run("get", "campaign", name).out.splitlines()
    values = {line.split("  ", 1)[0]: line.split("  ", 1)[1].strip() for line in lines}
    assert values["name"] == "CA - Métiers 100"
    assert set(values["userIds"].split(", ")) == {"alice (543)", "bruno (544)"}
    assert values["groupIds"] == "closers (12)"
    assert values["nextTryDelay"] == "86400 (24h)"
    assert values["autoPurge"] == "null"


def test_one_campaign_for_machines(look: Workplace) -> None:
    """One object, and one line of CSV."""
    assert as_json(look.run("get", "campaign", "100", "--format", "json"))["groupIds"] == [12]
    assert [each["id"] for each in as_csv(look.run("get", "campaign", "100", "--format", "csv"))] == ["100"]


def test_a_campaign_that_is_not_there(look: Workplace) -> None:
    """The API's own words for an id, the nearest name for a name."""
    ran = look.run("get", "campaign", "999")
    assert (ran.code, ran.out, "api-not-found" in ran.err) == (1, "", True)
    ran = look.run("get", "campaign", "bakry")
    assert (ran.code, "the nearest campaign is `bakery`" in ran.err) == (1, True)
    ran = look.run("get", "campaign", "Esthetique")
    assert (ran.code, "the nearest campaign is `Esthétique`" in ran.err) == (1, True)


def test_a_name_that_several_have(workplace: Workplace) -> None:
    """Their ids are named, and none is chosen."""
    seeded(workplace, campaigns=[campaign(), campaign(300, name="A"), campaign(301, name="A")])
    ran = workplace.run("get", "campaign", "A")
    assert (ran.code, "the campaigns 300, 301" in ran.err) == (1, True)


@pytest.mark.parametrize("name", ["200", "beauty", "Esthétique"])
def test_another_account_is_noticed(workplace: Workplace, name: str) -> None:
    """A binding's createdAt is the proof that this is the right account, however the campaign is named."""
    seeded(workplace, campaigns=[campaign(), campaign(200, name="Esthétique", createdAt="2025-01-01T00:00:00Z")])
    ran = workplace.run("get", "contacts", name)
    assert (ran.code, ran.out, "another account" in ran.err) == (1, "", True)


def test_a_list_shows_no_other_account(workplace: Workplace) -> None:
    """The same proof, before a name of ours stands beside a campaign of somebody else's."""
    seeded(workplace, campaigns=[campaign(), campaign(200, name="Esthétique", createdAt="2025-01-01T00:00:00Z")])
    for command in (["get", "campaigns"], ["emulator", "--snapshot", "seed.json"]):
        ran = workplace.run(*command)
        assert (ran.code, ran.out, "another account" in ran.err) == (1, "", True)
    assert not (workplace.folder / "seed.json").exists()


def test_a_number_is_an_id(workplace: Workplace) -> None:
    """Whatever the project file calls so."""
    seeded(workplace)
    text = (workplace.folder / "reconciler.yaml").read_text(encoding="utf-8")
    workplace.write("reconciler.yaml", text.replace("bakery: 100", "'200': 100"))
    assert "Esthétique" in workplace.run("get", "campaign", "200").out


def test_a_campaign_that_is_not_as_documented_is_told(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the list it stands with a warning; alone it is an error, by its id and by its name."""
    wire = wired(monkeypatch)

    def broken(answer: Any) -> Any:
        for each in answer.get("campaigns", [answer]):
            each["userIds"] = 5
        return answer

    wire.plant("GET", "/voice/campaigns", rewriting(broken), times=9)
    ran = look.run("get", "campaigns")
    assert (ran.code, "warning: campaign 100 is not as documented" in ran.err, "Esthétique" in ran.out) == (
        0,
        True,
        True,
    )
    for name in ("100", "Esthétique"):
        ran = look.run("get", "campaign", name)
        assert (ran.code, ran.out, "documented" in ran.err) == (1, "", True)


def test_get_cannot_write(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: every command's client refuses a write, and none of them sends one."""
    clients: list[Client] = []

    def spied(*arguments: object, **options: object) -> Client:
        clients.append(Client(*arguments, **options))  # type: ignore[arg-type]
        return clients[-1]

    monkeypatch.setattr(account_module, "Client", spied)
    wire = wired(monkeypatch)
    commands = {
        "campaigns": [], "campaign": ["100"], "contacts": ["100"], "contact": ["100", "1"], "wrapups": [],
        "wrapup-folders": [], "licenses": ["--month", "2026-10"], "recording": ["x", "-o", "x.mp3"],
    }  # fmt: skip
    group = cli.get_command(None, "get")  # type: ignore[arg-type]
    assert group is not None
    assert set(group.to_info_dict(group.make_context("get", ["campaigns"]))["commands"]) == set(commands)
    for name, arguments in commands.items():
        look.run("get", name, *arguments)
    assert len(clients) == len(commands)
    assert (wire.writes, len(wire.sent) > len(commands)) == ([], True)
    for client in clients:
        with pytest.raises(WriteRefused):
            client.send(Request("PATCH", "/api/v1/voice/campaigns/100", json={"maxTries": 1}))


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_names_from_the_account_steer_nothing(workplace: Workplace, format_: str) -> None:
    """S12: no escape reaches the terminal, no line begins a command of a CI system, no record breaks its line."""
    seeded(workplace, campaigns=[campaign(name=HOSTILE, folder="::error::x")])
    for command in (["campaigns"], ["campaign", "100"]):
        ran = workplace.run("get", *command, "--format", format_)
        assert ran.code == 0, ran.err
        assert not {"\x1b", "\u202e"} & set(ran.out)
        assert "##[" not in ran.out
        assert not any(line.lstrip().startswith("::") for line in ran.out.splitlines())
    lines = workplace.run("get", "campaigns", "--format", format_).out.splitlines()
    assert len(lines) == {"table": 2, "json": 3, "csv": 2}[format_]
    if format_ == "json":
        assert as_json(workplace.run("get", "campaigns", "--format", "json"))[0]["name"] == HOSTILE


def test_a_hostile_name_in_an_error(workplace: Workplace) -> None:
    """S12 on stderr too: the nearest name is the account's text."""
    seeded(workplace, campaigns=[campaign(name="\x1b[31mred herring")])
    ran = workplace.run("get", "campaign", "red herring")
    assert (ran.code, "red herring" in ran.err, "\x1b" in ran.err) == (1, True, False)


def test_a_narrow_terminal(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row fits the terminal; piped, nothing is shortened."""
    piped = look.run("get", "campaigns").out
    monkeypatch.setenv("NO_COLOR", "1")
    for width in (72, 40):
        monkeypatch.setenv("COLUMNS", str(width))
        with monkeypatch.context() as terminal:
            terminal.setattr(sys.stdout, "isatty", lambda: True)
            ran = look.run("get", "campaigns")
        shown = ran.out.splitlines()
        assert "left out, for want of width: maxTries, bound" in ran.err or width == 40
        assert all(len(line) <= width for line in shown)
        assert "maxTries" not in shown[0]
    assert look.run("get", "campaigns").out == piped


def test_without_a_project(workplace: Workplace) -> None:
    """The same words as everywhere."""
    ran = workplace.run("get", "campaigns")
    assert (ran.code, "error[no-project]" in ran.err) == (1, True)


def test_manifests_are_not_read(look: Workplace) -> None:
    """Looking at the account works while the manifests are broken."""
    look.write("broken.yaml", "kind: [")
    assert look.run("get", "campaigns").code == 0


def test_an_answer_that_is_none(look: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """S11: an API error is told with its request, and nothing is on stdout."""
    wired(monkeypatch).plant("GET", "campaigns", answering(401, {"error": "error.unauthorized"}))
    ran = look.run("get", "campaigns", "--format", "json")
    assert (ran.code, ran.out, "error[api-unauthorized]" in ran.err) == (1, "", True)
