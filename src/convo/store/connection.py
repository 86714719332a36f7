"""Connections to the store's file: pragmas, file modes, times as numbers, and SQLite's failures as sentences."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from convo.store import words
from convo.text import shorten

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables came with it."""

BUSY_SECONDS = 10.0
"""How long a write waits for another process."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


class StoreError(Exception):
    """The store cannot do what was asked; `words` say what is wrong, where, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NewerStore(StoreError):
    """The file was written by a newer convo: nothing may be written to it any more."""


def micros(when: datetime) -> int:
    """An aware time as microseconds since 1970 in UTC."""
    return (when - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """Microseconds since 1970 in UTC as an aware time."""
    return _EPOCH + timedelta(microseconds=us)


class Connection(sqlite3.Connection):
    """A connection that collects which threads its open transaction changed."""

    touched: set[int]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.touched = set()


class _Cursor(sqlite3.Cursor):
    """Rows of a reader: what cannot be read is said as a sentence."""

    connection: Reader

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise sentence(error, self.connection.path) from error

    def fetchone(self) -> Any:
        """The next row. Raises StoreError."""
        try:
            return super().fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise sentence(error, self.connection.path) from error

    def fetchall(self) -> list[Any]:
        """The other rows. Raises StoreError."""
        try:
            return super().fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise sentence(error, self.connection.path) from error


class Reader(Connection):
    """The connection the screen and the commands read on: a damaged page is a StoreError wherever it is met."""

    path = Path()

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """Run a statement. Raises StoreError."""
        try:
            return self.cursor(_Cursor).execute(*args)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise sentence(error, self.path) from error


def open_reader(path: Path) -> Reader:
    """A reader whose failures are sentences. The caller handles sqlite3.Error."""
    db = connect(path, reader=True, kind=Reader)
    assert isinstance(db, Reader)
    db.path = path
    return db


def check_sqlite() -> None:
    """Raise StoreError where Python's SQLite is too old or has no full-text index."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"Python's SQLite is {sqlite3.sqlite_version}; convo needs 3.37 or newer. "
            "A newer Python brings one."
        )
    probe = sqlite3.connect(":memory:")
    try:
        if probe.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is None:
            probe.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"Python's SQLite {sqlite3.sqlite_version} was built without FTS5, the full-text index "
            "convo searches with. Another build of Python has it."
        ) from error
    finally:
        probe.close()


def make_private(directory: Path, path: Path) -> None:
    """Make the directory (0700) and the file (0600), or narrow them; SQLite gives its side files the same mode."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if directory.stat().st_mode & 0o077:
            directory.chmod(0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if file.exists() and file.stat().st_mode & 0o077:
                file.chmod(0o600)
    except PermissionError as error:
        raise StoreError(
            f"{error.filename or path} cannot be written by you. "
            "Make it yours (chown), or name another place with --data-dir."
        ) from error
    except OSError as error:
        raise sentence(error, path) from error


def connect(
    path: Path, *, reader: bool = False, untouched: bool = False, kind: type[Connection] = Connection
) -> Connection:
    """Open the file with convo's pragmas; a reader can write nothing. The caller handles sqlite3.Error.

    `untouched`: a reader that leaves the file and its log exactly as they are, also when it closes.
    """
    reader = reader or untouched
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if untouched else 'rw' if reader else 'rwc'}", uri=True,
        timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=kind, cached_statements=256,
    )  # fmt: skip
    try:
        _prepare(db, reader)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: Connection, reader: bool) -> None:
    words.register(db)
    if not reader:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA foreign_keys=ON")
        db.execute("PRAGMA secure_delete=FAST")
        db.execute("PRAGMA wal_autocheckpoint=4000")
        db.execute(f"PRAGMA journal_size_limit={16 << 20}")
    db.execute(f"PRAGMA cache_size=-{4096 if reader else 8192}")
    db.execute("PRAGMA temp_store=MEMORY")
    if reader:
        db.execute("PRAGMA query_only=ON")


def sentence(error: Exception, path: Path) -> StoreError:
    """What SQLite or the file system refused, as one sentence fit to show."""
    if isinstance(error, StoreError):
        return error
    said = shorten(str(error), 160)
    lower = said.lower()
    if "locked" in lower or "busy" in lower:
        return StoreError(
            f"{path} was busy for {BUSY_SECONDS:.0f} seconds: another convo holds it. Try again, or end the other one."
        )
    if "disk is full" in lower or "no space" in lower:
        return StoreError(
            f"The disk that holds {path} is full. Nothing was changed; make room and try again."
        )
    if "disk i/o" in lower:
        return StoreError(
            f"The disk that holds {path} could not be read or written ({said}): it may be full, over its quota, or "
            "failing. Nothing was changed; look at it and try again."
        )
    if "readonly" in lower or "read-only" in lower:
        return StoreError(
            f"{path} cannot be written (read-only). Make it writable, or name another place with --data-dir."
        )
    if (
        isinstance(error, UnicodeError)
        or "not decode" in lower
        or "not a database" in lower
        or "malformed" in lower
        or "corrupt" in lower
    ):
        return StoreError(
            f"{path} is damaged or is not a store of convo ({said}). `convo doctor --repair` saves what can be read."
        )
    if "unable to open" in lower:
        return StoreError(f"{path} cannot be opened. Check that its directory is there and yours.")
    return StoreError(f"The store {path} refused: {said}.")
