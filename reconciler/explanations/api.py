"""Faults of a call of the API: what it answered, or that it did not."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation

EXPLANATIONS: Mapping[str, Explanation] = {
    "api": Explanation(
        "A call of the API did not end well",
        "The message names the request and what came back.",
        "Try again. If it stays, ask the vendor's support about this request.",
    ),
    "api-unauthorized": Explanation(
        "The API refused the token (401, 403)",
        "The token is not valid, has expired, belongs to another account, or may only read.",
        "Check the variable that the environment's `tokenEnv` names.",
    ),
    "api-not-found": Explanation(
        "The API does not know this object (404)",
        "The id may be one of another account, or the object was deleted.",
        "Check the id and the environment.",
    ),
    "api-rejected": Explanation(
        "The API rejected the request (400 and others)",
        "It takes no such value, for a reason that its documentation does not name. This request changed nothing.",
        "Correct the value that the message names, and plan again.",
    ),
    "api-busy": Explanation(
        "The campaign is busy with another batch (409)",
        "The API runs one batch in a campaign at a time, and somebody else's runs there.",
        "Wait until it has ended, and run again.",
    ),
    "api-on-call": Explanation(
        "The contact is on a call (409)",
        "The API does not change a contact during its call. This request changed nothing.",
        "Wait until the call has ended, and run again.",
    ),
    "api-rate-limited": Explanation(
        "The API asked to slow down (429)",
        "Too many requests in a short time, also after the pauses that the tool made.",
        "Wait a little and run again, or lower `--parallelism`.",
    ),
    "api-server-fault": Explanation(
        "The API failed (5xx)",
        "The fault is on the vendor's side, and repeating the request did not help.",
        "Run again later; plan shows what is left to do.",
    ),
    "api-unreadable": Explanation(
        "The API's answer could not be read",
        "It was no JSON, cut off, or not as documented. Often a proxy or a login page answers in the API's place.",
        "Check `baseUrl` and the proxy.",
    ),
    "api-unreachable": Explanation(
        "The API could not be reached",
        "No connection was made, so nothing was sent.",
        "Check `baseUrl`, the network and any proxy (HTTPS_PROXY).",
    ),
    "api-connection-lost": Explanation(
        "The connection was lost before the answer came",
        "The request was sent. Whether it was carried out is not known.",
        "Plan again: it reads what the account holds now and shows what is left to do.",
    ),
    "api-down": Explanation(
        "The API is down",
        "Requests about five different campaigns have failed one after another, over half a minute, with all their"
        " repetitions, and none has succeeded in between. So nothing more is sent in this run.",
        "Run again when it answers. `apply` first waits for what is on its way, and sends nothing twice.",
    ),
    "api-not-sent": Explanation(
        "A request was held back",
        "The run's lock was lost, or its deadline was over, before this request could leave. It changed nothing.",
        "See what the message says of the lock or the deadline; then run again.",
    ),
    "deadline-over": Explanation(
        "The deadline is over",
        "`--deadline` gave the command so much time, and it had not read all that it needs. Nothing was written.",
        "Give it more time, or less to do (`--target`, `--selector`).",
    ),
}
