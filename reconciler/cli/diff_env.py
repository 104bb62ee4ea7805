"""`reconciler diff-env STAGING PRODUCTION`: what the manifests ask of two environments, where that differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Ended, Session
from reconciler.cli.show_manifest import origin_record

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.manifests.desired import Desired
    from reconciler.manifests.differences import Compared, Difference, Side
    from reconciler.manifests.documents import Document
    from reconciler.render.manifest import Row


@click.command("diff-env")
@click.argument("first")
@click.argument("second")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="What stdout gets.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when they differ.")
@click.pass_obj
def diff_env(session: Session, first: str, second: str, format_: str, detailed_exitcode: bool) -> None:
    """Show what the manifests ask of two environments, where that differs.

    FIRST and SECOND are environments of the project; -e is not looked at. Ids that differ behind the same name are no
    difference. Offline, no token. The value of a RECONCILER_VAR_ is not shown: it stands there as ${name}.
    """
    from reconciler.cli import terminal
    from reconciler.manifests.differences import compared
    from reconciler.render.records import json_text

    (one, left), (other, right) = _composed(session, (first, second))
    terminal.report(dict.fromkeys([*one.diagnostics, *other.diagnostics]))
    found = compared(left, one.environment, right, other.environment)
    if format_ == "json":
        record = {"first": first, "second": second, "objects": [_record(each) for each in found if _differs(each)]}
        terminal.out(json_text(record, indent=2) + "\n")
    else:
        _print(found, first, second)
    if detailed_exitcode and any(map(_differs, found)):
        raise Ended(Exit.CHANGES)


def _composed(session: Session, names: Sequence[str]) -> list[tuple[Desired, list[Document]]]:
    """What is asked of each environment; ManifestsInvalid with the faults of all of them."""
    from reconciler.cli.files import choose_environment
    from reconciler.diagnostics import in_order
    from reconciler.errors import ManifestsInvalid

    project, found = session.project(), []
    faults: list[Diagnostic] = []
    for environment in [choose_environment(project, name) for name in names]:
        try:
            found.append(session.composed(project, environment))
        except ManifestsInvalid as invalid:
            faults += invalid.diagnostics
    if faults:
        raise ManifestsInvalid(in_order(faults))
    return found


def _differs(each: Compared) -> bool:
    return bool(each.differences or each.only)


def _print(found: Sequence[Compared], first: str, second: str) -> None:
    from reconciler.cli import terminal
    from reconciler.render.manifest import differences_text
    from reconciler.render.words import count

    differing = [each for each in found if _differs(each)]
    only = {"": "", "first": f"in {first} only", "second": f"in {second} only"}
    blocks = [(str(each.address), only[each.only], [_row(one) for one in each.differences]) for each in differing]
    number = sum(len(each.differences) or 1 for each in differing)
    total = f"{count(number, 'difference')} in {len(differing)} of {count(len(found), 'object')}"
    heading = f"What the manifests ask of {first} → {second}"
    terminal.out(differences_text(heading, blocks, total))


def _row(difference: Difference) -> Row:
    from reconciler.render.manifest import Row

    one, other = difference.first, difference.second
    if one is not None and other is not None:
        return Row("~", difference.path, f"{one.text} → {other.text}", str(other.origin))
    sign, side = ("-", one) if one is not None else ("+", other)
    assert side is not None  # one of them is there
    return Row(sign, difference.path, side.text, str(side.origin))


def _record(each: Compared) -> dict[str, Any]:
    differences: Iterable[dict[str, Any]] = (
        {"path": one.path, "first": _side(one.first), "second": _side(one.second)} for one in each.differences
    )
    return {"address": str(each.address), "only": each.only or None, "differences": list(differences)}


def _side(side: Side | None) -> dict[str, Any] | None:
    return None if side is None else {"value": side.plain, **origin_record(side.origin)}
