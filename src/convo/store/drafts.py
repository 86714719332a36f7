"""Drafts: words on their way into an answer, keyed by account and the message they answer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from convo.model import Visibility
from convo.store import twins
from convo.store.connection import micros, moment
from convo.views import Draft

_SELECT = (
    "SELECT a.name, d.uri, d.text, d.options, d.touched_at, d.seen_arrival"
    " FROM draft d JOIN account a ON a.id = d.account_id"
)


def save(db: sqlite3.Connection, account_id: int, draft: Draft, now: datetime) -> None:
    """Keep a draft as it stands; an account and a message have one."""
    draft = replace(draft, uri=twins.shown_uri(db, draft.uri))
    old = db.execute(
        "SELECT options, seen_arrival FROM draft WHERE account_id = ? AND uri = ?", (account_id, draft.uri)
    ).fetchone()
    seen = ""
    if old and old[1] == draft.seen_arrival:
        seen = str(json.loads(old[0]).get("seen", ""))
    options = {**options_of(draft), "seen": seen or digest(db, draft.uri)}
    db.execute(
        "INSERT INTO draft (account_id, uri, text, options, touched_at, seen_arrival) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (account_id, uri) DO UPDATE SET text = excluded.text, options = excluded.options,"
        " touched_at = excluded.touched_at, seen_arrival = excluded.seen_arrival",
        (account_id, draft.uri, draft.text, json.dumps(options), micros(now), draft.seen_arrival),
    )
    if old is None:
        touch(db, draft.uri)


def load(db: sqlite3.Connection, account_id: int, uri: str) -> Draft | None:
    """The draft of an account about a message."""
    uri = twins.shown_uri(db, uri)
    found = db.execute(f"{_SELECT} WHERE d.account_id = ? AND d.uri = ?", (account_id, uri)).fetchone()
    return _draft(found) if found else None


def every(db: sqlite3.Connection) -> list[Draft]:
    """All drafts, the last touched first."""
    return [_draft(row) for row in db.execute(f"{_SELECT} ORDER BY d.touched_at DESC, d.uri")]


def put_back(
    db: sqlite3.Connection, account_id: int, uri: str, text: str, options: Mapping[str, Any], now: datetime
) -> None:
    """Move the words of an answer that has not left into its draft, before what was begun there meanwhile."""
    uri = twins.shown_uri(db, uri)
    begun = db.execute(
        "SELECT text, options, seen_arrival FROM draft WHERE account_id = ? AND uri = ?", (account_id, uri)
    ).fetchone()
    if begun:
        text = f"{text}\n\n{begun[0]}" if begun[0].strip() else text
        mine = json.loads(begun[1]).get("attachments", [])
        options = {**options, "attachments": [*options.get("attachments", []), *mine]}
    db.execute(
        "INSERT INTO draft (account_id, uri, text, options, touched_at, seen_arrival) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (account_id, uri) DO UPDATE SET text = excluded.text, options = excluded.options,"
        " touched_at = excluded.touched_at",
        (account_id, uri, text, json.dumps(options), micros(now), int(options.get("seen_arrival", 0))),
    )
    touch(db, uri)


def remove(db: sqlite3.Connection, account_id: int, uri: str) -> None:
    """Take a draft away whose words have gone elsewhere."""
    uri = twins.shown_uri(db, uri)
    db.execute("DELETE FROM draft WHERE account_id = ? AND uri = ?", (account_id, uri))


def remove_pasted(db: sqlite3.Connection, thread_ids: Collection[int]) -> None:
    """Take away the drafts whose words were pasted on the platform's page, once the answer was found there."""
    if db.execute("SELECT 1 FROM draft WHERE json_extract(options, '$.pasted') LIMIT 1").fetchone() is None:
        return
    gone = db.execute(
        "DELETE FROM draft WHERE json_extract(options, '$.pasted') AND EXISTS (SELECT 1 FROM message m"
        " JOIN message o ON o.thread_id = m.thread_id AND o.arrival > draft.seen_arrival"
        " JOIN person p ON p.id = o.author_id AND p.is_me"
        " WHERE m.uri = draft.uri AND NOT m.waits AND m.thread_id IN (SELECT value FROM json_each(?))) RETURNING uri",
        (json.dumps(sorted(thread_ids)),),
    ).fetchall()
    for (uri,) in gone:
        touch(db, uri)


def has_changed(db: sqlite3.Connection, account_id: int, uri: str) -> bool:
    """Whether the message was edited since the draft about it was begun."""
    uri = twins.shown_uri(db, uri)
    found = db.execute(
        "SELECT options FROM draft WHERE account_id = ? AND uri = ?", (account_id, uri)
    ).fetchone()
    seen = json.loads(found[0]).get("seen", "") if found else ""
    return bool(seen) and seen != digest(db, uri)


def digest(db: sqlite3.Connection, uri: str) -> str:
    """A short mark of what a message says now, "" when it is not stored."""
    from hashlib import sha256

    found = db.execute("SELECT text, content_warning FROM message WHERE uri = ?", (uri,)).fetchone()
    return sha256("\0".join(found).encode("utf-8")).hexdigest()[:16] if found else ""


def options_of(draft: Draft) -> dict[str, Any]:
    """What a draft holds beside its words, as it is stored."""
    return {
        "cursor": draft.cursor,
        "visibility": draft.visibility.value if draft.visibility else None,
        "content_warning": draft.content_warning,
        "language": draft.language,
        "dropped": list(draft.dropped),
        "attachments": [list(pair) for pair in draft.attachments],
        "edits": draft.edits,
        "pasted": draft.pasted,
    }


def touch(db: sqlite3.Connection, uri: str) -> None:
    """Say that the thread of this message looks different now."""
    from convo.store import threads

    threads.touched(
        db, [number for (number,) in db.execute("SELECT thread_id FROM message WHERE uri = ?", (uri,))]
    )


def _draft(row: tuple[str, str, str, str, int, int]) -> Draft:
    account, uri, text, stored, touched_at, seen_arrival = row
    options: dict[str, Any] = json.loads(stored)
    visibility = options.get("visibility")
    return Draft(
        account=account,
        uri=uri,
        text=text,
        cursor=options.get("cursor", len(text)),
        visibility=Visibility(visibility) if visibility else None,
        content_warning=options.get("content_warning"),
        language=options.get("language", ""),
        dropped=tuple(options.get("dropped", ())),
        attachments=tuple((path, alt) for path, alt in options.get("attachments", ())),
        edits=options.get("edits", ""),
        touched_at=moment(touched_at),
        seen_arrival=seen_arrival,
        pasted=bool(options.get("pasted")),
    )
