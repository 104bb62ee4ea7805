"""The real YAML language server with the schemas of `schemas/`: what it offers, shows and finds."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from reconciler.kinds import SCHEMAS
from reconciler.kinds.assignment_policy import ASSIGN_FIELDS
from reconciler.kinds.campaign import MODES, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.manifests.modeline import OVERLAY_SCHEMA, SCHEMA, modeline
from tests.editor.language_server import LanguageServer

ROOT = Path(__file__).resolve().parents[2]
CURSOR = "▮"
_NUMBERS = count(1)


def opened(server: LanguageServer, text: str, schema: str = SCHEMA) -> tuple[Path, int, int]:
    """A document that the disk does not hold, below its modeline; and the place of its cursor."""
    name = f"schemas-{next(_NUMBERS)}.yaml"
    whole = f"{modeline(name, schema)}\n{text}"
    before = whole.partition(CURSOR)[0]
    server.open(ROOT / name, whole.replace(CURSOR, ""))
    return ROOT / name, before.count("\n"), len(before.rpartition("\n")[2])


def of(kind: str, spec: str) -> str:
    """A manifest of this kind, whose spec has these lines."""
    lines = "".join(f"  {each}\n" for each in spec.splitlines())
    return f"apiVersion: diabolocom.reconciler/v1\nkind: {kind}\nmetadata: {{name: example}}\nspec:\n{lines}"


def found(server: LanguageServer, text: str, schema: str = SCHEMA) -> list[dict[str, Any]]:
    """The faults of a document."""
    return server.diagnostics(opened(server, text, schema)[0])


def test_the_kinds_are_offered(server: LanguageServer) -> None:
    """An overlay is never a Project."""
    assert server.completions(*opened(server, f"kind: {CURSOR}")) == [*SCHEMAS]
    overlay = opened(server, f"kind: {CURSOR}", OVERLAY_SCHEMA)
    assert {*server.completions(*overlay)} == SCHEMAS.keys() - {"Project"}


def test_the_settings_of_a_campaign_are_offered(server: LanguageServer) -> None:
    """And nothing that other kinds have."""
    for kind in ("Campaign", "CampaignTemplate"):
        for schema in (SCHEMA, OVERLAY_SCHEMA):
            asked = opened(server, of(kind, f"settings:\n  max{CURSOR}"), schema)
            assert server.completions(*asked) == [*SETTINGS]


def test_the_fields_of_rules_are_offered(server: LanguageServer) -> None:
    """Filters, what may be set, and how contacts are shared out."""
    rule = "rules:\n  - name: gold\n    {}:\n      "
    for name, table in (("match", MATCH_FILTERS), ("set", SET_FIELDS)):
        asked = opened(server, of("AssignmentPolicy", rule.format(name) + CURSOR))
        assert server.completions(*asked) == [*table]
    asked = opened(server, of("AssignmentPolicy", rule.format("assign") + CURSOR))
    assert {*ASSIGN_FIELDS} <= {*server.completions(*asked)}  # besides, an empty object for `agents`


def test_agents_who_share_contacts_are_checked(server: LanguageServer) -> None:
    """Weights, a list or a variable; what is none of them is marked."""
    rule = "rules: [{{name: a, match: all, assign: {{agents: {}}}}}]"
    for agents in ("{alice: 2, 543: 1}", "[alice, 543]", '"${team}"', '{alice: "${weight}"}'):
        for schema in (SCHEMA, OVERLAY_SCHEMA):
            assert found(server, of("AssignmentPolicy", rule.format(agents)), schema) == []
    for agents in ("alice", "{}", "[]", "{alice: 0}", "{alice: two}", "{alice: null}"):
        assert len(found(server, of("AssignmentPolicy", rule.format(agents)))) == 1, agents


def test_the_fields_of_an_environment_are_offered(server: LanguageServer) -> None:
    """Whatever its name."""
    asked = opened(server, of("Project", f"environments:\n  staging:\n    {CURSOR}"))
    assert {"baseUrl", "tokenEnv", "variables", "overlays"} <= {*server.completions(*asked)}


def test_choices_are_offered(server: LanguageServer) -> None:
    """Though a variable may stand there too."""
    asked = opened(server, of("Campaign", f"settings: {{}}\nexpect:\n  mode: {CURSOR}"))
    assert {*server.completions(*asked)} == {*MODES}
    asked = opened(server, of("Campaign", f"settings:\n  isPaused: {CURSOR}"))
    assert {*server.completions(*asked)} == {"true", "false"}


def test_a_field_is_explained(server: LanguageServer) -> None:
    """Its description and its example, under the name of its kind."""
    shown = server.hover(*opened(server, of("Campaign", f"settings:\n  next{CURSOR}TryDelay: 90s")))
    assert shown.startswith("#### Campaign\n")
    assert SETTINGS["nextTryDelay"].docs in shown
    assert "```yaml\n24h\n```" in shown
    shown = server.hover(*opened(server, of("Campaign", f"settings: {{}}\nexpect: {{mo{CURSOR}de: preview}}")))
    assert all(each in shown for each in ("Dialling mode.", *MODES))


def test_a_misspelt_field_is_found(server: LanguageServer) -> None:
    """At its place, and it alone."""
    for schema in (SCHEMA, OVERLAY_SCHEMA):
        [fault] = found(server, of("Campaign", "settings:\n  maxTrys: 5"), schema)
        assert "maxTrys" in fault["message"]
        assert fault["range"]["start"] == {"line": 6, "character": 4}


def test_values_are_checked(server: LanguageServer) -> None:
    """A variable is taken for any value; a text that is none is told so."""
    assert (
        found(server, of("Campaign", 'settings: {maxTries: "${tries}", isPaused: "${paused}", userIds: "${all}"}'))
        == []
    )
    assert found(server, of("Campaign", 'settings: {nextTryDelay: "${hours}h"}\nexpect: {mode: "${mode}"}')) == []
    [fault] = found(server, of("Campaign", "settings: {maxTries: many}"))
    assert fault["message"] == 'Expected integer, or a variable: "${name}".'
    [fault] = found(server, of("Campaign", "settings: {}\nexpect: {mode: fast}"))
    assert "preview" in fault["message"]


def test_an_overlay_is_a_part(server: LanguageServer) -> None:
    """Nothing has to be there, and null takes away what needs not be."""
    parts = "settings: {maxTries: null, autoPurge: {enabled: null}}\nexpect: null"
    assert found(server, of("Campaign", parts), OVERLAY_SCHEMA) == []
    assert found(server, of("Campaign", "lifecycle: {ensure: null}"), OVERLAY_SCHEMA) == []
    assert found(server, of("Campaign", "lifecycle: {ensure: null}")) != []
    assert len(found(server, of("Campaign", "settings: null"), OVERLAY_SCHEMA)) == 1
