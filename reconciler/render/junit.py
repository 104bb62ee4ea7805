"""JUnit's XML, as Jenkins, GitLab and most other systems read it (the schema junit-10.xsd of Jenkins' xunit plugin)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.diagnostics import Severity
from reconciler.render.machine import DEFERRED, Item, repository_path, shortened
from reconciler.render.neutral import neutral

#: So much is told of one case: characters of each text, and texts of each kind.
_MOST_CHARACTERS, _MOST_TEXTS = 4000, 100


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: `group` and `name` say of what; all texts may have several lines, and need not be neutral.

    `failed` says what is wrong, the first of it as its headline; `skipped` why it was not (wholly) done; `notes` is
    told beside it; `seconds` is how long it took. `kind` is the code of the failure.
    """

    group: str
    name: str
    failed: tuple[str, ...] = ()
    skipped: str = ""
    notes: tuple[str, ...] = ()
    seconds: float | None = None
    kind: str = ""


def junit_report(suite: str, cases: Sequence[Case]) -> str:
    """One suite of test cases, all of its texts such as XML 1.0 can hold."""
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(bool(each.failed) for each in cases)),
        "errors": "0",
    }
    root = Element("testsuites", {"name": "reconciler", **counts})
    skipped = str(sum(bool(each.skipped and not each.failed) for each in cases))
    whole = SubElement(root, "testsuite", {"name": neutral(suite), **counts, "skipped": skipped})
    for each in cases:
        _case(whole, each)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(suite: Element, case: Case) -> None:
    named = {"classname": neutral(case.group), "name": neutral(case.name)}
    time = {"time": f"{case.seconds:.3f}"} if case.seconds is not None else {}
    element = SubElement(suite, "testcase", named | time)
    if case.failed:
        first = _plain(case.failed[0]).split("\n")[0]
        failure = SubElement(element, "failure", {"type": neutral(case.kind), "message": shortened(first, 200)})
        failure.text = _told(case.failed)
    elif case.skipped:
        SubElement(element, "skipped", {"message": _plain(case.skipped)})
    if case.notes:
        SubElement(element, "system-out").text = _told(case.notes)


def cases_of(items: Sequence[Item], addresses: Iterable[str], group: str, rest: str, folder: str = "") -> list[Case]:
    """A case for each of the addresses, and for each that items have; `rest` is the one of items without address."""
    about: dict[str, list[Item]] = {"": [], **{each: [] for each in addresses}}
    for item in items:
        about.setdefault(item.address, []).append(item)
    return [_case_of(address or rest, some, group, folder) for address, some in about.items()]


def _case_of(name: str, items: Sequence[Item], group: str, folder: str) -> Case:
    errors = [each for each in items if each.severity is Severity.ERROR]
    deferred = [each.message for each in items if each.code == DEFERRED]
    others = (_text(each, folder) for each in items if each.severity is not Severity.ERROR)
    return Case(
        group,
        name,
        failed=tuple(_text(each, folder) for each in errors),
        skipped="; ".join(deferred),
        notes=tuple(others),
        kind=errors[0].code if errors else "",
    )


def _text(item: Item, folder: str) -> str:
    lines = [f"{item.severity}[{item.code}]: {item.message}"]
    if item.span:
        place = f"{repository_path(folder, item.span.source.path)}:{item.span.line}:{item.span.column}"
        lines.append(f"  --> {neutral(place)}")
    lines += [f"  {neutral(str(each.span))}: {neutral(each.text)}" for each in item.labels]
    return "\n".join([*lines, *([f"help: {neutral(item.help)}"] if item.help else [])])


def _told(texts: Sequence[str]) -> str:
    return "\n\n".join(_first(texts))


def _first(texts: Sequence[str]) -> Iterator[str]:
    yield from (_plain(each) for each in texts[:_MOST_TEXTS])
    if len(texts) > _MOST_TEXTS:
        yield f"… and {len(texts) - _MOST_TEXTS:,} more"


def _plain(text: str) -> str:
    """`text` without what XML 1.0 forbids: `neutral` shows controls, surrogates and what is no character as escapes."""
    return shortened("\n".join(neutral(each) for each in text.split("\n")), _MOST_CHARACTERS)
