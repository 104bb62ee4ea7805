"""The project file: its environments, where tokens may go, and that none is shown."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic
from reconciler.manifests.project import Project, read_project
from reconciler.render.text import diagnostics_text
from tests.manifests.reading import API, PROJECT_FILE, campaign, faults, only, pointed, project, project_text, summary

SECRET = "s3cr3t-88874456"


def read(text: str) -> tuple[Project | None, list[Diagnostic]]:
    """The project of a text and its faults."""
    return read_project(PROJECT_FILE, text.encode())


def of_environment(*lines: str) -> list[Diagnostic]:
    """The faults of a project with this environment."""
    found, wrong = read(project_text("".join(f"      {each}\n" for each in lines)))
    assert (found is None) == bool(wrong)
    return wrong


def test_a_project_says_where_everything_is() -> None:
    """With its defaults."""
    found = project(spec="  manifests: [m]\n  limits: {contactsChanged: 5}\n  announcedFields: [deduplicationParams]\n")
    environment = found.environments["local"]
    assert (found.name, found.manifests, found.limits) == ("case", ("m",), {"contactsChanged": 5})
    assert (found.store_url, found.announced) == ("file:.reconciler", frozenset({"deduplicationParams"}))
    assert (environment.emulator_file, environment.token_env) == (".reconciler/emulator.db", "DIABOLOCOM_TOKEN")
    assert (environment.agents, environment.groups) == ({"alice": 543, "bruno": 544}, {"closers": 12})


def test_bindings_are_ids_or_ids_with_the_time_of_creation() -> None:
    """Each remembers its place."""
    lines = '      baseUrl: "emulator:x"\n      campaigns: {a: 1, b: {id: 2, createdAt: "2023-09-01T07:30:00Z"}}\n'
    campaigns = project(lines).environments["local"].campaigns
    assert [(each.id, each.created_at) for each in campaigns.values()] == [(1, None), (2, "2023-09-01T07:30:00Z")]
    assert str(campaigns["b"].span) == "reconciler.yaml:8:25"


@pytest.mark.parametrize(
    "url",
    [
        "https://public-fr2.engage.diabolocom.com",
        "https://public-fr2.engage.diabolocom.com/",
        "HTTPS://Host:8443",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.9.9.9:1/",
        "http://[::1]:8080",
        "https://10.0.0.1",
        "emulator:.reconciler/emulator.db",
    ],
)
def test_an_origin_that_a_token_may_be_sent_to(url: str) -> None:
    """Over TLS, or to this machine."""
    assert of_environment(f'baseUrl: "{url}"') == []


@pytest.mark.parametrize(
    "url",
    [
        "http://public-fr2.engage.diabolocom.com",
        "HTTP://public-fr2.engage.diabolocom.com",
        "http://localhost.evil.example",
        "http://evil.localhost",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://128.0.0.1:8080",
    ],
)
def test_plain_http_to_another_machine_is_refused(url: str) -> None:
    """With its place, and the same with https as the way out."""
    fault = only(of_environment(f"baseUrl: {url}"))
    assert (fault.code, pointed(fault), fault.help) == ("insecure-origin", url, f"write https{url[4:]}")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host", "host", "//host", "https:host", "https://", "https:///path", "", " https://host", "emulator"),
        *(
            "https://host/api",
            "https://host?a=b",
            "https://host#a",
            "https://host\\\\@evil",
            "https://ho st",
            "emulator:",
        ),
        *("https://host:99999", "https://host:0", "https://host:x", "https://[::1", "https://hôte", "https://host/ "),
        *(
            f"https://{SECRET}@host",
            f"https://user:{SECRET}@host",
            f"https://host/?token={SECRET}",
            f"http://a:{SECRET}@b",
        ),
    ],
)
def test_anything_else_is_no_origin(url: str) -> None:
    """And what may be a token in it is not repeated (S9)."""
    found = of_environment(f'baseUrl: "{url}"')
    assert only(found).code in ("wrong-origin", "wrong-form")
    assert SECRET not in str(diagnostics_text(found))
    assert str(only(found).span) == "reconciler.yaml:7:16"


@pytest.mark.parametrize(
    "lines",
    [
        ("baseUrl: https://host", f"token: {SECRET}"),
        ("baseUrl: https://host", f"apiToken: '{SECRET}'"),
        ("baseUrl: https://host", f'"password" : {SECRET}'),
        ("baseUrl: https://host", f"tokenEnv: {SECRET}"),
        ("baseUrl: https://host", f"tokenEnv: '{SECRET}'"),
        ("baseUrl: https://host", f"tokenEnv: [{SECRET}]"),
        (f"{{baseUrl: https://host, agnts: {{}}, token: {SECRET}}}",),
        (f"{{baseUrl: https://a:{SECRET}@host, agnts: {{}}}}",),
        (f"{{tokenEnv: {SECRET}, agnts: {{}}}}",),
        (f"{{token: {SECRET}, token: {SECRET}}}",),
        (f"{{token: {SECRET}, a: [}}",),
    ],
)
def test_a_token_in_the_project_file_is_never_shown(lines: tuple[str, ...]) -> None:
    """Whatever is wrong on its line (S9)."""
    found = of_environment(*lines)
    assert found
    assert SECRET not in str(diagnostics_text(found))


def test_a_token_in_the_project_file_is_told_where_it_belongs() -> None:
    """Not that `tokenEnv` is the nearest name: that would put it there."""
    for line in (f"token: {SECRET}", f"tokenEnv: {SECRET}"):
        assert "a token is never written down" in only(of_environment("baseUrl: https://host", line)).help


def test_other_lines_of_the_project_file_are_shown() -> None:
    """Also those that name the variable of the token."""
    found = of_environment("{baseUrl: https://host, tokenEnv: MY_TOKEN, agnts: {}}")
    assert pointed(only(found)) == "agnts"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("baseUrl: 'emulator:x'", "agent: {alice: 543}"), ("unknown-field", "agent")),
        (("agents: {}",), ("missing-field", "local")),
        (("baseUrl: 'emulator:x'", "agents: {alice: x}"), ("wrong-type", "x")),
        (("baseUrl: 'emulator:x'", "agents: {alice: 0}"), ("out-of-range", "0")),
        (("baseUrl: 'emulator:x'", "agents: {alice: 543.0}"), ("wrong-type", "543.0")),
        (("baseUrl: 'emulator:x'", "campaigns: {a: 6046.0}"), ("wrong-type", "6046.0")),
        (("baseUrl: 'emulator:x'", "campaigns: {a: {createdAt: x}}"), ("missing-field", "a")),
        (("baseUrl: 'emulator:x'", "campaigns: {a: {id: 1, createdAt: yesterday}}"), ("wrong-moment", "yesterday")),
        (("baseUrl: 'emulator:x'", "variables: {a: 1.5}"), ("wrong-type", "1.5")),
        (("baseUrl: 'emulator:x'", "variables: {a: {b: 1}}"), ("wrong-type", "{b: 1}")),
    ],
)
def test_faults_of_an_environment(lines: tuple[str, ...], expected: tuple[str, str]) -> None:
    """Each with its place."""
    found = [each for each in of_environment(*lines) if each.code == expected[0]]
    assert summary(found) == [expected]


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("", "not-a-project", "must hold one document of kind Project"),
        ("# nothing\n", "not-a-project", "must hold one document of kind Project"),
        (campaign(), "not-a-project", "must hold one document of kind Project"),
        (project_text() + "---\n" + campaign(), "not-a-project", "and nothing else"),
        (project_text() + "---\n" + project_text(), "not-a-project", "and nothing else"),
        (project_text().replace("Project", "Projekt"), "unknown-kind", "`Projekt` is not a kind"),
        (project_text().replace("local", "Local"), "wrong-form", "`Local` is not a name"),
        (project_text().replace("name: case", "name: Case"), "wrong-form", "`metadata.name` is text `Case`"),
        (project_text(spec="  store: {url: 'ftp://b'}\n"), "wrong-form", "expected file:FOLDER"),
        (project_text(spec="  limits: {contactsChanged: -1}\n"), "out-of-range", "at least 0"),
        (project_text(spec="  limit: {}\n"), "unknown-field", "`spec` takes no key `limit`"),
        (f"{API}kind: Project\nmetadata: {{name: x}}\nspec: {{environments: {{}}}}\n", "wrong-count", "at least 1"),
        ("a: [\n", "yaml-syntax", "did not find"),
    ],
)
def test_faults_of_the_project_file(text: str, code: str, detail: str) -> None:
    """Each with a place, even for an empty file."""
    found, wrong = read(text)
    fault = only(wrong)
    assert found is None
    assert (fault.code, detail in fault.detail) == (code, True)
    assert fault.span is not None
    assert fault.help


def test_all_faults_of_the_project_file_come_in_order() -> None:
    """Those of its schema and those of its origins together."""
    lines = ["baseUrl: http://host", "agent: {}", "tokenEnv: 1", "campaigns: {a: {id: x, createdAt: y}}"]
    found = of_environment(*lines)
    assert [each.code for each in found] == [
        *("insecure-origin", "unknown-field", "wrong-type", "wrong-type", "wrong-moment"),
    ]


def test_a_binding_without_a_manifest_is_a_warning() -> None:
    """It does nothing, and a misspelt one would let the campaign be looked up by its name."""
    of = project('      baseUrl: "emulator:x"\n      campaigns: {bakry: 6046}\n')
    fault = only(faults(campaign(), of=of))
    assert (fault.code, fault.severity, pointed(fault)) == ("unused-binding", "warning", "bakry")
    assert fault.help == "the nearest campaign is `bakery`"
