"""Which thread a message belongs to: that of its parent, its root, its children, whichever order they come in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from convo.model import Message

Key = tuple[str, str]
"""("u", canonical URI) or ("l", local id on the account's server)."""


class Joins:
    """The threads of one batch of an account's messages; threads that turn out to be one are joined.

    Every message that names another, stored or not, ties their places together. `apply` writes what was found.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        account_id: int,
        batch: Mapping[str, Message],
        ties: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`ties` name for some messages, by URI, another, in the store or in the batch, that is the same."""
        messages = batch.values()
        self._ties = ties
        self._db = db
        self._account = account_id
        self._places: dict[Key, int] = {}
        self._into: dict[int, int] = {}
        self._fresh: set[int] = set()
        self._absent: set[str] = set()
        self.local_uris: dict[str, str] = {}
        """Canonical URI by local id, of the messages that are stored or in the batch."""
        self._load_uris({*(uri for m in messages for uri in (m.uri, m.parent_uri, m.root_uri) if uri), *ties})
        self._load_locals({id_ for m in messages for id_ in (m.local_id, m.parent_id) if id_})
        self.local_uris.update((message.local_id, message.uri) for message in messages if message.local_id)

    def _load_uris(self, uris: Iterable[str]) -> None:
        wanted = (json.dumps(list(uris)),)
        rows = self._db.execute(
            "SELECT a.uri, coalesce(g.into_id, a.thread_id) FROM json_each(?) j CROSS JOIN absent a ON a.uri = j.value"
            " LEFT JOIN merged g ON g.id = a.thread_id",
            wanted,
        ).fetchall()
        for uri, thread_id in rows:
            self._absent.add(uri)
            self._places["u", uri] = thread_id
        self._stored = set()
        rows = self._db.execute(
            "SELECT m.uri, m.thread_id FROM json_each(?) j CROSS JOIN message m ON m.uri = j.value", wanted
        ).fetchall()
        for uri, thread_id in rows:
            self._stored.add(uri)
            self._places["u", uri] = thread_id

    def _load_locals(self, ids: Iterable[str]) -> None:
        wanted = (self._account, json.dumps(list(ids)))
        rows = self._db.execute(
            "SELECT s.parent_local_id, m.thread_id"
            " FROM json_each(?2) j CROSS JOIN sighting s INDEXED BY sighting_orphan"
            " ON s.account_id = ?1 AND s.parent_local_id = j.value AND s.parent_local_id <> ''"
            " JOIN message m ON m.id = s.message_id",
            wanted,
        ).fetchall()
        for local_id, thread_id in rows:
            self._place(("l", local_id), thread_id)
        rows = self._db.execute(
            "SELECT s.local_id, m.thread_id, m.uri FROM json_each(?2) j CROSS JOIN sighting s INDEXED BY sighting_local"
            " ON s.account_id = ?1 AND s.local_id = j.value AND s.local_id <> '' JOIN message m ON m.id = s.message_id"
            " ORDER BY m.id",
            wanted,
        ).fetchall()
        for local_id, thread_id, uri in rows:
            self._place(("l", local_id), thread_id)
            self.local_uris[local_id] = uri

    def _place(self, key: Key, thread_id: int) -> None:
        self._places[key] = self._join(thread_id, self._places.get(key, thread_id))

    def find(self, thread_id: int) -> int:
        """The thread that this one has become."""
        while thread_id in self._into:
            thread_id = self._into[thread_id]
        return thread_id

    def _join(self, one: int, other: int) -> int:
        """Make two threads one: the older id stays."""
        keep, goes = sorted((self.find(one), self.find(other)))
        if keep != goes:
            self._into[goes] = keep
        return keep

    def add(self, message: Message, number: int) -> None:
        """Tie a message to those it names; a thread that it is the first of is called by its `number`."""
        tie = self._ties.get(message.uri) if self._ties else None
        keys: list[Key] = [
            ("u", uri) for uri in (message.uri, message.parent_uri, message.root_uri, tie) if uri
        ]
        keys += [("l", id_) for id_ in (message.local_id, message.parent_id) if id_]
        thread_id = None
        for key in keys:
            known = self._places.get(key)
            if known is not None:
                thread_id = self._join(known, known if thread_id is None else thread_id)
        if thread_id is None:
            thread_id = number
            self._fresh.add(number)
        for key in keys:
            self._places[key] = thread_id

    def thread_of(self, uri: str) -> int:
        """The thread of a message that was added."""
        return self.find(self._places["u", uri])

    def orphans(self, batch: Mapping[str, Message]) -> dict[int, str]:
        """The stored messages, by number, whose parents, by URI, came with the batch."""
        locals_ = {message.local_id: uri for uri, message in batch.items() if message.local_id}
        rows = self._db.execute(
            "SELECT s.message_id, s.parent_local_id FROM json_each(?2) j CROSS JOIN sighting s INDEXED BY"
            " sighting_orphan ON s.account_id = ?1 AND s.parent_local_id = j.value AND s.parent_local_id <> ''",
            (self._account, json.dumps(list(locals_))),
        ).fetchall()
        found = {message_id: locals_[local_id] for message_id, local_id in rows}
        self._db.executemany(
            "UPDATE sighting SET parent_local_id = '' WHERE account_id = ? AND message_id = ?",
            [(self._account, message_id) for message_id in found],
        )
        rows = self._db.execute(
            "SELECT m.id, m.parent_uri FROM json_each(?) j CROSS JOIN message m INDEXED BY message_orphan"
            " ON m.parent_uri = j.value AND m.orphan",
            (json.dumps(list(batch)),),
        ).fetchall()
        found.update(rows)
        return found

    def apply(self, added: Iterable[str]) -> set[int]:
        """Write joins and absent messages, now that `added` are stored; gives the threads that others joined."""
        stored = self._stored.union(added)
        come = [(uri,) for uri in self._absent & stored]
        if come:
            self._db.executemany("DELETE FROM absent WHERE uri = ?", come)
        missing = [
            (uri, self.find(thread_id))
            for (kind, uri), thread_id in self._places.items()
            if kind == "u" and uri not in stored and uri not in self._absent
        ]
        if missing:
            self._db.executemany("INSERT INTO absent VALUES (?, ?)", missing)
        changed = set()
        for goes in self._into:
            if goes not in self._fresh:
                changed.add(self.find(goes))
                self._merge(goes, self.find(goes))
        return changed

    def _merge(self, goes: int, keep: int) -> None:
        db = self._db
        db.execute("UPDATE message SET thread_id = ? WHERE thread_id = ?", (keep, goes))
        db.execute("UPDATE merged SET into_id = ? WHERE into_id = ?", (keep, goes))
        db.execute("INSERT INTO merged VALUES (?, ?)", (goes, keep))
        db.execute("DELETE FROM talk WHERE thread_id = ?", (goes,))
        db.execute("DELETE FROM thread WHERE id = ?", (goes,))
