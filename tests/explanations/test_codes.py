"""Every code has an explanation, and every explanation a code."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.explanations import EXPLANATIONS, STAGES, Explanation, Where

from .codes import codes_in_use

CODES = codes_in_use()


def test_the_source_is_read() -> None:
    """Codes from each way of raising a fault are found: in place, by a class, by a function, in a variable."""
    assert {
        "unknown-field", "repeated-key", "api-busy", "no-token", "campaign-archived", "ambiguous-wrapup",
        "wrong-moment", "unknown-variable", "managed-twice", "unknown-agent", "lock-held", "bug",
    } <= CODES.keys()  # fmt: skip


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str) -> None:
    """A new fault needs its row in reconciler/explanations."""
    assert code in EXPLANATIONS, f"`{code}` of {CODES[code]} has no explanation"


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_every_explanation_has_a_code(code: str) -> None:
    """What no fault is called any more is explained no more."""
    assert code in CODES


def test_a_code_stands_in_one_stage() -> None:
    """No table hides a row of another."""
    assert sum(map(len, STAGES.values())) == len(EXPLANATIONS)


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_an_explanation_is_whole(code: str) -> None:
    """Sentences for why and what to do, a title without a full stop, and both examples or none."""
    each: Explanation = EXPLANATIONS[code]
    assert each.why.endswith(".")
    assert each.advice.endswith(".")
    assert not each.title.endswith(".")
    assert bool(each.wrong) is bool(each.right) is (each.where is not None)
    assert all(text == "" or text.endswith("\n") for text in (each.wrong, each.right))
    assert (each.wrong != each.right) or each.where is None


def test_a_code_without_a_constant_is_refused(tmp_path: Path) -> None:
    """A code that the scan can't read does not slip by."""
    (tmp_path / "new.py").write_text("Diagnostic(f'unknown-{what}', 'summary')\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="PUT_TOGETHER"):
        codes_in_use(tmp_path)


def test_manifest_codes_have_examples() -> None:
    """What can be shown in a manifest is shown."""
    files = {code for code, each in EXPLANATIONS.items() if each.where not in (None, Where.COMMAND)}
    without = {"file-too-large", "not-utf8", "yaml-character", "yaml-line-end", "yaml-bounds", "not-a-project"}
    rooms = {code for code, file in CODES.items() if file.startswith("manifests/")}
    assert rooms - files == without | {"wrong-value", "wrong-variable"}
