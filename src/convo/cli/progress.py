"""How far long work has come: a bar with its rate and what is left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import shutil
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
        words = _bar(name, part) if bar else f"{name}: {part:.0%} read back"
        return ", ".join(filter(None, (words, f"{rate:.0f} messages a second", _left(seconds, part))))


def _by_part(one: tuple[str, float]) -> float:
    return one[1]


def _bar(name: str, part: float) -> str:
    full = round(part * BAR)
    return f"{name} [{'#' * full}{'.' * (BAR - full)}] {part:.0%}"


def _left(spent: float, part: float) -> str:
    """How long the rest takes when so many seconds went for this part; "" where that cannot be told yet."""
    if part <= 0.01:
        return ""
    seconds = spent * (1 - part) / part
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


class Work:
    """Shows work that tells itself how far it is, from any thread; what takes no time is not shown.

    A `Tell` while it is open (`with`); afterwards the bar is gone.
    """

    def __init__(self, clock: Clock, to: TextIO | None = None) -> None:
        self._clock = clock
        self._stream = to or sys.stderr
        self._bar = self._stream.isatty()
        self._what, self._from, self._shown = "", 0, ""
        self._began = self._looked = clock.now()

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write(f"\r{' ' * len(self._shown)}\r")
            self._stream.flush()

    def __call__(self, what: str, done: int, of: int) -> None:
        """The work has come so far: shown when it is time to."""
        now = self._clock.now()
        if what != self._what:
            self._what, self._from, self._began = what, done, now
        since = (now - self._looked).total_seconds()
        if 0 <= since < (EVERY if self._bar else SELDOM):
            return
        self._looked = now
        line = self._line(done, of, (now - self._began).total_seconds())
        if self._bar:
            line = line[: shutil.get_terminal_size().columns - 1]  # a longer one would leave itself behind
            self._stream.write(f"\r{line.ljust(len(self._shown))}\r")
            self._stream.flush()
            self._shown = line
        else:
            self._stream.write(f"convo: {line}\n")

    def _line(self, done: int, of: int, seconds: float) -> str:
        rate = (done - self._from) / seconds if seconds > 0 else 0.0
        told = f"{rate:,.0f} a second" if rate >= 1 else ""
        if of <= 0:
            words = f"{self._what}: {done:,}" if done else self._what
            return ", ".join(filter(None, (words, told)))
        part = max(0.0, min(done / of, 1.0))
        words = _bar(self._what, part) if self._bar else f"{self._what}: {part:.0%}"
        begun = self._from / of
        spent = _left(seconds, (part - begun) / (1 - begun)) if begun < 1 else ""
        return ", ".join(filter(None, (words, told, spent)))
