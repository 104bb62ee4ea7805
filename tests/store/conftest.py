"""What the tests of the store share: every kind of store, each empty."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reconciler.store.objects import Objects
from reconciler.store.opening import open_objects
from tests.store.servers import AZURITE, BUCKET, Server, azurite, make_bucket, s3_variables, server

_PREFIXES = itertools.count()
KINDS = ("folder", "s3", "gs", *(["az"] if AZURITE else []))
CLOUDS = ("AWS_", "GOOGLE_", "AZURE_", "AZURITE_")


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of a cloud reaches a test."""
    for name in [each for each in os.environ if each.startswith(CLOUDS)]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def s3() -> Iterator[Server]:
    """A server that speaks S3, with a bucket."""
    with server("s3_server.py") as running:
        make_bucket(running, BUCKET)
        yield running


@pytest.fixture(scope="session")
def gcs() -> Iterator[Server]:
    """A server that speaks as Google Cloud Storage does."""
    with server("gcs_server.py") as running:
        yield running


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the emulator of Azure Blob Storage."""
    with azurite(tmp_path_factory.mktemp("azurite")) as port:
        yield port


def set_variables(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    """Puts variables into the process's environment."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def s3_url(s3: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store in the bucket; the environment leads to its server."""
    set_variables(monkeypatch, s3_variables(s3))
    return f"s3://{BUCKET}/tests/{next(_PREFIXES)}"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store of each kind."""
    if request.param == "folder":
        return f"file:{tmp_path / 'store'}"
    if request.param == "s3":
        found: str = request.getfixturevalue("s3_url")
        return found
    if request.param == "az":
        port = request.getfixturevalue("azure")
        local = {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{port}"}
        set_variables(monkeypatch, local)
        return f"az://{BUCKET}/tests/{next(_PREFIXES)}"
    running: Server = request.getfixturevalue("gcs")
    key = {"gcs_base_url": running.address, "disable_oauth": True, "client_email": "", "private_key": ""}
    account = {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key | {"private_key_id": ""})}
    set_variables(monkeypatch, {"GOOGLE_BASE_URL": running.address, **account})
    return f"gs://{BUCKET}/tests/{next(_PREFIXES)}"


@pytest.fixture
def objects(url: str) -> Objects:
    """An empty store of each kind."""
    return open_objects(url, Path(), os.environ)
