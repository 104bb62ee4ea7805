"""`python -m tests.contract.coverage` writes docs/api-coverage.md: who answers for each operation of the contract."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reconciler.api import endpoints
from reconciler.emulator.routes import ENDPOINTS

from . import contract

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api-coverage.md"
#: From so many marked tests on, their files are named with their number.
MANY = 3

INTRO = """\
# What of the API is covered

One row for each endpoint of the API's documentation: the function that asks it, the emulator's function that answers
it, and the tests that are marked with it. Every endpoint is also asked for each of its documented answers, and with
random valid and invalid requests (`tests/contract/`). The second table lists the answers: a status in *italics* is not
in the documentation but follows from its text, and `schemas/diabolocom.openapi.yaml` says why. The page is generated,
and a test compares it: `make generate` writes it anew.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation with what covers it; an empty text or list where nothing does."""

    operation: contract.Operation
    client: str
    emulator: str
    client_tests: tuple[str, ...]
    emulator_tests: tuple[str, ...]


def rows() -> list[Row]:
    """Every operation, in the order of the contract."""
    functions, answers = client_functions(), emulator_functions()
    return [
        Row(
            operation=each,
            client=functions.get(snake_case(each.id), ""),
            emulator=answers.get((each.method, each.path), ""),
            client_tests=marked_tests("api").get(each.id, ()),
            emulator_tests=marked_tests("emulator").get(each.id, ()),
        )
        for each in contract.operations().values()
    ]


def snake_case(name: str) -> str:
    """`getContact` as a function is named: `get_contact`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def client_functions() -> Mapping[str, str]:
    """The public functions of the client's endpoints: name → module.name."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(endpoints.__path__):
        loaded = importlib.import_module(f"{endpoints.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found[name] = f"{module.name}.{name}"
    return found


@cache
def emulator_functions() -> Mapping[tuple[str, str], str]:
    """The emulator's endpoints: method and path → module.name."""
    return {
        (each.method, each.path): f"{each.answer.__module__.rpartition('.')[2]}.{each.answer.__name__}"
        for each in ENDPOINTS
    }


@cache
def marked_tests(folder: str) -> Mapping[str, tuple[str, ...]]:
    """The tests in tests/`folder` marked `operation`, one by one or as a file: operationId → file::test, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests" / folder).glob("test_*.py")):
        for test, operation in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(operation, []).append(f"{path.relative_to(ROOT)}::{test}")
    return {operation: tuple(sorted(set(tests))) for operation, tests in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    shared = [operation for node in tree.body for operation in _of_the_module(node)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [operation for decorator in node.decorator_list for operation in _operations(decorator)]
            yield from ((node.name, operation) for operation in [*shared, *own])


def _of_the_module(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
        for each in node.value.elts if isinstance(node.value, ast.List) else [node.value]:
            yield from _operations(each)


def _operations(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.operation":
        yield from (str(ast.literal_eval(argument)) for argument in mark.args)


def page() -> str:
    """The page as it should be."""
    return "\n".join([INTRO, *_table(), "", "## Answers", "", *_answers()]) + "\n"


def _table() -> list[str]:
    head = "| documentation | endpoint | client | emulator | client tests | emulator tests |"
    return [head, "| --- | --- | --- | --- | --- | --- |", *map(_line, rows())]


def _line(row: Row) -> str:
    cells = [
        row.operation.documentation,
        _code(f"{row.operation.method} {row.operation.path}"),
        _code(row.client),
        _code(row.emulator),
        _shown(row.client_tests),
        _shown(row.emulator_tests),
    ]
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`" if text else "none"


def _shown(tests: tuple[str, ...]) -> str:
    files = [each.partition("::")[0] for each in tests]
    if len(tests) < MANY:
        links = [f"[{each}](../{file})" for each, file in zip(tests, files, strict=True)]
    else:
        links = [
            f"[{file}](../{file}): {count} {'test' if count == 1 else 'tests'}"
            for file, count in Counter(files).items()
        ]
    return "<br>".join(links) or "none"


def _answers() -> list[str]:
    found = sorted({status for each in contract.operations().values() for status in each.answers})
    head = f"| operation | {' | '.join(map(str, found))} |"
    lines = [
        f"| `{each.id}` | {' | '.join(_status(each, status) for status in found)} |"
        for each in contract.operations().values()
    ]
    return [head, "| --- " * (len(found) + 1) + "|", *lines]


def _status(operation: contract.Operation, status: int) -> str:
    answer = operation.answers.get(status)
    if answer is None:
        return ""
    return f"*{status}*" if answer.assumed else str(status)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
