"""What the user decides in a thread: done, snooze, mute. Each act changes rows of user state and is journalled."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from convo.store import people, reads, threads
from convo.store.connection import micros
from convo.store.journal import Changes, Errand, Record, Told, record
from convo.views import Seen

_OPEN: Final = (
    "SELECT m.uri, m.author_id, m.waits FROM message m JOIN person p ON p.id = m.author_id"
    " LEFT JOIN person_choice c ON c.platform = p.platform AND c.uid = p.uid"
    " WHERE m.thread_id = ? AND m.arrival <= ? AND NOT m.deleted AND (m.waits OR ("
    " (m.addressed IS NOT NULL OR m.held) AND NOT m.history AND (m.quiet <> '' OR c.quiet) AND NOT EXISTS"
    " (SELECT 1 FROM done d WHERE d.uri = m.uri AND (d.arrival IS NULL OR d.arrival >= m.arrival))))"
    " ORDER BY m.waits DESC, m.since, m.arrival"
)
"""What is open in a thread: what waits, snooze and mute aside, then what is quiet."""

_LOOKED_BACK: Final = 500
"""How many of the messages that came last are looked through for the platform's read mark."""


def done(db: sqlite3.Connection, seen: Sequence[Seen], now: datetime, told: Told | None = None) -> Record:
    """Close what is open in these threads, as far as it was on the screen; a snooze ends with it."""
    changes = Changes(db)
    who: dict[int, None] = {}
    closed: list[str] = []
    for one in present(db, seen):
        _drop_marks(db, changes, "snooze", one.thread_id)
        found = db.execute(_OPEN, (one.thread_id, one.arrival)).fetchall()
        waiting = [author for _, author, waits in found if waits]
        who.update(dict.fromkeys(waiting or [author for _, author, _ in found] or about(db, one.thread_id)))
        uris = [uri for uri, _, _ in found] or _last_said(db, one)
        for uri in uris:
            changes.put("done", uri=uri, at=micros(now), arrival=one.arrival)
        closed += uris
    return record(db, Record("done", tuple(who)), changes, now, read_marks(db, closed, told))


def done_person(
    db: sqlite3.Connection, seen: Seen, person_id: int, now: datetime, told: Told | None = None
) -> Record:
    """Close what one person, or somebody joined with them, said in a thread, as far as it was on the screen."""
    changes = Changes(db)
    persons = {number for number, _, _ in people.joined(db, person_id)}
    closed = [
        (uri, one.arrival)
        for one in present(db, [seen])
        for uri, author, _ in db.execute(_OPEN, (one.thread_id, one.arrival)).fetchall()
        if author in persons
    ]
    for uri, arrival in closed:
        changes.put("done", uri=uri, at=micros(now), arrival=arrival)
    marks = read_marks(db, [uri for uri, _ in closed], told)
    return record(db, Record("done", (person_id,)), changes, now, marks)


def close_finished(
    db: sqlite3.Connection, seen: Sequence[Seen], now: datetime, told: Told | None = None
) -> Record:
    """Close those of these threads in which all that waits sounds finished."""
    query = "SELECT 1 FROM thread WHERE id = ? AND finished AND 'waiting' IN (state, woken_state)"
    finished = [one for one in present(db, seen) if db.execute(query, (one.thread_id,)).fetchone()]
    return done(db, finished, now, told)


def snooze(db: sqlite3.Connection, seen: Sequence[Seen], until: datetime | None, now: datetime) -> Record:
    """Put threads off until a time, or with None until they write again; one where nothing waits is a reminder."""
    changes = Changes(db)
    who: dict[int, None] = {}
    for one in present(db, seen):
        waits = db.execute(
            "SELECT 1 FROM message WHERE thread_id = ? AND waits AND arrival <= ?",
            (one.thread_id, one.arrival),
        ).fetchone()
        root = _root(db, one.thread_id)
        _drop_marks(db, changes, "snooze", one.thread_id)
        changes.put(
            "snooze",
            uri=root,
            at=micros(now),
            until=micros(until) if until else None,
            arrival=one.arrival,
            reminder=int(waits is None),
        )
        who.update(dict.fromkeys(about(db, one.thread_id)))
    return record(db, Record("snooze", tuple(who), until.isoformat() if until else ""), changes, now)


def mute(db: sqlite3.Connection, seen: Sequence[Seen], now: datetime, told: Told | None = None) -> Record:
    """Never show these threads among the open ones again."""
    changes = Changes(db)
    who: dict[int, None] = {}
    errands: list[Errand] = []
    for one in present(db, seen):
        if not _marks(db, "mute", one.thread_id):
            changes.put("mute", uri=_root(db, one.thread_id), at=micros(now))
            errands += _mute_there(db, one.thread_id, told, on=True)
        who.update(dict.fromkeys(about(db, one.thread_id)))
    there = tuple(dict.fromkeys(errand.account_id for errand in errands))
    return record(db, Record("mute", tuple(who), there=there), changes, now, errands)


def reopen(db: sqlite3.Connection, seen: Sequence[Seen], now: datetime, told: Told | None = None) -> Record:
    """Take back done, snooze and mute of these threads."""
    changes = Changes(db)
    who: dict[int, None] = {}
    errands: list[Errand] = []
    for one in present(db, seen):
        if _marks(db, "mute", one.thread_id):
            errands += _mute_there(db, one.thread_id, told, on=False)
        for table in ("done", "snooze", "mute"):
            _drop_marks(db, changes, table, one.thread_id)
        who.update(dict.fromkeys(about(db, one.thread_id)))
    return record(db, Record("reopen", tuple(who)), changes, now, errands)


def looked(db: sqlite3.Connection, seen: Seen, now: datetime) -> None:
    """Note how far a thread was looked at. A snooze that has ended is over with it; a reminder stays."""
    for one in present(db, [seen]):
        db.execute(
            "INSERT INTO looked (uri, arrival) VALUES (?, ?)"
            " ON CONFLICT (uri) DO UPDATE SET arrival = max(arrival, excluded.arrival)",
            (_root(db, one.thread_id), one.arrival),
        )
        db.execute(
            "DELETE FROM snooze WHERE until <= ? AND NOT reminder"
            " AND uri IN (SELECT uri FROM message WHERE thread_id = ?)",
            (micros(now), one.thread_id),
        )
        threads.rederive(db, [one.thread_id], now)


def present(db: sqlite3.Connection, seen: Sequence[Seen]) -> list[Seen]:
    """What was seen, under the ids the threads have now, each once; threads that are not there are left out."""
    found: dict[int, int] = {}
    for one in seen:
        thread_id = reads.resolve(db, one.thread_id)
        if db.execute("SELECT 1 FROM thread WHERE id = ?", (thread_id,)).fetchone():
            found[thread_id] = max(one.arrival, found.get(thread_id, 0))
    return [Seen(thread_id, arrival) for thread_id, arrival in found.items()]


def about(db: sqlite3.Connection, thread_id: int) -> list[int]:
    """Whom a thread is about: who waits in it, longest first; else the newest other person."""
    (stored,) = db.execute("SELECT waiting_for FROM thread WHERE id = ?", (thread_id,)).fetchone()
    waiting: list[int] = json.loads(stored)
    if waiting:
        return waiting
    newest = db.execute(
        "SELECT m.author_id FROM message m JOIN person p ON p.id = m.author_id"
        " WHERE m.thread_id = ? AND NOT p.is_me ORDER BY m.created_at DESC, m.arrival DESC LIMIT 1",
        (thread_id,),
    ).fetchone()
    return [newest[0]] if newest else []


def _last_said(db: sqlite3.Connection, seen: Seen) -> list[str]:
    """Where nothing is open, the newest message stands for the whole; nothing where that is done already."""
    found = db.execute(
        "SELECT m.uri, t.state FROM message m JOIN thread t ON t.id = m.thread_id"
        " WHERE m.thread_id = ? AND m.arrival <= ? ORDER BY m.created_at DESC, m.arrival DESC LIMIT 1",
        (seen.thread_id, seen.arrival),
    ).fetchone()
    return [found[0]] if found and found[1] != "done" else []


def _root(db: sqlite3.Connection, thread_id: int) -> str:
    query = "SELECT m.uri FROM thread t JOIN message m ON m.id = t.root_id WHERE t.id = ?"
    return str(db.execute(query, (thread_id,)).fetchone()[0])


def _marks(db: sqlite3.Connection, table: str, thread_id: int) -> list[str]:
    """The messages of a thread that have a row in `done`, `snooze` or `mute`."""
    rows = db.execute(
        f"SELECT k.uri FROM message m JOIN {table} k ON k.uri = m.uri WHERE m.thread_id = ?", (thread_id,)
    )
    return [uri for (uri,) in rows.fetchall()]


def _drop_marks(db: sqlite3.Connection, changes: Changes, table: str, thread_id: int) -> None:
    for uri in _marks(db, table, thread_id):
        changes.drop(table, uri)


def _mute_there(db: sqlite3.Connection, thread_id: int, told: Told | None, *, on: bool) -> Iterator[Errand]:
    """Mute or unmute a thread on the platforms through which it came."""
    for account_id in told.account_ids if told else ():
        found = db.execute(
            "SELECT m.uri FROM message m JOIN sighting s ON s.message_id = m.id AND s.account_id = ?"
            " WHERE m.thread_id = ? ORDER BY m.addressed IS NULL, m.created_at DESC LIMIT 1",
            (account_id, thread_id),
        ).fetchone()
        if found and told:
            yield Errand(account_id, "mute_thread", json.dumps({"uri": found[0], "on": on}), told.due_at)


def read_marks(db: sqlite3.Connection, closed: Sequence[str], told: Told | None) -> Iterator[Errand]:
    """Move the platforms' read marks up to what was closed; unless `always`, only where nothing older is open.

    To be asked after the state of the threads was derived.
    """
    for account_id in told.account_ids if told else ():
        mine = f" {account_id} "
        first = db.execute(
            "SELECT min(created_at) FROM message WHERE uri IN (SELECT value FROM json_each(?))"
            " AND addressed IS NOT NULL AND instr(' ' || account_ids || ' ', ?)",
            (json.dumps(closed), mine),
        ).fetchone()[0]
        if first is None or told is None:
            continue
        (oldest_open,) = db.execute(
            "SELECT min(m.created_at) FROM thread t JOIN message m ON m.thread_id = t.id"
            " WHERE t.state IN ('waiting', 'snoozed') AND m.waits AND instr(' ' || m.account_ids || ' ', ?)",
            (mine,),
        ).fetchone()
        last = db.execute(
            "SELECT uri, max(created_at) FROM (SELECT uri, created_at FROM message WHERE addressed IS NOT NULL"
            " AND instr(' ' || account_ids || ' ', ?) ORDER BY arrival DESC LIMIT ?)"
            " WHERE created_at >= ? AND (?4 IS NULL OR created_at < ?4)",
            (mine, _LOOKED_BACK, first, None if told.always else oldest_open),
        ).fetchone()
        if last[0] is not None:
            yield Errand(account_id, "mark_read", json.dumps({"uri": last[0]}), told.due_at)
