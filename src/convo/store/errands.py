"""Errands: what triage does on the platforms after the undo window. Written with their act in `journal`."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from convo.model import Ref
from convo.store.connection import micros, moment
from convo.values import frozen


@frozen
class Due:
    """One errand whose time has come; `argument` holds "uri" or "uid", and "on" where it can be taken back."""

    id: int
    account_id: int
    verb: str
    argument: dict[str, object]
    attempts: int


def due(db: sqlite3.Connection, account_id: int, now: datetime) -> list[Due]:
    """The errands of an account whose time has come, the oldest first."""
    rows = db.execute(
        "SELECT id, account_id, verb, argument, attempts FROM errand WHERE account_id = ? AND due_at <= ?"
        " ORDER BY due_at, id",
        (account_id, micros(now)),
    ).fetchall()
    return [
        Due(id_, account, verb, json.loads(argument), attempts)
        for id_, account, verb, argument, attempts in rows
    ]


def next_at(db: sqlite3.Connection) -> datetime | None:
    """When the next errand is due; None when there is none."""
    (found,) = db.execute("SELECT min(due_at) FROM errand").fetchone()
    return moment(found) if found is not None else None


def remove(db: sqlite3.Connection, errand_id: int) -> bool:
    """Take an errand off the list: it was done, cannot be done, or is about to be done; whether it was there."""
    return db.execute("DELETE FROM errand WHERE id = ?", (errand_id,)).rowcount > 0


def again(db: sqlite3.Connection, errand_id: int, at: datetime) -> None:
    """It failed for now: the next try is at `at`."""
    db.execute("UPDATE errand SET due_at = ?, attempts = attempts + 1 WHERE id = ?", (micros(at), errand_id))


def ref(db: sqlite3.Connection, account_id: int, uri: str) -> Ref | None:
    """A message as an account's server knows it; None where the account never saw it."""
    row = db.execute(
        "SELECT s.local_id, s.data FROM message m JOIN sighting s ON s.message_id = m.id AND s.account_id = ?"
        " WHERE m.uri = ?",
        (account_id, uri),
    ).fetchone()
    if row is None:  # what is shown may have come another way: the account saw its twin
        return next((one for one in _twins(db, account_id, uri)), None)
    return Ref(uri, row[0], row[1])


def _twins(db: sqlite3.Connection, account_id: int, uri: str) -> list[Ref]:
    rows = db.execute(
        "SELECT o.uri, s.local_id, s.data FROM message m JOIN twin t ON t.shown_id = m.id"
        " JOIN message o ON o.id = t.message_id JOIN sighting s ON s.message_id = o.id AND s.account_id = ?"
        " WHERE m.uri = ?",
        (account_id, uri),
    )
    return [Ref(*row) for row in rows.fetchall()]


def clear_up_to(db: sqlite3.Connection, account_id: int) -> Ref | None:
    """The newest message said to the user on an account before which, and at which, nothing is open."""
    row = db.execute(
        "SELECT m.uri, s.local_id, s.data FROM message m INDEXED BY message_said"
        " CROSS JOIN sighting s ON s.message_id = m.id AND s.account_id = ?1"
        " WHERE m.addressed IS NOT NULL AND NOT m.deleted AND m.created_at < coalesce("
        "(SELECT min(o.created_at) FROM thread t JOIN message o ON o.thread_id = t.id AND o.waits"
        " JOIN sighting os ON os.message_id = o.id AND os.account_id = ?1"
        " WHERE t.state IN ('waiting', 'snoozed')), 9223372036854775807)"
        " ORDER BY m.created_at DESC LIMIT 1",
        (account_id,),
    ).fetchone()
    return Ref(*row) if row else None
