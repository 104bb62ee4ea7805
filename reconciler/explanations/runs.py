"""Faults of plans and of runs: limits, locks, saved plans."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "limit-exceeded": Explanation(
        "The plan changes more than its limits allow",
        "Limits are on by default: 1,000 contacts and 50 campaigns in one run. Most plans that are larger come from a "
        "filter that matches too much. Nothing was written (exit 3).",
        "Read the plan. If all of it is meant, allow that number for this run, or raise the limit in the manifests.",
        Where.COMMAND,
        "reconciler apply\n",
        "reconciler apply --allow contactsChanged=5000\n",
    ),
    "high-risk": Explanation(
        "A change of the plan can't be undone, or starts calling",
        "Such changes most deserve a second look: purging, archiving or deleting, an unpause, contacts given to agents "
        "who may be no members. Nothing is wrong with them if they are meant. Reports for machines tell of them one by "
        "one (docs/reports.md).",
        "Read the change in the plan before you approve it.",
    ),
    "pending-change": Explanation(
        "The account differs from the manifests, and the plan would change that",
        "Nothing is wrong: it is what `apply` would do. Reports for machines tell of each such value and rule at its "
        "line of the manifests (docs/reports.md).",
        "Review the plan, and apply it.",
    ),
    "drift": Explanation(
        "The account differs from the manifests since a run last applied them",
        "Somebody has changed it in the console, or the manifests were changed and not applied yet; the message says "
        "which (docs/drift.md).",
        "Take the console's change into the manifests, or apply the manifests.",
        Where.COMMAND,
        "reconciler drift\n",
        "reconciler drift --adopt\n",
    ),
    "not-applied": Explanation(
        "A step of a run, or the whole run, was not carried out",
        "The message says how the step ended: failed, unknown, stale (the account had moved) or skipped, because an "
        "earlier step of its campaign had not ended well.",
        "See `reconciler history RUN`, and plan again: the next plan has what is left.",
    ),
    "contacts-deferred": Explanation(
        "Contacts that a rule would change are left for the next run",
        "Somebody is talking with them just now, or they moved while they were read.",
        "Apply once more later: the next plan has them.",
    ),
    "check-failed": Explanation(
        "The plan breaks a check of the project",
        "The project's `checks` say what no plan may do, or not at this time. They are asked when a plan is made and "
        "again before anything is written. One of severity error stops `apply`; nothing was written (exit 3).",
        "Change what breaks it. If it is right all the same, whoever owns the check gives it a waiver in the project "
        "file, with an owner, a reason and a last day.",
    ),
    "check-waived": Explanation(
        "A check is waived",
        "The plan breaks a check, and a waiver in the project file lets it. A note: nothing is stopped.",
        "See that the reason still holds; the waiver counts through its last day (UTC).",
    ),
    "waiver-expired": Explanation(
        "A waiver has expired",
        "It counted through its last day (UTC), and counts no more: what breaks its check stops `apply`. A warning.",
        "Remove it, or let its owner say until when it is to count.",
    ),
    "waiver-unused": Explanation(
        "A waiver that is of no use",
        "No manifest declares what it names, or the plan changes that and keeps to the check all the same. A warning: "
        "a waiver that nobody needs would let through what somebody writes later.",
        "Correct its address, or remove it.",
    ),
    "lock-held": Explanation(
        "Another run is applying to this environment",
        "Two runs at a time would undo each other's changes. Nothing was written (exit 6). Shards of one number go "
        "side by side; a run of the whole, or of a shard of another number, waits for them, and they for it.",
        "Wait until it has ended. The message says who holds the lock, where, and since when; a run that died lets go "
        "of it by itself.",
        Where.COMMAND,
        "reconciler unlock\n",
        "reconciler apply\n",
    ),
    "lock-lost": Explanation(
        "The run has lost its lock",
        "It could not renew it for a whole minute, or somebody has released it by hand or taken it since: another run "
        "may be writing. Nothing more was sent.",
        "See what the other run did (`reconciler history`), and plan again.",
    ),
    "lock-unreadable": Explanation(
        "The lock can't be read",
        "Its object in the store is of another version of the tool, or none of the tool's at all.",
        "Make sure that nobody is applying, and release it.",
        Where.COMMAND,
        "reconciler apply\n",
        "reconciler unlock\n",
    ),
    "unknown-run": Explanation(
        "The store remembers no such run",
        "Runs are forgotten after a while (store.keepRuns and store.keepDays), and another store has other runs.",
        "Take the nearest one that the message gives; `reconciler history` lists them.",
    ),
    "store": Explanation(
        "The store can't be used",
        "Locks, journals and the history of runs are kept there. What can't be noted is not sent.",
        "The message says why: a path, permissions, space, credentials or the network (docs/store.md).",
    ),
    "store-extra": Explanation(
        "The store is in a bucket, and the package for that is missing",
        "It comes with the extra `state`, so that who keeps the store in a folder need not install it.",
        "Install it.",
        Where.COMMAND,
        "pip install campaign-reconciler\n",
        "pip install 'campaign-reconciler[state]'\n",
    ),
    "store-unconditional": Explanation(
        "The store ignores conditions",
        "A lock needs a store that creates an object only if there is none. This one wrote over it: two runs could "
        "hold the lock at the same time.",
        "Use a store that honours If-None-Match and If-Match: docs/store.md names some.",
    ),
    "store-unreadable": Explanation(
        "An object of the store can't be read",
        "It is of another version of the tool, or somebody has changed it.",
        "Use the version that wrote it, or move that run out of the store.",
    ),
    "plan-refused": Explanation(
        "The saved plan is not applied",
        "A saved plan is applied exactly as reviewed, once, or not at all. This one has expired, was altered, was "
        "applied already, was made from other manifests, against a snapshot, for another account or by another "
        "version. Nothing was written (exit 4).",
        "Plan again, and review that plan.",
    ),
    "no-saved-plan": Explanation(
        "The saved plan can't be read",
        "There is no such file, or it may not be read.",
        "Check the path.",
        Where.COMMAND,
        "reconciler apply chnage.json\n",
        "reconciler apply change.json\n",
    ),
    "plan-not-saved": Explanation(
        "The plan can't be saved",
        "The file can't be written, or it holds something that is not a saved plan and is left as it is.",
        "Name a new file.",
    ),
    "report-not-written": Explanation(
        "A report can't be written",
        "The file or its folder can't be written, or the file holds something that is no report of the same kind and "
        "is left as it is. The plan was made and shown, or applied, all the same; the other reports were written.",
        "Name a new file in a folder that is there.",
        Where.COMMAND,
        "reconciler plan --report html=README.md\n",
        "reconciler plan --report html=plan.html\n",
    ),
    "not-confirmed": Explanation(
        "Nobody said yes",
        "`apply` asked whether to apply the plan, and the answer was not `yes`: nothing was written. Reports say so.",
        "Run it again and answer `yes`, or save the plan, have it reviewed, and apply that file.",
    ),
    "unsafe-query": Explanation(
        "A query that could hit more contacts than meant",
        "A filter that the API does not know, or a batch without any, would change every contact of a campaign. It "
        "was stopped on this machine; nothing was sent.",
        "Correct the filter. If no filter of yours is at fault, report it: the tool should not have come this far.",
    ),
    "write-refused": Explanation(
        "A write that is not allowed",
        "Commands that only read can't write, and what is written must be as the API documents it. Nothing was sent.",
        "Report it with the command that you ran: this guards against a fault of the tool itself.",
    ),
    "empty-key": Explanation(
        "The key for plans is empty",
        "Where RECONCILER_PLAN_KEY is set, plans are signed with it and only plans with that signature are applied. An "
        "empty one would check nothing: most often the job was not given the secret.",
        "Unset the variable, or give the job the secret.",
        Where.COMMAND,
        "RECONCILER_PLAN_KEY= reconciler apply change.json\n",
        "reconciler apply change.json\n",
    ),
    "invalid-argument": Explanation(
        "No request can be made of this value",
        "The API documents another form for it. Nothing was sent.",
        "Write it as the message shows.",
    ),
    "error": Explanation(
        "Something went wrong",
        "A fault that has no code of its own.",
        "The message says what happened; if it does not help, report it.",
    ),
    "bug": Explanation(
        "A fault of the tool itself",
        "This should not happen, whatever the manifests or the account hold. What was written so far is in the "
        "journal.",
        "Report it with the command that you ran. The message names the place in the code, and none of your data.",
    ),
}
