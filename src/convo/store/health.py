"""What the store keeps of an account before anybody knows whose it is, and of one whose name went to another."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from convo.store.connection import micros, moment
from convo.values import frozen
from convo.views import Health

_PREFIX = "account "


@frozen
class Trouble:
    """How the first sign-in of an account went."""

    health: Health
    words: str
    next_at: datetime | None
    failures: int


def note(db: sqlite3.Connection, name: str, health: Health, words: str, next_at: datetime | None) -> None:
    """An account of the config could not be signed in for the first time."""
    before = trouble(db, name)
    value = {
        "health": health.value,
        "words": words,
        "next_at": micros(next_at) if next_at else None,
        "failures": before.failures + 1 if before else 1,
    }
    db.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_PREFIX + name, json.dumps(value)),
    )


def trouble(db: sqlite3.Connection, name: str) -> Trouble | None:
    """The trouble noted last for an account that is not known yet."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_PREFIX + name,)).fetchone()
    if row is None:
        return None
    value = json.loads(row[0])
    next_at = moment(value["next_at"]) if value["next_at"] is not None else None
    return Trouble(Health(value["health"]), value["words"], next_at, value["failures"])


def known_now(db: sqlite3.Connection, name: str, account_id: int) -> None:
    """The name belongs to this account: an earlier one that had it keeps its messages under another name."""
    db.execute("DELETE FROM setting WHERE name = ?", (_PREFIX + name,))
    db.execute(
        "UPDATE account SET name = name || ' (' || own_uid || ')' WHERE name = ? AND id <> ?",
        (name, account_id),
    )
