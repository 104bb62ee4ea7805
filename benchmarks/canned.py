"""The campaign list of an account over HTTP, from memory, each answer after a fixed delay.

    python -m benchmarks.canned CAMPAIGNS MILLISECONDS

What it costs itself is next to nothing, so that what is measured is the client. Prints its address; GET /count answers
how many requests came since the last time it was asked.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any

PATH, PAGE_SIZE, CREATED = "/api/v1/voice/campaigns", 200, "2023-09-01T07:30:00Z"


def campaign(number: int) -> dict[str, Any]:
    """A campaign as the API shows it, with every documented field."""
    return {
        "id": number, "name": f"Campaign {number}", "isPaused": number % 3 == 0, "isArchived": False,
        "folder": f"Folder {number % 9}", "mode": "predictive", "userIds": [500 + number % 40, 600 + number % 40],
        "unassignedUserIds": [], "groupIds": [12], "customFields": ["First_Name", "Category", "Telephone_1"],
        "createdAt": CREATED, "createdBy": "admin", "lastUpdatedAt": CREATED, "lastUpdatedBy": "admin",
        "wrapupFolderId": 7, "phoneFields": ["Telephone_1"], "displayedPhoneNumbers": [f"331{number:08}"],
        "useAgentDisplayedPhoneNumber": False, "minCallingDateOffset": 0, "maxCallingDateOffset": 30,
        "maxTries": 3 + number % 5, "nextTryDelay": 86400, "isRecorded": True, "recordingPercentage": 50,
        "calendarId": 1191, "regionalization": False, "soundPlayedContactPickUp": None, "contactPriority": 10,
        "personalCallbackPrioritization": False, "globalPriority": None, "deduplicationParams": None,
        "autoPurge": {"lastAttemptBeforeDays": 90, "maxTriesReached": False, "excluded": False, "notToCall": False},
    }  # fmt: skip


class Server:
    """The pages, encoded once, and how many requests came."""

    def __init__(self, campaigns: int, seconds: float) -> None:
        self.seconds, self.requests, self.url = seconds, 0, ""
        self._campaigns, self._pages = campaigns, list[bytes]()

    def encode(self) -> None:
        """The pages, once the address is known that their `next` needs."""
        last = -(-self._campaigns // PAGE_SIZE)
        for page in range(1, last + 1):
            numbers = range((page - 1) * PAGE_SIZE + 1, min(page * PAGE_SIZE, self._campaigns) + 1)
            following = f"{self.url}{PATH}?pageSize={PAGE_SIZE}&page={page + 1}" if page < last else None
            content = {"count": self._campaigns, "campaigns": [campaign(each) for each in numbers], "next": following}
            self._pages.append(_answer(json.dumps(content)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection until it is closed."""
        while head := await reader.readuntil(b"\r\n\r\n"):
            if head.startswith(b"GET /count"):
                answer, self.requests = _answer(str(self.requests)), 0
            else:
                self.requests += 1
                asked = re.search(rb"[?&]page=([0-9]+)", head)
                answer = self._pages[int(asked[1]) - 1 if asked else 0]
                await asyncio.sleep(self.seconds)
            writer.write(answer)
            await writer.drain()


def _answer(body: str) -> bytes:
    content = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


async def _main(campaigns: int, milliseconds: float) -> None:
    held = Server(campaigns, milliseconds / 1000)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await held.serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    held.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    held.encode()
    print(held.url, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
