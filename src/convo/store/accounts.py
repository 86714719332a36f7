"""Accounts and their channels: who the user is, how far each list was read, and how it went."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from convo.model import Person
from convo.store import reads
from convo.store.connection import micros, moment
from convo.store.parts import in_parts
from convo.values import frozen
from convo.views import Health


@frozen
class AccountRecord:
    """One account as the store keeps it; `facts` is the JSON its adapter gave with its identity."""

    id: int
    name: str
    platform: str
    own_uid: str
    handle: str
    configured: bool
    facts: str
    first_synced_at: datetime | None
    last_good_at: datetime | None
    next_at: datetime | None
    failures: int
    health: Health
    words: str


_SELECT = """
SELECT a.id, a.name, a.platform, a.own_uid, coalesce(p.handle, ''), a.configured, a.facts, a.first_synced_at,
       a.last_good_at, a.next_at, a.failures, a.health, a.words
  FROM account a LEFT JOIN person p ON p.platform = a.platform AND p.uid = a.own_uid
"""


def remember(db: sqlite3.Connection, name: str, platform: str, own: Person, facts: str, now: datetime) -> int:
    """Keep an account, known by platform and own uid whatever it is called, and give its number.

    Its person is the user from now on: where their messages were taken for a stranger's, that is put right. Of an
    account that comes back, those who waited wait again.
    """
    known = by_login(db, platform, own.uid)
    (account_id,) = db.execute(
        "INSERT INTO account (platform, own_uid, name, facts) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (platform, own_uid) DO UPDATE SET name = excluded.name, facts = excluded.facts,"
        " configured = 1 RETURNING id",
        (platform, own.uid, name, facts),
    ).fetchone()
    from convo.store import persons, threads

    person_id = persons.save(db, own)
    if db.execute("UPDATE person SET is_me = 1 WHERE id = ? AND NOT is_me", (person_id,)).rowcount:
        threads.rederive(db, threads.of_person(db, person_id), now)
    if known is not None and not known.configured:
        threads.rederive(db, threads.open_in(db, known.id), now)
    return int(account_id)


def by_name(db: sqlite3.Connection, name: str) -> AccountRecord | None:
    """The account of this config key that is configured, else the last one that was."""
    row = db.execute(f"{_SELECT} WHERE a.name = ? ORDER BY a.configured DESC, a.id DESC", (name,)).fetchone()
    return _record(row) if row else None


def by_login(db: sqlite3.Connection, platform: str, own_uid: str) -> AccountRecord | None:
    """The account of this login, whatever the config calls it."""
    row = db.execute(f"{_SELECT} WHERE a.platform = ? AND a.own_uid = ?", (platform, own_uid)).fetchone()
    return _record(row) if row else None


def all_accounts(db: sqlite3.Connection) -> list[AccountRecord]:
    """Every account that ever was, in the order they came."""
    return [_record(row) for row in db.execute(f"{_SELECT} ORDER BY a.id").fetchall()]


def set_configured(db: sqlite3.Connection, names: Collection[str], now: datetime) -> None:
    """Say which accounts the config has now: the others stay readable, but nothing waits there."""
    changed = db.execute(
        "UPDATE account SET configured = NOT configured"
        " WHERE configured <> (name IN (SELECT value FROM json_each(?))) RETURNING id",
        (json.dumps(sorted(names)),),
    ).fetchall()
    from convo.store import threads

    for (account_id,) in changed:
        threads.rederive(db, threads.open_in(db, account_id), now)


def set_health(
    db: sqlite3.Connection,
    account_id: int,
    health: Health,
    words: str,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """How the account is; failures in a row are counted, a fine one starts again."""
    db.execute(
        "UPDATE account SET health = ?, words = ?, next_at = ?,"
        " failures = CASE WHEN ? IN ('fine', 'looking') THEN 0 ELSE failures + 1 END WHERE id = ?",
        (health.value, words, micros(next_at) if next_at else None, health.value, account_id),
    )


def span_read(db: sqlite3.Connection, account_id: int, now: datetime) -> None:
    """Note that all that may wait was read: from now on what came waits. What is older still comes as history."""
    for part in span_parts(account_id, now):
        part(db)


def span_parts(account_id: int, now: datetime) -> Iterator[Callable[[sqlite3.Connection], None]]:
    """The same as parts for `Store.ingest`; what a crash left undone of it is done by the next call."""
    from convo.store import threads

    mark = f"span:{account_id}"
    left: list[int] = []

    def begin(db: sqlite3.Connection) -> None:
        read = db.execute(
            "UPDATE account SET first_synced_at = ? WHERE id = ? AND first_synced_at IS NULL",
            (micros(now), account_id),
        )
        if read.rowcount:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, 'open')", (mark,))
        if span_is_open(db, account_id):
            left.extend(sorted(threads.open_in(db, account_id)))

    def settle(db: sqlite3.Connection, some: Sequence[int], last: bool) -> None:
        threads.rederive(db, {reads.resolve(db, thread_id) for thread_id in some}, now)
        if last:
            db.execute("DELETE FROM setting WHERE name = ?", (mark,))

    yield begin
    yield from in_parts(left, settle)


def span_is_open(db: sqlite3.Connection, account_id: int) -> bool:
    """Whether all that may wait was not read yet, or not all that follows from it was written down."""
    row = db.execute(
        "SELECT first_synced_at IS NULL OR EXISTS (SELECT 1 FROM setting WHERE name = 'span:' || id)"
        " FROM account WHERE id = ?",
        (account_id,),
    ).fetchone()
    return bool(row and row[0])


def good_sync(db: sqlite3.Connection, account_id: int, now: datetime) -> None:
    """Note a whole sync that went well. With the first one, what came may wait from now on."""
    span_read(db, account_id, now)
    db.execute("UPDATE account SET last_good_at = ? WHERE id = ?", (micros(now), account_id))


def cursor(db: sqlite3.Connection, account_id: int, channel: str) -> str:
    """Where reading a channel goes on, "" when it was never read."""
    row = db.execute(
        "SELECT cursor FROM channel WHERE account_id = ? AND name = ?", (account_id, channel)
    ).fetchone()
    return row[0] if row else ""


def looked_at(db: sqlite3.Connection, account_id: int, channel: str) -> datetime | None:
    """When a page of the channel was last stored."""
    row = db.execute(
        "SELECT looked_at FROM channel WHERE account_id = ? AND name = ?", (account_id, channel)
    ).fetchone()
    return moment(row[0]) if row and row[0] is not None else None


def set_cursor(db: sqlite3.Connection, account_id: int, channel: str, value: str, now: datetime) -> None:
    """Move a channel's cursor: only in the transaction that stored what it covers."""
    db.execute(
        "INSERT INTO channel VALUES (?, ?, ?, ?) ON CONFLICT (account_id, name)"
        " DO UPDATE SET cursor = excluded.cursor, looked_at = excluded.looked_at",
        (account_id, channel, value, micros(now)),
    )


def own_uids(db: sqlite3.Connection, platform: str | None = None) -> frozenset[str]:
    """The uids of every account of the user, on one platform or on all."""
    rows = db.execute("SELECT own_uid FROM account WHERE ?1 IS NULL OR platform = ?1", (platform,))
    return frozenset(uid for (uid,) in rows.fetchall())


def _record(row: tuple[object, ...]) -> AccountRecord:
    id_, name, platform, uid, handle, configured, facts, first, good, next_at, failures, health, words = row
    return AccountRecord(
        int(str(id_)),
        str(name),
        str(platform),
        str(uid),
        str(handle),
        bool(configured),
        str(facts),
        _moment(first),
        _moment(good),
        _moment(next_at),
        int(str(failures)),
        Health(health),
        str(words),
    )


def _moment(us: object) -> datetime | None:
    return None if us is None else moment(int(str(us)))
