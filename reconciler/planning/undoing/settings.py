"""The settings of a campaign that go back to what they were before a run; those that can't, and those that moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.campaign import PATCHED
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import settings_object
from reconciler.planning.diff import same, same_inner, shown
from reconciler.planning.plan import Place
from reconciler.planning.undoing.run import Trace

#: In place of a value that the API does not take back.
_IMPOSSIBLE = object()


@dataclass(slots=True)
class Restored:
    """What becomes of a campaign's settings.

    `settings`: what they are set to, of an object the entries, and `sources` where the run had them from. `moved`: a
    line for each that is left alone because it is neither what the run made it nor what it was. `impossible`: why some
    can't go back. `already`: how many are as they were. `in_doubt`: those that perhaps the run did not write.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Place] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    already: int = 0
    in_doubt: list[str] = field(default_factory=list)


def restored(traces: Iterable[Trace], live: Mapping[str, Any]) -> Restored:
    """What becomes of the settings that a run has written, in a campaign that is not archived and holds `live`."""
    found = Restored()
    for trace in sorted(traces, key=lambda each: each.name == "recordingPercentage"):  # after isRecorded
        _take(trace, live, found)
    _recording(live, found)
    return found


def _take(trace: Trace, live: Mapping[str, Any], found: Restored) -> None:
    setting, held = PATCHED[trace.name], live.get(trace.name)
    if same(setting, trace.before, held):
        found.already += 1
        return
    if not any(_holds(setting, each, held) for each in trace.left):
        found.moved.append(_moved(setting, trace, held))
        return
    value = _entries(setting, trace, held, found) if setting.fields else _plain(setting, trace.before)
    if setting.fields and value is None:  # none of its entries can go back, which has been said
        return
    if value is _IMPOSSIBLE:
        if trace.name != "recordingPercentage" or _stays_recorded(live, found):
            found.impossible.append(f"`{trace.name}` had no value, and the API does not take that away again")
        return
    found.settings[trace.name] = value
    found.sources[trace.name] = trace.source
    if trace.in_doubt:
        found.in_doubt.append(trace.name)


def _holds(setting: Field, left: Any, held: Any) -> bool:
    """Whether a setting is still as the run left it; an object with all of its entries, for it is sent whole."""
    if not setting.fields or (left.get("enabled") is False and same(setting, left, held)):
        return same(setting, left, held)
    return not _differing(setting, left, settings_object(setting.name, held))


def _differing(setting: Field, left: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
    return [each for each in sorted({*left, *held}) if not same_inner(setting, each, left.get(each), held.get(each))]


def _plain(setting: Field, before: Any) -> Any:
    """The value that is sent to bring one back; null only where the API takes it."""
    if before is not None or setting.nullable:
        return before
    return [] if setting.many else _IMPOSSIBLE if setting.default is None else setting.default


def _entries(setting: Field, trace: Trace, held: Any, found: Restored) -> Any:
    """The entries of an object that are sent to bring it back: no null among them, for the API documents none."""
    before = {name: value for name, value in trace.before.items() if value is not None}
    if before.get("enabled") is False:
        return {"enabled": False}  # off is off: the account keeps nothing of the rest (notes, trap 12)
    known = {each.name: each for each in setting.fields}
    for name, now in settings_object(setting.name, held).items():
        if name in before or same_inner(setting, name, None, now):
            continue
        if name in known and (known[name].many or known[name].type is Type.BOOLEAN):
            before[name] = [] if known[name].many else False
        else:
            found.impossible.append(f"`{setting.name}.{name}` had no value, and the API does not take that away again")
    return before if before and not same(setting, before, held) else None


def _moved(setting: Field, trace: Trace, held: Any) -> str:
    """What a setting was made and is now; of an object the entries that differ."""
    if not setting.fields:
        return (
            f"`{trace.name}` was left at {_words(shown(setting, trace.left[-1]))} and is {_words(shown(setting, held))}"
        )
    made, now = trace.left[-1], settings_object(setting.name, held)
    names = _differing(setting, made, now)
    return "; ".join(
        f"`{trace.name}.{each}` was left at {_words(made.get(each))} and is {_words(now.get(each))}" for each in names
    )


def _words(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"`{value}`"


def _stays_recorded(live: Mapping[str, Any], found: Restored) -> bool:
    return found.settings.get("isRecorded", live.get("isRecorded")) is True


def _recording(live: Mapping[str, Any], found: Restored) -> None:
    """The API takes `recordingPercentage` only where calls are recorded, and forgets it where they are not."""
    if "recordingPercentage" in found.settings and not _stays_recorded(live, found):
        del found.settings["recordingPercentage"]
        found.impossible.append("`recordingPercentage`: the API takes it only where `isRecorded` is true")
    if found.settings.get("isRecorded") is True and "recordingPercentage" not in found.settings:
        found.impossible.append("`recordingPercentage`, if the account forgot it while calls were not recorded")
