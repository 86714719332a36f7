"""The outbox: answers on their way, from the moment their words leave the draft until the platform has them.

States: held (undo window), queued, sending, then sent, failed or unsure. An answer has its words in one
place: in its draft, or here.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Any, Final

from convo.model import Mention, Reply, Upload, Visibility
from convo.store import conversation, drafts, twins
from convo.store.connection import micros, moment
from convo.values import frozen
from convo.views import Draft, OutboxRow, OutboxState, Someone

ASKED_AFTER: Final = timedelta(hours=24)
"""A held answer older than this is not sent before the user was asked."""


@frozen
class Leaving:
    """An answer about to be delivered; `request` is what every attempt sends, None before the first."""

    outbox_id: int
    account_id: int
    key: str
    state: OutboxState
    uri: str
    reply: Reply | None
    """None when the message it answers is not stored any more."""
    request: str | None
    attempts: int
    last_sent_at: datetime | None


def take(
    db: sqlite3.Connection,
    account_id: int,
    uri: str,
    text: str,
    options: dict[str, Any],
    *,
    key: str,
    leaves_at: datetime,
    now: datetime,
) -> int:
    """Move the words from their draft into the outbox: held until `leaves_at`, or queued when that has come."""
    uri = twins.shown_uri(db, uri)
    state = OutboxState.HELD if leaves_at > now else OutboxState.QUEUED
    drafts.remove(db, account_id, uri)
    db.execute("DELETE FROM outbox WHERE account_id = ? AND uri = ? AND state = 'failed'", (account_id, uri))
    outbox_id = db.execute(
        "INSERT INTO outbox (key, account_id, uri, text, options, state, created_at, leaves_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (key, account_id, uri, text, json.dumps(options), state.value, micros(now), micros(leaves_at)),
    ).lastrowid
    assert outbox_id is not None
    drafts.touch(db, uri)
    return outbox_id


def same_on_its_way(db: sqlite3.Connection, account_id: int, uri: str, text: str) -> int | None:
    """An answer with the very same words to the same message that has not settled yet."""
    uri = twins.shown_uri(db, uri)
    found = db.execute(
        "SELECT id FROM outbox WHERE uri = ? AND account_id = ? AND text = ?"
        " AND state IN ('held', 'queued', 'sending', 'unsure') ORDER BY id LIMIT 1",
        (uri, account_id, text),
    ).fetchone()
    return int(found[0]) if found else None


def sent_before(db: sqlite3.Connection, account_id: int, uri: str, text: str, since: datetime) -> int | None:
    """An answer with the very same words to the same message that left since then and was not deleted."""
    uri = twins.shown_uri(db, uri)
    found = db.execute(
        "SELECT outbox.id FROM outbox LEFT JOIN message ON message.uri = outbox.sent_uri"
        " WHERE outbox.uri = ? AND account_id = ? AND outbox.text = ? AND state = 'sent'"
        " AND outbox.created_at >= ? AND coalesce(message.deleted, 0) = 0 ORDER BY outbox.id DESC LIMIT 1",
        (uri, account_id, text, micros(since)),
    ).fetchone()
    return int(found[0]) if found else None


def state_of(db: sqlite3.Connection, outbox_id: int) -> str:
    """The state of an answer, "" when it is not there any more."""
    found = db.execute("SELECT state FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
    return str(found[0]) if found else ""


def release_held(db: sqlite3.Connection, now: datetime) -> int:
    """Queue the held answers whose undo window has ended, but none that must be asked about first; how many."""
    ready = db.execute(
        "UPDATE outbox SET state = 'queued' WHERE state = 'held' AND leaves_at <= ? AND created_at > ?"
        " RETURNING uri",
        (micros(now), micros(now - ASKED_AFTER)),
    ).fetchall()
    for (uri,) in ready:
        drafts.touch(db, uri)
    return len(ready)


def due(db: sqlite3.Connection, account_id: int, now: datetime) -> Leaving | None:
    """The next queued answer of an account whose time has come, the oldest first."""
    found = db.execute(
        f"{_LEAVING} WHERE state = 'queued' AND leaves_at <= ? AND account_id = ? ORDER BY leaves_at, id LIMIT 1",
        (micros(now), account_id),
    ).fetchone()
    return _leaving(db, found) if found else None


def stuck(db: sqlite3.Connection, account_id: int) -> list[Leaving]:
    """The answers of an account in `sending`: where nobody holds its lock, what a crash left behind."""
    found = db.execute(
        f"{_LEAVING} WHERE state = 'sending' AND account_id = ? ORDER BY id", (account_id,)
    ).fetchall()
    return [_leaving(db, row) for row in found]


def one(db: sqlite3.Connection, outbox_id: int) -> Leaving | None:
    """One answer, whatever its state."""
    found = db.execute(f"{_LEAVING} WHERE id = ?", (outbox_id,)).fetchone()
    return _leaving(db, found) if found else None


def start(db: sqlite3.Connection, outbox_id: int, request: str, now: datetime) -> str | None:
    """Set `sending` and give the exact request: `request` the first time, what was committed then ever after.

    None when the answer is not queued any more (the user took it back).
    """
    found = db.execute(
        "UPDATE outbox SET state = 'sending', request = ifnull(request, ?), error = '',"
        " first_sent_at = ifnull(first_sent_at, ?), last_sent_at = ?, attempts = attempts + 1"
        " WHERE id = ? AND state = 'queued' RETURNING request, uri",
        (request, micros(now), micros(now), outbox_id),
    ).fetchone()
    if found is None:
        return None
    drafts.touch(db, found[1])
    return str(found[0])


def sent(db: sqlite3.Connection, outbox_id: int, uri: str, url: str, now: datetime) -> None:
    """It arrived: note the platform's URI, which no other answer may claim from now on."""
    _move(db, outbox_id, "sent", now, error="", sent_uri=uri, sent_url=url)


def back_to_queue(db: sqlite3.Connection, outbox_id: int, at: datetime, error: str) -> None:
    """Nothing was sent; the next try is at `at`."""
    _move(db, outbox_id, "queued", at, error=error)


def unsure(db: sqlite3.Connection, outbox_id: int, error: str, now: datetime) -> None:
    """It cannot be told whether it arrived: nothing more happens until the user says so."""
    _move(db, outbox_id, "unsure", now, error=error)


def looked(db: sqlite3.Connection, outbox_id: int, now: datetime) -> None:
    """An unsure answer was looked for once more, in vain."""
    if state_of(db, outbox_id) == "unsure":
        _move(db, outbox_id, "unsure", now)


def failed(db: sqlite3.Connection, outbox_id: int, error: str, now: datetime) -> None:
    """The platform said no for good: the words go back into the draft, the row keeps the platform's words."""
    _words_back(db, outbox_id, now)
    _move(db, outbox_id, "failed", None, error=error, text="")


def back_to_draft(db: sqlite3.Connection, outbox_id: int, now: datetime) -> Draft | None:
    """Take an answer back that has not left, is unsure or was refused; None when it has left or is leaving."""
    found = db.execute("SELECT state, account_id, uri FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
    if found is None or found[0] in ("sending", "sent"):
        return None
    state, account_id, uri = found
    if state != "failed":
        _words_back(db, outbox_id, now)
    db.execute("DELETE FROM outbox WHERE id = ?", (outbox_id,))
    drafts.touch(db, uri)
    return drafts.load(db, account_id, uri)


def settle(db: sqlite3.Connection, outbox_id: int, arrived: bool, now: datetime) -> bool:
    """The user says of an unsure answer that it is there, or that it is not: then the same request goes again."""
    if state_of(db, outbox_id) != "unsure":
        return False
    _move(db, outbox_id, "sent" if arrived else "queued", now, error="")
    return True


def queue_now(db: sqlite3.Connection, outbox_id: int, now: datetime) -> bool:
    """Let a held or queued answer go at once, also one that was asked about first."""
    if state_of(db, outbox_id) not in ("held", "queued"):
        return False
    _move(db, outbox_id, "queued", now)
    return True


def claimed_uris(db: sqlite3.Connection, account_id: int) -> frozenset[str]:
    """URIs that prove other answers of this account, so that no message proves two."""
    rows = db.execute("SELECT sent_uri FROM outbox WHERE account_id = ? AND sent_uri <> ''", (account_id,))
    return frozenset(uri for (uri,) in rows)


def next_at(db: sqlite3.Connection) -> datetime | None:
    """When the next held or queued answer leaves; None when none does."""
    (found,) = db.execute("SELECT min(leaves_at) FROM outbox WHERE state IN ('held', 'queued')").fetchone()
    return moment(found) if found is not None else None


def asked(db: sqlite3.Connection, now: datetime) -> list[OutboxRow]:
    """Held answers so old that the user is asked before they go."""
    limit = micros(now - ASKED_AFTER)
    return [
        _shown(row) for row in db.execute(f"{_SHOWN} WHERE o.state = 'held' AND o.created_at <= ?", (limit,))
    ]


def rows(db: sqlite3.Connection, *, open_only: bool = True) -> list[OutboxRow]:
    """The outbox, newest last."""
    where = "WHERE o.state <> 'sent'" if open_only else ""
    return [_shown(row) for row in db.execute(f"{_SHOWN} {where} ORDER BY o.created_at, o.id")]


def row(db: sqlite3.Connection, outbox_id: int) -> OutboxRow | None:
    """One row of the outbox."""
    found = db.execute(f"{_SHOWN} WHERE o.id = ?", (outbox_id,)).fetchone()
    return _shown(found) if found else None


def said_before(db: sqlite3.Connection, limit: int = 300) -> list[tuple[str, int]]:
    """What the user wrote last, and to whom: (text, person id of the one it answers or 0), newest first."""
    waiting = db.execute(
        "SELECT o.text, ifnull(m.author_id, 0) FROM outbox o LEFT JOIN message m ON m.uri = o.uri"
        " WHERE o.state NOT IN ('sent', 'failed') ORDER BY o.id DESC"
    ).fetchall()
    me = db.execute(
        "SELECT p.id FROM account a JOIN person p ON p.platform = a.platform AND p.uid = a.own_uid"
    ).fetchall()
    written: list[tuple[int, str, int]] = []
    for (person_id,) in me:
        written += db.execute(
            "SELECT m.created_at, m.text, ifnull(p.author_id, 0) FROM message m"
            " LEFT JOIN message p ON p.uri = m.parent_uri WHERE m.author_id = ? AND NOT m.deleted"
            " ORDER BY m.created_at DESC LIMIT ?",
            (person_id, limit),
        )
    written.sort(reverse=True)
    return [*waiting, *((text, person) for _, text, person in written[:limit])]


_LEAVING = (
    "SELECT id, account_id, key, state, uri, text, options, request, attempts, last_sent_at FROM outbox"
)

_SHOWN = (
    "SELECT o.id, ifnull(m.thread_id, 0), a.name, a.platform, o.uri,"
    " CASE o.state WHEN 'failed' THEN ifnull(d.text, '') ELSE o.text END,"
    " o.state, o.error, o.created_at, o.leaves_at, o.last_sent_at, o.sent_uri, o.sent_url,"
    " p.id, p.uid, p.handle, p.name, p.url, p.is_me, p.bot, ifnull(c.circle, 0)"
    " FROM outbox o JOIN account a ON a.id = o.account_id"
    " LEFT JOIN draft d ON d.account_id = o.account_id AND d.uri = o.uri"
    " LEFT JOIN message m ON m.uri = o.uri LEFT JOIN person p ON p.id = m.author_id"
    " LEFT JOIN contact_person cp ON cp.platform = p.platform AND cp.uid = p.uid"
    " LEFT JOIN contact c ON c.id = cp.contact_id"
)


def _move(db: sqlite3.Connection, outbox_id: int, state: str, at: datetime | None, **columns: str) -> None:
    assignments = "".join(f", {column} = ?" for column in columns)
    moved = db.execute(
        f"UPDATE outbox SET state = ?, leaves_at = ?{assignments} WHERE id = ? RETURNING uri",
        (state, micros(at) if at else None, *columns.values(), outbox_id),
    ).fetchone()
    if moved:
        drafts.touch(db, moved[0])


def _words_back(db: sqlite3.Connection, outbox_id: int, now: datetime) -> None:
    account_id, uri, text, options = db.execute(
        "SELECT account_id, uri, text, options FROM outbox WHERE id = ?", (outbox_id,)
    ).fetchone()
    drafts.put_back(db, account_id, uri, text, json.loads(options), now)


def _leaving(db: sqlite3.Connection, row: tuple[Any, ...]) -> Leaving:
    outbox_id, account_id, key, state, uri, text, stored, request, attempts, last_sent_at = row
    options: dict[str, Any] = json.loads(stored)
    parent = conversation.message_of(db, uri, account_id)
    reply = (
        None
        if parent is None
        else Reply(
            key=key,
            parent=parent,
            text=text.strip(),
            visibility=Visibility(options.get("visibility") or parent.visibility.value),
            content_warning=options.get("content_warning") or "",
            language=options.get("language", ""),
            mentions=tuple(
                Mention(uid, handle, leading) for uid, handle, leading in options.get("mentions", ())
            ),
            attachments=tuple(Upload(path, alt) for path, alt in options.get("attachments", ())),
        )
    )
    last = moment(last_sent_at) if last_sent_at is not None else None
    return Leaving(outbox_id, account_id, key, OutboxState(state), uri, reply, request, attempts, last)


def _shown(row: tuple[Any, ...]) -> OutboxRow:
    outbox_id, thread_id, account, platform, uri, text, state, error = row[:8]
    created, leaves, last_sent, sent_uri, sent_url = row[8:13]
    person_id, uid, handle, name, url, is_me, bot, circle = row[13:]
    to = Someone(
        person_id or 0, uid or "", handle or "", name or "", url or "", bool(is_me), bool(circle), bool(bot)
    )
    return OutboxRow(
        outbox_id=outbox_id,
        thread_id=thread_id,
        account=account,
        platform=platform,
        message_uri=uri,
        to=to,
        text=text,
        state=OutboxState(state),
        error=error,
        created_at=moment(created),
        leaves_at=moment(leaves) if leaves is not None and state in ("held", "queued") else None,
        uri=sent_uri,
        url=sent_url,
        sent_at=moment(last_sent) if last_sent is not None else None,
        looked_at=moment(leaves) if leaves is not None and state == "unsure" else None,
    )
