"""The baselines of a store: what runs left of each campaign, written after each of them and read by `drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from reconciler.manifests.desired import Desired
    from reconciler.planning.baseline import Baseline
    from reconciler.planning.plan import Plan
    from reconciler.store.objects import Objects


def read_baseline(objects: Objects, environment: str) -> Baseline:
    """What the runs of an environment left, those of all shards together; StoreFault when that can't be read."""
    from reconciler.planning.baseline import merged

    folder = f"baselines/{environment}/"
    found = [_decoded(folder + each, objects) for each in objects.children(folder)]
    return merged(found)


def note_applied(
    objects: Objects, scope: str, desired: Desired, plan: Plan, left: Collection[int], now: datetime, run: str | None
) -> None:
    """Writes down what a run made of its campaigns. `scope`: its lock's name; `left`: the campaigns it did not finish.

    A fault of the store is said: without it a later drift knows less, and nothing else.
    """
    import msgspec

    from reconciler.cli.stores import say
    from reconciler.planning.baseline import Baseline, after_run
    from reconciler.store.objects import Changed, StoreFault

    name = f"baselines/{desired.environment.name}/{scope}.json"
    try:
        found = objects.read(name)
        before = _baseline(found.content, name) if found else Baseline()
        after = after_run(before, desired, plan, left, now, run)
        if after == before:
            return
        content = msgspec.json.encode(after) + b"\n"
        if found:
            objects.swap(name, content, found.version)
        else:
            objects.create(name, content)
    except (Changed, FileExistsError):
        return  # a later run has just written down what it made of them
    except StoreFault as fault:
        say(f"warning: what was applied could not be noted for `drift` ({fault.strerror})")


def _decoded(name: str, objects: Objects) -> Baseline:
    from reconciler.planning.baseline import Baseline

    found = objects.read(name)
    return _baseline(found.content, name) if found else Baseline()


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
