"""What a value came through: the template or overlay that it stands in, and the variables that were put into it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.manifests.layers import Layer, Passed
from reconciler.manifests.project import Project
from tests.manifests.reading import campaign, documents, project, read, template
from tests.manifests.test_origins import OVERLAID, given_project


def _words(passed: Passed) -> list[str]:
    return [
        f"{each.kind} {each.name} {each.span.source.path}:{each.span.line}"
        if isinstance(each, Layer)
        else f"variable {each.name} {each.span or each.origin}"
        for each in passed
    ]


def _passed(texts: Mapping[str, str] | str, over: Mapping[str, str] | None = None, of: Project | None = None) -> object:
    (found,) = [each for each in read(texts, over, of).campaigns if each.address.name == "bakery"]
    return {name: _words(each) for name, each in found.passed.items()}


def test_what_stands_in_the_campaign_s_own_document_came_through_nothing() -> None:
    """Nothing is told about it."""
    text = campaign("maxTries: 8", "autoPurge: {enabled: true}")
    assert _passed(text + "  expect: {mode: predictive}\n  customFields: [A]\n  lifecycle: {ensure: archived}\n") == {}


def test_a_template_is_named_by_the_value_that_stands_in_it() -> None:
    """Also below the entries of an object that both speak of; what the campaign says itself is its own."""
    texts = {
        "t.yaml": template("outer", "extends: [inner]", "settings: {maxTries: 5, autoPurge: {excluded: true}}")
        + "---\n"
        + template("inner", "settings: {maxTries: 3, folder: A}", "expect: {mode: predictive}", "customFields: [A]"),
        "m.yaml": campaign("extends: [outer]", "settings: {name: X, autoPurge: {enabled: true}}", settings=False),
    }
    assert _passed(texts) == {
        "maxTries": ["template outer t.yaml:3"],
        "autoPurge": ["template outer t.yaml:3"],
        "autoPurge.excluded": ["template outer t.yaml:3"],
        "folder": ["template inner t.yaml:10"],
        "expect.mode": ["template inner t.yaml:10"],
        "customFields": ["template inner t.yaml:10"],
    }
    (field,) = read(texts).campaigns[0].custom_fields
    assert _words(field.passed) == ["template inner t.yaml:10"]


def test_an_overlay_is_named_by_its_file() -> None:
    """What it says of a template came through both."""
    over = {
        "o/a.yaml": documents(
            campaign("settings: {maxTries: 9}", "lifecycle: {ensure: archived}", settings=False),
            template("base", "settings: {folder: B}"),
        )
    }
    texts = documents(
        campaign("extends: [base]", "settings: {name: X, maxTries: 5}", settings=False),
        template("base", "settings: {folder: A, contactPriority: 1}"),
    )
    assert _passed(texts, over, project(OVERLAID)) == {
        "maxTries": ["overlay o/a.yaml o/a.yaml:3"],
        "lifecycle.ensure": ["overlay o/a.yaml o/a.yaml:3"],
        "folder": ["template base m.yaml:10", "overlay o/a.yaml o/a.yaml:10"],
        "contactPriority": ["template base m.yaml:10"],
    }


def test_variables_are_named_with_the_place_that_gave_them() -> None:
    """In text, as a whole value, as an element of a list; each once."""
    text = campaign("folder: '${mainNumber}-${share}-${share}'", "userIds: '${list}'")
    text += "    displayedPhoneNumbers: ['${mainNumber}', '9${mainNumber}', '33199001001']\n"
    assert _passed(text) == {
        "folder": ["variable mainNumber reconciler.yaml:10:31", "variable share reconciler.yaml:10:53"],
        "userIds": ["variable list reconciler.yaml:10:85"],
        "displayedPhoneNumbers": ["variable mainNumber reconciler.yaml:10:31"],
    }


def test_a_variable_in_a_template_is_told_after_it() -> None:
    """Both had a part in the value."""
    texts = documents(
        campaign("extends: [base]", "settings: {name: X}", settings=False),
        template("base", "settings: {recordingPercentage: '${share}'}"),
    )
    assert _passed(texts) == {
        "recordingPercentage": ["template base m.yaml:10", "variable share reconciler.yaml:10:53"],
    }


@pytest.mark.parametrize(
    ("options", "process", "said"),
    [
        (["share=7"], {}, "variable share --var share"),
        ([], {"RECONCILER_VAR_share": "7"}, "variable share RECONCILER_VAR_share"),
    ],
)
def test_what_gave_a_variable_from_outside_is_told_in_words(
    options: list[str], process: dict[str, str], said: str
) -> None:
    """Of a secret one its name, and where it came from."""
    of = given_project(*options, process=process)
    assert _passed(campaign("recordingPercentage: '${share}'"), of=of) == {"recordingPercentage": [said]}


def test_a_list_that_a_variable_gave_came_through_it() -> None:
    """With each of its elements."""
    (found,) = read(campaign() + "  customFields: '${list}'\n").campaigns
    assert [_words(each.passed) for each in found.custom_fields] == [["variable list reconciler.yaml:10:85"]]


def test_what_an_element_came_through_is_its_own() -> None:
    """The variable of another one has no part in it."""
    (found,) = read(campaign() + "  customFields: [A, '${mainNumber}']\n").campaigns
    assert [len(each.passed) for each in found.custom_fields] == [0, 1]


def test_a_custom_field_s_parts_are_looked_into() -> None:
    """Its name and its type may be variables."""
    (found,) = read(campaign() + "  customFields: [{name: '${mainNumber}', isPhoneNumber: '${on}'}]\n").campaigns
    assert [each.split()[1] for each in _words(found.custom_fields[0].passed)] == ["mainNumber", "on"]


def test_what_values_came_through_does_not_change_what_is_asked_for() -> None:
    """A saved plan stays good when a value moves into a template."""
    plain = read(campaign("maxTries: 5"))
    moved = read(
        documents(
            campaign("extends: [base]", "settings: {name: CA - Métiers de Bouche}", settings=False),
            template("base", "settings: {maxTries: 5}"),
        )
    )
    assert plain.digest() == moved.digest()
