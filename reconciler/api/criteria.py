"""Each filter as a question to a contact, answered under every reading that the documentation leaves open (S3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.api import conditions
from reconciler.api.instants import is_after, is_before, start
from reconciler.api.shapes import Contact
from reconciler.kinds.values import instant

#: Wrap-up id → its status.
Statuses = Mapping[int, str]
#: True, False, or None: it can't be decided here.
Verdict = bool | None
_Texts = Mapping[str, str | None]
#: The wanted value, the statuses of wrap-up codes and the values that a criterion reads in, the verdict out.
Check = Callable[..., Verdict]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one filter asks of a contact. `check` is handed the values of the attributes in `reads`, and no others."""

    reads: tuple[str, ...]
    check: Check

    def verdict(self, wanted: Any, contact: Contact, statuses: Statuses) -> Verdict:
        """Whether the contact satisfies the filter with the value `wanted`, which is no empty list."""
        return self.check(wanted, statuses, *[getattr(contact, name) for name in self.reads])


def _one_of(wanted: Sequence[object] | None, _: Statuses, found: object) -> Verdict:
    """One of the wanted ids, or null where null is wanted (column "Null as filter")."""
    return found is None if wanted is None else found in wanted


def _equal(null_is: Verdict = None) -> Check:
    def check(wanted: object, _: Statuses, found: object) -> Verdict:
        return null_is if found is None and wanted is not None else bool(found == wanted)

    return check


def _at_least(wanted: int, _: Statuses, found: int | None) -> Verdict:
    return None if found is None else found >= wanted


def _at_most(wanted: int, _: Statuses, found: int | None) -> Verdict:
    return None if found is None else found <= wanted


def _before(wanted: str, _: Statuses, found: str | None) -> Verdict:
    return is_before(found, wanted)


def _after(wanted: str, _: Statuses, found: str | None) -> Verdict:
    return is_after(found, wanted)


def _purged_before(wanted: str, _: Statuses, found: str | None) -> Verdict:
    """Never sent, so nobody reads it otherwise: a date without a time is the beginning of that day, UTC."""
    return None if (moment := start(found)) is None and found is not None else bool(moment and moment < instant(wanted))


def _purged_after(wanted: str, _: Statuses, found: str | None) -> Verdict:
    return None if (moment := start(found)) is None and found is not None else bool(moment and moment > instant(wanted))


def _moments(name: str, attribute: str) -> dict[str, Criterion]:
    """The two filters ``<name>Before`` and ``<name>After`` on the contact's `attribute`."""
    return {f"{name}Before": Criterion((attribute,), _before), f"{name}After": Criterion((attribute,), _after)}


def _announced(check: Check) -> Check:
    """For fields that the vendor only announces: where an answer lacks them, nothing is decided."""

    def cautious(wanted: Any, statuses: Statuses, found: object) -> Verdict:
        return None if found is None else check(wanted, statuses, found)

    return cautious


def _announced_moments(name: str) -> dict[str, Criterion]:
    return {key: Criterion(each.reads, _announced(each.check)) for key, each in _moments(name, name).items()}


def _wrapup_status(wanted: Sequence[str | None] | None, statuses: Statuses, wrapup_id: int | None) -> Verdict:
    asked = [None] if wanted is None else wanted
    if wrapup_id is None:
        return True if None in asked else (None if "new_contact" in asked else False)
    status = statuses.get(wrapup_id)
    return None if status is None else status in asked


def _phones(wanted: Sequence[str], _: Statuses, phones: _Texts | None, custom_fields: _Texts | None) -> Verdict:
    if _numbers(phones).intersection(wanted):
        return True
    return None if phones is None or _numbers(custom_fields).intersection(wanted) else False


def _numbers(texts: _Texts | None) -> set[str]:
    return {re.sub(r"[+ ().-]", "", each) for each in (texts or {}).values() if each}


def _retry_is_null(wanted: bool, _: Statuses, retry_date: str | None) -> Verdict:
    is_null = retry_date is None
    return is_null if wanted else (None if is_null else True)


def _custom_fields(wanted: Iterable[Mapping[str, Any]], _: Statuses, custom_fields: _Texts | None) -> Verdict:
    fields = custom_fields or {}
    verdicts = {
        conditions.holds(each["condition"], fields.get(each["customFieldName"]), each["value"]) for each in wanted
    }
    return False if False in verdicts else (None if None in verdicts else True)


#: Filter name → its criterion.
CRITERIA: Mapping[str, Criterion] = {
    "assignedAgentIds": Criterion(("assignedAgentId",), _one_of),
    "assignedGroupIds": Criterion(("assignedGroupId",), _one_of),
    "agentIds": Criterion(("agentId",), _one_of),
    "lastAgentIds": Criterion(("lastAgentId",), _announced(_one_of)),
    "lastWrapupIds": Criterion(("wrapupId",), _one_of),
    "regions": Criterion(("region",), _one_of),
    "contactIds": Criterion(("contactId",), _one_of),
    "excluded": Criterion(("excluded",), _equal()),
    "excludedCause": Criterion(("excludedDetail",), _equal(null_is=False)),
    "lastCallerType": Criterion(("lastCallerType",), _equal(null_is=False)),
    "minPriority": Criterion(("priority",), _at_least),
    "maxPriority": Criterion(("priority",), _at_most),
    "minTries": Criterion(("triesNumber",), _at_least),
    "maxTries": Criterion(("triesNumber",), _at_most),
    **_moments("created", "createdAt"),
    **_moments("update", "lastUpdatedAt"),
    **_moments("lastCall", "lastCallTime"),
    **_moments("retry", "retryDate"),
    **_moments("minCallingDateTime", "minCallingDateTime"),
    **_moments("maxCallingDateTime", "maxCallingDateTime"),
    "purgeDateBefore": Criterion(("purgeDate",), _purged_before),
    "purgeDateAfter": Criterion(("purgeDate",), _purged_after),
    **_announced_moments("assignedAgentExpirationTime"),
    **_announced_moments("assignedGroupExpirationTime"),
    "retryIsNull": Criterion(("retryDate",), _retry_is_null),
    "wrapupStatuses": Criterion(("wrapupId",), _wrapup_status),
    "phones": Criterion(("phones", "customFields"), _phones),
    "customFieldConditions": Criterion(("customFields",), _custom_fields),
}
