"""Schema faults: a document held against its kind's JSON Schema. The only import of jsonschema and jsonschema_rs.

The fast one only says that a document is valid, and what it does not accept the thorough one explains. What is said
about each fault is in `schema_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from reconciler.diagnostics import Diagnostic
from reconciler.kinds import SCHEMAS
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Path
from reconciler.manifests.schema_words import Breach, explained, taken_away

if TYPE_CHECKING:
    from jsonschema import ValidationError

#: Keywords that find fault with the value itself, not with what it holds or lacks.
_OF_THE_VALUE = frozenset({"type", "enum", "const", "minimum", "maximum", "minLength", "pattern"})
#: What an overlay may leave out: all that is required, but for what says which document it changes.
_IDENTITY = frozenset({(), ("metadata",)})


def schema_faults(
    document: Document, *, patch: bool = False, overlays: Sequence[Located] = ()
) -> tuple[list[Diagnostic], frozenset[Path]]:
    """Every way in which the document breaks its kind's schema, and the paths of the values that are faulty.

    A `patch` (an overlay) may leave out what is required and may hold null: it takes the entry away; what it makes of
    its base is to be checked besides. `overlays` have been laid over the document: what one of them takes away is
    missing there. What is marked as broken has been reported already.
    """
    body = document.body
    plain = body.plain()
    if _is_accepted(document.address.kind, plain):
        return [], frozenset()
    breaches = list(_first_of_each_value(_breaches(document.address.kind, plain)))
    kept = [
        each
        for each in breaches
        if not body.is_broken_at(each.path) and not (patch and _is_left_to_the_base(each, body))
    ]
    address = str(document.address)
    found = [
        taken_away(each, null, address) if null is not None else fault
        for each in kept
        for null in [_null_of(each, overlays)]
        for fault in explained(each, body, address)
    ]
    return found, frozenset(each.path for each in kept if each.keyword in _OF_THE_VALUE)


def _null_of(breach: Breach, overlays: Sequence[Located]) -> Located | None:
    """The null by which an overlay took away what is missing."""
    way = [str(step) for step in (*breach.path, breach.name)] if breach.keyword == "required" else []
    nulls = (each.get(*way) for each in overlays if way)
    return next((each for each in nulls if each is not None and each.value is None and not each.broken), None)


def _is_accepted(kind: str, plain: Any) -> bool:
    """Whether the document is valid beyond doubt; the fast validator takes 8.0 for a whole number."""
    return _fast_validator(kind).is_valid(plain) and not _holds_a_float(plain)


def _holds_a_float(plain: Any) -> bool:
    left = [plain]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif isinstance(each, float):
            return True
    return False


def _breaches(kind: str, plain: Any) -> Iterator[Breach]:
    for error in _validator(kind).iter_errors(plain):
        schema: Any = error.schema
        path = tuple(error.absolute_path)
        properties = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
        if "propertyNames" in error.absolute_schema_path:
            yield Breach("propertyNames", error.validator_value, path, frozenset(), str(error.instance))
        elif error.validator == "required":
            yield from _missing(error, path, frozenset(properties))
        else:
            pattern = str(schema.get("pattern", ""))
            required = _is_required(kind, [*error.absolute_schema_path])
            known = frozenset(properties)
            yield Breach(str(error.validator), error.validator_value, path, known, pattern=pattern, required=required)


def _is_required(kind: str, steps: Sequence[Any]) -> bool:
    """Whether the value whose keyword stands at the end of these steps into the schema can't be left out."""
    if steps[-3:-2] != ["properties"]:
        return False
    schema: Any = SCHEMAS[kind]
    for step in steps[:-3]:
        schema = schema[step]
    return steps[-2] in schema.get("required", ())


def _missing(error: ValidationError, path: Path, known: frozenset[str]) -> Iterator[Breach]:
    wanted: Any = error.validator_value
    for name in wanted:
        if error.message.startswith(f"'{name}' "):
            yield Breach("required", wanted, path, known, name)


def _first_of_each_value(breaches: Iterable[Breach]) -> Iterator[Breach]:
    """Without the breaches that only follow from a more basic one of the same value (5 is no text, nor one of …)."""
    found = list(breaches)
    basic = {(each.path, each.keyword) for each in found if each.keyword in ("type", "minLength")}
    for each in found:
        hidden = each.keyword in _OF_THE_VALUE and each.keyword != "type" and (each.path, "type") in basic
        if not hidden and not (each.keyword == "pattern" and (each.path, "minLength") in basic):
            yield each


def _is_left_to_the_base(breach: Breach, body: Located) -> bool:
    if breach.keyword == "required":
        return breach.path not in _IDENTITY or breach.name == "spec"
    return breach.keyword in _OF_THE_VALUE and body.nearest(breach.path).value is None


def _is_integer(_: object, instance: object) -> bool:
    """8.0 is no whole number here: it would be sent, and shown in URLs, as 8.0."""
    return isinstance(instance, int) and not isinstance(instance, bool)


def _pattern(_: Any, pattern: str, instance: object, __: Any) -> Iterator[ValidationError]:
    """As ECMA 262 has it: `$` is the end of the text, not also the place before a last line end."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("does not match")


@cache
def _fast_validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(SCHEMAS[kind])


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator, validators  # slow to import, and only needed to explain

    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    extend: Any = validators.extend
    return extend(Draft202012Validator, {"pattern": _pattern}, type_checker=checker)(SCHEMAS[kind])
