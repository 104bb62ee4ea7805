"""The reference in docs/reference, made from the same tables as `reconciler explain`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.explanations import STAGES, Explanation
from reconciler.kinds import SCHEMAS
from reconciler.render.fields import Entry, entries

_GENERATED = "The page is generated, and a test compares it: `make generate` writes it anew."
_DIAGNOSTICS = f"""\
# What every message means

A message begins with its severity and its code: `error[unknown-field]`. An error stops its campaign or the run, a
warning and a note stop nothing. `reconciler explain CODE` says the same as this page. {_GENERATED}
"""
_FIELDS = f"""\
# Every field of a manifest

One table for each object, made from the kinds' own tables. What is absent is not managed; `null` is taken only where
the table says so. `NAME` is a name of your own. `reconciler explain Campaign.settings.maxTries` says the same for one
field, and `reconciler schema KIND` prints the JSON Schema. {_GENERATED}
"""


def pages() -> Mapping[str, str]:
    """Every page under the name of its file."""
    return {"diagnostics.md": "\n".join(_diagnostics()) + "\n", "fields.md": "\n".join(_fields()) + "\n"}


def _diagnostics() -> Iterator[str]:
    yield _DIAGNOSTICS
    for stage, table in STAGES.items():
        yield f"- [{stage}](#{_anchor(stage)}): {', '.join(f'[{code}](#{code})' for code in table)}"
    for stage, table in STAGES.items():
        yield f"\n## {stage}"
        for code, explained in table.items():
            yield from _explanation(code, explained)


def _explanation(code: str, explained: Explanation) -> Iterator[str]:
    yield f"\n### {code}\n\n**{explained.title}.** {explained.why}\n\nWhat to do: {explained.advice}"
    if explained.where is not None:
        language = explained.language
        yield f"\nWrong, {explained.where}:\n\n```{language}\n{explained.wrong}```"
        yield f"\nRight:\n\n```{language}\n{explained.right}```"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _fields() -> Iterator[str]:
    yield _FIELDS
    for kind in SCHEMAS:
        yield f"## {kind}\n"
        for each in entries().values():
            if each.names[0] == kind and each.fields:
                yield from _table(each)


def _table(entry: Entry) -> Iterator[str]:
    yield f"### `{entry.inside}`\n"
    if entry.docs:
        yield f"{entry.docs}\n"
    yield "| field | what it is | type | null | more |\n| --- | --- | --- | --- | --- |"
    for each in entries().values():
        if each.names[:-1] == entry.names:
            yield _row(each)
    yield ""


def _row(entry: Entry) -> str:
    facts = dict(entry.facts())
    type_, null = facts.pop("type"), facts.pop("null").replace("not allowed", "")
    example = facts.pop("example", "")
    if facts.get("available") == "now":
        del facts["available"]
    more = [f"{word}: {value}" for word, value in facts.items()] + ([f"`{example}`"] if example else [])
    cells = [f"`{entry.names[-1]}`", entry.docs.replace("*", r"\*"), type_, null, "; ".join(more)]
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
