"""Planning a policy over a campaign of 100,000 contacts, over HTTP with 50 ms latency, beside bare asynchronous loops.

    python -m benchmarks.contacts [--contacts 100000] [--runs 5]

The loops download the same pages with httpx and decode four columns with msgspec, eight pages at once or one after
another; the plan gives every contact to one of two agents. Budgets: at most 1.6 × the loop with eight, at least four
times as fast as the one without, and 200 MiB at the peak.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import best, served

MOST_TIMES, LEAST_FASTER, MOST_MIB, LATENCY, AT_ONCE = 1.6, 4.0, 200, 50, 8
_PROJECT = """\
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {{name: bench}}
spec: {{environments: {{bench: {{baseUrl: "{url}"}}}}}}
---
apiVersion: diabolocom.reconciler/v1
kind: Campaign
metadata: {{name: campaign-1}}
spec: {{settings: {{name: Campaign 1}}}}
---
apiVersion: diabolocom.reconciler/v1
kind: AssignmentPolicy
metadata: {{name: everybody}}
spec:
  campaigns: [campaign-1]
  rules: [{{name: all, match: {{excluded: false}}, assign: {{agents: [501, 601]}}}}]
"""


def main() -> int:
    """Measures, prints one line a figure, and returns 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, served("canned_batches", LATENCY, 1, asked.contacts) as url:
        project, *manifests = _PROJECT.format(url=url).split("---\n")
        (Path(name) / "reconciler.yaml").write_text(project)
        (Path(name) / "manifests.yaml").write_text("---\n".join(manifests))
        return _compare(name, url, asked.contacts, asked.runs)


def _compare(folder: str, url: str, contacts: int, runs: int) -> int:
    variables = os.environ | {"DIABOLOCOM_TOKEN": "bench"}
    bare = [sys.executable, "-m", "benchmarks.bare_contacts", url, "1"]
    planned = best([sys.executable, "-m", "reconciler", "-C", folder, "plan"], variables, runs)
    together = best([*bare, str(AT_ONCE)], variables, runs)
    in_turn = best([*bare, "1"], variables, 1)
    for what, each in (("plan", planned), ("eight at once", together), ("one by one", in_turn)):
        print(f"{what:14}{each.seconds:6.2f} s  {each.peak_mib:6.1f} MiB")
    times, faster = planned.seconds / together.seconds, in_turn.seconds / planned.seconds
    print(f"{contacts:,} contacts: {times:.2f} x the loop with eight (at most {MOST_TIMES})")
    print(f"{contacts:,} contacts: {faster:.1f} x as fast as one by one (at least {LEAST_FASTER:g})")
    print(f"{contacts:,} contacts: {planned.peak_mib:.1f} MiB (at most {MOST_MIB})")
    return int(times > MOST_TIMES or faster < LEAST_FASTER or planned.peak_mib > MOST_MIB)


if __name__ == "__main__":
    sys.exit(main())
