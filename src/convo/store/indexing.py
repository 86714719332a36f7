"""The search index of words: what goes into it, what leaves it, and how it is made anew beside all else.

A new index is filled from the newest message on. Up to which number messages are still missing in it is written
down with every part, so that it goes on where it stopped, in whichever process.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from convo.progress import Tell
from convo.store.connection import moment
from convo.store.parts import PART_SECONDS
from convo.store.words import index_words

AT_ONCE = 1_000
"""Messages that are put in while a store is opened: more come later, in parts."""

_LEAST, _MOST = 50, 5_000
_MISSING = "unindexed"
_PUT = "INSERT INTO message_fts (rowid, words) VALUES (?, ?)"
_TAKE = "INSERT INTO message_fts (message_fts, rowid, words) VALUES ('delete', ?, ?)"


def put(db: sqlite3.Connection, messages: Iterable[tuple[int, Sequence[Any]]]) -> None:
    """Put new messages, by number with title, content warning and text, into the index."""
    db.executemany(_PUT, [(id_, words) for id_, said in messages if (words := index_words(*said))])


def replace(db: sqlite3.Connection, number: int, before: Sequence[str], after: Sequence[str]) -> None:
    """Give a message other words, before its row changes.

    One that is not in the index yet gets its words when its turn comes.
    """
    old, new = index_words(*before), index_words(*after)
    if old == new or number <= missing_to(db):
        return
    if old:
        db.execute(_TAKE, (number, old))
    if new:
        db.execute(_PUT, (number, new))


def missing_to(db: sqlite3.Connection) -> int:
    """The highest number of a message that is not in the index, as all below it; 0 where all are in it."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_MISSING,)).fetchone()
    return int(row[0]) if row is not None and row[0].isdecimal() else 0


def missing_before(db: sqlite3.Connection) -> datetime | None:
    """When the newest message that is not in the index was written; None where all are in it."""
    row = db.execute(
        "SELECT created_at FROM message WHERE id <= ? ORDER BY id DESC LIMIT 1", (missing_to(db),)
    ).fetchone()
    return moment(row[0]) if row else None


def begin(db: sqlite3.Connection) -> None:
    """The index is empty: all messages that are there are to be put into it."""
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    _note(db, last)


def _note(db: sqlite3.Connection, last: int) -> None:
    if last:
        db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_MISSING, str(last)))
    else:
        db.execute("DELETE FROM setting WHERE name = ?", (_MISSING,))


def put_missing(db: sqlite3.Connection, limit: int) -> None:
    """Put the newest of those that are missing in; the caller commits."""
    rows = db.execute(
        "SELECT id, words FROM message_words WHERE id <= ? ORDER BY id DESC LIMIT ?", (missing_to(db), limit)
    ).fetchall()
    db.executemany(_PUT, [row for row in reversed(rows) if row[1]])
    _note(db, rows[-1][0] - 1 if len(rows) == limit else 0)


def parts(db: sqlite3.Connection, tell: Tell) -> Iterator[Callable[[sqlite3.Connection], None]]:
    """What is missing as parts for `Store.ingest`, each in a transaction of its own; `db` is asked what is left."""
    limit, took = AT_ONCE, 0.0

    def part(writer: sqlite3.Connection) -> None:
        nonlocal took
        began = time.perf_counter()
        put_missing(writer, limit)
        took = time.perf_counter() - began

    whole = left = missing_to(db)
    while left:
        tell("messages put into the search", whole - left, whole)
        yield part
        limit = max(_LEAST, min(_MOST, int(limit * PART_SECONDS / max(took, 0.001))))
        left = missing_to(db)
