"""Schema faults: each keyword in our own words, at the exact place, with the nearest name."""

from __future__ import annotations

import pytest

from reconciler.kinds import SCHEMAS
from reconciler.manifests.schema_words import _WORDS
from tests.manifests.reading import RULE, campaign, faults, only, pointed, policy, summary, template


def with_campaign(text: str) -> dict[str, str]:
    """The manifest, and the campaign that it needs if it is a policy."""
    return {"m.yaml": text} if "kind: Campaign\n" in text else {"m.yaml": text, "c.yaml": campaign()}


def rule(match: str = "all", set_: str = "{priority: 1}", more: str = "") -> str:
    """A rule on one line."""
    return f"{{name: one, match: {match}, set: {set_}{more}}}"


#: Manifest → code, what is pointed at, a part of the detail, the help.
CASES: dict[str, tuple[str, str, str, str, str]] = {
    "additionalProperties": (
        campaign("maxTry: 5"),
        *("unknown-field", "maxTry", "`spec.settings` takes no setting `maxTry`", "the nearest setting is `maxTries`"),
    ),
    "additionalProperties inside": (
        campaign("autoPurge: {enable: true}"),
        *("unknown-field", "enable", "`spec.settings.autoPurge` takes no key `enable`", "the nearest key is `enabled`"),
    ),
    "additionalProperties at the top": (
        campaign() + "specs: {}\n",
        *("unknown-field", "specs", "a document takes no key `specs`", "the nearest key is `spec`"),
    ),
    "required": (
        policy("{name: one, set: {priority: 1}}"),
        *("missing-field", "{name: one, set: {priority: 1}}", "`spec.rules[0]` needs `match`", "add `match`"),
    ),
    "type": (
        campaign("maxTries: [5]"),
        *("wrong-type", "[5]", "is a list, expected a whole number", "write a whole number"),
    ),
    "type boolean": (
        campaign("isPaused: yes"),
        *("wrong-type", "yes", "is text `yes`, expected true or false", "write true or false, without quotes"),
    ),
    "type text": (
        campaign("displayedPhoneNumbers: [33123456789]"),
        *("wrong-type", "33123456789", "is `33123456789`, expected text (a phone", "put it in quotes: it is text"),
    ),
    "type number": (
        campaign("maxTries: '08'"),
        *("wrong-type", "'08'", "is text `08`", "write it without quotes, sign and leading zeros"),
    ),
    "type list": (
        campaign("userIds: 543"),
        *("wrong-type", "543", "is `543`, expected a list or null", "write a list: [ … ]"),
    ),
    "type object": (
        campaign("autoPurge: true"),
        *("wrong-type", "true", "is `true`, expected an object", "write an object"),
    ),
    "a whole number with decimals": (
        campaign("maxTries: 8.0"),
        *("wrong-type", "8.0", "is `8.0`, expected a whole number", "write a whole number"),
    ),
    "null in a setting": (
        campaign("maxTries: null"),
        *("null-not-allowed", "maxTries", "cannot be null: the API has no way to clear it", "leave it out to leave it"),
    ),
    "null in a filter": (
        policy(rule("{minTries: null}")),
        *("null-not-allowed", "minTries", "the API does not take null for this filter", "remove the filter, or give"),
    ),
    "null in a rule's values": (
        policy(rule(set_="{excluded: ~}")),
        *("null-not-allowed", "excluded", "the API has no way to clear it", "leave it out to leave it"),
    ),
    "null that is no matter of the API": (
        campaign("settings:", settings=False),
        *(
            "null-not-allowed",
            "settings",
            "`spec.settings` is empty, expected an object",
            "write an object",
        ),
    ),
    "null in a list": (
        campaign("userIds: [~]"),
        *(
            "null-not-allowed",
            "~",
            "`spec.settings.userIds[0]` is empty",
            "write a whole number or text, or leave it out",
        ),
    ),
    "enum": (
        policy(rule("{lastCallerType: agents}")),
        *("not-a-choice", "agents", "expected one of: contact, agent, system, null", "the nearest value is `agent`"),
    ),
    "enum of one": (
        policy(rule("{retryIsNull: false}")),
        *("not-a-choice", "false", "is `false`, expected `true`", "write `true`"),
    ),
    "const": (
        campaign().replace("/v1", "/v2"),
        *("not-a-choice", "diabolocom.reconciler/v2", "there is only `diabolocom.reconciler/v1`", "write `diabolocom"),
    ),
    "const true": (
        policy("{name: one, match: all, skip: false}"),
        *("not-a-choice", "false", "is `false`, there is only `true`", "write `true`, or leave it out"),
    ),
    "minimum": (
        campaign("maxTries: -1"),
        *("out-of-range", "-1", "`spec.settings.maxTries` is `-1`, it must be at least 0", "give a number that is"),
    ),
    "maximum": (
        campaign("globalPriority: 51"),
        *("out-of-range", "51", "it must be at most 50", "give a number that is at most 50"),
    ),
    "pattern": (
        campaign("nextTryDelay: 1 day"),
        *("wrong-form", "1 day", "expected seconds, or a duration such as 90s", "write seconds, or a duration"),
    ),
    "pattern of a name": (
        campaign(name="Bakery_1"),
        *(
            "wrong-form",
            "Bakery_1",
            "`metadata.name` is text `Bakery_1`, expected a name",
            "write a name of lower-case",
        ),
    ),
    "pattern at the end of the text": (
        campaign(name='"bakery\\n"'),
        *("wrong-form", '"bakery\\n"', "expected a name of lower-case letters", "write a name of lower-case"),
    ),
    "minLength": (
        policy(RULE, scope="selector: {team: ''}"),
        *("wrong-form", "''", "`spec.selector.team` is empty text", "write something, or leave it out"),
    ),
    "minItems": (
        policy(rule("{wrapupStatuses: []}")),
        *("wrong-count", "wrapupStatuses", "is empty, it must hold at least 1", "add one, or remove it"),
    ),
    "minProperties": (
        policy(rule(set_="{}")),
        *("wrong-count", "set", "`spec.rules[0].set` is empty, it must hold at least 1", "add one, or remove it"),
    ),
    "an empty match": (
        policy(rule("{}")),
        *("wrong-count", "match", "is empty: that could mean every contact", "add a filter, or write `match: all`"),
    ),
    "maxItems": (
        policy(rule(f"{{agentIds: {list(range(1, 502))}}}")),
        *("wrong-count", "agentIds", "holds 501, it may hold at most 500", "split it"),
    ),
    "uniqueItems": (
        campaign("userIds: [543, 544, 543]"),
        *("repeated-value", "543", "`543` stands twice in `spec.settings.userIds`", "remove one of them"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_is_told_once_in_our_words_at_its_place(case: tuple[str, str, str, str, str]) -> None:
    """One fault, one diagnostic: the code, the exact span, what is wrong and the next step."""
    text, code, target, detail, advice = case
    fault = only(each for each in faults(with_campaign(text)) if each.code != "empty-selector")
    assert (fault.code, pointed(fault)) == (code, target)
    assert detail in fault.detail
    assert fault.help.startswith(advice)


def test_every_keyword_of_the_schemas_has_words() -> None:
    """No fault is left to the library's own sentences."""
    annotations = {"$schema", "title", "description", "examples", "properties", "items"}

    def keywords(schema: object) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
        return set(schema).union(*map(keywords, inner)) - annotations

    assert set().union(*map(keywords, SCHEMAS.values())) <= set(_WORDS)


def test_a_value_of_the_wrong_type_is_told_once() -> None:
    """That 5 is no text says enough: that it is not one of the words either follows from it."""
    found = faults({"m.yaml": campaign(), "p.yaml": policy(rule("{lastCallerType: 5, wrapupStatuses: [5]}"))})
    assert summary(found) == [("wrong-type", "5"), ("wrong-type", "5")]


def test_null_is_taken_where_the_api_takes_it() -> None:
    """To clear a setting, a value of a contact, or to find contacts without one."""
    settings = ("folder: null", "userIds: ~", "globalPriority:", "minCallingDateOffset: null")
    rules = rule("{lastWrapupIds: null, lastCallerType: null}", "{assignedAgentId: null, retryDate: null}")
    assert faults({"m.yaml": campaign(*settings), "p.yaml": policy(rules)}) == []


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (campaign("isArchived: true"), "archiving is not a setting"),
        (campaign("mode: predictive"), "PATCH does not take it: assert it with `expect: {mode: …}`"),
        (campaign("wrapupFolderId: 3"), "PATCH does not take it: assert it"),
        (campaign("customFields: [A]"), "write it beside `settings`"),
        (campaign("id: 6046"), "the API does not let it be changed"),
        (policy("{name: one, match: all, agents: [alice]}"), "write it under `assign`"),
        (policy("{name: one, match: all, maxPerAgent: 5, set: {priority: 1}}"), "write it under `assign`"),
        (policy(rule(set_="{assign: {agents: [alice]}}")), "write it beside `set`"),
        (policy("{name: one, match: all, assign: {agents: [alice], weights: {alice: 2}}}"), "write the weights under"),
        (policy("{name: one, match: all, assign: {agents: [alice], bruno: 2}}"), "write it under `agents`"),
        (policy(rule(set_="{phones: [x]}")), "phones must not go through batches"),
    ],
)
def test_keys_that_are_taken_elsewhere_or_not_at_all_say_so(text: str, advice: str) -> None:
    """The nearest name would mislead; that something is missing then is not told besides."""
    fault = only(faults(with_campaign(text)))
    assert fault.code == "unknown-field"
    assert fault.help.startswith(advice)


def test_advice_for_one_place_is_not_given_in_another() -> None:
    """`phones` is a filter that settings do not have: nothing about batches."""
    assert "batches" not in only(faults(campaign("phones: [x]"))).help


def test_a_template_and_a_policy_are_checked_too() -> None:
    """Every kind has its schema."""
    found = faults({"t.yaml": template("base", "lifecycle: {}"), "p.yaml": policy(RULE, scope="campaign: [x]")})
    assert summary(found) == [("unknown-field", "campaign"), ("unknown-field", "lifecycle")]
