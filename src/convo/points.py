"""Named points that the program passes, so that tests can stop it at each of them.

Before and after each commit, before the first byte of a request, after the last, before an answer is read.
In ordinary use nothing is installed and passing a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

_observer: Callable[[str], None] | None = None


def observe(observer: Callable[[str], None] | None) -> None:
    """Call `observer` with the name of every point passed from now on; None stops it."""
    global _observer
    _observer = observer


def passed(name: str) -> None:
    """Say that the program passes the point `name`."""
    if _observer is not None:
        _observer(name)


def observe_as_asked() -> None:
    """For tests of the whole program: `CONVO_POINTS` names a file that gets each point passed, a line each;
    `CONVO_KILL_AT` kills the process, as a crash would, at the point of that number (from 1).
    """
    path, kill_at = os.environ.get("CONVO_POINTS"), os.environ.get("CONVO_KILL_AT")
    if not path and not kill_at:
        return
    count = 0

    def note(name: str) -> None:
        nonlocal count
        count += 1
        if path:
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{name}\n")
        if kill_at and count == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)

    observe(note)
