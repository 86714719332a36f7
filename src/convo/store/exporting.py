"""The store as JSON lines: the user's own state for a backup, and with it the history for an export."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from convo.progress import Tell, untold
from convo.store import lines
from convo.store.connection import moment

STATE, HISTORY = "state", "history"
_CHUNK = 500
_Names = dict[int, lines.Key]


def write(db: sqlite3.Connection, file: BinaryIO, holds: str, now: datetime, tell: Tell = untold) -> str:
    """Write an export (`HISTORY`) or a backup (`STATE`) as of one moment, as a stream; gives the sum of its lines.

    Only reads. The caller handles OSError and sqlite3.Error.
    """
    writer = lines.LineWriter(file, lines.Header(format=lines.FORMAT, holds=holds, made_at=now))
    db.execute("BEGIN")
    try:
        names = {
            id_: (platform, uid)
            for id_, platform, uid in db.execute("SELECT id, platform, own_uid FROM account")
        }
        for line in _accounts(db, numbered=holds == STATE):
            writer.write(line)
        if holds == HISTORY:
            for part in (_persons(db), _hidden(db, names), _messages(db, names, tell), _threads(db)):
                for line in part:
                    writer.write(line)
        for line in _state(db, names):
            writer.write(line)
    finally:
        db.execute("ROLLBACK")
    return writer.end()


def _time(us: int | None) -> datetime | None:
    return None if us is None else moment(us)


def _accounts(db: sqlite3.Connection, *, numbered: bool) -> Iterator[lines.Line]:
    for id_, platform, uid, name, first in db.execute(
        "SELECT id, platform, own_uid, name, first_synced_at FROM account ORDER BY platform, own_uid"
    ):
        number = id_ if numbered else 0
        yield lines.Account(account=(platform, uid), name=name, number=number, first_synced_at=_time(first))


def _persons(db: sqlite3.Connection) -> Iterator[lines.Line]:
    for platform, uid, handle, name, url, bot, known in db.execute(
        "SELECT platform, uid, handle, name, url, bot, known FROM person ORDER BY platform, uid"
    ):
        yield lines.Person(
            person=(platform, uid), handle=handle, name=name, url=url, bot=bool(bot), known=bool(known)
        )


def _hidden(db: sqlite3.Connection, names: _Names) -> Iterator[lines.Line]:
    for account_id, uid in db.execute(
        "SELECT h.account_id, h.uid FROM hidden h JOIN account a ON a.id = h.account_id"
        " ORDER BY a.platform, a.own_uid, h.uid"
    ):
        yield lines.Hidden(account=names[account_id], uid=uid)


_MESSAGE = """
SELECT m.uri, p.platform, p.uid, m.created_at, m.since, m.text, m.parent_uri, m.root_uri, m.edited_at, m.visibility,
       m.language, m.claim, m.filtered, m.more_below, m.flat, m.branch, m.resolved, m.held, m.deleted, m.url,
       m.title, m.content_warning, m.extra, m.addressed, m.addressed_at, m.unjudged, m.quiet, m.thanks, m.history,
       coalesce(c.original, ''), coalesce(c.author, ''), m.id
  FROM json_each(?) j CROSS JOIN message m ON m.id = j.value JOIN person p ON p.id = m.author_id
  LEFT JOIN copy c ON c.message_id = m.id ORDER BY j.key
"""


_SIGHTING = """
SELECT s.message_id, s.account_id, s.local_id, s.parent_local_id, s.data, g.at FROM json_each(?) j
 CROSS JOIN sighting s ON s.message_id = j.value
  LEFT JOIN gone g ON g.message_id = s.message_id AND g.account_id = s.account_id
"""


def _messages(db: sqlite3.Connection, names: _Names, tell: Tell) -> Iterator[lines.Line]:
    """Every message in the order of arrival; only their numbers are held."""
    ids = array("q", (id_ for (id_,) in db.execute("SELECT id FROM message ORDER BY arrival, id")))
    for begin in range(0, len(ids), _CHUNK):
        tell("messages written", begin, len(ids))
        wanted = (json.dumps(ids[begin : begin + _CHUNK].tolist()),)
        seen: dict[int, list[lines.Sighting]] = {}
        for message_id, account_id, local_id, parent, data, gone_at in db.execute(_SIGHTING, wanted):
            one = lines.Sighting(
                account=names[account_id], local_id=local_id, parent_local_id=parent, data=data, gone_at=_time(gone_at)
            )  # fmt: skip
            seen.setdefault(message_id, []).append(one)
        for row in db.execute(_MESSAGE, wanted):
            yield _message(row, sorted(seen.get(row[-1], ()), key=lambda one: one.account))


def _message(row: tuple[Any, ...], seen_by: list[lines.Sighting]) -> lines.Message:
    (
        uri, platform, uid, created_at, since, text, parent_uri, root_uri, edited_at, visibility, language, claim,
        filtered, more_below, flat, branch, resolved, held, deleted, url, title, content_warning, extra, addressed,
        addressed_at, unjudged, quiet, thanks, history, copy_of, copied_author, _,
    ) = row  # fmt: skip
    return lines.Message(
        uri=uri, author=(platform, uid), created_at=moment(created_at), since=moment(since), text=text,
        seen_by=seen_by, parent_uri=parent_uri, root_uri=root_uri, edited_at=_time(edited_at), visibility=visibility,
        language=language, claim=claim, filtered=filtered, more_below=bool(more_below), flat=bool(flat),
        branch=branch, resolved=bool(resolved), held=bool(held), deleted=bool(deleted), url=url, title=title,
        content_warning=content_warning, extra=json.loads(extra) if extra else {}, addressed=addressed,
        addressed_at=_time(addressed_at or None), unjudged=bool(unjudged), quiet=quiet, thanks=bool(thanks),
        history=bool(history), copy_of=copy_of, copied_author=copied_author,
    )  # fmt: skip


def _threads(db: sqlite3.Connection) -> Iterator[lines.Line]:
    for uri, partial in db.execute(
        "SELECT m.uri, t.partial FROM thread t JOIN message m ON m.id = t.root_id WHERE t.partial <> '' ORDER BY m.uri"
    ):
        yield lines.Thread(uri=uri, partial=partial)


# The user's own state --------------------------------------------------------------------------------


def _seen(column: str) -> str:
    """SQL: the last message of the conversation of `x.uri` that had this arrival number, or came before it."""
    return (
        f"CASE WHEN x.{column} IS NULL OR o.id IS NULL THEN NULL ELSE coalesce((SELECT s.uri FROM message s"
        f" WHERE s.thread_id = o.thread_id AND s.arrival <= x.{column} ORDER BY s.arrival DESC LIMIT 1), '') END"
    )


_JOIN = "x LEFT JOIN message o ON o.uri = x.uri"


def _state(db: sqlite3.Connection, names: _Names) -> Iterator[lines.Line]:
    yield from _people(db)
    for uri, at, seen in db.execute(
        f"SELECT x.uri, x.at, {_seen('arrival')} FROM done {_JOIN} ORDER BY x.uri"
    ):
        yield lines.Done(uri=uri, at=moment(at), seen=seen)
    for uri, at in db.execute("SELECT uri, at FROM mute ORDER BY uri"):
        yield lines.Mute(uri=uri, at=moment(at))
    for uri, at, until, seen, reminder in db.execute(
        f"SELECT x.uri, x.at, x.until, {_seen('arrival')}, x.reminder FROM snooze {_JOIN} ORDER BY x.uri"
    ):
        yield lines.Snooze(uri=uri, at=moment(at), until=_time(until), seen=seen, reminder=bool(reminder))
    for uri, seen in db.execute(f"SELECT x.uri, {_seen('arrival')} FROM looked {_JOIN} ORDER BY x.uri"):
        if seen:
            yield lines.Looked(uri=uri, seen=seen)
    yield from _words(db, names)


def _people(db: sqlite3.Connection) -> Iterator[lines.Line]:
    contacts: dict[int, lines.Contact] = {}
    for id_, note, circle, platform, uid in db.execute(
        "SELECT c.id, c.note, c.circle, p.platform, p.uid FROM contact_person p JOIN contact c ON c.id = p.contact_id"
        " ORDER BY p.platform, p.uid"
    ):
        contact = contacts.setdefault(id_, lines.Contact(persons=[], note=note, circle=bool(circle)))
        contact.persons.append((platform, uid))
    yield from contacts.values()
    for platform, uid, quiet, muted, at in db.execute(
        "SELECT platform, uid, quiet, muted, at FROM person_choice ORDER BY platform, uid"
    ):
        choice = None if quiet is None else bool(quiet)
        yield lines.Choice(person=(platform, uid), at=moment(at), quiet=choice, muted=bool(muted))
    for platform, uid, other, other_uid, at in db.execute("SELECT * FROM apart ORDER BY 1, 2, 3, 4"):
        yield lines.Apart(persons=((platform, uid), (other, other_uid)), at=moment(at))


def _words(db: sqlite3.Connection, names: _Names) -> Iterator[lines.Line]:
    for account_id, uri, text, options, touched_at, seen in db.execute(
        f"SELECT x.account_id, x.uri, x.text, x.options, x.touched_at, {_seen('seen_arrival')} FROM draft {_JOIN}"
        " JOIN account a ON a.id = x.account_id ORDER BY a.platform, a.own_uid, x.uri"
    ):
        yield lines.Draft(
            account=names[account_id], uri=uri, text=text, touched_at=moment(touched_at),
            options=json.loads(options), seen=seen,
        )  # fmt: skip
    for row in db.execute(
        "SELECT key, account_id, uri, text, state, created_at, options, request, first_sent_at, last_sent_at,"
        " attempts, error, sent_uri, sent_url FROM outbox ORDER BY created_at, key"
    ):
        (
            key,
            account_id,
            uri,
            text,
            state,
            created_at,
            options,
            request,
            first,
            last,
            attempts,
            error,
            *sent,
        ) = row
        kept = {name: value for name, value in json.loads(options).items() if name != "seen_arrival"}
        yield lines.Outbox(
            key=key, account=names[account_id], uri=uri, text=text, state=state, created_at=moment(created_at),
            options=kept, request=request, first_sent_at=_time(first), last_sent_at=_time(last), attempts=attempts,
            error=error, sent_uri=sent[0], sent_url=sent[1],
        )  # fmt: skip
