"""A signal that ends a command's work: at a step that leaves all whole, with words that say what became of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convo.clock import Clock
    from convo.engine.stopping import Stop
    from convo.progress import Tell

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A signal ended the work; `words` say what became of it. Exit status 130."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@contextmanager
def stopped(words: str) -> Iterator[None]:
    """Say these words where a signal ends what is done here. Raises Stopped."""
    try:
        yield
    except asyncio.CancelledError as error:
        raise Stopped(words) from error


@contextmanager
def watched(clock: Clock, words: str) -> Iterator[Tell]:
    """Show work that is done before anybody waits for the engine; a signal ends it. Raises Stopped with these words."""
    from convo.cli.progress import Work
    from convo.engine.stopping import Ended, Stop

    with Work(clock) as work:
        stop = Stop(work)
        try:
            with _told_of_signals(stop):
                yield stop
        except Ended as error:
            raise Stopped(words) from error


@contextmanager
def _told_of_signals(stop: Stop) -> Iterator[None]:
    """A signal ends the work at its next step, not inside of one."""
    before = {}
    try:
        with suppress(ValueError):  # not in the main thread: tests
            for number in SIGNALS:
                before[number] = signal.signal(number, lambda *_: stop.now())
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
