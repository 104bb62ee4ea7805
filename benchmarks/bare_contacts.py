"""The floor of planning contacts: read every page of a campaign's contacts, decode what a rule needs, keep nothing.

    python -m benchmarks.bare_contacts URL CAMPAIGN AT_ONCE

AT_ONCE pages are under way at a time; 1 is one after another. How many there are is not known beforehand.
"""

from __future__ import annotations

import asyncio
import sys

import httpx
import msgspec

PAGE_SIZE = 500


class Row(msgspec.Struct, rename="camel"):
    """Four columns of a contact."""

    contact_id: int
    state: str
    excluded: bool
    assigned_agent_id: int | None


class Page(msgspec.Struct):
    """A page of contacts."""

    content: list[Row]
    last: bool


async def main(url: str, campaign: str, at_once: str) -> None:
    """Prints how many contacts there are."""
    path, decode = f"/api/v2/voice/campaigns/{campaign}/contacts/search", msgspec.json.Decoder(Page).decode
    numbers, ended, found = iter(range(10**9)), False, 0

    async def worker(client: httpx.AsyncClient) -> None:
        nonlocal ended, found
        while not ended:
            body = {"pageable": {"page": next(numbers), "pageSize": PAGE_SIZE}, "query": {"excluded": False}}
            page = decode((await client.post(path, json=body)).raise_for_status().content)
            found, ended = found + len(page.content), ended or page.last

    async with httpx.AsyncClient(base_url=url, headers={"Private-Token": "bench"}) as client:
        await asyncio.gather(*(worker(client) for _ in range(int(at_once))))
    print(found)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
