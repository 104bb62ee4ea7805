"""Runs on a world that a store remembers, as `apply` leaves them, and the plans that undo them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from reconciler.applying.notes import Intents
from reconciler.applying.results import Report
from reconciler.cli.undone_runs import past_run
from reconciler.errors import ReconcilerError
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Plan
from reconciler.planning.saved import loads
from reconciler.planning.undoing.agreement import refuse_other_undo
from reconciler.planning.undoing.run import PastRun
from reconciler.planning.undoing.undo import make_undo
from reconciler.render.plan_json import plan_json
from reconciler.store.folder import Folder
from reconciler.store.journal import Journal
from reconciler.store.runs import Runs
from tests.applying.world import World
from tests.conftest import NOW
from tests.store.telling import record_of, result_of, step_of


@dataclass(slots=True)
class Remembered:
    """A world and its store. `report`: of the run that was carried out last."""

    world: World
    desired: Desired
    objects: Folder
    report: Report = field(default_factory=lambda: Report(()))
    _runs: int = 0

    @classmethod
    def of(cls, folder: Path, world: World, desired: Desired) -> Remembered:
        """With an empty store in the folder."""
        return cls(world, desired, Folder(folder / "store"))

    def applied(self) -> PastRun:
        """What the manifests ask, planned and carried out."""
        return self.carry_out(self.world.plan(self.desired))

    def carry_out(self, plan: Plan, **options: Any) -> PastRun:
        """Applies a plan as `apply` does, and reads the run again; one that is refused wrote nothing."""
        self._runs += 1
        run, runs = f"20261123T{9 + self._runs:02}0000Z-abc123", Runs(self.objects)
        made = loads(plan_json(plan).encode(), "the plan")
        record = structs.replace(record_of(0), run=run, plan_digest=made.digest)
        runs.begin(record, plan_json(made).encode())
        journal, self.report = Intents(Journal(self.objects, run, lambda: NOW), made), Report(())
        with suppress(ReconcilerError):
            desired = None if made.undoes else self.desired
            self.report = self.world.apply(made, journal=journal, desired=desired, **options)
        steps = (
            structs.replace(step_of(each.step.number, str(each.outcome)), detail=each.detail)
            for each in self.report.results
        )
        runs.end(record, structs.replace(result_of(record), steps=tuple(steps)))
        return past_run(runs, record)

    def undoing(self, past: PastRun) -> Plan:
        """The plan that undoes a run, as it is saved; one that `apply` takes."""
        with self.world.client(writable=False) as client:
            plan, _ = make_undo(client, past, self.desired, now=NOW, lifetime=timedelta(hours=1))
        again = loads(plan_json(plan).encode(), "undo.json")
        refuse_other_undo(again, past)
        return again
