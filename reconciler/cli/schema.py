"""`reconciler schema`: JSON Schemas of manifests, for the tool and for editors, and of plans; the API's contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended

#: The name under which the API's contract is printed, and its file (OpenAPI, written by hand).
API = "API"
CONTRACT = "schemas/diabolocom.openapi.yaml"


def schemas() -> dict[str, Any]:
    """Every schema, under the name of its file."""
    from reconciler.kinds import SCHEMAS
    from reconciler.kinds.editor import manifest_schema, overlay_schema
    from reconciler.planning.drift import drift_schema
    from reconciler.planning.saved import plan_schema
    from reconciler.store.results import result_schema

    found: dict[str, Any] = {f"{_file_name(kind)}.schema.json": schema for kind, schema in SCHEMAS.items()}
    found |= {"manifest.schema.json": manifest_schema(), "overlay.schema.json": overlay_schema()}
    found |= {"plan.schema.json": plan_schema(), "result.schema.json": result_schema()}
    return found | {"drift.schema.json": drift_schema()}


def rendered(schema: Any) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


@click.command()
@click.argument("name", required=False)
@click.option("--write", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Write all of them.")
@click.option("--check", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Compare with files.")
def schema(name: str | None, write: Path | None, check: Path | None) -> None:
    """Print a JSON Schema: of a kind (Campaign), of a plan, a run (Result) or drift. Without NAME: list them.

    For editors: manifest is the schema of any manifest, overlay that of any overlay. In a project:
    reconciler schema manifest > schemas/manifest.schema.json

    API is the OpenAPI description of what the tool holds the vendor's API to be.
    """
    from reconciler.cli import terminal
    from reconciler.cli.shipped import shipped
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
    texts = {each["title"]: rendered(each) for each in known.values()}
    texts[API] = shipped(CONTRACT).read_text(encoding="utf-8")
    if name is None:
        terminal.out("".join(f"{each}\n" for each in texts))
    elif name.lower() in (lower := {each.lower(): text for each, text in texts.items()}):
        terminal.out(lower[name.lower()])
    else:
        raise click.UsageError(f"there is no schema `{name}`: {nearest_help('schema', name, texts)}")


def _check(known: dict[str, Any], folder: Path) -> None:
    from reconciler.cli import terminal

    for file, each in known.items():
        path = folder / file
        if not path.is_file() or path.read_text(encoding="utf-8") != rendered(each):
            terminal.talk(f"{path} is not up to date: run make generate\n")
            raise Ended(Exit.ERROR)


def _file_name(kind: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in kind).removeprefix("-")
