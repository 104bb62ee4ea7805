"""Objects in a bucket of Amazon S3 (or what speaks like it), Google Cloud Storage or Azure Blob Storage.

The only import of obstore. Credentials come from each cloud's usual variables, which obstore reads itself.
"""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from reconciler.store.objects import Changed, Found, StoreFault, store_fault

#: Each scheme, its store, and the variables that name another server than the cloud's own.
STORES: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "s3": (S3Store, ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")),
    "gs": (GCSStore, ("GOOGLE_BASE_URL",)),
    "az": (AzureStore, ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")),
}
#: A bucket that holds this object was proved to honour conditional writes.
PROVED = "store.json"

# Short enough that a call ends well within a lock's lease, whatever the other side does.
_CLIENT = {"timeout": timedelta(seconds=8), "connect_timeout": timedelta(seconds=4)}
_RETRIES = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=12),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
_ADVICE = "check store.url, the credentials in the environment and the network (docs/store.md); then run again"
_STATUS = re.compile(r"status code: (\d{3})")
_REASON = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")


class Bucket:
    """Objects below a prefix of one bucket (see `Objects`). Versions are those that the cloud gives."""

    def __init__(self, url: str, variables: Mapping[str, str]) -> None:
        """Opens ``s3://bucket/prefix`` (gs, az likewise); nothing is sent yet. StoreFault when the settings can't be.

        `variables`: the process's environment, in which an endpoint of one's own may stand.
        """
        parts = urlsplit(url)
        self._url, self._proved = url, False
        make, endpoints = STORES[parts.scheme]
        options = {**_CLIENT, "allow_http": _plain_http(parts.scheme, endpoints, variables)}
        prefix = parts.path.strip("/")
        with self._told():
            self._store = make(parts.netloc, prefix=prefix or None, client_options=options, retry_config=_RETRIES)

    def create(self, name: str, content: bytes) -> Any:
        """Writes a new object; FileExistsError when there is one of that name that is not this one.

        At the first write StoreFault, too, when the bucket ignores conditions.
        """
        if not self._proved:
            self._prove()
            self._proved = True
        return self._create(name, content)

    def _create(self, name: str, content: bytes) -> Any:
        with self._told():
            try:
                return _version(obstore.put(self._store, name, content, mode="create", use_multipart=False))
            except AlreadyExistsError:
                return self._already(name, content, FileExistsError(name))

    def read(self, name: str) -> Found | None:
        """The object; None when there is none of that name."""
        with self._told():
            try:
                answer = obstore.get(self._store, name)
            except FileNotFoundError:
                return None
            return Found(bytes(answer.bytes()), _version(answer.meta))

    def swap(self, name: str, content: bytes, version: Any) -> Any:
        """Writes over this version of an object; Changed when it is another, or gone."""
        with self._told():
            try:
                return _version(obstore.put(self._store, name, content, mode=version, use_multipart=False))
            except (PreconditionError, AlreadyExistsError, FileNotFoundError):
                return self._already(name, content, Changed(name))

    def replace(self, name: str, content: bytes) -> None:
        """Writes an object over whatever there is."""
        with self._told():
            obstore.put(self._store, name, content, mode="overwrite", use_multipart=False)

    def children(self, folder: str) -> list[str]:
        """The names right below a folder, sorted; those of folders end with a slash."""
        with self._told():
            found = obstore.list_with_delimiter(self._store, folder)
        names = [each["path"].rpartition("/")[2] for each in found["objects"]]
        return sorted([*names, *(each.rstrip("/").rpartition("/")[2] + "/" for each in found["common_prefixes"])])

    def delete(self, name: str) -> None:
        """Removes an object; one that is not there is no fault."""
        with self._told(), suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    def _already(self, name: str, content: bytes, refused: Exception) -> Any:
        """The version, where the refusal is of a repetition: the first answer was lost, and what was sent is there."""
        found = self.read(name)
        if found is None or found.content != content:
            raise refused
        return found.version

    def _prove(self) -> None:
        """Refuses a bucket that takes a second object of one name, or a swap of an old version: no lock would hold."""
        if self.read(PROVED) is not None:
            return
        name = f"probe/{secrets.token_hex(8)}.json"
        first = self._create(name, b'{"formatVersion":1,"probe":1}\n')
        try:
            honoured = bool(first) and self._refuses_second(name) and self._refuses_old(name, first)
        finally:
            self.delete(name)
        if not honoured:
            detail = f"{self._url} writes over an object though it was asked to create it only: no lock would hold"
            advice = "use a store that honours If-None-Match and If-Match, or a newer version of it (docs/store.md)"
            raise store_fault("store-unconditional", "the store ignores conditions", detail, advice)
        self.replace(PROVED, json.dumps({"formatVersion": 1, "conditionalWrites": True}).encode() + b"\n")

    def _refuses_second(self, name: str) -> bool:
        with suppress(FileExistsError):
            self._create(name, b'{"formatVersion":1,"probe":2}\n')
            return False
        return True

    def _refuses_old(self, name: str, first: Any) -> bool:
        self.swap(name, b'{"formatVersion":1,"probe":3}\n', first)
        with suppress(Changed):
            self.swap(name, b'{"formatVersion":1,"probe":4}\n', first)
            return False
        return True

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Makes a StoreFault of obstore's errors, in words of ours: its own may hold signed addresses."""
        try:
            yield
        except (StoreFault, FileExistsError):  # the latter is an answer, and an OSError
            raise
        except (BaseError, OSError, ValueError) as error:
            reason = _reason(error)
            raise store_fault("store", "the store can't be used", f"{self._url}: {reason}", _ADVICE, reason) from None


def _version(meta: Any) -> dict[str, str]:
    """What tells one version from another; obstore takes no nulls back."""
    return {key: meta[key] for key in ("e_tag", "version") if meta.get(key) is not None}


def _reason(error: Exception) -> str:
    """Why a call did not end well: from the kind of error, the status and the cloud's code for it."""
    text = str(error)
    kinds = (
        (UnauthenticatedError, "the credentials were refused, or there are none"),
        (PermissionDeniedError, "these credentials may not do this"),
        (FileNotFoundError, "there is no such bucket"),
        (NotSupportedError, "this store can't do what is needed"),
    )
    words = next((words for kind, words in kinds if isinstance(error, kind)), "")
    if "MissingAccount" in text:
        words = "AZURE_STORAGE_ACCOUNT_NAME is not set"
    facts = [f"status {found[1]}"] if (found := _STATUS.search(text)) else []
    facts += [found[1]] if (found := _REASON.search(text)) else []
    if not words:
        words = "the request was not taken" if facts else "it can't be reached"
    return f"{words} ({', '.join(facts)})" if facts else words


def _plain_http(scheme: str, names: tuple[str, ...], variables: Mapping[str, str]) -> bool:
    """Whether the endpoint is one of this machine without TLS; StoreFault when it is another machine's."""
    for name in names:
        endpoint = urlsplit(variables.get(name, ""))
        if endpoint.scheme == "http":
            if not _is_loopback(endpoint.hostname or ""):
                detail = f"{name} would send the store's credentials without TLS"
                raise store_fault("store", "the store can't be used", detail, f"write https:// in {name}")
            return True
    return scheme == "az" and variables.get("AZURE_STORAGE_USE_EMULATOR", "").lower() == "true"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
