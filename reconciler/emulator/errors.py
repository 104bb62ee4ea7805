"""What can go wrong: faults of whoever starts the emulator, and the error answers of the API.

EmulatorError
├── SeedError            a seed that does not describe an account
├── FaultError           a fault that is not one of those there are
└── DatabaseFileError    a file that is not an emulator's database
ApiError                 an answer with a status of 400 or more; never leaves the app
"""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator can't start."""


class SeedError(EmulatorError):
    """A seed that does not describe an account; the text says where, as in ``contacts[3].priority``."""


class FaultError(EmulatorError):
    """A fault (of those made on demand) that can't be armed; the text says which part of it is wrong."""


class DatabaseBusyError(EmulatorError):
    """A database that can't be used at the moment; there is nothing wrong with it."""


class DatabaseFileError(EmulatorError):
    """A file that exists and is not a database of this emulator."""


class ApiError(Exception):
    """An error answer: HTTP `status`, the documentation's `code`, and a short `message` without personal data."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def bad_request(code: str, message: str) -> ApiError:
    """A 400 answer."""
    return ApiError(400, code, message)


def bad_format(message: str) -> ApiError:
    """The 400 answer for a body that can't be read."""
    return bad_request("error.bad.format", message)


def not_found(noun: str) -> ApiError:
    """The 404 answer ``error.<noun>.not.exists``."""
    return ApiError(404, f"error.{noun}.not.exists", f"There is no such {noun}.")
