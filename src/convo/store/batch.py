"""One batch of an account's messages on its way into the store, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from convo.model import Message, Person, Ref, Visibility
from convo.store import copies, gone, indexing, judging, persons, quieting, stored, threads
from convo.store.connection import micros
from convo.store.joining import Joins
from convo.store.own import Own
from convo.store.stored import CONTENT, Stored
from convo.values import frozen

_GRACE = timedelta(days=2)
"""How much before the last good sync a message that comes only now may say it was written."""


@frozen
class IngestContext:
    """What the rules need to know of the sync that brings messages."""

    now: datetime
    waiting_from: datetime
    """Nothing that came before this can wait."""
    last_good: datetime | None
    """The last good sync before this one; None in the first."""


@frozen
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
    "unjudged", "quiet", "thanks", "print", "history", "account_ids", "names", *CONTENT,
)  # fmt: skip
_INSERT = f"INSERT INTO message ({', '.join(_NEW)}) VALUES ({', '.join('?' * len(_NEW))})"
_UPDATE = (
    "UPDATE message SET parent_uri = ?, addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ?,"
    " print = ?, account_ids = ?, names = ? WHERE id = ?"
)
_SIGHT = (
    "INSERT INTO sighting VALUES (?, ?, ?, ?, ?) ON CONFLICT (message_id, account_id) DO UPDATE SET"
    " local_id = excluded.local_id, parent_local_id = excluded.parent_local_id,"
    " data = iif(excluded.data = '', data, excluded.data)"
    " WHERE local_id <> excluded.local_id OR parent_local_id <> excluded.parent_local_id"
    " OR data <> iif(excluded.data = '', data, excluded.data)"
)
"""What an adapter keeps with a message comes on some ways only: a look that brings none leaves it as it is."""


class Batch:
    """The messages of one batch. `insist` where each must be judged, so that unknown parents are asked for.

    Without `derive` the states of threads that are there already are left to the caller, who has more for them.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        account_id: int,
        ctx: IngestContext,
        *,
        insist: bool,
        derive: bool = True,
    ) -> None:
        self._db = db
        self._account = account_id
        self._ctx = ctx
        self._insist = insist
        self._derive = derive
        self._own = Own(db)
        self._now = micros(ctx.now)
        self._waiting_from = micros(ctx.waiting_from)
        self._since = 0 if ctx.last_good is None else min(micros(ctx.last_good - _GRACE), self._now)
        self._last: int = db.execute("SELECT last FROM arrival").fetchone()[0]
        self._touched: set[int] = set()
        self._arrived: list[int] = []
        self._unjudged: list[tuple[Ref, Ref]] = []
        self._news = quieting.News()

    def save(self, messages: Iterable[Message]) -> Saved:
        """Store messages, oldest first, and bring all that follows from them up to date."""
        batch = {message.uri: message for message in sorted(messages, key=_created_at)}
        self._copies = copies.Copies(self._db, batch)
        self._joins = joins = Joins(self._db, self._account, batch, self._copies.ties)
        self._parents = {
            uri: message.parent_uri or joins.local_uris.get(message.parent_id, "")
            for uri, message in batch.items()
        }
        self._stored = stored.by_uri(self._db, {*batch, *self._parents.values()})
        self._batch = {uri: message for uri, message in batch.items() if self._same_author(message)}
        self._judge = judging.Judge(self._own, self._batch, self._stored, self._insist)
        self._save_people()
        new = self._save_rows()
        self._bury()
        joined = joins.apply(self._batch)
        self._touched |= joined
        self._news.written_in |= joined
        self._adopt()
        self._meet(self._copies.write(self._batch.keys()))
        self._touched = {joins.find(thread_id) for thread_id in self._touched}
        self._note_exchanges()
        self._touched |= quieting.settle(self._db, self._own, self._news)
        self._db.execute("UPDATE arrival SET last = ?", (self._last,))
        fresh = self._touched if self._derive else threads.rowless(self._db, self._touched)
        threads.rederive(self._db, fresh, self._ctx.now)
        indexing.put(self._db, [(number, said[13:16]) for number, said in new])
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
        return before is None or copies.is_same(before.author, message.author)

    def _save_people(self) -> None:
        """Store authors, and whom the user's own messages name."""
        authors = [message.author for message in self._batch.values()]
        people = persons.save_all(self._db, authors)
        if any(author.original for author in authors):
            self._meet(copies.introduce(self._db, people, authors))
        self._meet(copies.one_address(self._db, people, self._batch, self._stored))
        self._mine = {uri for uri, message in self._batch.items() if self._own.wrote(message)}
        named = {
            Person(message.author.platform, uid, handle)
            for message in map(self._batch.__getitem__, self._mine)
            for uid, handle in _named(message)
        }
        if named:
            people.update(persons.numbers_of(self._db, named))
        self._people = people
        self._known = persons.known_among(self._db, people.values())

    def _meet(self, met: copies.Met) -> None:
        """Somebody turned out to be who was known under another name."""
        self._touched |= met.threads
        self._news.spoken_to |= met.known
        for platform, uid in met.me:
            self._own.add(platform, uid)

    def _save_rows(self) -> list[tuple[int, Sequence[Any]]]:
        """Insert what is new and update what changed; gives number and content of the new ones."""
        numbers: dict[str, int] = {}
        for uri, message in self._batch.items():
            before = self._stored.get(uri)
            numbers[uri] = number = before.id if before is not None else self._next()
            self._joins.add(message, number)
        new: list[tuple[Any, ...]] = []
        sightings: list[tuple[Any, ...]] = []
        for uri, message in self._batch.items():
            before, number = self._stored.get(uri), numbers[uri]
            if before is None:
                new.append(self._new_row(message, number))
            else:
                self._save_again(message, before)
            orphan_of = "" if self._parents[uri] else message.parent_id
            sightings.append((number, self._account, message.local_id, orphan_of, message.data))
        self._db.executemany(_INSERT, new)
        self._db.executemany(_SIGHT, sightings)
        return [(row[0], row[-len(CONTENT) :]) for row in new]

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _new_row(self, message: Message, number: int) -> tuple[Any, ...]:
        uri = message.uri
        parent_uri = self._parents[uri]
        author = self._people[message.author.platform, message.author.uid]
        judged = self._judged(message, parent_uri, number, author)
        thread_id = self._joins.thread_of(uri)
        self._touched.add(thread_id)
        self._arrived.append(number)
        created_at, since, history = self._times(message)
        return (
            number, uri, thread_id, parent_uri, author, number, created_at, since, judged.addressed, judged.orphan,
            judged.unjudged, judged.quiet, judged.thanks, judged.print, history, str(self._account),
            self._names(message), *stored.content(message),
        )  # fmt: skip

    def _times(self, message: Message) -> tuple[int, int, bool]:
        """Stated time, what may be believed of it, and whether it came before the time in which anything can wait.

        What a channel of incoming messages brings came now, whatever it says; what is only found says when.
        """
        created_at = micros(message.created_at)
        stated = min(created_at, self._now)
        since = max(stated, self._since)
        return created_at, since, (since if self._insist else stated) < self._waiting_from

    def _save_again(self, message: Message, before: Stored) -> None:
        """Update a message that was seen before, where anything about it is new."""
        if message.deleted or (before.deleted and not gone.is_back(self._db, before, self._account, message)):
            self._seen_by_too(before)
            return
        if before.filtered and not message.filtered and not (self._insist or message.filter_told):
            # A tray or a filter is told of where the message came in; found elsewhere it comes without.
            message = replace(message, filtered=before.filtered)
        parent_uri = self._parents[message.uri] or before.parent_uri
        content = stored.content(message)
        elsewhere = message.author.platform != before.author.platform
        # Two platforms never put the same words alike: what is shown changes only with what was said.
        known_at = (before.content[1] or 0) + elsewhere
        edited = content != before.content and known_at <= (content[1] or 0)
        seen_by = {int(number) for number in before.account_ids.split()}
        self._touched.add(before.thread_id)
        if not edited and parent_uri == before.parent_uri and self._account in seen_by:
            return
        if edited:
            stored.replace_content(self._db, before, content)
        subject = message if edited or elsewhere else before.message()
        judged = self._judged(subject, parent_uri, before.id, before.author_id)
        if elsewhere and judged.addressed is None and before.addressed is not None:
            judged = judging.of(before)
        if before.print is not None:
            self._news.prints.add(before.print)
        if edited and judged.addressed and before.addressed is None and not before.orphan:
            self._reopen(message, before)
        seen_by.add(self._account)
        account_ids = self._own.in_order(seen_by, subject, self._judge.author_of(parent_uri))
        names = self._names(message) if edited or not before.is_me else before.names
        self._db.execute(_UPDATE, (parent_uri, *judged.columns, account_ids, names, before.id))

    def _seen_by_too(self, before: Stored) -> None:
        """Note that this account, too, saw a message that is gone."""
        self._touched.add(before.thread_id)
        seen_by = [int(number) for number in before.account_ids.split()]
        if self._account not in seen_by:
            account_ids = " ".join(map(str, [*seen_by, self._account]))
            self._db.execute("UPDATE message SET account_ids = ? WHERE id = ?", (account_ids, before.id))

    def _reopen(self, message: Message, before: Stored) -> None:
        """An edit that first makes a message speak to the user is an arrival of its own."""
        self._arrived.append(before.id)
        said_at = min(message.edited_at or self._ctx.now, self._ctx.now)
        self._db.execute(
            "UPDATE message SET arrival = ?, addressed_at = ?, history = 0 WHERE id = ?",
            (self._next(), micros(said_at), before.id),
        )

    def _judged(self, message: Message, parent_uri: str, number: int, author: int) -> judging.Judged:
        judged = self._judge.judge(message, parent_uri, author in self._known)
        self._news.note(number, judged.quiet, judged.print)
        if judged.unjudged:
            seen = self._batch[message.uri]
            self._unjudged.append((seen.ref, Ref(parent_uri, seen.parent_id)))
        return judged

    def _names(self, message: Message) -> str:
        """The numbers of those that an own message names or quotes."""
        if message.uri not in self._mine:
            return ""
        platform, mine = message.author.platform, self._own.uids(message)
        numbers = [self._people[platform, uid] for uid, _ in _named(message) if uid not in mine]
        self._news.spoken_to.update(numbers)
        return " ".join(map(str, dict.fromkeys(numbers)))

    def _adopt(self) -> None:
        """Judge stored orphans again whose parents came with this batch."""
        orphans = self._joins.orphans(self._batch)
        if orphans:
            for child, judged in judging.adopt(self._db, self._own, orphans):
                self._touched.add(child.thread_id)
                self._news.note(child.id, judged.quiet, judged.print)

    def _bury(self) -> None:
        """What the batch itself says is deleted is as gone as what is reported missing."""
        deleted = [uri for uri, message in self._batch.items() if message.deleted]
        if deleted:
            touched, prints = gone.bury(self._db, self._account, deleted, self._ctx.now)
            self._touched |= touched
            self._news.prints |= prints

    def _note_exchanges(self) -> None:
        """Whom the user's own messages in the changed threads answer, or share a private conversation with."""
        news = self._news
        news.written_in |= {self._joins.thread_of(uri) for uri in self._mine}
        private = {
            self._joins.thread_of(uri)
            for uri, message in self._batch.items()
            if message.visibility is Visibility.DIRECT
        }
        news.spoken_to |= quieting.exchanges(self._db, self._touched, private)
        news.spoken_to -= self._known


def _created_at(message: Message) -> datetime:
    return message.created_at


def _named(message: Message) -> list[tuple[str, str]]:
    """uid and handle of those a message names or quotes."""
    named = [(mention.uid, mention.handle) for mention in message.mentions if mention.uid]
    return named + [(quote.uid, quote.name) for quote in message.quotes if quote.uid]
