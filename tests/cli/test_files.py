"""The project's files: what can't be read is never taken for what is not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import Workplace


@pytest.mark.parametrize("folder", ["overlays/production", "manifests"])
def test_a_folder_that_can_not_be_read_stops_the_run(
    workplace: Workplace, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise other values than the reviewed ones would be applied, without a word."""
    workplace.example()
    scan: Callable[[Any], Iterator[Any]] = os.scandir

    def refused(path: Any) -> Iterator[Any]:
        if str(path).endswith(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    for command in ("validate", "plan"):
        ran = workplace.run("-e", "production", command)
        assert (ran.code, "error[unreadable-file]" in ran.err, folder in ran.err) == (1, True, True)
