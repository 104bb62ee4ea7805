"""Custom field conditions (CONTACTS V2, POST Search contacts, `customFieldConditions`) as SQL.

Where the documentation is silent: a condition on a custom field that the campaign lacks, or with an operator that is
not in the table, counts as misspelt and is dropped; a contact without a value meets the negative operators; values
are compared as text; the case of letters does not matter (an option); `like` has the wildcards % and _.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.emulator.fields import list_of, mapping_of, nullable, text
from reconciler.emulator.options import Options

MOST_CONDITIONS = 500

#: How long a value may be: SQLite takes no pattern of more than 50,000 bytes.
LONGEST_VALUE = 10_000


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition in SQL and the values bound to its question marks; `has_index`: few contacts, quickly found."""

    sql: str
    values: tuple[object, ...] = ()
    has_index: bool = False

    @classmethod
    def all_of(cls, clauses: Iterable[Clause]) -> Clause:
        """The condition that all of `clauses` hold; there must be one at least."""
        listed = list(clauses)
        return cls(
            " AND ".join(item.sql for item in listed),
            tuple(value for item in listed for value in item.values),
            any(item.has_index for item in listed),
        )


def _literal(pattern: str) -> str:
    for special in "\\%_":
        pattern = pattern.replace(special, "\\" + special)
    return pattern


#: Operator → SQL between the field and the value, and how the value is written there.
OPERATORS: dict[str, tuple[str, Callable[[str], str]]] = {
    "eq": ("IS ?", str),
    "notEq": ("IS NOT ?", str),
    "lt": ("< ?", str),
    "lte": ("<= ?", str),
    "gt": ("> ?", str),
    "gte": (">= ?", str),
    "startsWith": ("LIKE ? ESCAPE '\\'", lambda value: _literal(value) + "%"),
    "endsWith": ("LIKE ? ESCAPE '\\'", lambda value: "%" + _literal(value)),
    "notStartswith": ("NOT LIKE ? ESCAPE '\\'", lambda value: _literal(value) + "%"),
    "notEndswith": ("NOT LIKE ? ESCAPE '\\'", lambda value: "%" + _literal(value)),
    "contains": ("LIKE ? ESCAPE '\\'", lambda value: f"%{_literal(value)}%"),
    "like": ("LIKE ?", str),
    "notContains": ("NOT LIKE ? ESCAPE '\\'", lambda value: f"%{_literal(value)}%"),
}
_TAKE_NULL = ("eq", "notEq")


def custom_field_conditions(names: frozenset[str], options: Options) -> Callable[[object], Clause | None]:
    """The filter `customFieldConditions` for a campaign with the custom fields `names`."""
    conditions = list_of(mapping_of(nullable(text)))

    def clause(value: object) -> Clause | None:
        listed = [] if value is None else conditions(value)
        if len(listed) > MOST_CONDITIONS:
            raise ValueError(f"takes at most {MOST_CONDITIONS} conditions")
        found = [
            _condition(item["customFieldName"], item["condition"], item.get("value"), options)
            for item in listed
            if item.get("customFieldName") in names and item.get("condition") in OPERATORS
        ]
        kept = [item for item in found if item is not None]
        return Clause.all_of(kept) if kept else None

    return clause


def _condition(name: str, operator: str, value: str | None, options: Options) -> Clause | None:
    field = "(SELECT value FROM json_each(customFields) WHERE key = ?)"
    if value is None:
        return Clause(f"{field} {OPERATORS[operator][0]}", (name, None)) if operator in _TAKE_NULL else None
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"takes values of at most {LONGEST_VALUE} characters")
    if options.text_case == "ignored":
        field, value = f"fold({field})", value.casefold()
    relation, written = OPERATORS[operator]
    unset = f"{field} IS NULL OR " if relation.startswith("NOT") else ""
    names = (name, name) if unset else (name,)
    return Clause(f"({unset}{field} {relation})", (*names, written(value)))
