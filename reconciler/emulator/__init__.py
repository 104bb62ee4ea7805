"""The Diabolocom API, small but real: an ASGI app over one SQLite file.

It rests on the API's documentation alone and knows nothing of the rest of the package. Where the documentation is
silent it takes the more dangerous reading, so that a client that gets along with it gets along with the real one.
"""

from __future__ import annotations

from reconciler.emulator.account import Account, load_account, read_seed
from reconciler.emulator.admissions import admissions_account
from reconciler.emulator.app import open_emulator
from reconciler.emulator.errors import DatabaseBusyError, DatabaseFileError, EmulatorError, FaultError, SeedError
from reconciler.emulator.faults import Fault, fault_from_json, fault_from_text
from reconciler.emulator.options import Options

__all__ = [
    "Account",
    "DatabaseBusyError",
    "DatabaseFileError",
    "EmulatorError",
    "Fault",
    "FaultError",
    "Options",
    "SeedError",
    "admissions_account",
    "fault_from_json",
    "fault_from_text",
    "load_account",
    "open_emulator",
    "read_seed",
]
