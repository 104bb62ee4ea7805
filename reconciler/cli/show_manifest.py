"""`reconciler show-manifest ADDRESS`: one object as the environment composes it, each value with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.diagnostics import Span
    from reconciler.manifests.documents import Document
    from reconciler.manifests.located import Located, Variable
    from reconciler.manifests.project import Environment
    from reconciler.manifests.shown import Origin, Value


@click.command("show-manifest")
@click.argument("address")
@click.option("--format", "format_", type=click.Choice(["yaml", "json"]), default="yaml", help="What stdout gets.")
@click.pass_obj
def show_manifest(session: Session, address: str, format_: str) -> None:
    """Show a manifest as the environment composes it, and where each value comes from.

    ADDRESS is Kind/name, or the name alone where only one object has it. Variables, templates and overlays are in it.
    Offline, no token. The value of a RECONCILER_VAR_ is not shown: it stands there as ${name}.
    """
    from reconciler.cli import terminal
    from reconciler.cli.files import choose_environment
    from reconciler.manifests.shown import lines, standalone
    from reconciler.render.manifest import manifest_text
    from reconciler.render.records import json_text

    project = session.project()
    environment = choose_environment(project, session.environment)
    desired, composed = session.composed(project, environment)
    terminal.report(desired.diagnostics)
    document = _found(address, composed)
    whole = standalone(document)
    if format_ == "json":
        terminal.out(json_text(_record(whole, desired.environment), indent=2) + "\n")
    else:
        shown = [(line.text, line.remark) for line in lines(whole, desired.environment)]
        terminal.out(manifest_text(_heading(document, environment), shown))


def _found(text: str, documents: Sequence[Document]) -> Document:
    """The document of an address or name; ProjectError when there is none, or more than one."""
    from reconciler.errors import ProjectError

    found = [each for each in documents if text in (str(each.address), each.address.name)]
    if len(found) == 1:
        return found[0]
    if found:
        advice = "name one: " + ", ".join(str(each.address) for each in found)
        raise ProjectError("which object?", f"several are called `{text}`", advice, "which-object")
    raise ProjectError("unknown object", f"no manifest declares `{text}`", _advice(text, documents), "unknown-object")


def _advice(text: str, documents: Iterable[Document]) -> str:
    from reconciler.diagnostics import nearest_help

    has_kind = "/" in text
    return nearest_help("object", text, {str(each.address) if has_kind else each.address.name for each in documents})


def _heading(document: Document, environment: Environment) -> str:
    extends = document.body.get("spec", "extends")
    names = ", ".join(map(_template, extends.elements())) if extends is not None else ""
    templates = f", templates ({names})" if names and document.address.kind == "Campaign" else ""
    return f"{document.address} in {environment.name}: with its variables{templates} and overlays"


def _template(name: Located) -> str:
    """A template's name, or what was written in its place where that is not to be shown."""
    return name.through.text if name.through is not None and name.through.is_secret else str(name.value)


def _record(document: Document, environment: Environment) -> dict[str, Any]:
    from reconciler.manifests.shown import values

    found = [_value(each) for each in values(document, environment)]
    return {"address": str(document.address), "environment": environment.name, "values": found}


def _value(value: Value) -> dict[str, Any]:
    from reconciler.manifests.writing import written_path

    plain: Any = [] if isinstance(value.value, list) else {} if isinstance(value.value, dict) else value.value
    shown = {"value": plain} if value.secret is None else {"secret": value.secret}
    known = {} if value.id is None else {"id": value.id}
    return {"path": written_path(value.path), **shown, **known, **origin_record(value.origin)}


def origin_record(origin: Origin) -> dict[str, Any]:
    """Where a value comes from, for JSON: `source`, and `variables` where it came through some."""
    variables = [_variable(each) for each in origin.variables]
    return {"source": _source(origin.span), **({"variables": variables} if variables else {})}


def _variable(variable: Variable) -> dict[str, Any]:
    if variable.span is not None:
        return {"name": variable.name, "source": _source(variable.span)}
    return {"name": variable.name, "from": variable.origin, "secret": variable.is_secret}


def _source(span: Span) -> dict[str, Any]:
    return {"file": span.source.path, "line": span.line}
