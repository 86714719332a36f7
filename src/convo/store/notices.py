"""Up to where the user's command for the circle was told of what came, as the store itself remembers it."""

from __future__ import annotations

import sqlite3

from convo.store import reads

_NAME = "noticed"


def claim(db: sqlite3.Connection, since: int) -> int:
    """All that is here now is told by the caller, who does so after the arrival number given.

    Of several processes one tells of a message. `since` is where to begin in a store of which nothing was told yet.
    """
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_NAME,)).fetchone()
    db.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_NAME, str(reads.highest_arrival(db))),
    )
    return int(row[0]) if row is not None and row[0].isdecimal() else since
