"""How far a first sync has come: a bar with its rate and what is left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TextIO, TypeVar

from convo.clock import Clock
from convo.values import frozen

EVERY, SELDOM = 0.25, 10.0
"""Seconds between two looks: for a bar, and for lines."""
BAR = 24

T = TypeVar("T")


@frozen
class Stand:
    """Where a first sync stands: the oldest that each account has read back to, and the messages that came."""

    oldest: Mapping[str, datetime]
    arrived: int


class Progress:
    """Tells of the first syncs that run; nothing while none does."""

    def __init__(self, now: datetime, history: timedelta, arrived: int) -> None:
        self._began = now
        self._history = history
        self._arrived = arrived

    def part(self, oldest: datetime) -> float:
        """How much of the time to read back is read, from 0 to 1."""
        return max(0.0, min((self._began - oldest) / self._history, 1.0))

    def line(self, stand: Stand, now: datetime, bar: bool) -> str:
        """One line about the account that has farthest to go, "" when no first sync runs."""
        if not stand.oldest:
            return ""
        name, part = min(((name, self.part(at)) for name, at in stand.oldest.items()), key=_by_part)
        seconds = max((now - self._began).total_seconds(), 0.001)
        rate = (stand.arrived - self._arrived) / seconds
        words = f"{name}: {part:.0%} read back"
        if bar:
            full = round(part * BAR)
            words = f"{name} [{'#' * full}{'.' * (BAR - full)}] {part:.0%}"
        left = _told(timedelta(seconds=seconds * (1 - part) / part)) if part > 0.01 else ""
        return ", ".join(filter(None, (words, f"{rate:.0f} messages a second", left)))


def _by_part(one: tuple[str, float]) -> float:
    return one[1]


def _told(left: timedelta) -> str:
    seconds = left.total_seconds()
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {round(seconds / 60)} min left"


async def beside(
    work: Awaitable[T], stand: Callable[[], Stand], progress: Progress, clock: Clock, to: TextIO | None = None
) -> T:
    """Do the work, and tell on standard error how it gets on; the bar is gone when it is done."""
    stream = to or sys.stderr
    telling = asyncio.ensure_future(_tell(stand, progress, clock, stream))
    try:
        return await work
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell(stand: Callable[[], Stand], progress: Progress, clock: Clock, stream: TextIO) -> None:
    bar, shown = stream.isatty(), ""
    try:
        while True:
            await clock.sleep(EVERY if bar else SELDOM)
            line = progress.line(stand(), clock.now(), bar)
            if bar:
                stream.write(f"\r{line.ljust(len(shown))}\r")
                stream.flush()
            elif line:
                stream.write(f"convo: {line}\n")
            shown = line
    finally:
        if bar and shown:
            stream.write(f"\r{' ' * len(shown)}\r")
            stream.flush()
