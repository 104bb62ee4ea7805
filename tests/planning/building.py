"""Desired and live sides for tests: manifests as text, campaigns and contacts as the API shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.api.shapes import Campaign, Contact, Wrapup
from reconciler.diagnostics import Source, Span
from reconciler.kinds.campaign import Ensure
from reconciler.manifests.desired import Assign, CustomField, Desired, DesiredCampaign, DesiredPolicy, Rule
from reconciler.manifests.project import Binding, read_project
from reconciler.manifests.read import read_desired
from reconciler.model import Address
from reconciler.planning.assignment import assigned
from reconciler.planning.claims import claim
from reconciler.planning.live import Pair
from reconciler.planning.plan import Change
from reconciler.planning.queries import Query
from reconciler.planning.sifting import Sieve

SPAN = Span(Source("one.yaml", "kind: Campaign\n"), 1, 1)
CREATED = "2023-09-01T07:30:00Z"

PROJECT: dict[str, Any] = {
    "apiVersion": "diabolocom.reconciler/v1",
    "kind": "Project",
    "metadata": {"name": "tested"},
    "spec": {
        "environments": {
            "test": {
                "baseUrl": "emulator:account.db",
                "campaigns": {"bakery": 100},
                "agents": {"alice": 543, "bruno": 544, "chloe": 545},
            }
        }
    },
}


def campaign_document(name: str = "bakery", **spec: Any) -> dict[str, Any]:
    """A Campaign document; JSON is YAML."""
    spec = {"settings": {}} | spec
    head = {"apiVersion": "diabolocom.reconciler/v1", "kind": "Campaign", "metadata": {"name": name}}
    return head | {"spec": spec}


def policy_document(*rules: dict[str, Any], name: str = "assigning", campaigns: tuple[str, ...] = ("bakery",)) -> Any:
    """An AssignmentPolicy document."""
    head = {"apiVersion": "diabolocom.reconciler/v1", "kind": "AssignmentPolicy", "metadata": {"name": name}}
    return head | {"spec": {"campaigns": list(campaigns), "rules": list(rules)}}


def desired_of(
    *documents: Any, project: Mapping[str, Any] = PROJECT, environment: str = "test", **more: Any
) -> Desired:
    """What these documents ask of the environment; `more` replaces parts of the project's environment."""
    whole = json.loads(json.dumps(project))
    whole["spec"]["environments"][environment] |= more
    read, faults = read_project("reconciler.yaml", json.dumps(whole).encode())
    assert read is not None, faults
    files = {f"{place:03}.yaml": json.dumps(each).encode() for place, each in enumerate(documents)}
    return read_desired(read, read.environments["test"], files, {})


def live(number: int = 100, name: str = "CA - Métiers", **values: Any) -> Campaign:
    """A live campaign, with the fields given and those that identify it."""
    return Campaign(number, name, {"id": number, "name": name, "createdAt": CREATED, **values})


def wanted(
    settings: Mapping[str, Any] | None = None,
    *,
    name: str = "bakery",
    fields: tuple[CustomField, ...] = (),
    expect: Mapping[str, Any] | None = None,
    ignore: frozenset[str] = frozenset(),
    binding: Binding | None = None,
    ensure: Ensure = Ensure.PRESENT,
) -> DesiredCampaign:
    """A desired campaign; one that is to be deleted is bound to the id of `live()`."""
    address = Address("Campaign", name)
    bound = binding or (Binding(100, None, SPAN) if ensure is Ensure.DELETED else None)
    return DesiredCampaign(address, {}, bound, settings or {}, fields, expect or {}, ignore, {}, SPAN, ensure)


def paired(desired: DesiredCampaign, held: Campaign | None = None, **values: Any) -> Pair:
    """A desired campaign with its live one."""
    return Pair(desired, held or live(**values))


def rule(
    name: str,
    match: Mapping[str, Any] | None = None,
    *,
    skip: bool = False,
    assign: Assign | None = None,
    **values: Any,
) -> Rule:
    """A rule that sets `values`, and spreads its contacts as `assign` says."""
    return Rule(name, match, values, skip, None, SPAN, {}, assign)


def sieved(*rules: tuple[Rule, Mapping[str, Any], Sequence[Contact]], statuses: Mapping[int, str] = {}) -> list[Sieve]:
    """What these rules found: each with the filters that were sent and the contacts that came."""
    queries = [Query(each, filters) for each, filters, _ in rules]
    sieves = [Sieve(queries, index, statuses) for index in range(len(rules))]
    for sieve, (_, _, found) in zip(sieves, rules, strict=True):
        sieve.take(found)
    return sieves


def policy(*rules: Rule) -> DesiredPolicy:
    """A policy with these rules."""
    return DesiredPolicy(Address("AssignmentPolicy", "assigning"), ("bakery",), rules, SPAN)


def contact(number: int, **values: Any) -> Contact:
    """A contact that nobody processes."""
    return Contact(number, **{"state": "processing_not_in_progress", **values})


def wrapup(number: int, name: str, path: str = "", status: str = "tocall") -> Wrapup:
    """A wrap-up code."""
    return Wrapup(number, name, status, path)


def changes_of(sieves: Sequence[Sieve], pair: Pair | None = None) -> list[Change]:
    """What the rules change on the contacts that they found."""
    own = policy(*(each.query.rule for each in sieves))
    return [assigned(own, pair or paired(wanted({})), each).change for each in claim(sieves)]
