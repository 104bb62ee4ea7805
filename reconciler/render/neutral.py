"""Text from the account is data: what could steer a terminal or a CI log is shown, never carried out (S12)."""

from __future__ import annotations

import unicodedata

#: Categories that move the cursor, hide, reorder or break lines: controls, formats, separators, surrogates, private.
_UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


def neutral(text: str) -> str:
    """`text` on one line, each unsafe character as its escape: a newline reads ``\\n``, ESC ``\\x1b``.

    A leading `::` or `##[`, which CI systems take for a command of their own, is broken by a space.
    """
    plain = text.isascii() and text.isprintable()
    safe = text if plain else "".join(_shown(each) for each in text)
    return safe.replace("::", ": :") if safe.lstrip().startswith("::") else safe.replace("##[", "# #[")


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
