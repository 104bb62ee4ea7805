"""`reconciler explain`: what a message or a field means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click


@click.command()
@click.argument("name", metavar="[CODE|FIELD]", required=False)
@click.option("--write", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Write the reference.")
def explain(name: str | None, write: Path | None) -> None:
    """Explain a message or a field: what it means, why, and what to do.

    CODE stands in brackets in a message (unknown-field). FIELD is a path in a manifest
    (Campaign.settings.nextTryDelay). Without either: list what there is.
    """
    from reconciler.cli import terminal
    from reconciler.explanations import EXPLANATIONS
    from reconciler.render.explain import entry_text, everything_text, explanation_text
    from reconciler.render.fields import entries, entry, written

    if write is not None:
        _write(write)
    elif name is None:
        terminal.out(everything_text())
    elif (explained := EXPLANATIONS.get(code := _code(name))) is not None:
        terminal.out(explanation_text(code, explained))
    elif (found := entry(name)) is not None:
        terminal.out(entry_text(found))
    else:
        raise click.UsageError(_advice(name, EXPLANATIONS, [written(each) for each in entries().values()]))


def _code(name: str) -> str:
    """A code as it stands in a message, ``error[unknown-field]``, or in another case."""
    code = re.sub(r"^\w+\[(.+)\]$", r"\1", name.strip())
    return code.lower() if "-" in code else code


def _write(folder: Path) -> None:
    from reconciler.render.reference import pages

    folder.mkdir(parents=True, exist_ok=True)
    for file, page in pages().items():
        (folder / file).write_text(page, encoding="utf-8")


def _advice(name: str, codes: Iterable[str], fields: Iterable[str]) -> str:
    from reconciler.diagnostics import nearest
    from reconciler.render.neutral import neutral

    known = list(fields)
    last = name.rpartition(".")[2].lower()
    same = [each for each in known if each.rpartition(".")[2].lower() == last]
    close = (nearest(name, same) or same[0]) if same else nearest(name, [*codes, *known])
    advice = f"the nearest is `{close}`" if close else "`reconciler explain` lists what there is"
    return f"there is no code or field `{neutral(name)}`: {advice}"
