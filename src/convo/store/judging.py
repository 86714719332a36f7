"""What follows for one message from what it says and whom it answers: does it speak to the user, is it quiet."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import NamedTuple

from convo.model import Message, Reason
from convo.store import quieting, stored
from convo.store.own import Own
from convo.store.stored import Stored
from convo.thanks import asks, sounds_finished
from convo.waiting import Parent, Unjudged, addressed


class Judged(NamedTuple):
    """The derived columns of one message; `orphan` when its parent is named but not known."""

    addressed: str | None
    orphan: bool = False
    unjudged: bool = False
    quiet: str = ""
    thanks: bool = False
    print: int | None = None

    @property
    def columns(self) -> tuple[str | None, bool, bool, str, bool, int | None]:
        """The values of addressed, orphan, unjudged, quiet, thanks and print."""
        return self.addressed, self.orphan, self.unjudged, self.quiet, self.thanks, self.print


def of(kept: Stored) -> Judged:
    """What a stored message was judged to be."""
    return Judged(kept.addressed, kept.orphan, kept.unjudged, kept.quiet, kept.thanks, kept.print)


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
        return _decide(self.own, message, reason, exchanged, parent, orphan)

    def _parent(self, uri: str, mine: Collection[str]) -> Parent | None:
        if not uri:
            return None
        found = self._batch.get(uri)
        if found is not None:
            return Parent(
                found.author.uid in mine or self.own.wrote(found),
                {mention.uid for mention in found.mentions},
                asks(found.text),
            )
        kept = self._stored.get(uri)
        return (
            None
            if kept is None
            else Parent(kept.is_me or kept.author.uid in mine, kept.named, asks(kept.text))
        )


def _decide(
    own: Own, message: Message, reason: Reason | None, exchanged: bool, parent: Parent | None, orphan: bool
) -> Judged:
    """The derived columns, now that it is known whether and why a message speaks to the user."""
    if reason is None:
        return Judged(None, orphan)
    return Judged(
        reason.value,
        orphan,
        False,
        quieting.at_first(own, message, reason, exchanged, parent),
        _sounds_finished(own, message, parent),
        quieting.print_of(message, exchanged, reason.value),
    )


def _sounds_finished(own: Own, message: Message, parent: Parent | None) -> bool:
    """Whether a message is mere thanks: a file or a link with them tells something."""
    if message.attachments or message.links:
        return False
    return sounds_finished(message.text, own.names, asked=parent is not None and parent.asks)


def adopt(db: sqlite3.Connection, own: Own, orphans: Mapping[int, str]) -> list[tuple[Stored, Judged]]:
    """Give stored orphans, by number, the parents that have come, by URI, and judge them again."""
    children = stored.by_id(db, orphans)
    judge = Judge(own, {}, stored.by_uri(db, set(orphans.values())), insist=False)
    rows, found = [], []
    for child in children.values():
        parent_uri = orphans[child.id]
        judged = judge.judge(child.message(), parent_uri, child.known)
        seen_by = own.in_order(
            [int(number) for number in child.account_ids.split()],
            child.message(),
            judge.author_of(parent_uri),
        )
        rows.append((parent_uri, *judged.columns, seen_by, child.id))
        found.append((child, judged))
    db.executemany(
        "UPDATE message SET parent_uri = ?, addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ?,"
        " print = ?, account_ids = ? WHERE id = ?",
        rows,
    )
    return found


def judge_alone(db: sqlite3.Connection, own: Own, uris: Collection[str]) -> list[tuple[Stored, Judged]]:
    """Judge messages whose parents cannot be had as if these named nobody."""
    rows, found = [], []
    for kept in stored.by_uri(db, uris).values():
        if not kept.unjudged:
            continue
        message = kept.message()
        reason = addressed(message, Parent(False, ()), own.uids(message))
        assert not isinstance(reason, Unjudged)
        judged = _decide(own, message, reason, kept.known, None, True)
        rows.append((*judged.columns, kept.id))
        found.append((kept, judged))
    db.executemany(
        "UPDATE message SET addressed = ?, orphan = ?, unjudged = ?, quiet = ?, thanks = ?, print = ? WHERE id = ?",
        rows,
    )
    return found
