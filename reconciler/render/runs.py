"""A run in rows: what became of it, once, for every format; text from outside is neutral in them (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from reconciler.applying.results import ALREADY, Outcome
from reconciler.render.neutral import neutral
from reconciler.render.words import count, span

#: So much of a detail is shown, and so much of a name.
_MOST_WORDS, _MOST_NAME = 600, 200
#: What did not end well first.
WORST_FIRST: Final = (
    Outcome.FAILED, Outcome.UNKNOWN, Outcome.STALE, Outcome.SKIPPED, Outcome.DEFERRED, Outcome.DONE,
)  # fmt: skip
#: The kinds of contacts of a result, in words, in the order in which they are told.
CONTACTS: Final[Mapping[str, str]] = {
    "done": "written",
    "failed": "failed",
    "excluded": "excluded by the API",
    "deferred": "in a call",
    "moved": "moved since the plan",
    "unknown": "unknown",
    "untried": "not tried",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step: what it sends (`call`), what became of it, in how many seconds (None: not known), and why.

    `contacts`: how many are of each kind of `CONTACTS`. `moved`: lines, why it is stale.
    """

    number: int
    outcome: str
    address: str
    operation: str
    call: str = ""
    seconds: float | None = None
    contacts: Mapping[str, int] = field(default_factory=dict)
    detail: str = ""
    help: str = ""
    moved: tuple[str, ...] = ()

    @property
    def already(self) -> bool:
        """Whether everything was as planned already, so that nothing was written."""
        return self.outcome == Outcome.DONE and self.detail == ALREADY

    @property
    def ended_well(self) -> bool:
        """Whether it was carried out, or left to a contact's own call."""
        return self.outcome in (Outcome.DONE, Outcome.DEFERRED)

    @property
    def wrote(self) -> bool:
        """Whether it changed the account, or may have."""
        if self.contacts:
            return any(self.contacts.get(each) for each in ("done", "failed", "unknown"))
        return self.outcome in (Outcome.DONE, Outcome.UNKNOWN) and not self.already

    @property
    def archives(self) -> bool:
        """Whether it archives its campaign."""
        return "isArchived" in self.call.replace(",", "").split()

    @property
    def contact_words(self) -> str:
        """``26 written, 1 failed``; empty without contacts."""
        return ", ".join(f"{number:,} {CONTACTS[kind]}" for kind in CONTACTS if (number := self.contacts.get(kind)))


def step_row(
    number: int,
    outcome: str,
    address: str,
    operation: str,
    *,
    call: str,
    seconds: float | None,
    contacts: Mapping[str, int],
    detail: str,
    help: str,
    moved: Sequence[tuple[str, Any, Any]],
) -> StepRow:
    """The row of a step as the store holds it; `moved`: what it was, what the plan saw and what the account has."""
    return StepRow(
        number=number,
        outcome=_short(outcome),
        address=_short(address),
        operation=_short(operation),
        call=_short(call) or _short(operation),
        seconds=seconds,
        contacts=contacts,
        detail=_short(detail, _MOST_WORDS),
        help=_short(help, _MOST_WORDS),
        moved=tuple(_short(moved_words(*each), _MOST_WORDS) for each in moved),
    )


def moved_words(what: str, planned: Any, found: Any) -> str:
    """``maxTries: the plan saw 5, the account has 6``."""
    before, now = ("null" if each is None else str(each) for each in (planned, found))
    return f"{what}: the plan saw {before}, the account has {now}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """A run, and its steps in their order.

    `run`: empty where there was none. `outcome`: as the history has it. `fault`: what refused it; empty else.
    `finished`: False for one that still runs (`running`: it is known to), or broke off. `blocked`: what could not be
    planned. `by`, `link`: whose and in which CI run; may be empty.
    """

    run: str
    project: str
    environment: str
    base_url: str
    outcome: str
    started: datetime
    ended: datetime
    tool_version: str
    requests: int | None = None
    repeated: int | None = None
    by: str = ""
    link: str = ""
    commit: str = ""
    plan_digest: str = ""
    shard: str = ""
    fault: str = ""
    fault_help: str = ""
    finished: bool = True
    running: bool = False
    blocked: tuple[str, ...] = ()
    steps: tuple[StepRow, ...] = ()

    def __post_init__(self) -> None:
        for name in (
            "run", "project", "environment", "base_url", "outcome", "tool_version", "by", "link", "commit",
            "plan_digest", "shard",
        ):  # fmt: skip
            object.__setattr__(self, name, _short(getattr(self, name)))
        object.__setattr__(self, "blocked", tuple(map(_short, self.blocked)))
        for name in ("fault", "fault_help"):
            object.__setattr__(self, name, _short(getattr(self, name), _MOST_WORDS))

    @property
    def complete(self) -> bool:
        """Whether it did all that it was to do."""
        return self.outcome == "done"

    @property
    def counts(self) -> Counter[str]:
        """How many steps there are of each outcome."""
        return Counter(each.outcome for each in self.steps)

    @property
    def contacts(self) -> Counter[str]:
        """How many contacts of all steps are of each kind."""
        total: Counter[str] = Counter()
        for each in self.steps:
            total.update(each.contacts)
        return total

    @property
    def wrote(self) -> bool:
        """Whether it changed the account, or may have."""
        return any(each.wrote for each in self.steps)

    @property
    def worst_first(self) -> list[StepRow]:
        """The steps, those that did not end well first; each kind in its order."""
        place = {str(each): index for index, each in enumerate(WORST_FIRST)}
        return sorted(self.steps, key=lambda each: (place.get(each.outcome, -1), each.number))

    @property
    def sentence(self) -> str:
        """How the run ended, without the word that says whether it is done: ``10 done, 2 failed · contacts: …``."""
        already = sum(each.already for each in self.steps)
        if self.complete and already == len(self.steps):
            return f"nothing was written, {count(already, 'step')} already as planned"
        counts = [(number, str(each)) for each in Outcome if (number := self.counts[each])]
        others = len(self.steps) - sum(number for number, _ in counts)  # a later version may know more outcomes
        counts += [(others, "other")] if others else []
        words = ", ".join(f"{number} {each}" for number, each in counts) or "no step"
        words += f" ({already} of them already as planned)" if already else ""
        totals = ", ".join(f"{number:,} {CONTACTS[kind]}" for kind in CONTACTS if (number := self.contacts[kind]))
        words += f" · contacts: {totals}" if totals else ""
        return words + (f" - {self.outcome}" if self.outcome in ("interrupted", "broken off") else "")

    @property
    def headline(self) -> tuple[str, str]:
        """How the run ended, on one line: ``Applied``, and the rest of it."""
        if self.fault:
            return "Not applied", self.fault
        if not self.finished:
            return "So far", self.sentence
        if not self.steps:
            said = "the account is as the manifests say" if self.complete else self.outcome
            return ("Nothing to do" if self.complete else "Nothing applied"), said
        return "Applied" if self.complete else "Not all applied", self.sentence

    @property
    def pace(self) -> str:
        """``13 steps in 4.2 s, 95 requests (2 of them repeated)``."""
        words = f"{count(len(self.steps), 'step')} in {took((self.ended - self.started).total_seconds())}"
        return f"{words}, {self.request_words}" if self.requests is not None else words

    @property
    def short_digest(self) -> str:
        """The first digits of the plan's digest."""
        kind, colon, digits = self.plan_digest.partition(":")
        return f"{kind}{colon}{digits[:12]}"

    @property
    def request_words(self) -> str:
        """``95 requests (2 of them repeated)``; a dash where that is not known."""
        if self.requests is None:
            return "-"
        return count(self.requests, "request") + (f" ({self.repeated:,} of them repeated)" if self.repeated else "")

    @property
    def read_back(self) -> str:
        """What was read again after it was written, and holds it: all that counts as written; empty without any."""
        parts = [f"all {number:,} written contacts"] if (number := self.contacts["done"]) else []
        if any(each.wrote and not each.contacts and each.outcome == Outcome.DONE for each in self.steps):
            parts.append("every written campaign")
        return " and ".join(parts)


def took(seconds: float | None) -> str:
    """A length of time: milliseconds below a tenth of a second, seconds to the tenth below ten of them."""
    if seconds is None:
        return "-"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else span(round(seconds))


def _short(text: str, most: int = _MOST_NAME) -> str:
    shown = neutral(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
