"""A store in a bucket: what is refused, and how faults of the other side read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ProjectError
from reconciler.store.objects import Changed
from reconciler.store.opening import open_objects
from tests.store.conftest import set_variables
from tests.store.servers import BUCKET, Server, make_bucket, s3_variables, server


def _open(url: str) -> Any:
    return open_objects(url, Path(), os.environ)


@pytest.mark.parametrize("kind", ["ignore", "ignore-none-match", "ignore-match"])
def test_a_bucket_that_ignores_conditions_is_refused(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Before anything is locked there; what was tried is removed again."""
    with server("s3_server.py", kind) as ignoring:
        make_bucket(ignoring, BUCKET)
        set_variables(monkeypatch, s3_variables(ignoring))
        objects = _open(f"s3://{BUCKET}/p")
        for _ in range(2):
            with pytest.raises(ProjectError, match="ignores conditions") as caught:
                objects.create("locks/production.json", b"1")
        assert caught.value.code == "store-unconditional"
        assert objects.children("") == []


def test_a_bucket_is_proved_once(s3_url: str) -> None:
    """By the first who writes; who reads alone writes nothing."""
    reading = _open(s3_url)
    assert reading.read("locks/production.json") is None
    assert reading.children("") == []
    _open(s3_url).create("locks/production.json", b"1")
    assert reading.children("") == ["locks/", "store.json"]


def test_a_repeated_create_is_no_second_one(s3_url: str) -> None:
    """The answer to the first was lost, and it was sent again: what is there is what was to be there."""
    objects = _open(s3_url)
    first = objects.create("locks/production.json", b"mine")
    assert objects.create("locks/production.json", b"mine") == first
    second = objects.swap("locks/production.json", b"mine, renewed", first)
    assert objects.swap("locks/production.json", b"mine, renewed", first) == second
    with pytest.raises(Changed):
        objects.swap("locks/production.json", b"another's", first)


def test_a_server_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call says so, with a next step."""
    with server("s3_server.py") as running:
        make_bucket(running, BUCKET)
        set_variables(monkeypatch, s3_variables(running))
        objects = _open(f"s3://{BUCKET}/p")
        version = objects.create("one.json", b"1")
        running.end()
        calls: tuple[Callable[[], object], ...] = (
            lambda: objects.create("two.json", b"1"),
            lambda: objects.swap("one.json", b"2", version),
            lambda: objects.read("one.json"),
            lambda: objects.children(""),
        )
        for call in calls:
            with pytest.raises(ProjectError, match="can't be reached") as caught:
                call()
            assert caught.value.help


def test_a_bucket_that_is_not_there(s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named; and nothing of the credentials is."""
    set_variables(monkeypatch, s3_variables(s3))
    with pytest.raises(ProjectError, match="s3://no-such-bucket/p: there is no such bucket") as caught:
        _open("s3://no-such-bucket/p").create("one.json", b"1")
    assert "secret-of-the-store" not in f"{caught.value!r}{caught.value.detail}"
    with pytest.raises(ProjectError, match=r"status 404, NoSuchBucket"):
        _open("s3://no-such-bucket/p").children("runs/")


def test_credentials_leave_over_tls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http is for this machine."""
    variables = {"AWS_ENDPOINT_URL": "http://minio.example.com:9000"}
    set_variables(monkeypatch, variables)
    with pytest.raises(ProjectError, match="AWS_ENDPOINT_URL would send the store's credentials without TLS"):
        _open(f"s3://{BUCKET}/p")


def test_plain_http_must_be_asked_for(s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of obstore's own does not open it either."""
    set_variables(monkeypatch, s3_variables(s3) | {"AWS_ALLOW_HTTP": "true"})
    objects = open_objects(f"s3://{BUCKET}/p", Path(), {})
    with pytest.raises(ProjectError, match="can't be reached"):
        objects.read("one.json")


def test_without_an_account_azure_says_what_is_missing() -> None:
    """The variable is named."""
    with pytest.raises(ProjectError, match="AZURE_STORAGE_ACCOUNT_NAME is not set"):
        _open("az://container/p")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name under which the tool itself is installed."""
    monkeypatch.delitem(sys.modules, "reconciler.store.bucket", raising=False)
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ProjectError) as caught:
        _open(f"s3://{BUCKET}/p")
    assert (caught.value.code, caught.value.help) == (
        "store-extra",
        "install it: pip install 'campaign-reconciler[state]'",
    )
