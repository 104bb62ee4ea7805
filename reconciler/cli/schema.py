"""`reconciler schema`: the JSON Schemas of the manifests and of the saved plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended


def schemas() -> dict[str, Any]:
    """Every schema, under the name of its file."""
    from reconciler.kinds import SCHEMAS
    from reconciler.planning.saved import plan_schema

    found: dict[str, Any] = {f"{_file_name(kind)}.schema.json": schema for kind, schema in SCHEMAS.items()}
    return found | {"plan.schema.json": plan_schema()}


def rendered(schema: Any) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


@click.command()
@click.argument("name", required=False)
@click.option("--write", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Write all of them.")
@click.option("--check", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Compare with files.")
def schema(name: str | None, write: Path | None, check: Path | None) -> None:
    """Print a JSON Schema: of a kind (Campaign), or of a saved plan (plan). Without NAME: list them."""
    from reconciler.cli import terminal
    from reconciler.diagnostics import nearest_help

    known = schemas()
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for file, each in known.items():
            (write / file).write_text(rendered(each), encoding="utf-8")
        return
    if check is not None:
        _check(known, check)
        return
    names = {each["title"]: each for each in known.values()}
    if name is None:
        terminal.out("".join(f"{each}\n" for each in names))
    elif name.lower() in (lower := {each.lower(): schema for each, schema in names.items()}):
        terminal.out(rendered(lower[name.lower()]))
    else:
        raise click.UsageError(f"there is no schema `{name}`: {nearest_help('schema', name, names)}")


def _check(known: dict[str, Any], folder: Path) -> None:
    from reconciler.cli import terminal

    for file, each in known.items():
        path = folder / file
        if not path.is_file() or path.read_text(encoding="utf-8") != rendered(each):
            terminal.talk(f"{path} is not up to date: run make generate\n")
            raise Ended(Exit.ERROR)


def _file_name(kind: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in kind).removeprefix("-")
