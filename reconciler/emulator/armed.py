"""The faults that are armed, how often each has struck, and the requests of late."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count

from reconciler.emulator.faults import Fault, Sort
from reconciler.emulator.fields import JsonObject

#: How many requests the log keeps.
KEPT = 1000


@dataclass(slots=True)
class _Armed:
    fault: Fault
    matched: int = 0
    struck: int = 0

    @property
    def is_due(self) -> bool:
        return self.matched > self.fault.after and (self.fault.times == 0 or self.struck < self.fault.times)


class ArmedFaults:
    """The armed faults in the order in which they were armed; may be used from several threads.

    `check` is called with each before it is armed, and raises FaultError when the account has no place for it.
    """

    def __init__(self, check: Callable[[Fault], None] = lambda fault: None) -> None:
        self._check = check
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def arm(self, faults: Iterable[Fault]) -> None:
        """Arm all of `faults`, or none of them when one can't be (FaultError)."""
        new = list(faults)
        for fault in new:
            self._check(fault)
        with self._lock:
            self._armed.extend(_Armed(fault) for fault in new)

    def disarm(self) -> None:
        """Forget them all."""
        with self._lock:
            self._armed.clear()

    def listed(self) -> list[JsonObject]:
        """Each as JSON, used up or not, with the number of requests that it `struck`."""
        with self._lock:
            return [each.fault.as_json() | {"struck": each.struck} for each in self._armed]

    def striking(self, method: str, path: str) -> dict[Sort, Fault]:
        """The faults that strike this request, counted: of each sort the first that is due."""
        found: dict[Sort, Fault] = {}
        if not self._armed:
            return found
        with self._lock:
            for each in self._armed:
                if not each.fault.matches(method, path):
                    continue
                each.matched += 1
                if each.is_due and each.fault.sort not in found:
                    each.struck += 1
                    found[each.fault.sort] = each.fault
        return found


@dataclass(slots=True)
class Logged:
    """One request: no query, no body, no token. `status` is None until it is answered, for ever if it never is."""

    number: int
    method: str
    path: str
    faults: tuple[str, ...] = ()
    status: int | None = None


class RequestLog:
    """The last requests, numbered from 1; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._kept: deque[Logged] = deque(maxlen=KEPT)

    def enter(self, method: str, path: str, faults: Iterable[Fault]) -> Logged:
        """The entry of a request that has just come, which `faults` strike."""
        with self._lock:
            entry = Logged(next(self._numbers), method, path, tuple(each.kind for each in faults))
            self._kept.append(entry)
        return entry

    def listed(self) -> list[JsonObject]:
        """The entries as JSON, oldest first."""
        with self._lock:
            return [
                {
                    "number": each.number,
                    "method": each.method,
                    "path": each.path,
                    "status": each.status,
                    "faults": list(each.faults),
                }
                for each in self._kept
            ]

    def clear(self) -> None:
        """Forget them; the numbers go on."""
        with self._lock:
            self._kept.clear()
