"""Variables from outside of the project: `--var NAME=VALUE`, and RECONCILER_VAR_NAME of the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from reconciler.errors import ProjectError
from reconciler.manifests.documents import read_scalar
from reconciler.manifests.located import Variable
from reconciler.manifests.project import Environment

PREFIX = "RECONCILER_VAR_"


def from_option(text: str) -> Variable:
    """The variable of `--var NAME=VALUE`; ValueError, in words for people, when it is none."""
    name, equals, value = text.partition("=")
    if not (name and equals) or "}" in name:
        raise ValueError("it is not NAME=VALUE")
    return _variable(name, value, f"--var {name}", is_secret=False)


def from_process(
    process: Mapping[str, str], names: Iterable[str], over: AbstractSet[str] = frozenset()
) -> dict[str, Variable]:
    """The variables that the process's environment gives to these names; what else stands there is not looked at.

    A name is looked for as it is written, else in capitals with ``-`` as ``_``. ProjectError, without the value, when
    it is given both ways, when two names mean the same one, and when it can't be read. Names in `over` are given
    otherwise; whatever could be meant for one of them is not taken for another.
    """
    found: dict[str, str] = {}
    for name in sorted(names):
        if name in over:
            found |= {name: _capitals(name)} if _capitals(name) in process else {}
        elif len(given := sorted({each for each in (PREFIX + name, _capitals(name)) if each in process})) > 1:
            raise _refused(f"`{name}` is given twice: {' and '.join(given)}", "unset one of them")
        elif given:
            found[name] = given[0]
    _refuse_two_meanings(found, over)
    return {name: _from_process(name, each, process[each]) for name, each in found.items() if name not in over}


def with_given(environment: Environment, *given: Mapping[str, Variable]) -> Environment:
    """The environment with variables from outside over its own, the last ones over the ones before."""
    variables = dict(environment.variables)
    for each in given:
        variables |= each
    return replace(environment, variables=variables)


def _capitals(name: str) -> str:
    return PREFIX + name.upper().replace("-", "_")


def _refuse_two_meanings(found: Mapping[str, str], over: AbstractSet[str]) -> None:
    """ProjectError when one variable of the process could be meant for two names, unless neither is to take it."""
    first: dict[str, str] = {}
    for name, origin in found.items():
        if (other := first.setdefault(origin, name)) != name and not {name, other} <= over:
            detail = f"{origin} could be `{other}` or `{name}`"
            raise _refused(detail, "give both with --var, or rename one of them")


def _from_process(name: str, origin: str, text: str) -> Variable:
    try:
        return _variable(name, text, origin, is_secret=True)
    except ValueError as error:
        raise _refused(f"{origin}: {error}", "set it to a value, or unset it") from None


def _variable(name: str, text: str, origin: str, *, is_secret: bool) -> Variable:
    value = read_scalar(text)
    if isinstance(value, float):  # as in the project file: 1.50 inside of a text would read 1.5
        raise ValueError("a variable is text, a whole number, true, false or null: put it in quotes if it is text")
    return Variable(name, value, None, origin, is_secret)


def _refused(detail: str, advice: str) -> ProjectError:
    return ProjectError("a variable can't be used", detail, advice, "wrong-variable")
