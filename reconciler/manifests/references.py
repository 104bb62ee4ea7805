"""Names → ids: agents and groups as the environment knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import written
from reconciler.manifests.located import Located
from reconciler.manifests.project import Environment


def resolve(
    fields: Mapping[str, Field], located: Located | None, environment: Environment, faults: list[Diagnostic]
) -> dict[str, Any]:
    """The values of an object as the API takes them: names turned into ids; each unknown name is a fault."""
    if located is None:
        return {}
    return {name: _value(fields[name], each, environment, faults) for name, each in located.items() if name in fields}


def _value(field: Field, located: Located, environment: Environment, faults: list[Diagnostic]) -> Any:
    if field.type is not Type.REFERENCE:
        return _checked(field, located, faults)
    names = environment.agents if field.reference == "agents" else environment.groups
    noun = field.reference.removesuffix("s")
    if field.many and located.value is not None:
        ids = (_id(each, names, noun, environment, faults) for each in located.elements())
        return sorted({each for each in ids if each is not None})
    return _id(located, names, noun, environment, faults)


def _checked(field: Field, located: Located, faults: list[Diagnostic]) -> Any:
    try:
        return written(field, located.plain())
    except (ValueError, OverflowError):
        detail = f"`{located.value}` is not a date and time that exists"
        faults.append(Diagnostic("wrong-moment", "no such moment", detail, span=located.span, help="correct the date"))
        return None


def _id(
    located: Located, names: Mapping[str, int], noun: str, environment: Environment, faults: list[Diagnostic]
) -> int | None:
    if not isinstance(located.value, str):
        return int(located.value) if isinstance(located.value, (int, float)) else None
    if located.value in names:
        return names[located.value]
    section = f"spec.environments.{environment.name}.{noun}s"
    advice = nearest_help(noun, located.value, names) if names else f"add it to {section}, or write the id"
    detail = f"environment `{environment.name}` knows no {noun} `{located.value}`"
    faults.append(Diagnostic(f"unknown-{noun}", f"unknown {noun}", detail, span=located.span, help=advice))
    return None
