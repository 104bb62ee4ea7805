"""What the tests of this folder share: short ways to write manifests and to read what is said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.diagnostics import Diagnostic
from reconciler.errors import ManifestsInvalid
from reconciler.manifests.desired import Desired
from reconciler.manifests.project import Project, read_project
from reconciler.manifests.read import read_desired

API = "apiVersion: diabolocom.reconciler/v1\n"
PROJECT_FILE = "reconciler.yaml"
ENVIRONMENT = """\
      baseUrl: "emulator:.reconciler/emulator.db"
      agents: {alice: 543, bruno: 544}
      groups: {closers: 12}
      variables: {mainNumber: "33123456789", share: 50, on: true, none: null, list: [alice]}
"""


def project_text(environment: str = ENVIRONMENT, spec: str = "") -> str:
    """A project file with one environment, `local`."""
    return f"{API}kind: Project\nmetadata: {{name: case}}\nspec:\n{spec}  environments:\n    local:\n{environment}"


def project(environment: str = ENVIRONMENT, spec: str = "") -> Project:
    """The project of such a file."""
    found, faults = read_project(PROJECT_FILE, project_text(environment, spec).encode())
    assert found is not None, faults
    return found


def campaign(*lines: str, name: str = "bakery", settings: bool = True) -> str:
    """A Campaign: settings (with a name), or the lines of its whole spec."""
    head = "  settings:\n    name: CA - Métiers de Bouche\n" if settings else ""
    indent = "    " if settings else "  "
    body = "".join(f"{indent}{line}\n" for line in lines)
    return f"{API}kind: Campaign\nmetadata: {{name: {name}}}\nspec:\n{head}{body}"


def template(name: str, *lines: str) -> str:
    """A CampaignTemplate with the lines of its spec."""
    body = "".join(f"  {line}\n" for line in lines) or "  {}\n"
    return f"{API}kind: CampaignTemplate\nmetadata: {{name: {name}}}\nspec:\n{body}"


def policy(*rules: str, name: str = "shares", scope: str = "campaigns: [bakery]") -> str:
    """An AssignmentPolicy with these rules, each on one line."""
    body = "".join(f"    - {rule}\n" for rule in rules)
    return f"{API}kind: AssignmentPolicy\nmetadata: {{name: {name}}}\nspec:\n  {scope}\n  rules:\n{body}"


RULE = "{name: all, match: all, set: {priority: 1}}"


def documents(*texts: str) -> str:
    """One file's text with several documents."""
    return "---\n".join(texts)


def files(texts: Mapping[str, str] | str) -> dict[str, bytes]:
    """Files by path; a text alone is `m.yaml`."""
    named = {"m.yaml": texts} if isinstance(texts, str) else texts
    return {path: text.encode() for path, text in named.items()}


def read(
    manifests: Mapping[str, str] | str, overlays: Mapping[str, str] | None = None, of: Project | None = None
) -> Desired:
    """What the manifests ask of the environment `local`."""
    chosen = of or project()
    return read_desired(chosen, chosen.environments["local"], files(manifests), files(overlays or {}))


def faults(
    manifests: Mapping[str, str] | str, overlays: Mapping[str, str] | None = None, of: Project | None = None
) -> list[Diagnostic]:
    """All that is said about the manifests."""
    try:
        return list(read(manifests, overlays, of).diagnostics)
    except ManifestsInvalid as invalid:
        return list(invalid.diagnostics)


def pointed(diagnostic: Diagnostic) -> str:
    """The text that a diagnostic points at."""
    span = diagnostic.span
    assert span is not None
    return span.source.line(span.line)[span.column - 1 : span.column - 1 + span.width]


def summary(found: Iterable[Diagnostic]) -> list[tuple[str, str]]:
    """Codes and what they point at."""
    return [(each.code, pointed(each)) for each in found]


def only(found: Iterable[Diagnostic]) -> Diagnostic:
    """The one diagnostic there is."""
    (fault,) = found
    return fault
