"""What the steps of one campaign share while it is being applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from reconciler.api.request import Flow
from reconciler.applying.before import Expected
from reconciler.errors import ConnectionLost, ServerFault, Unreadable
from reconciler.planning.plan import Plan, Step

_T = TypeVar("_T")

#: Faults after which a write may have been carried out all the same.
IN_DOUBT = (ConnectionLost, ServerFault, Unreadable)

PLAN_AGAIN = "plan again: it reads what the account holds now and shows what is left"


class Writer(Protocol):
    """What a step needs of a client."""

    def run(self, flow: Flow[_T]) -> _T:
        """The result of one flow."""


#: Waits for so many seconds; True means that the run is being stopped.
Wait = Callable[[float], bool]


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What the steps of one campaign share while it is being applied."""

    writer: Writer
    plan: Plan
    expected: Expected
    wait: Wait
    #: Notes right before a write leaves ("sending": raises when it can't be noted, and then nothing may be sent), and
    #: after a batch was accepted or refused for now, for the journal: step, event, batch token.
    note: Callable[[Step, str, str], None]
    #: Keeps everything that was not begun from being begun, in every campaign.
    halt: Callable[[], None]
