"""The full check of the store file: pages, rows against their indexes and references, and the search index."""

from __future__ import annotations

import sqlite3

from convo.store import words

LOOKED_UP = 500
"""Messages, spread over all, whose words are looked up in the search index."""


def fault(db: sqlite3.Connection) -> str:
    """What is wrong with the store, in words, "" when it is whole. Reads the whole file, and writes nothing."""
    try:
        found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            return f"its file is damaged ({' '.join(str(found[0]).split())})"
        broken = db.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            return f"rows of {broken[0]} point to rows that are not there"
        return _index_fault(db)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return f"its file is damaged ({error})"


def _index_fault(db: sqlite3.Connection) -> str:
    """Whether messages can be found by their words: FTS5's own check would keep everybody from writing meanwhile."""
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    step = max(1, last // LOOKED_UP)
    for begin in range(1, last + 1, step):
        row = db.execute(
            "SELECT id, title, content_warning, text FROM message WHERE id >= ? AND id < ? LIMIT 1",
            (begin, begin + step),
        ).fetchone()
        word = _word(words.index_words(*row[1:])) if row else ""
        if word and not db.execute(
            "SELECT 1 FROM message_fts WHERE message_fts MATCH ? AND rowid = ?", (f'"{word}"', row[0])
        ).fetchone():
            return "its search index does not fit its messages"
    return ""


def _word(text: str) -> str:
    """A word that the index must hold: the longest of plain letters."""
    plain = (word for word in text.split() if word.isascii() and word.isalnum())
    return max(plain, key=len, default="")
