"""The files of saved plans: read, and written over nothing but an older plan; and the key that signs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.manifests.desired import Desired
    from reconciler.planning.plan import Plan

#: The variable of the process that holds the key by which plans are signed.
KEY = "RECONCILER_PLAN_KEY"


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

    SavedPlanRefused when it is not for this target, these manifests or this time.
    """
    from reconciler.cli import terminal
    from reconciler.planning.agreement import refuse_disagreeing
    from reconciler.planning.target import refuse_other_target

    made = read_plan(file, plan_key(session.variables))
    desired = replace(session, environment=session.environment or made.environment).chosen()
    refuse_other_target(made, desired, session.clock())
    refuse_disagreeing(made, desired)
    terminal.report(each.diagnostic() for each in made.diagnostics)
    return desired, made


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
