"""What the tests of fleets share: an account that a server holds, and a store in S3."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.store.objects import Objects
from reconciler.store.opening import open_objects
from tests.fleets.fleet import Fleet, fleet_in
from tests.store.servers import BUCKET, Server, make_bucket, s3_variables, server

_PREFIXES = itertools.count()


@pytest.fixture(scope="module")
def s3() -> Iterator[Server]:
    """A server that speaks S3, with a bucket."""
    with server("s3_server.py") as running:
        make_bucket(running, BUCKET)
        yield running


@pytest.fixture
def fleet(tmp_path: Path, s3: Server) -> Iterator[Fleet]:
    """A fresh account, and a fresh store in the bucket."""
    with fleet_in(tmp_path / "project", f"s3://{BUCKET}/{next(_PREFIXES)}", s3_variables(s3)) as made:
        yield made


@pytest.fixture
def objects(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """The store of that fleet."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in fleet.variables.items():
        monkeypatch.setenv(name, value)
    return open_objects(fleet.store, fleet.folder, os.environ)
