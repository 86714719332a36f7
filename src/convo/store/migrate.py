"""Bring the store's file to the version of this program; each step commits together with its number."""

from __future__ import annotations

import os
import shutil
import sqlite3
from binascii import crc32
from collections.abc import Sequence
from pathlib import Path

from convo import points
from convo.store import words
from convo.store.connection import NewerStore, StoreError
from convo.store.schema import MIGRATIONS, VIEWS


def version(db: sqlite3.Connection) -> int:
    """The number of the last step the file has seen; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def check_version(db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Raise NewerStore when the file is ahead of this program."""
    if version(db) > len(migrations):
        raise NewerStore(
            f"{path} was written by a newer convo: convo was updated, restart it. Nothing was changed."
        )


def migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Run the steps the file has not seen, after a backup beside it. Raises StoreError.

    Another process may migrate at the same moment: each step looks at the number again under the lock.
    """
    check_version(db, path, migrations)
    found = version(db)
    if 0 < found < len(migrations):
        _back_up(db, path, found)
    for number, script in enumerate(migrations[found:], found + 1):
        _step(db, number, script)
    _make_views(db)


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


def _back_up(db: sqlite3.Connection, path: Path, found: int) -> None:
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
    try:
        db.execute("VACUUM INTO ?", (str(part),))
        for old in path.parent.glob(f"{path.name}.before-*"):
            old.unlink(missing_ok=True)
        part.replace(path.with_name(f"{path.name}.before-{found + 1}"))
    finally:
        part.unlink(missing_ok=True)
