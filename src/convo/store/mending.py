"""What was salvaged becomes a store again: no row points to nothing, no value is out of its range, all that follows is
derived anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from convo.progress import Tell, untold
from convo.store import lines, threads, twins
from convo.store.connection import micros
from convo.store.merging import ASLEEP
from convo.text import clean

UNKNOWN_FATE: Final = (
    "The store was damaged: nobody can tell whether this answer left. Look there, then say so here."
)
ANSWERED_BEFORE: Final = timedelta(days=14)
"""Own answers of this time are read again from the platforms; older ones that were lost would leave questions open."""
_LAST: Final = 253_402_300_799_000_000
_PART: Final = 500

_TIMES: Final = {
    "message": ("created_at", "since", "addressed_at", "edited_at"),
    "done": ("at",),
    "mute": ("at",),
    "snooze": ("at", "until"),
    "person_choice": ("at",),
    "apart": ("at",),
    "draft": ("touched_at",),
    "outbox": ("created_at", "leaves_at", "first_sent_at", "last_sent_at"),
    "journal": ("at",),
    "errand": ("due_at",),
    "account": ("first_synced_at", "last_good_at", "next_at"),
    "channel": ("looked_at",),
}
_MEND: Final = (
    # Values that the program could not read.
    "UPDATE message SET visibility = 'direct' WHERE visibility NOT IN ('public', 'unlisted', 'followers', 'direct')",
    "UPDATE message SET addressed = 'mention' WHERE addressed NOT IN"
    " ('reply', 'mention', 'quote', 'direct', 'comment', 'opened', 'review')",
    "UPDATE message SET claim = NULL WHERE claim NOT IN"
    " ('reply', 'mention', 'quote', 'direct', 'comment', 'opened', 'review')",
    "UPDATE message SET extra = '' WHERE extra <> '' AND NOT json_valid(extra)",
    "UPDATE message SET names = '' WHERE names GLOB '*[^0-9 ]*'",
    "UPDATE draft SET options = '{}' WHERE NOT json_valid(options)",
    "UPDATE outbox SET options = '{}' WHERE NOT json_valid(options)",
    "UPDATE account SET facts = '{}' WHERE NOT json_valid(facts)",
    "UPDATE account SET health = 'fine', words = '', next_at = NULL, last_good_at = NULL",
    "DELETE FROM errand WHERE NOT json_valid(argument)",
    "DELETE FROM journal WHERE NOT json_valid(words) OR NOT json_valid(before) OR NOT json_valid(after)",
    # Rows that point to nothing.
    "INSERT INTO contact (id) SELECT DISTINCT contact_id FROM contact_person WHERE true ON CONFLICT DO NOTHING",
    "UPDATE errand SET journal_id = NULL WHERE journal_id NOT IN (SELECT id FROM journal)",
    "DELETE FROM gone WHERE account_id NOT IN (SELECT id FROM account)",
    "DELETE FROM place WHERE person_id NOT IN (SELECT id FROM person)",
    "UPDATE message SET account_ids = coalesce((SELECT group_concat(account_id, ' ') FROM sighting"
    " WHERE message_id = message.id), '') WHERE account_ids = '' OR account_ids GLOB '*[^0-9 ]*'",
    "UPDATE message SET account_ids = (SELECT min(id) FROM account) WHERE account_ids = ''",
    # What was closed stays closed when its messages come again, under new numbers.
    "UPDATE done SET arrival = NULL WHERE uri NOT IN (SELECT uri FROM message)",
    f"UPDATE snooze SET arrival = CASE WHEN until IS NULL THEN 0 ELSE {ASLEEP} END"
    " WHERE uri NOT IN (SELECT uri FROM message)",
    # Nothing is sent that may have been sent.
    "UPDATE outbox SET state = 'unsure', leaves_at = NULL, error = ?1 WHERE state NOT IN ('sent', 'failed', 'unsure')",
    # The platforms are asked again for what was lost.
    "UPDATE channel SET cursor = '', looked_at = NULL",
    "UPDATE arrival SET last = max(last, (SELECT coalesce(max(max(arrival), max(id)), 0) FROM message))",
)  # fmt: skip


def mend(
    db: sqlite3.Connection, known: Mapping[int, lines.Account], now: datetime, tell: Tell = untold
) -> None:
    """Put salvaged rows right, in one transaction; `known` are the accounts of a backup, by number."""
    db.create_function("clean", 1, clean, deterministic=True)
    for table, columns in _TIMES.items():
        for column in columns:
            db.execute(
                f"UPDATE {table} SET {column} = ? WHERE {column} NOT BETWEEN ? AND ?",
                (micros(now), -_LAST // 10, _LAST),
            )
    if db.execute("SELECT count(*) FROM arrival").fetchone()[0] != 1:
        db.execute("DELETE FROM arrival")
        db.execute("INSERT INTO arrival VALUES (0)")
    db.execute("UPDATE arrival SET last = 0 WHERE last < 0 OR last > ?", (ASLEEP,))
    _find_accounts(db, known)
    for place, statement in enumerate(_MEND):
        tell("what was read is put right", place, len(_MEND))
        db.execute(statement, (UNKNOWN_FATE,) if "?1" in statement else ())
    _find_authors(db, now)
    for column in ("text", "title", "content_warning"):
        db.execute(f"UPDATE message SET {column} = clean({column}) WHERE {column} <> clean({column})")
    _drop_loose_ends(db)
    twins.rebuild(db)
    db.execute(_SHOWN_BY_BRIDGES)


_SHOWN_BY_BRIDGES: Final = (
    "UPDATE person SET is_me = 1 WHERE id IN (SELECT m.author_id FROM copy c JOIN message m ON m.id = c.message_id"
    " JOIN message o ON o.id = c.original_id JOIN person p ON p.id = o.author_id AND p.is_me)"
)
"""The user is the user in what bridges made of their words, too."""


def _find_accounts(db: sqlite3.Connection, known: Mapping[int, lines.Account]) -> None:
    """Accounts that rows speak of and that are lost: from the backup, else nameless ones."""
    spoken = {
        id_
        for table in ("draft", "outbox", "sighting", "channel", "hidden", "errand")
        for (id_,) in db.execute(f"SELECT DISTINCT account_id FROM {table}")
    }
    for (numbers,) in db.execute("SELECT DISTINCT account_ids FROM message"):
        spoken.update(
            int(word) for word in numbers.split() if word.isascii() and word.isdigit() and len(word) < 18
        )
    there = {id_ for (id_,) in db.execute("SELECT id FROM account")}
    if not spoken | there:
        spoken = {1}
    for id_ in spoken - there:
        line = known.get(id_)
        platform, uid = line.account if line else ("lost", f"lost:{id_}")
        name = line.name if line else f"lost account {id_}"
        first = micros(line.first_synced_at) if line and line.first_synced_at else None
        db.execute(
            "INSERT INTO account (id, platform, own_uid, name, configured, first_synced_at) VALUES (?, ?, ?, ?, 0, ?)"
            " ON CONFLICT (platform, own_uid) DO UPDATE SET id = excluded.id",
            (id_, platform, uid, name, first),
        )


def _find_authors(db: sqlite3.Connection, now: datetime) -> None:
    """Messages whose authors are lost: new ones come again from the platforms, old ones stay without a name."""
    lost = "author_id NOT IN (SELECT id FROM person)"
    db.execute(f"DELETE FROM message WHERE {lost} AND created_at >= ?", (micros(now - timedelta(days=90)),))
    db.execute(
        "INSERT INTO person (id, platform, uid, handle, name) SELECT DISTINCT author_id, 'lost', 'lost:' || author_id,"
        f" 'lost', '' FROM message WHERE {lost}"
    )
    db.execute(
        "UPDATE person SET is_me = EXISTS (SELECT 1 FROM account a WHERE a.platform = person.platform"
        " AND a.own_uid = person.uid)"
    )


def _drop_loose_ends(db: sqlite3.Connection) -> None:
    for table in ("sighting", "gone"):
        db.execute(f"DELETE FROM {table} WHERE message_id NOT IN (SELECT id FROM message)")
    db.execute("DELETE FROM copy WHERE message_id NOT IN (SELECT id FROM message)")
    db.execute("UPDATE copy SET original_id = NULL WHERE original_id NOT IN (SELECT id FROM message)")
    db.execute("DELETE FROM thread WHERE id NOT IN (SELECT thread_id FROM message)")
    db.execute("DELETE FROM merged WHERE into_id NOT IN (SELECT thread_id FROM message)")
    db.execute("DELETE FROM merged WHERE id IN (SELECT thread_id FROM message)")
    db.execute("DELETE FROM absent")
    for column in ("parent_uri", "root_uri"):
        db.execute(
            f"INSERT INTO absent SELECT DISTINCT m.{column}, m.thread_id FROM message m WHERE m.{column} <> ''"
            f" AND NOT EXISTS (SELECT 1 FROM message p WHERE p.uri = m.{column}) ON CONFLICT DO NOTHING"
        )
    db.execute(
        "UPDATE message SET orphan = parent_uri <> '' AND parent_uri NOT IN (SELECT uri FROM message)"
        " WHERE parent_uri <> ''"
    )


def derive(db: sqlite3.Connection, now: datetime, tell: Tell = untold) -> None:
    """All that follows from facts and state, anew. A question that only now seems open was answered: it is history."""
    closed = "CREATE TEMP TABLE closed AS SELECT id FROM message WHERE NOT waits AND since < ?"
    db.execute(closed, (micros(now - ANSWERED_BEFORE),))
    _rederive(db, "SELECT DISTINCT thread_id FROM message", now, tell)
    reopened = "message WHERE waits AND id IN (SELECT id FROM closed)"
    threads_ = json.dumps([id_ for (id_,) in db.execute(f"SELECT DISTINCT thread_id FROM {reopened}")])
    db.execute(f"UPDATE message SET history = 1 WHERE id IN (SELECT id FROM {reopened})")
    _rederive(db, "SELECT value FROM json_each(?)", now, tell, threads_)
    db.execute("DROP TABLE closed")


def _rederive(db: sqlite3.Connection, query: str, now: datetime, tell: Tell, *values: str) -> None:
    ids = [id_ for (id_,) in db.execute(query, values)]
    for begin in range(0, len(ids), _PART):
        tell("conversations looked at again", begin, len(ids))
        threads.rederive(db, ids[begin : begin + _PART], now)
