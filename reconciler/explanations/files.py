"""Faults of a file's text: size, characters and YAML."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

_HEAD = "apiVersion: diabolocom.reconciler/v1\nkind: Campaign\nmetadata: {name: example}\n"

EXPLANATIONS: Mapping[str, Explanation] = {
    "file-too-large": Explanation(
        "The file is too large",
        "A file may hold 5,000,000 bytes. Nobody reviews more, and a file that large is seldom a manifest.",
        "Split it into several files; names of files do not matter.",
    ),
    "not-utf8": Explanation(
        "The file is not UTF-8",
        "In another encoding accents would be read as other letters, and a campaign would be renamed.",
        "Save the file as UTF-8.",
    ),
    "yaml-character": Explanation(
        "The file holds a character that can't be seen",
        "A control character, a space of no width, or a mark that turns the direction of writing: it could hide text "
        "from whoever reviews the file, or show it in another order. It mostly comes from copying.",
        "Remove it. Inside of double quotes it can be written as an escape, which can be seen.",
    ),
    "yaml-line-end": Explanation(
        "The file holds an odd line end",
        "Some programs end a line there and others do not: the file would mean one thing in your editor and "
        "another here.",
        "End lines with LF or CRLF. Inside of quotes write the character as an escape.",
    ),
    "yaml-syntax": Explanation(
        "This is not YAML",
        "The text can't be read from here on. What follows it in the same document is not looked at; the next "
        "document is.",
        "Check indentation, quotes and colons here and in the line before.",
        Where.MANIFEST,
        f'{_HEAD}spec:\n  settings:\n    name: "Bakery\n    maxTries: 8\n',
        f'{_HEAD}spec:\n  settings:\n    name: "Bakery"\n    maxTries: 8\n',
    ),
    "yaml-bounds": Explanation(
        "The YAML is too large or too deep",
        "A document may go 64 levels deep and hold 500,000 values, aliases written out. This keeps a few lines of "
        "aliases from filling the memory.",
        "Write it flatter, or split it.",
    ),
    "yaml-tag": Explanation(
        "A YAML tag",
        "Tags (`!name`) can mean anything to different programs. Manifests hold plain values only.",
        "Remove the tag, and quote the value if it is text.",
        Where.MANIFEST,
        f"{_HEAD}spec: {{settings: {{name: !!str Bakery}}}}\n",
        f"{_HEAD}spec: {{settings: {{name: Bakery}}}}\n",
    ),
    "yaml-key": Explanation(
        "A key that can't be one",
        "Keys are names. Lists, objects and null are none, and YAML 1.2 has no merge key (`<<`): some programs would "
        "merge there and others would not.",
        "Write a name, in quotes if needed. In place of `<<` use a CampaignTemplate.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, ~: 8}\n",
        "settings: {name: Bakery, maxTries: 8}\n",
    ),
    "repeated-key": Explanation(
        "A key is written twice in the same object",
        "One of the two would silently win, and which one depends on the program that reads it.",
        "Remove one of them.",
        Where.CAMPAIGN,
        "settings:\n  name: Bakery\n  maxTries: 5\n  maxTries: 8\n",
        "settings:\n  name: Bakery\n  maxTries: 8\n",
    ),
    "repeated-anchor": Explanation(
        "An anchor is defined twice in the same document",
        "A later alias would mean one or the other, depending on where it stands.",
        "Rename one of them.",
        Where.CAMPAIGN,
        "settings: {name: &it Bakery, folder: &it Admissions}\n",
        "settings: {name: &name Bakery, folder: &folder Admissions}\n",
    ),
    "unknown-anchor": Explanation(
        "An alias without an anchor",
        "`*name` stands for what `&name` marks earlier in the same document, and nothing there is marked so.",
        "Correct the name, or write the value out. Anchors do not reach into another document.",
        Where.CAMPAIGN,
        "settings: {name: &title Bakery, folder: *titel}\n",
        "settings: {name: &title Bakery, folder: *title}\n",
    ),
    "recursive-alias": Explanation(
        "An alias stands inside of what it stands for",
        "Written out, the value would never end.",
        "Write the value out.",
        Where.CAMPAIGN,
        "settings: &all {name: Bakery, autoPurge: *all}\n",
        "settings: {name: Bakery, autoPurge: {enabled: true}}\n",
    ),
    "not-a-manifest": Explanation(
        "A document that is not a manifest",
        "Every document has apiVersion, kind, metadata and spec. Without a kind nobody can say what it is for, and a "
        "manifest that is passed over in silence looks as if it had been applied.",
        "Make it a manifest, or move it to a folder that the project does not read.",
        Where.MANIFEST,
        "apiVersion: diabolocom.reconciler/v1\nmetadata: {name: example}\nspec: {settings: {name: Bakery}}\n",
        f"{_HEAD}spec: {{settings: {{name: Bakery}}}}\n",
    ),
    "unknown-kind": Explanation(
        "There is no such kind",
        "The kind decides what a document may hold. `reconciler explain` lists the kinds.",
        "Correct it; upper and lower case count.",
        Where.MANIFEST,
        "apiVersion: diabolocom.reconciler/v1\nkind: Campagne\nmetadata: {name: example}\n"
        "spec: {settings: {name: Bakery}}\n",
        f"{_HEAD}spec: {{settings: {{name: Bakery}}}}\n",
    ),
}
