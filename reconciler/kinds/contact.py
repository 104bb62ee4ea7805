"""The contact: the search filters of the API and the fields that may be written, in closed tables.

Rests on CONTACTS V2 of the API documentation: "POST Search contacts", "POST Update a batch of contacts", "POST Create
a contact" and "PUT Update contact by Id". A filter name outside this table must never leave the machine: the API drops
it silently and then hits every contact.
"""

from __future__ import annotations

from reconciler.kinds.field import Availability, Field, Type, by_name

WRAPUP_STATUSES = ("new_contact", "argued", "arguedpositive", "nonargued", "tocall", "unreachable", "canceled")
EXCLUDED_CAUSES = ("noValidPhone", "duplicate", "bloctel", "manualByAgent", "manual", "excludedByAdmin")
#: What a contact's `excludedDetail`, and a batch's result, may say besides.
EXCLUDED_DETAILS = (*EXCLUDED_CAUSES, "tooShort", "tooLong")
CALLER_TYPES = ("contact", "agent", "system")
CONDITIONS = (
    "eq", "notEq", "lt", "lte", "gt", "gte", "startsWith", "endsWith",
    "notStartswith", "notEndswith", "contains", "like", "notContains",
)  # fmt: skip
#: The operators of `customFieldConditions` whose value may be null.
NULL_CONDITIONS = ("eq", "notEq")

CONDITION_FIELDS = (
    Field("customFieldName", Type.STRING, "The custom field's name.", is_name=True, example="Category"),
    Field("condition", Type.STRING, "How its value is compared.", choices=CONDITIONS, example="eq"),
    Field("value", Type.STRING, "The value; null only with eq and notEq.", nullable=True, example="Gold"),
)


def _ids(name: str, docs: str, reference: str = "", available: Availability = Availability.NOW) -> Field:
    return Field(
        name, Type.REFERENCE if reference else Type.INTEGER, docs, many=True, nullable=True, max_items=500,
        reference=reference, available=available,
    )  # fmt: skip


def _moment(name: str, docs: str, available: Availability = Availability.NOW) -> Field:
    return Field(name, Type.MOMENT, docs, available=available, example="-72h")


#: The filters of "POST Search contacts". `nullable` is the documentation's column "Null as filter".
SEARCH_FILTERS = by_name((
    _ids("assignedAgentIds", "Agents assigned to the contact; null finds contacts without one.", "agents"),
    _ids("assignedGroupIds", "Groups assigned to the contact; null finds contacts without one.", "groups"),
    _moment("assignedAgentExpirationTimeBefore", "The agent's assignment ends before.", Availability.SOON),
    _moment("assignedAgentExpirationTimeAfter", "The agent's assignment ends after.", Availability.SOON),
    _moment("assignedGroupExpirationTimeBefore", "The group's assignment ends before.", Availability.SOON),
    _moment("assignedGroupExpirationTimeAfter", "The group's assignment ends after.", Availability.SOON),
    Field("contactIds", Type.INTEGER, "Contacts by their contactId.", many=True, example=[6, 89, 975]),
    _moment("createdAfter", "Created after."),
    _moment("createdBefore", "Created before."),
    Field(
        "customFieldConditions", Type.OBJECT, "Conditions on custom fields; all must hold.", many=True,
        max_items=500, fields=CONDITION_FIELDS,
    ),
    Field("excluded", Type.BOOLEAN, "Whether the contact is excluded.", example=False),
    Field("excludedCause", Type.STRING, "Why it is excluded.", choices=EXCLUDED_CAUSES),
    _ids("agentIds", "Agents who handled the contact last; null: nobody did.", "agents"),
    _moment("lastCallAfter", "Last called after."),
    _moment("lastCallBefore", "Last called before."),
    _ids("lastAgentIds", "Agents who last had an interaction with it.", "agents", Availability.SOON),
    Field("lastCallerType", Type.STRING, "Who began the last call.", nullable=True, choices=CALLER_TYPES),
    _ids("lastWrapupIds", "Its last wrap-up codes, by id; null: none yet."),
    Field("maxPriority", Type.INTEGER, "Priority at most."),
    Field("maxTries", Type.INTEGER, "Tries at most."),
    Field("minPriority", Type.INTEGER, "Priority at least."),
    Field("minTries", Type.INTEGER, "Tries at least."),
    Field("phones", Type.PHONE, "Phone numbers to look for.", many=True),
    _moment("minCallingDateTimeBefore", "Production starts before."),
    _moment("minCallingDateTimeAfter", "Production starts after."),
    _moment("maxCallingDateTimeBefore", "Production ends before."),
    _moment("maxCallingDateTimeAfter", "Production ends after."),
    _moment("retryAfter", "A callback is due after."),
    _moment("retryBefore", "A callback is due before."),
    Field("retryIsNull", Type.BOOLEAN, "Only contacts without a retry date.", choices=(True,)),
    _moment("updateAfter", "Updated after."),
    _moment("updateBefore", "Updated before."),
    Field(
        "wrapupStatuses", Type.STRING, "Status of the last wrap-up code.", many=True, nullable=True, max_items=500,
        choices=WRAPUP_STATUSES, example=["tocall"],
    ),
    _ids("regions", "Regions of the displayed-number mapping."),
))  # fmt: skip

#: Filters that only the batch endpoints know; search drops them and returns everything (notes, trap 2). They are never
#: sent: reconciler evaluates them on the contacts that it read.
BATCH_ONLY_FILTERS = by_name((
    _moment("purgeDateBefore", "Purged before. Evaluated by reconciler: alone it reads the whole campaign."),
    _moment("purgeDateAfter", "Purged after. Evaluated by reconciler: alone it reads the whole campaign."),
))  # fmt: skip

#: What the rules of an AssignmentPolicy may match: the search filters, those of batches, and wrap-up codes by name or
#: path, which become `lastWrapupIds`.
MATCH_FILTERS = by_name((
    *SEARCH_FILTERS.values(),
    *BATCH_ONLY_FILTERS.values(),
    Field(
        "lastWrapups", Type.STRING, "Its last wrap-up codes, by name or path (Folder/Name).", many=True,
        max_items=500, is_name=True, example=["Admissions/Clôtures/RDV"],
    ),
))  # fmt: skip

#: The data part of "POST Update a batch of contacts": scalar fields that a rule may set many contacts to at once.
BATCH_FIELDS = by_name((
    Field("priority", Type.INTEGER, "Priority in the campaign.", minimum=0, example=1),
    Field("retryDate", Type.DATETIME, "When to call next.", nullable=True),
    Field("triesNumber", Type.INTEGER, "Number of tries so far.", minimum=0),
    Field("excluded", Type.BOOLEAN, "Whether the contact is excluded from calling."),
    Field("agentId", Type.REFERENCE, "Agent who handled it last.", nullable=True, reference="agents"),
    Field("wrapupId", Type.INTEGER, "Its last wrap-up code.", nullable=True),
    Field(
        "assignedAgentId", Type.REFERENCE, "Agent who is to call it; must be a member of the campaign.",
        nullable=True, reference="agents", example="alice",
    ),
    Field("minCallingDateTime", Type.DATETIME, "Production start.", nullable=True),
    Field("maxCallingDateTime", Type.DATETIME, "Production end.", nullable=True),
    Field("contactCardDisplayNumber", Type.PHONE, "Number shown to the contact; validated ones only.", nullable=True),
    Field("calendarId", Type.INTEGER, "Calendar of the contact.", nullable=True),
    Field("region", Type.INTEGER, "Region of the displayed-number mapping.", nullable=True),
))  # fmt: skip

#: What a rule may set: what batches take, and what a single contact alone takes ("PUT Update contact by Id").
SET_FIELDS = by_name((
    *BATCH_FIELDS.values(),
    Field("comment", Type.STRING, "Comment of the last wrap-up. One call per contact.", nullable=True, is_name=True),
    Field(
        "assignedGroupId", Type.REFERENCE,
        "Group that is to call it; must be a member of the campaign. One call per contact.",
        nullable=True, reference="groups", example="closers",
    ),
))  # fmt: skip

#: What a single contact takes ("POST Create a contact", "PUT Update contact by Id").
_SINGLE_FIELDS = (
    *SET_FIELDS.values(),
    Field(
        "assignedAgentExpirationTime", Type.DATETIME, "End of the agent's assignment.", available=Availability.SOON
    ),
    Field(
        "assignedGroupExpirationTime", Type.DATETIME, "End of the group's assignment.", available=Availability.SOON
    ),
    Field("customFields", Type.OBJECT, "Its custom fields, name: text; phones in E.164.", example={"Category": "Gold"}),
)  # fmt: skip

#: The request body of "POST Create a contact"; that of a batch holds a list of `customFields`, one for each contact.
CREATE_FIELDS = by_name(_SINGLE_FIELDS)

#: The request body of "PUT Update contact by Id". A custom field that is left out keeps its value.
UPDATE_FIELDS = by_name(
    (
        *_SINGLE_FIELDS,
        Field("regionalizationCode", Type.INTEGER, "Region of the shown number.", available=Availability.SOON),
    )
)
