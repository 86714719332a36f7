"""Which stored messages are quiet, where that hangs on more than the message: exchanges, and the same words to many."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field

from convo.model import Message, Reason
from convo.quiet import Stranger, fingerprint, why_quiet
from convo.store import persons, stored
from convo.store.own import Own
from convo.store.stored import Stored
from convo.waiting import Parent


def print_of(message: Message, exchanged: bool, addressed: str | None) -> int | None:
    """A number for the words of somebody the user does not know; None where they are not compared."""
    if exchanged or addressed is None or message.deleted:
        return None
    words = fingerprint(message.text)
    if not words:
        return None
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big", signed=True)


def at_first(
    own: Own, message: Message, reason: Reason | None, exchanged: bool, parent: Parent | None
) -> str:
    """Why a message is quiet by itself; `settle` looks at the rest of the store."""
    if exchanged and not message.author.bot:
        return ""
    return why_quiet(Stranger(message, reason, exchanged, parent, names=own.names))


@dataclass(slots=True)
class News:
    """What happened that may make messages quiet, or bring them out."""

    quiet: set[int] = field(default_factory=set)
    """Messages, by number, that seem quiet by themselves."""
    prints: set[int] = field(default_factory=set)
    """Numbers of words that came or went."""
    spoken_to: set[int] = field(default_factory=set)
    """Persons the user wrote to."""
    written_in: set[int] = field(default_factory=set)
    """Threads the user wrote in, or that others joined."""

    def note(self, message_id: int, quiet: str, print_: int | None) -> None:
        """A message was judged."""
        if quiet:
            self.quiet.add(message_id)
        if print_ is not None:
            self.prints.add(print_)


_EXCHANGES = """
SELECT q.author_id FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value
  JOIN person p ON p.id = m.author_id AND p.is_me JOIN message q ON q.uri = m.parent_uri
UNION
SELECT m.author_id FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value AND m.visibility = 'direct'
 WHERE EXISTS (SELECT 1 FROM message o JOIN person p ON p.id = o.author_id AND p.is_me
                WHERE o.thread_id = m.thread_id AND o.visibility = 'direct')
"""


def exchanges(db: sqlite3.Connection, thread_ids: Collection[int], private: Collection[int]) -> set[int]:
    """Whom the user answered in these threads, and with whom they talk in the private ones among them."""
    rows = db.execute(_EXCHANGES, (json.dumps(sorted(thread_ids)), json.dumps(sorted(private)))).fetchall()
    return {author_id for (author_id,) in rows}


def settle(db: sqlite3.Connection, own: Own, news: News) -> set[int]:
    """Look again at all that the news may change, and write down whom the user now knows; gives the threads changed."""
    met = persons.become_known(db, news.spoken_to) if news.spoken_to else set()
    looked_at, wanted = set(news.quiet), set(news.prints)
    if met:
        rows = db.execute(
            "SELECT m.id, m.print FROM json_each(?) j CROSS JOIN message m ON m.author_id = j.value"
            " WHERE m.quiet <> '' OR m.print IS NOT NULL",
            (json.dumps(sorted(met)),),
        ).fetchall()
        looked_at.update(id_ for id_, _ in rows)
        wanted.update(print_ for _, print_ in rows if print_ is not None)
        db.executemany(
            "UPDATE message SET print = NULL WHERE id = ? AND print IS NOT NULL", [row[:1] for row in rows]
        )
    looked_at |= _sharing(db, wanted)
    looked_at |= _quiet_in(db, news.written_in)
    return _look_again(db, own, looked_at) if looked_at else set()


def _sharing(db: sqlite3.Connection, prints: Collection[int]) -> set[int]:
    """The messages of these words, where they came more than once or were thought to."""
    if not prints:
        return set()
    rows = db.execute(
        "SELECT m.id, m.print, m.quiet <> '' FROM json_each(?) j CROSS JOIN message m INDEXED BY message_print"
        " ON m.print = j.value AND m.print IS NOT NULL",
        (json.dumps(sorted(prints)),),
    ).fetchall()
    groups: dict[int, list[tuple[int, bool]]] = {}
    for id_, print_, quiet in rows:
        groups.setdefault(print_, []).append((id_, quiet))
    return {id_ for group in groups.values() for id_, quiet in group if quiet or len(group) > 1}


def _quiet_in(db: sqlite3.Connection, thread_ids: Collection[int]) -> set[int]:
    if not thread_ids:
        return set()
    rows = db.execute(
        "SELECT m.id FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value WHERE m.quiet <> ''",
        (json.dumps(sorted(thread_ids)),),
    ).fetchall()
    return {id_ for (id_,) in rows}


def _look_again(db: sqlite3.Connection, own: Own, ids: Collection[int]) -> set[int]:
    found = stored.by_id(db, ids)
    around = stored.by_uri(db, {kept.parent_uri for kept in found.values() if kept.parent_uri})
    more = _surroundings(db, ids)
    changed: list[tuple[str, int]] = []
    touched: set[int] = set()
    for kept in found.values():
        message = kept.message()
        wrote_here, by_author, by_others = more[kept.id]
        quiet = why_quiet(
            Stranger(
                message,
                Reason(kept.addressed) if kept.addressed else None,
                kept.known,
                _parent(around.get(kept.parent_uri), own, message),
                wrote_here,
                by_author,
                by_others,
                own.names,
            )
        )
        if quiet != kept.quiet:
            changed.append((quiet, kept.id))
            touched.add(kept.thread_id)
    db.executemany("UPDATE message SET quiet = ? WHERE id = ?", changed)
    return touched


_WROTE_HERE = (
    "SELECT m.id, m.print, m.author_id, m.thread_id, EXISTS"
    " (SELECT 1 FROM message o JOIN person p ON p.id = o.author_id AND p.is_me"
    " WHERE o.thread_id = m.thread_id AND o.created_at < m.created_at)"
    " FROM json_each(?) j CROSS JOIN message m ON m.id = j.value"
)


def _surroundings(db: sqlite3.Connection, ids: Collection[int]) -> dict[int, tuple[bool, int, int]]:
    """By number: whether the user wrote in its thread before, in how many others its author said the same, and how
    many others did.

    Who says the same twice in one conversation says it to nobody else.
    """
    rows = db.execute(_WROTE_HERE, (json.dumps(sorted(ids)),)).fetchall()
    copies = _copies(db, {print_ for _, print_, *_ in rows if print_ is not None})
    found = {}
    for id_, print_, author, thread_id, wrote_here in rows:
        authors = copies.get(print_, {})
        elsewhere = len(authors.get(author, {thread_id}) - {thread_id})
        found[id_] = bool(wrote_here), elsewhere, max(len(authors) - 1, 0)
    return found


def _copies(db: sqlite3.Connection, prints: Collection[int]) -> dict[int, dict[int, set[int]]]:
    """Of each print, who wrote it, and in which threads."""
    found: dict[int, dict[int, set[int]]] = {}
    for print_, author, thread_id in db.execute(
        "SELECT m.print, m.author_id, m.thread_id FROM json_each(?) j CROSS JOIN message m INDEXED BY message_print"
        " ON m.print = j.value AND m.print IS NOT NULL",
        (json.dumps(sorted(prints)),),
    ):
        found.setdefault(print_, {}).setdefault(author, set()).add(thread_id)
    return found


def _parent(kept: Stored | None, own: Own, message: Message) -> Parent | None:
    if kept is None:
        return None
    return Parent(kept.author.uid in own.uids(message), kept.named)
