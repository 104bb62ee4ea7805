"""What comes with the tool besides code: in the package when it was installed from a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import ProjectError


def shipped(path: str) -> Path:
    """Where a file or folder is that comes with the tool, such as ``examples/admissions``."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / path, package.parent / path):
        if place.exists():
            return place
    raise ProjectError("a part is missing", f"this installation has no `{path}`", "install it again", "part-missing")
