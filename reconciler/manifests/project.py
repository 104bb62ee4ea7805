"""The project file → Project: where manifests are, and the environments."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from reconciler.diagnostics import Diagnostic, Span
from reconciler.kinds import PROJECT
from reconciler.kinds.project import DEFAULT_TOKEN_ENV
from reconciler.manifests.documents import read_documents
from reconciler.manifests.located import Located
from reconciler.manifests.schema_faults import schema_faults

EMULATOR_SCHEME = "emulator:"


@dataclass(frozen=True, slots=True)
class Binding:
    """Which live campaign a manifest means: its id and, where given, the createdAt that proves the account."""

    id: int
    created_at: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Environment:
    """One account that the manifests are applied to. `agents` and `groups` are the names for ids."""

    name: str
    base_url: str
    token_env: str
    variables: Mapping[str, Located]
    overlays: tuple[str, ...]
    campaigns: Mapping[str, Binding]
    agents: Mapping[str, int]
    groups: Mapping[str, int]
    span: Span

    @property
    def emulator_file(self) -> str | None:
        """The embedded emulator's database, relative to the project, or None for a real account."""
        is_emulator = self.base_url.startswith(EMULATOR_SCHEME)
        return self.base_url.removeprefix(EMULATOR_SCHEME) if is_emulator else None


@dataclass(frozen=True, slots=True)
class Project:
    """The project file. Paths are relative to its folder; `manifests` is empty for "every other YAML file"."""

    name: str
    manifests: tuple[str, ...]
    limits: Mapping[str, int]
    store_url: str
    announced: frozenset[str]
    environments: Mapping[str, Environment]
    span: Span

    @property
    def overlays(self) -> frozenset[str]:
        """The overlay folders of all environments: none of them is a folder of manifests."""
        return frozenset(each for environment in self.environments.values() for each in environment.overlays)


def read_project(path: str, content: bytes) -> tuple[Project | None, list[Diagnostic]]:
    """The project of a project file's content, or None with every fault of it."""
    documents, faults = read_documents(path, content)
    projects = [each for each in documents if each.address.kind == PROJECT]
    if not faults and (len(projects) != 1 or len(documents) != 1):
        place = (documents[1:] or documents)[0].body.span if documents else None
        detail = f"{path} must hold one document of kind Project and nothing else"
        faults.append(Diagnostic("not-a-project", "not a project file", detail, span=place))
    faults += [fault for each in projects for fault in schema_faults(each)]
    if faults:
        return None, faults
    project = _project(projects[0].body)
    faults = [fault for each in project.environments.values() for fault in _origin_faults(each)]
    return project, faults


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that plain http does not leave it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _project(body: Located) -> Project:
    spec = body.plain()["spec"]
    environments = body.get("spec", "environments")
    assert environments is not None  # the schema requires it
    return Project(
        name=body.plain()["metadata"]["name"],
        manifests=tuple(spec.get("manifests", ())),
        limits=spec.get("limits", {}),
        store_url=spec.get("store", {}).get("url", "file:.reconciler"),
        announced=frozenset(spec.get("announcedFields", ())),
        environments={name: _environment(name, each) for name, each in environments.items()},
        span=body.span,
    )


def _environment(name: str, located: Located) -> Environment:
    plain = located.plain()
    variables, campaigns, base_url = (located.get(each) for each in ("variables", "campaigns", "baseUrl"))
    return Environment(
        name=name,
        base_url=plain["baseUrl"],
        token_env=plain.get("tokenEnv", DEFAULT_TOKEN_ENV),
        variables=dict(variables.items()) if variables else {},
        overlays=tuple(plain.get("overlays", ())),
        campaigns={each: _binding(value) for each, value in campaigns.items()} if campaigns else {},
        agents=plain.get("agents", {}),
        groups=plain.get("groups", {}),
        span=base_url.span if base_url else located.place,
    )


def _binding(located: Located) -> Binding:
    plain = located.plain()
    if isinstance(plain, dict):
        return Binding(plain["id"], plain.get("createdAt"), located.place)
    return Binding(plain, None, located.place)


def _origin_faults(environment: Environment) -> list[Diagnostic]:
    if environment.emulator_file is not None:
        if environment.emulator_file:
            return []
        return [_origin_fault(environment, "`emulator:` names no file", "write emulator:.reconciler/emulator.db")]
    try:
        parts = urlsplit(environment.base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return [_origin_fault(environment, "it is not a URL", "write https://public-….engage.diabolocom.com")]
    if parts.scheme == "http" and host and not is_loopback(host):
        detail = f"`{environment.base_url}` would send the token without TLS"
        secure = f"write https://{environment.base_url.removeprefix('http://')}"
        return [Diagnostic("insecure-origin", "not https", detail, span=environment.span, help=secure)]
    if parts.scheme not in ("http", "https") or not host:
        return [_origin_fault(environment, "it has no scheme or host", "write https://… or emulator:FILE")]
    if parts.username or parts.password or parts.query or parts.fragment:
        return [_origin_fault(environment, "it holds more than scheme, host and path", "keep tokens in tokenEnv")]
    return []


def _origin_fault(environment: Environment, why: str, help_text: str) -> Diagnostic:
    detail = f"baseUrl of environment `{environment.name}` cannot be used: {why}"
    return Diagnostic("wrong-origin", "wrong baseUrl", detail, span=environment.span, help=help_text)
