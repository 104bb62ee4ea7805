"""Wrap-up codes and their folders."""

from __future__ import annotations

from reconciler.emulator.call import Call
from reconciler.emulator.errors import bad_request, not_found
from reconciler.emulator.paging import flag, number, page_of


def list_wrapups(call: Call) -> str:
    """WRAPUP CODES, GET Get wrapups."""
    parameters = call.parameters
    rows = call.connection.execute(
        """
        SELECT document FROM wrapups
        WHERE instr(fold(json_extract(document, '$.name')), :name) > 0
          AND (:status IS NULL OR status = :status)
          AND (:system IS NULL OR json_extract(document, '$.isSystem') = :system)
          AND (:hidden IS NULL OR json_extract(document, '$.isHidden') = :hidden)
          AND (:folder IS NULL OR json_extract(document, '$.wrapupFolderId') = CAST(:folder AS INTEGER))
          AND (:pin IS NULL OR json_extract(document, '$.unpinAfter') = CAST(:pin AS INTEGER))
        ORDER BY id
        """,
        {
            "name": parameters.get("name", "").casefold(),
            "status": parameters.get("status"),
            "system": flag(parameters, "isSystem"),
            "hidden": flag(parameters, "isHidden"),
            "folder": parameters.get("wrapupFolderId"),
            "pin": parameters.get("unpinAfter") if call.options.soon_fields else None,
        },
    )
    return page_of(call, "wrapups", [document for (document,) in rows])


def get_wrapup(call: Call) -> str:
    """WRAPUP CODES, GET Get wrapup by Id."""
    row = call.connection.execute("SELECT document FROM wrapups WHERE id = ?", (call.number("wrapupId"),)).fetchone()
    if row is None:
        raise not_found("wrapup")
    return str(row[0])


def list_folders(call: Call) -> str:
    """WRAPUP CODES, GET Get wrapups folders: the only list for which a 400 is documented."""
    parameters = call.parameters
    for name in ("page", "parentFolderId"):
        if name in parameters and number(parameters, name) is None:
            raise bad_request("error.invalid.parameter", f"{name}: must be a whole number.")
    rows = call.connection.execute(
        """
        SELECT document FROM wrapup_folders
        WHERE instr(fold(json_extract(document, '$.name')), :name) > 0
          AND (:system IS NULL OR json_extract(document, '$.system') = :system)
          AND (:parent IS NULL OR json_extract(document, '$.parentFolderId') = CAST(:parent AS INTEGER))
        ORDER BY id
        """,
        {
            "name": parameters.get("name", "").casefold(),
            "system": flag(parameters, "isSystem"),
            "parent": parameters.get("parentFolderId"),
        },
    )
    return page_of(call, "folders", [document for (document,) in rows])
