"""Scanning a campaign of 100,000 contacts over HTTP, against a bare httpx loop that downloads the same pages.

    python -m benchmarks.scan [--contacts 100000] [--runs 5]

`reconciler get contacts --format csv` for six columns, and for all 33 without a budget. The other side is `reconciler
emulator` as a server of its own. Two budgets: memory stays flat (the peak grows by less than 100 MiB over the same
command on a campaign without contacts), and six columns take at most twice the loop's time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import best

FULL, EMPTY = 1, 2
MOST_MIB, MOST_TIMES = 100, 2.0
WANTED = "contactId,state,excluded,priority,assignedAgentId,wrapupId"
RECONCILER = [sys.executable, "-m", "reconciler"]


def main() -> int:
    """Measures, prints one line a figure, and returns 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_account(folder, asked.contacts)
        with _server(folder) as url:
            return _compare(folder, url, asked.contacts, asked.runs)


def _compare(folder: Path, url: str, contacts: int, runs: int) -> int:
    project = {"apiVersion": "diabolocom.reconciler/v1", "kind": "Project", "metadata": {"name": "bench"}}
    environments = {"environments": {"bench": {"baseUrl": url}}}
    (folder / "reconciler.yaml").write_text(json.dumps(project | {"spec": environments}))
    variables = os.environ | {"DIABOLOCOM_TOKEN": "bench"}
    get = [*RECONCILER, "-C", str(folder), "get", "contacts", "--format", "csv"]
    scan = best([*get, str(FULL), "--columns", WANTED], variables, runs)
    whole = best([*get, str(FULL)], variables, runs)
    empty = best([*get, str(EMPTY), "--columns", WANTED], variables, runs)
    bare = best([sys.executable, "-m", "benchmarks.bare_scan", url, str(FULL)], variables, runs)
    for name, figures in (("six columns", scan), ("every column", whole), ("no contact", empty), ("bare loop", bare)):
        print(f"{name:14}{figures.seconds:6.2f} s  {figures.peak_mib:6.1f} MiB")
    grown = max(scan.peak_mib, whole.peak_mib) - empty.peak_mib
    times = scan.seconds / bare.seconds
    print(f"{contacts:,} contacts: memory grows by {grown:.1f} MiB (at most {MOST_MIB})")
    print(f"six columns take {times:.2f} x the loop's time (at most {MOST_TIMES})")
    return int(grown > MOST_MIB or times > MOST_TIMES)


def _write_account(folder: Path, contacts: int) -> None:
    fields = ["First_Name", "Last_Name", "Category", "Telephone_1", "Telephone_2", "Email_Address"]
    shared = {"userIds": [543, 544, 545], "customFields": fields, "phoneFields": fields[3:5]}
    seed = {
        "campaigns": [{"id": FULL, "name": "Full", **shared}, {"id": EMPTY, "name": "Empty", **shared}],
        "generatedContacts": [{"campaignId": FULL, "count": contacts}],
    }
    (folder / "seed.json").write_text(json.dumps(seed))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The emulator over the account, as a process; its address."""
    files = ["--database", "emulator.db", "--seed", "seed.json"]
    command = [*RECONCILER, "emulator", "--port", "0", *files]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.search(r"http://[0-9.:]+", said)
            if found is None:
                raise RuntimeError(f"the emulator did not start: {said}{process.stderr.read()}")
            yield found[0]
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
