"""Faults of one document against its kind: names of fields, and values."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "unknown-field": Explanation(
        "There is no such field, setting or filter",
        "A name that nobody knows is most often a misspelt one. The API drops a filter that it does not know, without "
        "a word, and then finds every contact; so the name never leaves this machine.",
        "Take the nearest name that the message gives. `reconciler explain KIND` lists the fields.",
        Where.POLICY,
        "campaigns: [admissions-bakery]\nrules:\n  - {name: gold, match: {exclude: false}, set: {priority: 1}}\n",
        "campaigns: [admissions-bakery]\nrules:\n  - {name: gold, match: {excluded: false}, set: {priority: 1}}\n",
    ),
    "missing-field": Explanation(
        "A field that must be there is missing",
        "Without it the document can't be understood: a rule needs a name and a match, a manifest its metadata.name.",
        "Add it.",
        Where.POLICY,
        "campaigns: [admissions-bakery]\nrules:\n  - {name: gold, set: {priority: 1}}\n",
        "campaigns: [admissions-bakery]\nrules:\n  - {name: gold, match: all, set: {priority: 1}}\n",
    ),
    "wrong-type": Explanation(
        "A value of the wrong type",
        "Text in place of a number, one value in place of a list. Only `true` and `false` are booleans: `yes` and "
        "`no` are text.",
        "Write the type that the message names. Numbers and booleans take no quotes.",
        Where.CAMPAIGN,
        'settings: {name: Bakery, maxTries: "8", isPaused: no}\n',
        "settings: {name: Bakery, maxTries: 8, isPaused: false}\n",
    ),
    "null-not-allowed": Explanation(
        "null is not allowed here",
        "null asks to clear a value, and the API has no way to clear this one. A key with nothing after it is null "
        "too. In a filter, null finds what has no value, and few filters take it.",
        "Leave the field out to leave it as it is, or give it a value.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, maxTries: null}\n",
        "settings: {name: Bakery, calendarId: null}\n",
    ),
    "not-a-choice": Explanation(
        "Not one of the values that are allowed here",
        "The API takes a closed list of values for this field.",
        "Take one of those that the message lists; upper and lower case count.",
        Where.CAMPAIGN,
        "settings: {name: Bakery}\nexpect: {mode: predictiv}\n",
        "settings: {name: Bakery}\nexpect: {mode: predictive}\n",
    ),
    "out-of-range": Explanation(
        "A number that is too small or too large",
        "The API documents limits for this field, and would refuse the value or change it. Whole numbers beyond 2^53 "
        "are rounded by many programs, and no time is longer than a hundred years.",
        "Give a number within the limits; `reconciler explain FIELD` names them.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, globalPriority: 51}\n",
        "settings: {name: Bakery, globalPriority: 50}\n",
    ),
    "wrong-form": Explanation(
        "Text that is not written as it must be",
        "A name, a duration, a moment or a phone number has a form of its own, so that there is one way to read it. "
        "A name is never empty or blank.",
        "Write it as the message shows.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, nextTryDelay: 1 day}\n",
        "settings: {name: Bakery, nextTryDelay: 1d}\n",
    ),
    "wrong-moment": Explanation(
        "A moment that does not exist",
        "It has the form of a date and time, but the calendar has no such day, or it is more than a hundred years "
        "away.",
        "Correct it.",
        Where.POLICY,
        "campaigns: [admissions-bakery]\nrules:\n"
        '  - {name: old, match: {createdBefore: "2026-02-30T00:00:00Z"}, set: {priority: 9}}\n',
        "campaigns: [admissions-bakery]\nrules:\n"
        '  - {name: old, match: {createdBefore: "2026-02-28T00:00:00Z"}, set: {priority: 9}}\n',
    ),
    "wrong-count": Explanation(
        "Too few or too many entries",
        "An empty `match` could mean every contact, and what the API does with an empty list is not documented. Long "
        "lists are limited to what the API takes.",
        "Add an entry, or split the list. If the whole campaign is meant, write `match: all`.",
        Where.POLICY,
        "campaigns: [admissions-bakery]\nrules:\n  - {name: everyone, match: {}, set: {priority: 5}}\n",
        "campaigns: [admissions-bakery]\nrules:\n  - {name: everyone, match: all, set: {priority: 5}}\n",
    ),
    "repeated-value": Explanation(
        "The same value twice in a list",
        "The lists of manifests are sets. A value that stands there twice was perhaps meant to be another one; an "
        "agent's name and id, or a phone number with and without spaces, are the same value.",
        "Remove one of them.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, userIds: [alice, bruno, alice]}\n",
        "settings: {name: Bakery, userIds: [alice, bruno]}\n",
    ),
    "wrong-value": Explanation(
        "A value that does not fit the schema",
        "The value breaks a rule of the kind's JSON Schema that no other message is about.",
        "Compare it with the schema: `reconciler schema KIND`.",
    ),
    "phone-normalised": Explanation(
        "A phone number is sent in another form",
        "The API takes digits only, country code first. Spaces, dots, dashes and the plus are left out. A note: "
        "nothing is stopped.",
        "Write the digits alone, so that the manifest says what the account shows.",
        Where.CAMPAIGN,
        'settings: {name: Bakery, displayedPhoneNumbers: ["+33 1 99 00 10 01"]}\n',
        'settings: {name: Bakery, displayedPhoneNumbers: ["33199001001"]}\n',
    ),
    "announced-field": Explanation(
        "A setting that the vendor only announces",
        "The API's documentation has it as coming soon. Today the API may drop it in silence, and then the plan is "
        "never empty.",
        "Remove it; or, if your account has it, name it in `announcedFields` of the project file.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, useAgentDisplayedPhoneNumber: true}\n",
        'settings: {name: Bakery, displayedPhoneNumbers: ["33199001001"]}\n',
    ),
    "announced-filter": Explanation(
        "A filter that the vendor only announces",
        "Search drops a filter that it does not have yet, and then finds every contact. There is no way to allow it.",
        "Remove it, and match by a filter that is there today.",
        Where.POLICY,
        "campaigns: [admissions-bakery]\nrules:\n  - {name: old, match: {lastAgentIds: [alice]}, set: {priority: 9}}\n",
        "campaigns: [admissions-bakery]\nrules:\n  - {name: old, match: {agentIds: [alice]}, set: {priority: 9}}\n",
    ),
}
