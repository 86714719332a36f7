"""What a sync asks of the store: who waits through an account, what to look after, and what is missing."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from convo.model import Ref
from convo.store.connection import micros

_SEEN = (
    "sighting s ON s.account_id = ? AND (s.message_id = m.id"
    " OR s.message_id IN (SELECT message_id FROM twin WHERE shown_id = m.id))"
)
"""The sighting of a message by an account; or of the one that is the same to the user, and stands behind it."""


def somebody_waits(db: sqlite3.Connection, account_id: int) -> bool:
    """Whether a message that came through this account waits."""
    found = db.execute(
        "SELECT 1 FROM thread t CROSS JOIN message m ON m.thread_id = t.id AND m.waits"
        f" CROSS JOIN {_SEEN} WHERE t.state = 'waiting' LIMIT 1",
        (account_id,),
    ).fetchone()
    return found is not None


def waiting(db: sqlite3.Connection, account_id: int, limit: int, skip: int = 0) -> list[Ref]:
    """The messages that wait and came through this account, longest first."""
    rows = db.execute(
        "SELECT o.uri, s.local_id, s.data FROM thread t JOIN message m ON m.thread_id = t.id AND m.waits"
        f" CROSS JOIN {_SEEN} JOIN message o ON o.id = s.message_id"
        " WHERE t.state = 'waiting' ORDER BY m.since, m.id LIMIT ? OFFSET ?",
        (account_id, limit, skip),
    )
    return [Ref(*row) for row in rows.fetchall()]


def answers_since(db: sqlite3.Connection, account_id: int, since: datetime, limit: int) -> list[Ref]:
    """The user's own answers of this account since a time, newest first: one that is deleted answers nothing."""
    rows = db.execute(
        "SELECT m.uri, s.local_id, s.data FROM account a JOIN person p ON p.platform = a.platform AND p.uid = a.own_uid"
        " JOIN message m ON m.author_id = p.id JOIN sighting s ON s.message_id = m.id AND s.account_id = a.id"
        " WHERE a.id = ? AND m.created_at >= ? AND NOT m.deleted AND (m.parent_uri <> '' OR m.flat)"
        " ORDER BY m.created_at DESC LIMIT ?",
        (account_id, micros(since), limit),
    )
    return [Ref(*row) for row in rows.fetchall()]


def bare(db: sqlite3.Connection, account_id: int, arrival: int, limit: int) -> list[Ref]:
    """Messages that came after an arrival number, wait, and answer something that is not stored, newest first."""
    rows = db.execute(
        "SELECT m.uri, s.local_id, s.data FROM message m INDEXED BY message_addressed"
        " CROSS JOIN thread t ON t.id = m.thread_id AND t.state = 'waiting'"
        " CROSS JOIN sighting s ON s.message_id = m.id AND s.account_id = ?"
        " WHERE m.addressed IS NOT NULL AND m.waits AND m.arrival > ?"
        " AND (s.parent_local_id <> '' OR (m.parent_uri <> ''"
        " AND NOT EXISTS (SELECT 1 FROM message p WHERE p.uri = m.parent_uri)))"
        " GROUP BY t.id ORDER BY m.since DESC LIMIT ?",
        (account_id, arrival, limit),
    )
    return [Ref(*row) for row in rows.fetchall()]


def ends(db: sqlite3.Connection, account_id: int, thread_id: int, limit: int) -> list[Ref]:
    """The messages of a thread from which its conversation is best loaded: all that wait, else the newest."""
    rows = db.execute(
        "SELECT m.uri, s.local_id, s.data, m.waits FROM message m"
        " JOIN sighting s ON s.message_id = m.id AND s.account_id = ?"
        " WHERE m.thread_id = ? AND NOT m.deleted ORDER BY m.waits DESC, m.created_at DESC LIMIT ?",
        (account_id, thread_id, limit),
    ).fetchall()
    return [Ref(uri, local_id, data) for uri, local_id, data, waits in rows if waits] or [
        Ref(*row[:3]) for row in rows[:1]
    ]


def accounts_of(db: sqlite3.Connection, thread_id: int) -> list[str]:
    """The names of the accounts that saw a thread, the one a reply would use first."""
    row = db.execute("SELECT account_id, account_ids FROM thread WHERE id = ?", (thread_id,)).fetchone()
    if row is None:
        return []
    numbers = dict.fromkeys([row[0], *(int(number) for number in row[1].split())])
    names = dict(db.execute("SELECT id, name FROM account WHERE configured").fetchall())
    return [names[number] for number in numbers if number in names]
