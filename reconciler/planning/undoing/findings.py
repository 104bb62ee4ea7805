"""What a plan that undoes a run has to say: what can't be undone, what has changed since, what is in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.planning.ending import ENDINGS
from reconciler.planning.plan import Action, Change
from reconciler.planning.undoing.contacts import ContactsBack, Kind, Outcome
from reconciler.planning.undoing.settings import Restored

_SOME = 10


def gone(address: str, campaign_id: int, changes: Iterable[Change]) -> Diagnostic:
    """Of a campaign that is not there any more."""
    by_run = any(each.action is Action.DELETE for each in changes)
    detail = f"{address}: campaign {campaign_id} {'was deleted by this run' if by_run else 'is not there any more'}"
    advice = "a new campaign has to be created in the console; its contacts are gone" if by_run else ""
    return _impossible(address, detail, advice or "nothing of it is undone: see who deleted it")


def archived(address: str, campaign_id: int, changes: Iterable[Change]) -> Diagnostic:
    """Of a campaign that is archived, by this run or by somebody."""
    by_run = any(each.action in ENDINGS for each in changes)
    detail = f"{address}: campaign {campaign_id} {'was archived by this run' if by_run else 'is archived by now'}"
    return _impossible(
        address,
        f"{detail}, and the API can neither update nor un-archive it: nothing of it is undone",
        "restore it in the console, and undo the run again",
    )


def fields_stay(address: str, names: Collection[str]) -> Diagnostic:
    """Of custom fields that were added."""
    detail = f"{address} keeps the custom fields that were added: {', '.join(f'`{each}`' for each in names)}"
    return _impossible(address, detail, "nothing needs to be done: no endpoint removes a custom field")


def of_settings(address: str, settings: Restored) -> Iterator[Diagnostic]:
    """Of a campaign's settings."""
    for each in settings.impossible:
        yield _impossible(address, f"{address}: {each}", "set it in the console, if it matters")
    for each in settings.moved:
        yield _changed_since(address, f"{address}: {each}", "set it by hand, if it is to go back all the same")
    if settings.in_doubt:
        names = ", ".join(f"`{each}`" for each in settings.in_doubt)
        yield _in_doubt(address, f"{address}: {names}")


def effects(address: str, settings: Restored) -> Iterator[Diagnostic]:
    """Of what followed from a setting and stays when that goes back."""
    if settings.settings.get("isPaused") is True:
        yield _impossible(address, f"{address}: calls that were made since then", "nothing can be done about these")
    if (settings.settings.get("autoPurge") or {}) and settings.sources.get("autoPurge"):
        yield _impossible(
            address,
            f"{address}: contacts that autoPurge has purged since then",
            "import them again, if they are needed",
        )


def of_contacts(contacts: ContactsBack) -> Iterator[Diagnostic]:
    """Of a campaign's contacts, rule by rule: ids and numbers, never what a contact holds (S10)."""
    for change, outcome in contacts.rules:
        yield from _of_rule(f"{change.campaign}: rule `{change.rule}`", change.address, outcome)


def _of_rule(who: str, address: str, outcome: Outcome) -> Iterator[Diagnostic]:
    if ids := outcome.of(Kind.MOVED):
        why = ", ".join(f"{name} of {number:,}" for name, number in sorted(outcome.moved.items()))
        detail = f"{who}: {_contacts(ids)}: {why}"
        yield _changed_since(address, detail, "nothing needs to be done: whoever changed them meant it")
    if ids := outcome.of(Kind.GONE):
        detail = f"{who}: not there any more: {_contacts(ids)}"
        yield _changed_since(address, detail, "nothing can be done about these")
    if ids := outcome.of(Kind.STRANGER):
        detail = f"{who}: the agent or group before is not in the campaign any more: {_contacts(ids)}"
        yield _impossible(address, detail, "add that member in the console, and undo the run again")
    for name, number in sorted(outcome.lost.items()):
        reason = "the plan does not hold what it said" if name == "comment" else "the API does not take null"
        detail = f"{who}: `{name}` of {number:,} contact{'s' if number > 1 else ''}: {reason}"
        yield _impossible(address, detail, "change it in the console, if it matters")
    if ids := outcome.of(Kind.DEFERRED):
        yield Diagnostic(
            "undo-deferred",
            "contacts are in a call",
            f"{who}: {_contacts(ids)}",
            Severity.WARNING,
            help="undo the run once more when they are done",
            address=address,
        )
    if outcome.in_doubt:
        yield _in_doubt(address, f"{who}: {_contacts(outcome.in_doubt)}")


def another_campaign(address: str, campaign_id: int, planned: str, found: str) -> Diagnostic:
    """The error of a campaign that nothing but its name ties to the run, and that has another by now."""
    return _blocked(
        address,
        f"{address}: campaign {campaign_id} was named `{planned}` and is named `{found}`, and nothing else tells "
        "whether it is the same",
        "look at it in the console; it is left alone",
    )


def unreadable(address: str, campaign_id: int, fault: str, advice: str = "") -> Diagnostic:
    """The error of a campaign that can't be read, with its contacts."""
    detail = f"{address}: campaign {campaign_id} {fault}"
    return _blocked(address, detail, advice or "look at it in the console; it is left alone")


def asked_again(run: str, asking: Counter[str]) -> Diagnostic:
    """Of what the manifests still ask for: how many settings and rules of each object."""
    places = ", ".join(f"{address} ({number})" for address, number in sorted(asking.items()))
    return Diagnostic(
        "undo-asked-again",
        "the manifests still ask for what this undoes",
        f"what run {run} did is what the manifests say: {places}",
        Severity.WARNING,
        help="revert them in Git, or the next apply does it again",
    )


def summary(run: str, settings: tuple[int, int], contacts: tuple[int, int]) -> Diagnostic:
    """How many settings and contacts go back, and how many are as they were already."""
    (back, already), (contacts_back, contacts_already) = settings, contacts
    told = (
        f"{_count(back, 'setting')} and {_count(contacts_back, 'contact')} go back to what they were before run {run}"
    )
    held = f"{_count(already, 'setting')} and {_count(contacts_already, 'contact')} are as they were already"
    return Diagnostic(
        "undo-of-run",
        "what this plan undoes",
        f"{told}; {held}",
        Severity.NOTE,
        help=f"`reconciler history {run}` shows what that run did",
    )


def _impossible(address: str, detail: str, advice: str) -> Diagnostic:
    return Diagnostic("undo-impossible", "can't be undone", detail, Severity.WARNING, help=advice, address=address)


def _changed_since(address: str, detail: str, advice: str) -> Diagnostic:
    return Diagnostic(
        "undo-changed-since", "changed since, left alone", detail, Severity.WARNING, help=advice, address=address
    )


def _in_doubt(address: str, what: str) -> Diagnostic:
    return Diagnostic(
        "undo-in-doubt",
        "perhaps not this run's",
        f"{what}: whether the run wrote it was not found out; the account holds what it would have written",
        Severity.WARNING,
        help="look at these in the plan: what somebody else has set would be undone, too",
        address=address,
    )


def _blocked(address: str, detail: str, advice: str) -> Diagnostic:
    return Diagnostic("undo-blocked", "campaign is not undone", detail, help=advice, address=address)


def _contacts(contact_ids: Collection[int]) -> str:
    some = ", ".join(str(each) for each in sorted(contact_ids)[:_SOME]) + (" …" if len(contact_ids) > _SOME else "")
    return f"{_count(len(contact_ids), 'contact')} ({some})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
