"""The automatic backup: the user's own state as JSON lines beside the store, few files, never too large.

What reads and writes lines is imported when it is needed: the inbox opens without it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from convo.paths import private_directory
from convo.store.connection import StoreError, connect, sentence
from convo.values import expression

KEPT = 7
LARGEST = 64 << 20
"""Bytes that all backups may have together; the newest two are kept whatever they weigh."""
EVERY = timedelta(hours=24)
_NAME = expression(r"state-(\d{6})\.jsonl")


def directory(store: Path) -> Path:
    """Where the backups of the store of this path are."""
    return store.parent / "backups"


def found(store: Path) -> list[Path]:
    """The backups, the newest first: by their number, whatever the clock said."""
    with suppress(OSError):
        files = [path for path in directory(store).iterdir() if _NAME.fullmatch(path.name)]
        return sorted(files, reverse=True)
    return []


def is_due(store: Path, now: datetime) -> bool:
    """Whether the last backup, or the last look that found nothing new, is a day old, or lies in the future."""
    for path in found(store)[:1]:
        with suppress(OSError):
            age = now.timestamp() - path.stat().st_mtime
            return not 0 <= age < EVERY.total_seconds()
    return True


def make(store: Path, now: datetime) -> Path | None:
    """Write a backup where the user's state is not as in the last; None when it is. Reads on its own connection.

    Raises StoreError.
    """
    try:
        db = connect(store, reader=True)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sentence(error, store) from error
    try:
        return _make(db, store, now)
    except OSError as error:
        raise StoreError(
            f"The backup in {directory(store)} could not be written: {error.strerror or error}. "
            "Your store is as it was; make room, or make the directory yours."
        ) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sentence(error, store) from error
    finally:
        db.close()


def _make(db: sqlite3.Connection, store: Path, now: datetime) -> Path | None:
    from convo.store import exporting

    place = private_directory(directory(store))
    before = found(store)
    _clear_away(place)
    fresh = place / f".state.{os.getpid()}"
    descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            written = exporting.write(db, file, exporting.STATE, now)
            file.flush()
            os.fsync(file.fileno())
        if before and sum_of(before[0]) == written:
            os.utime(before[0], (now.timestamp(), now.timestamp()))
            return None
        number = int(before[0].name[6:12]) + 1 if before else 1
        kept = place / f"state-{number:06}.jsonl"
        os.utime(fresh, (now.timestamp(), now.timestamp()))
        os.replace(fresh, kept)
    finally:
        fresh.unlink(missing_ok=True)
    _thin_out(store)
    return kept


def _clear_away(place: Path) -> None:
    """What a crash left half-written."""
    for path in place.glob(".state.*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - 3600:
                path.unlink()


def sum_of(path: Path) -> str:
    """The sum in the last line of a backup, "" where it has none."""
    import msgspec

    from convo.store import lines

    with suppress(OSError, msgspec.DecodeError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 200))
        last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        return msgspec.json.decode(last, type=lines.End).sha256
    return ""


def _thin_out(store: Path) -> None:
    """Keep the newest few, as far as they are not too large together."""
    total = 0
    for index, path in enumerate(found(store)):
        total += path.stat().st_size
        if index >= KEPT or (index >= 2 and total > LARGEST):
            path.unlink(missing_ok=True)


def newest_whole(store: Path) -> Path | None:
    """The newest backup that can be read to its end."""
    from convo.store import lines

    for path in found(store):
        with suppress(lines.BadFile):
            lines.check(path)
            return path
    return None
