"""The examples: in the package when it was installed from a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import ProjectError


def example(name: str) -> Path:
    """The folder of an example project."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "examples" / name, package.parent / "examples" / name):
        if (folder / "reconciler.yaml").is_file():
            return folder
    raise ProjectError(
        "the example is missing", f"this installation has no example `{name}`", "install it again", "example-missing"
    )
