"""Variables: `${name}` in values, put in for one environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.diagnostics import Diagnostic, nearest_help
from reconciler.kinds import PROJECT
from reconciler.manifests.documents import Document
from reconciler.manifests.located import Located, Path, Through, Variable
from reconciler.manifests.project import Environment

#: A document is the same one in all environments: no variable is put into its name.
_KEEP = ("metadata", "name")

_USE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")


def substituted(documents: Iterable[Document], environment: Environment) -> tuple[list[Document], list[Diagnostic]]:
    """The documents with the environment's variables put in, and the faults; a second Project is left as it is."""
    found, faults = [], []
    for document in documents:
        if document.address.kind != PROJECT and _may_use_variables(document.body.span.source.text):
            body, wrong = substitute(document.body, environment.variables, environment.name, keep=_KEEP)
            faults += [replace(each, address=str(document.address)) for each in wrong]
            document = replace(document, body=body)
        found.append(document)
    return found, faults


def _may_use_variables(text: str) -> bool:
    """Whether a file's text holds ``${``, or an escape that may stand for a part of it: most files hold neither."""
    return "${" in text or "\\" in text


def names_used(documents: Iterable[Document]) -> set[str]:
    """The names of the variables that the documents use."""
    used: set[str] = set()
    left = [document.body for document in documents]
    while left:
        located = left.pop()
        left += [each for _, each in located.items()]
        left += located.elements()
        if isinstance(located.value, str):
            used |= names_in(located.value)
    return used


def names_in(text: str) -> set[str]:
    """The names of the variables that a text uses."""
    return {use[1] for use in _USE.finditer(text) if use[1] and use[2]} if "${" in text else set()


def escaped(text: str) -> str:
    """The text that means `text` and uses no variable."""
    return text.replace("${", "$${")


def substitute(
    located: Located, variables: Mapping[str, Variable], environment: str, *, keep: Path = ()
) -> tuple[Located, list[Diagnostic]]:
    """`located` with its variables put in, and a fault for each that is unknown or does not fit.

    A whole value ``"${name}"`` takes the variable's type; inside text it is put in as text; ``$${`` is a literal
    ``${``. What a variable stands for is not looked into again. A value whose variable is unknown becomes a broken
    one, so that it causes no second fault. What stands at `keep` is left as it is written.
    """
    faults: list[Diagnostic] = []
    done = _Substitution(variables, environment, faults).of(located, keep)
    return done, faults


class _Substitution:
    """One walk over a document."""

    def __init__(self, variables: Mapping[str, Variable], environment: str, faults: list[Diagnostic]) -> None:
        self.variables, self.environment, self.faults = variables, environment, faults
        self.used: list[Variable] = []

    def of(self, located: Located, keep: Path = ()) -> Located:
        if isinstance(located.value, dict):
            entries = located.value.items()
            kept = keep[0] if len(keep) == 1 else None
            inside = dict.fromkeys(keep[:1], keep[1:])
            done = {name: each if name == kept else self.of(each, inside.get(name, ())) for name, each in entries}
            return located if all(done[name] is each for name, each in entries) else replace(located, value=done)
        if isinstance(located.value, list):
            elements = [self.of(each) for each in located.value]
            same = all(each is old for each, old in zip(elements, located.value, strict=True))
            return located if same else replace(located, value=elements)
        if isinstance(located.value, str) and "${" in located.value:
            return self._text(located, located.value)
        return located

    def _text(self, located: Located, text: str) -> Located:
        before, self.used = len(self.faults), []
        whole = _USE.fullmatch(text)
        if whole is not None and whole[1] is not None:
            variable = self._variable(located, whole)
            value = variable.value if variable is not None else None
        else:
            value = _USE.sub(lambda use: "${" if use[1] is None else self._inside(located, use), text)
        wrong = len(self.faults) > before
        through = Through(text, tuple({each.name: each for each in self.used}.values())) if self.used else None
        return replace(located, value=None if wrong else value, broken=wrong, through=through)

    def _inside(self, located: Located, use: re.Match[str]) -> str:
        name, variable = use[1], self._variable(located, use)
        if variable is None:
            return ""
        if isinstance(variable.value, bool):
            return "true" if variable.value else "false"
        if isinstance(variable.value, (str, int, float)):
            return str(variable.value)
        detail = f"variable `{name}` is a list, an object or null: it can't stand inside text"
        self._fault("variable-in-text", "variable does not fit inside text", detail, located, "use it as a whole value")
        return ""

    def _variable(self, located: Located, use: re.Match[str]) -> Variable | None:
        name = use[1]
        if not (name and use[2]):
            detail = f"`{use[0]}` is not the use of a variable"
            advice = "write ${name}, or $${ if the text is to hold ${"
            self._fault("variable-syntax", "not a variable", detail, located, advice)
            return None
        if name in self.variables:
            self.used.append(self.variables[name])
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
