"""The kind Project: where the manifests are, and the environments that they are for."""

from __future__ import annotations

from reconciler.kinds import assignment_policy
from reconciler.kinds.campaign import SETTINGS
from reconciler.kinds.check import checks_schema
from reconciler.kinds.field import Availability
from reconciler.kinds.schema import NAME_PATTERN, Schema, array, closed, document, mapping, string

#: The file that makes a folder a project.
FILE_NAME = "reconciler.yaml"
DEFAULT_TOKEN_ENV = "DIABOLOCOM_TOKEN"
#: A folder, or a bucket with a prefix; no room for a user, a password or a query.
STORE_PATTERN = "^(file:.+|(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*/?)$"
DEFAULT_STORE = "file:.reconciler"
#: The least and the most requests in a second that a limit may allow.
SLOWEST, FASTEST = 0.001, 1000
#: How many runs of each environment the store keeps, and for how many days.
KEEP_RUNS = 100
KEEP_DAYS = 365


def schema() -> Schema:
    """The JSON Schema of a Project document."""
    path = string("A file or folder, relative to this file.")
    announced = [each.name for each in SETTINGS.values() if each.available is not Availability.NOW]
    limits = {
        "contactsChanged": assignment_policy.limit("contacts"),
        "campaignsChanged": assignment_policy.limit("campaigns"),
    }
    environments = mapping(_environment(), "The environments, by name.") | {
        "minProperties": 1,
        "propertyNames": {"pattern": NAME_PATTERN},
    }
    spec = closed(
        {
            "manifests": array(path, "Files or folders; default: every other *.yaml and *.yml below this file."),
            "limits": closed(limits, description="How much one apply may change."),
            "checks": checks_schema(),
            "store": _store(),
            "announcedFields": array(
                {"type": "string", "enum": announced}, "Fields that the vendor only announces and you use all the same."
            ),
            "environments": environments,
        },
        ["environments"],
    )
    return document("Project", spec, "Where the manifests are, and the environments that they are for.")


def _store() -> Schema:
    url = string("file:FOLDER, or s3://, gs:// or az://BUCKET/PREFIX.", pattern=STORE_PATTERN)
    number = {"type": "integer", "minimum": 1}
    fields = {
        "url": url | {"examples": ["file:.reconciler", "s3://bucket/prefix"]},
        "keepRuns": number | {"description": f"So many runs of each environment are kept; default {KEEP_RUNS}."},
        "keepDays": number | {"description": f"And for so many days; default {KEEP_DAYS}."},
    }
    return closed(fields, description="Locks, journals and the history of runs.")


def _environment() -> Schema:
    identity = {"type": "integer", "minimum": 1}
    return closed(
        {
            "baseUrl": string(
                "The account's address: https://…, or emulator:FILE for the embedded emulator.",
                examples=["https://public-fr2.engage.diabolocom.com"],
            ),
            "tokenEnv": string(
                f"The environment variable that holds the token; default {DEFAULT_TOKEN_ENV}.",
                pattern="^[A-Za-z_][A-Za-z0-9_]*$",
            ),
            "requestsPerSecond": {
                "type": "number",
                "minimum": SLOWEST,
                "maximum": FASTEST,
                "examples": [10],
                "description": "At most so many requests a second, all workers of a run together; default: no limit.",
            },
            "variables": mapping(
                {"type": ["string", "integer", "boolean", "null", "array"]}, "Values for ${name} in the manifests."
            ),
            "overlays": array(string("A folder."), "Folders with documents that are merged over the manifests."),
            "campaigns": mapping(_binding(identity), "Manifest name → campaign id, or {id, createdAt}."),
            "agents": mapping(identity, "Names that manifests may use instead of agent ids."),
            "groups": mapping(identity, "Names that manifests may use instead of group ids."),
        },
        ["baseUrl"],
    )


def _binding(identity: Schema) -> Schema:
    created = string("The campaign's createdAt: where it differs, the account is the wrong one.")
    whole = closed({"id": identity, "createdAt": created}, ["id"])
    return whole | {"type": ["integer", "object"], "minimum": 1}
