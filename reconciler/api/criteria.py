"""Each filter as a question to a contact, answered under every reading that the documentation leaves open (S3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reconciler.api import conditions
from reconciler.api.decode import Contact
from reconciler.api.instants import is_after, is_before

#: Wrap-up id → its status.
Statuses = Mapping[int, str]
#: True, False, or None: it can't be decided here.
Verdict = bool | None
Criterion = Callable[[Any, Contact, Statuses], Verdict]


def _one_of(attribute: str) -> Criterion:
    """The contact's `attribute` is one of the wanted ids or null is wanted and it is null (column "Null as filter")."""

    def check(wanted: Sequence[object] | None, contact: Contact, _: Statuses) -> Verdict:
        found = getattr(contact, attribute)
        return found is None if wanted is None else found in wanted

    return check


def _equal(attribute: str, null_is: Verdict = None) -> Criterion:
    def check(wanted: object, contact: Contact, _: Statuses) -> Verdict:
        found = getattr(contact, attribute)
        return null_is if found is None and wanted is not None else bool(found == wanted)

    return check


def _at_least(attribute: str) -> Criterion:
    def check(wanted: int, contact: Contact, _: Statuses) -> Verdict:
        found: int | None = getattr(contact, attribute)
        return None if found is None else found >= wanted

    return check


def _at_most(attribute: str) -> Criterion:
    def check(wanted: int, contact: Contact, _: Statuses) -> Verdict:
        found: int | None = getattr(contact, attribute)
        return None if found is None else found <= wanted

    return check


def _moments(name: str, attribute: str) -> dict[str, Criterion]:
    """The two filters ``<name>Before`` and ``<name>After`` on the contact's `attribute`."""
    return {
        f"{name}Before": lambda wanted, contact, _: is_before(getattr(contact, attribute), wanted),
        f"{name}After": lambda wanted, contact, _: is_after(getattr(contact, attribute), wanted),
    }


def _announced(check: Criterion, attribute: str) -> Criterion:
    """For fields that the vendor only announces: where an answer lacks them, nothing is decided."""

    def cautious(wanted: Any, contact: Contact, statuses: Statuses) -> Verdict:
        return None if getattr(contact, attribute) is None else check(wanted, contact, statuses)

    return cautious


def _announced_moments(attribute: str) -> dict[str, Criterion]:
    return {name: _announced(check, attribute) for name, check in _moments(attribute, attribute).items()}


def _wrapup_status(wanted: Sequence[str | None] | None, contact: Contact, statuses: Statuses) -> Verdict:
    asked = [None] if wanted is None else wanted
    if contact.wrapupId is None:
        return True if None in asked else (None if "new_contact" in asked else False)
    status = statuses.get(contact.wrapupId)
    return None if status is None else status in asked


def _phones(wanted: Sequence[str], contact: Contact, _: Statuses) -> Verdict:
    numbers = {_digits(each) for each in (contact.phones or {}).values() if each}
    if numbers.intersection(wanted):
        return True
    others = {_digits(each) for each in (contact.customFields or {}).values() if each}
    return None if contact.phones is None or others.intersection(wanted) else False


def _digits(phone: str) -> str:
    return re.sub(r"[+ ().-]", "", phone)


def _retry_is_null(wanted: bool, contact: Contact, _: Statuses) -> Verdict:
    is_null = contact.retryDate is None
    return is_null if wanted else (None if is_null else True)


def _custom_fields(wanted: Iterable[Mapping[str, Any]], contact: Contact, _: Statuses) -> Verdict:
    fields = contact.customFields or {}
    verdicts = {
        conditions.holds(each["condition"], fields.get(each["customFieldName"]), each["value"]) for each in wanted
    }
    return False if False in verdicts else (None if None in verdicts else True)


#: Filter name → its criterion: wanted value, contact and statuses in, verdict out. An empty list is not for these.
CRITERIA: Mapping[str, Criterion] = {
    "assignedAgentIds": _one_of("assignedAgentId"),
    "assignedGroupIds": _one_of("assignedGroupId"),
    "agentIds": _one_of("agentId"),
    "lastAgentIds": _announced(_one_of("lastAgentId"), "lastAgentId"),
    "lastWrapupIds": _one_of("wrapupId"),
    "regions": _one_of("region"),
    "contactIds": _one_of("contactId"),
    "excluded": _equal("excluded"),
    "excludedCause": _equal("excludedDetail", null_is=False),
    "lastCallerType": _equal("lastCallerType", null_is=False),
    "minPriority": _at_least("priority"),
    "maxPriority": _at_most("priority"),
    "minTries": _at_least("triesNumber"),
    "maxTries": _at_most("triesNumber"),
    **_moments("created", "createdAt"),
    **_moments("update", "lastUpdatedAt"),
    **_moments("lastCall", "lastCallTime"),
    **_moments("retry", "retryDate"),
    **_moments("minCallingDateTime", "minCallingDateTime"),
    **_moments("maxCallingDateTime", "maxCallingDateTime"),
    **_moments("purgeDate", "purgeDate"),
    **_announced_moments("assignedAgentExpirationTime"),
    **_announced_moments("assignedGroupExpirationTime"),
    "retryIsNull": _retry_is_null,
    "wrapupStatuses": _wrapup_status,
    "phones": _phones,
    "customFieldConditions": _custom_fields,
}
