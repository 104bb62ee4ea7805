"""Names for what is exported: DNS-1123 names made of campaign names, the same for the same account."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Mapping, Sequence

from reconciler.api.shapes import Campaign

_LONGEST = 63
#: Letters that don't fall apart into a letter and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def slug(text: str) -> str:
    """``CA - Métiers de Bouche`` → ``ca-metiers-de-bouche``; empty when no letter or digit of it can stand there."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "-")).strip("-")[:_LONGEST].strip("-")


def chosen_names(campaigns: Sequence[Campaign], bound: Mapping[int, str], taken: Container[str]) -> Mapping[int, str]:
    """A name for each campaign, by its id: the one that it is bound to, else one made of its own name.

    Where two would get the same one, or it is `taken`, the id follows it.
    """
    made = {each.id: slug(each.name) for each in campaigns if each.id not in bound}
    fixed = {each.id: bound[each.id] for each in campaigns if each.id in bound}
    alone = {id_ for id_, name in made.items() if name and name not in taken}
    while True:
        found = fixed | {id_: name if id_ in alone else _with_id(name, id_, taken) for id_, name in made.items()}
        often = Counter(found.values())
        alike = {id_ for id_ in alone if often[found[id_]] > 1}
        if not alike:
            return found
        alone -= alike


def _with_id(name: str, id_: int, taken: Container[str]) -> str:
    ending = f"-{id_}"
    found = (name or "campaign")[: _LONGEST - len(ending)].rstrip("-") + ending
    return _with_id(found, id_, taken) if found in taken else found
