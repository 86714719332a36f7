"""Waiting for a time or for a call, whichever comes first."""

from __future__ import annotations

import asyncio
from datetime import datetime

from convo.clock import Clock

NAP_SECONDS = 60.0


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
        """Wait for this time by the clock (None: for ever) or until woken; whether it was woken.

        A clock that is set back ends the wait, too: who waits reckons anew.
        """
        await asyncio.sleep(0)
        now = self._clock.now()
        while not self._woken and (until is None or now < until):
            await self._nap(until)
            before, now = now, self._clock.now()
            if now < before and until is not None:
                break
        woken, self._woken = self._woken, False
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return woken

    async def _nap(self, until: datetime | None) -> None:
        """Wait a while at most: a machine that was asleep is behind with what it sleeps."""
        self._sleeper = asyncio.get_running_loop().create_future()
        waited: set[asyncio.Future[None]] = {self._sleeper}
        if until is not None:
            seconds = min((until - self._clock.now()).total_seconds(), NAP_SECONDS)
            waited.add(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sleeper = None
            for future in waited:
                future.cancel()
