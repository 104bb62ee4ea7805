"""The account of a project, answering with faults."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from reconciler.cli import account, observing
from reconciler.emulator import fault_from_text


def arm(monkeypatch: pytest.MonkeyPatch, *faults: str) -> None:
    """From now on the embedded emulator answers with these faults (as its command line takes them), anew each time."""
    opened = account.opened_emulator

    def faulty(*arguments: Any, **more: Any) -> Any:
        return opened(*arguments, **{**more, "faults": [fault_from_text(each) for each in faults]})

    monkeypatch.setattr(account, "opened_emulator", faulty)


def press_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Ctrl-C is pressed once so many steps have ended."""
    heard, ended = observing.step_ended, []

    def pressing(result: Any) -> None:
        heard(result)
        ended.append(result)
        if len(ended) == steps:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(observing, "step_ended", pressing)
