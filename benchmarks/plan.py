"""A plan of 1,000 campaigns of which none differs, over HTTP with 50 ms latency, beside bare scripts.

    python -m benchmarks.plan [--campaigns 1000] [--files 200] [--runs 7]

The scripts list the same pages with httpx and compare dicts: one has what it wants in a JSON file, the other reads the
same manifests with libyaml. Budgets: at most 1.35 × the first script, one request a page, and 80 MiB at the peak.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from benchmarks.canned import PAGE_SIZE, campaign
from benchmarks.measure import best, served

MOST_TIMES, MOST_MIB, LATENCY = 1.35, 80, 50
SETTINGS = (
    "name", "isPaused", "folder", "userIds", "groupIds", "displayedPhoneNumbers", "minCallingDateOffset",
    "maxCallingDateOffset", "maxTries", "nextTryDelay", "isRecorded", "recordingPercentage", "calendarId",
    "contactPriority", "autoPurge",
)  # fmt: skip
_PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: bench}}
spec: {{manifests: [manifests], environments: {{bench: {{baseUrl: "{url}"}}}}}}
"""
_MANIFEST = """\
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {{name: campaign-{number}}}
spec:
  settings:
"""


def main() -> int:
    """Measures, prints one line a figure, and returns 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=1000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, served("canned", asked.campaigns, LATENCY) as url:
        folder = Path(name)
        _write(folder, url, asked.campaigns, asked.files)
        return _compare(folder, url, asked.campaigns, asked.runs)


def _compare(folder: Path, url: str, campaigns: int, runs: int) -> int:
    variables = os.environ | {"DIABOLOCOM_TOKEN": "bench"}
    plan = [sys.executable, "-m", "reconciler", "-C", str(folder), "plan"]
    bare = [sys.executable, "-m", "benchmarks.bare_plan", url]
    urlopen(f"{url}/count").close()
    planned = best(plan, variables, runs)
    with urlopen(f"{url}/count") as answer:
        requests = int(answer.read()) / (runs + 1)
    with_json = best([*bare, str(folder / "wanted.json")], variables, runs)
    with_yaml = best([*bare, str(folder / "manifests")], variables, runs)
    for what, figures in (("plan", planned), ("script, JSON", with_json), ("script, YAML", with_yaml)):
        print(f"{what:14}{figures.seconds:6.2f} s  {figures.peak_mib:6.1f} MiB")
    times = planned.seconds / with_json.seconds
    print(f"{campaigns:,} campaigns: {times:.2f} x the script with JSON (at most {MOST_TIMES})")
    print(f"{campaigns:,} campaigns: {planned.seconds / with_yaml.seconds:.2f} x the script with the same manifests")
    print(f"{campaigns:,} campaigns: {requests:g} requests a plan, {planned.peak_mib:.1f} MiB (at most {MOST_MIB})")
    return int(times > MOST_TIMES or planned.peak_mib > MOST_MIB or requests > -(-campaigns // PAGE_SIZE))


def _write(folder: Path, url: str, campaigns: int, files: int) -> None:
    """The project, and the same wishes as JSON."""
    (folder / "manifests").mkdir()
    (folder / "reconciler.yaml").write_text(_PROJECT.format(url=url))
    wanted = [{name: campaign(each)[name] for name in SETTINGS} for each in range(1, campaigns + 1)]
    (folder / "wanted.json").write_text(json.dumps(wanted))
    texts = ["" for _ in range(files)]
    for number, settings in enumerate(wanted, start=1):
        lines = "".join(f"    {name}: {json.dumps(value)}\n" for name, value in settings.items())
        texts[number % files] += _MANIFEST.format(number=number) + lines
    for number, text in enumerate(texts):
        (folder / "manifests" / f"{number:03}.yaml").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
