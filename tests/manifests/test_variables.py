"""Variables: typed as a whole value, text inside of text; what is unknown is one fault."""

from __future__ import annotations

import pytest

from tests.manifests.reading import campaign, faults, only, pointed, project, read, summary


def settings(*lines: str) -> dict[str, object]:
    """The settings that come out."""
    (found,) = read(campaign(*lines)).campaigns
    return dict(found.settings)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("folder: ${mainNumber}", "33123456789"),
        ("folder: 'N ${mainNumber}!'", "N 33123456789!"),
        ("folder: ${share} ${on}", "50 true"),
        ("folder: $${share}", "${share}"),
        ("folder: a $${ b", "a ${ b"),
        ("folder: $$${share}", "$${share}"),
        ("folder: $ {share} $share", "$ {share} $share"),
        ("folder: ${none}", None),
        (r'folder: "\x24{mainNumber}"', "33123456789"),
        ("maxTries: ${share}", 50),
        ("isPaused: ${on}", True),
        ("userIds: ${list}", [543]),
        ("displayedPhoneNumbers: ['${mainNumber}']", ["33123456789"]),
    ],
)
def test_a_variable_is_put_in(line: str, value: object) -> None:
    """A whole value takes the variable's type."""
    assert settings(line)[line.partition(":")[0]] == value


def test_a_variable_of_the_wrong_type_is_a_fault_where_it_is_used() -> None:
    """Typed means typed."""
    assert summary(faults(campaign("isPaused: ${share}"))) == [("wrong-type", "${share}")]


@pytest.mark.parametrize("line", ["maxTries: ${shar}", "folder: 'a ${shar} b'", "userIds: [alice, '${shar}']"])
def test_an_unknown_variable_is_one_fault_with_the_nearest_name(line: str) -> None:
    """The value counts as given: that it is missing, empty or of another type is not told besides."""
    fault = only(faults(campaign(line)))
    assert fault.code == "unknown-variable"
    assert "${shar}" in pointed(fault)
    assert fault.detail == "environment `local` has no variable `shar`"
    assert fault.help == "the nearest variable is `share`"


def test_an_unknown_variable_in_the_name_of_the_campaign_hides_nothing() -> None:
    """Nor does it make the campaign an unbound one."""
    text = campaign("settings: {name: '${nam}', maxTry: 5}", settings=False)
    assert [each.code for each in faults(text)] == ["unknown-variable", "unknown-field"]


@pytest.mark.parametrize("use", ["a ${share", "${", "${}", "a ${} b"])
def test_what_looks_like_a_variable_and_is_none_is_a_fault(use: str) -> None:
    """It would be sent as it is."""
    assert only(faults(campaign(f'folder: "{use}"'))).code == "variable-syntax"


@pytest.mark.parametrize("name", ["list", "none"])
def test_a_list_or_null_does_not_stand_inside_of_text(name: str) -> None:
    """It has no text that people would expect."""
    assert only(faults(campaign(f"folder: a ${{{name}}}"))).code == "variable-in-text"


def test_a_document_is_the_same_one_in_all_environments() -> None:
    """Its name takes no variable; labels do."""
    text = campaign().replace("{name: bakery}", "{name: bakery, labels: {number: '${mainNumber}'}}")
    assert read(text).campaigns[0].labels == {"number": "33123456789"}
    assert only(faults(campaign(name='"a${share}"'))).code == "wrong-form"


def test_what_a_variable_holds_is_not_looked_into_again() -> None:
    """No variable of a variable: what is in the project file stays as it is."""
    environment = '      baseUrl: "emulator:x.db"\n      variables: {a: "${b}", b: c}\n'
    assert read(campaign("folder: x${a}"), of=project(environment)).campaigns[0].settings["folder"] == "x${b}"
