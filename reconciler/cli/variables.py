"""The manifests' variables as the command line and the process give them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.manifests.located import Variable
    from reconciler.manifests.project import Environment, Project
    from reconciler.manifests.read import Files


def read_variables(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> dict[str, Variable]:
    """`--var NAME=VALUE` as variables by name; click.BadParameter when one is wrong, or given twice."""
    if not given:
        return {}
    from reconciler.manifests.given import from_option
    from reconciler.render.neutral import neutral

    found: dict[str, Variable] = {}
    for each in given:
        name = each.partition("=")[0]
        try:
            variable = from_option(each)
        except ValueError as error:
            raise click.BadParameter(f"`{neutral(name)}`: {error}") from None
        if name in found:
            raise click.BadParameter(f"`{neutral(name)}` is given twice")
        found[name] = variable
    return found


def with_variables(session: Session, project: Project, environment: Environment, manifests: Files) -> Environment:
    """The environment with what the process and, over that, the command line give.

    click.UsageError when the command line gives a variable that nothing in the project knows.
    """
    from reconciler.cli.files import overlay_files
    from reconciler.manifests.given import from_process, with_given

    names = {name for each in project.environments.values() for name in each.variables}
    own, lost = _used([manifests, overlay_files(session.directory, environment, project)])
    names |= own | _used(_other_overlays(session, project, environment))[0]
    if not lost:  # else the file that can't be read whole is what is told, and nothing is done
        _refuse_unknown(session.given, names)
    process = from_process(session.variables, names, session.given.keys())
    return with_given(environment, process, session.given)


def _other_overlays(session: Session, project: Project, environment: Environment) -> Iterator[Files]:
    """The overlays of the other environments, which may use names of their own; as far as they are there."""
    from reconciler.cli.files import overlay_files
    from reconciler.errors import ManifestsInvalid, ProjectError

    for each in project.environments.values():
        with suppress(ProjectError, ManifestsInvalid):
            if each.name != environment.name:
                yield overlay_files(session.directory, each, project)


def _used(layers: Iterable[Files]) -> tuple[set[str], bool]:
    """The names that any document uses, and whether a file could not be read whole."""
    from reconciler.manifests.documents import LOSING, read_documents
    from reconciler.manifests.variables import names_used

    used: set[str] = set()
    lost = False
    for files in layers:
        for path, content in files.items():
            documents, faults = read_documents(path, content)
            used |= names_used(documents)
            lost = lost or any(each.code in LOSING for each in faults)
    return used, lost


def _refuse_unknown(given: Mapping[str, Variable], names: Set[str]) -> None:
    from reconciler.diagnostics import nearest
    from reconciler.render.neutral import neutral

    for name in sorted(given.keys() - names):
        known = ", ".join(f"`{neutral(each)}`" for each in sorted(names)) or "none"
        close = nearest(name, names)
        advice = f"; the nearest is `{neutral(close)}`" if close else ""
        detail = f"`{neutral(name)}`: no manifest uses such a variable, and no environment has it"
        raise click.UsageError(f"Invalid value for '--var': {detail}{advice} (known: {known})")
