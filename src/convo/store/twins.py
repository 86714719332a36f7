"""Messages that are one to the user, a copy and its original: one of them is shown, and says what the original says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple


class Twin(NamedTuple):
    """A message that is not shown, the one shown in its stead, and which of all says what it says; by number."""

    message_id: int
    shown_id: int
    original_id: int


_TWINS: Final = "SELECT t.message_id, t.shown_id, t.original_id FROM json_each(?1) j CROSS JOIN twin t"


def of(db: sqlite3.Connection, ids: Iterable[int]) -> list[Twin]:
    """The twins among, and of, these messages. Where no bridge was ever met this asks once whether there are any."""
    if db.execute("SELECT max(message_id) FROM twin").fetchone()[0] is None:
        return []
    rows = db.execute(
        f"{_TWINS} ON t.message_id = j.value UNION {_TWINS} ON t.shown_id = j.value",
        (json.dumps(list(ids)),),
    )
    return [Twin(*row) for row in rows.fetchall()]


def shown(db: sqlite3.Connection, message_id: int) -> int:
    """The message that is shown for this one: itself, or its twin."""
    row = db.execute("SELECT shown_id FROM twin WHERE message_id = ?", (message_id,)).fetchone()
    return int(row[0]) if row else message_id


def shown_uri(db: sqlite3.Connection, uri: str) -> str:
    """The URI of the message that is shown for this one: what the user's words about it are kept under."""
    row = db.execute(
        "SELECT s.uri FROM message m JOIN twin t ON t.message_id = m.id JOIN message s ON s.id = t.shown_id"
        " WHERE m.uri = ?",
        (uri,),
    ).fetchone()
    return str(row[0]) if row else uri


def members(db: sqlite3.Connection, message_id: int) -> list[int]:
    """All messages that are one with this, the shown one first."""
    first = shown(db, message_id)
    rows = db.execute("SELECT message_id FROM twin WHERE shown_id = ? ORDER BY message_id", (first,))
    return [first, *(number for (number,) in rows)]


def page(db: sqlite3.Connection, message_id: int, account_id: int) -> str:
    """The web page of a message in the place of an account, "" where the account never saw it."""
    row = db.execute(
        "SELECT m.url FROM sighting s JOIN message m ON m.id = s.message_id WHERE s.account_id = ?2"
        " AND (s.message_id = ?1 OR s.message_id IN (SELECT message_id FROM twin WHERE shown_id = ?1))"
        " ORDER BY m.url = '' LIMIT 1",
        (message_id, account_id),
    ).fetchone()
    return str(row[0]) if row else ""


def regroup(db: sqlite3.Connection, original_ids: Iterable[int]) -> None:
    """Decide anew what is shown of these originals and their copies: what stood there first, unless it is deleted.

    What is shown is known to all accounts that saw any of them; the one that it speaks to comes first.
    """
    for original_id in original_ids:
        rows = db.execute(
            "SELECT m.id, m.deleted, m.addressed IS NULL, m.account_ids FROM message m WHERE m.id = ?1 OR m.id IN"
            " (SELECT message_id FROM copy WHERE original_id = ?1) ORDER BY m.id",
            (original_id,),
        ).fetchall()
        ids = [row[0] for row in rows]
        db.execute("DELETE FROM twin WHERE original_id = ?", (original_id,))
        if len(ids) < 2:
            continue
        shown_id = next((id_ for id_, deleted, _, _ in rows if not deleted), ids[0])
        hidden = [id_ for id_ in ids if id_ != shown_id]
        db.executemany("INSERT INTO twin VALUES (?, ?, ?)", [(id_, shown_id, original_id) for id_ in hidden])
        # The same words on both sides of a bridge are not the same words to many.
        db.executemany(
            "UPDATE message SET print = NULL WHERE id = ? AND print IS NOT NULL", [(id_,) for id_ in hidden]
        )
        _move_words(db, shown_id, hidden)
        order = sorted(rows, key=lambda row: (row[2], row[0] != shown_id))
        account_ids = " ".join(dict.fromkeys(number for row in order for number in row[3].split()))
        db.execute(
            "UPDATE message SET account_ids = ?1 WHERE id = ?2 AND account_ids <> ?1", (account_ids, shown_id)
        )


def _move_words(db: sqlite3.Connection, shown_id: int, hidden: Iterable[int]) -> None:
    """What the user wrote about a message that is not shown any more is about the one that is."""
    for table in ("draft", "outbox"):
        db.executemany(
            f"UPDATE OR IGNORE {table} SET uri = (SELECT uri FROM message WHERE id = ?1)"
            " WHERE uri = (SELECT uri FROM message WHERE id = ?2)",
            [(shown_id, id_) for id_ in hidden],
        )


def rebuild(db: sqlite3.Connection) -> None:
    """The same for every original."""
    db.execute("DELETE FROM twin")
    rows = db.execute("SELECT DISTINCT original_id FROM copy WHERE original_id IS NOT NULL").fetchall()
    regroup(db, [id_ for (id_,) in rows])
