"""`reconciler emulator`: what it is started with, and what is said of what it can't be started with."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler.cli.emulator_options import faults_of, options_of, reading_types, seed_from
from reconciler.emulator import Fault, Options
from tests.conftest import Workplace

SEED = {"campaigns": [{"id": 100, "name": "CA"}]}


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ("page-base=mixed", "page_base", "mixed"),
        ("page_base=one", "page_base", "one"),
        (" text-case = minded", "text_case", "minded"),
        ("soon-fields=true", "soon_fields", True),
        ("soon-fields=false", "soon_fields", False),
        ("public-url=http://localhost:1", "public_url", "http://localhost:1"),
        ("public-url=", "public_url", None),
    ],
)
def test_other_readings(given: str, name: str, value: object) -> None:
    """--option sets any option of the emulator, by its type."""
    options = options_of([given], token="t", batch_seconds=1.5)
    assert options == Options(**{"token": "t", "batch_seconds": 1.5, name: value})  # type: ignore[arg-type]


def test_every_option_can_be_given() -> None:
    """There is a flag or a reading for each field of the options, so that a new one needs no line here."""
    fields = {name.replace("_", "-") for name in Options.__dataclass_fields__}
    assert set(reading_types()) == fields - {"token", "batch-seconds"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (
            "pagebase=one",
            "there is no option `pagebase`, the nearest is `page-base`. There are: page-base (zero, one or",
        ),
        ("x=1", "there is no option `x`. There are: "),
        ("page-base", "page-base needs a value, NAME=VALUE: zero, one or mixed"),
        ("page-base=two", "page-base takes zero, one or mixed"),
        ("soon-fields=yes", "soon-fields takes true or false"),
        ("token=abc", "there is a flag for it, --token"),
        ("batch_seconds=1", "there is a flag for it, --batch-seconds"),
    ],
)
def test_a_reading_that_is_none(workplace: Workplace, option: str, words: str) -> None:
    """Wrong usage, with the names and values there are; nothing is made."""
    ran = workplace.run("emulator", "--port", "0", "--option", option)
    assert (ran.code, words in ran.err, list(workplace.folder.iterdir())) == (64, True, []), ran.err


def test_faults() -> None:
    """--fault is read as it is written."""
    assert faults_of(["html", "status,code=429"]) == [Fault("html", {"code": 200}), Fault("status", {"code": 429})]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("latncy", "--fault latncy: `latncy` is no kind of fault; the nearest kind is `latency`"),
        (
            'edit,campaign=9,set={"maxTries":1}',
            "--fault: `edit` finds nothing in this account: there is no such campaign",
        ),
        ('edit,campaign=6046,set={"maxTrys":1}', "--fault: `maxTrys` in `set` can't be edited; the nearest field"),
    ],
)
def test_a_fault_that_is_none(workplace: Workplace, fault: str, words: str) -> None:
    """Wrong usage, and which part of it is wrong."""
    ran = workplace.run("emulator", "--port", "0", "--database", "new.db", "--fault", fault)
    assert (ran.code, words in ran.err) == (64, True), ran.err
    assert list(workplace.folder.iterdir()) == [], "a command that is corrected can be run again"


def test_a_fault_that_is_none_leaves_a_database_alone(workplace: Workplace) -> None:
    """One that was there before stays as it is."""
    workplace.seed(SEED, Path("old.db"))
    fault = 'edit,campaign=9,set={"maxTries":1}'
    ran = workplace.run("emulator", "--port", "0", "--database", "old.db", "--fault", fault)
    assert (ran.code, (workplace.folder / "old.db").exists()) == (64, True)


def test_a_port_in_use_makes_no_database(workplace: Workplace) -> None:
    """Nothing is made before it is known that it can be served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = workplace.run("emulator", "--port", str(taken.getsockname()[1]), "--database", "new.db")
    assert (ran.code, "error[port-in-use]" in ran.err, list(workplace.folder.iterdir())) == (1, True, [])


def test_a_seed(workplace: Workplace) -> None:
    """A new database is made with the account in the file; files are where whoever names them stands."""
    workplace.write("seed.json", json.dumps(SEED))
    account = seed_from(Path("seed.json"), Path("new.db"))
    assert account is not None
    assert [each["id"] for each in account.campaigns] == [100]
    assert seed_from(None, Path("new.db")) is None


def test_a_seed_for_a_database_that_exists(workplace: Workplace) -> None:
    """It would be ignored, so it is refused with the next step, and the database stays."""
    workplace.write("seed.json", json.dumps(SEED))
    workplace.seed(SEED, Path("old.db"))
    before = (workplace.folder / "old.db").read_bytes()
    ran = workplace.run("emulator", "--port", "0", "--database", "old.db", "--seed", "seed.json")
    assert (ran.code, "error[seed-not-taken]" in ran.err, "old.db" in ran.err) == (1, True, True)
    assert "--database" in ran.err
    assert (workplace.folder / "old.db").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"campaigns": [\n  {"id": x}]}', "line 2 column 10"),
        ("[]", "the seed is not a JSON object"),
        ('{"campaigns": [{"id": 100}]}', "campaigns[0].name: is required"),
        ('{"campains": []}', "campains: is not a part of an account"),
        ("[" * 100_000, "the seed is not JSON"),
    ],
)
def test_a_seed_that_is_none(workplace: Workplace, text: str, words: str) -> None:
    """One error with the file and the place in it; no database is made."""
    workplace.write("seed.json", text)
    ran = workplace.run("emulator", "--port", "0", "--seed", "seed.json", "--database", "new.db")
    assert (ran.code, "error[seed-invalid]" in ran.err, "seed.json: " in ran.err) == (1, True, True)
    assert words in ran.err
    assert not (workplace.folder / "new.db").exists()


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"\xff\xfe\xff", "seed.json: ")])
def test_a_seed_that_can_not_be_read(workplace: Workplace, content: bytes | None, words: str) -> None:
    """A missing file and one that is no text are errors with its name."""
    if content is not None:
        (workplace.folder / "seed.json").write_bytes(content)
    ran = workplace.run("emulator", "--port", "0", "--seed", "seed.json")
    assert (ran.code, words in ran.err, "error[bug]" in ran.err) == (1, True, False), ran.err


@pytest.mark.parametrize(("name", "value"), [("delay", "0.5"), ("count", "7")])
def test_numbers_are_readings_too(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """An option that is a number takes one that is finite and not negative."""
    types: dict[str, Any] = {"delay": float, "count": int}
    monkeypatch.setattr("reconciler.cli.emulator_options.reading_types", lambda: types)
    monkeypatch.setattr("reconciler.emulator.Options", dict)
    assert options_of([f"{name}={value}"], token=None, batch_seconds=0)[name] == types[name](value)  # type: ignore[index]
    for wrong in ("", "x", "-1", "nan", "inf"):
        with pytest.raises(click.UsageError, match=f"{name} takes a"):
            options_of([f"{name}={wrong}"], token=None, batch_seconds=0)
