"""The one clock, so that tests and the demo can step time by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Protocol


class Clock(Protocol):
    """Where the program gets the time and waits."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait this long by this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(timezone.utc)

    async def sleep(self, seconds: float) -> None:
        """Wait this long."""
        await asyncio.sleep(seconds)


class HandClock:
    """A clock that stands still until it is stepped."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._passed = timedelta(0)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """The time it was last set to."""
        return self._now

    def step(self, seconds: float) -> None:
        """Move the time and wake who slept that long."""
        self._now += timedelta(seconds=seconds)
        self._passed += timedelta(seconds=seconds)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def jump(self, seconds: float) -> None:
        """Set the clock: no time passes, and nobody who sleeps is woken."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was stepped this far."""
        until = self._passed + timedelta(seconds=seconds)
        while self._passed < until:
            await self._moved.wait()
