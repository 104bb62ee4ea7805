"""Faults of exporting: live campaigns as manifests, and drift back into their files."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "not-exported": Explanation(
        "No manifest can be made of a campaign",
        "Every manifest is read and planned against its campaign before it is written, and this one would have asked "
        "for something else. So it was not written; the other campaigns were exported.",
        "Write its manifest by hand, or correct the campaign in the console.",
    ),
    "already-managed": Explanation(
        "The campaign has a manifest already",
        "`export` writes manifests for campaigns that have none, and never a second one.",
        "Add `--update`: it brings what was changed in the console back into the manifest that is there.",
        Where.COMMAND,
        "reconciler -e production export 6046\n",
        "reconciler -e production export --update 6046\n",
    ),
    "not-managed": Explanation(
        "No manifest manages the campaign",
        "`export --update` changes manifests that are there.",
        "Leave `--update` out: `export` writes a manifest for it.",
        Where.COMMAND,
        "reconciler -e production export --update 6046\n",
        "reconciler -e production export 6046\n",
    ),
    "drift-stays": Explanation(
        "A difference is not brought back",
        "The value comes from where a change would reach further than this campaign (a variable, an anchor), or no "
        "manifest may ask for what the account holds. A warning: all the rest was brought back.",
        "Change the place that the message points at by hand, or put the account right with `apply`.",
    ),
    "drift-not-adopted": Explanation(
        "The drift can't be brought back",
        "With it the manifests would break a rule of their own, such as a first day of calling after the last one. "
        "Nothing was written.",
        "Correct the campaign in the console, or name the campaigns to update, without this one.",
    ),
    "folder-not-read": Explanation(
        "The project reads no manifests from there",
        "What is exported has to be found by `plan`: in a folder that the project's `manifests` names, or anywhere "
        "below the project where it names none.",
        "Name such a folder with `--to`, or add this one to `spec.manifests`.",
    ),
    "bindings-not-added": Explanation(
        "The project file can't be changed",
        "The exported campaigns are bound by their ids in the project file, which is changed in place so that its "
        "comments stay. Here that would change something else too, such as the other uses of an anchor.",
        "Write the environment's `campaigns` out by hand, without anchors, then export again.",
    ),
    "file-not-written": Explanation(
        "A file of the project can't be written",
        "The system refused, or somebody has changed the file since it was read. The message says what was written "
        "before it; each file is whole.",
        "Mend that, and run the command again: it goes on with what is missing.",
    ),
}  # fmt: skip
