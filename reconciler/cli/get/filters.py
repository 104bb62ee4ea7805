"""`--filter`: the manifests' own filters on the command line. A name outside their table goes no further (S2).

A value that may be personal data (a phone number, a custom field's) is repeated in no message (S10).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from reconciler.diagnostics import nearest_help
from reconciler.kinds.contact import BATCH_ONLY_FILTERS, CONDITIONS, MATCH_FILTERS, NULL_CONDITIONS
from reconciler.kinds.field import Availability, Field, Type
from reconciler.kinds.schema import MOMENT_PATTERN
from reconciler.kinds.values import iso, moment, phone

if TYPE_CHECKING:
    from reconciler.api.shapes import Wrapup
    from reconciler.manifests.project import Environment

_CONDITION = re.compile(
    r'customFields\.("(?P<quoted>[^"]+)"|(?P<plain>[^\s="]+))(\s*=\s*|\s+(?P<condition>\S+)\s+)(?P<value>.+)'
)
_AS_CONDITION = "write customFields.NAME=VALUE, or with an operator: 'customFields.Category startsWith Go'"
_INTEGER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Filters:
    """Reads filters with the names of an environment; `now` is what moments mean."""

    environment: Environment
    now: datetime

    def read(self, texts: Sequence[str]) -> dict[str, Any]:
        """The query of these filters, wrap-up codes still by name; click.UsageError for what is none."""
        query: dict[str, Any] = {}
        for text in texts:
            if text.startswith("customFields."):
                query.setdefault("customFieldConditions", []).append(_condition(text))
                continue
            name = re.split("[^A-Za-z.]", text, maxsplit=1)[0]
            field = self._field(name, text)
            value = self._value(field, text.partition("=")[2].strip())
            query[name] = _together(field, query[name], value) if name in query else value
        if "lastWrapups" in query and query.get("lastWrapupIds", ()) is None:
            raise click.UsageError(
                "lastWrapupIds=null finds contacts without a wrap-up code: lastWrapups can't go with it"
            )
        return query

    def _field(self, name: str, text: str) -> Field:
        if name in BATCH_ONLY_FILTERS:
            raise click.UsageError(f"search does not know the filter `{name}`: it would find every contact")
        if name == "customFieldConditions":
            raise click.UsageError(f"`{name}` is written one condition at a time: {_AS_CONDITION}")
        if name not in MATCH_FILTERS:
            advice = nearest_help("filter", name, [*MATCH_FILTERS, "customFields.NAME"])
            raise click.UsageError(f"unknown filter `{name}`: {advice}")
        field = MATCH_FILTERS[name]
        if field.available is not Availability.NOW:
            raise click.UsageError(
                f"the vendor only announces the filter `{name}`: today it would be dropped and find every contact"
            )
        if not re.match(rf"{name}\s*=\s*\S", text):
            raise click.UsageError(f"the filter `{name}` needs a value: {name}={_example(field)}")
        return field

    def _value(self, field: Field, text: str) -> Any:
        if text == "null":
            if not field.nullable:
                raise click.UsageError(f"the API does not take null for the filter `{field.name}`")
            return None
        if not field.many:
            return self._one(field, _unquoted(text))
        listed = listed_in(text)
        if "null" in listed or "" in listed:
            raise click.UsageError(f"the filter `{field.name}` takes values with commas between them, or null alone")
        return list(dict.fromkeys(self._one(field, each) for each in listed))

    def _one(self, field: Field, text: str) -> Any:
        if field.type is Type.REFERENCE:
            return self._id(field, text)
        try:
            read = _READERS[field.type](text) if field.type is not Type.MOMENT else _moment(text, self.now)
        except (ValueError, OverflowError):
            raise click.UsageError(f"the filter `{field.name}` takes {_WORDS[field.type]}") from None
        if field.choices and read not in field.choices:
            choices = [cased(each) for each in field.choices]
            raise click.UsageError(f"the filter `{field.name}` takes one of: {', '.join(choices)}")
        return read

    def _id(self, field: Field, text: str) -> int:
        if _INTEGER.fullmatch(text):
            return int(text)
        names = self.environment.agents if field.reference == "agents" else self.environment.groups
        if text in names:
            return names[text]
        noun = field.reference.removesuffix("s")
        advice = nearest_help(noun, text, names) if names else "write the id"
        raise click.UsageError(f"environment `{self.environment.name}` knows no {noun} `{text}`: {advice}")


def with_wrapup_ids(query: Mapping[str, Any], wrapups: Sequence[Wrapup]) -> dict[str, Any]:
    """The query as the API takes it: wrap-up codes by their ids. ProjectError for a name that is not one."""
    from reconciler.cli.get.lookup import wrapup_ids

    found = {name: value for name, value in query.items() if name != "lastWrapups"}
    if "lastWrapups" in query:
        found["lastWrapupIds"] = sorted({*found.get("lastWrapupIds", ()), *wrapup_ids(query["lastWrapups"], wrapups)})
    return found


def listed_in(text: str) -> list[str]:
    """The values in a text with commas between them; click.UsageError when it is more than one line."""
    try:
        return [each.strip() for each in next(csv.reader([text], skipinitialspace=True, strict=True), [])]
    except csv.Error:
        raise click.UsageError("values stand on one line, with commas between them") from None


def cased(value: object) -> str:
    """A choice as it is written: true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _condition(text: str) -> dict[str, str | None]:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise click.UsageError(f"a condition on a custom field is not complete: {_AS_CONDITION}")
    name, condition = found["quoted"] or found["plain"], found["condition"] or "eq"
    if condition not in CONDITIONS:
        advice = nearest_help("operator", condition, CONDITIONS)
        raise click.UsageError(f"unknown operator `{condition}` on `customFields.{name}`: {advice}")
    value = found["value"].strip()
    if value == "null" and condition not in NULL_CONDITIONS:
        raise click.UsageError(f"`{condition}` on `customFields.{name}` can't compare with null: eq and notEq can")
    held = None if value == "null" else _unquoted(value)
    return {"customFieldName": name, "condition": condition, "value": held}


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _together(field: Field, first: Any, second: Any) -> Any:
    """A filter that was given twice: the values of both, where it takes a list."""
    if not field.many or first is None or second is None:
        raise click.UsageError(f"the filter `{field.name}` was given twice")
    return list(dict.fromkeys([*first, *second]))


def _example(field: Field) -> str:
    if isinstance(field.example, list):
        return ",".join(map(str, field.example))
    return cased(field.example) if field.example is not None else "…"


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else _refused()


def _integer(text: str) -> int:
    return int(text) if _INTEGER.fullmatch(text) else _refused()


def _moment(text: str, now: datetime) -> str:
    return iso(moment(text, now)) if re.match(MOMENT_PATTERN, text) else _refused()


def _phone(text: str) -> str:
    return phone(text) if re.fullmatch(r"\+?[0-9 .()-]+", text) and 3 <= len(phone(text)) <= 15 else _refused()


def _refused() -> Any:
    raise ValueError


_READERS: Mapping[Type, Callable[[str], Any]] = {
    Type.BOOLEAN: _boolean,
    Type.INTEGER: _integer,
    Type.PHONE: _phone,
    Type.STRING: str,
}
_WORDS = {
    Type.BOOLEAN: "true or false",
    Type.INTEGER: "a whole number",
    Type.PHONE: "phone numbers in E.164, digits only",
    Type.MOMENT: "a date-time with zone, such as 2026-09-01T07:30:00Z, or a distance from now, such as -72h",
}
