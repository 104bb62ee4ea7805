"""The project file → Project: where manifests are, and the environments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.diagnostics import Diagnostic, Source, Span, in_order
from reconciler.kinds import PROJECT
from reconciler.kinds.project import DEFAULT_STORE, DEFAULT_TOKEN_ENV, KEEP_DAYS, KEEP_RUNS
from reconciler.manifests.check_faults import check_faults
from reconciler.manifests.checks import Check, checks_of
from reconciler.manifests.documents import Document, read_documents
from reconciler.manifests.environments import EMULATOR_SCHEME, environment_faults, without_secret
from reconciler.manifests.located import Located, Variable, marked
from reconciler.manifests.schema_faults import schema_faults


@dataclass(frozen=True, slots=True)
class Binding:
    """Which live campaign a manifest means: its id and, where given, the createdAt that proves the account."""

    id: int
    created_at: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Environment:
    """One account that the manifests are applied to. `agents` and `groups` are the names for ids.

    `requests_per_second`: how fast it may be called; None: no limit.
    """

    name: str
    base_url: str
    token_env: str
    variables: Mapping[str, Variable]
    overlays: tuple[str, ...]
    campaigns: Mapping[str, Binding]
    agents: Mapping[str, int]
    groups: Mapping[str, int]
    span: Span
    requests_per_second: float | None = None

    @property
    def emulator_file(self) -> str | None:
        """The embedded emulator's database, relative to the project, or None for a real account."""
        is_emulator = self.base_url.startswith(EMULATOR_SCHEME)
        return self.base_url.removeprefix(EMULATOR_SCHEME) if is_emulator else None


@dataclass(frozen=True, slots=True)
class Project:
    """The project file. Paths are relative to its folder; `manifests` is empty for "every other YAML file".

    `places`: where each path is written. `keep_runs`, `keep_days`: what the store keeps of an environment's past.
    """

    name: str
    manifests: tuple[str, ...]
    limits: Mapping[str, int]
    store_url: str
    keep_runs: int
    keep_days: int
    announced: frozenset[str]
    environments: Mapping[str, Environment]
    places: Mapping[str, Span]
    span: Span
    checks: tuple[Check, ...] = ()

    @property
    def overlays(self) -> frozenset[str]:
        """The overlay folders of all environments: none of them is a folder of manifests."""
        return frozenset(each for environment in self.environments.values() for each in environment.overlays)


def read_project(path: str, content: bytes) -> tuple[Project | None, list[Diagnostic]]:
    """The project of a project file's content, or None with every fault of it."""
    documents, faults = read_documents(path, content)
    projects = [each for each in documents if each.address.kind == PROJECT]
    if not faults and (len(projects) != 1 or len(documents) != 1):
        faults.append(_not_a_project(path, content, documents))
    for each in projects:
        found, faulty = schema_faults(each)
        body = marked(each.body, faulty)
        faults += [*found, *environment_faults(body), *check_faults(body)]
    return (None, in_order(map(without_secret, faults))) if faults else (_project(projects[0].body), [])


def _not_a_project(path: str, content: bytes, documents: Sequence[Document]) -> Diagnostic:
    others = [each for each in documents if each.address.kind != PROJECT] or documents[1:]
    place = others[0].body.span if others else Span(Source(path, content.decode("utf-8-sig")), 1, 1)
    detail = f"{path} must hold one document of kind Project and nothing else"
    advice = "move the other documents into files of their own" if others else "describe the project and its accounts"
    return Diagnostic("not-a-project", "not a project file", detail, span=place, help=advice)


def _project(body: Located) -> Project:
    spec = body.plain()["spec"]
    store = spec.get("store", {})
    environments = body.get("spec", "environments")
    assert environments is not None  # the schema requires it
    return Project(
        name=body.plain()["metadata"]["name"],
        manifests=tuple(spec.get("manifests", ())),
        limits=spec.get("limits", {}),
        store_url=store.get("url", DEFAULT_STORE),
        keep_runs=store.get("keepRuns", KEEP_RUNS),
        keep_days=store.get("keepDays", KEEP_DAYS),
        announced=frozenset(spec.get("announcedFields", ())),
        environments={name: _environment(name, each) for name, each in environments.items()},
        places=dict(
            _places([body.get("spec", "manifests"), *(each.get("overlays") for _, each in environments.items())])
        ),
        span=body.span,
        checks=checks_of(body.get("spec", "checks")),
    )


def _places(lists: Iterable[Located | None]) -> Iterator[tuple[str, Span]]:
    for each in lists:
        yield from ((str(element.value), element.span) for element in (each.elements() if each else ()))


def _environment(name: str, located: Located) -> Environment:
    plain = located.plain()
    variables, campaigns, base_url = (located.get(each) for each in ("variables", "campaigns", "baseUrl"))
    return Environment(
        name=name,
        base_url=plain["baseUrl"],
        token_env=plain.get("tokenEnv", DEFAULT_TOKEN_ENV),
        variables=_variables(variables) if variables else {},
        overlays=tuple(plain.get("overlays", ())),
        campaigns={each: _binding(value) for each, value in campaigns.items()} if campaigns else {},
        agents=plain.get("agents", {}),
        groups=plain.get("groups", {}),
        span=base_url.span if base_url else located.place,
        requests_per_second=plain.get("requestsPerSecond"),
    )


def _variables(located: Located) -> Mapping[str, Variable]:
    return {name: Variable(name, each.value, each.span) for name, each in located.items()}


def _binding(located: Located) -> Binding:
    plain = located.plain()
    if isinstance(plain, dict):
        return Binding(plain["id"], plain.get("createdAt"), located.place)
    return Binding(plain, None, located.place)
