"""Which contact belongs to which rule: the first that matches it. What can't be settled waits for the next run (S3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.manifests.desired import Rule
from reconciler.planning.queries import Query
from reconciler.planning.sifting import Held, Kind, Sieve


@dataclass(frozen=True, slots=True)
class Portion:
    """Contacts: their contactIds, ascending, and beside each the values that it holds (as `written_by` orders them)."""

    ids: Sequence[int] = ()
    held: Sequence[Held] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The contacts of one rule: those that are `free` to be changed, and those `deferred`, left alone for now.

    `in_call` are those of the deferred that somebody handles now.
    `claimed`: how many more its search found that belong to earlier rules. `unproven`: how many of the deferred are so
    because it can't be shown that they satisfy the rule's filters.
    """

    query: Query
    free: Portion
    deferred: Portion
    in_call: Portion = Portion()
    claimed: int = 0
    unproven: int = 0


class IgnoredFilter(Exception):
    """Search returned a contact that its filters exclude: the API ignored a filter."""

    def __init__(self, rule: Rule, contact_id: int) -> None:
        super().__init__(f"rule {rule.name}: contact {contact_id}")
        self.rule, self.contact_id = rule, contact_id


def refuse_ignored(sieves: Iterable[Sieve]) -> None:
    """IgnoredFilter when one of these searches found a contact that does not satisfy its filters."""
    for each in sieves:
        if each.broken is not None:
            raise IgnoredFilter(each.query.rule, each.broken)


def contested(sieves: Sequence[Sieve]) -> dict[int, list[int]]:
    """For a rule (number) the contacts that may be its own, by what is known here, and that its search did not find.

    They may have moved while pages were read. Asking for them by their contactIds tells.
    """
    found: dict[int, list[int]] = {}
    for sieve in sieves:
        if any(kind.rivals for kind in sieve.kinds):
            for contact_id, number in zip(sieve.ids, sieve.numbers, strict=True):
                for rival in sieve.kinds[number].rivals:
                    found.setdefault(rival, []).append(contact_id)
    return {rival: sorted({*ids} - {*sieves[rival].ids}) for rival, ids in found.items()}


def claim(
    sieves: Sequence[Sieve],
    regained: Mapping[int, frozenset[int]] = {},
    unproven: Mapping[int, frozenset[int]] = {},
) -> list[Claimed]:
    """Each contact given to the first rule that matches it.

    `regained`: for a rule (number) those of its `contested` contacts that are its own after all. `unproven`: for a rule
    the parts of its filters of which nothing shows that the API honours them. A contact that rests on one of these is
    deferred; so is one that belongs to an earlier rule whose search did not find it, one that a later rule's search saw
    otherwise, and one in progress.
    """
    owned: set[int] = set()
    claimed: list[Claimed] = []
    for number, sieve in enumerate(sieves):
        doubts, gone = unproven.get(number, frozenset()), _gone(sieves, number)
        claimed.append(_claimed(sieve, owned, gone, regained, doubts))
        if number + 1 < len(sieves):
            owned.update(sieve.ids)
    return claimed


def _gone(sieves: Sequence[Sieve], number: int) -> frozenset[int]:
    """The contacts of a rule that a later rule's search has seen with values that are not this rule's any more."""
    own = {*sieves[number].ids} if number + 1 < len(sieves) else set[int]()
    return frozenset(
        contact_id
        for sieve in sieves[number + 1 :]
        for contact_id, kind in zip(sieve.ids, sieve.numbers, strict=True)
        if contact_id in own and number in sieve.kinds[kind].not_of
    )


def _claimed(
    sieve: Sieve,
    owned: set[int],
    gone: frozenset[int],
    regained: Mapping[int, frozenset[int]],
    doubts: frozenset[int],
) -> Claimed:
    doubtful = [not doubts.isdisjoint(kind.unsure) for kind in sieve.kinds]
    put_off = [kind.busy or kind.moved or doubt for kind, doubt in zip(sieve.kinds, doubtful, strict=True)]
    free: list[tuple[int, int]] = []
    deferred: list[tuple[int, int]] = []
    for entry in zip(sieve.ids, sieve.numbers, strict=True):
        contact_id, number = entry
        if contact_id in owned:
            continue
        lost = any(contact_id in regained.get(rival, ()) for rival in sieve.kinds[number].rivals)
        (deferred if lost or put_off[number] or contact_id in gone else free).append(entry)
    return Claimed(
        sieve.query,
        _portion(free, sieve.kinds),
        _portion(deferred, sieve.kinds),
        _portion([each for each in deferred if sieve.kinds[each[1]].busy], sieve.kinds),
        claimed=len(sieve.ids) - len(free) - len(deferred),
        unproven=sum(doubtful[number] for _, number in deferred),
    )


def _portion(entries: list[tuple[int, int]], kinds: Sequence[Kind]) -> Portion:
    entries.sort()
    return Portion([contact_id for contact_id, _ in entries], [kinds[number].held for _, number in entries])
