"""What a step of GitHub Actions hands over: annotations as workflow commands, and outputs for later steps.

The runner reads commands from stdout and stderr alike; what stands in an annotation or in an output can be no command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Severity
from reconciler.planning.plan import Plan
from reconciler.render.machine import PENDING, Item, number_of, repository_path, shortened
from reconciler.render.markdown import plan_markdown, summary_line
from reconciler.render.neutral import neutral
from reconciler.render.plan_items import plan_items
from reconciler.render.rows import PlanRows
from reconciler.render.words import count

#: GitHub shows so many annotations of each level for one step of a job, and drops the others.
PER_STEP = 10
#: The longest title and message, in characters; GitHub cuts a message at 4,096 bytes of its own.
_MOST_TITLE, _MOST = 200, 1000
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


@dataclass(frozen=True, slots=True)
class Handover:
    """What a step hands over: Markdown, outputs by their names, and commands.

    `summary` takes how many characters there may be; it is empty where it can't be as short as that.
    """

    summary: Callable[[int], str]
    outputs: Mapping[str, str]
    annotations: str


def plan_handover(plan: Plan, rows: PlanRows, folder: str = "") -> Handover:
    """What a step that has made or shown a plan hands over; `folder`: the project's in the repository."""
    items = plan_items(plan, rows.limits)
    return Handover(
        lambda most: plan_markdown(rows, most), plan_outputs(plan, rows, items), annotation_commands(items, folder)
    )


def annotation_commands(items: Sequence[Item], folder: str = "") -> str:
    """Workflow commands that GitHub shows as annotations, the most severe first; nothing without items.

    `folder` is the project's, relative to the root of the repository. Where there are more than GitHub would show, the
    last one says how many. A pending change is none: the step's summary has them all.
    """
    by_level: dict[Severity, list[Item]] = {severity: [] for severity in Severity}
    for each in items:
        if each.code != PENDING:
            by_level[each.severity].append(each)
    total = sum(map(len, by_level.values()))
    too_many = any(len(each) > PER_STEP for each in by_level.values())
    by_level[Severity.NOTE] = by_level[Severity.NOTE][: PER_STEP - too_many]  # the last one is a notice too
    shown = [item for some in by_level.values() for item in some[:PER_STEP]]
    lines = [_annotation(each, folder) for each in shown]
    if too_many:
        more = f"{count(total - len(shown), 'more message')} not shown here: the output of this step has all of them"
        lines.append(f"::notice title=reconciler::{_data(more)}")
    return "".join(f"{each}\n" for each in lines)


def _annotation(item: Item, folder: str) -> str:
    properties = {"title": shortened(neutral(f"{item.title} [{item.code}]"), _MOST_TITLE)}
    if span := item.span:
        file = neutral(repository_path(folder, span.source.path))
        properties = {
            "file": file, "line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.width),
        } | properties  # fmt: skip
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {given}::{_data(shortened(_message(item), _MOST))}"


def _message(item: Item) -> str:
    help_line = f"help: {neutral(item.help)}" if item.help else ""
    labels = (f"{neutral(str(each.span))}: {neutral(each.text)}" for each in item.labels)
    about = f"{item.address}: " if item.name and item.address else ""
    lines = [neutral(f"{about}{item.text or item.title}"), *labels, help_line]
    return "\n".join(each for each in lines if each)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def plan_outputs(plan: Plan, rows: PlanRows, items: Sequence[Item]) -> dict[str, str]:
    """What later steps may want to know of a plan, in the words of `steps.ID.outputs`.

    `exitcode` is that of `plan --detailed-exitcode`: 0 nothing to do, 1 errors, 2 changes.
    """
    summary = plan.summary
    return {
        "exitcode": "1" if plan.has_errors else "2" if plan.steps else "0",
        "has-changes": _truth(bool(plan.steps)),
        "has-errors": _truth(plan.has_errors),
        "over-limit": _truth(any(each.exceeded for each in rows.limits)),
        "failed-checks": str(sum(each.stops for each in plan.checks)),
        "changes": str(summary.campaigns_changed),
        "contacts": str(summary.contacts_changed),
        "deferred": str(summary.contacts_deferred),
        "steps": str(summary.steps),
        "errors": str(number_of(items, Severity.ERROR)),
        "warnings": str(number_of(items, Severity.WARNING)),
        "risk": str(rows.risk),
        "project": rows.facts.project,
        "environment": rows.facts.environment,
        "digest": rows.facts.digest,
        "plan-file": rows.facts.file,
        "summary": summary_line(rows),
    }


def outputs_text(values: Mapping[str, str], delimiter: Callable[[], str]) -> str:
    """Outputs as lines for the file `GITHUB_OUTPUT`; each between delimiters that `delimiter` makes up at random.

    A value that holds its delimiter gets another one: what it says can't end it, and name an output of its own.
    """
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value, end in _ended(values, delimiter))


def _ended(values: Mapping[str, str], delimiter: Callable[[], str]) -> list[tuple[str, str, str]]:
    ended = []
    for name, value in values.items():
        end = delimiter()
        while end in value:
            end = delimiter()
        ended.append((name, value, end))
    return ended


def _truth(value: bool) -> str:
    return "true" if value else "false"
