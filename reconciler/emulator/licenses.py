"""The licences billed for a month."""

from __future__ import annotations

import json

from reconciler.emulator.call import Call
from reconciler.emulator.errors import bad_request
from reconciler.emulator.fields import MONTH
from reconciler.emulator.json_text import dumps
from reconciler.emulator.structures import LICENSE_MODEL


def billed_licenses(call: Call) -> str:
    """COLD STATISTICS, GET Get licenses billed: what the seed says, for another month nothing billed."""
    month = call.parameters.get("month", "")
    if not MONTH.fullmatch(month):
        raise bad_request("error.invalid.parameter", "month must be a month like 2020-08.")
    row = call.connection.execute("SELECT document FROM licenses WHERE month = ?", (month,)).fetchone()
    return str(row[0]) if row else dumps(_nothing(call, month))


def _nothing(call: Call, month: str) -> dict[str, object]:
    last = call.connection.execute("SELECT document FROM licenses ORDER BY month DESC LIMIT 1").fetchone()
    model = json.loads(last[0])["currentAccountLicenseModel"] if last else LICENSE_MODEL
    return {"month": month, "licenseModelBilled": model, "currentAccountLicenseModel": model, "details": []}
