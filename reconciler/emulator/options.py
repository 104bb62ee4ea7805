"""How an emulator behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """How this emulator behaves, above all where the documentation is silent.

    token: the only `Private-Token` accepted; None accepts any that is not empty.
    batch_seconds: how long a batch stays unfinished.
    page_base: how search numbers its pages; "mixed" is asked from 1 and answers from 0.
    public_url: what `next` and `previous` start with; None is the request's own scheme and host.
    soon_fields: whether the fields and filters marked "Soon" or "Future" work; else they are unknown ones.
    text_case: whether custom field conditions mind the case of letters.
    """

    token: str | None = None
    batch_seconds: float = 0.3
    page_base: Literal["zero", "one", "mixed"] = "zero"
    public_url: str | None = None
    soon_fields: bool = False
    text_case: Literal["ignored", "minded"] = "ignored"
