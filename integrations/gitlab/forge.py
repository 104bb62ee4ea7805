"""What the jobs ask of GitLab's API: one living note, one issue about drift, the reviewed plan, a fork's snapshot.

It stands in reconciler.gitlab-ci.yml, too, as RECONCILER_FORGE; nothing but Python's own library. The variables are
those that GitLab sets for a job, and RECONCILER_GITLAB_TOKEN. Exit 1, with one line on stderr, when GitLab refuses; the
token is in no message, and does not follow a redirection to where artifacts are stored.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

#: GitLab takes so many characters in a note and in an issue.
MOST = 1_000_000
#: So often a call is tried when GitLab has a fault of its own, and so many seconds one may take.
TRIES, PATIENCE = 4, 30
#: The first comment of ours in a report: by it a note or an issue is found again.
_MARKER = re.compile(r"^<!-- (reconciler \w+: [^ >]+)[^\n]*-->$", re.MULTILINE)


class Refused(Exception):
    """GitLab did not do what it was asked for; the message says what and why."""


class Forge:
    """One project of GitLab, by its REST API. `header`, `token`: who asks; without a token anybody."""

    def __init__(self, api: str, project: str, header: str = "", token: str = "") -> None:
        self._base = f"{api}/projects/{quote(project, safe='')}"
        self._api, self._header, self._token = api, header, token

    def read(self, method: str, path: str, body: object = None, **query: str) -> bytes:
        """What a call answers with; `path` is below the project, or from `/user`. Refused when it does not succeed."""
        url = (self._api if path == "/user" else f"{self._base}/") + path + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_unredirected_header(self._header, self._token)
        for attempt in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                if error.code < 500 or method == "POST" or attempt == TRIES:
                    raise Refused(f"{method} {path}: GitLab answered {error.code} ({_reason(error)})") from None
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if method == "POST" or attempt == TRIES:
                    raise Refused(f"{method} {path}: {type(error).__name__}") from None
            time.sleep(float(os.environ.get("FORGE_PAUSE", "2")) * attempt)
        raise AssertionError("the tries end with an answer or an error")

    def call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """The same, as JSON."""
        try:
            return json.loads(self.read(method, path, body, **query))
        except ValueError:
            raise Refused(f"{method} {path}: GitLab's answer is no JSON") from None

    def each(self, path: str, **query: str) -> Iterator[Any]:
        """The elements of a list, page after page."""
        page, found = 1, [None] * 100
        while len(found) == 100:
            found = self.call("GET", path, per_page="100", page=str(page), **query)
            yield from found
            page += 1


def _reason(error: urllib.error.HTTPError) -> str:
    """GitLab's own sentence, such as `403 Forbidden`."""
    try:
        answer = json.loads(error.read())
        said = answer.get("message") or answer.get("error_description") or answer.get("error") or ""
    except (ValueError, AttributeError, OSError):
        said = ""
    return re.sub(r"[^ -~]", " ", str(said))[:200] or str(error.reason)


def marker_of(body: str) -> str:
    """What a report is about: ``reconciler plan: shop/production``."""
    found = _MARKER.search(body)
    if found is None:
        raise Refused("the report holds no marker of reconciler: was it written with --report markdown=FILE?")
    return found[1]


def _is_ours(each: Mapping[str, Any], text: str, me: int, marker: str) -> bool:
    """Whether we wrote it, about this: somebody else's note can carry the marker, too."""
    found = _MARKER.search(str(each.get(text) or "").replace("\r\n", "\n"))
    return each["author"]["id"] == me and found is not None and found[1] == marker


def note(forge: Forge, request: int, body: str) -> str:
    """Makes or updates the one note about this on a merge request."""
    marker, me, notes = marker_of(body), forge.call("GET", "/user")["id"], f"merge_requests/{request}/notes"
    for each in forge.each(notes):
        if _is_ours(each, "body", me, marker):
            forge.call("PUT", f"{notes}/{int(each['id'])}", {"body": body[:MOST]})
            return "updated"
    forge.call("POST", notes, {"body": body[:MOST]})
    return "made"


def issue(forge: Forge, body: str, *, title: str, label: str, drifted: bool) -> str:
    """Keeps one open issue about this as long as there is drift: makes, updates or closes it. It is confidential."""
    marker, me = marker_of(body), forge.call("GET", "/user")["id"]
    opened = forge.each("issues", state="opened", labels=label, author_id=str(me), scope="all")
    found = next((each for each in opened if _is_ours(each, "description", me, marker)), None)
    if found is None:
        if not drifted:
            return "none"
        asked = {"title": title, "description": body[:MOST], "labels": label, "confidential": True}
        return f"opened {int(forge.call('POST', 'issues', asked)['iid'])}"
    number = int(found["iid"])
    if not drifted:
        forge.call("POST", f"issues/{number}/notes", {"body": "The drift is gone."})
        forge.call("PUT", f"issues/{number}", {"state_event": "close"})
        return f"closed {number}"
    if str(found["description"]).replace("\r\n", "\n").strip() == body[:MOST].strip():
        return f"same {number}"
    forge.call("PUT", f"issues/{number}", {"description": body[:MOST]})
    return f"updated {number}"


def merged(forge: Forge, commit: str, branch: str) -> Mapping[str, Any] | None:
    """The merge request that was merged, squashed or fast-forwarded to this commit of the branch; None without one."""
    for each in forge.each(f"repository/commits/{quote(commit, safe='')}/merge_requests"):
        own = (each.get("merge_commit_sha"), each.get("squash_commit_sha"), each.get("sha"))
        if each["state"] == "merged" and each["target_branch"] == branch and commit in own:
            return dict(each)
    return None


def reviewed_plan(forge: Forge, project: int, commit: str, branch: str, job: str, path: str) -> bytes:
    """The plan that the last pipeline of the merged request saved; never one that was made in a fork."""
    request = merged(forge, commit, branch)
    if request is None:
        raise Refused(f"commit {commit[:12]} is no merge of a merge request: there is no reviewed plan for it")
    pipelines = list(forge.each(f"merge_requests/{request['iid']}/pipelines"))
    newest = max(pipelines, key=lambda each: int(each["id"]), default=None)
    if request["source_project_id"] != project or newest is None:
        raise Refused(f"!{request['iid']} comes from a fork, or has no pipeline: there is no reviewed plan for it")
    jobs = forge.each(f"pipelines/{int(newest['id'])}/jobs", **{"scope[]": "success"})
    made = next((int(each["id"]) for each in jobs if each["name"] == job), None)
    if made is None:
        raise Refused(f"the last pipeline of !{request['iid']} has no job `{job}` that passed: let it plan again")
    return forge.read("GET", f"jobs/{made}/artifacts/{quote(path)}")


def snapshot(api: str, project: str, branch: str, job: str, path: str, job_token: str) -> bytes:
    """The last snapshot of another project: as anybody gets it, else with the job's own token."""
    asked = f"jobs/artifacts/{quote(branch, safe='')}/raw/{quote(path)}"
    try:
        return Forge(api, project).read("GET", asked, job=job)
    except Refused:
        return Forge(api, project, "JOB-TOKEN", job_token).read("GET", asked, job=job)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="forge", description="What the jobs ask of GitLab's API.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("note", help="make or update the note on the merge request")
    one.add_argument("--body", type=Path, required=True)
    one = commands.add_parser("issue", help="open, update or close the issue about drift")
    one.add_argument("--body", type=Path, required=True)
    one.add_argument("--title", required=True)
    one.add_argument("--label", required=True)
    one.add_argument("--drifted", choices=("true", "false"), required=True)
    for name, what in (("plan", "fetch the plan that was reviewed"), ("snapshot", "fetch the snapshot for a fork")):
        one = commands.add_parser(name, help=what)
        one.add_argument("--job", required=True)
        one.add_argument("--file", type=Path, required=True)
    return parser.parse_args(arguments)


def _variable(variables: Mapping[str, str], name: str) -> str:
    found = variables.get(name)
    if not found:
        raise Refused(f"{name} must be set, as docs/gitlab.md has it")
    return found


def _run(given: argparse.Namespace, variables: Mapping[str, str]) -> str:
    """What was done, in a word or two."""
    api, project = _variable(variables, "CI_API_V4_URL").rstrip("/"), _variable(variables, "CI_PROJECT_ID")
    if given.command == "snapshot":
        asked = ("CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_JOB_TOKEN")
        origin, branch, job_token = (_variable(variables, name) for name in asked)
        given.file.write_bytes(snapshot(api, origin, branch, given.job, str(given.file), job_token))
        return "fetched"
    forge = Forge(api, project, "PRIVATE-TOKEN", _variable(variables, "RECONCILER_GITLAB_TOKEN"))
    if given.command == "issue":
        body = given.body.read_text(encoding="utf-8")
        return issue(forge, body, title=given.title, label=given.label, drifted=given.drifted == "true")
    if given.command == "note" and variables.get("CI_MERGE_REQUEST_IID"):
        return note(forge, int(variables["CI_MERGE_REQUEST_IID"]), given.body.read_text(encoding="utf-8"))
    commit, branch = _variable(variables, "CI_COMMIT_SHA"), _variable(variables, "CI_COMMIT_BRANCH")
    if given.command == "plan":
        given.file.write_bytes(reviewed_plan(forge, int(project), commit, branch, given.job, str(given.file)))
        return "fetched"
    found = merged(forge, commit, branch)
    return note(forge, int(found["iid"]), given.body.read_text(encoding="utf-8")) if found else "no merge request"


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs one command; its exit code."""
    given = _parsed(arguments)
    try:
        sys.stdout.write(f"{given.command}: {_run(given, variables)}\n")
    except (Refused, OSError) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return 1
    except (KeyError, TypeError) as fault:
        sys.stderr.write(f"error: {given.command}: GitLab's answer is not as its API has it ({fault})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
