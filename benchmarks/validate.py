"""Checking 1,000 campaigns in 200 files, with templates, overlays and policies; and how soon the command says anything.

    python -m benchmarks.validate [--campaigns 1000] [--files 200] [--runs 5]

Three budgets: `reconciler validate` of the one environment takes at most 2 s and 300 MiB, and `reconciler --help` at
most three times as long as a Python that only imports click.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import best

MOST_SECONDS, MOST_MIB, MOST_TIMES = 2.0, 300, 3.0
TEMPLATES, TEAMS, AGENTS = 20, 50, 100
RECONCILER = [sys.executable, "-m", "reconciler"]
_HEAD = "apiVersion: diabolocom.reconciler/v1\nkind: {kind}\nmetadata: {{name: {name}{more}}}\nspec:\n"
_SETTINGS = """\
  extends: [shared-{template}]
  settings:
    name: Campaign {number}
    isPaused: false
    maxTries: 8
    nextTryDelay: 24h
    userIds: [agent-{agent}, agent-{next_agent}]
    groupIds: [closers]
    autoPurge: {{enabled: true, lastAttemptBeforeDays: 90}}
  expect: {{mode: predictive}}
  lifecycle: {{ignoreChanges: [contactPriority]}}
"""
_TEMPLATE = """\
  settings:
    folder: Admissions
    displayedPhoneNumbers: ["${mainNumber}"]
    recordingPercentage: "${share}"
    isRecorded: true
  customFields: [First_Name, Last_Name, Category, {name: Telephone_1, isPhoneNumber: true}]
"""
_RULES = """\
  selector: {{team: team-{team}}}
  rules:
    - name: callbacks-stay
      match: {{wrapupStatuses: [tocall], lastCallBefore: -72h}}
      skip: true
    - name: gold
      match: {{excluded: false, customFieldConditions: [{{customFieldName: Category, condition: eq, value: Gold}}]}}
      set: {{assignedAgentId: agent-{team}, priority: 1}}
    - {{name: others, match: all, set: {{priority: 10}}}}
"""


def main() -> int:
    """Measures, prints one line a figure, and returns 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=1000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as name:
        _write_project(Path(name), asked.campaigns, asked.files)
        valid = best([*RECONCILER, "-C", name, "validate"], environment, asked.runs)
    usage = best([*RECONCILER, "--help"], environment, asked.runs)
    bare = best([sys.executable, "-c", "import click"], environment, asked.runs)
    for what, figures in (("validate", valid), ("--help", usage), ("import click", bare)):
        print(f"{what:14}{figures.seconds:6.2f} s  {figures.peak_mib:6.1f} MiB")
    times = usage.seconds / bare.seconds
    print(f"{asked.campaigns:,} campaigns in {asked.files:,} files: {valid.seconds:.2f} s (at most {MOST_SECONDS:g})")
    print(f"{asked.campaigns:,} campaigns in {asked.files:,} files: {valid.peak_mib:.1f} MiB (at most {MOST_MIB})")
    print(f"--help takes {times:.2f} x as long as importing click (at most {MOST_TIMES:g})")
    return int(valid.seconds > MOST_SECONDS or valid.peak_mib > MOST_MIB or times > MOST_TIMES)


def _write_project(folder: Path, campaigns: int, files: int) -> None:
    """Campaigns spread over the files; a policy for each team, and an overlay for every tenth campaign."""
    agents = {f"agent-{number}": 500 + number for number in range(AGENTS)}
    environment = {
        "baseUrl": "emulator:.reconciler/emulator.db",
        "overlays": ["overlays"],
        "variables": {"mainNumber": "33199001001", "share": 50},
        "campaigns": {f"campaign-{number}": 6000 + number for number in range(0, campaigns, 2)},
        "agents": agents,
        "groups": {"closers": 12},
    }
    spec = {"manifests": ["manifests"], "environments": {"bench": environment}}
    project = {"apiVersion": "diabolocom.reconciler/v1", "kind": "Project", "metadata": {"name": "bench"}, "spec": spec}
    (folder / "reconciler.yaml").write_text(json.dumps(project, indent=2))
    for name in ("manifests", "overlays"):
        (folder / name).mkdir()
    texts: list[list[str]] = [[] for _ in range(files)]
    for number in range(campaigns):
        texts[number % files].append(_campaign(number))
    for number, each in enumerate(texts):
        (folder / f"manifests/campaigns-{number:04}.yaml").write_text("---\n".join(each))
    templates = (_HEAD.format(kind="CampaignTemplate", name=f"shared-{each}", more="") for each in range(TEMPLATES))
    (folder / "manifests/templates.yaml").write_text("---\n".join(each + _TEMPLATE for each in templates))
    (folder / "manifests/policies.yaml").write_text("---\n".join(map(_policy, range(min(TEAMS, campaigns)))))
    patches = (_patch(number) for number in range(0, campaigns, 10))
    (folder / "overlays/patches.yaml").write_text("---\n".join(patches))


def _campaign(number: int) -> str:
    labels = f", labels: {{team: team-{number % TEAMS}}}"
    head = _HEAD.format(kind="Campaign", name=f"campaign-{number}", more=labels)
    agent = number % AGENTS
    return head + _SETTINGS.format(
        template=number % TEMPLATES, number=number, agent=agent, next_agent=(agent + 1) % AGENTS
    )


def _policy(team: int) -> str:
    return _HEAD.format(kind="AssignmentPolicy", name=f"policy-{team}", more="") + _RULES.format(team=team)


def _patch(number: int) -> str:
    head = _HEAD.format(kind="Campaign", name=f"campaign-{number}", more="")
    return f"{head}  settings: {{maxTries: 5, globalPriority: 10}}\n"


if __name__ == "__main__":
    sys.exit(main())
