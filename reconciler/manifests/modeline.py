"""The modeline: the comment that tells an editor which schema a document has. It counts for one document only."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

#: Where a project keeps the schemas, relative to its folder.
SCHEMA: Final = "schemas/manifest.schema.json"
OVERLAY_SCHEMA: Final = "schemas/overlay.schema.json"

_START = "# yaml-language-server: $schema="
_ANY = re.compile(rf"^{re.escape(_START)}(?:\.\./)*(schemas/(?:manifest|overlay)\.schema\.json)$", re.MULTILINE)


def modeline(file: str, schema: str = SCHEMA) -> str:
    """The line, without its end, that stands before each document of `file`; both relative to the project's folder."""
    up = "../" * (len(PurePosixPath(file).parts) - 1)
    return f"{_START}{up}{schema}"


def settled(text: str, file: str) -> str:
    """The text of an example as `file` of a project: its modelines lead to the project's own schemas."""
    return _ANY.sub(lambda found: modeline(file, found[1]), text)
