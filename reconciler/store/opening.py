"""`store.url` → the objects behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.store.folder import Folder
from reconciler.store.objects import Objects, store_fault

FILE = "file:"


def open_objects(url: str, directory: Path, variables: Mapping[str, str]) -> Objects:
    """The store of a URL: ``file:FOLDER`` (relative to `directory`), ``s3://``, ``gs://`` or ``az://bucket/prefix``.

    StoreFault when it can't be opened, or when a bucket does not honour conditional writes.
    """
    if url.startswith(FILE):
        return Folder(directory / url.removeprefix(FILE))
    try:
        from reconciler.store.bucket import Bucket
    except ImportError:
        detail = f"{url} needs the package obstore, which is not installed"
        advice = "install it: pip install 'campaign-reconciler[state]'"
        raise store_fault("store-extra", "a part of the tool is not installed", detail, advice) from None
    return Bucket(url, variables)
