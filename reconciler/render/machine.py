"""What reports for machines tell, one by one: faults, and what a plan, a drift or a run holds that somebody may act on.

Every such format takes a sequence of `Item`: who has something to report makes items of it, and has all formats.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, Label, Severity, Source, Span
from reconciler.planning.plan import Place
from reconciler.render.neutral import neutral

#: The code of what is left for the next run: JUnit calls it skipped.
DEFERRED = "contacts-deferred"
#: The code of what a plan would do: nothing is wrong with that.
PENDING = "pending-change"
#: What is written between backticks names something; a number anywhere else counts something.
_NAMED_OR_COUNTED = re.compile(r"(`[^`]*`)|\d(?:[\d,.]*\d)?")
_INDEX = re.compile(r"\[\d+\]")
_SEVERAL = re.compile(r"#(?:, #)*(?: …)?")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to report.

    `code` is explained in reconciler/explanations; `title` is short and holds no user data; `text` has the facts, and
    `help` the one next step. `address` is the object, and `name` what of it (a setting, a rule): with a name the item
    is the same one whatever its text says, and its text need not name the object. `scope` is where it holds, such as
    ``project/environment``.
    """

    code: str
    severity: Severity
    title: str
    text: str = ""
    help: str = ""
    address: str = ""
    name: str = ""
    scope: str = ""
    span: Span | None = None
    labels: tuple[Label, ...] = ()

    @property
    def message(self) -> str:
        """Title and facts on one line, safe to print; with the object's address where the facts don't name it."""
        address = self.address if self.name else ""
        return neutral(": ".join(each for each in (address, self.title, self.text) if each))


def item_of(fault: Diagnostic, scope: str = "") -> Item:
    """A fault as an item."""
    return Item(
        fault.code,
        fault.severity,
        fault.summary,
        fault.detail,
        fault.help,
        fault.address,
        scope=scope,
        span=fault.span,
        labels=fault.labels,
    )


def span_of(place: Place) -> Span:
    """A line of a manifest as a place that items point at."""
    return Span(Source(place.file, ""), place.line, 1)


def repository_path(folder: str, path: str) -> str:
    """A file's path from the root of the repository; `folder` is the project's, empty where it is the root itself."""
    return posixpath.normpath(posixpath.join(folder, path))


def fingerprints(items: Iterable[Item], folder: str = "") -> list[str]:
    """What tells each item from all others of its report, and stays the same in the next one.

    It depends neither on lines nor on counts. Of items that are alike the second one has its own, too.
    """
    seen: Counter[str] = Counter()
    prints = []
    for each in items:
        print_ = _fingerprint(each, folder)
        seen[print_] += 1
        prints.append(f"{print_}:{seen[print_]}")
    return prints


def _fingerprint(item: Item, folder: str) -> str:
    if item.name:
        about = [item.address, item.name]
    else:
        path = repository_path(folder, item.span.source.path) if item.span else folder
        text = _NAMED_OR_COUNTED.sub(lambda found: found[1] or "#", _INDEX.sub("[]", item.text))
        about = [path, item.address, item.title, _SEVERAL.sub("#", text)]
    return hashlib.sha256(json.dumps([item.code, item.scope, *about]).encode()).hexdigest()[:32]


def worst_first(items: Iterable[Item], most: int) -> list[Item]:
    """At most so many of the items, errors before warnings before notes; those that stay keep their order."""
    given = list(items)
    order = list(Severity)
    kept = sorted(range(len(given)), key=lambda index: order.index(given[index].severity))[:most]
    return [given[index] for index in sorted(kept)]


def shortened(text: str, most: int) -> str:
    """`text`, or the beginning of it with an ellipsis at its end."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def number_of(items: Sequence[Item], severity: Severity) -> int:
    """How many of the items are so severe."""
    return sum(each.severity is severity for each in items)
