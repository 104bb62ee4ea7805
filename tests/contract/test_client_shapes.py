"""The structs that the client reads answers into take what the contract says, field by field."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator

import msgspec
import pytest

from reconciler.api import campaign_fields, shapes

from . import contract

#: Struct → the schema that it reads. Every field of the one is in the other.
SHAPES: dict[type[msgspec.Struct], str] = {
    shapes.Contact: "Contact",
    shapes.Wrapup: "Wrapup",
    shapes.WrapupFolder: "WrapupFolder",
    shapes.BatchResult: "BatchResult",
    shapes.BilledLicenses: "BilledLicenses",
    shapes.LicenseDetail: "BilledDetail",
    campaign_fields.CampaignFields: "Campaign",
}
#: Structs that read a part of their schema: pages, whose counts are approximate or of no use.
PAGES: dict[type[msgspec.Struct], str] = {
    shapes.ContactPage: "ContactPage",
    shapes.ContactSlice: "ContactSlice",
    shapes.CampaignPage: "CampaignPage",
    shapes.WrapupPage: "WrapupPage",
    shapes.WrapupFolderPage: "WrapupFolderPage",
}
#: Fields of a schema that are checked elsewhere before the struct is filled.
ELSEWHERE = {"Campaign": {"id", "name"}}
PYTHON = {bool: "boolean", int: "integer", str: "string", float: "number", types.NoneType: "null"}
FIELDS = [(struct, name) for struct, schema in {**SHAPES, **PAGES}.items() for name in contract.properties(schema)]


def taken(annotation: object) -> Iterator[str]:
    """The JSON types that an annotation takes; a list or mapping with the types of its members."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        yield from (each for argument in arguments for each in taken(argument))
    elif origin is list:
        yield from (f"array of {each}" for each in taken(arguments[0]))
    elif origin is dict or (isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)):
        yield "object"
    elif annotation is not msgspec.UnsetType:
        yield PYTHON[typing.cast("type", annotation)]


def said(each: contract.Property) -> set[str]:
    """The JSON types that the contract gives a property."""
    one = f"array of {each.type}" if each.many else each.type
    return {one, "null"} if each.nullable else {one}


@pytest.mark.parametrize("struct", SHAPES, ids=lambda each: each.__name__)
def test_a_struct_has_the_fields_of_its_schema(struct: type[msgspec.Struct]) -> None:
    """No more and no less."""
    schema = SHAPES[struct]
    known = set(contract.properties(schema)) - ELSEWHERE.get(schema, set())
    assert set(struct.__struct_fields__) == known


@pytest.mark.parametrize("struct", PAGES, ids=lambda each: each.__name__)
def test_a_page_has_fields_of_its_schema(struct: type[msgspec.Struct]) -> None:
    """Its counts may stay unread; nothing undocumented is read."""
    assert set(struct.__struct_fields__) < set(contract.properties(PAGES[struct]))


@pytest.mark.parametrize(("struct", "name"), FIELDS)
def test_a_field_takes_what_may_come(struct: type[msgspec.Struct], name: str) -> None:
    """Every documented type, null where null may come; and it may be left out unless the contract requires it."""
    schema = {**SHAPES, **PAGES}[struct]
    if name not in struct.__struct_fields__:
        return
    annotation = typing.get_type_hints(struct)[name]
    fields = {each.name: each for each in msgspec.structs.fields(struct)}
    assert said(contract.properties(schema)[name]) <= set(taken(annotation))
    assert not fields[name].required or name in contract.schema(schema)["required"]


def test_an_unknown_type_would_be_seen() -> None:
    """The comparison itself tells a text from a number and a list from one value."""
    assert set(taken(list[int] | None)) == {"array of integer", "null"}
    assert not {"string"} <= set(taken(int | None))


def test_a_purge_is_read_with_or_without_enabled() -> None:
    """GET is documented without it; should it come all the same, it is of the documented type."""
    struct = set(campaign_fields.AutoPurgeFields.__struct_fields__)
    assert struct == set(contract.properties("AutoPurge")) | set(contract.properties("AutoPurgeUpdate"))
