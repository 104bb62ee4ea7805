"""The whole stage: copy what the plan is about, apply the plan to the copy, and plan again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from msgspec import structs
from msgspec.json import encode

from reconciler.api.application import Application
from reconciler.api.client import Client
from reconciler.applying.account import refuse_other_account
from reconciler.applying.apply import apply_plan
from reconciler.applying.results import Report
from reconciler.diagnostics import Diagnostic
from reconciler.emulator import Account, Options
from reconciler.manifests.desired import Desired
from reconciler.planning.plan import Plan, Step
from reconciler.planning.planner import make_plan
from reconciler.planning.selection import Selection
from reconciler.simulating.measuring import Measured
from reconciler.simulating.originals import read_originals
from reconciler.simulating.pace import Hourglass, Paced, Stopwatch
from reconciler.simulating.replica import replica_of

#: Serves an account of the emulator in this process: the account, its options and its clock in, the application out.
Serve = Callable[[Account, Options, Callable[[], datetime]], AbstractContextManager[Application]]

#: Whether the case of letters in texts is minded.
TEXT_CASES: Final[tuple[Literal["ignored", "minded"], ...]] = ("ignored", "minded")
#: The copy takes any token, and this is the one it gets: never the account's.
TOKEN = "copy"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the estimate rests on besides what is measured: seconds of a batch, campaigns side by side."""

    batch_seconds: float
    parallelism: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What applying to the account would take: calls, and seconds. `call_seconds` is the median of `measured` calls."""

    calls: int
    seconds: float
    batches: int
    call_seconds: float
    measured: int
    batch_seconds: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was copied, what applying the plan did to the copy, and what planning again finds there.

    `dropped`: what the copy can't hold, in words. `unlike`: the addresses of what the copy, before anything was
    applied, did not plan as the account did; nothing is shown about those. `again`: the plan after, of the campaigns
    that the plan touches; `faults`: what keeps it from being whole.
    """

    campaigns: int
    contacts: int
    dropped: tuple[str, ...]
    unlike: tuple[str, ...]
    report: Report
    again: Plan
    faults: tuple[Diagnostic, ...]
    estimate: Estimate

    @property
    def is_settled(self) -> bool:
        """Whether every step was done or deferred, and planning again is shown to be empty."""
        return self.report.complete and not (self.again.steps or self.faults or self.unlike)


def simulate(
    reader: Measured,
    plan: Plan,
    desired: Desired,
    selection: Selection,
    *,
    serve: Serve,
    now: datetime,
    terms: Terms,
    by_name: Collection[int] = (),
) -> Simulation:
    """Applies a plan with steps to a copy of the account in this process.

    `reader` reads the account and can't write to it. `selection`: the part that was planned. `now`: the moment at which
    the copy's clock begins. `by_name`: the campaigns (ids) that only their names tie to the manifests.
    Raises what reading raises, and SavedPlanRefused as `apply_plan` does, such as for another account.
    """
    refuse_other_account(reader, plan, by_name)
    originals = read_originals(reader, plan, desired, selection)
    replica = replica_of(originals, plan)
    copying = _Copying(plan, desired, originals.part, replica.account, serve, now, terms)
    unlike, report, estimate, (again, diagnostics) = copying.carried_out(reader, by_name)
    return Simulation(
        campaigns=len(replica.account.campaigns),
        contacts=sum(len(each.contacts) for each in originals.crowds),
        dropped=replica.dropped,
        unlike=unlike,
        report=report,
        again=again,
        faults=tuple(each for each in diagnostics if each.is_error),
        estimate=estimate,
    )


_Planned = tuple[Plan, list[Diagnostic]]


@dataclass(frozen=True, slots=True)
class _Copying:
    """What every opening of the copy needs. `part`: what is planned there."""

    plan: Plan
    desired: Desired
    part: Selection
    account: Account
    serve: Serve
    now: datetime
    terms: Terms

    def carried_out(
        self, reader: Measured, by_name: Collection[int]
    ) -> tuple[tuple[str, ...], Report, Estimate, _Planned]:
        """What the copy does not plan as the account did, and what applying and planning again did there.

        Whether the account minds the case of letters is not documented: taken is the reading that plans alike.
        """
        for case in TEXT_CASES:
            with self._opened(case) as (client, clock):
                unlike = _unlike(self._planned(client)[0].steps, self.plan.steps)
                if not unlike or case == TEXT_CASES[-1]:
                    return unlike, *self._applied(client, clock, reader, by_name), self._planned(client)
        raise AssertionError("the last reading is taken")

    @contextmanager
    def _opened(self, case: Literal["ignored", "minded"]) -> Iterator[tuple[Client, Hourglass]]:
        """The copy as it was read: the one client that may write, and it reaches this application alone."""
        clock = Hourglass(self.now)
        options = Options(batch_seconds=self.terms.batch_seconds, soon_fields=True, text_case=case)
        with (
            self.serve(self.account, options, clock.now) as application,
            Client(
                "http://localhost", TOKEN, writable=True, application=application, parallelism=self.terms.parallelism
            ) as client,
        ):
            yield client, clock

    def _planned(self, client: Client) -> _Planned:
        """What planning finds in the copy, as of the moment of the plan: time alone makes no contact match."""
        return make_plan(client, self.desired, now=self.plan.created_at, commit=None, selection=self.part)

    def _applied(
        self, client: Client, clock: Hourglass, reader: Measured, by_name: Collection[int]
    ) -> tuple[Report, Estimate]:
        """Applies one campaign after another, so that the time of each can be told."""
        watch, sent = Stopwatch(clock), client.requests
        paced = Paced(client, clock, reader.seconds)
        report = apply_plan(
            paced,
            self.plan,
            journal=watch,
            progress=watch,
            parallelism=1,
            by_name=by_name,
            pause=clock.wait,
            desired=self.desired,
        )
        estimate = Estimate(
            calls=client.requests - sent,
            seconds=watch.seconds(self.terms.parallelism),
            batches=watch.batches,
            call_seconds=reader.seconds,
            measured=reader.calls,
            batch_seconds=self.terms.batch_seconds,
        )
        return report, estimate


def _unlike(steps: Sequence[Step], others: Sequence[Step]) -> tuple[str, ...]:
    """The addresses of the steps that only one of two plans has, whatever their numbers."""
    one, other = ({_content(step): step.address for step in each} for each in (steps, others))
    return tuple(sorted({(one | other)[content] for content in one.keys() ^ other.keys()}))


def _content(step: Step) -> bytes:
    return encode(structs.replace(step, number=0), order="deterministic")
