"""Faults of `rollback`, and what a plan that undoes a run has to say."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "undo-of-run": Explanation(
        "What this plan undoes",
        "A plan of `rollback` is made from what one run wrote, and not from the manifests. Only what the account still "
        "holds as the run left it goes back.",
        "Review it like any other plan.",
    ),
    "undo-impossible": Explanation(
        "It can't be undone",
        "The API has no call that takes it back, or the plan does not hold what was there before: custom fields that "
        "were added, campaigns that were archived or deleted, comments of contacts, values that were not set at all "
        "where the API takes no null, calls that were made and contacts that were purged.",
        "Do as the message says. The rest of the plan stands.",
    ),
    "undo-changed-since": Explanation(
        "It was changed since, and is left alone",
        "The account holds neither what the run wrote nor what was there before it: somebody, or a later run, has "
        "decided about it since. Undoing would take that away.",
        "Nothing needs to be done, if that change was meant. Else set the value by hand.",
    ),
    "undo-deferred": Explanation(
        "Contacts are in a call, and stay as they are",
        "A contact that an agent handles is not written. While some are left, nobody who has them leaves the campaign, "
        "and it is not unpaused.",
        "Undo the same run once more when the calls are over: the second plan holds what is left.",
        Where.COMMAND,
        "reconciler apply undo.json\n",
        "reconciler rollback 20261123T131500Z-3fa9c1 --out rest.json\n",
    ),
    "undo-in-doubt": Explanation(
        "Whether the run wrote it is not known",
        "The run broke off, or an answer was lost, and reading back did not tell. The account holds what the run would "
        "have written, so it goes back; somebody may have set the same value by hand.",
        "Look at these values in the plan before you apply it.",
    ),
    "undo-asked-again": Explanation(
        "The manifests still ask for what this undoes",
        "After the undo the account differs from the manifests, and the next apply makes it as they say.",
        "Revert the commit in Git as well, before anything applies again.",
        Where.COMMAND,
        "reconciler apply undo.json\n",
        "git revert HEAD\n",
    ),
    "undo-blocked": Explanation(
        "A campaign is not undone",
        "It can't be read, or nothing shows that it is the campaign that the run changed. The others are planned.",
        "Look at it in the console.",
    ),
    "run-elsewhere": Explanation(
        "The run was applied elsewhere",
        "It was a run of another project, environment or account, and its numbers mean other campaigns here.",
        "Undo it where it was applied.",
    ),
    "run-unfinished": Explanation(
        "The run has not ended",
        "It still runs, or it was killed: what it wrote is not known before somebody has looked.",
        "Wait for it. `reconciler apply` finds out what a killed run has left before it plans; you may say no to its "
        "plan, and undo the run then.",
    ),
    "run-without-plan": Explanation(
        "The plan of the run is not in the store",
        "Somebody has changed or removed it, or it is of another version: what was there before the run is not known.",
        "Take the plan that was saved or shown at the time: it names every value before.",
    ),
}
