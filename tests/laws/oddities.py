"""An API that is odder than the emulator's options make it: pages shorter than asked for, and filters it ignores."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from reconciler.api.application import Application

#: The readings that the documentation leaves open, and pages of a few contacts.
ODDITIES = st.fixed_dictionaries(
    {},
    optional={
        "page_size": st.sampled_from((3, 7, 20)),
        "page_base": st.sampled_from(("zero", "one", "mixed")),
        "text_case": st.sampled_from(("ignored", "minded")),
        "unset_fields": st.sampled_from(("null", "omitted")),
        "empty_lists": st.sampled_from(("dropped", "nothing")),
        "unknown_fields": st.sampled_from(("ignored", "refused")),
        "batch_query": st.sampled_from(("run", "accepted")),
        "batch_seconds": st.sampled_from((0.3, 3.0)),
    },
)


@dataclass(slots=True)
class Odd:
    """An ASGI application in front of the emulator's. `ignored`: filters that its searches do not honour."""

    application: Application
    page_size: int = 500
    ignored: frozenset[str] = field(default_factory=frozenset)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answers one request."""
        if not scope["path"].endswith("/contacts/search"):
            await self.application(scope, receive, send)
            return
        body = self._misread(json.loads((await receive())["body"]))

        async def received() -> dict[str, Any]:
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

        await self.application(scope, received, send)

    def _misread(self, body: dict[str, Any]) -> dict[str, Any]:
        pageable, query = body["pageable"], body["query"]
        pageable["pageSize"] = min(pageable["pageSize"], self.page_size)
        return {"pageable": pageable, "query": {k: v for k, v in query.items() if k not in self.ignored}}
