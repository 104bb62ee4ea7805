"""Campaigns with contacts over HTTP, from memory: searches, and batches that take a while, one at a time a campaign.

    python -m benchmarks.canned_batches MILLISECONDS SECONDS CONTACTS…

MILLISECONDS: what each answer takes on its way, one half of it before the request is looked at. SECONDS: what a batch
takes. CONTACTS: how many each campaign has; the campaigns are numbered from 1. Prints its address.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks.canned import CREATED, campaign

PAGE_SIZE = 500
_ROUTE = re.compile(r"(GET|POST) /api/v[12]/voice/campaigns(/[^ ?]*)? ?")
_ABOUT = {
    "id": 0, "state": "processing_not_in_progress", "comment": None, "excluded": False, "excludedDetail": None,
    "retryDate": None, "triesNumber": 2, "wrapupId": 731, "agentId": 543, "agentName": "Agent",
    "assignedAgentId": None, "assignedGroupId": None, "duplicateContactIds": [], "minCallingDateTime": None,
    "maxCallingDateTime": None, "lastCallTime": CREATED, "lastAttemptTime": CREATED, "lastAgentId": 543,
    "lastCallerType": "system", "createdBy": "import", "createdAt": CREATED, "lastUpdatedBy": "system",
    "lastUpdatedAt": CREATED, "contactCardDisplayNumber": None, "displayedNumberIds": [], "calendarId": None,
    "currentPhoneName": "Telephone_1", "purgeDate": None, "region": None, "phones": {"Telephone_1": "33199000001"},
    "customFields": {"First_Name": "Name", "Category": "Gold", "Telephone_1": "33199000001"},
}  # fmt: skip
_REST = json.dumps(_ABOUT)[1:]


@dataclass(slots=True)
class Batch:
    """A batch that was accepted: whose contacts get which priority, and when."""

    campaign: int
    contact_ids: list[int]
    priority: int
    ends: float
    written: bool = False


class Server:
    """Contacts whose priority is 10 until a batch sets another."""

    def __init__(self, latency: float, batch: float, contacts: list[int]) -> None:
        self._half, self._seconds = latency / 2, batch
        self._priorities = {number: dict.fromkeys(range(1, size + 1), 10) for number, size in enumerate(contacts, 1)}
        self._batches: list[Batch] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection until it is closed."""
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            length = re.search(r"(?i)\r\ncontent-length: *([0-9]+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            await asyncio.sleep(self._half)
            status, content = self._answer(head, body)
            await asyncio.sleep(self._half)
            about = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            writer.write(about.encode() + content)
            await writer.drain()

    def _answer(self, head: str, body: bytes) -> tuple[int, bytes]:
        self._move()
        route = _ROUTE.match(head)
        parts = (route[2] or "").strip("/").split("/") if route else ["?"]
        if parts == [""]:
            campaigns = [campaign(number) for number in self._priorities]
            return 200, json.dumps({"count": len(campaigns), "campaigns": campaigns, "next": None}).encode()
        if parts[:2] == ["contact-batch", "status"]:
            return self._status(self._batches[int(parts[2].removeprefix("batch-"))])
        number, what = int(parts[0]), parts[1:]
        if what == ["contacts", "search"]:
            return 200, self._search(number, json.loads(body))
        if what == ["contact-batch", "update"]:
            return self._accept(number, json.loads(body))
        return (200, json.dumps(campaign(number)).encode()) if not what else (404, b"{}")

    def _search(self, number: int, asked: dict[str, Any]) -> bytes:
        held, page = self._priorities[number], asked["pageable"].get("page", 0)
        ids, size = asked["query"].get("contactIds") or list(held), asked["pageable"]["pageSize"]
        listed = ids[page * size : (page + 1) * size]
        contacts = (f'{{"contactId":{each},"campaignId":{number},"priority":{held[each]},{_REST}' for each in listed)
        last = json.dumps((page + 1) * size >= len(ids))
        about = f'"number":{page},"totalElements":{len(ids)},"totalPages":{-(-len(ids) // size)},"last":{last}'
        return f'{{"content":[{",".join(contacts)}],{about}}}'.encode()

    def _accept(self, number: int, asked: dict[str, Any]) -> tuple[int, bytes]:
        if any(each.campaign == number and not each.written for each in self._batches):
            return 409, b'{"error":"error.batch.already.running"}'
        ends = asyncio.get_running_loop().time() + self._seconds
        self._batches.append(Batch(number, asked["query"]["contactIds"], asked["data"]["priority"], ends))
        return 200, json.dumps({"token": f"batch-{len(self._batches) - 1}"}).encode()

    def _status(self, batch: Batch) -> tuple[int, bytes]:
        modified = len(batch.contact_ids) if batch.written else 0
        about = {"modifiedElementsCount": modified, "failed": [], "excluded": {}}
        return 200, json.dumps({"status": "COMPLETED" if batch.written else "IN_PROGRESS", **about}).encode()

    def _move(self) -> None:
        """Writes what the batches have come to by now."""
        now = asyncio.get_running_loop().time()
        for each in self._batches:
            if not each.written and each.ends <= now:
                each.written = True
                self._priorities[each.campaign].update(dict.fromkeys(each.contact_ids, each.priority))


async def _main(latency: float, batch: float, contacts: list[int]) -> None:
    held = Server(latency, batch, contacts)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await held.serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(float(sys.argv[1]) / 1000, float(sys.argv[2]), [int(each) for each in sys.argv[3:]]))
