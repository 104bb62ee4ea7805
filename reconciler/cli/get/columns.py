"""Which attributes of a contact are shown, and how: personal data only where it is asked for by its flag (S10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconciler.diagnostics import nearest_help
from reconciler.errors import ProjectError

if TYPE_CHECKING:
    from reconciler.api.shapes import Campaign, Contact
    from reconciler.render.tables import Column, Record
    from reconciler.render.words import Names

FLAG = "--with-personal-data"
#: What belongs to a person.
PERSONAL = ("comment", "customFields", "phones", "agentName")
#: The objects of a contact; each of their entries is a column of its own (`customFields.Category`).
OBJECTS = ("customFields", "phones")
#: What a table shows when no columns are named; with the flag also the second line.
TABLE = (
    "contactId", "state", "excluded", "priority", "triesNumber", "assignedAgentId", "wrapupId", "lastCallTime",
    "retryDate",
)  # fmt: skip
TABLE_PERSONAL = ("comment", "customFields")
#: What the table's `excluded` shows: the reason.
REASON = "excludedDetail"

_REFERENCES = {"agentId": "agents", "assignedAgentId": "agents", "lastAgentId": "agents", "assignedGroupId": "groups"}
_STATES = {"processing_in_progress": "in a call", "processing_not_in_progress": "idle"}
_RIGHT = ("priority", "triesNumber")


def chosen(given: str | None, is_table: bool, personal: bool) -> tuple[str, ...]:
    """The columns to show, from `--columns` or the usual ones; click.UsageError for one that can't be."""
    from reconciler.api.shapes import Contact
    from reconciler.cli.get.filters import listed_in

    known = Contact.__struct_fields__
    if given is None:
        usual = (*TABLE, *TABLE_PERSONAL) if is_table else known
        return tuple(each for each in usual if personal or each not in PERSONAL)
    names = tuple(dict.fromkeys(listed_in(given)))
    for name in names or ("",):
        outer, dot, inner = name.partition(".")
        if outer not in known or (dot and (outer not in OBJECTS or not inner)):
            raise click.UsageError(f"a contact has no column `{name}`: {nearest_help('column', outer, known)}")
        if outer in PERSONAL and not personal:
            raise click.UsageError(f"the column `{name}` is personal data: add {FLAG} to see it")
    return names


def spread(names: Iterable[str], campaign: Campaign) -> tuple[str, ...]:
    """`names` with the campaign's fields in place of the objects that hold them; ProjectError for one it lacks."""
    columns: list[str] = []
    for name in names:
        outer, dot, inner = name.partition(".")
        if outer not in OBJECTS:
            columns.append(name)
            continue
        if dot:
            check_field(inner, campaign)
        columns += [name] if dot else [f"{outer}.{each}" for each in _fields(campaign, outer) or ()]
    return tuple(dict.fromkeys(columns))


def check_field(name: str, campaign: Campaign) -> None:
    """ProjectError when the campaign does not have this custom field: the API would drop what speaks of it."""
    known = _fields(campaign, "customFields")
    if known is not None and name not in known:
        detail = f"campaign {campaign.id} has no custom field `{name}`"
        raise ProjectError("unknown custom field", detail, nearest_help("field", name, known), "unknown-custom-field")


def _fields(campaign: Campaign, kind: str) -> list[str] | None:
    """The names of the campaign's custom fields, or of the phones among them; None where it does not tell."""
    found: Any = campaign.values.get("phoneFields" if kind == "phones" else "customFields")
    return found if isinstance(found, list) else None


def attributes(names: Iterable[str]) -> frozenset[str]:
    """The attributes of a contact that these columns need."""
    return frozenset(name.partition(".")[0] for name in names)


def reader(names: Iterable[str]) -> Callable[[Contact], dict[str, Any]]:
    """What makes of a contact a record of these columns, in their order; of an object only the entries named."""
    inner: dict[str, list[str]] = {}
    for name in names:
        outer, dot, entry = name.partition(".")
        inner.setdefault(outer, []).extend([entry] if dot else [])
    parts = {outer: entries for outer, entries in inner.items() if entries}

    def record(contact: Contact) -> dict[str, Any]:
        found = {name: getattr(contact, name) for name in inner}
        for outer, entries in parts.items():
            held = found[outer] or {}
            found[outer] = {entry: held.get(entry) for entry in entries}
        return found

    return record


def columns(names: Sequence[str], known: Names, wrapups: Mapping[int, str], null: str = "-") -> list[Column]:
    """The columns of a table, names beside ids; `wrapups`: the names of the codes."""
    from reconciler.render.tables import Column

    return [
        Column(
            name,
            _excluded if name == "excluded" and REASON not in names else _shown(name, known, wrapups, null),
            right=name in _RIGHT,
            least=12 if _is_text(name) else None,
        )
        for name in names
    ]


def _excluded(record: Record) -> str:
    from reconciler.render.tables import cell

    return cell(record.get(REASON) or record["excluded"])


def _is_text(name: str) -> bool:
    return name in (*_REFERENCES, "wrapupId", "excluded", REASON) or name.partition(".")[0] in PERSONAL


def _shown(name: str, known: Names, wrapups: Mapping[int, str], null: str) -> Callable[[Record], str]:
    from reconciler.render.neutral import neutral
    from reconciler.render.records import at
    from reconciler.render.tables import cell, minute

    def shown(record: Record) -> str:
        value = at(record, name)
        if value is None:
            return null
        if name in _REFERENCES:
            return known.shown(_REFERENCES[name], value)
        if name == "wrapupId" and value in wrapups:
            return f"{neutral(wrapups[value])} ({value})"
        if name == "state":
            return _STATES.get(value, cell(value))
        return minute(value) if name.endswith(("At", "Time")) or name == "retryDate" else cell(value, null)

    return shown
