"""The user's own state from a file, row by row, into that of the store: the newer one stands, and no words are lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from convo.store import journal, lines
from convo.store.connection import micros

ASLEEP: Final = 10**13
"""An arrival number that nothing reaches: a snooze whose conversation is not here yet holds until its time."""


@dataclass(slots=True)
class Merged:
    """What the file changed, and whose derived state must follow."""

    changed: int = 0
    threads: set[int] = field(default_factory=set)
    persons: set[lines.Key] = field(default_factory=set)
    drafts: int = 0
    unsure: int = 0


class Merge:
    """Takes lines of the user's state one by one; the caller commits."""

    def __init__(
        self, db: sqlite3.Connection, now: datetime, why: str,
        account_id: Callable[[sqlite3.Connection, lines.Key], int],
    ) -> None:  # fmt: skip
        self._db = db
        self._now = micros(now)
        self._why = why
        self._account_id = account_id
        self._acted = _acted(db)
        self._merged = Merged()

    def take(self, line: lines.Line) -> None:
        """One line."""
        takes: dict[type, Callable[[Any], None]] = {
            lines.Contact: self._contact, lines.Choice: self._choice, lines.Apart: self._apart,
            lines.Done: self._done, lines.Mute: self._mute, lines.Snooze: self._snooze, lines.Looked: self._looked,
            lines.Draft: self._draft, lines.Outbox: self._outbox,
        }  # fmt: skip
        takes[type(line)](line)

    def end(self) -> Merged:
        """What came of it."""
        return self._merged

    def _touch(self, uri: str) -> None:
        found = self._db.execute("SELECT thread_id FROM message WHERE uri = ?", (uri,)).fetchone()
        if found:
            self._merged.threads.add(found[0])

    def _put(self, table: str, key: tuple[Any, ...], at: int, **columns: Any) -> None:
        """Write a row of state unless what is here is as new, or the user took it back later."""
        names = journal.KEYS.get(table) or KEYS[table]
        where = " AND ".join(f"{name} = ?" for name in names)
        here = self._db.execute(f"SELECT at FROM {table} WHERE {where}", key).fetchone()
        if (here is not None and here[0] >= at) or self._was_taken_back(table, key, at):
            return
        row = {**dict(zip(names, key, strict=True)), "at": at, **columns}
        self._db.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            tuple(row.values()),
        )
        self._merged.changed += 1

    def _was_taken_back(self, table: str, key: tuple[Any, ...], at: int) -> bool:
        """Whether the last act here with this row came later, and left something else."""
        acted_at, row = self._acted.get((table, key), (-1, None))
        return acted_at >= at and (row is None or row.get("at", row.get("touched_at")) != at)

    def _arrival(self, uri: str, seen: str | None, at: int) -> int | None:
        """The number here of what was last seen there; where that is not here, of what was written before; None when
        nothing of the conversation is here.
        """
        if seen == "":
            return 0
        if seen:
            found = self._db.execute("SELECT arrival FROM message WHERE uri = ?", (seen,)).fetchone()
            if found:
                return int(found[0])
        found = self._db.execute(
            "SELECT max(CASE WHEN o.created_at <= ?2 THEN o.arrival ELSE 0 END) FROM message m JOIN message o"
            " ON o.thread_id = m.thread_id WHERE m.uri = ?1",
            (uri, at),
        ).fetchone()
        return None if found[0] is None else int(found[0])

    def _done(self, line: lines.Done) -> None:
        at = micros(line.at)
        arrival = None if line.seen is None else self._arrival(line.uri, line.seen, at)
        self._put("done", (line.uri,), at, arrival=arrival)
        self._touch(line.uri)

    def _mute(self, line: lines.Mute) -> None:
        self._put("mute", (line.uri,), micros(line.at))
        self._touch(line.uri)

    def _snooze(self, line: lines.Snooze) -> None:
        at, until = micros(line.at), micros(line.until) if line.until else None
        arrival = self._arrival(line.uri, line.seen, at)
        if arrival is None:
            arrival = 0 if until is None else ASLEEP
        self._put("snooze", (line.uri,), at, until=until, arrival=arrival, reminder=int(line.reminder))
        self._touch(line.uri)

    def _looked(self, line: lines.Looked) -> None:
        found = self._db.execute("SELECT arrival FROM message WHERE uri = ?", (line.seen,)).fetchone()
        if found:
            self._db.execute(
                "INSERT INTO looked VALUES (?, ?) ON CONFLICT (uri) DO UPDATE SET arrival = excluded.arrival"
                " WHERE arrival < excluded.arrival",
                (line.uri, found[0]),
            )
            self._touch(line.uri)

    def _choice(self, line: lines.Choice) -> None:
        quiet = None if line.quiet is None else int(line.quiet)
        self._put("person_choice", line.person, micros(line.at), quiet=quiet, muted=int(line.muted))
        self._merged.persons.add(line.person)

    def _apart(self, line: lines.Apart) -> None:
        first, second = sorted(line.persons)
        contacts = {self._contact_of(first), self._contact_of(second)}
        if len(contacts) == 1 and contacts != {None}:  # joined here
            return
        self._put("apart", (*first, *second), micros(line.at))

    def _contact_of(self, person: lines.Key) -> int | None:
        found = self._db.execute(
            "SELECT contact_id FROM contact_person WHERE platform = ? AND uid = ?", person
        ).fetchone()
        return int(found[0]) if found else None

    def _contact(self, line: lines.Contact) -> None:
        """A human who is here stays as they are: only a note is filled in, and persons that belong to nobody here.

        One of whom nothing was noted and nothing decided here was found by a sync: they are as the file says.
        """
        db = self._db
        ids = [number for number in map(self._contact_of, line.persons) if number is not None]
        if ids:
            contact_id = ids[0]
            note, circle = db.execute(
                "SELECT note, circle FROM contact WHERE id = ?", (contact_id,)
            ).fetchone()
            untouched = not note and ("contact", (contact_id,)) not in self._acted
            if untouched and line.circle and not circle:
                db.execute("UPDATE contact SET circle = 1 WHERE id = ?", (contact_id,))
                self._merged.changed += 1
            if untouched and line.note:
                db.execute("UPDATE contact SET note = ? WHERE id = ?", (line.note, contact_id))
                self._merged.changed += 1
        else:
            (contact_id,) = db.execute(
                "INSERT INTO contact (note, circle) VALUES (?, ?) RETURNING id", (line.note, int(line.circle))
            ).fetchone()
            self._merged.changed += 1
        for person in line.persons:
            if self._contact_of(person) is None and (not ids or not self._is_apart(person, line.persons)):
                db.execute("INSERT INTO contact_person VALUES (?, ?, ?)", (*person, contact_id))
        self._merged.persons.update(line.persons)

    def _is_apart(self, person: lines.Key, others: list[lines.Key]) -> bool:
        pairs = [sorted((person, other)) for other in others]
        return any(
            self._db.execute(
                "SELECT 1 FROM apart WHERE platform = ? AND uid = ? AND other_platform = ? AND other_uid = ?",
                (*first, *second),
            ).fetchone()
            for first, second in pairs
        )

    # Words ---------------------------------------------------------------------------------------------

    def _draft(self, line: lines.Draft) -> None:
        account_id = self._account_id(self._db, line.account)
        self._words(account_id, line.uri, line.text, line.options, micros(line.touched_at), line.seen)

    def _words(
        self, account_id: int, uri: str, text: str, options: lines.Options, at: int, seen: str | None
    ) -> None:
        """Words become a draft, unless the user did something later with them; the older words stay behind them."""
        db, key = self._db, (account_id, uri)
        later = "SELECT 1 FROM outbox WHERE account_id = ? AND uri = ? AND (created_at >= ? OR text = ?)"
        if self._was_taken_back("draft", key, at) or db.execute(later, (*key, at, text)).fetchone():
            return
        here = db.execute(
            "SELECT text, touched_at FROM draft WHERE account_id = ? AND uri = ?", key
        ).fetchone()
        if here is not None:
            if here[1] >= at:
                return
            if here[0].strip() and here[0] not in text:
                text = f"{text}\n\n{here[0]}"
        db.execute(
            "INSERT OR REPLACE INTO draft (account_id, uri, text, options, touched_at, seen_arrival)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*key, text, json.dumps(options), at, self._arrival(uri, seen, at) or 0),
        )
        self._merged.changed += 1
        self._merged.drafts += 1
        self._touch(uri)

    def _outbox(self, line: lines.Outbox) -> None:
        """Nothing is sent from a file: what had not left then may have left since, and is asked about."""
        db, account_id = self._db, self._account_id(self._db, line.account)
        if db.execute("SELECT 1 FROM outbox WHERE key = ?", (line.key,)).fetchone():
            return
        claimed = "SELECT 1 FROM outbox WHERE sent_uri = ? AND sent_uri <> ''"
        if db.execute(claimed, (line.sent_uri,)).fetchone():
            return
        created = micros(line.created_at)
        state, error, text = line.state, line.error, line.text
        if state == "failed":
            kept = db.execute("SELECT 1 FROM draft WHERE account_id = ? AND uri = ?", (account_id, line.uri))
            newer = db.execute(
                "SELECT 1 FROM outbox WHERE account_id = ? AND uri = ?", (account_id, line.uri)
            )
            if kept.fetchone() is None or newer.fetchone() is not None:
                return
        elif state != "sent":
            state, error = "unsure", self._why
            self._merged.unsure += 1
        times = [micros(when) if when else None for when in (line.first_sent_at, line.last_sent_at)]
        db.execute(
            "INSERT INTO outbox (key, account_id, uri, text, options, state, created_at, request, first_sent_at,"
            " last_sent_at, attempts, error, sent_uri, sent_url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line.key, account_id, line.uri, text, json.dumps(line.options), state, created, line.request, *times,
                line.attempts, error, line.sent_uri, line.sent_url,
            ),
        )  # fmt: skip
        self._merged.changed += 1
        self._touch(line.uri)


KEYS: Final = {"apart": ("platform", "uid", "other_platform", "other_uid")}


def _acted(db: sqlite3.Connection) -> dict[tuple[str, tuple[Any, ...]], tuple[int, dict[str, Any] | None]]:
    """When the user last did, or took back, something with a row of state, and what that left: by the journal."""
    found: dict[tuple[str, tuple[Any, ...]], tuple[int, dict[str, Any] | None]] = {}
    for at, before, after, undone in db.execute("SELECT at, before, after, undone FROM journal ORDER BY id"):
        for (table, key, old), new in zip(json.loads(before), json.loads(after)["rows"], strict=True):
            last, _ = found.get((table, tuple(key)), (0, None))
            found[table, tuple(key)] = (max(at, last), old if undone == journal.UNDONE else new)
    return found
