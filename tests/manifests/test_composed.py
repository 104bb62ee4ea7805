"""Overlays and templates: what is merged over what, and every fault on the way."""

from __future__ import annotations

import pytest

from reconciler.errors import ManifestsInvalid
from reconciler.manifests.desired import DesiredCampaign
from reconciler.manifests.project import Project
from tests.manifests.reading import (
    ENVIRONMENT,
    RULE,
    campaign,
    documents,
    faults,
    only,
    pointed,
    policy,
    project,
    read,
    summary,
    template,
)


def with_overlays(*folders: str) -> Project:
    """A project whose environment has these overlay folders."""
    return project(f"{ENVIRONMENT}      overlays: [{', '.join(folders)}]\n")


def overlaid(base: str, *overlays: str) -> DesiredCampaign:
    """The campaign of a base with overlays of the folders o0, o1, …"""
    named = {f"o{number}/x.yaml": text for number, text in enumerate(overlays)}
    return read(base, named, with_overlays(*(f"o{number}" for number in range(len(overlays))))).campaigns[0]


def patch(*lines: str, name: str = "bakery") -> str:
    """An overlay: the lines of its spec."""
    return campaign(*lines, name=name, settings=False)


def test_an_overlay_is_a_merge_patch() -> None:
    """Objects entry by entry, lists replaced, null takes away: "not managed", not "clear this"."""
    base = campaign("maxTries: 5", "userIds: [alice, bruno]", "folder: A", "autoPurge: {enabled: true, excluded: true}")
    over = patch("settings: {maxTries: 8, userIds: [544], folder: null, autoPurge: {excluded: null, notToCall: true}}")
    settings = overlaid(base, over).settings
    assert settings == {
        "name": "CA - Métiers de Bouche",
        "maxTries": 8,
        "userIds": [544],
        "autoPurge": {"enabled": True, "notToCall": True},
    }


def test_overlays_are_laid_over_in_the_order_of_the_project() -> None:
    """Not in that of the folders' names."""
    over = {"b/x.yaml": patch("settings: {maxTries: 1}"), "a/x.yaml": patch("settings: {maxTries: 2}")}
    assert read(campaign(), over, with_overlays("b", "a")).campaigns[0].settings["maxTries"] == 2
    assert read(campaign(), over, with_overlays("./a/", "b")).campaigns[0].settings["maxTries"] == 1


def test_an_overlay_inside_of_another_belongs_to_the_inner_one() -> None:
    """The longest folder that it is in."""
    over = {"o/x.yaml": patch("settings: {maxTries: 1}"), "o/p/x.yaml": patch("settings: {maxTries: 2}")}
    assert read(campaign(), over, with_overlays("o/p", "o")).campaigns[0].settings["maxTries"] == 1


def test_two_overlays_of_one_folder_for_one_document_are_a_fault() -> None:
    """Which wins would be a matter of file names."""
    over = {"o/a.yaml": patch("settings: {maxTries: 1}"), "o/b.yaml": patch("settings: {maxTries: 2}")}
    fault = only(faults(campaign(), over, with_overlays("o")))
    assert (fault.code, str(fault.span)) == ("duplicate", "o/b.yaml:3:18")
    assert [str(each.span) for each in fault.labels] == ["o/a.yaml:3:18"]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (patch("settings: {maxTry: null}"), ("unknown-field", "maxTry")),
        (patch("settings: {maxTries: x}"), ("wrong-type", "x")),
        (patch("settings: {userIds: [null]}"), ("null-not-allowed", "null")),
        (patch("settings: null"), ("missing-field", "settings")),
        (patch("").replace("spec:\n", "spec: null\n"), ("missing-field", "spec")),
        (patch("settings: {folder: x}", name="bakry"), ("overlay-without-base", "bakry")),
        (patch("settings: {}").replace("apiVersion", "apiVersio"), ("unknown-field", "apiVersio")),
        (patch("settings: {name: null}"), ("unbound-campaign", "name")),
        (patch("settings: {}").partition("\n")[2], ("missing-field", "k")),
    ],
)
def test_an_overlay_is_checked_as_it_is_and_as_it_makes_its_base(over: str, expected: tuple[str, str]) -> None:
    """A misspelt null, a wrong type, what is required and taken away: all of it is a fault."""
    assert expected in summary(faults(campaign(), {"o/x.yaml": over}, with_overlays("o")))


def test_a_rule_in_an_overlay_needs_all_that_a_rule_needs() -> None:
    """A rule without `match` would be one without filters: every contact."""
    texts = documents(campaign(), policy(RULE))
    over = policy("{name: gold, set: {priority: 2}}").replace("  campaigns: [bakery]\n", "")
    fault = only(faults(texts, {"o/x.yaml": over}, with_overlays("o")))
    assert (fault.code, fault.detail) == ("missing-field", "`spec.rules[0]` needs `match`")


def test_nulls_that_an_overlay_may_hold_are_no_faults() -> None:
    """Anywhere, whatever the type: it takes the entry away, or there is none."""
    base = campaign("maxTries: 5") + "  expect: {mode: predictive}\n"
    over = patch("settings: {maxTries: null, isRecorded: null}", "expect: {mode: null}", "lifecycle: {ensure: null}")
    found = overlaid(base, over)
    assert (dict(found.settings), dict(found.expect)) == ({"name": "CA - Métiers de Bouche"}, {})


def test_a_faulty_value_of_an_overlay_does_not_take_the_base_s_away() -> None:
    """One fault, nothing that follows from it."""
    over = patch("settings: {name: 5}")
    assert summary(faults(campaign(), {"o/x.yaml": over}, with_overlays("o"))) == [("wrong-type", "5")]


def test_templates_are_merged_in_order_and_the_campaign_last() -> None:
    """The later template wins over the earlier one, the campaign over all; lists are replaced."""
    texts = documents(
        template("one", "settings: {maxTries: 1, contactPriority: 1, userIds: [1], folder: one}", "customFields: [A]"),
        template("two", "settings: {maxTries: 2, contactPriority: 2, userIds: [2]}", "customFields: [B, C]"),
        campaign("extends: [one, two]", "settings: {name: X, maxTries: 3}", settings=False),
    )
    (found,) = read(texts).campaigns
    assert found.settings == {"name": "X", "maxTries": 3, "contactPriority": 2, "userIds": [2], "folder": "one"}
    assert [each.name for each in found.custom_fields] == ["B", "C"]


def test_templates_extend_templates() -> None:
    """The inner ones first."""
    texts = documents(
        template("z", "settings: {maxTries: 1, contactPriority: 1}"),
        template("a", "extends: [z]", "settings: {maxTries: 2}"),
        campaign("extends: [a]", "settings: {name: X}", settings=False),
    )
    assert read(texts).campaigns[0].settings == {"name": "X", "maxTries": 2, "contactPriority": 1}


def test_a_null_in_a_template_stays() -> None:
    """It clears the setting, unless the campaign says otherwise; a campaign's null clears what a template sets."""
    texts = documents(
        template("base", "settings: {folder: null, globalPriority: null, calendarId: 5}"),
        campaign("extends: [base]", "settings: {name: X, globalPriority: 1, calendarId: null}", settings=False),
    )
    settings = read(texts).campaigns[0].settings
    assert settings == {"name": "X", "folder": None, "globalPriority": 1, "calendarId": None}


def test_each_value_keeps_its_own_place() -> None:
    """A plan points at the line that says so, wherever it stands."""
    texts = {
        "t.yaml": template("base", "settings: {maxTries: 5}"),
        "c.yaml": campaign("extends: [base]", "settings: {name: X}", settings=False),
        "o/c.yaml": "",
    }
    spans = read(texts, {"o/x.yaml": patch("settings: {folder: A}")}, with_overlays("o")).campaigns[0].spans
    assert {name: each.source.path for name, each in spans.items()} == {
        "maxTries": "t.yaml",
        "name": "c.yaml",
        "folder": "o/x.yaml",
    }


def test_an_unknown_template_is_told_for_whoever_names_it() -> None:
    """For a template that no campaign uses as well."""
    texts = documents(
        template("base", "extends: [bas, base2]"), template("base2"), campaign("extends: [bse]", "settings: {name: X}")
    ).replace("  settings:\n    name: CA - Métiers de Bouche\n    extends", "  extends")
    texts = texts.replace("    settings: {name: X}", "  settings: {name: X}")
    found = faults(texts)
    assert summary(found) == [("unknown-template", "bas"), ("unknown-template", "bse")]
    assert found[0].help == "the nearest template is `base`"


@pytest.mark.parametrize("entry", ["a", "b", "c"])
def test_a_circle_of_templates_is_one_fault(entry: str) -> None:
    """Wherever a campaign enters it, and were there none."""
    circle = [template("a", "extends: [b]"), template("b", "extends: [c]"), template("c", "extends: [a]")]
    user = campaign(f"extends: [{entry}]", "settings: {name: X}", settings=False)
    for texts in (circle, [*circle, user]):
        fault = only(faults(documents(*texts)))
        assert (fault.code, pointed(fault)) == ("template-cycle", "a")
        assert fault.detail.endswith("a → b → c → a")


def test_a_template_that_extends_itself_is_a_circle() -> None:
    """The smallest one."""
    assert only(faults(template("a", "extends: [a]"))).code == "template-cycle"


def test_thousands_of_templates_in_a_row_are_merged() -> None:
    """No recursion, and each only once."""
    chain = [template(f"t{n}", f"extends: [t{n + 1}]" if n < 2000 else "settings: {maxTries: 3}") for n in range(2001)]
    texts = documents(*chain, campaign("extends: [t0]", "settings: {name: X}", settings=False))
    assert read(texts).campaigns[0].settings["maxTries"] == 3


def test_templates_that_fan_out_are_merged_once_each() -> None:
    """Two to the power of forty ways lead to the last one."""
    texts = [template(f"{side}{n}", f"extends: [a{n + 1}, b{n + 1}]") for n in range(40) for side in "ab"]
    texts += [template(f"{side}40", "settings: {maxTries: 3}") for side in "ab"]
    texts.append(campaign("extends: [a0]", "settings: {name: X}", settings=False))
    assert read(documents(*texts)).campaigns[0].settings["maxTries"] == 3


def test_a_template_s_fault_is_told_once() -> None:
    """However many campaigns use it."""
    users = [campaign("extends: [base]", f"settings: {{name: X{n}}}", settings=False, name=f"c{n}") for n in range(5)]
    found = faults(documents(template("base", "settings: {userIds: [alcie], maxTries: x}"), *users))
    assert summary(found) == [("unknown-agent", "alcie"), ("wrong-type", "x")]


def test_what_is_declared_twice_is_a_fault_with_both_places() -> None:
    """For each time after the first."""
    texts = {"b.yaml": campaign("maxTries: 5"), "a.yaml": documents(campaign(), campaign("maxTries: 6"))}
    found = faults(texts)
    assert [(each.code, str(each.span), str(each.labels[0].span)) for each in found] == [
        ("duplicate", "a.yaml:10:18", "a.yaml:3:18"),
        ("duplicate", "b.yaml:3:18", "a.yaml:3:18"),
    ]


def test_the_same_name_for_two_kinds_is_no_fault() -> None:
    """A name is one of its kind."""
    assert faults(documents(campaign(), template("bakery"), policy(RULE, name="bakery"))) == []


def test_a_second_project_is_a_fault() -> None:
    """A project has one file."""
    text = "apiVersion: diabolocom.reconciler/v1\nkind: Project\nmetadata: {name: x}\nspec: {}\n"
    assert only(faults(documents(campaign(), text))).code == "second-project"


@pytest.mark.parametrize("metadata", ["metadata: {}", "metadata: {name: }", "metadata: {name: 12}", "metadata: x", ""])
def test_a_document_without_a_name_is_looked_at_all_the_same(metadata: str) -> None:
    """Its other faults are told; policies that name it are not told that it does not exist."""
    text = campaign("maxTry: 5").replace("metadata: {name: bakery}", metadata)
    found = faults({"a.yaml": text, "b.yaml": "# bakery", "p.yaml": policy(RULE, scope="campaigns: [spec]")})
    assert [each.code for each in found if each.span and each.span.source.path == "a.yaml"].count("unknown-field") == 1
    assert len(found) == 2


def test_faults_of_all_files_come_in_one_run_in_order() -> None:
    """One does not hide another, not even in the same document."""
    texts = {
        "b.yaml": campaign("maxTry: 5", "maxTries: x", "userIds: [alcie]", "folder: ${shar}"),
        "a.yaml": documents("a: [\n", policy(RULE, scope="campaigns: [bakry]")),
    }
    with pytest.raises(ManifestsInvalid) as raised:
        read(texts)
    assert [(each.code, str(each.span)) for each in raised.value.diagnostics] == [
        ("yaml-syntax", "a.yaml:2:1"),
        ("unknown-campaign", "a.yaml:7:15"),
        ("unknown-field", "b.yaml:7:5"),
        ("wrong-type", "b.yaml:8:15"),
        ("unknown-agent", "b.yaml:9:15"),
        ("unknown-variable", "b.yaml:10:13"),
    ]


def test_what_a_lost_document_may_explain_is_not_told() -> None:
    """A policy for a campaign whose file can't be read has no fault."""
    broken = campaign("folder: [")
    assert summary(faults({"a.yaml": broken, "p.yaml": policy(RULE)})) == [("yaml-syntax", "[")]
