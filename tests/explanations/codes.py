"""Every code that the package can give a fault, read from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler import errors

PACKAGE = Path(__file__).resolve().parents[2] / "reconciler"
#: Codes that are put together where they are raised: the expression, and what it can become.
PUT_TOGETHER: Mapping[tuple[str, str], frozenset[str]] = {
    ("manifests/references.py", "f'unknown-{noun}'"): frozenset({"unknown-agent", "unknown-group"}),
    ("cli/get/lookup.py", "f'unknown-{code}'"): frozenset({"unknown-folder", "unknown-wrapup"}),
    ("cli/get/lookup.py", "f'ambiguous-{code}'"): frozenset({"ambiguous-folder", "ambiguous-wrapup"}),
}
_ERRORS = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Exception)}
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PRINTED = re.compile(r"error\[([a-z-]+)\]")


def codes_in_use(package: Path = PACKAGE) -> Mapping[str, str]:
    """Each code, and a file that uses it; AssertionError for a code that can't be read from the source.

    Left out are the explanations themselves, and the emulator: its codes are the API's.
    """
    found: dict[str, str] = {}
    modules = {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] not in ("emulator", "explanations")
    }
    everywhere = {"Diagnostic": 0, **dict.fromkeys(_ERRORS, 3)}
    everywhere |= {each: at for tree in modules.values() for each, at in _takers(tree).items() if each[0] != "_"}
    for name, tree in modules.items():
        found |= dict.fromkeys(_codes_of(name, tree, everywhere | _takers(tree)), name)
    return found


def _takers(tree: ast.Module) -> dict[str, int]:
    """Its functions that make a fault of a parameter `code`, and its classes that begin with one: the position."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.endswith("fault"):
            names = [each.arg for each in node.args.args if each.arg != "self"]
            if "code" in names:
                found[node.name] = names.index("code")
        elif isinstance(node, ast.ClassDef):
            fields = [ast.unparse(each.target) for each in node.body if isinstance(each, ast.AnnAssign)]
            if fields[:1] == ["code"]:
                found[node.name] = 0
    return found


def _codes_of(name: str, tree: ast.Module, takers: Mapping[str, int]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for given in _given(node, takers):
                yield from _read(name, tree, given)
        elif isinstance(node, ast.ClassDef) and _is_error(node):
            yield from _class_code(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _PRINTED.findall(node.value)


def _given(call: ast.Call, takers: Mapping[str, int]) -> Iterator[ast.expr]:
    """What a call gives as the code, if it is one that takes a code."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = takers.get(function)
    if place is not None:
        yield from call.args[place : place + 1]
        yield from (each.value for each in call.keywords if each.arg == "code")


def _is_error(node: ast.ClassDef) -> bool:
    return node.name in _ERRORS or any(ast.unparse(each).split(".")[-1] in _ERRORS for each in node.bases)


def _class_code(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "code":
            yield str(ast.literal_eval(each.value))


def _read(name: str, tree: ast.Module, given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.Attribute):
        return  # a code that another fault has already
    elif isinstance(given, ast.Name):
        yield from _assigned(tree, given.id)
    else:
        key = (name, ast.unparse(given))
        assert key in PUT_TOGETHER, f"{name}: give the code {key[1]} a line in PUT_TOGETHER"
        yield from PUT_TOGETHER[key]


def _assigned(tree: ast.Module, variable: str) -> Iterator[str]:
    """What a variable holds: from `code, … = "x", …`, and from generators that yield a fault's parts, code first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            names = getattr(node.targets[0], "elts", ())
            pairs = zip(names, node.value.elts, strict=False)
            parts = [value for target, value in pairs if ast.unparse(target) == variable]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable:
            parts = [node.value]
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) >= 4:
            parts = node.value.elts[:1]
        else:
            continue
        for each in parts:
            if isinstance(each, ast.Constant) and _CODE.fullmatch(str(each.value)):
                yield str(each.value)
