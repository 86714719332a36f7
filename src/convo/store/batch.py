"""One batch of an account's messages on its way into the store, in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from convo.model import Message, Person, Ref, Visibility
from convo.store import judging, persons, stored, threads
from convo.store.connection import micros
from convo.store.joining import Joins
from convo.store.stored import CONTENT, Stored

_GRACE = timedelta(days=2)
"""How much before the last good sync a message that comes only now may say it was written."""


@dataclass(frozen=True, slots=True)
class IngestContext:
    """What the rules need to know of the sync that brings messages."""

    now: datetime
    waiting_from: datetime
    """Nothing that came before this can wait."""
    last_good: datetime | None
    """The last good sync before this one; None in the first."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was changed. `unjudged` are messages whose parents must be loaded, `parents` those parents."""

    new: int = 0
    touched: frozenset[int] = frozenset()
    unjudged: tuple[Ref, ...] = ()
    parents: tuple[Ref, ...] = ()
    arrived: tuple[int, ...] = ()
    """Numbers of the messages that are new to the store or newly speak to the user."""

    def __add__(self, other: Saved) -> Saved:
        return Saved(
            self.new + other.new,
            self.touched | other.touched,
            self.unjudged + other.unjudged,
            tuple(dict.fromkeys(self.parents + other.parents)),
            self.arrived + other.arrived,
        )


_NEW = (
    "id", "uri", "thread_id", "parent_uri", "author_id", "arrival", "created_at", "since", "addressed", "orphan",
    "unjudged", "quiet", "thanks", "history", "account_ids", "names", *CONTENT,
)  # fmt: skip
_INSERT = f"INSERT INTO message ({', '.join(_NEW)}) VALUES ({', '.join('?' * len(_NEW))})"
_UPDATE = (
    "UPDATE message SET parent_uri = ?, addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ?,"
    " account_ids = ?, names = ? WHERE id = ?"
)
_SIGHT = (
    "INSERT INTO sighting VALUES (?, ?, ?, ?, ?) ON CONFLICT (message_id, account_id) DO UPDATE SET"
    " local_id = excluded.local_id, parent_local_id = excluded.parent_local_id, data = excluded.data"
    " WHERE local_id <> excluded.local_id OR parent_local_id <> excluded.parent_local_id OR data <> excluded.data"
)

_SPOKEN_TO = """
SELECT q.author_id FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value
  JOIN person p ON p.id = m.author_id AND p.is_me JOIN message q ON q.uri = m.parent_uri
UNION
SELECT m.author_id FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value AND m.visibility = 'direct'
 WHERE EXISTS (SELECT 1 FROM message o JOIN person p ON p.id = o.author_id AND p.is_me
                WHERE o.thread_id = m.thread_id AND o.visibility = 'direct')
"""


class Batch:
    """The messages of one batch. `insist` where each must be judged, so that unknown parents are asked for."""

    def __init__(self, db: sqlite3.Connection, account_id: int, ctx: IngestContext, *, insist: bool) -> None:
        self._db = db
        self._account = account_id
        self._ctx = ctx
        self._insist = insist
        self._own = judging.Own(db)
        self._last: int = db.execute("SELECT last FROM arrival").fetchone()[0]
        self._touched: set[int] = set()
        self._arrived: list[int] = []
        self._unjudged: list[tuple[Ref, Ref]] = []

    def save(self, messages: Iterable[Message]) -> Saved:
        """Store messages, oldest first, and bring all that follows from them up to date."""
        batch = {message.uri: message for message in sorted(messages, key=_created_at)}
        self._joins = joins = Joins(self._db, self._account, list(batch.values()))
        self._parents = {
            message.uri: message.parent_uri or joins.local_uris.get(message.parent_id, "")
            for message in batch.values()
        }
        self._stored = stored.by_uri(self._db, {*batch, *filter(None, self._parents.values())})
        self._batch = {uri: message for uri, message in batch.items() if self._same_author(message)}
        self._judge = judging.Judge(self._own, self._batch, self._stored, self._insist)
        self._save_people()
        new = self._save_rows()
        self._touched |= joins.apply(row[1] for row in new)
        self._touched |= self._adopt()
        self._touched = {joins.find(thread_id) for thread_id in self._touched}
        self._touched |= judging.meet(self._db, self._spoken_to())
        self._db.execute("UPDATE arrival SET last = ?", (self._last,))
        threads.rederive(self._db, self._touched, self._ctx.now)
        return Saved(
            len(new),
            frozenset(self._touched),
            tuple(ref for ref, _ in self._unjudged),
            tuple(dict.fromkeys(parent for _, parent in self._unjudged)),
            tuple(self._arrived),
        )

    def _same_author(self, message: Message) -> bool:
        """A message never moves to another author, whoever says so."""
        before = self._stored.get(message.uri)
        return before is None or before.author.uid == message.author.uid

    def _save_people(self) -> None:
        """Store authors, and whom the user's own messages name."""
        people = persons.save_all(self._db, (message.author for message in self._batch.values()))
        named = {
            Person(message.author.platform, uid, handle)
            for message in self._batch.values()
            if self._own.wrote(message)
            for uid, handle in _named(message)
        }
        if named:
            people.update(persons.numbers_of(self._db, named))
        self._people = people
        self._known = persons.known_among(self._db, people.values())

    def _save_rows(self) -> list[tuple[Any, ...]]:
        """Insert what is new and update what changed; gives the new rows."""
        numbers = {uri: self._number(uri) for uri in self._batch}
        for uri, message in self._batch.items():
            self._joins.add(message, numbers[uri])
        new: list[tuple[Any, ...]] = []
        for uri, message in self._batch.items():
            before = self._stored.get(uri)
            if before is None:
                new.append(self._new_row(message, numbers[uri]))
            else:
                self._save_again(message, before)
        if new:
            self._db.executemany(_INSERT, new)
            stored.index(self._db, ((row[0], row[-len(CONTENT) :]) for row in new))
        self._db.executemany(
            _SIGHT, [self._sighting(message, numbers[uri]) for uri, message in self._batch.items()]
        )
        return new

    def _number(self, uri: str) -> int:
        before = self._stored.get(uri)
        return before.id if before is not None else self._next()

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _new_row(self, message: Message, number: int) -> tuple[Any, ...]:
        parent_uri = self._parents[message.uri]
        judged = self._judged(message, parent_uri)
        thread_id = self._joins.thread_of(message.uri)
        self._touched.add(thread_id)
        self._arrived.append(number)
        created_at, since, history = self._times(message)
        return (
            number, message.uri, thread_id, parent_uri, self._author(message), number, created_at, since,
            judged.addressed, int(judged.orphan), int(judged.unjudged), judged.quiet, int(judged.thanks),
            int(history), str(self._account), self._names(message), *stored.content(message),
        )  # fmt: skip

    def _times(self, message: Message) -> tuple[int, int, bool]:
        """Stated time, what may be believed of it, and whether it came before the time in which anything can wait.

        What a channel of incoming messages brings came now, whatever it says; what is only found says when.
        """
        created_at, now = micros(message.created_at), micros(self._ctx.now)
        since = min(created_at, now)
        if self._ctx.last_good is not None:
            since = max(since, min(micros(self._ctx.last_good - _GRACE), now))
        came = since if self._insist else min(created_at, now)
        return created_at, since, came < micros(self._ctx.waiting_from)

    def _save_again(self, message: Message, before: Stored) -> None:
        """Update a message that was seen before, where anything about it is new."""
        parent_uri = self._parents[message.uri] or before.parent_uri
        content = stored.content(message)
        edited = content != before.content and (before.content[1] or 0) <= (content[1] or 0)
        seen_by = {int(number) for number in before.account_ids.split()}
        thread_id = self._joins.thread_of(message.uri)
        if not edited and parent_uri == before.parent_uri and self._account in seen_by and not before.orphan:
            return
        self._touched.update((before.thread_id, thread_id))
        subject = message if edited else before.message()
        judged = self._judged(subject, parent_uri)
        if edited:
            stored.replace_content(self._db, before, content)
            if judged.addressed and before.addressed is None and not before.orphan:
                self._reopen(message, before)
        seen_by.add(self._account)
        account_ids = self._own.in_order(seen_by, subject, self._judge.author_of(parent_uri))
        self._db.execute(
            _UPDATE,
            (
                parent_uri, judged.addressed, int(judged.orphan), int(judged.unjudged), judged.quiet,
                int(judged.thanks), account_ids, self._names(message) if edited else before.names, before.id,
            ),
        )  # fmt: skip

    def _reopen(self, message: Message, before: Stored) -> None:
        """An edit that first makes a message speak to the user is an arrival of its own."""
        number = self._next()
        self._arrived.append(before.id)
        self._db.execute(
            "UPDATE message SET arrival = ?, addressed_at = ?, history = 0 WHERE id = ?",
            (number, micros(min(message.edited_at or self._ctx.now, self._ctx.now)), before.id),
        )

    def _judged(self, message: Message, parent_uri: str) -> judging.Judged:
        judged = self._judge.judge(message, parent_uri, self._author(message) in self._known)
        if judged.unjudged:
            seen = self._batch[message.uri]
            self._unjudged.append((seen.ref, Ref(parent_uri, seen.parent_id)))
        return judged

    def _sighting(self, message: Message, number: int) -> tuple[Any, ...]:
        waits_for = "" if self._parents[message.uri] else message.parent_id
        return number, self._account, message.local_id, waits_for, message.data

    def _author(self, message: Message) -> int:
        return self._people[message.author.platform, message.author.uid]

    def _names(self, message: Message) -> str:
        """The numbers of those that an own message names or quotes."""
        if not self._own.wrote(message):
            return ""
        platform, mine = message.author.platform, self._own.uids(message)
        numbers = [self._people[platform, uid] for uid, _ in _named(message) if uid not in mine]
        return " ".join(map(str, dict.fromkeys(numbers)))

    def _adopt(self) -> set[int]:
        """Judge stored orphans again whose parents came with this batch."""
        locals_ = {message.local_id: uri for uri, message in self._batch.items() if message.local_id}
        rows = self._db.execute(
            "SELECT s.message_id, s.parent_local_id FROM json_each(?2) j CROSS JOIN sighting s INDEXED BY"
            " sighting_orphan ON s.account_id = ?1 AND s.parent_local_id = j.value AND s.parent_local_id <> ''",
            (self._account, json.dumps(list(locals_))),
        ).fetchall()
        orphans = {message_id: locals_[local_id] for message_id, local_id in rows}
        if orphans:
            self._db.executemany(
                "UPDATE sighting SET parent_local_id = '' WHERE account_id = ? AND message_id = ?",
                [(self._account, message_id) for message_id in orphans],
            )
        rows = self._db.execute(
            "SELECT m.id, m.parent_uri FROM json_each(?) j CROSS JOIN message m INDEXED BY message_orphan"
            " ON m.parent_uri = j.value AND m.orphan",
            (json.dumps(list(self._batch)),),
        ).fetchall()
        orphans.update(rows)
        return judging.adopt(self._db, self._own, orphans) if orphans else set()

    def _spoken_to(self) -> set[int]:
        """Whom the user's own messages answer or name, or share a private conversation with."""
        rows = self._db.execute(
            _SPOKEN_TO, (json.dumps(sorted(self._touched)), json.dumps(self._private_threads()))
        ).fetchall()
        people = {author_id for (author_id,) in rows}
        for message in self._batch.values():
            people.update(map(int, self._names(message).split()))
        return people - self._known

    def _private_threads(self) -> list[int]:
        private = (m for m in self._batch.values() if m.visibility is Visibility.DIRECT)
        return sorted({self._joins.thread_of(message.uri) for message in private})


def _created_at(message: Message) -> datetime:
    return message.created_at


def _named(message: Message) -> list[tuple[str, str]]:
    """uid and handle of those a message names or quotes."""
    named = [(mention.uid, mention.handle) for mention in message.mentions if mention.uid]
    return named + [(quote.uid, quote.name) for quote in message.quotes if quote.uid]
