"""`reconciler drift`: what differs from the manifests, and whose change it is. Writes nothing to the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.part import Part, part_options
from reconciler.cli.reports import Report, drift_options
from reconciler.cli.session import Ended, Session, names_of

if TYPE_CHECKING:
    from rich.text import Text

    from reconciler.manifests.desired import Desired
    from reconciler.planning.drift import Drift
    from reconciler.render.words import Names


@click.command()
@drift_options
@part_options
@click.option(
    "--adopt", is_flag=True, help="Write what was changed in the console into the manifests, on a branch of its own."
)
@click.option("--branch", metavar="NAME", help="The branch for --adopt; default: drift/ENVIRONMENT-FINGERPRINT.")
@click.pass_obj
def drift(
    session: Session, format_: str, reports: Sequence[Report], part: Part, adopt: bool, branch: str | None
) -> None:
    """Show what differs from the manifests, and whose change it is.

    Each difference was made in the manifests, in the console, or in both since a run last applied that campaign. Exit
    code 2 when there is any, 0 when there is none. Reads the account and never writes to it.

    With --adopt what was changed in the console is written into the manifests and committed on a branch of its own,
    ready to be a pull request: reconciler -e production drift --adopt
    """
    if branch is not None and not adopt:
        raise click.UsageError("--branch is for --adopt")
    from reconciler.cli import terminal
    from reconciler.cli.baselines import read_baseline
    from reconciler.cli.notices import tell_drift
    from reconciler.cli.plan import make
    from reconciler.cli.stores import open_store
    from reconciler.planning.drift import drift_of

    desired, made, diagnostics = make(session, part)
    objects = open_store(session, desired.project)
    found = drift_of(made, desired, read_baseline(objects, desired.environment.name))
    terminal.report(diagnostics)
    texts = _texts(found, names_of(desired.environment))
    terminal.out(texts[format_]())
    written = _reported(found, desired, texts, reports)
    tell_drift(session, found, objects)
    if adopt:
        from reconciler.cli.adopt import adopt_drift

        left = adopt_drift(session, desired, found, branch)
    else:
        left = len(found.differences)
        terminal.talk(_advice(found))
    if found.has_errors or not written:
        raise Ended(Exit.ERROR)
    if left:
        raise Ended(Exit.CHANGES)


def _texts(found: Drift, names: Names) -> dict[str, Callable[[], Text | str]]:
    from reconciler.render.drift import drift_json, drift_markdown, drift_text

    return {
        "text": lambda: drift_text(found, names),
        "json": lambda: drift_json(found),
        "markdown": lambda: drift_markdown(found, names),
    }


def _reported(
    found: Drift, desired: Desired, texts: Mapping[str, Callable[[], Text | str]], reports: Sequence[Report]
) -> bool:
    """Writes the reports; whether all were."""
    if not reports:
        return True
    from reconciler.cli.machine_reports import item_texts
    from reconciler.cli.reports import write_drift_reports
    from reconciler.render.machine_drift import drift_handover, drift_items, drift_junit, drift_title

    folder = reports[0].folder
    plain = {each: (lambda text=text: str(text())) for each, text in texts.items()}
    return write_drift_reports(
        {
            **plain,
            **item_texts(drift_items(found), drift_title(found), folder),
            "junit": lambda: drift_junit(found, folder),
        },
        reports,
        lambda: drift_handover(found, names_of(desired.environment), folder),
    )


def _advice(found: Drift) -> str:
    from reconciler.planning.drift import Origin

    ways = ["`apply` brings the account to the manifests"] if found.differences else []
    if found.of(Origin.CONSOLE):
        ways.append("`drift --adopt` takes what was changed in the console into the manifests")
    return f"{'; '.join(ways)}\n" if ways else ""
