"""The control endpoint: faults, the log of requests, and edits in the console, while the emulator runs.

It is no part of the API: it lies under `/_emulator/`, takes the same token, and no fault strikes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reconciler.emulator.armed import ArmedFaults, RequestLog
from reconciler.emulator.breaking import CONTROL
from reconciler.emulator.console import Edit
from reconciler.emulator.errors import FaultError, bad_request
from reconciler.emulator.faults import fault_from_json
from reconciler.emulator.json_text import dumps


@dataclass(frozen=True, slots=True)
class Controls:
    """What can be controlled. `edit` carries an edit out and returns the object's JSON text."""

    faults: ArmedFaults
    log: RequestLog
    edit: Callable[[Edit], str]


class ControlEndpoint(NamedTuple):
    """`answer` takes the controls and the JSON value sent, and returns JSON text or nothing, or raises ApiError."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    answer: Callable[[Controls, object], str]
    status: int = 200


def list_faults(controls: Controls, sent: object) -> str:
    """The armed faults, and how often each has struck."""
    return dumps({"faults": controls.faults.listed()})


def arm_faults(controls: Controls, sent: object) -> str:
    """Arms one fault, or each of a list; all are listed then. 400 for one that is none, and none is armed."""
    try:
        controls.faults.arm([fault_from_json(each) for each in (sent if isinstance(sent, list) else [sent])])
    except FaultError as error:
        raise bad_request("error.invalid.fault", f"{error}.") from None
    return list_faults(controls, None)


def disarm_faults(controls: Controls, sent: object) -> str:
    """Disarms all."""
    controls.faults.disarm()
    return ""


def list_requests(controls: Controls, sent: object) -> str:
    """The last requests to the API, oldest first."""
    return dumps({"requests": controls.log.listed()})


def clear_requests(controls: Controls, sent: object) -> str:
    """Empties the log."""
    controls.log.clear()
    return ""


def edit_now(controls: Controls, sent: object) -> str:
    """Edits a campaign or a contact as somebody in the console would; the object after it."""
    try:
        return controls.edit(Edit.of(fault_from_json((sent if isinstance(sent, dict) else {}) | {"kind": "edit"})))
    except FaultError as error:
        raise bad_request("error.invalid.edit", f"{error}.") from None


CONTROL_ENDPOINTS = (
    ControlEndpoint("GET", CONTROL + "faults", list_faults),
    ControlEndpoint("POST", CONTROL + "faults", arm_faults, 201),
    ControlEndpoint("DELETE", CONTROL + "faults", disarm_faults, 204),
    ControlEndpoint("GET", CONTROL + "requests", list_requests),
    ControlEndpoint("DELETE", CONTROL + "requests", clear_requests, 204),
    ControlEndpoint("POST", CONTROL + "edit", edit_now),
)
