"""A credential for tests: a secret, and a session that outlives adapters as the file does."""

from __future__ import annotations

import asyncio

from convo.adapters.contract import SignInAgain


class Guard:
    """An asynchronous lock that can be made before its event loop is there."""

    def __init__(self) -> None:
        self._locks: dict[int, asyncio.Lock] = {}

    def _lock(self) -> asyncio.Lock:
        return self._locks.setdefault(id(asyncio.get_running_loop()), asyncio.Lock())

    async def __aenter__(self) -> None:
        await self._lock().acquire()

    async def __aexit__(self, *exc: object) -> None:
        self._lock().release()


class Kept:
    """The contract's Credential over plain values."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.stored = ""
        self._guard = Guard()

    async def read(self) -> str:
        if not self.secret:
            raise SignInAgain("There is no secret.")
        return self.secret

    async def session(self) -> str:
        return self.stored

    async def save_session(self, value: str) -> None:
        self.stored = value

    def refreshing(self) -> Guard:
        return self._guard
