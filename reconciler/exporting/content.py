"""One live campaign → what its manifest says, in the manifests' own form: names for ids, 24h for 86400."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reconciler.api.shapes import Campaign
from reconciler.kinds import CAMPAIGN
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.field import Availability, Field, Type
from reconciler.kinds.schema import API_VERSION
from reconciler.kinds.values import comparable, duration, settings_object
from reconciler.manifests.documents import read_documents
from reconciler.manifests.located import Path
from reconciler.manifests.project import Environment
from reconciler.manifests.schema_faults import schema_faults
from reconciler.manifests.variables import escaped
from reconciler.manifests.writing import written_document

#: A plain object of a manifest.
Content = dict[str, Any]


def campaign_content(
    campaign: Campaign, name: str, environment: Environment, settings: Collection[str], *, whole: bool
) -> Content:
    """The Campaign manifest `name` that asks for what the account has, as far as it lies within `settings`.

    What is null, empty or off is left out unless `whole`: that is what the API has when nothing was ever set.
    """
    live = campaign.values
    wanted = {each: field for each, field in SETTINGS.items() if each in settings and each in live}
    spec: Content = {"settings": dict(_settings(wanted, live, environment, whole=whole))}
    if fields := list(_custom_fields(live)):
        spec["customFields"] = fields
    if asserted := dict(_asserted(live)):
        spec["expect"] = asserted
    return _document(name, spec)


def faulty_entries(content: Content) -> set[tuple[str, str | int]]:
    """The entries of the spec's sections that are, or hold, what the kind's schema does not take."""
    (document,), _ = read_documents("", written_document(content).encode())
    _, paths = schema_faults(document)
    return {(str(path[1]), path[2]) for path in paths if len(path) > 2 and path[0] == "spec"}


def is_sayable(path: Path, value: Any) -> bool:
    """Whether a manifest may hold this value at ``("spec", "settings", …)``."""
    for step in reversed(path[2:]):
        value = {step: value}
    return not faulty_entries(_document("x", {"settings": {}} | {str(path[1]): value}))


def _document(name: str, spec: Content) -> Content:
    return {"apiVersion": API_VERSION, "kind": CAMPAIGN, "metadata": {"name": name}, "spec": spec}


def exportable(announced: Collection[str], without: Collection[str]) -> frozenset[str]:
    """The settings that manifests may name: the announced ones only where the project does, and none of `without`."""
    return frozenset(
        name
        for name, field in SETTINGS.items()
        if name not in without and (field.available is Availability.NOW or name in announced)
    )


def in_manifest(field: Field, value: Any, environment: Environment) -> Any:
    """A live value (not null) of a setting as a manifest says it."""
    if field.many:
        return [_one(field, each, environment) for each in comparable(field, value)]
    return _one(field, value, environment)


def _settings(
    fields: Mapping[str, Field], live: Mapping[str, Any], environment: Environment, *, whole: bool
) -> Iterator[tuple[str, Any]]:
    for name, field in fields.items():
        if field.fields:
            value: Any = _object(field, settings_object(name, live[name]), whole=whole)
        elif live[name] is None:
            value = [] if field.many else None
        else:
            value = in_manifest(field, live[name], environment)
        if whole or value not in (None, [], {}):
            yield name, value


def _object(field: Field, held: Mapping[str, Any], *, whole: bool) -> Content:
    """What is set of an object; an autoPurge that is off has nothing else."""
    if held.get("enabled") is False:
        return {"enabled": False} if whole else {}
    inner = {each.name: held[each.name] for each in field.fields if held.get(each.name) is not None}
    return inner if whole else {name: each for name, each in inner.items() if each is not False and each != []}


def _custom_fields(live: Mapping[str, Any]) -> Iterator[str | Content]:
    phones = set(live.get("phoneFields") or ())
    for name in dict.fromkeys(live.get("customFields") or ()):
        yield {"name": escaped(name), "isPhoneNumber": True} if name in phones else escaped(name)


def _asserted(live: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What PATCH does not take; ids of the account and what is off are left out."""
    for name, field in ASSERTED.items():
        if field.type is not Type.INTEGER and live.get(name) not in (None, False):
            yield name, live[name]


def _one(field: Field, value: Any, environment: Environment) -> Any:
    if field.type is Type.REFERENCE:
        names = environment.agents if field.reference == "agents" else environment.groups
        return next((escaped(name) for name, id_ in sorted(names.items()) if id_ == value), value)
    if field.type is Type.DURATION and isinstance(value, int) and value >= 0:
        return duration(value)
    return escaped(value) if isinstance(value, str) else value
