"""Bring the store's file to the version of this program; each step commits together with its number."""

from __future__ import annotations

import os
import shutil
import sqlite3
from binascii import crc32
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from convo import points
from convo.progress import Tell, untold
from convo.store import words
from convo.store.connection import NewerStore, StoreError
from convo.store.schema import MIGRATIONS, VIEWS

_OFTEN = 20_000
"""Steps of SQLite's machine between two looks at how far it is: some milliseconds."""


def version(db: sqlite3.Connection) -> int:
    """The number of the last step the file has seen; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def check_version(db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Raise NewerStore when the file is ahead of this program."""
    if version(db) > len(migrations):
        raise NewerStore(
            f"{path} was written by a newer convo: convo was updated, restart it. Nothing was changed."
        )


def migrate(
    db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS, tell: Tell = untold
) -> None:
    """Run the steps the file has not seen, after a backup beside it. Raises StoreError.

    Another process may migrate at the same moment: each step looks at the number again under the lock. What `tell`
    raises ends it: what was not committed is as it was, and the next start goes on there.
    """
    check_version(db, path, migrations)
    found = version(db)
    if 0 < found < len(migrations):
        _back_up(db, path, found, tell)
    for number, script in enumerate(migrations[found:], found + 1):
        words = f"step {number - found} of {len(migrations) - found}"
        with _watched(db, partial(tell if found else untold, words, 0, 0)):
            _step(db, number, script)
    _make_views(db)


@contextmanager
def _watched(db: sqlite3.Connection, look: Callable[[], None]) -> Iterator[None]:
    """Call `look` now and then while SQLite works; what it raises ends the statement and is raised here."""
    raised: list[BaseException] = []

    def stop() -> bool:
        try:
            look()
        except BaseException as error:
            raised.append(error)
        return bool(raised)

    db.set_progress_handler(stop, _OFTEN)
    try:
        yield
    except sqlite3.OperationalError as error:
        if raised:
            raise raised[0] from error
        raise
    finally:
        db.set_progress_handler(None, 0)


def _step(db: sqlite3.Connection, number: int, script: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if version(db) < number:
            for statement in statements(script):
                db.execute(statement)
            db.execute(f"PRAGMA user_version={number}")
        points.passed("migrate.commit")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    points.passed("migrate.committed")


def statements(script: str) -> list[str]:
    """The statements of a script, each ended by ";": unlike `executescript` they leave an open transaction alone."""
    found: list[str] = []
    pending = ""
    for piece in script.split(";")[:-1]:
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found


def _make_views(db: sqlite3.Connection) -> None:
    """The derived objects: dropped and made anew when their text or the words change.

    The index gets the newest messages at once; the others come later, in parts, so that nobody waits for them.
    """
    mark = f"{words.VERSION}-{crc32(VIEWS.encode()):08x}"
    if _views_mark(db) == mark:
        return
    from convo.store import indexing

    db.execute("BEGIN IMMEDIATE")
    try:
        if _views_mark(db) != mark:
            db.execute("DROP TABLE IF EXISTS message_fts")
            db.execute("DROP VIEW IF EXISTS message_words")
            for statement in statements(VIEWS):
                db.execute(statement)
            indexing.begin(db)
            indexing.put_missing(db, indexing.AT_ONCE)
            db.execute("INSERT OR REPLACE INTO setting VALUES ('views', ?)", (mark,))
        points.passed("migrate.commit")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    points.passed("migrate.committed")


def _views_mark(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT value FROM setting WHERE name = 'views'").fetchone()
    return row[0] if row else ""


def _back_up(db: sqlite3.Connection, path: Path, found: int, tell: Tell) -> None:
    """A whole copy of the file at its old version, 0600 from its first byte; the one before it goes."""
    size = sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.exists())
    free = shutil.disk_usage(path.parent).free
    if free < 2 * size + (16 << 20):
        raise StoreError(
            f"The store {path} must be brought to a new version, with a backup first, and its disk has too little "
            f"room: {free >> 20} MB free, {(2 * size >> 20) + 16} MB needed. Nothing was changed."
        )
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
    words = "a copy first, MB"
    try:
        with _watched(db, lambda: tell(words, part.stat().st_size >> 20, size >> 20)):
            db.execute("VACUUM INTO ?", (str(part),))
        for old in path.parent.glob(f"{path.name}.before-*"):
            old.unlink(missing_ok=True)
        part.replace(path.with_name(f"{path.name}.before-{found + 1}"))
    finally:
        part.unlink(missing_ok=True)
