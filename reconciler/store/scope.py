"""What a lock is for, and a run and its mark: an environment as a whole, or one shard of it.

In the store a scope is a name: ``production``, or ``production.2-of-4``. Names of environments have no dots.
"""

from __future__ import annotations

import re

from reconciler.model import Shard

_SHARD = re.compile(r"(?P<number>[0-9]+)-of-(?P<total>[0-9]+)")


def scope_name(environment: str, shard: Shard | None) -> str:
    """The name of a shard of an environment; None is the whole of it."""
    return f"{environment}.{shard.number}-of-{shard.total}" if shard else environment


def environment_of(name: str) -> str:
    """The environment that a scope belongs to."""
    return name.partition(".")[0]


def shard_of(name: str) -> Shard | None:
    """The shard that a scope is; None for the whole, and for what this version knows nothing of."""
    found = _SHARD.fullmatch(name.partition(".")[2])
    try:
        return Shard.parse(f"{found['number']}/{found['total']}") if found else None
    except ValueError:
        return None


def are_apart(one: str, other: str) -> bool:
    """Whether two scopes share no campaign: of other environments, or two shards of the same number of them."""
    if environment_of(one) != environment_of(other):
        return True
    first, second = shard_of(one), shard_of(other)
    return first is not None and second is not None and first.total == second.total and first != second


def scope_words(name: str) -> str:
    """A scope for people: ```production```, or ```production`, shard 2/4``."""
    shard = shard_of(name)
    return f"`{environment_of(name)}`, shard {shard}" if shard else f"`{name}`"
