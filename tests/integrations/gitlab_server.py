"""A stand-in for GitLab's API on loopback: as much of it as the jobs of integrations/gitlab ask for."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

#: The tokens of the project, and the user that each speaks for.
NOTE_TOKEN, API_TOKEN, JOB_TOKEN = "glpat-note", "glpat-api", "glcbt-job"
USERS = {NOTE_TOKEN: 901, API_TOKEN: 902}
PROJECT, FORK = 7, 8
SOMEBODY = {"author": {"id": 1}}


@dataclass
class Job:
    """A job that has ended, with what it left; `public`: everybody may read that."""

    id: int
    name: str
    ref: str
    status: str
    artifacts: dict[str, bytes]
    public: bool = False


@dataclass
class Pipeline:
    """A pipeline, and the merge request that it is for, if any."""

    id: int
    request: int | None = None
    project: int = PROJECT
    jobs: list[Job] = field(default_factory=list)


@dataclass
class GitLab:
    """What the project holds. `asked`: each call, with the headers of tokens that came with it."""

    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    pipelines: list[Pipeline] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    storage: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def answer(self, method: str, url: str, body: dict[str, Any], tokens: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON (bytes: a file, text: where it is) that a call gets."""
        split = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        self.asked.append((method, unquote(split.path), tokens))
        if self.faults:
            return self.faults.pop(0), {"message": "on purpose"}
        me = USERS.get(tokens.get("private-token", ""))
        if split.path == "/api/v4/user":
            return (200, {"id": me}) if me else (401, {"message": "401 Unauthorized"})
        raw = split.path.removeprefix(f"/api/v4/projects/{PROJECT}/")
        for pattern, methods, answer in self._routes(query, body, me, tokens):
            if method in methods and (found := re.fullmatch(pattern, raw)):
                return answer(*map(unquote, found.groups()))
        return 404, {"error": "404 Not Found"}

    def _routes(
        self, query: dict[str, str], body: dict[str, Any], me: int | None, tokens: dict[str, str]
    ) -> list[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        public = (
            r"jobs/artifacts/([^/]+)/raw/(.+)",
            "GET",
            lambda ref, path: self._latest(ref, path, query["job"], tokens),
        )
        if me is None:
            return [public]
        return [
            (r"merge_requests/(\d+)/notes", "GET", lambda iid: _page(self.notes.get(int(iid), []), query)),
            (r"merge_requests/(\d+)/notes", "POST", lambda iid: self._noted(int(iid), body, me)),
            (r"merge_requests/(\d+)/notes/(\d+)", "PUT", lambda iid, at: self._changed(int(iid), int(at), body, me)),
            (r"repository/commits/(\w+)/merge_requests", "GET", lambda sha: _page(self._of(sha), query)),
            (r"merge_requests/(\d+)/pipelines", "GET", lambda iid: _page(self._runs(int(iid)), query)),
            (r"pipelines/(\d+)/jobs", "GET", lambda at: _page(self._jobs(int(at), query["scope[]"]), query)),
            (r"jobs/(\d+)/artifacts/(.+)", "GET", self._artifact),
            (r"issues", "GET", lambda: _page(self._opened(query), query)),
            (r"issues", "POST", lambda: self._opening(body, me)),
            (r"issues/(\d+)/notes", "POST", lambda iid: (201, self.issues[int(iid)]["said"].append(body["body"]))),
            (r"issues/(\d+)", "PUT", lambda iid: self._edited(int(iid), body)),
        ]

    def _noted(self, iid: int, body: dict[str, Any], me: int) -> tuple[int, Any]:
        made = {"id": next(self.numbers), "author": {"id": me}, "body": body["body"]}
        self.notes.setdefault(iid, []).append(made)
        return 201, made

    def _changed(self, iid: int, at: int, body: dict[str, Any], me: int) -> tuple[int, Any]:
        found = next(each for each in self.notes[iid] if each["id"] == at)
        if found["author"]["id"] != me:
            return 403, {"message": "403 Forbidden"}
        found["body"] = body["body"]
        return 200, found

    def _of(self, sha: str) -> list[Any]:
        keys = ("merge_commit_sha", "squash_commit_sha", "sha")
        return [each for each in self.requests.values() if sha in [each[key] for key in keys]]

    def _runs(self, iid: int) -> list[Any]:
        return [{"id": each.id, "project_id": each.project} for each in self.pipelines if each.request == iid]

    def _jobs(self, at: int, scope: str) -> list[Any]:
        jobs = next(each.jobs for each in self.pipelines if each.id == at)
        return [{"id": each.id, "name": each.name} for each in jobs if each.status == scope]

    def _artifact(self, at: str, path: str) -> tuple[int, Any]:
        """GitLab sends to where the file is stored, which is another server."""
        (job,) = [each for pipeline in self.pipelines for each in pipeline.jobs if each.id == int(at)]
        return (302, f"{self.storage}/{at}/{path}") if path in job.artifacts else (404, {"message": "404 Not Found"})

    def stored(self, url: str, tokens: dict[str, str]) -> bytes:
        """The file, from where it is stored."""
        self.asked.append(("GET", f"storage{url}", tokens))
        at, _, path = url.removeprefix("/").partition("/")
        (job,) = [each for pipeline in self.pipelines for each in pipeline.jobs if each.id == int(at)]
        return job.artifacts[path]

    def _latest(self, ref: str, path: str, name: str, tokens: dict[str, str]) -> tuple[int, Any]:
        """Of the last pipeline of that branch alone, as GitLab has it."""
        own = [each for each in self.pipelines if each.request is None and any(job.ref == ref for job in each.jobs)]
        jobs = [job for job in own[-1].jobs if job.name == name and path in job.artifacts] if own else []
        if not jobs or not (jobs[0].public or tokens.get("job-token") == JOB_TOKEN):
            return 404, {"message": "404 Not Found"}
        return 200, jobs[0].artifacts[path]

    def _opened(self, query: dict[str, str]) -> list[Any]:
        assert (query["state"], query["scope"]) == ("opened", "all")
        found = [each for each in self.issues.values() if each["state"] == "opened"]
        return [
            each
            for each in found
            if query["labels"] in each["labels"] and str(each["author"]["id"]) == query["author_id"]
        ]

    def _opening(self, body: dict[str, Any], me: int) -> tuple[int, Any]:
        iid = next(self.numbers)
        made = {**body, "iid": iid, "labels": body["labels"].split(","), "author": {"id": me}}
        self.issues[iid] = made | {"state": "opened", "said": []}
        return 201, self.issues[iid]

    def _edited(self, iid: int, body: dict[str, Any]) -> tuple[int, Any]:
        change = {"state": "closed"} if body.get("state_event") == "close" else body
        self.issues[iid] |= change
        return 200, self.issues[iid]


def _page(found: list[Any], query: dict[str, str]) -> tuple[int, Any]:
    start = (int(query["page"]) - 1) * int(query["per_page"])
    return 200, found[start : start + int(query["per_page"])]


@contextlib.contextmanager
def serving(gitlab: GitLab) -> Iterator[str]:
    """Serves it, and its storage on another port; the address of the API."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else {}
            tokens = {name.lower(): value for name, value in self.headers.items() if "token" in name.lower()}
            answer: Any
            if self.server is stored:
                status, answer = 200, gitlab.stored(self.path, tokens)
            else:
                status, answer = gitlab.answer(self.command, self.path, body, tokens)
            self.send_response(status)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = _do

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: a test's output is its own."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as api,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as stored,
    ):
        gitlab.storage = f"http://127.0.0.1:{stored.server_port}"
        threads = [threading.Thread(target=each.serve_forever, args=(0.02,)) for each in (api, stored)]
        for each in threads:
            each.start()
        try:
            yield f"http://127.0.0.1:{api.server_port}/api/v4"
        finally:
            for server in (api, stored):
                server.shutdown()
            for each in threads:
                each.join()
