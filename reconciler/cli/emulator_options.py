"""What `reconciler emulator` is given: other readings, faults and the seed, from text to what the emulator takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import click

from reconciler.diagnostics import nearest
from reconciler.errors import ProjectError

if TYPE_CHECKING:
    from reconciler.emulator import Account, Fault, Options

#: Options that have a flag of their own.
FLAGS = ("token", "batch-seconds")


def reading_types() -> dict[str, Any]:
    """The options that `--option` sets, by their names there: each with its type."""
    from reconciler.emulator import Options

    types = {name.replace("_", "-"): kind for name, kind in get_type_hints(Options).items()}
    return {name: kind for name, kind in types.items() if name not in FLAGS}


def options_of(readings: Iterable[str], *, token: str | None, batch_seconds: float) -> Options:
    """The emulator's options; UsageError for a reading that is none of its."""
    from reconciler.emulator import Options

    types = reading_types()
    chosen: dict[str, Any] = {"token": token, "batch_seconds": batch_seconds}
    for reading in readings:
        given, equals, text = reading.partition("=")
        name = given.strip().replace("_", "-")
        if name in FLAGS:
            raise click.UsageError(f"--option {given}: there is a flag for it, --{name}")
        if not equals or name not in types:
            raise click.UsageError(f"--option {reading}: {_advice(name, equals, types)}")
        chosen[name.replace("-", "_")] = _value(name, text.strip(), types[name])
    return Options(**chosen)


def faults_of(specifications: Iterable[str]) -> list[Fault]:
    """The faults to arm; UsageError for one that is none."""
    from reconciler.emulator import FaultError, fault_from_text

    faults = []
    for each in specifications:
        try:
            faults.append(fault_from_text(each))
        except FaultError as error:
            raise click.UsageError(f"--fault {each}: {error}") from None
    return faults


def seed_from(seed: Path | None, database: Path | None) -> Account | None:
    """The account in the file `seed`, None without one; ProjectError when it can't be used."""
    from reconciler.emulator.account import read_seed
    from reconciler.emulator.errors import SeedError

    if seed is None:
        return None
    if database is not None and database.exists():
        advice = "name a new one with --database, or remove it; without --seed it is served as it is"
        raise ProjectError(
            "the database exists already", f"{database} would not take the seed", advice, "seed-not-taken"
        )
    try:
        return read_seed(seed.read_bytes())
    except OSError as error:
        advice = "check the path and its permissions"
        raise ProjectError("the seed can't be read", f"{seed}: {error.strerror}", advice, "unreadable-file") from None
    except SeedError as error:
        advice = "correct it there; docs/emulator.md describes the format"
        raise ProjectError("the seed describes no account", f"{seed}: {error}", advice, "seed-invalid") from None


def choices_of(kind: Any) -> str:
    """What an option of this type takes, in words."""
    if get_origin(kind) is Literal:
        *others, last = map(str, get_args(kind))
        return f"{', '.join(others)} or {last}" if others else last
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "a text")


def _advice(name: str, equals: str, types: Mapping[str, Any]) -> str:
    if name in types and not equals:
        return f"{name} needs a value, NAME=VALUE: {choices_of(types[name])}"
    listed = "; ".join(f"{each} ({choices_of(kind)})" for each, kind in types.items())
    close = nearest(name, types)
    return f"there is no option `{name}`" + (f", the nearest is `{close}`" if close else "") + f". There are: {listed}"


def _value(name: str, text: str, kind: Any) -> object:
    known = {str(each): each for each in get_args(kind)} if get_origin(kind) is Literal else {}
    if kind is bool:
        known = {"true": True, "false": False}
    if text in known:
        return known[text]
    if not known and kind not in (int, float):
        return text if text or NoneType not in get_args(kind) else None
    try:
        if not known and math.isfinite(number := kind(text)) and number >= 0:
            return number
    except ValueError:
        pass
    raise click.UsageError(f"--option {name}={text}: {name} takes {choices_of(kind)}")
