"""Variables: `${name}` in values, put in for one environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.manifests.located import Located

_USE = re.compile(r"\$\$\{|\$\{([^}]*)\}")


def substitute(
    located: Located, variables: Mapping[str, Located], environment: str
) -> tuple[Located | None, list[Diagnostic]]:
    """`located` with its variables put in, and a fault for each that is unknown or does not fit.

    A whole value ``"${name}"`` takes the variable's type; inside text it is put in as text; ``$${`` is a literal
    ``${``. An entry whose variable is unknown is left out, so that it causes no second fault.
    """
    faults: list[Diagnostic] = []
    done = _Substitution(variables, environment, faults).of(located)
    return done, faults


class _Substitution:
    """One walk over a document."""

    def __init__(self, variables: Mapping[str, Located], environment: str, faults: list[Diagnostic]) -> None:
        self.variables, self.environment, self.faults = variables, environment, faults

    def of(self, located: Located) -> Located | None:
        if isinstance(located.value, dict):
            entries = ((name, self.of(each)) for name, each in located.value.items())
            return replace(located, value={name: each for name, each in entries if each is not None})
        if isinstance(located.value, list):
            elements = (self.of(each) for each in located.value)
            return replace(located, value=[each for each in elements if each is not None])
        if isinstance(located.value, str) and "${" in located.value:
            return self._text(located, located.value)
        return located

    def _text(self, located: Located, text: str) -> Located | None:
        whole = _USE.fullmatch(text)
        if whole is not None and whole[1] is not None:
            variable = self._variable(located, whole[1])
            return replace(located, value=variable.value) if variable is not None else None
        before = len(self.faults)
        result = _USE.sub(lambda use: "${" if use[1] is None else self._inside(located, use[1]), text)
        return replace(located, value=result) if len(self.faults) == before else None

    def _inside(self, located: Located, name: str) -> str:
        variable = self._variable(located, name)
        if variable is None:
            return ""
        if isinstance(variable.value, bool):
            return "true" if variable.value else "false"
        if isinstance(variable.value, (str, int, float)):
            return str(variable.value)
        detail = f"variable `{name}` is a list, an object or null: it can't stand inside text"
        self._fault("variable-in-text", "variable does not fit inside text", detail, located, "use it as a whole value")
        return ""

    def _variable(self, located: Located, name: str) -> Located | None:
        if name in self.variables:
            return self.variables[name]
        detail = f"environment `{self.environment}` has no variable `{name}`"
        self._fault("unknown-variable", "unknown variable", detail, located, self._help(name))
        return None

    def _help(self, name: str) -> str:
        if not self.variables:
            return f"add it to spec.environments.{self.environment}.variables in the project file"
        return nearest_help("variable", name, self.variables)

    def _fault(self, code: str, summary: str, detail: str, located: Located, help_text: str) -> None:
        self.faults.append(Diagnostic(code, summary, detail, span=located.span, help=help_text))
