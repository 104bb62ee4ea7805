"""The store of a project: opened, told who runs, and kept from growing without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.cli.session import Session
    from reconciler.manifests.project import Project
    from reconciler.planning.plan import Plan
    from reconciler.store.holder import Holder
    from reconciler.store.objects import Objects
    from reconciler.store.results import RunRecord
    from reconciler.store.runs import Runs


def open_store(session: Session, project: Project) -> Objects:
    """The objects of the project's `store.url`; StoreFault (a ProjectError) when they can't be reached at all."""
    from reconciler.store.opening import open_objects

    return open_objects(project.store_url, session.directory, session.variables)


def say(line: str) -> None:
    """Talks of what is in the store: whatever others have written there is only ever text (S12)."""
    from reconciler.cli import terminal
    from reconciler.render.neutral import neutral

    terminal.talk(f"{neutral(line)}\n")


def run_record(made: Plan, run: str, holder: Holder, started_at: datetime, fencing: int) -> RunRecord:
    """What is noted of a run that begins to apply this plan."""
    from reconciler import __version__
    from reconciler.planning.saved import to_json
    from reconciler.store.results import RunRecord

    return RunRecord(
        run=run,
        project=made.project,
        environment=made.environment,
        base_url=made.base_url,
        tool_version=__version__,
        commit=made.commit,
        plan_digest=made.digest or to_json(made)["digest"],
        holder=holder,
        started_at=started_at,
        fencing=fencing,
    )


def forget_old_runs(runs: Runs, project: Project, environment: str, now: datetime) -> None:
    """Deletes the runs that the project keeps no longer. A fault of the store is said, and ends nothing."""
    from reconciler.store.objects import StoreFault

    try:
        runs.forget(environment, now, keep_runs=project.keep_runs, keep_days=project.keep_days)
    except StoreFault as fault:
        say(f"warning: old runs could not be deleted ({fault.strerror}); the next run tries again")
