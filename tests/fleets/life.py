"""`python -m tests.fleets.life NUMBER ARGUMENT…`: the command line, in a process that SIGKILL ends at one moment.

A moment is right before or right after a request to the account, or a write into the store; they are counted from 0, in
this process alone, so that nothing depends on how fast the machine is. -1 is never.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from reconciler.api.client import Client
from reconciler.cli.main import main
from reconciler.store.bucket import Bucket


def _mortal(call: Callable[..., Any], moment: Callable[[], None]) -> Callable[..., Any]:
    def between(*arguments: Any, **options: Any) -> Any:
        moment()
        result = call(*arguments, **options)
        moment()
        return result

    return between


def _live(end_at: int) -> None:
    """Counts the moments from now on."""
    numbers = itertools.count()

    def moment() -> None:
        if next(numbers) == end_at:
            os.kill(os.getpid(), signal.SIGKILL)

    for kind, names in ((Client, ["_exchange"]), (Bucket, ["create", "swap", "replace", "delete"])):
        for name in names:
            setattr(kind, name, _mortal(getattr(kind, name), moment))


if __name__ == "__main__":
    _live(int(sys.argv.pop(1)))
    main()
