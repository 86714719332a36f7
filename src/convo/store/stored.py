"""Messages as the store has them, read back whole: for comparing, judging again, and answering."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from convo.model import Message, Person, Reason, Visibility
from convo.store import indexing
from convo.store.connection import micros, moment
from convo.store.packing import named_in, pack, unpack
from convo.values import frozen

CONTENT = (
    "root_uri", "edited_at", "visibility", "language", "claim", "filtered", "more_below", "flat", "branch",
    "resolved", "held", "deleted", "url", "title", "content_warning", "text", "extra",
)  # fmt: skip
"""The columns that an edit may change."""

_SELECT = f"""
SELECT m.id, m.thread_id, m.author_id, m.arrival, m.since, m.addressed, m.orphan, m.unjudged, m.quiet, m.thanks,
       m.print,
       m.history, m.account_ids, m.names, m.uri, m.parent_uri, m.created_at, p.platform, p.uid, p.handle, p.name,
       p.url, p.bot, p.is_me, p.known, {", ".join(f"m.{column}" for column in CONTENT)}
"""
_BY_URI = f"{_SELECT} FROM json_each(?) j CROSS JOIN message m ON m.uri = j.value JOIN person p ON p.id = m.author_id"
_BY_ID = f"{_SELECT} FROM json_each(?) j CROSS JOIN message m ON m.id = j.value JOIN person p ON p.id = m.author_id"


@frozen
class Stored:
    """One row of `message` with its author; `content` are the values of `CONTENT`, in that order."""

    id: int
    thread_id: int
    author_id: int
    arrival: int
    since: int
    addressed: str | None
    orphan: bool
    unjudged: bool
    quiet: str
    thanks: bool
    print: int | None
    history: bool
    account_ids: str
    names: str
    uri: str
    parent_uri: str
    created_at: int
    author: Person
    is_me: bool
    known: bool
    content: tuple[Any, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return str(self.content[15])

    @property
    def named(self) -> set[str]:
        """The uids of those whom it names."""
        return named_in(self.content[16])

    @property
    def indexed(self) -> tuple[str, str, str]:
        """Title, content warning and text: what the search index was given."""
        return self.content[13], self.content[14], self.content[15]

    @property
    def filtered(self) -> str:
        """Why the platform's own filter or request tray holds it."""
        return str(self.content[5])

    @property
    def deleted(self) -> bool:
        """Whether it is gone from its platform."""
        return bool(self.content[11])

    def message(self, local_id: str = "", parent_id: str = "", data: str = "") -> Message:
        """It as a model value; local ids and data are those of one account's sighting."""
        root, edited, visibility, language, claim, filtered, more, flat, branch, resolved, held, deleted, url, title, \
            warning, text, packed = self.content  # fmt: skip
        extra = unpack(packed)
        return Message(
            uri=self.uri,
            author=self.author,
            created_at=moment(self.created_at),
            text=text,
            local_id=local_id,
            parent_id=parent_id,
            parent_uri=self.parent_uri,
            root_uri=root,
            url=url,
            title=title,
            edited_at=None if edited is None else moment(edited),
            content_warning=warning,
            visibility=Visibility(visibility),
            language=language,
            mentions=extra.mentions,
            quotes=extra.quotes,
            attachments=extra.attachments,
            links=extra.links,
            claim=Reason(claim) if claim else None,
            flat=bool(flat),
            branch=branch,
            resolved=bool(resolved),
            held=bool(held),
            deleted=bool(deleted),
            filtered=filtered,
            more_below=bool(more),
            refusals=extra.refusals,
            data=data,
        )


def content(message: Message) -> tuple[Any, ...]:
    """The values of `CONTENT` for a message; of a deleted one nothing that it said."""
    gone = message.deleted
    return (
        message.root_uri,
        None if message.edited_at is None else micros(message.edited_at),
        message.visibility.value,
        message.language,
        message.claim.value if message.claim else None,
        message.filtered,
        int(message.more_below),
        int(message.flat),
        message.branch,
        int(message.resolved),
        int(message.held),
        int(gone),
        message.url,
        "" if gone else message.title,
        "" if gone else message.content_warning,
        "" if gone else message.text,
        pack(message),
    )


_SET_CONTENT = f"UPDATE message SET {', '.join(f'{column} = ?' for column in CONTENT)} WHERE id = ?"


def replace_content(db: sqlite3.Connection, before: Stored, after: Sequence[Any]) -> None:
    """Give a message other content; its old words leave the index while the row is as it was."""
    indexing.replace(db, before.id, before.indexed, after[13:16])
    db.execute(_SET_CONTENT, (*after, before.id))


def by_uri(db: sqlite3.Connection, uris: Iterable[str]) -> dict[str, Stored]:
    """The stored ones of these messages, by canonical URI."""
    rows = db.execute(_BY_URI, (json.dumps(list(uris)),)).fetchall()
    return {stored.uri: stored for stored in map(_stored, rows)}


def by_id(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Stored]:
    """Messages by their number."""
    rows = db.execute(_BY_ID, (json.dumps(list(ids)),)).fetchall()
    return {stored.id: stored for stored in map(_stored, rows)}


def as_seen_by(db: sqlite3.Connection, message_id: int, account_id: int) -> Message | None:
    """A message with the local id and data of one account's sighting, as its adapter needs it for an answer."""
    found = by_id(db, (message_id,)).get(message_id)
    return seen_by(db, found, account_id) if found is not None else None


def seen_by(db: sqlite3.Connection, found: Stored, account_id: int) -> Message | None:
    """The same of a message that was read; None where the account never saw it."""
    row = db.execute(
        "SELECT local_id, parent_local_id, data FROM sighting WHERE message_id = ? AND account_id = ?",
        (found.id, account_id),
    ).fetchone()
    return found.message(*row) if row else None


def _stored(row: tuple[Any, ...]) -> Stored:
    platform, uid, handle, name, url, bot, is_me, known = row[17:25]
    author = Person(platform, uid, handle, name, url, bool(bot))
    (
        id_, thread_id, author_id, arrival, since, addressed, orphan, unjudged, quiet, thanks, print_, history,
        account_ids, names, uri, parent_uri, created_at,
    ) = row[:17]  # fmt: skip
    return Stored(
        id_, thread_id, author_id, arrival, since, addressed, bool(orphan), bool(unjudged), quiet, bool(thanks),
        print_, bool(history), account_ids, names, uri, parent_uri, created_at, author, bool(is_me), bool(known),
        row[25:],
    )  # fmt: skip
