"""What became of a run, for machines: a test case for each step, and what a step of GitHub Actions hands over."""

from __future__ import annotations

from reconciler.applying.results import Outcome
from reconciler.diagnostics import Severity
from reconciler.render.github import Handover, annotation_commands
from reconciler.render.junit import Case, junit_report
from reconciler.render.machine import Item
from reconciler.render.markdown import length
from reconciler.render.run_markdown import run_markdown
from reconciler.render.runs import RunRows, StepRow

#: The code of what was not carried out.
CODE = "not-applied"
#: What was not done, and is nobody's fault: it was not tried, or is left for the next run.
_SKIPPED = (Outcome.SKIPPED, Outcome.DEFERRED)


def run_junit(rows: RunRows) -> str:
    """A case for each step, and one for the run as a whole: what refused it, or could not be planned."""
    title = f"reconciler apply {rows.project}/{rows.environment}"
    part = f" shard {rows.shard}" if rows.shard else ""
    return junit_report(f"{title}{part}", [_whole(rows), *(_case(each) for each in rows.steps)])


def _whole(rows: RunRows) -> Case:
    refused = "\n".join(each for each in (rows.fault, rows.fault_help and f"help: {rows.fault_help}") if each)
    blocked = (f"{each} could not be planned, and was left alone" for each in rows.blocked)
    broken = () if rows.finished else ("the run has not ended",)
    failed = (*((refused,) if refused else ()), *broken, *blocked)
    return Case("apply", "apply", failed, notes=(" ".join(rows.headline),), kind=CODE)


def _case(step: StepRow) -> Case:
    told = "\n".join([step.detail or step.outcome, *step.moved, *([f"help: {step.help}"] if step.help else [])])
    is_skipped = step.outcome in _SKIPPED
    return Case(
        step.address,
        f"{step.number} {step.call}",
        failed=() if step.ended_well or is_skipped else (f"{step.outcome}: {told}",),
        skipped=told if is_skipped else "",
        notes=(step.contact_words,) if step.contact_words else (),
        seconds=step.seconds,
        kind=step.outcome,
    )


def run_handover(rows: RunRows) -> Handover:
    """The report as summary, the numbers as outputs, and an annotation for each step that did not end well."""
    counts, contacts = rows.counts, rows.contacts
    outputs = {
        "outcome": rows.outcome,
        "run": rows.run,
        "project": rows.project,
        "environment": rows.environment,
        "steps": str(len(rows.steps)),
        **{str(each): str(counts[each]) for each in Outcome},
        "contacts": str(contacts["done"]),
        "summary": " ".join(rows.headline),
    }
    text = run_markdown(rows)
    return Handover(lambda most: text if length(text) <= most else "", outputs, annotation_commands(_items(rows)))


def _items(rows: RunRows) -> list[Item]:
    """What did not end well; a run writes no file, so that none of it has a place."""
    refused = Item("not-applied", Severity.ERROR, "nothing was applied", rows.fault, rows.fault_help)
    return [*([refused] if rows.fault else []), *(_item(each) for each in rows.worst_first if not each.ended_well)]


def _item(step: StepRow) -> Item:
    text = f"step {step.number}, {step.call}: {step.detail or step.outcome}"
    name = f"step {step.number}"
    return Item("not-applied", Severity.ERROR, f"a step is {step.outcome}", text, step.help, step.address, name)
