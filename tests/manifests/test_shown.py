"""Composed documents written out again: the same to whoever reads them, and each value knows where it is from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.cli.files import load_project, manifest_files, overlay_files
from reconciler.errors import ReconcilerError
from reconciler.kinds import CAMPAIGN_TEMPLATE
from reconciler.manifests.documents import Document, read_documents
from reconciler.manifests.given import from_option, from_process, with_given
from reconciler.manifests.project import Environment, Project
from reconciler.manifests.read import read_composed
from reconciler.manifests.shown import lines, standalone, values
from reconciler.manifests.writing import quoted, written_path, written_scalar
from reconciler.render.manifest import manifest_text
from tests.conftest import EXAMPLES
from tests.manifests.reading import ENVIRONMENT, campaign, documents, files, policy, project, template

CASES = Path(__file__).resolve().parents[1] / "cases"
QUICK = settings(max_examples=80, deadline=None)
#: Texts that want care: words, numbers and uses of variables that are none, and what could steer a terminal or a log.
CAREFUL = [
    "no",
    "~",
    "",
    "null",
    "0123",
    "1e5",
    "12:30",
    "a: b",
    "a #b",
    " a",
    "a ",
    "- a",
    "[a]",
    "*a",
    "##[error]",
    "::",
]
CAREFUL += [
    "\x1b[31m",
    "\u202e",
    "\u2028",
    "\x85",
    "\ufeff",
    "$${mainNumber}",
    "$$${",
    "${",
    "\U000e0001",
    "a\nb",
    "\x7f",
]
TEXTS = st.one_of(st.sampled_from(CAREFUL), st.text(max_size=20), st.lists(st.sampled_from(CAREFUL)).map("".join))
DECIMALS = st.decimals(-(10**9), 10**9, allow_nan=False, places=12).map(float)


def composed(of: Project, environment: Environment, texts: dict[str, bytes], over: dict[str, bytes]) -> list[Document]:
    """The composed documents, without the templates that are in them by now."""
    found = read_composed(of, environment, texts, over)[1]
    return [standalone(each) for each in found if each.address.kind != CAMPAIGN_TEMPLATE]


def shown(document: Document, environment: Environment) -> str:
    """The document as `show-manifest` prints it."""
    return manifest_text("x", [(each.text, each.remark) for each in lines(document, environment)]).plain


def assert_same(of: Project, environment: Environment, texts: dict[str, bytes], over: dict[str, bytes]) -> None:
    """What is printed, alone and without overlays, composes to the same documents."""
    before = composed(of, environment, texts, over)
    again = documents(*(shown(each, environment) for each in before))
    after = composed(of, environment, {"m.yaml": again.encode()}, {})
    assert [each.body.plain() for each in after] == [each.body.plain() for each in before]


FOLDERS = [EXAMPLES / "admissions", *sorted(each.parent for each in CASES.glob("*/reconciler.yaml"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_what_is_shown_composes_to_the_same(folder: Path) -> None:
    """For the example and every case folder that is valid, in each of its environments."""
    try:
        of = load_project(folder)
        for each in of.environments.values():
            assert_same(of, each, manifest_files(folder, of), overlay_files(folder, each, of))
    except ReconcilerError:
        assert folder.parent == CASES  # a case of a fault


@QUICK
@given(st.one_of(TEXTS, st.integers(-(2**53), 2**53), st.booleans(), st.none(), DECIMALS))
@example(1e17)
@example(-0.0)
def test_a_scalar_is_read_as_it_was_written(value: Any) -> None:
    """On one line, printable, beside a comment, as a value and inside of a list."""
    text = written_scalar(value)
    assert text.isprintable()
    assert "##" not in text
    found, faults = read_documents("m.yaml", f"kind: Campaign\na: {text}  # x\nb: [{text}, {text}]\n".encode())
    assert faults == []
    plain = found[0].body.plain()
    assert (plain["a"], plain["b"]) == (value, [value, value])
    assert type(plain["a"]) is type(value)


def literal(text: str) -> str:
    """A text in a manifest that uses no variable."""
    return quoted(text.replace("${", "$${"))


NAMES = st.one_of(
    TEXTS.map(lambda each: literal(f"x{each}")), st.sampled_from(['"${mainNumber}"', '"a ${mainNumber} ${share}"'])
)


@QUICK
@given(TEXTS, st.none() | TEXTS, NAMES, st.booleans())
def test_any_document_is_shown_as_what_it_is(folder: str, value: str | None, name: str, is_secret: bool) -> None:
    """Templates, overlays and variables of any text, secret ones too."""
    compared = literal(value) if value is not None else "null"
    rule = f"{{customFieldName: {literal(f'A{folder}')}, condition: eq, value: {compared}}}"
    own = campaign(
        "extends: [t]", "settings: {name: A, displayedPhoneNumbers: ['${mainNumber}', '33111111']}", settings=False
    )
    inherited = template(
        "t",
        f"settings: {{folder: {literal(folder)}, userIds: [alice, 12, bruno]}}",
        "customFields: [A, {name: '${share}x'}]",
    )
    labels = own.replace("{name: bakery}", "{name: bakery, labels: {team: '${mainNumber}', \"a b\": 'x'}}")
    texts = documents(labels, inherited, policy(f"{{name: r, match: {{customFieldConditions: [{rule}]}}, skip: true}}"))
    over = files({"o/x.yaml": campaign(f"settings: {{name: {name}}}", settings=False)})
    of = project(f"{ENVIRONMENT}      overlays: [o]\n")
    process = {"RECONCILER_VAR_mainNumber": '"33100"'} if is_secret else {}
    environment = with_given(of.environments["local"], from_process(process, {"mainNumber"}))
    assert_same(of, environment, files(texts), over)
    found = composed(of, environment, files(texts), over)
    secrets = [value for each in found for value in values(each, environment) if value.secret is not None]
    assert (bool(secrets), {value.value for value in secrets}) == (is_secret, {None} if is_secret else set())
    whole = "".join(shown(each, environment) for each in found)
    assert ("33100" in whole, "33123456789" in whole) == (False, not is_secret)


def remarks(*given_: str, process: dict[str, str] | None = None) -> dict[str, str]:
    """What stands beside each value of a campaign with a template, an overlay and variables, by the value's path."""
    base = documents(
        campaign("extends: [t]", "settings: {name: A, folder: '${mainNumber} ${share}'}", settings=False),
        template("t", "settings:", "  maxTries: '${share}'", "  userIds: ${list}", "  groupIds: [closers]"),
    )
    over = campaign("settings:", "  displayedPhoneNumbers:", "    - '${mainNumber}'", settings=False)
    of = project(f"{ENVIRONMENT}      overlays: [o]\n")
    options = {each.name: each for each in map(from_option, given_)}
    environment = with_given(of.environments["local"], from_process(process or {}, {"mainNumber", "share"}), options)
    (document,) = composed(of, environment, files(base), files({"o/x.yaml": over}))
    found: dict[str, str] = {}
    for each in lines(document, environment):
        found |= {written_path(value.path): each.remark for value in each.values}
    assert list(found) == [written_path(each.path) for each in values(document, environment)]
    return {path.removeprefix("spec.settings."): remark for path, remark in found.items()}


def test_each_value_says_where_it_is_from() -> None:
    """Through template, overlay and variable; names with their ids."""
    found = remarks()
    assert found["name"] == "m.yaml:6"
    assert found["folder"] == "m.yaml:6, ${mainNumber} from reconciler.yaml:10, ${share} from reconciler.yaml:10"
    assert found["maxTries"] == "m.yaml:13, ${share} from reconciler.yaml:10"
    assert found["userIds[0]"] == "m.yaml:14, ${list} from reconciler.yaml:10; alice = 543"
    assert found["groupIds[0]"] == "m.yaml:15; closers = 12"
    assert found["displayedPhoneNumbers[0]"] == "o/x.yaml:7, ${mainNumber} from reconciler.yaml:10"
    assert found["metadata.name"] == "m.yaml:3"  # an overlay only says which document it changes


def test_a_value_from_outside_says_what_gave_it() -> None:
    """The option, or the variable of the process, whose value is not shown."""
    found = remarks("share=9", process={"RECONCILER_VAR_mainNumber": "'33100'"})
    assert found["maxTries"] == "m.yaml:13, ${share} from --var share"
    assert found["displayedPhoneNumbers[0]"].endswith(", ${mainNumber} from RECONCILER_VAR_mainNumber (not shown)")


def test_a_list_of_several_lines_stays_one() -> None:
    """Each element has a place of its own."""
    text = campaign("userIds:", "  - alice", "  - 12", "groupIds: [closers, 13]")
    (document,) = composed(project(), project().environments["local"], files(text), {})
    found = [(each.text.strip(), each.remark) for each in lines(document, project().environments["local"])][-4:]
    assert found == [
        ("userIds:", ""),
        ("- alice", "m.yaml:8; alice = 543"),
        ("- 12", "m.yaml:9"),
        ("groupIds: [closers, 13]", "m.yaml:10; closers = 12"),
    ]


def test_a_place_can_t_end_the_comment() -> None:
    """A file's name is data: a line end in it is shown, not obeyed."""
    (document,) = composed(project(), project().environments["local"], {"a\nb: c.yaml": campaign().encode()}, {})
    text = shown(document, project().environments["local"])
    assert "\\nb: c.yaml:2" in text
    assert read_documents("m.yaml", text.encode())[1] == []


def test_agents_who_share_contacts_have_their_ids_beside_them() -> None:
    """By weight the name is the key, in a list it is the value; an id has none."""
    local = project().environments["local"]
    for agents, expected in (
        ("{alice: 2, 7: 1}", [("agents:", ""), ("alice: 2", "m.yaml:14; alice = 543"), ('"7": 1', "m.yaml:14")]),
        ("[alice, 7]", [("agents: [alice, 7]", "m.yaml:14; alice = 543")]),
    ):
        text = documents(campaign(), policy(f"{{name: a, match: all, assign: {{agents: {agents}}}}}"))
        assert_same(project(), project().environments["local"], files(text), {})
        found = composed(project(), local, files(text), {})[0]
        written = [(each.text.strip(), each.remark) for each in lines(found, local)]
        assert written[-len(expected) :] == expected
