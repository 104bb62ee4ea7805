"""docs/simulate.md tells the truth: its command runs on the demo account, and says what stands below it."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.conftest import Workplace
from tests.emulator.accounts import account, contact
from tests.pages import DOCS, commands
from tests.planning.building import campaign_document, policy_document

PAGE = (DOCS / "simulate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "shown"), list(commands(PAGE)))
def test_a_command_of_the_page(workplace: Workplace, line: str, shown: str) -> None:
    """It says each of these lines in this order; … stands for what is left out."""
    workplace.example()
    said = workplace.run("-e", "local", *line.split()).out
    parts = [re.escape(each) for each in shown.split("…")]
    assert re.fullmatch(r"(?s:.*?)".join(parts), said), said


def test_the_rules_that_never_settle(workplace: Workplace) -> None:
    """Those of the page are such."""
    found = re.search(r"```yaml\nrules:\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    rules = yaml.safe_load(found[1])
    environment = {"baseUrl": "emulator:.reconciler/emulator.db", "campaigns": {"bakery": 100}}
    environment["agents"] = {"alice": 543, "bruno": 544}
    head = {"apiVersion": "diabolocom.reconciler/v1", "kind": "Project", "metadata": {"name": "tested"}}
    workplace.write("reconciler.yaml", yaml.safe_dump({**head, "spec": {"environments": {"local": environment}}}))
    documents = [campaign_document(settings={"maxTries": 5}), policy_document(*rules)]
    workplace.write("manifests.yaml", yaml.safe_dump_all(documents))
    workplace.seed(account(contact(1, priority=5), contact(2, priority=5), contact(3, priority=1)))
    ran = workplace.run("simulate")
    assert ran.code == 1
    assert "AssignmentPolicy/assigning rule others still changes 2 contacts of Campaign/bakery\n" in ran.out


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE) or ["simulate.md"])
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert (DOCS / link).exists()
