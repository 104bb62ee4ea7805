"""What may be written to contacts: every body is held against its closed table before it is sent (S2, S5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.api.values import misfit
from reconciler.diagnostics import nearest_help
from reconciler.errors import UnsafeQuery, WriteRefused
from reconciler.kinds.field import Availability, Field, Type

#: What to do when nobody knows whether a request was carried out that must not be carried out twice (notes, trap 18).
LOOK_FIRST = "whether it was carried out is unknown: look at the account before you send it again"
#: The same for a request that sets values and may be sent twice.
SEND_AGAIN = "whether it was carried out is unknown: sending it again is safe, it sets the same values"

_REFUSED = "this cannot be written to a contact; nothing was sent"


def check_data(
    data: Mapping[str, object], fields: Mapping[str, Field], announced: frozenset[str] = frozenset()
) -> None:
    """WriteRefused for anything in `data` that is not as the table `fields` says; never the value in the message.

    Refused are a name outside the table, null where the documentation does not have it, a value of another type (or
    none, UNSET), and a field that the vendor only announces, unless its name is in `announced`.
    """
    for name, value in data.items():
        field = fields.get(name)
        if field is None:
            raise WriteRefused(_REFUSED, f"`{name}` is no field of it", nearest_help("field", str(name), fields))
        if field.available is not Availability.NOW and name not in announced:
            raise WriteRefused(_REFUSED, f"`{name}` is only announced so far", "leave it out until the vendor has it")
        if fault := _fault(field, value):
            raise WriteRefused(_REFUSED, f"`{name}`: {fault}")


def check_custom_fields(custom_fields: object, place: str = "customFields") -> None:
    """WriteRefused unless these are custom fields of a contact: at least one, names to texts (notes, trap 16).

    Which of them hold phone numbers is the campaign's to know, and whether they exist.
    """
    if fault := _custom_fault(custom_fields):
        raise WriteRefused(_REFUSED, f"`{place}`: {fault}")


def check_contact_ids(contact_ids: Sequence[int], at_most: int) -> None:
    """UnsafeQuery unless a batch with these ids names its contacts: each once, by a contactId, 1 to `at_most` (S4)."""
    if not 0 < len(contact_ids) <= at_most:
        detail = f"{len(contact_ids):,} were given"
        raise UnsafeQuery(f"a batch names 1 to {at_most} contacts; nothing was sent", detail)
    if not all(type(each) is int and each > 0 for each in contact_ids):
        raise UnsafeQuery("a batch names contacts by their contactId, a positive integer; nothing was sent")
    if len(set(contact_ids)) != len(contact_ids):
        raise UnsafeQuery("a batch names each contact once; nothing was sent")


def _fault(field: Field, value: object) -> str:
    if value is None:
        return "" if field.nullable else "it cannot be null"
    return _custom_fault(value) if field.type is Type.OBJECT else misfit(field, value)


def _custom_fault(custom_fields: object) -> str:
    if not isinstance(custom_fields, Mapping) or not custom_fields:
        return "it takes at least one custom field, name: text"
    if not all(isinstance(name, str) and name for name in custom_fields):
        return "a custom field has a name"
    return next((f"`{name}` takes a text" for name, value in custom_fields.items() if not isinstance(value, str)), "")
