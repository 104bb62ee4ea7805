"""How an emulator behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """How this emulator behaves, above all where the documentation is silent.

    token: the only `Private-Token` accepted; None accepts any that is not empty.
    batch_seconds: how long a batch stays unfinished.
    page_base: how search numbers its pages; "mixed" is asked from 1 and answers from 0.
    public_url: what `next` and `previous` start with; None is the request's own scheme and host.
    soon_fields: whether the fields and filters marked "Soon" or "Future" work; else they are unknown ones.
    text_case: whether custom field conditions mind the case of letters.
    unset_fields: whether a contact's unset fields come as null or are left out.
    unstable_order: whether every page of a search is cut from an order of its own, so that pages overlap.
    long_pages: whether a page size over the largest is cut to it, or a 400.
    empty_lists: whether a filter that is an empty list is dropped, or finds nothing.
    unknown_fields: whether an unknown field of a body is ignored, or a 400. (Unknown filters are always dropped.)
    auto_purge: whether a PATCH of `autoPurge` replaces the object, or changes only what it names.
    purge_enabled: whether `autoPurge.enabled` is shown; if it is, autoPurge is never null.
    batch_query: when a batch's query is evaluated: when it runs, or when it is accepted.
    create_while_busy: what a batch create gets while another batch of the campaign runs. "refused" is a 409, which
        the documentation does not list for it: whoever believes the list takes it for final and loses the contacts.
    delete_filters: where the filters of a batch delete stand: they are the body, or its `query`, as in an update. What
        stands elsewhere is dropped, and without a filter all contacts go.
    """

    token: str | None = None
    batch_seconds: float = 0.3
    page_base: Literal["zero", "one", "mixed"] = "zero"
    public_url: str | None = None
    soon_fields: bool = False
    text_case: Literal["ignored", "minded"] = "ignored"
    unset_fields: Literal["null", "omitted"] = "null"
    unstable_order: bool = False
    long_pages: Literal["cut", "refused"] = "cut"
    empty_lists: Literal["dropped", "nothing"] = "dropped"
    unknown_fields: Literal["ignored", "refused"] = "ignored"
    auto_purge: Literal["replaced", "merged"] = "replaced"
    purge_enabled: Literal["hidden", "shown"] = "hidden"
    batch_query: Literal["run", "accepted"] = "run"
    create_while_busy: Literal["refused", "accepted"] = "refused"
    delete_filters: Literal["body", "query"] = "body"
