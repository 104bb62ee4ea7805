"""The words that every stage shares: addresses and the value of a field that nobody mentioned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


#: A field that a manifest does not mention (not managed, never sent) or that an answer left out. Never null.
UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The name of a managed object, as people write it: ``Campaign/admissions-bakery``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address written as `text`; ValueError when it is not ``Kind/name``."""
        kind, slash, name = text.partition("/")
        if not (kind and slash and name):
            raise ValueError(f"`{text}` is not an address: write Kind/name, e.g. Campaign/admissions-bakery")
        return cls(kind, name)


#: Into so many shards a project can be split.
MOST_SHARDS = 1000


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `total` parts of a project's campaigns: its `number`, from 1. Written ``2/4``."""

    number: int
    total: int

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard written as `text`; ValueError when it is not ``i/n`` with 1 ≤ i ≤ n ≤ 1000."""
        number, _, total = text.partition("/")
        if all(each.isascii() and each.isdecimal() and len(each) <= 4 for each in (number, total)):
            found = cls(int(number), int(total))
            if 1 <= found.number <= found.total <= MOST_SHARDS:
                return found
        raise ValueError(
            f"`{text}` is no shard: write i/n with i from 1 to n, and n up to {MOST_SHARDS:,}, such as 2/4"
        )
