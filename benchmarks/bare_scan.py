"""The floor of a scan: download the pages of a campaign's contacts with httpx, one after another, and keep nothing.

python -m benchmarks.bare_scan URL CAMPAIGN
"""

from __future__ import annotations

import sys

import httpx


def main(url: str, campaign: str) -> None:
    """Asks for page after page until one says that it is the last. The page's contacts are not decoded."""
    path = f"/api/v2/voice/campaigns/{campaign}/contacts/search"
    with httpx.Client(base_url=url, headers={"Private-Token": "bench"}) as client:
        page, ended = 0, False
        while not ended:
            body = {"pageable": {"page": page, "pageSize": 500}, "query": {}}
            content = client.post(path, json=body).raise_for_status().content
            ended = b'"last":true' in content[-200:]
            page += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
