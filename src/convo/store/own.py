"""The user on every platform: whose words are theirs, and which account comes first for a message."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from convo.model import Message


class Own:
    """The user's accounts as one batch needs them; read anew for each."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._uids: dict[str, set[str]] = {}
        self.names: set[str] = set()
        """The user's names, a word each."""
        for id_, platform, uid, name in db.execute(
            "SELECT a.id, a.platform, a.own_uid, coalesce(p.name, '') FROM account a"
            " LEFT JOIN person p ON p.platform = a.platform AND p.uid = a.own_uid"
        ).fetchall():
            self._ids[platform, uid] = id_
            self.add(platform, uid)
            self.names.update(name.split())
        for platform, uid in db.execute("SELECT platform, uid FROM person WHERE is_me = 1").fetchall():
            self.add(platform, uid)

    def add(self, platform: str, uid: str) -> None:
        """Take a person for the user: whom a bridge shows in their stead."""
        self._uids.setdefault(platform, set()).add(uid)

    def uids(self, message: Message) -> Collection[str]:
        """The user's uids on the platform of this message."""
        return self._uids.get(message.author.platform, ())

    def wrote(self, message: Message) -> bool:
        """Whether the user wrote it."""
        return message.author.uid in self.uids(message)

    def in_order(self, seen_by: Collection[int], message: Message, parent_author: str) -> str:
        """The `account_ids` of a message: first the account it answers, then in the order it names them."""
        uids = [parent_author, *(mention.uid for mention in message.mentions)]
        named = [self._ids.get((message.author.platform, uid), 0) for uid in uids]
        order = [number for number in dict.fromkeys(named) if number in seen_by]
        return " ".join(map(str, [*order, *sorted(set(seen_by).difference(order))]))
