"""The searches that lead on from one system id to the next: by phone, over all campaigns, and by date, in one.

Where the documentation is silent: `toDate` itself is in the period; without `limit` a search by phone answers with ten
contacts, as Search contacts does; a list or a number that can't be read counts as left out, as does any `dateField`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from reconciler.emulator.call import Call
from reconciler.emulator.campaigns import fetch_campaign
from reconciler.emulator.conditions import Clause
from reconciler.emulator.errors import bad_request, not_found
from reconciler.emulator.fields import Reader, instant, integer, list_of, text
from reconciler.emulator.filters import phones_filter
from reconciler.emulator.json_text import dumps
from reconciler.emulator.paging import number, size_of

BY_PHONE_DEFAULT, BY_PHONE_LARGEST = 10, 100
BY_DATE_LARGEST = 500

#: A contact that was found: its system id, its lastUpdatedAt, and its JSON text.
Row = tuple[int, str, str]


def search_by_phone(call: Call) -> str:
    """CONTACTS V2, POST Search contacts by phone, in the order of system ids; without phones, every contact."""
    body = call.body if isinstance(call.body, dict) else {}
    size = size_of(number(call.parameters, "limit"), BY_PHONE_DEFAULT, BY_PHONE_LARGEST, call.options)
    start = Clause("id >= ?", (number(call.parameters, "fromId") or 0,))
    clauses = [start, _campaigns(call, body.get("campaignIds")), _phones(call, body.get("phones"))]
    rows = _rows(call, Clause.all_of(clauses), "id", size)
    following = {"fromId": rows[size][0], "limit": size} if len(rows) > size else None
    return _slice(call, rows[:size], following)


def search_by_date(call: Call) -> str:
    """CONTACTS V2, GET Search contacts by dates: those changed in a period, the ones changed first coming first.

    `next` starts at the first contact of the next page, by its date and, among those of one date, by its id.
    """
    campaign, given = fetch_campaign(call), call.parameters
    size = size_of(number(given, "limit"), BY_DATE_LARGEST, BY_DATE_LARGEST, call.options)
    start = (_date(given.get("fromDate", "")), number(given, "fromId") or 0)
    end = {"toDate": _date(given["toDate"])} if "toDate" in given else {}
    period = Clause("campaignId = ? AND (lastUpdatedAt, id) >= (?, ?)", (campaign["id"], *start))
    until = [Clause("lastUpdatedAt <= ?", (moment,)) for moment in end.values()]
    rows = _rows(call, Clause.all_of([period, *until]), "lastUpdatedAt, id", size)
    if len(rows) <= size:
        return _slice(call, rows, None)
    following = rows[size]
    return _slice(call, rows[:size], {"fromId": following[0], "limit": size, "fromDate": following[1], **end})


def _campaigns(call: Call, value: object) -> Clause:
    wanted = _list(value, integer())
    known = {number for (number,) in call.connection.execute("SELECT id FROM campaigns")}
    if not known.issuperset(wanted or ()):
        raise not_found("campaign")
    # The plus keeps SQLite on the way of the ids, where it need not sort.
    return _filter(call, wanted, Clause("+campaignId IN (SELECT value FROM json_each(?))", (dumps(wanted),)))


def _phones(call: Call, value: object) -> Clause:
    wanted = _list(value, text)
    return _filter(call, wanted, phones_filter(wanted))


def _filter(call: Call, wanted: list[object] | None, condition: Clause | None) -> Clause:
    """`condition`, unless the list it is made from is left out or empty."""
    if wanted and condition:
        return condition
    finds_nothing = wanted is not None and call.options.empty_lists == "nothing"
    return Clause("0" if finds_nothing else "1")


def _list(value: object, reader: Reader) -> list[object] | None:
    try:
        items: list[object] = list_of(reader)(value)
    except ValueError:
        return None
    return items


def _date(value: str) -> str:
    try:
        return str(instant(value))
    except ValueError:
        raise bad_request("error.invalid.parameter", "fromDate must be, and toDate may be, an ISO 8601 date.") from None


def _rows(call: Call, condition: Clause, order: str, size: int) -> list[Row]:
    """The first contacts that meet `condition`, one more than a page holds."""
    statement = f"SELECT id, lastUpdatedAt, document FROM contacts WHERE {condition.sql} ORDER BY {order} LIMIT ?"
    return call.connection.execute(statement, (*condition.values, size + 1)).fetchall()


def _slice(call: Call, rows: list[Row], following: Mapping[str, object] | None) -> str:
    contacts = [call.shown(document) for _, _, document in rows]
    address = following and f"{call.base_url}{call.path}?{urlencode(following)}"
    return f'{{"contacts":[{",".join(contacts)}],"count":{len(contacts)},"next":{dumps(address)}}}'
