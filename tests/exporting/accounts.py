"""Random live campaigns, as odd as the documentation lets them be, and the account that has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from reconciler.api.shapes import Campaign
from reconciler.kinds.campaign import MODES
from reconciler.manifests.project import Environment, Project, read_project

#: Whole manifests take their time.
QUICK = settings(max_examples=60, deadline=None)

PROJECT = b"""\
# The project.
apiVersion: diabolocom.reconciler/v1
kind: Project
metadata: {name: tested}
spec:
  manifests: [manifests]
  environments:
    # the only one
    test:
      baseUrl: "emulator:account.db"  # no server
      agents: {alice: 1, "2": 2, "a${b": 3}
      groups: {closers: 1}
"""

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["no", "0123", "${x}", "$${x}", "a: b", "# c", "'", '"', "- d", "{e}", "\u202e", "::error::x", "##[x]", "é", " "]
)
_WHOLE = st.integers(-2, 200_000)
_IDS = st.lists(st.integers(1, 5), max_size=5)
_MAYBE = st.none()
_FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "isPaused": st.booleans() | _MAYBE,
    "isArchived": st.just(False) | _MAYBE,
    "folder": _TEXT | _MAYBE,
    "mode": st.sampled_from(MODES) | _TEXT | _MAYBE,
    "userIds": _IDS | _MAYBE,
    "unassignedUserIds": _IDS,
    "groupIds": _IDS | _MAYBE,
    "customFields": st.lists(_TEXT, max_size=4) | _MAYBE,
    "phoneFields": st.lists(_TEXT, max_size=4) | _MAYBE,
    "createdAt": st.sampled_from(["2023-09-01T07:30:00Z", "2023-09-01T09:30:00+02:00", "yesterday"]) | _MAYBE,
    "displayedPhoneNumbers": st.lists(st.sampled_from(["33123456789", "+33 1 23 45 67 89", "0033", "x"]), max_size=3),
    "useAgentDisplayedPhoneNumber": st.booleans(),
    "minCallingDateOffset": _WHOLE | st.integers(0, 2) | _MAYBE,
    "maxCallingDateOffset": _WHOLE | st.integers(0, 2) | _MAYBE,
    "maxTries": _WHOLE,
    "nextTryDelay": _WHOLE | st.sampled_from([0, 60, 3600, 86400, 172800]),
    "isRecorded": st.booleans() | _MAYBE,
    "recordingPercentage": st.integers(-1, 101) | _MAYBE,
    "calendarId": _WHOLE | _MAYBE,
    "regionalization": st.booleans() | _MAYBE,
    "soundPlayedContactPickUp": _WHOLE | _MAYBE,
    "contactPriority": _WHOLE | _MAYBE,
    "personalCallbackPrioritization": st.booleans() | _MAYBE,
    "globalPriority": st.integers(-1, 60) | _MAYBE,
    "wrapupFolderId": _WHOLE | _MAYBE,
    "deduplicationParams": st.just({"excludeDomain": "all"}) | st.just({}) | _MAYBE,
    "autoPurge": st.fixed_dictionaries(
        {},
        optional={
            "enabled": st.booleans(),
            "lastAttemptBeforeDays": st.integers(-1, 90) | _MAYBE,
            "maxTriesReached": st.booleans() | _MAYBE,
            "excluded": st.booleans() | _MAYBE,
            "notToCall": st.booleans(),
        },
    )
    | _MAYBE,
}


def campaigns(id_: int = 6046) -> st.SearchStrategy[Campaign]:
    """A live campaign with this id; any of its fields may have been left out."""
    fields = st.fixed_dictionaries({}, optional=dict(_FIELDS))
    return st.builds(lambda name, values: live(id_, name, **values), _TEXT.filter(str.strip), fields)


def accounts() -> st.SearchStrategy[list[Campaign]]:
    """Up to four campaigns."""
    return (
        st.integers(0, 4)
        .flatmap(lambda number: st.tuples(*(campaigns(6000 + each) for each in range(number))))
        .map(list)
    )


def live(id_: int, name: str, **values: Any) -> Campaign:
    """A campaign as the API shows it."""
    return Campaign(id_, name, {"id": id_, "name": name, **values})


def project_of(content: bytes = PROJECT) -> tuple[Project, Environment]:
    """The project of a project file, and its environment `test`."""
    project, faults = read_project("reconciler.yaml", content)
    assert project is not None, faults
    return project, project.environments["test"]


def by_id(account: Iterable[Campaign]) -> Mapping[int, Campaign]:
    """The campaigns under their ids."""
    return {each.id: each for each in account}
