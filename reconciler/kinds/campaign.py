"""The kinds Campaign and CampaignTemplate: every campaign setting in one table.

Rests on CAMPAIGNS of the API documentation: types and meaning from "Data structure for campaigns", what may be
written and what null does from "PATCH Update campaign by Id".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from reconciler.kinds.field import Availability, Field, Type, by_name
from reconciler.kinds.schema import NAMED, Schema, array, closed, document, of_object, string

MODES = ("automatic", "amd_progressive", "progressive", "predictive", "preview")

AUTO_PURGE = (
    Field("enabled", Type.BOOLEAN, "Whether contacts are purged at all.", example=True),
    Field("lastAttemptBeforeDays", Type.INTEGER, "Purge contacts not tried for this many days.", minimum=0, example=90),
    Field("maxTriesReached", Type.BOOLEAN, "Purge contacts whose tries are used up."),
    Field("excluded", Type.BOOLEAN, "Purge excluded contacts."),
    Field("notToCall", Type.BOOLEAN, "Purge contacts that are not to be called."),
)

DEDUPLICATION = (
    Field("excludeDomain", Type.STRING, "Where duplicates are looked for.", choices=("all", "file")),
    Field("excludeSamePhones", Type.BOOLEAN, "Deduplicate on the phone fields."),
    Field("excludeSameValues", Type.STRING, "Deduplicate on these other fields.", many=True),
    Field("enableAgentIncludeExclude", Type.BOOLEAN, "Agents may include and exclude duplicates."),
)

#: The settings: what PATCH takes, by its API name. `isArchived` is left to `lifecycle.ensure`.
SETTINGS: Final[Mapping[str, Field]] = by_name((
    Field("name", Type.STRING, "The campaign's name.", is_name=True, example="CA - Métiers de Bouche"),
    Field("isPaused", Type.BOOLEAN, "true pauses the campaign, false lets it call.", example=False),
    Field("folder", Type.STRING, "Name of the folder that holds the campaign.", nullable=True, example="Admissions"),
    Field(
        "userIds", Type.REFERENCE, "Agents of the campaign, by name or id.", many=True, nullable=True,
        reference="agents", example=["alice", "bruno"],
    ),
    Field(
        "groupIds", Type.REFERENCE, "Groups of the campaign, by name or id.", many=True, nullable=True,
        reference="groups", example=["closers"],
    ),
    Field(
        "useAgentDisplayedPhoneNumber", Type.BOOLEAN, "Show the agent's number instead of the campaign's.",
        default=False, available=Availability.SOON,
    ),
    Field(
        "displayedPhoneNumbers", Type.PHONE, "Numbers shown to contacts, E.164 without plus; validated ones only.",
        many=True, example=["33123456789"],
    ),
    Field(
        "minCallingDateOffset", Type.INTEGER, "Days to wait before a new contact is called.", nullable=True,
        minimum=0, maximum=2, example=0,
    ),
    Field(
        "maxCallingDateOffset", Type.INTEGER, "Days after its creation in which a contact can be called.",
        nullable=True, minimum=0, example=30,
    ),
    Field("maxTries", Type.INTEGER, "Tries at most per contact, if its wrap-up is tocall.", minimum=0, example=8),
    Field(
        "nextTryDelay", Type.DURATION, "Wait before the next try, if the wrap-up is tocall: seconds, or 90s, 15m, 2d.",
        minimum=0, example="24h",
    ),
    Field("isRecorded", Type.BOOLEAN, "Whether calls are recorded."),
    Field(
        "recordingPercentage", Type.INTEGER, "Percentage of calls recorded; only where isRecorded is true.",
        minimum=0, maximum=100, example=50,
    ),
    Field("calendarId", Type.INTEGER, "Calendar of the campaign.", nullable=True, minimum=1, example=1191),
    Field("soundPlayedContactPickUp", Type.INTEGER, "Sound file played on pick-up.", nullable=True, minimum=1),
    Field("contactPriority", Type.INTEGER, "Priority that a new contact gets.", minimum=0, example=10),
    Field(
        "globalPriority", Type.INTEGER, "Priority against other campaigns, 1 to 50; null for none.", nullable=True,
        minimum=1, maximum=50, example=10,
    ),
    Field(
        "deduplicationParams", Type.OBJECT, "How duplicates are found.", fields=DEDUPLICATION,
        available=Availability.FUTURE,
    ),
    Field("autoPurge", Type.OBJECT, "Which contacts are purged by themselves.", fields=AUTO_PURGE),
))  # fmt: skip

#: What PATCH takes: the settings, and what `lifecycle.ensure` comes to.
PATCHED: Final[Mapping[str, Field]] = {
    **SETTINGS,
    "isArchived": Field("isArchived", Type.BOOLEAN, "true archives the campaign, which has to be paused."),
}

#: What the campaign shows but PATCH does not take: it can be asserted with `expect`, never changed (notes, trap 8).
ASSERTED: Final[Mapping[str, Field]] = by_name((
    Field("mode", Type.STRING, "Dialling mode.", choices=MODES, example="predictive"),
    Field("regionalization", Type.BOOLEAN, "Whether the campaign is regionalised."),
    Field("personalCallbackPrioritization", Type.BOOLEAN, "Whether personal callbacks come first."),
    Field("wrapupFolderId", Type.INTEGER, "Folder of its wrap-up codes."),
))  # fmt: skip

CUSTOM_FIELD = (
    Field(
        "name", Type.STRING, "The field's name; it can never be renamed or removed.", is_name=True,
        example="Telephone_1",
    ),
    Field("isPhoneNumber", Type.BOOLEAN, "Whether it holds a phone number; it can never be changed.", example=True),
)  # fmt: skip


class Ensure(StrEnum):
    """Whether a campaign is to exist (`lifecycle.ensure`); the API can archive and delete, and undo neither."""

    PRESENT = "present"
    ARCHIVED = "archived"
    DELETED = "deleted"


def schema() -> Schema:
    """The JSON Schema of a Campaign document."""
    lifecycle = closed(
        {
            "ignoreChanges": array(
                {"type": "string", "enum": list(SETTINGS)}, "Settings that are left as the account has them."
            ),
            "ensure": {
                "type": "string",
                "enum": [str(each) for each in Ensure],
                "description": (
                    "Whether the campaign is to exist: `present` unless said. `archived` pauses and archives it; "
                    "`deleted` deletes it besides, with its contacts, and needs its id in the environment's "
                    "`campaigns`. Neither can be undone."
                ),
                "examples": ["archived"],
            },
        },
        description="How the tool treats this campaign.",
    )
    return document("Campaign", closed(content() | {"lifecycle": lifecycle}, ["settings"]), "A voice campaign.")


def content() -> Schema:
    """The properties that a Campaign and a CampaignTemplate share."""
    return {
        "extends": array(string("A CampaignTemplate's name."), "Templates, merged in this order, then this document."),
        "settings": of_object(SETTINGS.values(), description="What PATCH takes, by its API name. Absent: not managed."),
        "customFields": array(
            of_object(CUSTOM_FIELD, ["name"]) | {"type": ["string", "object"], **NAMED},
            "Custom fields that must exist: a name, or {name, isPhoneNumber}. The API can only add them.",
        ),
        "expect": of_object(ASSERTED.values(), description="Asserted against the account, never changed."),
    }
