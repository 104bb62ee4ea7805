"""What the account is billed for (section COLD STATISTICS, "Billing")."""

from __future__ import annotations

import re

from reconciler.api import decode
from reconciler.api.request import Flow, Request
from reconciler.api.shapes import BilledLicenses
from reconciler.errors import InvalidArgument, Unreadable

LICENSES = "/api/v1/statistic-cold/billing/licenses"

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def billed_licenses(month: str) -> Flow[BilledLicenses]:
    """The licenses billed for a month, written ``2020-08`` ("GET Get licenses billed").

    InvalidArgument, with nothing sent, for what is no month; Unreadable when another month's came.
    """
    if not _MONTH.fullmatch(month):
        raise InvalidArgument("this is no month; nothing was sent", help="write year and month, like 2020-08")
    request = Request("GET", LICENSES, {"month": month})
    found = decode.typed(request, (yield request), BilledLicenses)
    if found.month != month:
        raise Unreadable(request.label, "another month came in its place")
    return found
