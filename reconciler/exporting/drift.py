"""What the account holds otherwise than the manifests say → edits that bring it back into their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, Span
from reconciler.exporting.content import in_manifest, is_sayable
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.field import Field, Type
from reconciler.kinds.values import comparable
from reconciler.manifests.desired import DesiredCampaign
from reconciler.manifests.documents import Document
from reconciler.manifests.layers import Layer, LayerKind
from reconciler.manifests.located import Located, Path, Variable
from reconciler.manifests.project import Environment
from reconciler.manifests.references import resolve
from reconciler.manifests.splicing import Append, Edit, Put, Take
from reconciler.manifests.variables import names_in, substitute
from reconciler.manifests.writing import written_path
from reconciler.model import Address
from reconciler.planning.diff import diff_settings
from reconciler.planning.live import Pair

_VARIABLE = "its value comes from a variable, which other environments may have otherwise"
_CHANGE_IT = "change the variable in reconciler.yaml, where this environment has it"
_IS_RECORDED = ("spec", "settings", "isRecorded")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: what the manifests ask for, what the account has (`gone`: nothing that may be asked for).

    `path` is that in the campaign's document, `field` what the table says about it.
    """

    path: Path
    field: Field
    desired: Any
    live: Any
    gone: bool = False

    @property
    def attribute(self) -> str:
        """Its name as a plan has it: ``maxTries``, ``autoPurge.enabled``."""
        return attribute_name(self.path)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A value that a file takes over from the account, by edits of the document `address` in `file`."""

    difference: Difference
    address: Address
    file: str
    line: int
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A difference that stays: why, in words for people, what to do, and where that is to be seen."""

    campaign: DesiredCampaign
    path: Path
    why: str
    advice: str
    place: Span | None

    @property
    def attribute(self) -> str:
        """Its name as a plan has it: ``maxTries``, ``autoPurge.enabled``."""
        return attribute_name(self.path)

    def diagnostic(self) -> Diagnostic:
        """The warning about it."""
        detail = f"`{written_path(self.path[1:])}` is not brought back: {self.why}"
        place = self.place or self.campaign.spans.get(str(self.path[-1]), self.campaign.span)
        return Diagnostic(
            "drift-stays",
            "a difference stays",
            detail,
            Severity.WARNING,
            place,
            self.advice,
            address=str(self.campaign.address),
        )


class Stays(ValueError):
    """Why a difference can't be brought back, in words for people, and where that is to be seen."""

    def __init__(self, why: str, advice: str, place: Span) -> None:
        super().__init__(why)
        self.advice, self.place = advice, place


def adoptions(pair: Pair, written: Sequence[Document], environment: Environment) -> tuple[list[Adoption], list[Kept]]:
    """What the files of one campaign take over from the account, and the differences that have to stay.

    `written`: the campaign's own documents as their files have them, the last overlay first and the base last.
    Settings that the manifests ignore stay as they are, and so do custom fields that are yet to be added.
    """
    found: list[Adoption] = []
    kept: list[Kept] = []
    for each in differences(pair):
        if each.path == _IS_RECORDED and any(one.path[-1] == "recordingPercentage" for one in kept):
            why, advice = "recordingPercentage goes with it, and stays", "take that out first"
            kept.append(Kept(pair.desired, each.path, why, advice, None))
            continue
        document = next((one for one in written if one.body.get(*_names(each.path)) is not None), written[0])
        try:
            there = document.body.get(*_names(each.path))
            _refuse_variables(each, there, pair.desired, (there or document.body).place)
            edits = tuple(_edits(each, document, written, environment))
        except Stays as reason:
            kept.append(Kept(pair.desired, each.path, str(reason), reason.advice, reason.place))
        else:
            place = document.body.nearest(each.path).place
            found.append(Adoption(each, document.address, place.source.path, place.line, edits))
    return found, kept


def differences(pair: Pair) -> Iterator[Difference]:
    """What the manifests say otherwise than the account, of what is there to be said."""
    desired, live = pair.desired, pair.live.values
    is_recorded = live.get("isRecorded") is True
    if not is_recorded and "recordingPercentage" in desired.settings.keys() - desired.ignore:
        field = SETTINGS["recordingPercentage"]
        wanted = desired.settings[field.name]
        yield Difference(("spec", "settings", field.name), field, wanted, None, gone=True)
    for each in diff_settings(desired.settings, live, desired.ignore, desired.spans):
        name, _, inner = each.name.partition(".")
        if each.ignored or (name == "recordingPercentage" and not is_recorded):
            continue
        if not inner:
            yield Difference(("spec", "settings", name), SETTINGS[name], each.after, each.before)
        elif inner == "enabled" or live.get(name) is not None:
            yield _inside(name, inner, each.after, each.before)
        elif name == "autoPurge":
            if "enabled" not in desired.settings[name]:
                yield _inside(name, "enabled", None, False)
        else:
            yield _inside(name, inner, each.after, None)
    for name, wanted in desired.expect.items():
        if comparable(ASSERTED[name], wanted) != comparable(ASSERTED[name], live.get(name)):
            yield Difference(("spec", "expect", name), ASSERTED[name], wanted, live.get(name))


def _inside(name: str, inner: str, desired: Any, live: Any) -> Difference:
    field = next(each for each in SETTINGS[name].fields if each.name == inner)
    return Difference(("spec", "settings", name, inner), field, desired, live)


def _refuse_variables(each: Difference, there: Located | None, campaign: DesiredCampaign, place: Span) -> None:
    """Stays when a variable gives the value, here or in a template: written out, it would be for all environments."""
    if there is None:
        start = 2 if each.path[1] == "settings" else 1
        passed = campaign.passed.get(".".join(_names(each.path[start:])), ())
        is_used = any(isinstance(one, Variable) for one in passed)
        if any(isinstance(one, Layer) and one.kind is LayerKind.OVERLAY for one in passed):
            raise Stays("an overlay of its template says it, for this environment", "change it there", place)
    else:
        is_used = _uses_variable(there)
    if is_used:
        raise Stays(_VARIABLE, _CHANGE_IT, place)


def _uses_variable(located: Located) -> bool:
    return isinstance(located.value, str) and bool(names_in(located.value))


def _edits(
    each: Difference, document: Document, written: Sequence[Document], environment: Environment
) -> Iterator[Edit]:
    """The edits of one document that make it say what the account has; Stays where that can't be."""
    there = document.body.get(*_names(each.path))
    place = (there or document.body).place
    if each.gone:
        if there is None:
            raise Stays("a template asks for it, and the account can't have it", "take it out of the template", place)
        yield Take(each.path)
        return
    value = None if each.live is None else in_manifest(each.field, each.live, environment)
    if each.live is not None and not is_sayable(each.path, value):
        raise Stays("the account holds a value that no manifest may ask for", "correct it in the console", place)
    if each.field.many:
        yield from _list_edits(each, there, environment)
    elif each.live is not None:
        yield Put(each.path, value)
    elif each.field.type is Type.BOOLEAN:
        yield Put(each.path, False)
    elif not each.field.nullable:
        raise Stays("the account shows no value for it, and a manifest can't ask for none", "take it out", place)
    elif document is not written[-1]:
        raise Stays("the account has none, and a null in an overlay takes the line away", "clear it in the base", place)
    else:
        yield Put(each.path, None)


def _list_edits(each: Difference, there: Located | None, environment: Environment) -> Iterator[Edit]:
    """A set's own elements stay as they are written: those that are gone are taken away, and new ones follow."""
    live = list(comparable(each.field, each.live))
    if there is None or not isinstance(there.value, list):
        yield Put(each.path, in_manifest(each.field, live, environment))
        return
    known = [_meaning(each.field, element, environment) for element in there.elements()]
    for index, value in enumerate(known):
        if value not in live:
            if _uses_variable(there.elements()[index]):
                raise Stays(_VARIABLE, _CHANGE_IT, there.place)
            yield Take((*each.path, index))
    new = [value for value in live if value not in known]
    yield from (Append(each.path, value) for value in in_manifest(each.field, new, environment))


def _meaning(field: Field, element: Located, environment: Environment) -> Any:
    """What one element of a set stands for: the id behind a name, the value of a variable."""
    value, _ = substitute(element, environment.variables, environment.name)
    whole = Located({field.name: Located([value], element.span)}, element.span)
    (found,) = comparable(field, resolve({field.name: field}, whole, environment, [])[field.name]) or (None,)
    return found


def attribute_name(path: Path) -> str:
    """The name that a plan has for the value at a path of a campaign's document; that path for what no plan changes."""
    names = _names(path)
    return ".".join(names[2:] if names[:2] == ("spec", "settings") else names[1:])


def _names(path: Path) -> tuple[str, ...]:
    return tuple(str(step) for step in path)
