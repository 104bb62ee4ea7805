"""What the steps of one campaign share while it is being applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Semaphore
from typing import Any, Protocol, TypeVar

from reconciler.api.request import Flow
from reconciler.api.shapes import Contact
from reconciler.applying.before import Expected
from reconciler.applying.clock import Clock
from reconciler.applying.pace import Pace
from reconciler.applying.reads import Reads
from reconciler.errors import ApiError, ConnectionLost, ServerFault, Unreadable
from reconciler.planning.plan import Step

_T = TypeVar("_T")

#: Faults after which a write may have been carried out all the same.
IN_DOUBT = (ConnectionLost, ServerFault, Unreadable)

PLAN_AGAIN = "plan again: it reads what the account holds now and shows what is left"


class Writer(Protocol):
    """What a step needs of a client."""

    @property
    def repeated(self) -> int:
        """How many requests it has sent that repeated another one."""

    def run(self, flow: Flow[_T]) -> _T:
        """The result of one flow."""

    def run_each(self, flows: Iterable[Flow[_T]]) -> list[_T | ApiError]:
        """The results of flows that run side by side, in their order; an ApiError in the place of its flow's result."""


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What the steps of one campaign share while it is being applied."""

    writer: Writer
    expected: Expected
    #: What the plan says each contact held before, by contactId, and whether one is still its rule's.
    before: Mapping[int, Mapping[str, Any]]
    belongs: Callable[[Contact], bool]
    reads: Reads
    pace: Pace
    clock: Clock
    #: Held by each single write: so many of them go on at once in the whole run.
    slots: Semaphore
    #: Notes right before a write leaves ("sending": raises when it can't be noted, and then nothing may be sent), and
    #: after a batch was accepted, has ended, or was refused for now, for the journal: step, event, batch token.
    note: Callable[[Step, str, str], None]
    #: Why nothing more may be sent; empty while it may. Asked before each single write, which has no note of its own.
    hindrance: Callable[[], str]
    #: Tells who watches that a step goes on, and how many more of its contacts were written.
    going_on: Callable[[Step, int], None]
