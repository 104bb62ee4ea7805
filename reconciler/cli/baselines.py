"""The baselines of a store: what runs left of each campaign, written after each of them and read by `drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from reconciler.manifests.desired import Desired
    from reconciler.planning.baseline import Applied, Baseline
    from reconciler.planning.plan import Plan
    from reconciler.store.objects import Objects


#: So often what was applied is written down when another shard's run writes at the same time.
_TRIES = 5


def read_baseline(objects: Objects, environment: str) -> Baseline:
    """What the runs of an environment left, those of all shards together; StoreFault when that can't be read."""
    from reconciler.planning.baseline import merged

    folder = f"baselines/{environment}/"
    found = (objects.read(folder + each) for each in objects.children(folder))
    return merged([_baseline(each.content, folder) for each in found if each])


def note_applied(
    objects: Objects, scope: str, desired: Desired, plan: Plan, done: Collection[int], now: datetime, run: str | None
) -> None:
    """Writes down what a run made of its campaigns. `scope`: its lock's name; `done`: the steps it carried out.

    A fault of the store is said: without it a later drift knows less, and nothing else.
    """
    from reconciler.cli.stores import say
    from reconciler.planning.baseline import after_run
    from reconciler.store.objects import StoreFault

    environment = desired.environment.name
    try:
        more = after_run(read_baseline(objects, environment), desired, plan, done, now, run)
        if more and not any(_added(objects, f"baselines/{environment}/{scope}.json", more) for _ in range(_TRIES)):
            say("warning: what was applied could not be noted for `drift` (others write it all the time)")
    except StoreFault as fault:
        say(f"warning: what was applied could not be noted for `drift` ({fault.strerror})")


def _added(objects: Objects, name: str, more: dict[str, Applied]) -> bool:
    """Whether these were added to a baseline; not when somebody else wrote it at the same time."""
    import msgspec

    from reconciler.planning.baseline import Baseline
    from reconciler.store.objects import Changed

    found = objects.read(name)
    before = _baseline(found.content, name) if found else Baseline()
    content = msgspec.json.encode(Baseline(campaigns=before.campaigns | more)) + b"\n"
    try:
        objects.swap(name, content, found.version) if found else objects.create(name, content)
    except (Changed, FileExistsError):
        return False
    return True


def _baseline(content: bytes, name: str) -> Baseline:
    import msgspec

    from reconciler.planning.baseline import Baseline
    from reconciler.store.objects import store_fault

    try:
        return msgspec.json.decode(content, type=Baseline)
    except (msgspec.DecodeError, ValueError):
        advice = "move it out of the store: the next apply writes it anew"
        detail = f"{name} is nothing that this version can read"
        raise store_fault("store-unreadable", "an object of the store can't be read", detail, advice) from None
