"""The endpoints of batches: what is taken for one, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.emulator.batches import accept, scope_of
from reconciler.emulator.call import Call
from reconciler.emulator.campaigns import fetch_campaign, fetch_unarchived
from reconciler.emulator.contacts import BATCH_UPDATED, creation, require_card_number
from reconciler.emulator.errors import bad_format, bad_request, not_found
from reconciler.emulator.fields import JsonObject, list_of, mapping_of, text
from reconciler.emulator.filters import where

MOST_CREATED = 300


def create_batch(call: Call) -> str:
    """CONTACTS V2, POST Create a batch of contacts: takes it, and answers with its token."""
    campaign = fetch_unarchived(call)
    given = creation(call, campaign, list_of(mapping_of(text)))
    contacts = given.pop("customFields")
    if len(contacts) > MOST_CREATED:
        raise bad_request("error.invalid.parameter", f"customFields: {MOST_CREATED} contacts at most.")
    request = {"task": "create", "contacts": contacts, "data": given}
    return accept(call, campaign, request, alongside=call.options.create_while_busy == "accepted")


def update_batch(call: Call) -> str:
    """CONTACTS V2, POST Update a batch of contacts: takes it, and answers with its token."""
    campaign = fetch_campaign(call)
    body = call.body
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict):
        raise bad_format("The body must be an object with query and data.")
    query = body.get("query") or {}
    if not isinstance(query, dict):
        raise bad_format("query: must be an object.")
    known = _known(call, campaign, query)
    changes = call.taken(body["data"], BATCH_UPDATED)
    require_card_number(call, changes)
    return accept(call, campaign, {"task": "update", "query": known, "data": changes})


def delete_batch(call: Call) -> str:
    """CONTACTS V2, POST Delete a batch of contacts: takes it, and answers with its token.

    The body itself is the query. As in Update, what is no filter is dropped in silence, and without a filter all
    contacts go. That is what a body like that of Update does, ``{"query": {"contactIds": [1]}}``: "query" is no filter.
    The documentation can be read the other way too (an option): then what stands beside `query` is dropped.
    """
    campaign = fetch_campaign(call)
    query = call.body
    if isinstance(query, dict) and call.options.delete_filters == "query":
        query = query.get("query", {})
    if not isinstance(query, dict):
        raise bad_format("The body must be an object of filters.")
    return accept(call, campaign, {"task": "delete", "query": _known(call, campaign, query)})


def get_batch(call: Call) -> str:
    """CONTACTS V2, GET Get batch result."""
    row = call.connection.execute(
        "SELECT status, result FROM batches WHERE token = ?", (call.path_values["batchId"],)
    ).fetchone()
    if row is None:
        raise not_found("batch")
    return f'{{"status":"{row[0]}",{row[1][1:]}'


def _known(call: Call, campaign: JsonObject, query: Mapping[str, object]) -> JsonObject:
    """The filters of `query` that there are; ApiError 400 when one of them has a wrong value."""
    scope = scope_of(campaign, call.options)
    where(query, scope)
    return {name: value for name, value in query.items() if name in scope.filters()}
