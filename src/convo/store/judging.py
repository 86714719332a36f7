"""What follows for one message from what it says and whom it answers: does it speak to the user, is it quiet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from convo.model import Message, Reason
from convo.store import persons, stored
from convo.store.stored import Stored
from convo.waiting import Parent, Unjudged, addressed


@dataclass(frozen=True, slots=True)
class Judged:
    """The derived columns of one message; `orphan` when its parent is named but not known."""

    addressed: str | None
    orphan: bool = False
    unjudged: bool = False
    quiet: str = ""
    thanks: bool = False


class Own:
    """The user on every platform: whose words are theirs, and which account comes first for a message."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._uids: dict[str, set[str]] = {}
        for id_, platform, uid in db.execute("SELECT id, platform, own_uid FROM account").fetchall():
            self._ids[platform, uid] = id_
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


class Judge:
    """Judges the messages of one batch, which may answer each other and what is stored."""

    def __init__(
        self, own: Own, batch: Mapping[str, Message], known: Mapping[str, Stored], insist: bool
    ) -> None:
        self.own = own
        self._batch = batch
        self._stored = known
        self._insist = insist

    def author_of(self, uri: str) -> str:
        """The uid of who wrote a message, "" where it is not known."""
        found = self._batch.get(uri) or self._stored.get(uri)
        return found.author.uid if found is not None else ""

    def judge(self, message: Message, parent_uri: str, exchanged: bool) -> Judged:
        """Judge a message; `exchanged` when the user has written to its author.

        One whose parent must be loaded first stays unjudged where every message must be judged, or it names
        the user; others are not asked about.
        """
        mine = self.own.uids(message)
        parent = self._parent(parent_uri, mine)
        orphan = parent is None and bool(parent_uri or message.parent_id)
        reason = addressed(message, parent, mine)
        if isinstance(reason, Unjudged):
            return Judged(
                None, orphan, self._insist or any(mention.uid in mine for mention in message.mentions)
            )
        return decide(message, reason, exchanged, orphan)

    def _parent(self, uri: str, mine: Collection[str]) -> Parent | None:
        if not uri:
            return None
        found: Message | None = self._batch.get(uri)
        if found is None:
            kept = self._stored.get(uri)
            if kept is None:
                return None
            found = kept.message()
        return Parent(found.author.uid in mine, {mention.uid for mention in found.mentions})


def decide(message: Message, reason: Reason | None, exchanged: bool, orphan: bool = False) -> Judged:
    """The derived columns, now that it is known whether and why a message speaks to the user."""
    if reason is None and not message.held:
        return Judged(None, orphan)
    return Judged(
        reason.value if reason else None,
        orphan,
        False,
        _quiet(message, reason, exchanged),
        _thanks(message.text),
    )


def _quiet(message: Message, reason: Reason | None, exchanged: bool) -> str:
    return ""


def _thanks(text: str) -> bool:
    return False


def adopt(db: sqlite3.Connection, own: Own, orphans: Mapping[int, str]) -> set[int]:
    """Give stored orphans, by number, the parents that have come, by URI, and judge them again; gives their threads."""
    children = stored.by_id(db, orphans)
    judge = Judge(own, {}, stored.by_uri(db, set(orphans.values())), insist=False)
    rows = []
    for child in children.values():
        parent_uri = orphans[child.id]
        judged = judge.judge(child.message(), parent_uri, child.known)
        seen_by = own.in_order(
            [int(number) for number in child.account_ids.split()],
            child.message(),
            judge.author_of(parent_uri),
        )
        rows.append((parent_uri, *_columns(judged), seen_by, child.id))
    db.executemany(
        "UPDATE message SET parent_uri = ?, addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ?,"
        " account_ids = ? WHERE id = ?",
        rows,
    )
    return {child.thread_id for child in children.values()}


def judge_alone(db: sqlite3.Connection, own: Own, uris: Collection[str]) -> set[int]:
    """Judge messages whose parents cannot be had as if these named nobody; gives their threads."""
    found = [message for message in stored.by_uri(db, uris).values() if message.unjudged]
    rows = []
    for kept in found:
        message = kept.message()
        reason = addressed(message, Parent(False, ()), own.uids(message))
        assert not isinstance(reason, Unjudged)
        rows.append((*_columns(decide(message, reason, kept.known, orphan=True)), kept.id))
    db.executemany(
        "UPDATE message SET addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ? WHERE id = ?", rows
    )
    return {kept.thread_id for kept in found}


def _columns(judged: Judged) -> tuple[str | None, int, int, str, int]:
    return judged.addressed, int(judged.orphan), int(judged.unjudged), judged.quiet, int(judged.thanks)


def meet(db: sqlite3.Connection, spoken_to: Collection[int]) -> set[int]:
    """Note whom the user wrote to: what was quiet of theirs is looked at again; gives the threads of that."""
    met = persons.become_known(db, spoken_to) if spoken_to else set()
    if not met:
        return set()
    rows = db.execute(
        "SELECT m.id FROM json_each(?) j CROSS JOIN message m ON m.author_id = j.value WHERE m.quiet <> ''",
        (json.dumps(sorted(met)),),
    ).fetchall()
    found = stored.by_id(db, [id_ for (id_,) in rows]).values()
    again = [
        (_quiet(kept.message(), Reason(kept.addressed) if kept.addressed else None, True), kept.id)
        for kept in found
    ]
    db.executemany("UPDATE message SET quiet = ? WHERE id = ?", again)
    return {kept.thread_id for kept in found}
