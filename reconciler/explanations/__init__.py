"""What every fault means: one table, by code. `reconciler explain`, SARIF and docs/reference are made from it.

A new code is a row in the table of its stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.explanations import account, api, commands, exporting, fields, files, manifests, project, runs, undoing
from reconciler.explanations.explanation import Explanation, Where

__all__ = ["EXPLANATIONS", "STAGES", "Explanation", "Where"]

#: The tables under the name of their stage, in the order in which a run meets them.
STAGES: Final[Mapping[str, Mapping[str, Explanation]]] = {
    "The project and its environments": project.EXPLANATIONS,
    "The text of a file": files.EXPLANATIONS,
    "Fields and their values": fields.EXPLANATIONS,
    "Manifests together": manifests.EXPLANATIONS,
    "Manifests against the account": account.EXPLANATIONS,
    "Plans and runs": runs.EXPLANATIONS,
    "Undoing a run": undoing.EXPLANATIONS,
    "The API": api.EXPLANATIONS,
    "Exporting": exporting.EXPLANATIONS,
    "Commands": commands.EXPLANATIONS,
}

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    code: each for table in STAGES.values() for code, each in table.items()
}
