"""Values as the JSON text that is sent."""

from __future__ import annotations

import json


def body(value: object) -> bytes:
    """`value` as compact JSON, its keys in their order; ValueError or TypeError for what JSON has no word for."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
