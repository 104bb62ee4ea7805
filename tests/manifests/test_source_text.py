"""Bytes → text: size, encoding, line ends and characters that are no text."""

from __future__ import annotations

import pytest

from tests.manifests.reading import only
from tests.manifests.test_documents import HEAD, place, read


@pytest.mark.parametrize("text", ["\ufeff" + HEAD + "  a: 1\n", (HEAD + "  a: 1\n").replace("\n", "\r\n")])
def test_a_byte_order_mark_and_crlf_are_taken(text: str) -> None:
    """Files saved on Windows are manifests, too."""
    (document,), found = read(text)
    assert found == []
    assert document.body.plain()["spec"] == {"a": 1}


def test_columns_with_crlf_and_byte_order_mark() -> None:
    """Places are those that an editor shows."""
    _, found = read("\ufeffapiVersion: 1\r\nkind: Campain\r\n")
    assert place(only(found)) == (2, 7, 7)


@pytest.mark.parametrize(
    ("character", "code"),
    [("\r", "yaml-line-end"), ("\x85", "yaml-line-end"), ("\u2028", "yaml-line-end"), ("\u2029", "yaml-line-end")],
)
def test_line_ends_that_programs_disagree_about_are_refused(character: str, code: str) -> None:
    """Editors and the parser would count lines differently, and a text would change its meaning."""
    _, found = read(f"{HEAD}  é: a{character}b\n")
    assert (only(found).code, place(only(found))) == (code, (5, 7, 1))


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\x7f", "\x80", "\ufffe"])
def test_a_control_character_hides_no_other_fault(character: str) -> None:
    """It is pointed at, right after accents and emoji as well."""
    _, found = read(f"{HEAD}  é😀: x{character}y\n  a: 1\n  a: 2\n")
    assert [(each.code, place(each)[:2]) for each in found] == [("yaml-character", (5, 8)), ("repeated-key", (7, 3))]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ((HEAD + "  a: é\n").encode("latin-1"), (5, 6)),
        (b"\xef\xbb\xbfa: \xff\n", (1, 4)),
        (b"\xed\xa0\x80", (1, 1)),
        ((HEAD + "  é😀: ".encode().decode() + "x").encode() + b"\xff", (5, 8)),
        (HEAD.encode("utf-16"), (1, 1)),
    ],
)
def test_a_file_that_is_not_utf8_is_a_fault(content: bytes, expected: tuple[int, int]) -> None:
    """With the place of the first wrong byte."""
    _, found = read(content)
    fault = only(found)
    assert fault.code == "not-utf8"
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == expected


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments\n", "---\n---\n...\n", "\ufeff", "--- # nothing\n"])
def test_a_file_without_documents_is_no_fault(text: str) -> None:
    """Empty files and comments hold nothing."""
    assert read(text) == ([], [])


def test_a_file_larger_than_five_megabytes_is_refused() -> None:
    """Without being parsed."""
    found = read(b"#" * 5_000_001)[1]
    assert only(found).code == "file-too-large"
    assert read(b"#" * 5_000_000) == ([], [])


@pytest.mark.parametrize("character", ["\u200b", "\u200d", "\u200f", "\u202e", "\u2060", "\u2066", "\ufeff"])
def test_a_hidden_character_is_refused_and_causes_no_other_fault(character: str) -> None:
    """What is shown is what is read: nothing in between, and in the same order."""
    (document,), found = read(f"{HEAD}  é{character}b: 1\n")
    assert (only(found).code, place(only(found))) == ("yaml-character", (5, 4, 1))
    assert document.body.plain()["spec"] == {"éb": 1}


@pytest.mark.parametrize("text", ["👩\u200d💻", "❤️\u200d🔥", '"a\\u200bb"'])
def test_joined_emoji_and_escapes_are_taken(text: str) -> None:
    """The joiner is a part of the emoji, and an escape can be seen."""
    assert read(f"{HEAD}  a: {text}\n")[1] == []
