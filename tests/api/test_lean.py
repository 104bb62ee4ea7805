"""Contacts with the wanted columns alone: small, loud about what was not asked for, and strict about what was."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import msgspec
import pytest

from reconciler.api.client import Client
from reconciler.api.criteria import CRITERIA
from reconciler.api.endpoints.searches import Search, search_contacts
from reconciler.api.filters import columns_of
from reconciler.api.judging import matches
from reconciler.api.reading import contact_pages
from reconciler.api.shapes import ALWAYS_THERE, Contact, lean
from reconciler.errors import Unreadable, UnsafeQuery

from .feeding import answer, feed
from .test_criteria import CASES
from .test_decode import EXAMPLE

COLUMNS = [each for each in Contact.__struct_fields__ if each not in ("contactId", "campaignId")]
SOME = frozenset({"state", "priority", "lastCallTime"})


def read(contact: dict[str, Any], columns: frozenset[str]) -> Contact:
    """The contact as a search with these columns finds it."""
    page = {"content": [contact], "number": 0, "last": True}
    (found,), _ = feed(search_contacts(1111, {}, columns=columns), [page])
    return found


@pytest.mark.operation("searchContacts")
def test_only_the_columns_are_kept() -> None:
    """And the two numbers that say who it is."""
    found = read(EXAMPLE, SOME - {"lastCallTime"})
    assert {name: getattr(found, name) for name in found.__struct_fields__} == {
        "contactId": 23,
        "campaignId": 1111,
        "state": "processing_not_in_progress",
        "priority": 10,
    }


@pytest.mark.parametrize("name", [each for each in COLUMNS if each not in SOME])
def test_what_was_not_asked_for_is_a_bug(name: str) -> None:
    """Loud: None would mean that the contact has none."""
    with pytest.raises(AttributeError):
        getattr(read(EXAMPLE, SOME), name)


@pytest.mark.operation("searchContacts")
@pytest.mark.parametrize("name", sorted(ALWAYS_THERE - {"contactId"}))
def test_what_every_contact_has_has_to_come(name: str) -> None:
    """Left out or null, an answer without it is unreadable; the message names the field and its place."""
    others = {key: value for key, value in EXAMPLE.items() if key != name}
    with pytest.raises(Unreadable, match=rf"`{name}` - at `\$\.content\[0\]`"):
        read(others, frozenset({name}))
    with pytest.raises(Unreadable, match=rf"got `null` - at `\$\.content\[0\]\.{name}`"):
        read(others | {name: None}, frozenset({name}))


@pytest.mark.parametrize("name", [each for each in COLUMNS if each not in ALWAYS_THERE])
def test_what_may_be_unset_may_be_left_out(name: str) -> None:
    """The documentation does not say whether it comes as null or not at all."""
    others = {key: value for key, value in EXAMPLE.items() if key != name}
    assert getattr(read(others, frozenset({name})), name) is None
    assert getattr(read(others | {name: None}, frozenset({name})), name) is None


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_keeps_its_type(name: str) -> None:
    """Whatever was asked for: another type is unreadable, and not quoted (S10)."""
    wrong = {"secret": 1.5} if name not in ("customFields", "phones") else {"a": {"secret": 1}}
    with pytest.raises(Unreadable, match=rf"`\$\.content\[0\]\.{name}") as caught:
        read(EXAMPLE | {name: wrong}, frozenset({name}))
    assert "secret" not in str(caught.value)


def test_no_other_column() -> None:
    """A misspelt one is a bug."""
    with pytest.raises(ValueError, match="a contact has no Priority"):
        lean(frozenset({"Priority", "state"}))


def test_it_shows_its_id_alone_and_cannot_be_changed() -> None:
    """S10: as the whole contact."""
    found = read(EXAMPLE, frozenset({"customFields"}))
    assert (repr(found), repr([found]), "Louis" in repr(found)) == ("Contact(23)", "[Contact(23)]", False)
    with pytest.raises(AttributeError):
        found.contactId = 5  # type: ignore[misc]


def test_the_same_columns_are_the_same_type() -> None:
    """So that types do not add up."""
    assert lean(frozenset({"state", "priority"})) is lean(frozenset(["priority", "state"]))


@pytest.mark.parametrize(("name", "wanted", "values", "expected"), CASES)
def test_a_filter_reads_the_columns_that_it_names(
    name: str, wanted: Any, values: dict[str, Any], expected: bool | None
) -> None:
    """`columns_of` is enough for `matches`, filter by filter: nothing else of the contact is missed."""
    columns = columns_of({name: wanted})
    nothing: dict[str, Any] = dict.fromkeys(columns - ALWAYS_THERE)
    whole = {**nothing, "contactId": 1, **values}
    try:
        found = msgspec.convert(whole, lean(columns))
    except msgspec.ValidationError:
        return  # null, or nothing, where every contact has something: such an answer is not let in
    assert matches({name: wanted}, found, {5: "tocall", 6: "argued"}) is expected


@pytest.mark.parametrize("name", CRITERIA)
def test_every_filter_reads_something(name: str) -> None:
    """And of a contact only."""
    assert columns_of({name: None})
    assert columns_of({name: None}) <= set(Contact.__struct_fields__)


def test_columns_of_no_filter() -> None:
    """S2: its name is refused here too; without filters nothing is read."""
    assert columns_of({}) == frozenset()
    with pytest.raises(UnsafeQuery):
        columns_of({"excluded": False, "lastWrapups": ["a"]})


@pytest.mark.operation("searchContacts")
def test_side_by_side_reads_the_same_columns(library: ModuleType) -> None:
    """`contact_pages` keeps what the search asks for."""

    def handle(request: Any) -> Any:
        number = json.loads(request.content)["pageable"].get("page", 0)
        page = {"content": [{**EXAMPLE, "contactId": number + 1}], "number": number, "last": number == 5}
        return library.Response(200, content=answer(page).body)

    with Client("https://api.example", "t", writable=False, transport=library.MockTransport(handle)) as client:
        found = [each for page in contact_pages(client, Search(1111, {}, 1, SOME)) for each in page]
    assert [(each.contactId, each.priority) for each in found] == [(number, 10) for number in range(1, 7)]
    with pytest.raises(AttributeError):
        _ = found[0].customFields
