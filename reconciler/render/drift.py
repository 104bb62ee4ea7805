"""Drift for people and for machines: what differs, and whose change it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import msgspec
from rich.text import Text

from reconciler.diagnostics import Severity
from reconciler.planning.drift import Difference, Drift, Origin
from reconciler.planning.plan import Plan
from reconciler.render.lines import moved_line, place_words
from reconciler.render.machine import shortened
from reconciler.render.manifest import Row, differences_text
from reconciler.render.markdown import MOST, cell, length, prose
from reconciler.render.neutral import neutral
from reconciler.render.records import json_text
from reconciler.render.words import Names, count

#: Whose change it is, in words.
ORIGINS = {
    Origin.MANIFESTS: "changed in the manifests",
    Origin.CONSOLE: "changed in the console",
    Origin.BOTH: "changed in both",
    Origin.UNKNOWN: "no run has applied it yet",
}
#: What happened to contacts that a rule would change again: their own data moved, whoever did it.
_OF_RULES = {Origin.CONSOLE: "contacts have changed", Origin.MANIFESTS: "the rule has changed"}


#: So many characters are kept for the table's head, and for what is said of rows that do not fit.
_FOOT = 300
#: So many of them say in Markdown which part was looked at.
_MOST_PART = 300


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One difference: of `address`, what it is, what moved, whose change that is, and where the manifests say it."""

    address: str
    campaign: str
    name: str
    text: str
    origin: str
    place: str


def drift_rows(drift: Drift, names: Names) -> list[DriftRow]:
    """The differences as rows, all of them neutralised (S12)."""
    return [_row(each, names) for each in drift.differences]


def _row(each: Difference, names: Names) -> DriftRow:
    return DriftRow(
        address=neutral(each.address),
        campaign=neutral(f"{each.campaign_name} ({each.campaign_id})"),
        name=neutral(f"rule {each.rule}" if each.rule is not None else each.attribute or ""),
        text=_text(each, names),
        origin=(_OF_RULES if each.rule is not None else {}).get(each.origin, ORIGINS[each.origin]),
        place=place_words(each.source),
    )


def _text(each: Difference, names: Names) -> str:
    """What moved: by whom it moved since the last run, else from what the account has to what is asked for."""
    if each.rule is not None:
        return f"{count(each.contacts, 'contact')} to change"
    name = each.attribute or ""
    if name.startswith("customFields."):
        return "the account has no such field"
    if each.origin is Origin.CONSOLE:
        return moved_line(name, each.desired, each.live, names).text
    if each.origin is Origin.BOTH:
        console, manifests = (moved_line(name, each.applied, one, names).text for one in (each.live, each.desired))
        return f"console: {console}; manifests: {manifests}"
    return moved_line(name, each.live, each.desired, names).text


def part_of(found: Drift | Plan) -> str:
    """The part of the environment that it is about, neutralised: targets, labels, ``shard 2/4``; empty is all of it."""
    shard = [f"shard {found.shard}"] if found.shard else []
    return ", ".join(neutral(each) for each in (*found.targets, *shard))


def totals(drift: Drift) -> str:
    """All of it in one line of words."""
    summary = drift.summary
    number = len(drift.differences)
    blocked = count(len(blocked_of(drift)), "object")
    if not number and drift.has_errors:
        return f"No drift in what could be compared; {blocked} could not be (errors)"
    if not number:
        part = "this part of " if part_of(drift) else ""
        return f"No drift: {part}the account is as the manifests say"
    incomplete = f"; incomplete, {blocked} could not be compared (errors)" if drift.has_errors else ""
    parts = [
        f"{many} {words}"
        for many, words in (
            (summary.console, "changed in the console"),
            (summary.manifests, "in the manifests"),
            (summary.both, "in both"),
            (summary.unknown, "not applied by any run yet"),
        )
        if many
    ]
    return f"Drift: {count(number, 'difference')}: {', '.join(parts)}{incomplete}"


def blocked_of(drift: Drift) -> list[str]:
    """The addresses of what could not be compared; an empty one for an error of no object."""
    return sorted({each.address or "" for each in drift.diagnostics if each.severity is Severity.ERROR})


def drift_text(drift: Drift, names: Names) -> Text:
    """The drift for a terminal: a block for each object, and the total last."""
    blocks: dict[tuple[str, str], list[Row]] = {}
    for each in drift_rows(drift, names):
        row = Row("~", each.name, each.text, f"{each.origin}, {each.place}")
        blocks.setdefault((each.address, each.campaign), []).append(row)
    only = f", only {part}" if (part := part_of(drift)) else ""
    heading = f"Drift of {drift.project} in {drift.environment}{only}"
    return differences_text(heading, [(*key, rows) for key, rows in blocks.items()], totals(drift))


def drift_json(drift: Drift) -> str:
    """The drift as `schemas/drift.schema.json` describes it, safe to print."""
    return json_text(msgspec.to_builtins(drift), indent=2) + "\n"


def drift_markdown(drift: Drift, names: Names, most: int = MOST) -> str:
    """The drift for an issue or a comment, at most so many characters long; what does not fit is counted."""
    head = "\n".join(_head(drift)) + "\n"
    rows = [_line(each) for each in drift_rows(drift, names)]
    shown = list(_fitting(rows, most - length(head) - _FOOT))
    more = len(rows) - len(shown)
    foot = f"\n… and {more:,} more: see `reconciler drift`.\n" if more else ""
    table = "| object | what | account and manifests | whose change | written in |\n| --- | --- | --- | --- | --- |\n"
    return head + (table + "".join(shown) + foot if rows else "")


def _head(drift: Drift) -> Iterator[str]:
    project, environment = neutral(drift.project), neutral(drift.environment)
    yield f"### reconciler drift · {prose(project)} → {prose(environment)}"
    yield f"<!-- reconciler drift: {quote(project, safe='')}/{quote(environment, safe='')} {drift.fingerprint} -->"
    yield ""
    if part := part_of(drift):
        yield f"Only {prose(shortened(part, _MOST_PART))}.\n"
    yield f"**{totals(drift)}**\n"
    yield from (f"- {cell(neutral(f'{each.severity}[{each.code}]: {each.detail}'))}" for each in drift.diagnostics[:20])
    if drift.diagnostics:
        yield ""


def _line(row: DriftRow) -> str:
    cells = (cell(f"{row.address} {row.campaign}"), cell(row.name), cell(row.text), row.origin, cell(row.place))
    return f"| {' | '.join(cells)} |\n"


def _fitting(rows: Sequence[str], room: int) -> Iterator[str]:
    for row in rows:
        room -= length(row)
        if room < 0:
            return
        yield row
