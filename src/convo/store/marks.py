"""When the file was last checked whole, as the store itself remembers it."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from convo.store.connection import micros

WEEKLY = timedelta(days=7)
_NAME = "checked_at"


def is_check_due(db: sqlite3.Connection, now: datetime) -> bool:
    """Whether a week has passed since the file was last found whole, or the clock was set back since."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_NAME,)).fetchone()
    if row is None or not row[0].isdecimal():
        return True
    return not 0 <= micros(now) - int(row[0]) < WEEKLY // timedelta(microseconds=1)


def note_check(db: sqlite3.Connection, now: datetime) -> None:
    """The file was found whole."""
    db.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_NAME, str(micros(now))),
    )
