"""Taking the whole store out as documented JSON lines, and such a file in again."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from convo.progress import Tell, untold
from convo.store import Store, exporting, importing, lines, reads, threads
from convo.store.connection import connect, sentence
from convo.store.merging import Merged
from convo.views import Failure

FATE = "It came with an import, and nobody can tell whether it left. Look there, then say so here."
_PART = 200


class CannotWrite(Failure):
    """A file that an export cannot be written to."""


def export(store: Path, path: Path, now: datetime, tell: Tell = untold) -> None:
    """Write everything to a file (0600, whole or not at all). Raises CannotWrite, StoreError."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        db = connect(store, reader=True)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sentence(error, store) from error
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            exporting.write(db, file, exporting.HISTORY, now, tell)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise CannotWrite(
            f"{path} cannot be written: {error.strerror or error}. Nothing was exported."
        ) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sentence(error, store) from error
    finally:
        db.close()
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


async def bring_in(store: Store, path: Path, now: datetime, tell: Tell = untold) -> Merged:
    """Merge a file into the store. It is read to its end before anything is changed. Raises BadFile, StoreError.

    What stopped it, at any place, is made up for by doing it again.
    """
    await asyncio.to_thread(lines.check, path, tell)
    before = reads.highest_arrival(store.reader)
    await store.ingest(importing.history_parts(lines.read(path, tell, "MB of the file merged"), now))
    merged = await store.write(
        importing.state, lines.read(path, tell, "MB of the file read for what you did"), now, FATE
    )
    merged.changed += reads.highest_arrival(store.reader) > before
    ids = set(merged.threads)
    for platform, uid in merged.persons:
        ids |= _spoken_in(store.reader, platform, uid)
    ordered = sorted(ids)
    await store.ingest(_rederivings(ordered, now, tell))
    return merged


def _rederivings(
    ids: Sequence[int], now: datetime, tell: Tell
) -> Iterator[Callable[[sqlite3.Connection], None]]:
    for begin in range(0, len(ids), _PART):
        tell("conversations looked at again", begin, len(ids))
        yield partial(threads.rederive, thread_ids=ids[begin : begin + _PART], now=now)


def _spoken_in(db: sqlite3.Connection, platform: str, uid: str) -> set[int]:
    found = db.execute("SELECT id FROM person WHERE platform = ? AND uid = ?", (platform, uid)).fetchone()
    return threads.of_person(db, found[0]) if found else set()
