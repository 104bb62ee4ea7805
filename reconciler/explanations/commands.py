"""Faults of single commands, and of the machine that they run on."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "no-token": Explanation(
        "The token is not there",
        "The environment names a variable of the process that holds the token, and it is not set. A token is never "
        "written into a file of the project.",
        "Export the variable before the command.",
        Where.COMMAND,
        "reconciler -e production plan\n",
        "export DIABOLOCOM_TOKEN=…\nreconciler -e production plan\n",
    ),
    "emulator-file": Explanation(
        "The emulator's file can't be used",
        "It is no database of the emulator, is of another version, or can't be written.",
        "Remove it, or name another one. It holds an account to play with, nothing else.",
    ),
    "emulator-busy": Explanation(
        "The emulator's file can't be read now",
        "Another process is using it, perhaps an emulator that is still running. Nothing is wrong with the file.",
        "Stop the other one, or wait until it has ended, and run again.",
    ),
    "seed-not-taken": Explanation(
        "The database exists already",
        "A seed fills a new database. Over an old one it would mix two accounts.",
        "Name a new file with `--database`, or remove the old one.",
    ),
    "seed-invalid": Explanation(
        "The seed describes no account",
        "It is not as docs/emulator.md describes a seed.",
        "Correct it where the message points.",
    ),
    "snapshot-not-written": Explanation(
        "The snapshot can't be written",
        "The file is there already, or the folder can't be written.",
        "Name a new file.",
    ),
    "port-in-use": Explanation(
        "The port can't be used",
        "Another program listens on it, perhaps another emulator.",
        "Choose another port with `--port`; 0 takes any that is free.",
        Where.COMMAND,
        "reconciler emulator --port 8765\n",
        "reconciler emulator --port 0\n",
    ),
    "folder-exists": Explanation(
        "The folder is there already",
        "`reconciler demo` makes a new project and overwrites nothing.",
        "Name a folder that does not exist.",
    ),
    "project-exists": Explanation(
        "There is a project in this folder already",
        "`reconciler init` writes a new project and overwrites nothing.",
        "Go to an empty folder, or name one: `reconciler -C DIR init`.",
    ),
    "folder-not-made": Explanation(
        "The folder can't be made",
        "The system refused, most often for lack of permission or space.",
        "Name a folder that you may write to.",
    ),
    "unknown-object": Explanation(
        "No manifest declares such an object",
        "An object is given by its address (Kind/name), or by its name alone.",
        "Take the nearest one that the message gives.",
    ),
    "which-object": Explanation(
        "Several objects have this name",
        "A name is unique in its kind only: a Campaign and an AssignmentPolicy may share it.",
        "Give the address, such as `Campaign/admissions-bakery`.",
    ),
    "unknown-target": Explanation(
        "No manifest declares such a target",
        "A target is a Campaign or an AssignmentPolicy, given by its address (Kind/name) or by its name alone.",
        "Take the nearest one that the message gives.",
        Where.COMMAND,
        "reconciler plan --target Campaign/admissions-bakry\n",
        "reconciler plan --target Campaign/admissions-bakery\n",
    ),
    "nothing-selected": Explanation(
        "The selector leaves nothing",
        "No campaign carries all of these labels, or none of the targets does. That is never taken for everything.",
        "Correct the label, or leave the target or the selector out.",
    ),
    "unknown-folder": Explanation(
        "The account has no such folder of wrap-up codes",
        "A folder is given by its id, its path or its name.",
        "Take the nearest name; `reconciler get wrapup-folders` lists them.",
    ),
    "ambiguous-folder": Explanation(
        "Several folders of wrap-up codes have this name",
        "The name does not say which one is meant.",
        "Write the path, or give the id.",
    ),
    "file-exists": Explanation(
        "The file is there already",
        "A recording is not written over another file unless you say so.",
        "Name another file, or add `--overwrite`.",
    ),
    "recording-not-written": Explanation(
        "The recording can't be written",
        "The system refused to write the file.",
        "Choose another file, or make room.",
    ),
    "output-lost": Explanation(
        "The output can't be written",
        "What the command prints could not be written, most often because a disk is full.",
        "Make room, or write elsewhere. For what was applied, plan again.",
    ),
    "planned-against-snapshot": Explanation(
        "The plan was made against a snapshot",
        "`plan --against FILE` compares the manifests with a snapshot instead of the account itself: for a"
        " pull request from outside, which must not get a token. Contacts are not in it, so rules find none.",
        "Nothing has to be done. A plan that can be applied is made where there is a token, without `--against`.",
    ),
    "not-notified": Explanation(
        "Nobody was notified",
        "The webhook of RECONCILER_WEBHOOK_URL could not be reached, or did not take the notice. The run itself is not"
        " touched by that.",
        "Check the URL, or unset the variable.",
    ),
    "uncommitted": Explanation(
        "A file has uncommitted changes",
        "`drift --adopt` commits the console's changes alone: a file with changes of your own stays as it is, and so"
        " does one that is in no commit, or that is reached by a link.",
        "Commit or stash your own changes first. Where there is a link, let `manifests` name the file it leads to.",
    ),
    "account-moved": Explanation(
        "The account was changed meanwhile",
        "Between showing the differences and taking them over, somebody changed one of them in the console. Nothing was"
        " written: only what was shown is taken over.",
        "Run the command again, and look at what it shows now.",
    ),
    "branch-exists": Explanation(
        "The branch exists",
        "The name of the branch is made from what differs, so the same drift has probably been adopted before.",
        "Look at that branch, or name another one with `--branch`.",
    ),
    "git": Explanation(
        "Git refuses",
        "The message holds what Git, or a hook of the repository, said. Files and branches are as they were.",
        "Mend what it says, then run the command again.",
    ),
    "part-missing": Explanation(
        "A part of the tool is missing",
        "The installation is not whole: an example or a schema that comes with the tool is not there.",
        "Install it again.",
    ),
    "system": Explanation(
        "The system refused",
        "A file or folder can't be used as asked; the message holds the system's own words.",
        "Check the path, permissions and space.",
    ),
}
