"""What keeps the store safe while it is used: the full check and the automatic backup, each in a thread of its own."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from convo.clock import Clock
from convo.engine.stopping import Ended, in_thread, stoppable
from convo.engine.waiter import Waiter
from convo.progress import Tell, untold
from convo.store import Store, StoreError, backup, indexing, marks

if TYPE_CHECKING:
    from convo.store.merging import Merged

LOOK = timedelta(hours=1)
"""How often an inbox that stays open looks whether a check or a backup is due."""
GLANCE = timedelta(seconds=5)
"""How often it looks whether the file is still there."""
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Care:
    """Checks the store weekly and after an unclean end, and backs it up daily; tells in one sentence what is wrong."""

    def __init__(self, store: Store, clock: Clock, say: Callable[[str], None]) -> None:
        self._store = store
        self._clock = clock
        self._say = say
        self._waiter = Waiter(clock)
        self._stopping = False
        self._mark: int | None = None
        self._work: asyncio.Future[Any] | None = None
        self._mark_path = store.path.with_name(f"open-{os.getpid()}")

    async def run(self, *, checks: bool = True) -> None:
        """In the inbox, after the first frame, until `stop`. Raises nothing of its own: the inbox goes on."""
        if not checks:
            await self._index()
            return
        unclean = self._begin()
        try:
            await self._index()
            while not self._stopping:
                if await self._check(unclean):
                    await self.back_up()
                unclean = False
                await self._rest()
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            self._end()

    async def _rest(self) -> None:
        """Until the next look; a file that was taken away meanwhile is told of at once, and once."""
        until, told = self._clock.now() + LOOK, False
        while not self._stopping and self._clock.now() < until:
            gone = self._store.gone()
            if gone and not told:
                self._say(gone)
            told = bool(gone)
            await self._waiter.wait(min(until, self._clock.now() + GLANCE))

    def stop(self) -> None:
        """Begin nothing new; a check that runs is left behind."""
        self._stopping = True
        self._waiter.wake()
        if self._work is not None:
            self._work.cancel()

    async def back_up(self) -> None:
        """The daily backup, where it is due: also at the end of `convo sync`."""
        path, now = self._store.path, self._clock.now()
        if self._stopping or not backup.is_due(path, now):
            return
        try:
            await self._aside(lambda: backup.make(path, now))
        except StoreError as error:
            _log.warning("%s", error.words)
            self._say(error.words)

    async def export(self, path: Path, tell: Tell) -> None:
        """Write everything to a file of JSON lines, whole or not at all. Raises Failure, StoreError."""
        from convo.store import transfer

        now = self._clock.now()
        await in_thread(lambda told: transfer.export(self._store.path, path, now, told), tell)

    async def bring_in(self, path: Path, tell: Tell) -> Merged:
        """Merge such a file into the store; what to tell of it. Raises Failure, StoreError."""
        from convo.store import transfer

        now = self._clock.now()
        return await stoppable(lambda told: transfer.bring_in(self._store, path, now, told), tell)

    async def fill_index(self, tell: Tell = untold) -> None:
        """Put the messages into the search that are missing in it, in parts; the newest first. Raises StoreError."""
        if indexing.missing_to(self._store.reader):
            await self._store.ingest(indexing.parts(self._store.reader, tell))

    async def _check(self, unclean: bool) -> bool:
        """Whether the store is whole, as far as that is due to be looked at."""
        now = self._clock.now()
        try:
            if not (unclean or marks.is_check_due(self._store.reader, now)):
                return True
            words = await self._aside(self._store.check)
            if words:
                _log.error("%s", words)
                self._say(words)
                return False
            await self._store.write(marks.note_check, now, user=False, durable=False)
        except StoreError as error:
            self._say(error.words)
            return False
        return True

    async def _index(self) -> None:
        """A search index that is new is filled beside all else."""
        try:
            await self.fill_index(self._go_on)
        except StoreError as error:
            self._say(error.words)
        except Ended:
            pass

    def _go_on(self, what: str, done: int, of: int) -> None:
        if self._stopping:
            raise Ended

    def _begin(self) -> bool:
        """Mark this inbox as open; whether the mark of another was left behind by one that did not end in order."""
        unclean = False
        with suppress(OSError):
            for path in self._store.path.parent.glob("open-*"):
                unclean |= _is_left_behind(path)
            self._mark = os.open(
                self._mark_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
            fcntl.flock(self._mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return unclean

    def _end(self) -> None:
        if self._mark is not None:
            with suppress(OSError):
                self._mark_path.unlink()
            os.close(self._mark)
            self._mark = None

    async def _aside(self, work: Callable[[], T]) -> T:
        """Run something in a thread that the end of the program does not wait for."""
        loop = asyncio.get_running_loop()
        self._work = done = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if done.done():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)

        def run() -> None:
            result, failure = None, None
            try:
                result = work()
            except BaseException as error:  # handed to who waits
                failure = error
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, result, failure)

        threading.Thread(target=run, name="convo-care", daemon=True).start()
        try:
            found: T = await done
        finally:
            self._work = None
        return found


def _is_left_behind(path: Path) -> bool:
    """Take a mark away that nobody holds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def repair(directory: Path, clock: Clock, tell: Tell = untold) -> str:
    """Repair the store of a directory, which nobody has open, and say what was done.

    Raises StoreError, and what `tell` raises: the store is as it was then.
    """
    from convo.store import FILE
    from convo.store.repair import repair as run

    return run(directory, FILE, clock.now(), tell=tell).words(directory / FILE)
