"""What the actions ask of GitHub's REST API: one living comment, one issue about drift, and the artifact of a plan.

Used by the composite actions beside it; nothing but Python's own library. The GITHUB_… variables are those of the job.
Exit 1, with one annotation, when GitHub refuses; the token is in no message.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

#: GitHub takes so many characters in a comment and in an issue.
MOST = 65_536
#: So often a call is tried, so many seconds one may take, and so many are waited for when GitHub asks for that.
TRIES, PATIENCE, LONGEST_WAIT = 4, 30, 120
#: Who writes with the token of a job. What anybody else has written is never changed, whatever stands in it.
OURSELVES = "github-actions[bot]"
#: How a report begins: its heading, then the comment by which it is found again.
_HEAD = re.compile(r"(### reconciler [^\n]*\n<!-- (reconciler \w+: [^ >]+) ?([^ \n>]*) ?-->\n)")
_OUTDATED = re.compile(r"\A\n> \*\*Outdated\*\*[^\n]*\n")
_CUT = "\n\n… and more: cut here, since GitHub takes no longer text. The summary and the artifact of the run have it.\n"
_FOOT = "\n\n---\n"
#: The commands, and what each has to be told; `find` with an empty branch finds the plan of the merge that runs now.
_OPTIONS: Mapping[str, Mapping[str, Callable[[str], Any]]] = {
    "comment": {"number": int, "body": Path, "environment": str, "head": str},
    "issue": {"body": Path, "label": str, "drifted": str},
    "find": {"name": str, "branch": str},
}
BY_HAND = "run this workflow by hand (Run workflow): it plans the branch as it is, and applies that plan once approved"


class Refused(Exception):
    """GitHub did not do what it was asked for; the message says what and why."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along, to wherever it leads."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follows none: the answer is an HTTPError then."""


class Forge:
    """One repository of GitHub, by its REST API. `pause` waits so many seconds between two tries."""

    def __init__(self, variables: Mapping[str, str], pause: Callable[[float], object] = time.sleep) -> None:
        missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY") if not variables.get(name)]
        if missing:
            raise Refused(f"{' and '.join(missing)} must be set, as in a job of GitHub Actions")
        self.repository = variables["GITHUB_REPOSITORY"]
        self._api = variables.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
        self._token, self._pause = variables["GITHUB_TOKEN"], pause
        self._opener = urllib.request.build_opener(_NoRedirects)

    def call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """The JSON that a call answers with. `path` is below the repository; Refused when it does not succeed."""
        url = f"{self._api}/repos/{self.repository}/{path}" + (f"?{urlencode(query)}" if query else "")
        request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("Content-Type", "application/json")
        for attempt in range(1, TRIES + 1):
            wait: float | None = None if method == "POST" else 2.0 * attempt
            try:
                with self._opener.open(request, timeout=PATIENCE) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                why, wait = f"GitHub answered {error.code} ({_reason(error)})", _wait(error, wait)
            except (OSError, http.client.HTTPException, ValueError) as error:
                why = f"no answer of GitHub ({type(error).__name__})"
            if wait is None or attempt == TRIES:
                raise Refused(f"{method} {path}: {why}")
            self._pause(wait)
        raise AssertionError("the tries end with an answer or an error")

    def each(self, path: str, key: str | None = None, **query: str) -> Iterator[Any]:
        """The elements of a list, page after page; `key` names the list in an answer that is an object."""
        page = 1
        while True:
            answer = self.call("GET", path, per_page="100", page=str(page), **query)
            found = answer[key] if key else answer
            yield from found
            if len(found) < 100:
                return
            page += 1


def _wait(error: urllib.error.HTTPError, otherwise: float | None) -> float | None:
    """How long to wait before the next try; None where none would help. `otherwise`: after a fault of GitHub's own."""
    if error.code >= 500:
        return otherwise
    asked = error.headers.get("Retry-After", "")
    if error.code not in (403, 429) or (error.code == 403 and not asked):
        return None
    seconds = int(asked) if asked.isdecimal() else 60
    return max(1.0, float(seconds)) if seconds <= LONGEST_WAIT else None


def _reason(error: urllib.error.HTTPError) -> str:
    """GitHub's own sentence, such as `Resource not accessible by integration`, and what the token would need."""
    try:
        said = json.loads(error.read()).get("message", "")
    except (ValueError, AttributeError, OSError):
        said = ""
    needed = error.headers.get("X-Accepted-GitHub-Permissions", "") if error.code in (403, 404) else ""
    more = f"; the job needs the permission {needed}" if needed else ""
    return re.sub(r"[^ -~]", " ", f"{said or error.reason}{more}")[:300]


def marker_of(body: str) -> str:
    """What a report is about: ``reconciler plan: shop/production``."""
    found = _HEAD.match(body)
    if found is None:
        raise Refused("the report is none of reconciler: was it written with --report markdown=FILE?")
    return found[2]


def fitted(report: str, foot: str) -> str:
    """A report with a foot, within what GitHub takes; cut at the end of a line, and said, where it is too long."""
    if len(report) + len(foot) > MOST:
        kept = report[: MOST - len(foot) - len(_CUT)]
        report = kept[: kept.rfind("\n") + 1] + _CUT
    return report.rstrip("\n") + "\n" + foot


def _text(each: Mapping[str, Any]) -> str:
    return str(each.get("body") or "").replace("\r\n", "\n")


def is_ours(each: Mapping[str, Any], marker: str) -> bool:
    """Whether a job wrote this comment or issue, about this: somebody else's may hold the marker, too."""
    found = _HEAD.match(_text(each))
    return (each.get("user") or {}).get("login") == OURSELVES and found is not None and found[2] == marker


def comment(forge: Forge, number: int, report: str, said: str) -> str:
    """Makes or updates the one comment about this on a pull request; `said`: what stands below the report."""
    marker, body = marker_of(report), {"body": fitted(report, f"{_FOOT}{said}\n")}
    for each in forge.each(f"issues/{number}/comments"):
        if is_ours(each, marker):
            forge.call("PATCH", f"issues/comments/{int(each['id'])}", body)
            return "updated"
    forge.call("POST", f"issues/{number}/comments", body)
    return "made"


def outdate(forge: Forge, number: int, environment: str, said: str) -> str:
    """Where there is no plan: says at the head of the comment with an earlier one that it is outdated."""
    outdated = 0
    for each in forge.each(f"issues/{number}/comments"):
        found = _HEAD.match(_text(each))
        if found and is_ours(each, found[2]) and found[2].endswith(f"/{quote(environment, safe='')}"):
            rest = _OUTDATED.sub("", _text(each)[found.end() :])
            body = fitted(f"{found[1]}\n> **Outdated**: {said}\n{rest}", "")
            forge.call("PATCH", f"issues/comments/{int(each['id'])}", {"body": body})
            outdated += 1
    return f"outdated {outdated}"


def issue(forge: Forge, report: str, *, label: str, drifted: bool) -> str:
    """Keeps one issue open about this as long as there is drift: opens, updates or closes it.

    A comment tells of it when something else differs than before: an edit alone notifies nobody.
    """
    marker = marker_of(report)
    scope = marker.partition(": ")[2]
    found = [
        each for each in forge.each("issues", state="open") if "pull_request" not in each and is_ours(each, marker)
    ]
    if not drifted:
        for each in found:
            forge.call("PATCH", f"issues/{int(each['number'])}", {"state": "closed", "state_reason": "completed"})
            forge.call("POST", f"issues/{int(each['number'])}/comments", {"body": "The drift is gone."})
        return f"closed {len(found)}"
    body = fitted(report, f"{_FOOT}{_advice(scope)}\n")
    if not found:
        made = forge.call("POST", "issues", {"title": f"Drift of {scope}", "body": body, "labels": [label]})
        return f"opened {int(made['number'])}"
    number, before = int(found[0]["number"]), _text(found[0])
    if before.strip() == body.strip():
        return f"same {number}"
    forge.call("PATCH", f"issues/{number}", {"body": body})
    if len({found[3] for found in map(_HEAD.match, (before, body)) if found}) > 1:
        forge.call("POST", f"issues/{number}/comments", {"body": "Something else differs now: see above."})
    return f"updated {number}"


def _advice(scope: str) -> str:
    return (
        f"Keep what was changed in the console: `reconciler -e {scope.partition('/')[2]} drift --adopt` in a clone, "
        "then a pull request. Take it back: run the workflow that plans and applies by hand. This issue closes itself."
    )


def artifact(
    forge: Forge, name: str, events: Sequence[str], *, head: str = "", branch: str = "", workflow: str = ""
) -> tuple[int, int] | None:
    """The newest artifact of this name of this repository's own commits, and its run; None without any.

    `head`: the commit that its run was for; `workflow`: the path of the run's file. What a fork's pull request, another
    workflow or another event has made is never taken, whatever it is called.
    """
    listed = forge.each("actions/artifacts", "artifacts", name=name)
    found = [each for each in listed if each.get("name") == name and _is_meant(each, head, branch)]
    for each in sorted(found, key=lambda one: int(one["id"]), reverse=True):
        run = forge.call("GET", f"actions/runs/{int(each['workflow_run']['id'])}")
        if run["event"] in events and workflow in ("", str(run["path"]).partition("@")[0]):
            return int(each["id"]), int(run["id"])
    return None


def _is_meant(each: Mapping[str, Any], head: str, branch: str) -> bool:
    run = each.get("workflow_run") or {}
    own = run.get("repository_id") is not None and run.get("head_repository_id") == run["repository_id"]
    return own and not each.get("expired") and head in ("", run.get("head_sha")) and branch in ("", run["head_branch"])


def merged_head(forge: Forge, commit: str, base: str) -> str:
    """The last commit of the pull request that was merged into `base` as `commit`; Refused where it came otherwise."""
    for each in forge.each(f"commits/{quote(commit, safe='')}/pulls"):
        if each.get("merged_at") and each.get("merge_commit_sha") == commit and each["base"]["ref"] == base:
            home = (each["head"].get("repo") or {}).get("full_name")
            if home != forge.repository:
                raise Refused(f"#{int(each['number'])} came from a fork, and no plan of a fork is applied: {BY_HAND}")
            return str(each["head"]["sha"])
    raise Refused(f"commit {commit[:12]} is no merge of a pull request into {base}, so no plan was reviewed: {BY_HAND}")


def _find(forge: Forge, name: str, branch: str, variables: Mapping[str, str]) -> str:
    """The lines for GITHUB_OUTPUT that name an artifact and its run; without a branch that of this merge."""
    if branch:
        found, advice = artifact(forge, name, ("schedule", "workflow_dispatch"), branch=branch), ""
    else:
        head = merged_head(forge, variables["GITHUB_SHA"], variables["GITHUB_REF_NAME"])
        # owner/repository/.github/workflows/reconciler.yaml@refs/heads/main
        workflow = variables["GITHUB_WORKFLOW_REF"].partition("@")[0].removeprefix(f"{forge.repository}/")
        name, advice = f"{name}-{head}", f": {BY_HAND}"
        found = artifact(forge, name, ("pull_request",), head=head, workflow=workflow)
    if found is None:
        raise Refused(f"there is no artifact {name}, or it has expired{advice}")
    return "artifact={}\nrun={}\n".format(*found)


def _commented(forge: Forge, given: argparse.Namespace, variables: Mapping[str, str]) -> str:
    server, run = variables.get("GITHUB_SERVER_URL", "https://github.com"), variables.get("GITHUB_RUN_ID", "")
    run = f"{server}/{forge.repository}/actions/runs/{run}"
    if given.body.exists():
        return comment(forge, given.number, given.body.read_text("utf-8"), f"Of {given.head}, by [this run]({run}).")
    said = f"{given.head} could not be planned, [its run says why]({run}). What stands below is of an earlier commit."
    return outdate(forge, given.number, given.environment, said)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, options in _OPTIONS.items():
        command = commands.add_parser(name)
        for option, type_ in options.items():
            command.add_argument(f"--{option}", type=type_, required=True)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs one command; its exit code."""
    given = _parsed(arguments)
    try:
        forge = Forge(variables)
        if given.command == "find":
            sys.stdout.write(_find(forge, given.name, given.branch, variables))
        elif given.command == "comment":
            sys.stdout.write(f"comment: {_commented(forge, given, variables)}\n")
        else:
            done = issue(forge, given.body.read_text("utf-8"), label=given.label, drifted=given.drifted == "true")
            sys.stdout.write(f"issue: {done}\n")
    except (Refused, OSError) as fault:
        said = str(fault)
    except (KeyError, TypeError, ValueError) as fault:
        said = f"GitHub's answer is not as documented ({type(fault).__name__} {fault})"
    else:
        return 0
    escaped = said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stderr.write(f"::error title=reconciler::{escaped}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
