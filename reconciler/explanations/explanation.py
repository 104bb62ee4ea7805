"""What is told about a kind of fault, and where its examples stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where an example stands."""

    CAMPAIGN = "in the spec of a Campaign"
    POLICY = "in the spec of an AssignmentPolicy"
    PROJECT = "in the spec of the project file"
    MANIFEST = "in a manifest file"
    OVERLAY = "in a file of an overlay folder"
    COMMAND = "on the command line"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One kind of fault, from the user's side.

    `title` says what is wrong, `why` the reason that it is a fault, `advice` what to do. `wrong` and `right` are the
    same example twice, both of them as it stands in `where`; a fault that no file can show has neither.
    """

    title: str
    why: str
    advice: str
    where: Where | None = None
    wrong: str = ""
    right: str = ""

    @property
    def language(self) -> str:
        """The language of the examples, as a Markdown fence names it."""
        return "sh" if self.where is Where.COMMAND else "yaml"
