"""Waiting for a time or for a call, whichever comes first."""

from __future__ import annotations

import asyncio
from datetime import datetime

from convo.clock import Clock


class Waiter:
    """One task waits, anybody wakes it. A failure handed to `wake` is raised where it waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = False
        self._failure: BaseException | None = None
        self._sleeper: asyncio.Future[None] | None = None

    def wake(self, failure: BaseException | None = None) -> None:
        """End the wait, or the next one if nobody waits now."""
        self._woken = True
        self._failure = self._failure or failure
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    async def wait(self, until: datetime | None) -> bool:
        """Wait for this time by the clock (None: for ever) or until woken; whether it was woken."""
        if not self._woken:
            self._sleeper = asyncio.get_running_loop().create_future()
            alarm: asyncio.Future[None] | None = None
            if until is not None:
                seconds = max((until - self._clock.now()).total_seconds(), 0.0)
                alarm = asyncio.ensure_future(self._clock.sleep(seconds))
            try:
                waited = {self._sleeper} if alarm is None else {self._sleeper, alarm}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._sleeper = None
                if alarm is not None:
                    alarm.cancel()
        woken, self._woken = self._woken, False
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return woken
