"""The undo journal: each act with the rows of user state before and after it, several levels, over restarts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Final

from convo.store import outbox, threads, turns
from convo.store.connection import micros
from convo.values import frozen

State = dict[str, Any]
Key = tuple[Any, ...]

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "contact": ("id",),
    "contact_person": ("platform", "uid"),
    "apart": ("platform", "uid", "other_platform", "other_uid"),
    "person_choice": ("platform", "uid"),
    "done": ("uri",),
    "mute": ("uri",),
    "snooze": ("uri",),
    "draft": ("account_id", "uri"),
    "outbox": ("id",),
}
"""The tables an act may change, and what a row of each is known by."""

KEPT: Final = 1_000
"""Acts that can be taken back; older ones are forgotten."""

DONE, UNDONE, PASSED = 0, 1, 2
SEND: Final = "send"
MODERATE: Final = "moderate"
"""Acts that are written down though they change no row here."""


@frozen
class RowChange:
    """One row of user state before and after an act; None where there is none."""

    table: str
    key: Key
    before: State | None
    after: State | None


@frozen
class Errand:
    """Something to do on a platform: a `contract.Verb` value, and JSON with "uri" or "uid", and "on"."""

    account_id: int
    verb: str
    argument: str
    due_at: datetime


@frozen
class Told:
    """The accounts whose platforms are told of an act, and when: after the undo window."""

    account_ids: tuple[int, ...]
    due_at: datetime
    always: bool = False
    """Read marks move past what is open."""


@frozen
class Record:
    """An act as the journal has it: its name, the persons it was about, and what else its sentence needs."""

    act: str
    who: tuple[int, ...] = ()
    detail: str = ""
    thread_ids: tuple[int, ...] = ()
    journal_id: int | None = None
    there: tuple[int, ...] = ()
    """Accounts whose platforms are told, too."""


@frozen
class Taken:
    """What undo or redo came upon. `outcome`: nothing, whole, partly, stale, left (an answer that was sent),
    recalled (an answer is back in its draft)."""

    outcome: str
    record: Record = field(default_factory=lambda: Record(""))


def _row(db: sqlite3.Connection, table: str, key: Sequence[Any]) -> State | None:
    where = " AND ".join(f"{column} = ?" for column in KEYS[table])
    cursor = db.execute(f"SELECT * FROM {table} WHERE {where}", tuple(key))
    found = cursor.fetchone()
    if found is None:
        return None
    return {column[0]: value for column, value in zip(cursor.description, found, strict=True)}


def _set(db: sqlite3.Connection, table: str, row: State) -> None:
    columns = list(row)
    rest = [column for column in columns if column not in KEYS[table]]
    update = ", ".join(f"{column} = excluded.{column}" for column in rest)
    db.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({', '.join(KEYS[table])}) DO {f'UPDATE SET {update}' if rest else 'NOTHING'}",
        tuple(row.values()),
    )


def _remove(db: sqlite3.Connection, table: str, key: Sequence[Any]) -> None:
    where = " AND ".join(f"{column} = ?" for column in KEYS[table])
    db.execute(f"DELETE FROM {table} WHERE {where}", tuple(key))


class Changes:
    """Rows of user state changed by one act: every write goes through it and is remembered."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._before: dict[tuple[str, Key], State | None] = {}

    def _touch(self, table: str, key: Key) -> None:
        if (table, key) not in self._before:
            self._before[table, key] = _row(self._db, table, key)

    def put(self, table: str, **row: Any) -> None:
        """Insert a row, or overwrite the named columns of the one with its key."""
        key = tuple(row[column] for column in KEYS[table])
        self._touch(table, key)
        _set(self._db, table, {**(_row(self._db, table, key) or {}), **row})

    def drop(self, table: str, *key: Any) -> None:
        """Delete the row with this key, if there is one."""
        self._touch(table, key)
        _remove(self._db, table, key)

    def rows(self) -> list[RowChange]:
        """The rows that are not as they were."""
        changes = (
            RowChange(table, key, before, _row(self._db, table, key))
            for (table, key), before in self._before.items()
        )
        return [change for change in changes if change.before != change.after]


def record(
    db: sqlite3.Connection,
    wanted: Record,
    changes: Changes,
    now: datetime,
    errands: Iterable[Errand] = (),
) -> Record:
    """Write an act down and derive the state of its threads; `journal_id` stays None where nothing changed."""
    rows = changes.rows()
    if not rows and wanted.act not in (SEND, MODERATE):
        return wanted
    changed = {*affected(db, rows), *wanted.thread_ids}
    threads.rederive(db, sorted(changed), now)
    _settle_turns(db, rows)
    kept = list(errands)
    db.execute("DELETE FROM journal WHERE undone = ?", (UNDONE,))
    about = {"who": wanted.who, "detail": wanted.detail, "threads": wanted.thread_ids, "there": wanted.there}
    before = [(change.table, change.key, change.before) for change in rows]
    after = {
        "rows": [change.after for change in rows],
        "errands": [
            (errand.account_id, errand.verb, errand.argument, _delay(errand, now)) for errand in kept
        ],
    }
    journal_id = db.execute(
        "INSERT INTO journal (at, act, words, before, after) VALUES (?, ?, ?, ?, ?)",
        (micros(now), wanted.act, json.dumps(about), json.dumps(before), json.dumps(after)),
    ).lastrowid
    assert journal_id is not None
    for errand in kept:
        add_errand(db, errand, journal_id)
    _forget(db, journal_id)
    return Record(wanted.act, wanted.who, wanted.detail, tuple(sorted(changed)), journal_id, wanted.there)


def goes_on(db: sqlite3.Connection, first: int, second: int) -> None:
    """Make one act of two that follow each other: the rows before the first, with those after the second."""
    found = db.execute(
        "SELECT id, at, words, before, after FROM journal WHERE id IN (?, ?) ORDER BY id", (first, second)
    ).fetchall()
    (_, _, _, before, after), (_, at, words, later_before, later_after) = found
    rows = {(row.table, row.key): row for row in _rows(before, after)}
    for row in _rows(later_before, later_after):
        known = rows.get((row.table, row.key), row)
        rows[row.table, row.key] = RowChange(row.table, row.key, known.before, row.after)
    db.execute("DELETE FROM journal WHERE id = ?", (second,))
    db.execute(
        "UPDATE journal SET at = ?, words = ?, before = ?, after = ? WHERE id = ?",
        (
            at,
            words,
            json.dumps([(row.table, row.key, row.before) for row in rows.values()]),
            json.dumps({**json.loads(after), "rows": [row.after for row in rows.values()]}),
            first,
        ),
    )


def _delay(errand: Errand, now: datetime) -> float:
    return max((errand.due_at - now).total_seconds(), 0.0)


def add_errand(db: sqlite3.Connection, errand: Errand, journal_id: int | None) -> None:
    """Write an errand down; `journal_id` is the act that undo takes it back with, None where it stands alone."""
    db.execute(
        "INSERT INTO errand (account_id, verb, argument, due_at, journal_id) VALUES (?, ?, ?, ?, ?)",
        (errand.account_id, errand.verb, errand.argument, micros(errand.due_at), journal_id),
    )


def _forget(db: sqlite3.Connection, newest: int) -> None:
    db.execute(
        "DELETE FROM journal WHERE id <= ? AND id NOT IN"
        " (SELECT journal_id FROM errand WHERE journal_id IS NOT NULL)",
        (newest - KEPT,),
    )


def affected(db: sqlite3.Connection, rows: Iterable[RowChange]) -> set[int]:
    """The threads whose derived state hangs on these rows."""
    found: set[int] = set()
    for change in rows:
        if change.table in ("done", "mute", "snooze", "draft", "outbox"):
            row = change.after or change.before or {}
            found.update(
                number
                for (number,) in db.execute("SELECT thread_id FROM message WHERE uri = ?", (row["uri"],))
            )
        elif change.table == "contact":
            members = db.execute("SELECT platform, uid FROM contact_person WHERE contact_id = ?", change.key)
            for platform, uid in members.fetchall():
                found |= spoken_in(db, platform, uid)
        elif change.table != "apart":
            found |= spoken_in(db, *change.key)
    return found


def _settle_turns(db: sqlite3.Connection, rows: Iterable[RowChange]) -> None:
    """Say anew whose turn it is with everybody whose contact or choice changed, and who was joined with them."""
    contacts: set[int] = set()
    keys: set[Key] = set()
    for change in rows:
        if change.table == "contact":
            contacts.add(change.key[0])
        elif change.table in ("contact_person", "person_choice"):
            keys.add(change.key)
            both = (change.before or {}, change.after or {})
            contacts.update(row["contact_id"] for row in both if "contact_id" in row)
    if contacts or keys:
        turns.settle(db, turns.persons_of(db, contacts, keys))


def spoken_in(db: sqlite3.Connection, platform: str, uid: str) -> set[int]:
    """The threads in which a person said something to the user."""
    return {
        number
        for (number,) in db.execute(
            "SELECT DISTINCT m.thread_id FROM person p JOIN message m ON m.author_id = p.id"
            " WHERE p.platform = ? AND p.uid = ? AND (m.addressed IS NOT NULL OR m.held OR m.quiet <> '')",
            (platform, uid),
        )
    }


def undo(db: sqlite3.Connection, now: datetime) -> Taken:
    """Take the last act back: only the rows that are still what it left. A sent answer stops it once."""
    while True:
        found = db.execute(
            "SELECT id, act, words, before, after FROM journal WHERE undone = ? ORDER BY id DESC LIMIT 1",
            (DONE,),
        ).fetchone()
        if found is None:
            return Taken("nothing")
        journal_id, act, words, before, after = found
        about = json.loads(words)
        if act == SEND:
            taken = _undo_send(db, journal_id, about, now)
            if taken is not None:
                return taken
            continue
        rows = _rows(before, after)
        outcome, changed = _swap(db, [(row, row.after, row.before) for row in rows], now)
        _undo_errands(db, journal_id, json.loads(after)["errands"], now)
        _mark(db, journal_id, UNDONE)
        return Taken(outcome, _record(act, about, changed, journal_id))


def redo(db: sqlite3.Connection, now: datetime) -> Taken:
    """Do again what was taken back last."""
    found = db.execute(
        "SELECT id, act, words, before, after FROM journal WHERE undone = ? ORDER BY id LIMIT 1", (UNDONE,)
    ).fetchone()
    if found is None:
        return Taken("nothing")
    journal_id, act, words, before, after = found
    outcome, changed = _swap(db, [(row, row.before, row.after) for row in _rows(before, after)], now)
    for account_id, verb, argument, delay in json.loads(after)["errands"]:
        add_errand(db, Errand(account_id, verb, argument, now + timedelta(seconds=delay)), journal_id)
    _mark(db, journal_id, DONE)
    return Taken(outcome, _record(act, json.loads(words), changed, journal_id))


def _mark(db: sqlite3.Connection, journal_id: int, undone: int) -> None:
    db.execute("UPDATE journal SET undone = ? WHERE id = ?", (undone, journal_id))


def _record(act: str, about: Mapping[str, Any], changed: Iterable[int], journal_id: int) -> Record:
    numbers = tuple(sorted({*changed, *about["threads"]}))
    return Record(act, tuple(about["who"]), about["detail"], numbers, journal_id, tuple(about["there"]))


def _rows(before: str, after: str) -> list[RowChange]:
    return [
        RowChange(table, tuple(key), old, new)
        for (table, key, old), new in zip(json.loads(before), json.loads(after)["rows"], strict=True)
    ]


def _swap(
    db: sqlite3.Connection, wanted: Sequence[tuple[RowChange, State | None, State | None]], now: datetime
) -> tuple[str, set[int]]:
    """Bring rows from one state to the other where they are in the one; others stay as they are."""
    fitting = [(row, to) for row, start, to in wanted if _row(db, row.table, row.key) == start]
    changed = affected(db, [row for row, _ in fitting])
    db.execute(
        "PRAGMA defer_foreign_keys = ON"
    )  # until the commit: contacts and their persons change together
    for row, to in fitting:
        if to is None:
            _remove(db, row.table, row.key)
        else:
            _set(db, row.table, to)
    changed |= affected(db, [row for row, _ in fitting])
    threads.rederive(db, sorted(changed), now)
    _settle_turns(db, [row for row, _ in fitting])
    if len(fitting) == len(wanted):
        return "whole", changed
    return ("partly" if fitting else "stale"), changed


def _undo_errands(
    db: sqlite3.Connection, journal_id: int, errands: Sequence[tuple[int, str, str, float]], now: datetime
) -> None:
    """Take back what has not been done on the platforms yet; what has, and can be reversed, is reversed."""
    for account_id, verb, argument, _ in errands:
        waiting = db.execute(
            "DELETE FROM errand WHERE id IN (SELECT id FROM errand WHERE journal_id = ? AND account_id = ?"
            " AND verb = ? AND argument = ? LIMIT 1) RETURNING id",
            (journal_id, account_id, verb, argument),
        ).fetchall()
        wanted = json.loads(argument)
        if not waiting and "on" in wanted:
            back = json.dumps({**wanted, "on": not wanted["on"]})
            add_errand(db, Errand(account_id, verb, back, now), None)


def _undo_send(
    db: sqlite3.Connection, journal_id: int, about: Mapping[str, Any], now: datetime
) -> Taken | None:
    """Recall an answer that has not left; stop once at one that has; None where there is nothing to stop for."""
    outbox_id = int(about["detail"].partition(" ")[0])
    record = _record(SEND, about, (), journal_id)
    state = outbox.state_of(db, outbox_id)
    if state in ("held", "queued"):
        outbox.back_to_draft(db, outbox_id, now)
        db.execute("DELETE FROM journal WHERE id = ?", (journal_id,))
        return Taken("recalled", record)
    _mark(db, journal_id, PASSED)
    return Taken("left", record) if state in ("sending", "sent", "unsure") else None
