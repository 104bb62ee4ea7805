"""Faults that show when the manifests are held against the account: they stop one campaign, never the others."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation

EXPLANATIONS: Mapping[str, Explanation] = {
    "campaign-not-found": Explanation(
        "The account has no such campaign",
        "The API can't create campaigns, so what a manifest describes has to be there already. A campaign is found by "
        "its id in the environment's `campaigns`, else by its exact name.",
        "Correct the id or the name; or create the campaign in the console and plan again.",
    ),
    "ambiguous-campaign": Explanation(
        "Several campaigns have this name",
        "The name does not say which one is meant, and the wrong one could be changed.",
        "Bind the id in the environment: `campaigns: {NAME: ID}`. To `reconciler get`, give the id.",
    ),
    "campaign-archived": Explanation(
        "The campaign is archived",
        "The API can neither change nor restore an archived campaign.",
        "Restore it in the console; or write `lifecycle: {ensure: archived}`, if archived is what it is to be.",
    ),
    "archived-differs": Explanation(
        "An archived campaign keeps what it has",
        "The API can't change an archived campaign, and one that is to be archived is only paused before. Where its "
        "settings differ from the manifest they stay so. A note: nothing is stopped.",
        "Nothing needs to be done.",
    ),
    "name-differs": Explanation(
        "The campaign that is to be archived or deleted has another name",
        "What can't be undone is done only where the id and the name mean the same campaign.",
        "Correct settings.name, or the id in the environment's `campaigns`.",
    ),
    "fields-stay": Explanation(
        "Custom fields can't be removed",
        "`customFields: []` asks for no field to be there, and the campaign has some: the API can add fields and never "
        "removes one. A note: nothing is stopped.",
        "Leave `customFields` out. It names fields that must exist; others may exist, too.",
    ),
    "campaign-unreadable": Explanation(
        "The account shows this campaign otherwise than documented",
        "A field holds what the API's documentation does not allow. What to compare is not clear, so this campaign is "
        "left alone; the others are planned.",
        "Look at it in the console. If it is right there, ask the vendor's support.",
    ),
    "expectation-failed": Explanation(
        "The campaign is not as the manifest expects",
        "`expect` names what the API shows but can't change, such as the dialling mode. A difference means that this "
        "is another campaign, or that somebody changed it.",
        "Change it in the console, or correct `expect`.",
    ),
    "field-type-fixed": Explanation(
        "The custom field is there with the other type",
        "Whether a custom field holds a phone number is decided when it is made and can never be changed.",
        "Correct `isPhoneNumber`, or use another name.",
    ),
    "unknown-custom-field": Explanation(
        "The campaign has no such custom field",
        "The API drops a condition on a field that it does not have, and then finds every contact.",
        "Correct the name; upper and lower case count. If this project adds the field, apply that first.",
    ),
    "agent-not-in-campaign": Explanation(
        "An agent who gets contacts is not in the campaign",
        "The API assigns contacts only to members of the campaign. Where the campaign has groups this is a warning, "
        "as the agent may belong to one of them.",
        "Add the agent to the campaign's settings.userIds.",
    ),
    "group-not-in-campaign": Explanation(
        "A group that gets contacts is not in the campaign",
        "The API assigns contacts only to groups of the campaign.",
        "Add the group to the campaign's settings.groupIds.",
    ),
    "waits-for-contacts": Explanation(
        "A setting waits for contacts that could not move yet",
        "An agent who leaves a campaign keeps the contacts that are still assigned there, and a campaign that starts "
        "calling calls them as they are. Some contacts that should change are left alone for now, in a call for "
        "example. A warning: the rest is planned.",
        "Plan again after apply. If it stays so, see why the contacts are left: the plan says it beside each rule.",
    ),
    "filter-unproven": Explanation(
        "Nothing shows that the API honoured a filter",
        "Some contacts came of which it can't be told here whether they satisfy the rule's filters, and no question to "
        "the API would tell either. They are left as they are. A warning: the rule's other contacts are planned.",
        "Match by another filter, or by values that leave no doubt.",
    ),
    "no-room": Explanation(
        "A rule has more contacts than its agents may have",
        "`maxPerAgent` is what each agent may have of the rule's contacts, and all have as many. The others stay as "
        "they are. A warning: nothing is stopped.",
        "Raise maxPerAgent, or list more agents.",
    ),
    "unknown-wrapup": Explanation(
        "The account has no such wrap-up code",
        "Wrap-up codes are named by their name, or by folder and name. A filter without its code would find other "
        "contacts than meant.",
        "Correct the name. `reconciler get wrapups` lists the codes; a new one has to be made in the console.",
    ),
    "ambiguous-wrapup": Explanation(
        "Several wrap-up codes have this name",
        "The name does not say which one is meant.",
        "Write the path (Folder/Name), or the id.",
    ),
    "filter-ignored": Explanation(
        "The API ignored a filter",
        "Every contact that a search returns is held against the rule's filters before it may be changed. One of them "
        "does not fit, so the search found more than was asked for. The rule is stopped; nothing was written.",
        "Check spelling and case of the values, or match by another filter. If it stays, ask the vendor's support.",
    ),
    "pages-overlap": Explanation(
        "A list of contacts changed each time it was read",
        "The account changed the order or the members of the list while it was read, page by page, three times. What "
        "came is right; what slid to a page that was read already may be missing. A warning: nothing is stopped.",
        "Plan again after apply: it shows what was missed. A match that finds 500 contacts or fewer is one page.",
    ),
    "rule-matches-nothing": Explanation(
        "A rule matches no contact",
        "Perhaps that is so; perhaps a value is misspelt. A note: nothing is stopped.",
        "Check the values that the rule matches.",
    ),
    "rules-do-not-settle": Explanation(
        "Rules hand contacts to each other",
        "What one rule sets makes another rule match the same contacts and change them again, so that no plan will be "
        "empty. A warning: nothing is stopped.",
        "Let the rules match by values that none of them sets.",
    ),
}
