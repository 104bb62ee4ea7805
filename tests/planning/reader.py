"""A reader that answers requests from a function, in this thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, TypeVar

from reconciler.api.endpoints.campaigns import CAMPAIGNS
from reconciler.api.request import Flow, Request, Response
from reconciler.errors import ApiError, NotFound

T = TypeVar("T")


class Told:
    """Answers each request with what `answer` makes of it, as JSON; keeps the requests."""

    def __init__(self, answer: Callable[[Request], Any]) -> None:
        self.answer, self.requests = answer, list[Request]()

    def run(self, flow: Flow[T]) -> T:
        """The result of a flow."""
        try:
            request = next(flow)
            while True:
                self.requests.append(request)
                request = flow.send(Response(200, {}, json.dumps(self.answer(request)).encode()))
        except StopIteration as end:
            result: T = end.value
            return result

    def run_each(self, flows: Iterable[Flow[T]]) -> list[T | ApiError]:
        """The results of several, or their errors."""
        return [self._outcome(each) for each in flows]

    def run_ahead(self, flows: Iterable[Flow[T]], is_last: Callable[[T], bool]) -> Generator[T]:
        """The results of several, up to the last."""
        for each in flows:
            yield (result := self.run(each))
            if is_last(result):
                return

    def _outcome(self, flow: Flow[T]) -> T | ApiError:
        try:
            return self.run(flow)
        except ApiError as error:
            return error


def account_of(*campaigns: Mapping[str, Any], unlisted: Iterable[Mapping[str, Any]] = ()) -> Told:
    """A reader whose account holds these campaigns and nothing else; those `unlisted` are found by their ids alone."""
    by_id = {each["id"]: each for each in (*campaigns, *unlisted)}

    def answer(request: Request) -> Any:
        if request.path == CAMPAIGNS:
            return {"campaigns": list(campaigns), "next": None}
        if request.path.endswith("/search"):
            return {"content": [], "last": True, "totalElements": 1234}
        if (found := by_id.get(int(request.path.rpartition("/")[2]))) is None:
            raise NotFound(request.label, "status 404", status=404)
        return found

    return Told(answer)
