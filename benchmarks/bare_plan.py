"""The floor of a plan: list the campaigns with httpx, page after page, and compare dicts with what is wanted.

    python -m benchmarks.bare_plan URL WANTED

WANTED: a JSON file of id → settings, or a folder of manifests, which are then read with libyaml and believed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx


def main(url: str, wanted: str) -> None:
    """Prints the campaigns that differ, and how many there are."""
    desired = _from_json(Path(wanted)) if wanted.endswith(".json") else _from_manifests(Path(wanted))
    live: dict[str, Any] = {}
    with httpx.Client(headers={"Private-Token": "bench"}) as client:
        page: str | None = f"{url}/api/v1/voice/campaigns?pageSize=200"
        while page:
            content = client.get(page).raise_for_status().json()
            live |= {each["name"]: each for each in content["campaigns"]}
            page = content["next"]
    different = [name for name, each in desired.items() if any(live[name].get(key) != each[key] for key in each)]
    for name in different:
        print(f"~ {name}")
    print(f"{len(different)} of {len(desired)} to change")


def _from_json(file: Path) -> dict[str, Any]:
    return {each["name"]: each for each in json.loads(file.read_text())}


def _from_manifests(folder: Path) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    settings = (
        document["spec"]["settings"]
        for file in sorted(folder.glob("*.yaml"))
        for document in yaml.load_all(file.read_bytes(), Loader=loader)
    )
    return {each["name"]: each for each in settings}


if __name__ == "__main__":
    main(*sys.argv[1:])
