"""Messages that a platform says are deleted. Deleted anywhere is deleted here.

Several servers may show one message, and not all of them hear of its end: what one account's server reported gone
stays gone, whoever shows it, until the message is created or edited anew after that report, or until every
server that reported it shows it again (it was only hidden there for a while).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from convo.model import Message
from convo.store import quieting, stored, threads, twins
from convo.store.connection import micros
from convo.store.own import Own
from convo.store.stored import Stored


def report(db: sqlite3.Connection, account_id: int, uris: Iterable[str], now: datetime) -> frozenset[int]:
    """An account's server says that these messages are gone; gives the threads that changed."""
    wanted = list(dict.fromkeys(uris))
    if not wanted:
        return frozenset()
    touched, prints = bury(db, account_id, wanted, now)
    touched |= quieting.settle(db, Own(db), quieting.News(prints=prints))
    threads.rederive(db, touched, now)
    return frozenset(touched)


def bury(
    db: sqlite3.Connection, account_id: int, uris: Iterable[str], now: datetime
) -> tuple[set[int], set[int]]:
    """Write the report down; what the messages said goes, from the index first, place, author and time stay.

    Gives the threads that changed, and the numbers of words that went.
    """
    kept = list(stored.by_uri(db, uris).values())
    kept += _copies(db, kept)
    db.executemany(
        "INSERT INTO gone VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(one.id, account_id, micros(now)) for one in kept],
    )
    fresh = [one for one in kept if not one.deleted]
    for one in fresh:
        stored.replace_content(db, one, stored.content(replace(one.message(), deleted=True)))
    db.execute(
        "UPDATE message SET print = NULL WHERE id IN (SELECT value FROM json_each(?)) AND print IS NOT NULL",
        (json.dumps([one.id for one in fresh]),),
    )
    twins.regroup(db, _originals(db, fresh))
    return {one.thread_id for one in fresh}, {one.print for one in fresh if one.print is not None}


def _copies(db: sqlite3.Connection, originals: Collection[Stored]) -> list[Stored]:
    """A bridge's copies of these messages: what the original's own place took back is gone everywhere.

    A copy that is gone says nothing of the original: its author may only have left the bridge.
    """
    rows = db.execute(
        "SELECT c.message_id FROM json_each(?) j CROSS JOIN copy c ON c.original_id = j.value",
        (json.dumps([one.id for one in originals]),),
    ).fetchall()
    return list(stored.by_id(db, [id_ for (id_,) in rows]).values()) if rows else []


def _originals(db: sqlite3.Connection, copies: Collection[Stored]) -> list[int]:
    """The originals of those of these messages that are copies."""
    rows = db.execute(
        "SELECT c.original_id FROM json_each(?) j CROSS JOIN copy c ON c.message_id = j.value"
        " WHERE c.original_id IS NOT NULL",
        (json.dumps([one.id for one in copies]),),
    ).fetchall()
    return sorted({id_ for (id_,) in rows})


def is_back(db: sqlite3.Connection, before: Stored, account_id: int, message: Message) -> bool:
    """Whether this look by an account shows that a message reported gone is there; takes back what it disproves."""
    reports = dict(
        db.execute("SELECT account_id, at FROM gone WHERE message_id = ?", (before.id,)).fetchall()
    )
    newest = max(reports.values(), default=0)
    if any(at > newest for at in _times(message) - {before.created_at, before.content[1]}):
        reports = {}
    reports.pop(account_id, None)
    db.execute(
        "DELETE FROM gone WHERE message_id = ? AND account_id NOT IN (SELECT value FROM json_each(?))",
        (before.id, json.dumps(list(reports))),
    )
    return not reports


def _times(message: Message) -> set[int]:
    """When it was made and edited, as it says."""
    return {micros(at) for at in (message.created_at, message.edited_at) if at is not None}
