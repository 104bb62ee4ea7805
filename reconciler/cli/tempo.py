"""How fast a run writes contacts, and how long the rest takes: measured, as no duration of the API's is documented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.planning.plan import Step


@dataclass(slots=True)
class _Campaign:
    """The contacts of a campaign: how many are still to come and are settled, and the seconds from when to when."""

    left: int = 0
    settled: int = 0
    began: float | None = None
    last: float = 0.0

    def settle(self, contacts: int, now: float) -> None:
        self.left -= contacts
        self.settled += contacts
        self.last = now

    @property
    def each(self) -> float | None:
        """Seconds for one contact; None before the first."""
        return (self.last - self.began) / self.settled if self.settled and self.began is not None else None


class Tempo:
    """Counts the contacts of a run's steps. Times are seconds from any one moment."""

    def __init__(self, steps: Iterable[Step], parallelism: int) -> None:
        self._parallelism = parallelism
        self._campaigns: dict[int, _Campaign] = {}
        self._counted: dict[int, int] = {}
        for step in steps:
            if step.contact_ids:
                self._of(step).left += len(step.contact_ids)
        self.total = sum(each.left for each in self._campaigns.values())

    def begun(self, step: Step, now: float) -> None:
        """A step has begun to write its contacts."""
        if step.contact_ids and self._of(step).began is None:
            self._of(step).began = now

    def written(self, step: Step, contacts: int, now: float) -> None:
        """A step has written so many more of its contacts."""
        self.begun(step, now)
        self._counted[step.number] = self._counted.get(step.number, 0) + contacts
        self._of(step).settle(contacts, now)

    def ended(self, step: Step, now: float, sent: int) -> None:
        """A step has ended, and has sent so many of its contacts. The others are not to come; they tell no speed."""
        if not step.contact_ids:
            return
        counted = self._counted.pop(step.number, 0)
        if more := max(sent - counted, 0):
            self.begun(step, now)
            self._of(step).settle(more, now)
        self._of(step).left -= len(step.contact_ids) - counted - more

    @property
    def done(self) -> int:
        """How many contacts are settled, or are not to come any more."""
        return self.total - sum(each.left for each in self._campaigns.values())

    def speed(self) -> float | None:
        """Contacts a second of the campaigns that are not done; None before any was measured."""
        paces = [each.each for each in self._campaigns.values() if each.left and each.each]
        return sum(1 / each for each in paces) if paces else None

    def seconds_left(self, now: float) -> float | None:
        """About how long the rest takes: the slowest campaign, or all of them by what goes on side by side.

        A campaign that has not begun is taken to be as fast as the others. None before any was measured.
        """
        paces = [each.each for each in self._campaigns.values() if each.each]
        if not paces:
            return None
        usual = sum(paces) / len(paces)
        rests = [_rest(each, usual, now) for each in self._campaigns.values() if each.left]
        return max([sum(rests) / self._parallelism, *rests])

    def _of(self, step: Step) -> _Campaign:
        return self._campaigns.setdefault(step.campaign_id, _Campaign())


def _rest(campaign: _Campaign, usual: float, now: float) -> float:
    since = now - campaign.last if campaign.settled else 0.0
    return max(campaign.left * (campaign.each or usual) - since, 0.0)
