"""The full check of the store file: pages, rows against their indexes and references, and the search index."""

from __future__ import annotations

import sqlite3


def fault(db: sqlite3.Connection) -> str:
    """What is wrong with the store, in words, "" when it is whole. Reads the whole file."""
    try:
        found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            return f"its file is damaged ({found[0]})"
        broken = db.execute("PRAGMA foreign_key_check").fetchone()
        return f"rows of {broken[0]} point to rows that are not there" if broken else ""
    except sqlite3.DatabaseError as error:
        return f"its file is damaged ({error})"
