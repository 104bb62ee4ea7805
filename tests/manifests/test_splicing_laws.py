"""What holds for every change of every file that people can write.

    RECONCILER_FUZZ=20000 pytest tests/manifests/test_splicing_laws.py

looks at that many of each, other ones in each run; without it at the same few hundred every time.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from reconciler.manifests.documents import read_documents
from reconciler.manifests.located import Path
from reconciler.manifests.rewriting import same
from reconciler.manifests.splicing import Append, Edit, Put, SpliceError, Take, spliced
from reconciler.model import Address
from tests.manifests.handwritten import CHANGED, NAMES, SCALARS, Comment, File, a_file, a_value, paths

DEEPER = int(os.environ.get("RECONCILER_FUZZ", "0"))
DEPTH = settings(
    max_examples=DEEPER or 250,
    derandomize=not DEEPER,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
ADDRESS = Address("Campaign", CHANGED)

RANDOM = st.randoms(use_true_random=False)


def values(content: bytes) -> list[Any]:
    """What the documents of a file say; it has no faults."""
    documents, faults = read_documents("", content)
    assert not faults
    return [each.body.plain() for each in documents]


def file(random: Random) -> File:
    """A file that says what it was made to say: not one whose comment came to stand in a text."""
    found = a_file(random)
    assume(same(values(found.content), found.documents))
    note(found.content.decode())
    return found


def edits(random: Random, spec: Any) -> list[Edit]:
    """Some edits of a spec that are not in each other's way."""
    places = list(paths(spec, ("spec",)))
    found: list[Edit] = []
    for _ in range(random.choice([1, 1, 2, 3, 4])):
        path, value = random.choice(places)
        new = list(_possible(random, path, value))
        edit = random.choice(new) if new else None
        if edit is not None and not any(_meet(edit, each) for each in found):
            found.append(edit)
    note(str(found))
    return found


def _possible(random: Random, path: Path, value: Any) -> Iterator[Edit]:
    if path != ("spec",):
        yield Put(path, a_value(random))
        yield Take(path)
    if isinstance(value, list) or value is None:
        yield Append(path, a_value(random))
    if isinstance(value, dict) or value is None:
        name = random.choice([*NAMES, "new"])
        if value is None or name not in value:
            yield Put((*path, name, *random.choice([(), (), ("deep", "x")])), a_value(random))


def _meet(one: Edit, other: Edit) -> bool:
    outer, inner = sorted((one, other), key=lambda each: len(each.path))
    length = len(outer.path)
    if isinstance(outer, Append) and (isinstance(inner, Append) or isinstance((*inner.path, "")[length], int)):
        return False
    return one.path[:length] == other.path[:length]


def edited(document: Any, made: Sequence[Edit]) -> Any:
    """What a document says after the edits: a second, plainer way to say it."""
    document = copy.deepcopy(document)
    taken = []
    for each in made:
        holder = document
        for step in each.path[:-1]:
            if (holder.get(step) if isinstance(holder, dict) else holder[step]) is None:
                holder[step] = {}
            holder = holder[step]
        last = each.path[-1]
        if isinstance(each, Put):
            holder[last] = each.value
        elif isinstance(each, Append):
            holder[last] = [] if holder[last] is None else holder[last]
            holder[last].append(each.value)
        else:
            taken.append((holder, last))
    for holder, last in sorted(taken, key=lambda pair: str(pair[1]).rjust(9), reverse=True):
        del holder[last]
    return document


def reaches_further(edit: Edit, aliases: Sequence[tuple[Path, Path]]) -> bool:
    """Whether an edit may change what stands elsewhere, too."""
    path = (*edit.path, "+") if isinstance(edit, Append) else edit.path
    for alias, source in aliases:
        inside_alias = len(alias) < len(path) and path[: len(alias)] == alias
        inside_source = path[: len(source)] == source
        parts_them = source[: len(path)] == path != alias[: len(path)]
        if inside_alias or inside_source or parts_them:
            return True
    return False


def may_be_refused(before: File, made: Sequence[Edit]) -> bool:
    """Whether an anchor is in the way, or what follows a taken part could become lines of a block scalar before it."""
    loosens = any(isinstance(each, Take) for each in made) and b"|" in before.content
    return loosens or any(reaches_further(each, before.aliases) for each in made)


def changed(before: File, made: Sequence[Edit]) -> bytes | None:
    """The content after the edits; None when they are refused for a reason."""
    if not may_be_refused(before, made):
        return spliced(before.content, ADDRESS, made)
    try:
        return spliced(before.content, ADDRESS, made)
    except SpliceError:
        return None


def may_go(comment: Comment, made: Sequence[Edit]) -> bool:
    """Whether a comment belongs to what is taken away, or stands inside of what is replaced."""
    if comment.owner is None:
        return False
    above = [each for each in made if comment.owner[: len(each.path)] == each.path]
    return any(isinstance(each, Take) or (isinstance(each, Put) and comment.owner != each.path) for each in above)


@DEPTH
@given(RANDOM)
def test_the_file_says_what_was_meant_and_keeps_its_comments(random: Random) -> None:
    """And no other document of the file says anything else than before."""
    before = file(random)
    made = edits(random, before.spec)
    content = changed(before, made)
    if content is None:
        return
    expected = list(before.documents)
    expected[before.changed] = edited(expected[before.changed], made)
    note(content.decode())
    assert same(values(content), expected)
    assert not [each for each in before.comments if each.text not in content.decode() and not may_go(each, made)]


@DEPTH
@given(RANDOM)
def test_what_is_there_already_changes_nothing(random: Random) -> None:
    """Not even where it comes from an alias."""
    before = file(random)
    same_again = [Put(path, value) for path, value in paths(before.spec, ("spec",))]
    assert spliced(before.content, ADDRESS, []) == before.content
    assert spliced(before.content, ADDRESS, [random.choice(same_again)]) == before.content


@DEPTH
@given(RANDOM)
def test_what_was_added_can_be_taken_away_without_a_trace(random: Random) -> None:
    """All that an addition writes, it writes at one place, and takes nothing away for it."""
    before = file(random)
    assume(before.content.endswith(b"\n"))
    value = a_value(random)
    held = [(path, each) for path, each in paths(before.spec, ("spec",)) if isinstance(each, (dict, list)) and each]
    assume(held)
    path, holder = random.choice(held)
    added = Append(path, value) if isinstance(holder, list) else Put((*path, "new"), value)
    gone = Take((*path, len(holder) if isinstance(holder, list) else "new"))
    assume(not may_be_refused(before, [added]))
    after = spliced(before.content, ADDRESS, [added])
    note(after.decode())
    assert spliced(after, ADDRESS, [gone]) == before.content


@DEPTH
@given(RANDOM)
def test_a_scalar_takes_the_lines_of_a_scalar(random: Random) -> None:
    """All lines before it and after it stay, byte by byte."""
    before = file(random)
    scalars = [path for path, each in paths(before.spec, ("spec",)) if not isinstance(each, (dict, list))]
    assume(scalars)
    edit = Put(random.choice(scalars), random.choice(SCALARS))
    assume(not may_be_refused(before, [edit]))
    old, new = before.content.split(b"\n"), spliced(before.content, ADDRESS, [edit]).split(b"\n")
    alike = next((index for index, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(new))
    assert old == new or old[alike + 1 + len(old) - len(new) :] == new[alike + 1 :]
