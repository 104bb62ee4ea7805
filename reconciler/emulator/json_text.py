"""Writing JSON, the same way everywhere."""

from __future__ import annotations

import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def dumps(value: object) -> str:
    """`value` as compact JSON text, accents as they are."""
    return _ENCODER.encode(value)
