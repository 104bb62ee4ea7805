"""A stand-in for GitHub's REST API on loopback: comments, issues, artifacts, runs and merged pull requests.

As https://docs.github.com/rest has it: pages of at most 100, a bot as the author of what a job's token writes, and 403
for what the job's `permissions` do not name.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REPOSITORY, REPOSITORY_ID, FORK_ID = "acme/centre", 1, 2
BOT = {"login": "github-actions[bot]", "type": "Bot"}
#: The longest comment or issue that it takes, in characters.
LONGEST = 65_536


@dataclass(slots=True)
class Fault:
    """What the next calls of a method and path get instead: a status (0: the connection ends), `times` times."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    done_first: bool = False


@dataclass(slots=True)
class GitHub:
    """What GitHub holds of one repository; `url` is that of its API, `forbidden` what its settings give to no token."""

    url: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, Mapping[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)
    newline: str = "\n"
    forbidden: set[str] = field(default_factory=set)
    number: int = 100

    def next(self) -> int:
        """A number that nothing has yet."""
        self.number += 1
        return self.number

    def token(self, **permissions: str) -> str:
        """A token of a job with these permissions, such as ``issues="write"``."""
        made = f"ghs_secret{self.next()}"
        self.tokens[made] = permissions
        return made

    def add_run(self, event: str, head: str, branch: str, *, fork: bool = False, file: str = "reconciler") -> int:
        """A run of a workflow, for a commit of a branch; of a fork's pull request if it is one."""
        number = self.next()
        self.runs[number] = {
            "id": number, "event": event, "path": f".github/workflows/{file}.yaml@refs/heads/main",
            "head_sha": head, "head_branch": branch, "repository_id": REPOSITORY_ID,
            "head_repository_id": FORK_ID if fork else REPOSITORY_ID,
        }  # fmt: skip
        return number

    def add_artifact(self, run: int, name: str, folder: Path | None = None, *, expired: bool = False) -> int:
        """An artifact of a run, in the place of one of the same name; its id."""
        self.artifacts = [each for each in self.artifacts if (each["name"], each["workflow_run"]["id"]) != (name, run)]
        names = ("id", "head_sha", "head_branch", "repository_id", "head_repository_id")
        made: dict[str, Any] = {"id": self.next(), "name": name, "expired": expired, "folder": str(folder)}
        made["workflow_run"] = {each: self.runs[run][each] for each in names}
        self.artifacts.insert(len(self.artifacts) // 2, made)  # GitHub says nothing about their order
        return int(made["id"])

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any, token: str) -> tuple[int, Any]:
        """Status and JSON for a call below the repository."""
        may = self.tokens.get(token)
        if may is None:
            return 401, {"message": "Bad credentials"}
        for (known, pattern, needed), act in _ROUTES.items():
            found = re.fullmatch(pattern, path)
            if known == method and found:
                if not any(_allows(may.get(each), method) for each in {*needed.split("|")} - self.forbidden):
                    return 403, {"message": "Resource not accessible by integration"}
                words = [int(each) if each.isdigit() else each for each in found.groups()]
                status, answer = act(self, words, body)
                return status, _page(answer, query) if method == "GET" else answer
        return 404, {"message": "Not Found"}


def _allows(given: str | None, method: str) -> bool:
    return given == "write" or (given == "read" and method == "GET")


def _page(answer: Any, query: Mapping[str, str]) -> Any:
    """A page of a list, or of a list in an object; filtered as asked."""
    if isinstance(answer, list):
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        named = [each for each in answer if query.get("name") in (None, each.get("name"))]
        kept = [each for each in named if query.get("state") in (None, each.get("state"))]
        return kept[(page - 1) * size : page * size]
    if isinstance(answer, dict) and "artifacts" in answer:
        return {"artifacts": _page(answer["artifacts"], query)}
    return answer


def _write(hub: GitHub, into: list[dict[str, Any]], body: Mapping[str, Any]) -> tuple[int, Any]:
    text = str(body["body"])
    if len(text) > LONGEST:
        return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
    number = hub.next()
    made = {**body, "body": hub.newline.join(text.splitlines()), "id": number, "number": number, "user": BOT}
    into.append({"state": "open", **made})
    return 201, made


def _edit(hub: GitHub, into: list[dict[str, Any]], number: int, body: Mapping[str, Any]) -> tuple[int, Any]:
    for each in into:
        if each["id"] == number:
            text = str(body.get("body", each["body"]))
            if len(text) > LONGEST:
                return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
            each.update(body, body=hub.newline.join(text.splitlines()))
            return 200, each
    return 404, {"message": "Not Found"}


Act = Callable[[GitHub, list[Any], Any], tuple[int, Any]]
_ROUTES: Mapping[tuple[str, str, str], Act] = {
    ("GET", r"issues/(\d+)/comments", "issues|pull-requests"): lambda hub, n, _: (200, hub.comments.get(n[0], [])),
    ("POST", r"issues/(\d+)/comments", "issues|pull-requests"): (
        lambda hub, n, body: _write(hub, hub.comments.setdefault(n[0], []), body)
    ),
    ("PATCH", r"issues/comments/(\d+)", "issues|pull-requests"): (
        lambda hub, n, body: _edit(hub, [each for some in hub.comments.values() for each in some], n[0], body)
    ),
    ("GET", "issues", "issues"): lambda hub, _, __: (200, hub.issues),
    ("POST", "issues", "issues"): lambda hub, _, body: _write(hub, hub.issues, body),
    ("PATCH", r"issues/(\d+)", "issues"): lambda hub, n, body: _edit(hub, hub.issues, n[0], body),
    ("GET", "actions/artifacts", "actions"): lambda hub, _, __: (200, {"artifacts": hub.artifacts}),
    ("GET", r"actions/runs/(\d+)", "actions"): lambda hub, n, _: (200, hub.runs[n[0]]),
    ("GET", r"commits/(\w+)/pulls", "pull-requests"): (
        lambda hub, n, _: (200, [each for each in hub.pulls if n[0] in (each["merge_commit_sha"], each["head"]["sha"])])
    ),
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    hub: GitHub

    def do_GET(self) -> None:
        """Any call."""
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        self.hub.heard.append((self.command, path))
        fault = next((f for f in self.hub.faults if f.times and _strikes(f, self.command, path)), None)
        token = str(self.headers["Authorization"]).removeprefix("Bearer ")
        if fault is None or fault.done_first:
            status, answer = self.hub.answer(self.command, path, dict(parse_qsl(parts.query)), body, token)
        if fault is not None:
            fault.times -= 1
            status, answer = fault.status, {"message": f"a fault for {token}"}
        if status:
            self._say(status, answer, fault.headers if fault else {})

    do_POST = do_PATCH = do_GET

    def _say(self, status: int, answer: Any, headers: Mapping[str, str]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def _strikes(fault: Fault, method: str, path: str) -> bool:
    return fault.method == method and bool(re.fullmatch(fault.path, path))


@contextmanager
def serving() -> Iterator[GitHub]:
    """GitHub, with nothing in it, at its `url`."""
    hub = GitHub()
    handler = type("OneHandler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        hub.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
