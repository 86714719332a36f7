"""Long work that can be stopped: whoever waits for it is cancelled, and it ends at its next step."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from convo.progress import Tell

T = TypeVar("T")


class Ended(Exception):
    """Raised inside the work, in whichever thread it is, when nobody waits for it any more."""


class Stop:
    """Hands on what the work tells, until it is to stop."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._stopped = threading.Event()

    def now(self) -> None:
        """From any thread, or a signal: the work ends at its next step."""
        self._stopped.set()

    def __call__(self, what: str, done: int, of: int) -> None:
        """A step of the work. Raises Ended."""
        if self._stopped.is_set():
            raise Ended
        self._tell(what, done, of)


async def stoppable(work: Callable[[Tell], Awaitable[T]], tell: Tell) -> T:
    """Do the work; when this is cancelled, whatever it runs in other threads ends as well."""
    stop = Stop(tell)
    try:
        return await work(stop)
    except asyncio.CancelledError:
        stop.now()
        raise


async def in_thread(work: Callable[[Tell], T], tell: Tell) -> T:
    """Do the work in a thread; when this is cancelled it is back once the work has ended and cleared up.

    Work that was done by then is done: its result is given.
    """
    stop = Stop(tell)
    running = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.now()
        await asyncio.wait([running])
        if running.exception() is None:
            return running.result()
        raise
