"""A fault points at the use of a variable and says where its value was given; a secret value is never repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic
from reconciler.errors import ProjectError
from reconciler.kinds.campaign import ASSERTED, SETTINGS
from reconciler.kinds.contact import MATCH_FILTERS, SET_FIELDS
from reconciler.manifests.given import from_option, from_process, with_given
from reconciler.manifests.project import Project
from tests.manifests.reading import (
    ENVIRONMENT,
    campaign,
    documents,
    faults,
    only,
    pointed,
    policy,
    project,
    read,
    template,
)

OVERLAID = f"{ENVIRONMENT}      overlays: [o]\n"


def given_project(*options: str, process: dict[str, str] | None = None, environment: str = ENVIRONMENT) -> Project:
    """A project whose one environment takes variables from outside."""
    of = project(environment)
    named = {each.name: each for each in map(from_option, options)}
    names = {"mainNumber", "share", "list", "secret"}
    local = with_given(of.environments["local"], from_process(process or {}, names), named)
    return replace(of, environments={"local": local})


def places(fault: Diagnostic) -> tuple[str, list[str]]:
    """Where a fault points, and where its labels do."""
    return str(fault.span), [str(each.span) for each in fault.labels]


def test_a_fault_of_a_template_s_value_points_into_the_template() -> None:
    """Once, however many campaigns extend it."""
    text = documents(
        campaign("extends: [t]", "settings: {name: A}", settings=False), template("t", "settings: {userIds: [bob]}")
    )
    fault = only(faults(text))
    assert (fault.code, str(fault.span)) == ("unknown-agent", "m.yaml:12:24")


def test_a_fault_of_an_overlay_s_value_points_into_the_overlay() -> None:
    """Also where the value alone is fine, and what comes of it is not."""
    over = {"o/x.yaml": campaign("settings: {recordingPercentage: 5}", settings=False)}
    fault = only(faults(campaign("isRecorded: false"), over, project(OVERLAID)))
    assert (fault.code, str(fault.span)) == ("settings-conflict", "o/x.yaml:5:14")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("maxTries: ${mainNumber}", "wrong-type"),
        ("userIds: ['${mainNumber}']", "unknown-agent"),
        ("displayedPhoneNumbers: ['1${mainNumber}1111']", "wrong-form"),
    ],
)
def test_a_fault_of_a_variable_s_value_points_at_the_use_and_the_value(line: str, code: str) -> None:
    """Faults of every stage."""
    fault = only(faults(campaign(line)))
    assert (fault.code, "${mainNumber}" in pointed(fault)) == (code, True)
    assert [str(each.span) for each in fault.labels] == ["reconciler.yaml:10:31"]


def test_a_key_that_is_not_known_is_no_fault_of_its_value() -> None:
    """The variable has nothing to do with it."""
    assert only(faults(campaign("maxTry: ${share}"))).labels == ()


def test_a_fault_between_settings_says_where_their_variables_are() -> None:
    """It points at a key, and means its value."""
    fault = only(faults(campaign("isRecorded: false", "recordingPercentage: ${share}")))
    assert (fault.code, places(fault)) == ("settings-conflict", ("m.yaml:8:5", ["reconciler.yaml:10:53"]))


def test_through_template_overlay_and_variable_at_once() -> None:
    """A variable that an overlay of a campaign with a template uses."""
    text = documents(
        campaign("extends: [t]", "settings: {name: A}", settings=False), template("t", "settings: {maxTries: 1}")
    )
    over = {"o/x.yaml": campaign("settings: {maxTries: '${mainNumber}'}", settings=False)}
    assert places(only(faults(text, over, project(OVERLAID)))) == ("o/x.yaml:5:24", ["reconciler.yaml:10:31"])


def test_a_plan_s_places_are_those_of_the_values() -> None:
    """What `planning` takes the rows' source from: through template, overlay and variable."""
    text = documents(
        campaign("extends: [t]", "settings: {name: A}", settings=False),
        template(
            "t",
            "settings:",
            "  maxTries: 1",
            "  autoPurge: {enabled: true, excluded: false}",
            "  folder: '${mainNumber}'",
        ),
    )
    over = {"o/x.yaml": campaign("settings:", "  maxTries: 5", "  autoPurge: {excluded: true}", settings=False)}
    (found,) = read(text, over, project(OVERLAID)).campaigns
    lines = {name: f"{span.source.path}:{span.line}" for name, span in found.spans.items()}
    assert str(found.span) == "m.yaml:3:18"
    assert lines["maxTries"] == "o/x.yaml:6"
    assert lines["autoPurge.enabled"] == "m.yaml:14"
    assert lines["autoPurge.excluded"] == "o/x.yaml:7"
    assert lines["folder"] == "m.yaml:15"


def test_a_value_of_the_command_line_is_named_and_shown() -> None:
    """It has no place in a file: the option stands in the message."""
    fault = only(faults(campaign("maxTries: ${share}"), of=given_project("share=-1")))
    assert pointed(fault) == "${share}"
    assert fault.detail == "`spec.settings.maxTries` is `-1`, it must be at least 0; `${share}` is from --var share"


def test_a_value_of_the_process_is_named_and_not_shown() -> None:
    """It may be a secret."""
    fault = only(
        faults(campaign("userIds: ['${share}']"), of=given_project(process={"RECONCILER_VAR_SHARE": "ali ce"}))
    )
    assert fault.detail == "environment `local` knows no agent `${share}`; `${share}` is from RECONCILER_VAR_SHARE"


#: Where in a manifest a value may stand; each is a text that a campaign or policy holds.
SPOTS = [
    *(f"settings: {{name: A, {name}: @}}" for name in SETTINGS if name != "name"),
    *(f"settings: {{name: A, {name}: [@]}}" for name, each in SETTINGS.items() if each.many),
    *(f"settings: {{name: A}}\n  expect: {{{name}: @}}" for name in ASSERTED),
    "settings: {name: @}",
    "extends: [@]\n  settings: {name: A}",
    "settings: {name: A}\n  customFields: [@, @, {name: @}]",
    "settings: {name: A, autoPurge: {lastAttemptBeforeDays: @}}",
    "settings: @",
]
RULES = [
    *(f"{{name: a, match: {{{name}: @}}, set: {{priority: 1}}}}" for name in MATCH_FILTERS),
    *(f"{{name: a, match: {{{name}: [@]}}, set: {{priority: 1}}}}" for name in MATCH_FILTERS),
    *(f"{{name: a, match: all, set: {{{name}: @}}}}" for name in SET_FIELDS),
    "{name: @, match: all, skip: @}",
    "{name: a, match: all, assign: {agents: {alice: @, @: 1}, rebalance: @, maxPerAgent: @}}",
    "{name: a, match: all, assign: {agents: [@, @, bruno]}}",
    "{name: a, match: all, assign: {agents: @}}",
    "{name: a, match: all, assign: @}",
    "{name: a, match: {customFieldConditions: [{customFieldName: @, condition: @, value: @}]}, skip: true}",
]
SECRETS = [
    "+33 199-001",
    "zorglub-7316",
    "7316001",
    "8999999999999999",
    "zorglub " * 12,
    "2026-99-99T00:00:00Z",
    "99999999999999999999d",
]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SECRETS), st.sampled_from(["'${secret}'", "'00 ${secret} 11'"]), st.booleans())
def test_no_message_repeats_a_secret_value(secret: str, use: str, is_quoted: bool) -> None:
    """Wherever it stands, and whatever is wrong with it."""
    of = given_project(process={"RECONCILER_VAR_secret": f'"{secret}"' if is_quoted else secret})
    texts = [campaign(spot.replace("@", use), name="x", settings=False) for spot in SPOTS]
    texts += [documents(campaign(), policy(rule.replace("@", use))) for rule in RULES]
    texts.append(documents(campaign(), policy("{name: a, match: all, skip: true}", scope=f"campaigns: [{use}]")))
    texts.append(documents(*(campaign(f"settings: {{name: {use}}}", settings=False, name=each) for each in "ab")))
    told = [fault for each in texts for fault in faults(each, of=of)]
    assert len(told) > 20
    digits = "".join(each for each in secret if each.isdecimal())
    for fault in told:
        said = " ".join([fault.summary, fault.detail, fault.help, *(each.text for each in fault.labels)])
        assert secret.strip() not in said
        assert len(digits) < 4 or digits not in said, said
        assert "zorglub" not in said, said


def test_a_short_secret_goes_and_other_numbers_stay() -> None:
    """A message that speaks of "at most 5" is not torn up by a secret that is 5."""
    fault = only(faults(campaign("maxTries: ${share}x"), of=given_project(process={"RECONCILER_VAR_share": "5"})))
    assert "is text `${share}x`, expected a whole number" in fault.detail
    of = given_project(process={"RECONCILER_VAR_share": "50"})
    assert only(faults(campaign("globalPriority: 51"), of=of)).detail.endswith("is `51`, it must be at most 50")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=8", 8),
        ("a= 8 ", 8),
        ("a=0123", "0123"),
        ('a="33123456789"', "33123456789"),
        ("a='it''s'", "it's"),
        ('a="a\\tb"', "a\tb"),
        ('a=""', ""),
        ("a=true", True),
        ("a=yes", "yes"),
        ("a=null", None),
        ("a=~", None),
        ("a=b=c", "b=c"),
        ("a=x: [1] # no comment", "x: [1] # no comment"),
        ("a=[alice]", "[alice]"),
        ("a=&x", "&x"),
    ],
)
def test_a_value_is_read_as_a_document_s_scalar(text: str, value: object) -> None:
    """In quotes text, else a core value; nothing else of YAML means anything."""
    found = from_option(text)
    assert (found.name, found.value, type(found.value)) == ("a", value, type(value))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", "it is not NAME=VALUE"),
        ("=1", "it is not NAME=VALUE"),
        ("a}=1", "it is not NAME=VALUE"),
        ("a=", "it is empty"),
        ("a=  ", "it is empty"),
        ("a=1.50", "a variable is text, a whole number"),
        ("a='open", "it begins with a quote"),
        ("a='b' c", "it begins with a quote"),
        ("a='b' # c", "it begins with a quote"),
        ("a='b'\n---\n'c'", "it begins with a quote"),
        ("a=\x1b[31m", "U+001B is a control character"),
        ("a=\udcff", "it is not UTF-8"),
    ],
)
def test_a_value_that_could_be_taken_in_two_ways_is_refused(text: str, why: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="^" + why.replace("+", r"\+")):
        from_option(text)


def test_the_process_gives_a_name_as_written_or_in_capitals() -> None:
    """A shell can't export a name with a dash."""
    process = {"RECONCILER_VAR_mainNumber": "1", "RECONCILER_VAR_OLD_ONE": "2", "RECONCILER_VAR_X": "3", "share": "4"}
    found = from_process(process, {"mainNumber", "old-one", "share"})
    assert {name: (each.value, each.origin, each.is_secret) for name, each in found.items()} == {
        "mainNumber": (1, "RECONCILER_VAR_mainNumber", True),
        "old-one": (2, "RECONCILER_VAR_OLD_ONE", True),
    }


@pytest.mark.parametrize(
    ("process", "names", "detail"),
    [
        ({"a": "7316", "A": "7316"}, {"a"}, "`a` is given twice: RECONCILER_VAR_A and RECONCILER_VAR_a"),
        ({"A_B": "7316"}, {"a-b", "a_b"}, "RECONCILER_VAR_A_B could be `a-b` or `a_b`"),
        ({"a": ""}, {"a"}, "RECONCILER_VAR_a: it is empty: write null, or '\"\"' for empty text"),
        (
            {"a": "'7316"},
            {"a"},
            "RECONCILER_VAR_a: it begins with a quote and is no quoted text: put all of it in quotes",
        ),
    ],
)
def test_what_the_process_gives_is_never_guessed(process: dict[str, str], names: set[str], detail: str) -> None:
    """And never shown."""
    with pytest.raises(ProjectError) as refused:
        from_process({f"RECONCILER_VAR_{name}": each for name, each in process.items()}, names)
    assert (refused.value.detail, refused.value.code) == (detail, "wrong-variable")
    assert "7316" not in str(refused.value) + refused.value.help
