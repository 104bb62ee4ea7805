"""Text from the account is data: what could steer a terminal or a CI log is shown, never carried out (S12)."""

from __future__ import annotations

import re
import unicodedata

#: Categories that move the cursor, hide, reorder or break lines: controls, formats, separators, surrogates, private.
_UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})

#: How a logging command begins in Azure Pipelines (and in GitHub's runner, which comes from there).
_LOGGING_COMMAND = re.compile(r"##(?=\w*\[)")


def neutral(text: str) -> str:
    """`text` on one line, each unsafe character as its escape: a newline reads ``\\n``, ESC ``\\x1b``.

    A leading `::`, and `##[` or `##vso[`, which CI systems take for commands of their own, are broken by a space.
    """
    plain = text.isascii() and text.isprintable()
    if plain and "::" not in text and "##" not in text:  # as most texts
        return text
    safe = text if plain else "".join(_shown(each) for each in text)
    whole = safe.replace("::", ": :") if safe.lstrip().startswith("::") else safe
    return _LOGGING_COMMAND.sub("# #", whole)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
