"""The store: one SQLite file that holds what platforms said and what the user did. The only code that speaks SQL."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from convo.clock import Clock
from convo.progress import Tell, untold
from convo.store import guard
from convo.store.connection import (
    Connection,
    NewerStore,
    StoreError,
    check_sqlite,
    connect,
    make_private,
    open_reader,
    sentence,
)
from convo.store.migrate import migrate
from convo.store.writer import Writer

__all__ = ["NewerStore", "Store", "StoreError"]

FILE = "convo.db"
SMALLEST = 512
"""Bytes that any store has: SQLite takes a shorter file for a new one."""
PAUSE_SECONDS = 0.03
"""How long the lock is left free between two parts of an ingest, for the user's writes in any process."""

WAY_SECONDS, LONGEST_WAY = 0.2, 2.0
"""How long after a key parts of an ingest wait for the next one, and how long a part waits at most."""

T = TypeVar("T")


class Store:
    """The open store: a reader for the event loop, and one writer thread for everything that changes it."""

    def __init__(
        self, path: Path, clock: Clock, reader: Connection, writer: Writer, held: int | None = None
    ) -> None:
        self.path = path
        self.clock = clock
        self.reader: sqlite3.Connection = reader
        self.on_change: Callable[[frozenset[int]], None] | None = None
        """Called with the ids of the threads that a write of this process changed, after its commit."""
        self._writer = writer
        self._held = held
        self._typed_at = -LONGEST_WAY

    @classmethod
    def open(cls, directory: Path, clock: Clock, tell: Tell = untold) -> Store:
        """Open the store in this directory, made (0700, files 0600) and migrated as needed. Raises StoreError.

        `tell` hears of a migration, and ends it by raising.
        """
        check_sqlite()
        path = directory / FILE
        _check_missing(path)
        make_private(directory, path)
        held = guard.share(directory)
        try:
            db, reader = _connections(path, tell)
        except BaseException:
            guard.release(held)
            raise
        return cls(path, clock, reader, Writer(db, path), held)

    async def write(
        self, job: Callable[..., T], *args: Any, user: bool = True, durable: bool = True, **kw: Any
    ) -> T:
        """Run `job(db, ...)` in the writer thread in a transaction of its own; back after the commit.

        A `durable` one is on the disk by then. Once asked for it is done, even if who asked does not wait for it.
        Raises StoreError, or what the job raised (nothing is changed then).
        """
        writing = asyncio.wrap_future(self._submit(job, args, kw, user, durable))
        writing.add_done_callback(self._written)
        result, _ = await asyncio.shield(writing)
        return result  # type: ignore[no-any-return]

    def write_now(
        self, job: Callable[..., T], *args: Any, user: bool = True, durable: bool = True, **kw: Any
    ) -> T:
        """The same, blocking: for the command line and for leaving."""
        result, touched = self._submit(job, args, kw, user, durable).result()
        self._tell(touched)
        return result  # type: ignore[no-any-return]

    async def ingest(self, parts: Iterable[Callable[[sqlite3.Connection], T]]) -> list[T]:
        """Run parts of a sync one after another, each in a transaction, leaving the lock free between them."""
        results: list[T] = []
        for part in parts:
            if results:
                await asyncio.sleep(PAUSE_SECONDS)
            await self._way()
            results.append(await self.write(part, user=False, durable=False))
        return results

    def give_way(self) -> None:
        """The user typed a key here: what a sync brings waits until they rest, and no key waits for it."""
        self._typed_at = time.monotonic()

    async def _way(self) -> None:
        longest = time.monotonic() + LONGEST_WAY
        while time.monotonic() < min(self._typed_at + WAY_SECONDS, longest):
            await asyncio.sleep(PAUSE_SECONDS)

    def changed_elsewhere(self) -> bool:
        """Whether another process has changed the store since this was last asked."""
        return self._writer.changed_elsewhere()

    def gone(self) -> str:
        """What to say when the file was taken away while convo ran, "" while it is there."""
        return self._writer.gone()

    def check(self) -> str:
        """What is wrong with the file and what to do, in one sentence, "" when it is whole.

        Reads all of it, on a connection of its own: any thread may ask.
        """
        try:
            db = connect(self.path, reader=True)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            return sentence(error, self.path).words
        from convo.store import checkup

        try:
            words = checkup.fault(db)
        finally:
            db.close()
        if not words:
            return ""
        return f"The store {self.path} is not whole: {words}. Leave convo, then run: convo doctor --repair"

    def close(self) -> None:
        """Write what is queued and close the file."""
        self._writer.end()
        self.reader.close()
        guard.release(self._held)
        self._held = None

    def _submit(
        self, job: Callable[..., T], args: tuple[Any, ...], kw: dict[str, Any], user: bool, durable: bool
    ) -> Future[tuple[Any, frozenset[int]]]:
        return self._writer.submit(lambda db: job(db, *args, **kw), user=user, durable=durable)

    def _written(self, writing: asyncio.Future[tuple[Any, frozenset[int]]]) -> None:
        if not writing.cancelled() and writing.exception() is None:
            self._tell(writing.result()[1])

    def _tell(self, touched: frozenset[int]) -> None:
        if touched and self.on_change is not None:
            self.on_change(touched)


def _check_missing(path: Path) -> None:
    """A store that is gone is not quietly begun anew where a backup knows what the user did."""
    if path.exists() and path.stat().st_size >= SMALLEST:
        return
    from convo.store import backup

    if backup.found(path):
        raise StoreError(
            f"{path} is missing or empty, but there are backups of your own state beside it. `convo doctor --repair` "
            f"makes the store anew from them; to begin without, move {backup.directory(path)} away."
        )


def _connections(path: Path, tell: Tell) -> tuple[Connection, Connection]:
    """The writer's and the reader's, once the file is at the version of this program. Raises StoreError."""
    db = None
    try:
        db = connect(path)
        migrate(db, path, tell=tell)
        return db, open_reader(path)
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, (sqlite3.Error, UnicodeDecodeError)):  # SQLite quotes what it cannot read
            raise sentence(error, path) from error
        raise
