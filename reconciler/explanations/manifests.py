"""Faults that show when manifests are put together: references, variables, templates, overlays, and two for one."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

_ONE = "campaigns: [admissions-bakery]\nrules:\n"
_EVERY = "  - {name: every, match: all, set: {priority: 5}}\n"
_OUT = "  - {name: out, match: {excluded: true}, skip: true}\n"
_RULE = "rules: [{name: all, match: all, set: {priority: 5}}]\n"


def _campaign(name: str, title: str) -> str:
    head = "apiVersion: diabolocom.reconciler/v1\nkind: Campaign\n"
    return f"{head}metadata: {{name: {name}}}\nspec: {{settings: {{name: {title}}}}}\n"


def _ended(name: str) -> str:
    return _campaign(name, "Bakery").replace("}}\n", "}, lifecycle: {ensure: archived}}\n")


def _policy(name: str, campaign: str) -> str:
    head = f"apiVersion: diabolocom.reconciler/v1\nkind: AssignmentPolicy\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{campaigns: [{campaign}], {_RULE.strip()}}}\n"


def _template(name: str, spec: str) -> str:
    head = "apiVersion: diabolocom.reconciler/v1\nkind: CampaignTemplate\n"
    return f"{head}metadata: {{name: {name}}}\nspec: {{{spec}}}\n"


EXPLANATIONS: Mapping[str, Explanation] = {
    "manifests-invalid": Explanation(
        "The manifests have errors",
        "Nothing is planned from manifests that are not understood as a whole.",
        "Correct the errors; `reconciler validate` lists all of them at once.",
    ),
    "duplicate": Explanation(
        "Two things have the same name",
        "A document is known by its kind and name, a rule by its name in its policy. With two of them nobody could "
        "say which is meant.",
        "Rename one, or remove it.",
        Where.MANIFEST,
        f"{_campaign('bakery', 'Bakery')}---\n{_campaign('bakery', 'Bakery Lyon')}",
        f"{_campaign('bakery', 'Bakery')}---\n{_campaign('bakery-lyon', 'Bakery Lyon')}",
    ),
    "unbound-campaign": Explanation(
        "Nothing says which live campaign this is",
        "A campaign is found by the environment's `campaigns` (manifest name to id), else by its exact settings.name. "
        "This manifest has neither.",
        "Bind its id in the project file, or give settings.name.",
        Where.CAMPAIGN,
        "settings: {maxTries: 8}\n",
        "settings: {name: Bakery, maxTries: 8}\n",
    ),
    "delete-needs-id": Explanation(
        "Deleting needs the campaign's id",
        "A campaign and its contacts are deleted for good. A name is too weak to say which one: another campaign may "
        "have it, or get it.",
        "Bind the id in the environment: `campaigns: {NAME: {id: ID, createdAt: …}}`; createdAt proves the account.",
        Where.CAMPAIGN,
        "settings: {name: Bakery}\nlifecycle: {ensure: deleted}\n",
        "settings: {name: Bakery}\nlifecycle: {ensure: archived}\n",
    ),
    "policy-of-ended": Explanation(
        "A policy names a campaign that is to be archived or deleted",
        "Nothing is written to the contacts of such a campaign, so these rules would do nothing. A `selector` passes "
        "it over by itself.",
        "Take it out of the policy's `campaigns`, or let the campaign be present.",
        Where.MANIFEST,
        f"{_ended('bakery')}---\n{_policy('bakery-contacts', 'bakery')}",
        f"{_campaign('bakery', 'Bakery')}---\n{_policy('bakery-contacts', 'bakery')}",
    ),
    "managed-twice": Explanation(
        "Two manifests manage the same campaign",
        "Each would undo what the other one does, and no plan would ever be empty.",
        "Keep one of them.",
        Where.MANIFEST,
        f"{_campaign('bakery', 'Bakery')}---\n{_campaign('bakery-lyon', 'Bakery')}",
        f"{_campaign('bakery', 'Bakery')}---\n{_campaign('bakery-lyon', 'Bakery Lyon')}",
    ),
    "settings-conflict": Explanation(
        "Settings that do not go together",
        "The API would refuse one of them, drop it, or never call anybody: a recording percentage without recording, "
        "calling that ends before it begins, options of a purge that is off.",
        "Change or remove one of them.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, isRecorded: false, recordingPercentage: 50}\n",
        "settings: {name: Bakery, isRecorded: true, recordingPercentage: 50}\n",
    ),
    "unknown-agent": Explanation(
        "The environment knows no such agent",
        "Names of agents stand for ids, and the environment's `agents` says which. Ids differ between accounts, so "
        "each environment has its own list.",
        "Correct the name, add it to the environment, or write the id without quotes.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, userIds: [alica]}\n",
        "settings: {name: Bakery, userIds: [alice]}\n",
    ),
    "unknown-group": Explanation(
        "The environment knows no such group",
        "Names of groups stand for ids, and the environment's `groups` says which.",
        "Correct the name, add it to the environment, or write the id without quotes.",
        Where.CAMPAIGN,
        "settings: {name: Bakery, groupIds: [closer]}\n",
        "settings: {name: Bakery, groupIds: [closers]}\n",
    ),
    "unknown-variable": Explanation(
        "The environment has no such variable",
        "`${name}` is replaced by the environment's variable of that name. An environment without it would get a "
        "campaign with a hole in it.",
        "Correct the name, or add the variable to this environment.",
        Where.CAMPAIGN,
        'settings: {name: Bakery, displayedPhoneNumbers: ["${mainNumbre}"]}\n',
        'settings: {name: Bakery, displayedPhoneNumbers: ["${mainNumber}"]}\n',
    ),
    "variable-syntax": Explanation(
        "This is not the use of a variable",
        "`${` begins one, and it must be closed and hold a name. To write `${` itself, double the dollar sign.",
        "Write `${name}`, or `$${` for the text `${`.",
        Where.CAMPAIGN,
        'settings: {name: "Bakery ${"}\n',
        'settings: {name: "Bakery $${"}\n',
    ),
    "variable-in-text": Explanation(
        "This variable does not fit inside text",
        "A list, an object or null has no place in the middle of a text.",
        "Use it as the whole value, or give the variable a text or a number.",
        Where.CAMPAIGN,
        'settings: {name: "Bakery ${agents}"}\n',
        'settings: {name: Bakery, userIds: "${agents}"}\n',
    ),
    "unknown-template": Explanation(
        "There is no such CampaignTemplate",
        "`extends` names templates of this project by their metadata.name.",
        "Correct the name, or add the template.",
        Where.CAMPAIGN,
        "extends: [admissions-default]\nsettings: {name: Bakery}\n",
        "extends: [admissions-defaults]\nsettings: {name: Bakery}\n",
    ),
    "template-cycle": Explanation(
        "Templates extend each other in a circle",
        "None of them can be put together before the other.",
        "Take one of them out of the circle.",
        Where.MANIFEST,
        f"{_template('first', 'extends: [second]')}---\n{_template('second', 'extends: [first]')}",
        f"{_template('first', 'extends: [second]')}---\n{_template('second', 'settings: {maxTries: 5}')}",
    ),
    "overlay-without-base": Explanation(
        "An overlay that changes nothing",
        "An overlay is merged over the manifest of the same kind and name, and there is none. Its changes would get "
        "lost.",
        "Correct its metadata.name, or move it to the manifests if it is a campaign of its own.",
        Where.OVERLAY,
        _campaign("admissions-bakry", "Bakery"),
        _campaign("admissions-bakery", "Bakery"),
    ),
    "unknown-campaign": Explanation(
        "There is no such Campaign manifest",
        "A policy lists campaigns by their metadata.name in this project, not by their name in the account.",
        "Correct the name, or add a manifest for the campaign.",
        Where.POLICY,
        f"campaigns: [admissions-bakry]\n{_RULE}",
        f"campaigns: [admissions-bakery]\n{_RULE}",
    ),
    "policy-scope": Explanation(
        "A policy does not say for which campaigns it is",
        "It takes either `campaigns`, a list of names, or `selector`, labels that campaigns carry. With both, or with "
        "none, nobody knows whose contacts are meant.",
        "Give one of the two.",
        Where.POLICY,
        _RULE,
        f"selector: {{team: admissions}}\n{_RULE}",
    ),
    "empty-selector": Explanation(
        "A selector that selects nothing",
        "No Campaign manifest carries all of these labels. The policy would do nothing, and look as if it did.",
        "Correct the labels, or list the campaigns by name.",
        Where.POLICY,
        f"selector: {{team: admision}}\n{_RULE}",
        f"selector: {{team: admissions}}\n{_RULE}",
    ),
    "two-policies": Explanation(
        "Two policies assign the contacts of one campaign",
        "Every contact has one owner: the first rule that matches it. Between two policies there is no first.",
        "Put the rules into one policy, in the order in which they are to match.",
        Where.MANIFEST,
        f"{_policy('first', 'admissions-bakery')}---\n{_policy('second', 'admissions-bakery')}",
        _policy("first", "admissions-bakery"),
    ),
    "unreachable-rule": Explanation(
        "A rule stands after one that matches every contact",
        "A contact belongs to the first rule that matches it, so none is left for this one. A warning: nothing is "
        "stopped.",
        "Move the rule up, or remove it.",
        Where.POLICY,
        f"{_ONE}{_EVERY}{_OUT}",
        f"{_ONE}{_OUT}{_EVERY}",
    ),
    "rule-action": Explanation(
        "A rule must set values, share its contacts out, or skip",
        "`set` says what its contacts get, `assign` shares them out among agents, and a rule may do both. `skip: true` "
        "leaves them as they are, so nothing goes with it. `assign` and `set.assignedAgentId` would name two owners.",
        "Keep the one that is meant.",
        Where.POLICY,
        f"{_ONE}  - {{name: gold, match: all, set: {{priority: 1}}, skip: true}}\n",
        f"{_ONE}  - {{name: gold, match: all, set: {{priority: 1}}}}\n",
    ),
    "rule-filters": Explanation(
        "Filters that do not go together",
        "`lastWrapups` names wrap-up codes and becomes `lastWrapupIds`. With both, one would overwrite the other.",
        "Keep one of them.",
        Where.POLICY,
        f"{_ONE}  - {{name: met, match: {{lastWrapups: [RDV], lastWrapupIds: [7]}}, skip: true}}\n",
        f"{_ONE}  - {{name: met, match: {{lastWrapups: [RDV]}}, skip: true}}\n",
    ),
}
