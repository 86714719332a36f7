"""A bridge's copies and their originals, told as they are stored, whichever comes first; and who wrote both.

An adapter says of which message one is a copy, and who its author is elsewhere. It is believed when the original, as
its own platform gives it, is by that person: nobody's words are ever taken for somebody else's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from convo.model import Message, Person
from convo.store import people, persons, places, threads, turns, twins
from convo.store.connection import micros
from convo.store.stored import Stored

_NEAR: Final = timedelta(days=1)
"""A copy states the time of its original: so far apart they may be, where the original is looked for by its page."""

Key = tuple[str, str]
"""Platform and uid of a person."""


class Copies:
    """The copies in a batch, or of what is in it, with their originals, as far as these are known."""

    def __init__(self, db: sqlite3.Connection, batch: Mapping[str, Message]) -> None:
        self._db = db
        self._copies = [message for message in batch.values() if message.copy_of and message.author.original]
        self._originals: dict[str, str] = {}
        others = [message for message in batch.values() if not message.copy_of]
        for copy in self._copies:
            found = _stored_original(db, copy)  # a batch is of one platform: its original is in none with it
            if found:
                self._originals[copy.uri] = found
        if others and db.execute("SELECT max(message_id) FROM copy").fetchone()[0] is not None:
            self._originals.update(_stored_copies(db, others))

    @property
    def ties(self) -> Mapping[str, str]:
        """Each of these messages with the other that it is one with, by URI; the two stand in one thread."""
        return {**{original: copy for copy, original in self._originals.items()}, **self._originals}

    def write(self, kept: Collection[str]) -> Met:
        """Note them, now that the messages `kept` of the batch are stored; and who wrote those that are one."""
        db = self._db
        db.executemany(
            "INSERT INTO copy (message_id, original, author) SELECT id, ?, ? FROM message WHERE uri = ?"
            " ON CONFLICT (message_id) DO UPDATE SET original = excluded.original, author = excluded.author"
            " WHERE original <> excluded.original OR author <> excluded.author",
            [(one.copy_of, one.author.original, one.uri) for one in self._copies if one.uri in kept],
        )
        met = Met()
        rows = db.execute(
            "SELECT o.id, c.message_id, m.author_id, o.author_id FROM json_each(?) j"
            " CROSS JOIN message m ON m.uri = j.key JOIN copy c ON c.message_id = m.id"
            " JOIN message o ON o.uri = j.value",
            (json.dumps(self._originals),),
        ).fetchall()
        db.executemany("UPDATE copy SET original_id = ? WHERE message_id = ?", [row[:2] for row in rows])
        for *_, copied, other in rows:
            met.add(db, copied, other)
        twins.regroup(db, sorted({row[0] for row in rows}))
        turns.settle(db, met.joined)
        return met


@dataclass(slots=True)
class Met:
    """Who turned out to be one human with somebody, or the user."""

    threads: set[int] = field(default_factory=set)
    """The threads that changes."""
    known: set[int] = field(default_factory=set)
    """Persons to be known to the user, who wrote to the other that they are."""
    me: list[Key] = field(default_factory=list)
    """Persons who turned out to be the user."""
    joined: set[int] = field(default_factory=set)

    def add(self, db: sqlite3.Connection, one: int, other: int) -> None:
        """Two persons are one: the user is the user under both names, others become one human.

        Not where the user said that they are two, or made a human of each.
        """
        me = dict(db.execute("SELECT id, is_me FROM person WHERE id IN (?, ?)", (one, other)).fetchall())
        both = {one, other}
        if any(me.values()):
            for number in (number for number, is_me in me.items() if not is_me):
                self.me += db.execute(
                    "UPDATE person SET is_me = 1 WHERE id = ? RETURNING platform, uid", (number,)
                ).fetchall()
                self.threads |= threads.of_person(db, number)
        elif _join(db, one, other):
            self.joined |= both
            if both & people.in_circle(db):
                self.threads |= threads.of_person(db, one) | threads.of_person(db, other)
            known = persons.known_among(db, both)
            self.known |= both - known if known else set()


_WRITER: Final = "m.uri, p.platform, p.uid, p.handle"


def _stored_original(db: sqlite3.Connection, copy: Message) -> str:
    """The URI of a copy's original in the store: by its URI, else by the page of its author's message of that time."""
    rows = db.execute(
        f"SELECT {_WRITER} FROM message m JOIN person p ON p.id = m.author_id WHERE m.uri = ?",
        (copy.copy_of,),
    ).fetchall()
    rows += db.execute(
        f"SELECT {_WRITER} FROM place a JOIN person p ON p.id = a.person_id JOIN message m INDEXED BY message_author"
        " ON m.author_id = p.id AND m.created_at BETWEEN ? AND ?"
        " WHERE a.place = ? AND a.kind = 'handle' AND m.url = ?",
        (
            micros(copy.created_at - _NEAR),
            micros(copy.created_at + _NEAR),
            copy.author.original.lower(),
            copy.copy_of,
        ),
    ).fetchall()
    return next((uri for uri, *who in rows if _is_meant(copy.author, Person(*who))), "")


def _stored_copies(db: sqlite3.Connection, others: Iterable[Message]) -> dict[str, str]:
    """The stored copies, by URI, of these messages, by URI."""
    at: dict[str, list[Message]] = {}
    for message in others:
        for address in {message.uri, message.url} - {""}:
            at.setdefault(address, []).append(message)
    rows = db.execute(
        "SELECT m.uri, c.original, c.author, p.platform, p.uid, p.handle FROM json_each(?) j"
        " CROSS JOIN copy c ON c.original = j.value JOIN message m ON m.id = c.message_id"
        " JOIN person p ON p.id = m.author_id",
        (json.dumps(list(at)),),
    ).fetchall()
    found: dict[str, str] = {}
    for uri, address, original, *who in rows:
        writer = replace(Person(*who), original=original)
        meant = [one.uri for one in at[address] if _is_meant(writer, one.author)]
        if meant:
            found[uri] = meant[0]
    return found


def _is_meant(copied: Person, person: Person) -> bool:
    """Whether a person is who somebody whom a bridge shows on another platform is there."""
    if copied.platform == person.platform:
        return False
    handles = {place for kind, place in places.of(person.handle, "") if kind == places.HANDLE}
    return copied.original == person.uid or _folded(copied.original) in map(_folded, handles)


def _folded(name: str) -> str:
    """A handle in the form of a domain, where bridges put "-" for what no domain has."""
    return name.lower().replace("_", "-").replace("~", "-")


# Who wrote them -----------------------------------------------------------------------------------------


def introduce(db: sqlite3.Connection, numbers: Mapping[Key, int], authors: Iterable[Person]) -> Met:
    """Find whom those are elsewhere whom a bridge shows, before their messages are judged."""
    met = Met()
    for author in {one.uid: one for one in authors if one.original}.values():
        for other in _elsewhere(db, author):
            met.add(db, numbers[author.platform, author.uid], other)
    turns.settle(db, met.joined)
    return met


def is_same(before: Person, person: Person) -> bool:
    """Whether two accounts mean one person by the author of one message.

    Platforms that speak one protocol may name people by different addresses; the whole handle is the same.
    """
    if before.uid == person.uid:
        return True
    return (
        before.platform != person.platform
        and "@" in person.handle.lstrip("@")
        and before.handle.lower() == person.handle.lower()
    )


def one_address(
    db: sqlite3.Connection,
    numbers: Mapping[Key, int],
    batch: Mapping[str, Message],
    stored: Mapping[str, Stored],
) -> Met:
    """Find who wrote messages, by URI, that came through another platform before."""
    met = Met()
    pairs = {
        (stored[uri].author_id, numbers[message.author.platform, message.author.uid])
        for uri, message in batch.items()
        if uri in stored and stored[uri].author.platform != message.author.platform
    }
    for before, number in sorted(pairs):
        met.add(db, before, number)
    turns.settle(db, met.joined)
    return met


def _elsewhere(db: sqlite3.Connection, author: Person) -> list[int]:
    """The persons who are meant, by number."""
    rows = db.execute(
        "SELECT p.id, p.platform, p.uid, p.handle FROM (SELECT DISTINCT platform FROM account) a"
        " CROSS JOIN person p ON p.platform = a.platform AND p.uid = ?1"
        " UNION SELECT p.id, p.platform, p.uid, p.handle FROM place a JOIN person p ON p.id = a.person_id"
        " WHERE a.place = ?2 AND a.kind = 'handle'",
        (author.original, author.original.lower()),
    ).fetchall()
    return [id_ for id_, *who in rows if _is_meant(author, Person(*who))]


def _join(db: sqlite3.Connection, one: int, other: int) -> bool:
    """Make one human of two persons; whether that was to be done."""
    contacts = people.contact_of(db, one), people.contact_of(db, other)
    if None not in contacts or _is_apart(db, one, other):
        return False
    kept = contacts[0] or contacts[1]
    if kept is None:
        kept = int(db.execute("INSERT INTO contact DEFAULT VALUES RETURNING id").fetchone()[0])
    db.execute(
        "INSERT INTO contact_person SELECT platform, uid, ?1 FROM person WHERE id IN (?2, ?3)"
        " ON CONFLICT DO NOTHING",
        (kept, one, other),
    )
    return True


def _is_apart(db: sqlite3.Connection, one: int, other: int) -> bool:
    found = db.execute(
        "SELECT 1 FROM person p JOIN person q JOIN apart a ON (a.platform = p.platform AND a.uid = p.uid"
        " AND a.other_platform = q.platform AND a.other_uid = q.uid) WHERE (p.id, q.id) IN (VALUES (?1, ?2), (?2, ?1))",
        (one, other),
    ).fetchone()
    return found is not None
