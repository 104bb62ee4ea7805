"""Drift of managed campaigns → the changed files, read and compared once more before they are written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.api.shapes import Campaign
from reconciler.diagnostics import Diagnostic
from reconciler.errors import ManifestsInvalid, ProjectError
from reconciler.exporting.drift import Adoption, Kept, adoptions, differences
from reconciler.kinds import CAMPAIGN
from reconciler.manifests.documents import Document, read_documents
from reconciler.manifests.read import Files, Inputs, layers_of, read_desired
from reconciler.manifests.splicing import SpliceError, spliced
from reconciler.model import Address
from reconciler.planning.live import Pair, paired


@dataclass(frozen=True, slots=True)
class Update:
    """The files to write, by path; what they take over from the account; what stays different; and other faults."""

    files: Files
    adopted: tuple[Adoption, ...]
    kept: tuple[Kept, ...]
    faults: tuple[Diagnostic, ...]


def update(
    inputs: Inputs,
    account: Sequence[Campaign],
    wanted: Collection[str] | None = None,
    others: Iterable[Inputs] = (),
    meant: Callable[[Address, str], bool] = lambda address, value: True,
) -> Update:
    """The files with the drift of the managed campaigns brought back; `wanted` names the manifests of some of them.

    `others`: what the other environments read. `meant`: whether a value (``maxTries``, ``autoPurge.enabled``) of a
    campaign is brought back; the others stay, and nothing is said of them. ManifestsInvalid when the manifests have
    errors as they are, ProjectError when they would have some afterwards, here or in another environment that had none.
    """
    pairs, faults = paired(account, read_desired(*inputs))
    chosen = [pair for name, pair in pairs.items() if (wanted is None or name in wanted) and not _is_over(pair)]
    written = _written(inputs)
    files: dict[str, bytes] = {}
    adopted: list[Adoption] = []
    kept: list[Kept] = []
    for pair in chosen:
        found, stay = adoptions(pair, written[pair.desired.address], inputs.environment)
        kept += [each for each in stay if meant(pair.desired.address, each.attribute)]
        for each in found:
            if not meant(pair.desired.address, each.difference.attribute):
                continue
            if unbound := _found_by_name(inputs, pair, each):
                kept.append(unbound)
                continue
            before = files.get(each.file) or inputs.manifests.get(each.file) or inputs.overlays[each.file]
            try:
                files[each.file] = spliced(before, each.address, each.edits)
            except SpliceError as error:
                kept.append(Kept(pair.desired, each.difference.path, str(error), f"change {each.file} by hand", None))
            else:
                adopted.append(each)
    changed = inputs.changed(files)
    kept += [
        each for each in _remaining(changed, account, chosen, kept) if meant(each.campaign.address, each.attribute)
    ]
    for other in others if files else ():
        _refuse_breaking(other, files)
    return Update(files, tuple(_with_lines(adopted, _written(changed))), tuple(kept), tuple(faults))


def _is_over(pair: Pair) -> bool:
    """Whether the campaign is archived, or to be: what it has besides is nobody's concern any more."""
    return pair.desired.ends or pair.live.values.get("isArchived") is True


def _written(inputs: Inputs) -> Mapping[Address, Sequence[Document]]:
    """The campaigns' own documents as they are in the files, the last overlay first and the base last."""
    layers = layers_of(inputs.overlays, inputs.environment.overlays)
    found: dict[Address, list[Document]] = {}
    for files in (*reversed(layers), inputs.manifests):
        for path, content in files.items():
            for document in read_documents(path, content)[0]:
                if document.address.kind == CAMPAIGN:
                    found.setdefault(document.address, []).append(document)
    return found


def _found_by_name(inputs: Inputs, pair: Pair, adoption: Adoption) -> Kept | None:
    """Why a new name stays in the account: another environment finds its campaign by the old one."""
    name = pair.desired.address.name
    if adoption.difference.path != ("spec", "settings", "name") or adoption.file not in inputs.manifests:
        return None
    others = [each.name for each in inputs.project.environments.values() if name not in each.campaigns]
    if not others:
        return None
    why = f"{', '.join(others)} finds its campaign by the old name, in the same file"
    return Kept(pair.desired, adoption.difference.path, why, f"bind `{name}` there by its id first", None)


def _with_lines(adopted: Iterable[Adoption], written: Mapping[Address, Sequence[Document]]) -> Iterator[Adoption]:
    """With the lines on which the values stand now."""
    bodies = {(each.body.span.source.path, each.address): each.body for one in written.values() for each in one}
    for each in adopted:
        found = bodies[each.file, each.address].nearest(each.difference.path)
        yield each if each.difference.gone else replace(each, line=found.place.line)


def _refuse_breaking(other: Inputs, files: Files) -> None:
    try:
        read_desired(*other)
    except ManifestsInvalid:
        return  # it has errors of its own already
    try:
        read_desired(*other.changed(files))
    except ManifestsInvalid as invalid:
        raise _refused(f"in `{other.environment.name}` ", invalid) from None


def _refused(where: str, invalid: ManifestsInvalid) -> ProjectError:
    fault = next(each for each in invalid.diagnostics if each.is_error)
    return ProjectError(
        "the drift can't be brought back",
        f"{where}the manifests would have errors: {fault.detail}",
        "nothing was written; name the campaigns to update, or change the file by hand",
        "drift-not-adopted",
    )


def _remaining(
    inputs: Inputs, account: Sequence[Campaign], chosen: Sequence[Pair], kept: Sequence[Kept]
) -> Iterator[Kept]:
    """What is still different and not known to be; ProjectError when the manifests have errors now."""
    try:
        pairs, _ = paired(account, read_desired(*inputs))
    except ManifestsInvalid as invalid:
        raise _refused("", invalid) from None
    known = {(each.campaign.address, each.path) for each in kept}
    for pair in chosen:
        now = pairs.get(pair.desired.address.name)
        for each in differences(now) if now else ():
            if (pair.desired.address, each.path) not in known:
                yield Kept(pair.desired, each.path, "it differs after the change, too", "change it by hand", None)
