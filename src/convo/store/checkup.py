"""The full check of the store file: pages, rows against their indexes and references, and the search index."""

from __future__ import annotations

import sqlite3

from convo.store import indexing, words
from convo.text import shorten

LOOKED_UP = 500
"""Messages, spread over all, whose words are looked up in the search index."""


def fault(db: sqlite3.Connection) -> str:
    """What is wrong with the store, in words, "" when it is whole. Reads the whole file, and writes nothing."""
    try:
        found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            return f"its file is damaged ({shorten(str(found[0]), 120)})"
        broken = db.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            return f"rows of {broken[0]} point to rows that are not there"
        return _value_fault(db) or _index_fault(db)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return f"its file is damaged ({shorten(str(error), 120)})"


_READABLE = (
    "SELECT 1 FROM message WHERE visibility NOT IN ('public', 'unlisted', 'followers', 'direct')"
    " OR created_at NOT BETWEEN -62135596800000000 AND 253402300799000000 OR (extra <> '' AND NOT json_valid(extra))"
    " OR names GLOB '*[^0-9 ]*' OR account_ids = '' OR account_ids GLOB '*[^0-9 ]*'",
    "SELECT 1 FROM outbox WHERE state NOT IN ('held', 'queued', 'sending', 'sent', 'failed', 'unsure')"
    " OR NOT json_valid(options)",
    "SELECT 1 FROM draft WHERE NOT json_valid(options)",
    "SELECT 1 FROM journal WHERE NOT (json_valid(words) AND json_valid(before) AND json_valid(after))",
)


def _value_fault(db: sqlite3.Connection) -> str:
    """Whether values are such as the program writes: a wrong bit in one is none in the file's structure."""
    for query in _READABLE:
        if db.execute(f"{query} LIMIT 1").fetchone():
            return "it has values that convo never writes"
    return ""


def _index_fault(db: sqlite3.Connection) -> str:
    """Whether messages can be found by their words: FTS5's own check would keep everybody from writing meanwhile."""
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    first = indexing.missing_to(db) + 1
    step = max(1, (last - first) // LOOKED_UP)
    for begin in range(first, last + 1, step):
        row = db.execute(
            "SELECT id, title, content_warning, text FROM message WHERE id >= ? AND id < ? LIMIT 1",
            (begin, begin + step),
        ).fetchone()
        word = _word(words.index_words(*row[1:])) if row else ""
        if (
            word
            and not db.execute(
                "SELECT 1 FROM message_fts WHERE message_fts MATCH ? AND rowid = ?", (f'"{word}"', row[0])
            ).fetchone()
        ):
            return "its search index does not fit its messages"
    return ""


def _word(text: str) -> str:
    """A word that the index must hold: the longest of plain letters."""
    plain = (word for word in text.split() if word.isascii() and word.isalnum())
    return max(plain, key=len, default="")
