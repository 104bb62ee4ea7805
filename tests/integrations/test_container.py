"""The Containerfile: linted, and its steps carried out in a scratch folder, as no image can be built here."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from reconciler import __version__
from tests.integrations.gitlab_runner import git
from tests.integrations.gitlab_template import ROOT
from tests.pages import DOCS

CONTAINERFILE = ROOT / "Containerfile"
PAGE = (DOCS / "container.md").read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, each with what stands behind it, in one line."""
    lines = [each for each in CONTAINERFILE.read_text(encoding="utf-8").splitlines() if not each.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(each.split()[0], each.split(maxsplit=1)[1]) for each in joined.splitlines() if each]


def only(instruction: str) -> str:
    """What stands behind an instruction that is there once."""
    (found,) = [rest for each, rest in steps() if each == instruction]
    return found


def test_the_linter_has_nothing_to_say() -> None:
    """Hadolint, with all of its rules."""
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([str(linter), str(CONTAINERFILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_nobody_and_group_zero_may_write() -> None:
    """A user by number, as Kubernetes asks to prove that it is not root; any other user of group 0 does as well."""
    assert only("USER") == "65532:0"
    assert only("ENTRYPOINT") == '["reconciler"]'
    command = next(rest for each, rest in steps() if each == "RUN" and rest.startswith("install"))
    assert shlex.split(command) == ["install", "-d", "-o", "65532", "-g", "0", "-m", "0775", "/project", _home()]
    assert only("CMD") == '["--help"]'
    assert [rest for each, rest in steps() if each == "WORKDIR"][-1] == "/project"


def _home() -> str:
    return _variables()["HOME"]


def _variables() -> dict[str, str]:
    return dict(each.split("=", 1) for each in shlex.split(only("ENV")))


def test_the_labels() -> None:
    """The version is the tool's, and the licence the project's."""
    defaults = dict(rest.split("=", 1) for each, rest in steps() if each == "ARG")
    labels = dict(each.split("=", 1) for each in shlex.split(only("LABEL")))
    assert labels["org.opencontainers.image.version"] == "${VERSION}"
    assert defaults["VERSION"] == __version__
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert f"`{defaults['PYTHON']}`" in PAGE


def test_the_ignore_file_is_found_by_every_builder() -> None:
    """Buildah and podman read the one, docker the other."""
    assert (ROOT / ".dockerignore").readlink() == Path(".containerignore")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stands for `/`, after the steps of the first stage; pip takes what is installed here."""
    root = tmp_path_factory.mktemp("image")
    _copied(root / "source")
    (command,) = [rest for each, rest in steps() if each == "RUN" and "venv" in rest]
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_IGNORE_INSTALLED": "1", "PIP_NO_BUILD_ISOLATION": "false"}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables = {**pip, "PATH": path, "PYTHONPATH": sysconfig.get_path("purelib"), "HOME": str(root)}
    script = command.replace("/opt/", f"{root}/opt/")
    done = subprocess.run(
        ["sh", "-ec", script], cwd=root / "source", env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def _copied(source: Path) -> None:
    """What the first stage copies, of what the ignore file lets through."""
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    let = [each.removeprefix("!") for each in ignored if each.startswith("!")]
    out = [each.removeprefix("**/") for each in ignored if each.startswith("**/")]
    wanted = [name for each, rest in steps() if each == "COPY" and "--from" not in rest for name in rest.split()[:-1]]
    assert sorted(wanted) == sorted(let)
    for name in wanted:
        for each in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", name).splitlines():
            if (ROOT / each).exists() and not any(
                fnmatch.fnmatch(part, one) for part in Path(each).parts for one in out
            ):
                (source / each).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / each, source / each)


def test_what_is_copied_is_enough(image: Path) -> None:
    """The tool that is installed is whole: it plays its story with the variables of the image alone."""
    work = image / "project"
    work.mkdir()
    site = next((image / "opt/reconciler/lib").glob("python3*/site-packages"))
    assert (site / "reconciler/__pycache__").is_dir()
    assert not (site / "pip").exists()
    # The dependencies were not installed, as there is no network: they are borrowed.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    variables = {
        "HOME": str(image),
        "PATH": _variables()["PATH"].replace("/opt/", f"{image}/opt/").replace("$PATH", "/bin"),
    }
    for arguments, said in ((["--help"], "Exit codes:"), (["demo"], "Nothing is left to do")):
        done = subprocess.run(
            ["sh", "-c", 'exec reconciler "$@"', "sh", *arguments], cwd=work, env=variables, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, said in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    """Every file that the page names is there."""
    assert (DOCS / link).exists()
