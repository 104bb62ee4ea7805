"""Changes of values in a manifest's text: comments, order, quotes, indentation and line ends stay as they are."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reconciler.manifests.documents import Document, read_documents
from reconciler.manifests.layout import layouts
from reconciler.manifests.located import Path, Scalar
from reconciler.manifests.rewriting import Rewriting, same
from reconciler.manifests.writing import written_path
from reconciler.model import Address

_NO_PLACE = "the text is laid out so that it can't be written there without changing something else"

Plain: TypeAlias = Scalar | Sequence["Plain"] | Mapping[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Put:
    """Gives the entry or element at `path` this value; an object's entry that is not there is added.

    The objects on the way are added as well; null on the way becomes one.
    """

    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class Append:
    """Adds an element at the end of the list at `path`; null there becomes a list."""

    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class Take:
    """Takes the entry or element at `path` away."""

    path: Path


Edit = Put | Append | Take


class SpliceError(ValueError):
    """Why a change can't be made here, in words for people."""


def spliced(content: bytes, address: Address, edits: Sequence[Edit]) -> bytes:
    """A file's content with the edits made in the document of this address; every other byte stays.

    The edits are meant all at once: paths, and the indexes in them, are those of the document as it is in `content`.
    SpliceError when the file has faults or not exactly one such document, when there is nothing at a path, when an
    anchor would carry the change further, or when the result would not be read as what was meant. ValueError when one
    edit is for the path of another, or for a place inside of it.
    """
    if not edits:
        return content
    _refuse_overlaps(edits)
    documents = _sound(content)
    index = _index(documents, address)
    values = [each.body.plain() for each in documents]
    text = content.decode("utf-8-sig")
    rewriting = Rewriting(text, layouts(text)[index], values[index])
    values[index] = _edited(values[index], edits)
    for edit in edits:
        _add(rewriting, edit)
    if rewriting.refusals:
        raise SpliceError(rewriting.refusals[0])
    result = _written(rewriting, index)
    result = codecs.BOM_UTF8 + result if content.startswith(codecs.BOM_UTF8) else result
    found, faults = read_documents("", result)
    if faults or not same([each.body.plain() for each in found], values):
        raise SpliceError(_NO_PLACE)
    return result


def _add(rewriting: Rewriting, edit: Edit) -> None:
    if isinstance(edit, Take):
        rewriting.take(edit.path)
    elif isinstance(edit, Append):
        rewriting.append(edit.path, _copied(edit.value))
    else:
        rewriting.put(edit.path, _copied(edit.value))


def _written(rewriting: Rewriting, index: int) -> bytes:
    try:
        return rewriting.done(index).encode()
    except (LookupError, ValueError):
        raise SpliceError(_NO_PLACE) from None


def _refuse_overlaps(edits: Sequence[Edit]) -> None:
    whole = [each.path for each in edits if not isinstance(each, Append)]
    paths = {*whole}
    if not all(each.path for each in edits):
        raise ValueError("an edit is for something in a document, not for all of it")
    if len(paths) < len(whole) or any(isinstance(each, Append) and each.path in paths for each in edits):
        raise ValueError("two edits for one path")
    for each in edits:
        if any(each.path[:length] in paths for length in range(len(each.path))):
            raise ValueError(f"an edit inside of what another one changes: {written_path(each.path)}")


def _sound(content: bytes) -> list[Document]:
    documents, faults = read_documents("", content)
    if faults:
        span = faults[0].span
        where = f" at {span.line}:{span.column}" if span else ""
        raise SpliceError(f"the file has a fault{where}: {faults[0].detail}")
    return documents


def _index(documents: Sequence[Document], address: Address) -> int:
    found = [index for index, each in enumerate(documents) if each.address == address]
    if len(found) == 1:
        return found[0]
    if not found:
        raise SpliceError(f"the file has no {address}")
    lines = " and ".join(str(documents[index].body.span.line) for index in found)
    raise SpliceError(f"the file has {address} more than once, in lines {lines}")


def _edited(before: Any, edits: Sequence[Edit]) -> Any:
    """The plain value with the edits made; SpliceError when it has no place for one."""
    after = _copied(before)
    gone: list[tuple[Any, Any]] = []
    for each in edits:
        if isinstance(each, Take):
            gone.append((_inside(after, each.path), each.path[-1]))
        elif isinstance(each, Append):
            _append(after, each)
        else:
            _inside(after, each.path, adds=True)[each.path[-1]] = _copied(each.value)
    for holder, step in sorted(gone, key=lambda pair: pair[1] if isinstance(pair[1], int) else 0, reverse=True):
        del holder[step]
    return after


def _inside(value: Any, path: Path, *, adds: bool = False) -> Any:
    """The list or object that holds what is at `path`; with `adds`, it need not be there, nor objects on the way."""
    for length, step in enumerate(path):
        _refuse_absent(value, path, length, adds=adds)
        if length + 1 == len(path):
            break
        inner = value.get(step) if isinstance(value, dict) else value[step]
        if adds and inner is None:
            inner = value[step] = {}
        value = inner
    return value


def _refuse_absent(value: Any, path: Path, length: int, *, adds: bool) -> None:
    step, here = path[length], f"`{written_path(path[:length])}`" if length else "the document"
    if isinstance(step, str) and not isinstance(value, dict):
        raise SpliceError(f"{here} is no object")
    if isinstance(step, str) and not adds and step not in value:
        raise SpliceError(f"{here} has no entry `{step}`")
    if isinstance(step, int) and not (isinstance(value, list) and 0 <= step < len(value)):
        raise SpliceError(f"{here} has no element {step}")


def _append(value: Any, edit: Append) -> None:
    holder, last = _inside(value, edit.path), edit.path[-1]
    if holder[last] is None:
        holder[last] = []
    if not isinstance(holder[last], list):
        raise SpliceError(f"`{written_path(edit.path)}` is no list")
    holder[last].append(_copied(edit.value))


def _copied(value: Any) -> Any:
    """The same in lists and dicts of its own."""
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_copied(each) for each in value]
    return value
