"""Search and batch filters as SQL conditions. Values are always bound, never written into the statement.

CONTACTS V2, POST Search contacts, query part, and POST Update a batch of contacts, query part. A filter that is not
in the table is silently dropped. The documentation does not say what these do, and each is read as "no filter": an
empty list (an option), a null where null is not listed, `retryIsNull: false`, and in a search, which has no 400, a
wrong value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.emulator.conditions import Clause, custom_field_conditions
from reconciler.emulator.errors import bad_format
from reconciler.emulator.fields import Reader, boolean, day, instant, integer, list_of, nullable, text
from reconciler.emulator.json_text import dumps
from reconciler.emulator.options import Options

MOST_VALUES = 500

#: The columns with an index that finds their values.
INDEXED = ("contactId", "assignedAgentId", "assignedGroupId", "wrapupId", "lastCallTime", "lastUpdatedAt")

Filter = Callable[[object], Clause | None]


def one_of(column: str, reader: Reader, *, null: bool = True, most: int | None = MOST_VALUES) -> Filter:
    """The column is one of the values listed; with `null`, null alone or in the list means "not set"."""
    values = list_of(nullable(reader) if null else reader)

    def clause(value: object) -> Clause | None:
        listed = [None] if value is None and null else [] if value is None else values(value)
        if most is not None and len(listed) > most:
            raise ValueError(f"takes at most {most} values")
        if not listed:
            return None
        unset = f" OR {column} IS NULL" if None in listed else ""
        return Clause(f"({column} IN (SELECT value FROM json_each(?)){unset})", (dumps(listed),), column in INDEXED)

    return clause


def compared(column: str, operator: str, reader: Reader) -> Filter:
    """The column stands in the relation `operator` to the value; a column that is not set does not."""

    def clause(value: object) -> Clause | None:
        return None if value is None else Clause(f"{column} {operator} ?", (reader(value),), column in INDEXED)

    return clause


def _last_caller(value: object) -> Clause:
    return Clause("lastCallerType IS ?", (None if value is None else text(value),))


def _retry_is_null(value: object) -> Clause | None:
    return Clause("retryDate IS NULL") if value is not None and boolean(value) else None


def phones_filter(value: object) -> Clause | None:
    """One of the contact's phones is one of the numbers listed."""
    listed = [] if value is None else list_of(text)(value)
    if not listed:
        return None
    any_phone = "id IN (SELECT contact FROM contact_phones WHERE phone IN (SELECT value FROM json_each(?)))"
    return Clause(any_phone, (dumps(listed),), has_index=True)


def _wrapup_statuses(value: object) -> Clause | None:
    listed = [None] if value is None else list_of(nullable(text))(value)
    if len(listed) > MOST_VALUES:
        raise ValueError(f"takes at most {MOST_VALUES} values")
    if not listed:
        return None
    unset = " OR wrapupId IS NULL" if None in listed or "new_contact" in listed else ""
    known = "SELECT id FROM wrapups WHERE status IN (SELECT value FROM json_each(?))"
    return Clause(f"(wrapupId IN ({known}){unset})", (dumps(listed),))


#: What search and batches share.
FILTERS: dict[str, Filter] = {
    "assignedAgentIds": one_of("assignedAgentId", integer()),
    "assignedGroupIds": one_of("assignedGroupId", integer()),
    "contactIds": one_of("contactId", integer(), null=False, most=None),
    "createdAfter": compared("createdAt", ">", instant),
    "createdBefore": compared("createdAt", "<", instant),
    "excluded": compared("excluded", "=", boolean),
    "excludedCause": compared("excludedDetail", "=", text),
    "agentIds": one_of("agentId", integer()),
    "lastCallAfter": compared("lastCallTime", ">", instant),
    "lastCallBefore": compared("lastCallTime", "<", instant),
    "lastCallerType": _last_caller,
    "lastWrapupIds": one_of("wrapupId", integer()),
    "maxPriority": compared("priority", "<=", integer()),
    "maxTries": compared("triesNumber", "<=", integer()),
    "minPriority": compared("priority", ">=", integer()),
    "minTries": compared("triesNumber", ">=", integer()),
    "phones": phones_filter,
    "minCallingDateTimeBefore": compared("minCallingDateTime", "<", instant),
    "minCallingDateTimeAfter": compared("minCallingDateTime", ">", instant),
    "maxCallingDateTimeBefore": compared("maxCallingDateTime", "<", instant),
    "maxCallingDateTimeAfter": compared("maxCallingDateTime", ">", instant),
    "retryAfter": compared("retryDate", ">", instant),
    "retryBefore": compared("retryDate", "<", instant),
    "retryIsNull": _retry_is_null,
    "updateAfter": compared("lastUpdatedAt", ">", instant),
    "updateBefore": compared("lastUpdatedAt", "<", instant),
    "wrapupStatuses": _wrapup_statuses,
    "regions": one_of("region", integer()),
}

#: Known to batches only.
BATCH_FILTERS: dict[str, Filter] = {
    "purgeDateBefore": compared("purgeDate", "<", day),
    "purgeDateAfter": compared("purgeDate", ">", day),
}

#: Those that the documentation marks "Soon".
SOON_FILTERS: dict[str, Filter] = {
    "assignedAgentExpirationTimeBefore": compared("assignedAgentExpirationTime", "<", instant),
    "assignedAgentExpirationTimeAfter": compared("assignedAgentExpirationTime", ">", instant),
    "assignedGroupExpirationTimeBefore": compared("assignedGroupExpirationTime", "<", instant),
    "assignedGroupExpirationTimeAfter": compared("assignedGroupExpirationTime", ">", instant),
    "lastAgentIds": one_of("lastAgentId", integer()),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a query is asked: the campaign with its custom fields, by a search or by a batch."""

    campaign_id: int
    custom_fields: frozenset[str]
    options: Options
    batch: bool

    def filters(self) -> dict[str, Filter]:
        """The filters that are known here, by name."""
        return {
            **FILTERS,
            **(BATCH_FILTERS if self.batch else {}),
            **(SOON_FILTERS if self.options.soon_fields else {}),
            "customFieldConditions": custom_field_conditions(self.custom_fields, self.options),
        }


def where(query: Mapping[str, object], scope: Scope) -> Clause:
    """The condition for `query` on the table contacts. With no filter left it is the whole campaign."""
    filters = scope.filters()
    clauses, empty = [Clause("campaignId = ?", (scope.campaign_id,))], scope.options.empty_lists
    for name, value in query.items():
        if name not in filters:
            continue
        try:
            clause = Clause("0") if value == [] and empty == "nothing" else filters[name](value)
        except ValueError as error:
            if scope.batch:
                raise bad_format(f"{name}: {error}.") from None
            continue
        if clause is not None:
            clauses.append(clause)
    return Clause.all_of(clauses)
