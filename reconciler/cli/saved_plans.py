"""The files of saved plans: read, and written over nothing but an older plan; and the key that signs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.reports import refuse_no_file

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan

#: The variable of the process that holds the key by which plans are signed.
KEY = "RECONCILER_PLAN_KEY"


def saving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--out` and `--valid-for` of a command that makes a plan; it gets them as `out` and `lifetime`."""
    out = click.option(
        "--out", metavar="FILE", type=click.Path(path_type=Path), callback=_out, is_eager=True,
        help="Save the plan for apply.",
    )  # fmt: skip
    lifetime = click.option(
        "--valid-for", "lifetime", metavar="TIME", default="24h", callback=_lifetime, show_default=True,
        help="How long it may be applied.",
    )  # fmt: skip
    return out(lifetime(command))


def _out(context: click.Context, parameter: click.Parameter, given: Path | None) -> Path | None:
    if given is not None:
        refuse_no_file(given)
    return given


def _lifetime(context: click.Context, parameter: click.Parameter, given: str) -> timedelta:
    """`--valid-for 8h`, from a minute to a hundred days."""
    from reconciler.kinds.values import seconds

    try:
        length = timedelta(seconds=min(seconds(given), 10**9))
    except ValueError:
        length = timedelta()
    if not timedelta(minutes=1) <= length <= timedelta(days=100):
        raise click.BadParameter(f"`{given}` is no time from 1m to 100d, such as 8h")
    return length


def plan_key(variables: Mapping[str, str]) -> bytes | None:
    """The key that plans are signed with; None without one. ProjectError for an empty one: it would check nothing."""
    from reconciler.errors import ProjectError

    key = variables.get(KEY)
    if key is not None and not key.strip():
        advice = f"unset it, or give the job the secret that {KEY} is made from"
        raise ProjectError("the key for plans is empty", f"{KEY} is set, and holds nothing", advice, "empty-key")
    return key.strip("\r\n").encode("utf-8", "surrogateescape") if key else None


def read_plan(path: Path, key: bytes | None) -> Plan:
    """The plan of a file; ProjectError when it can't be read, SavedPlanRefused when it is none or was altered.

    With a key also when it is not signed with it.
    """
    from reconciler.errors import ProjectError
    from reconciler.planning.saved import loads

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProjectError(
            "the saved plan can't be read", f"{path}: {error.strerror}", "check the path", "no-saved-plan"
        ) from None
    return loads(content, str(path), key)


def checked_plan(session: Session, file: Path) -> tuple[Desired, Plan]:
    """The plan of a file, and what the manifests ask of its environment; what was found when it was made is told.

    SavedPlanRefused when it is not for this target, these manifests or this time, or was made against a snapshot; where
    it undoes a run, when it does anything else than that.
    """
    from reconciler.cli import terminal
    from reconciler.planning.agreement import refuse_disagreeing
    from reconciler.planning.checks.numbers import refuse_impossible
    from reconciler.planning.target import refuse_other_target

    made = read_plan(file, plan_key(session.variables))
    _refuse_snapshot(made)
    desired = replace(session, environment=session.environment or made.environment).chosen()
    refuse_other_target(made, desired, session.clock())
    if made.undoes is None:
        refuse_disagreeing(made, desired)
    else:
        _refuse_other_undo(session, desired, made, made.undoes)
    refuse_impossible(made)
    terminal.report(each.diagnostic() for each in made.diagnostics)
    return desired, made


def _refuse_snapshot(made: Plan) -> None:
    """SavedPlanRefused when the account was not read for the plan: nothing of it was there to be reviewed."""
    from reconciler.errors import SavedPlanRefused

    if made.against is not None:
        detail = f"it was made against {made.against}, without a look at the account"
        raise SavedPlanRefused("saved plan is of a snapshot", detail, "plan again without --against, and review that")


def _refuse_other_undo(session: Session, desired: Desired, made: Plan, run: str) -> None:
    """SavedPlanRefused when the plan is not what undoing this run comes to, or the store does not remember that run."""
    from reconciler.cli.stores import open_store
    from reconciler.cli.undone_runs import known_run, past_run, refuse_elsewhere
    from reconciler.errors import ProjectError, SavedPlanRefused
    from reconciler.planning.undoing.agreement import refuse_other_undo
    from reconciler.store.objects import StoreFault
    from reconciler.store.runs import Runs

    runs = Runs(open_store(session, desired.project))
    try:
        record = known_run(runs, run)
        refuse_elsewhere(record, desired.project, desired.environment)
        past = past_run(runs, record)
    except StoreFault:
        raise
    except ProjectError as fault:
        detail = f"it undoes run {run}, and that can't be held against what the run did: {fault.detail}"
        raise SavedPlanRefused("saved plan can't be checked", detail, "make the plan again, and review it") from None
    refuse_other_undo(made, past)


def save_plan(made: Plan, path: Path) -> None:
    """Writes a plan to a file: whole, or not at all, and over nothing but an older plan."""
    from reconciler.errors import ProjectError
    from reconciler.planning.saved import looks_saved
    from reconciler.render.plan_json import plan_json
    from reconciler.store.folder import Folder

    try:
        if not path.parent.is_dir():
            detail = f"there is no folder {path.parent}"
            raise ProjectError("the plan can't be saved", detail, "make the folder first", "plan-not-saved")
        if path.exists() and not looks_saved(path.read_bytes()):
            advice = "name a new file, such as change.json"
            raise ProjectError(
                "the plan can't be saved", f"{path} is no saved plan: it stays", advice, "plan-not-saved"
            )
        Folder(path.parent).replace(path.name, plan_json(made).encode())
    except OSError as error:
        raise ProjectError(
            "the plan can't be saved", f"{path}: {error.strerror}", "choose another file", "plan-not-saved"
        ) from None
