"""GitHub that fails, limits or refuses: what is repeated, what is said, and where the token goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.github import forge as forges
from tests.integrations.github_server import Fault, GitHub, serving
from tests.integrations.test_github_forge import variables

COMMENTS = "issues/5/comments"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub, with nothing in it."""
    with serving() as made:
        yield made


@pytest.fixture
def waits() -> list[float]:
    """How long was waited for, each time."""
    return []


@pytest.fixture
def forge(hub: GitHub, waits: list[float]) -> forges.Forge:
    """The repository, as a job sees it that may write comments."""
    return forges.Forge(variables(hub, pull_requests="write"), waits.append)


@pytest.mark.parametrize("status", [500, 502, 503, 0])
def test_a_fault_of_github_is_repeated(forge: forges.Forge, hub: GitHub, waits: list[float], status: int) -> None:
    """With growing pauses; 0 is a connection that ends without an answer."""
    hub.faults = [Fault("GET", COMMENTS, status, times=3)]
    assert list(forge.each(COMMENTS)) == []
    assert waits == [2, 4, 6]
    hub.faults = [Fault("GET", COMMENTS, status, times=4)]
    with pytest.raises(forges.Refused, match=r"GET issues/5/comments: .*GitHub"):
        list(forge.each(COMMENTS))


@pytest.mark.parametrize("status", [502, 0])
def test_what_creates_is_not_sent_twice(forge: forges.Forge, hub: GitHub, waits: list[float], status: int) -> None:
    """It may have been done."""
    hub.faults = [Fault("POST", COMMENTS, status, done_first=True)]
    with pytest.raises(forges.Refused):
        forge.call("POST", COMMENTS, {"body": "x"})
    assert (len(hub.comments[5]), waits) == (1, [])


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"Retry-After": "7"}, [7]),
        (403, {"Retry-After": "7"}, [7]),
        (429, {"Retry-After": "0"}, [1]),
        (429, {}, [60]),
        (429, {"Retry-After": "soon"}, [60]),
    ],
)
def test_a_limit_is_waited_for(
    forge: forges.Forge, hub: GitHub, waits: list[float], status: int, headers: dict[str, str], expected: list[float]
) -> None:
    """As long as GitHub asks for; also where something is created, since nothing was."""
    hub.faults = [Fault("POST", COMMENTS, status, headers)]
    forge.call("POST", COMMENTS, {"body": "x"})
    assert (len(hub.comments[5]), waits) == (1, expected)


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {"Retry-After": "3600"}), (403, {}), (404, {}), (422, {}), (401, {})]
)
def test_what_waiting_does_not_mend_is_told_at_once(
    forge: forges.Forge, hub: GitHub, waits: list[float], status: int, headers: dict[str, str]
) -> None:
    """In one line, with GitHub's own words."""
    hub.faults = [Fault("GET", COMMENTS, status, headers)]
    with pytest.raises(forges.Refused, match=rf"^GET issues/5/comments: GitHub answered {status} \(a fault for "):
        list(forge.each(COMMENTS))
    assert waits == []


def test_a_permission_that_is_missing_is_named(forge: forges.Forge, hub: GitHub) -> None:
    """As GitHub names it in a header."""
    hub.faults = [Fault("GET", "issues", 403, {"X-Accepted-GitHub-Permissions": "issues=read"})]
    with pytest.raises(forges.Refused, match=r"the job needs the permission issues=read\)"):
        list(forge.each("issues"))
    with pytest.raises(forges.Refused, match=r"403 .Resource not accessible by integration"):
        list(forge.each("issues"))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_follows_no_redirect(forge: forges.Forge, hub: GitHub, status: int) -> None:
    """Wherever it leads."""
    with serving() as other:
        hub.faults = [Fault("GET", COMMENTS, status, {"Location": f"{other.url}/repos/x/y/z"})]
        with pytest.raises(forges.Refused, match=f"GitHub answered {status}"):
            list(forge.each(COMMENTS))
        assert other.heard == []


def test_what_github_says_can_give_no_command(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor has an error the token in it, as long as GitHub does not say it."""
    given = variables(hub, actions="read")
    hub.tokens.clear()
    assert forges.main(["find", "--name", "x\n::add-mask::y", "--branch", "main"], given) == 1
    said = capsys.readouterr()
    assert said.err == "::error title=reconciler::GET actions/artifacts: GitHub answered 401 (Bad credentials)\n"
    hub.tokens[given["GITHUB_TOKEN"]] = {"actions": "read"}
    assert forges.main(["find", "--name", "x\n::add-mask::y", "--branch", "main"], given) == 1
    said = capsys.readouterr()
    assert "x%0A::add-mask::y" in said.err
    assert said.err.count("\n") == 1
    assert given["GITHUB_TOKEN"] not in said.err + said.out


def test_an_answer_that_is_none_ends_in_a_line(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    """And outside of a job there is nobody to ask."""
    hub.artifacts = [{"id": "no number", "name": "x", "workflow_run": {"repository_id": 1, "head_repository_id": 1}}]
    given = variables(hub, actions="read")
    assert forges.main(["find", "--name", "x", "--branch", "main"], given) == 1
    assert "GitHub's answer is not as documented (KeyError" in capsys.readouterr().err
    assert forges.main(["find", "--name", "x", "--branch", "main"], {}) == 1
    assert "GITHUB_TOKEN and GITHUB_REPOSITORY must be set" in capsys.readouterr().err
