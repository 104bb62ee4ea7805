"""The account's campaigns, read in a thread of their own while the manifests are parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.api.shapes import Campaign
    from reconciler.cli.session import Session
    from reconciler.manifests.project import Environment

Read = tuple["Client", list["Campaign"]]


@contextmanager
def reading(
    session: Session, environment: Environment, shards: int = 1
) -> Iterator[Callable[[], tuple[Client, list[Campaign] | None]]]:
    """What hands out a client that cannot write (S1), and the account's campaigns where they were read meanwhile.

    `shards`: how many processes share the environment's limit of requests.
    The embedded emulator is in this process: there is nothing to wait for, and nothing is read ahead.
    """

    def opened() -> Client:
        return session.client(environment, writable=False, shards=shards)

    if environment.emulator_file is not None:
        with ExitStack() as stack:
            yield lambda: (stack.enter_context(opened()), None)
    else:
        with CampaignsAhead(opened) as ahead:
            yield ahead.result


class CampaignsAhead:
    """A context manager around reading that has begun: what `opened` returns is a client that cannot write.

    The thread is a daemon, so that who has no use for the campaigns any more (the manifests have faults) does not wait
    for them; it then closes the client by itself.
    """

    def __init__(self, opened: Callable[[], Client]) -> None:
        self._opened, self._reading = opened, Future[Read]()

    def __enter__(self) -> Self:
        Thread(target=self._read, name="campaigns ahead", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self._reading.add_done_callback(_close)

    def result(self) -> Read:
        """The client and every campaign of the account, once they are there; raises what opening or reading raised."""
        return self._reading.result()

    def _read(self) -> None:
        from reconciler.api.reading import all_campaigns

        try:
            client = self._opened()
        except BaseException as error:
            self._reading.set_exception(error)
            return
        try:
            self._reading.set_result((client, all_campaigns(client)))
        except BaseException as error:
            client.close()
            self._reading.set_exception(error)


def _close(reading: Future[Read]) -> None:
    if reading.exception() is None:
        client, _ = reading.result()
        client.close()
