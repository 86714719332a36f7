"""One lock per account over all processes: advisory `flock`s that a crash releases and no child inherits.

Two files stand behind each: who waits with priority holds `.first`, which everybody else must pass before
trying `.lock`, so that a delivery goes before the next page of a sync, in whatever process.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path

from convo.paths import private_directory
from convo.store import StoreError

TRY_SECONDS = 0.02
"""How long to wait before asking for a lock again that another holder has (real time: no clock is awaited)."""


class _Hold:
    """A lock as its holder has it, and the tasks it starts meanwhile."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.ended = False


_held: ContextVar[tuple[_Hold, ...]] = ContextVar("_held", default=())


class Locks:
    """The locks of one data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "locks"

    @asynccontextmanager
    async def hold(self, name: str, *, first: bool = False) -> AsyncIterator[None]:
        """Hold the lock of an account; `first` goes before those who wait without it.

        The holder, and the tasks it waits for, pass through. Raises StoreError where files cannot be locked.
        """
        key = f"{self.directory}/{name}"
        if any(hold.key == key and not hold.ended for hold in _held.get()):
            yield
            return
        descriptor = await self._taken(name, first)
        hold = _Hold(key)
        token = _held.set((*_held.get(), hold))
        try:
            yield
        finally:
            hold.ended = True
            _held.reset(token)
            os.close(descriptor)

    def is_free(self, name: str, kind: str = "lock") -> bool:
        """Whether nobody holds the lock now (`first`: nobody waits for it with priority)."""
        with self._open(name, kind) as descriptor:
            return _try(descriptor)

    def alone(self, name: str) -> int | None:
        """Take a lock until the process ends or the descriptor is closed; None when somebody has it."""
        descriptor = self._descriptor(name, "lock")
        if _try(descriptor):
            return descriptor
        os.close(descriptor)
        return None

    async def _taken(self, name: str, first: bool) -> int:
        """The descriptor of the lock, once it is this task's."""
        descriptor = self._descriptor(name, "lock")
        try:
            with self._open(name, "first") as gate:
                if first:
                    while not _try(gate):
                        await asyncio.sleep(TRY_SECONDS)
                    while not _try(descriptor):
                        await asyncio.sleep(TRY_SECONDS)
                else:
                    while not (_try(gate) and _try(descriptor)):
                        fcntl.flock(gate, fcntl.LOCK_UN)
                        await asyncio.sleep(TRY_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    @contextmanager
    def _open(self, name: str, kind: str) -> Iterator[int]:
        descriptor = self._descriptor(name, kind)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _descriptor(self, name: str, kind: str) -> int:
        path = self.directory / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.{kind}"
        try:
            private_directory(self.directory)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {error.strerror or error}.") from error


def _try(descriptor: int) -> bool:
    """Take the lock if it is free. Raises StoreError where the file system has no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
            return False
        raise StoreError(
            f"Files in the data directory cannot be locked ({error.strerror or error}). "
            "Put it on a local disk, with --data-dir."
        ) from error
    return True
