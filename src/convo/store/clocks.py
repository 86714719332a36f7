"""What a clock that ran ahead left behind: times that would keep things waiting for days once it is right again."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from convo.store.connection import micros

SLACK = timedelta(minutes=1)
FARTHEST = timedelta(hours=24)
"""Nothing that waits for a platform or an undo window waits longer."""

_AHEAD = (
    "SELECT 1 FROM outbox WHERE state = 'held' AND created_at > :soon",
    "SELECT 1 FROM outbox WHERE state = 'queued' AND leaves_at > :far",
    "SELECT 1 FROM errand WHERE due_at > :far",
    "SELECT 1 FROM channel WHERE looked_at > :soon",
    "SELECT 1 FROM account WHERE last_good_at > :soon",
)
_MEND = (
    "UPDATE outbox SET leaves_at = :now + leaves_at - created_at, created_at = :now"
    " WHERE state = 'held' AND created_at > :soon",
    "UPDATE outbox SET leaves_at = :now WHERE state = 'queued' AND leaves_at > :far",
    "UPDATE errand SET due_at = :now WHERE due_at > :far",
    "UPDATE account SET next_at = :now WHERE last_good_at > :soon",
    "UPDATE account SET last_good_at = :now WHERE last_good_at > :soon",
    "UPDATE channel SET looked_at = NULL WHERE looked_at > :soon",
)


def ran_ahead(db: sqlite3.Connection, now: datetime) -> bool:
    """Whether there are times that no right clock would have written."""
    times = _times(now)
    return any(db.execute(query, times).fetchone() for query in _AHEAD)


def set_right(db: sqlite3.Connection, now: datetime) -> None:
    """Count those times from now."""
    times = _times(now)
    for statement in _MEND:
        db.execute(statement, times)


def _times(now: datetime) -> dict[str, int]:
    return {"soon": micros(now + SLACK), "far": micros(now + FARTHEST), "now": micros(now)}
