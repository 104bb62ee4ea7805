"""Probes: proof that the API honours a filter that can't be checked on the contacts it returns (S3).

The same filter with a value that no contact has must return nothing; where it returns contacts it was ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.api.endpoints.searches import Search
from reconciler.api.filters import undecidable
from reconciler.api.reading import Reader
from reconciler.diagnostics import Diagnostic
from reconciler.errors import UnsafeQuery
from reconciler.manifests.desired import DesiredPolicy
from reconciler.planning.live import Pair
from reconciler.planning.queries import Query

#: A text that no custom field holds.
IMPOSSIBLE = "reconciler-probe-4f1d0c9e"


def probe_faults(reader: Reader, policy: DesiredPolicy, pair: Pair, query: Query) -> list[Diagnostic]:
    """A fault for each condition of the query that the API turns out to ignore."""
    return [
        _fault(policy, pair, query, condition)
        for condition, probe in _probes(query.filters)
        if reader.run(Search(pair.live.id, probe, page_size=1).page(None)).content
    ]


def _probes(filters: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each condition to prove, with its probe. UnsafeQuery for what nothing can prove: a schema lets none of it in."""
    for part in undecidable(filters):
        conditions: Any = part.get("customFieldConditions")
        if not conditions:
            raise UnsafeQuery("nothing can prove that the API honours this filter", f"`{next(iter(part))}`")
        for condition in conditions:
            yield condition, {"customFieldConditions": [{**condition, "value": IMPOSSIBLE}]}


def _fault(policy: DesiredPolicy, pair: Pair, query: Query, condition: Mapping[str, Any]) -> Diagnostic:
    detail = (
        f"{pair.desired.address}: rule `{query.rule.name}` uses `{condition['condition']}` on "
        f"`{condition['customFieldName']}`, and the API returned contacts for a value that none can have"
    )
    return Diagnostic(
        "filter-ignored",
        "the API ignored a filter",
        detail,
        span=query.rule.spans.get("customFieldConditions", query.rule.span),
        help="this campaign is left alone; match by another condition, such as contains",
        address=str(policy.address),
    )
