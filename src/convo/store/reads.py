"""Small reads that belong to no list and no conversation."""

from __future__ import annotations

import sqlite3

CHOSEN = "your choice: you put them here"
"""The reason beside a person whom the user put into Quiet."""


def has_thread(db: sqlite3.Connection, thread_id: int) -> bool:
    """Whether there is such a thread."""
    return db.execute("SELECT 1 FROM thread WHERE id = ?", (thread_id,)).fetchone() is not None


def partial(db: sqlite3.Connection, thread_id: int) -> str:
    """What of a thread is not stored, in one sentence; "" when nothing is missing."""
    row = db.execute("SELECT partial FROM thread WHERE id = ?", (thread_id,)).fetchone()
    return str(row[0]) if row else ""


def highest_arrival(db: sqlite3.Connection) -> int:
    """The highest arrival number given so far."""
    return int(db.execute("SELECT last FROM arrival").fetchone()[0])


def waiting_since_arrival(db: sqlite3.Connection, arrival: int) -> list[int]:
    """Authors of what came after an arrival number and waits, in the order it came, each once."""
    rows = db.execute(
        "SELECT m.author_id FROM message m INDEXED BY message_addressed JOIN thread t ON t.id = m.thread_id"
        " WHERE m.addressed IS NOT NULL AND m.arrival > ? AND m.waits AND t.state = 'waiting' ORDER BY m.arrival",
        (arrival,),
    )
    return list(dict.fromkeys(number for (number,) in rows))


def resolve(db: sqlite3.Connection, thread_id: int) -> int:
    """The thread that this id means now: itself, or the one it joined."""
    row = db.execute("SELECT into_id FROM merged WHERE id = ?", (thread_id,)).fetchone()
    return int(row[0]) if row else thread_id


def next_wake(db: sqlite3.Connection) -> int | None:
    """When the next snooze ends, in microseconds; None when none does by time."""
    row = db.execute("SELECT min(wakes_at) FROM thread WHERE wakes_at IS NOT NULL").fetchone()
    return None if row[0] is None else int(row[0])
