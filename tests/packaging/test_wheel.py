"""The wheel: installed outside the checkout, without the checkout, it is the whole tool."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("--cached", "--others", "--exclude-standard")
FOLDERS = ("reconciler", "examples", "schemas")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, as a user's installer would."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    assert len(list(folder.glob("*.tar.gz"))) == 1
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a new environment that holds the wheel and its dependencies, and not the checkout."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--quiet", str(wheel), cwd=home)
    # The dependencies are borrowed from this environment; its own .pth files (the checkout) are not read from there.
    site = next((home / "lib").glob("python3*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin" / "reconciler"


def test_demo_plays_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """`pip install` and `reconciler demo` are all that a stranger needs."""
    said = _run(str(installed), "demo", cwd=tmp_path)
    assert "Nothing is left to do" in said
    assert (tmp_path / "reconciler-demo" / "manifests").is_dir()
    where = _run(str(installed.parent / "python"), "-c", "import reconciler; print(reconciler.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where


def test_schemas_come_with_the_wheel(installed: Path, tmp_path: Path) -> None:
    """The schemas can be printed, and are those of the repository."""
    said = _run(str(installed), "schema", "Campaign", cwd=tmp_path)
    assert said == (ROOT / "schemas" / "campaign.schema.json").read_text(encoding="utf-8")
    said = _run(str(installed), "schema", "api", cwd=tmp_path)
    assert said == (ROOT / "schemas" / "diabolocom.openapi.yaml").read_text(encoding="utf-8")


def test_wheel_holds_what_git_holds(wheel: Path) -> None:
    """Every module, schema and example file that is in Git, or about to be, and nothing that is ignored."""
    tracked = _run("git", "-C", str(ROOT), "ls-files", *KINDS, *FOLDERS, cwd=ROOT).split()
    expected = {each if each.startswith("reconciler/") else f"reconciler/{each}" for each in tracked}
    with zipfile.ZipFile(wheel) as archive:
        held = {each for each in archive.namelist() if ".dist-info/" not in each}
    assert held == expected


def test_every_import_is_a_declared_dependency() -> None:
    """What the package imports is what it declares: no more, no less."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *extras["state"], *extras["otel"]]
    declared = {re.split(r"[<>=\[ ]", each)[0].lower() for each in listed}
    by_module = packages_distributions()
    used: set[str] = set()
    for path in (ROOT / "reconciler").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            used |= {each.split(".")[0] for each in names}
    third_party = used - set(sys.stdlib_module_names) - {"reconciler"}
    packages = {each: {name.lower().replace("_", "-") for name in by_module[each]} for each in third_party}
    assert all(names & declared for names in packages.values()), packages
    assert declared <= set[str]().union(*packages.values())


def _run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
