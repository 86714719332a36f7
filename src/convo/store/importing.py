"""An export or a backup goes into the store: twice is as once, and nothing newer is overwritten by what is older."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from convo.model import Message, Person, Reason, Visibility
from convo.store import lines, merging, packing, persons, reads, stored, threads
from convo.store.batch import Batch, IngestContext
from convo.store.connection import micros

_CHUNK = 200
_EVER = datetime(1, 1, 1, tzinfo=timezone.utc)

Part = Callable[[sqlite3.Connection], None]


def history_parts(found: Iterable[lines.Line], now: datetime) -> Iterator[Part]:
    """What was said, as parts for `Store.ingest`, each in a transaction of its own; state lines are passed over.

    The file must have been checked before.
    """
    for kind, group in itertools.groupby(found, type):
        if issubclass(kind, (*lines.State, lines.Header)):
            continue
        while chunk := list(itertools.islice(group, _CHUNK)):
            yield _part(kind, chunk, now)


def _part(kind: type, chunk: Sequence[lines.Line], now: datetime) -> Part:
    def part(db: sqlite3.Connection) -> None:
        if kind is lines.Message:
            _messages(db, [line for line in chunk if isinstance(line, lines.Message)], now)
            return
        for line in chunk:
            if isinstance(line, lines.Account):
                account(db, line)
            elif isinstance(line, lines.Person):
                _person(db, line)
            elif isinstance(line, lines.Hidden):
                _hide(db, line)
            elif isinstance(line, lines.Thread):
                _partial(db, line)

    return part


def account(db: sqlite3.Connection, line: lines.Account) -> None:
    """An account of the user, unless it is there; the config says later whether it is still one."""
    platform, uid = line.account
    taken = db.execute("SELECT 1 FROM account WHERE name = ?", (line.name,)).fetchone()
    name = f"{line.name} ({uid})" if taken else line.name
    first = micros(line.first_synced_at) if line.first_synced_at else None
    db.execute(
        "INSERT INTO account (platform, own_uid, name, configured, first_synced_at) VALUES (?, ?, ?, 0, ?)"
        " ON CONFLICT (platform, own_uid) DO NOTHING",
        (platform, uid, name, first),
    )


def account_id(db: sqlite3.Connection, key: lines.Key) -> int:
    """The number of an account; one that the file names without a line of its own is made."""
    found = db.execute("SELECT id FROM account WHERE platform = ? AND own_uid = ?", key).fetchone()
    if found is None:
        account(db, lines.Account(account=key, name=key[1]))
        return account_id(db, key)
    return int(found[0])


def _person(db: sqlite3.Connection, line: lines.Person) -> None:
    platform, uid = line.person
    mine = db.execute("SELECT 1 FROM account WHERE platform = ? AND own_uid = ?", line.person).fetchone()
    known = db.execute("SELECT 1 FROM person WHERE platform = ? AND uid = ?", line.person).fetchone()
    if not known:
        persons.save(db, Person(platform, uid, line.handle, line.name, line.url, line.bot))
    db.execute(
        "UPDATE person SET known = max(known, ?), is_me = max(is_me, ?) WHERE platform = ? AND uid = ?",
        (int(line.known), int(bool(mine)), platform, uid),
    )


def _hide(db: sqlite3.Connection, line: lines.Hidden) -> None:
    number = account_id(db, line.account)
    read = db.execute("SELECT 1 FROM channel WHERE account_id = ? AND looked_at IS NOT NULL", (number,))
    if read.fetchone():  # the account was read here: its own list is newer
        return
    db.execute("INSERT INTO hidden VALUES (?, ?) ON CONFLICT DO NOTHING", (number, line.uid))
    db.execute("UPDATE person SET hidden = 1 WHERE platform = ? AND uid = ?", (line.account[0], line.uid))


def _partial(db: sqlite3.Connection, line: lines.Thread) -> None:
    db.execute(
        "UPDATE thread SET partial = ? WHERE partial = '' AND id = (SELECT thread_id FROM message WHERE uri = ?)",
        (line.partial, line.uri),
    )


def _messages(db: sqlite3.Connection, found: Sequence[lines.Message], now: datetime) -> None:
    """Store the messages that are not there, as the file tells them; what is there stays as it is."""
    before = stored.by_uri(db, [line.uri for line in found])
    fresh = {line.uri: line for line in found if line.uri not in before}
    authors = _authors(db, found)
    (last,) = db.execute("SELECT last FROM arrival").fetchone()
    touched: set[int] = set()
    context = IngestContext(now, _EVER, None)
    for key in sorted({one.account for line in found for one in line.seen_by}):
        number = account_id(db, key)
        seen = [
            _value(line, before.get(line.uri), authors[line.author], one)
            for line in found
            for one in line.seen_by
            if one.account == key and not _has_seen(db, line.uri, number)
        ]
        if seen:
            touched |= Batch(db, number, context, insist=False).save(seen).touched
    _put_right(db, fresh, last)
    for line in fresh.values():
        for one in line.seen_by:
            if one.gone_at is not None:
                db.execute(
                    "INSERT INTO gone SELECT id, ?, ? FROM message WHERE uri = ? ON CONFLICT DO NOTHING",
                    (account_id(db, one.account), micros(one.gone_at), line.uri),
                )
    threads.rederive(db, {reads.resolve(db, thread_id) for thread_id in touched}, now)


def _has_seen(db: sqlite3.Connection, uri: str, account: int) -> bool:
    query = (
        "SELECT 1 FROM message m JOIN sighting s ON s.message_id = m.id WHERE m.uri = ? AND s.account_id = ?"
    )
    return db.execute(query, (uri, account)).fetchone() is not None


def _authors(db: sqlite3.Connection, found: Sequence[lines.Message]) -> dict[lines.Key, Person]:
    authors: dict[lines.Key, Person] = {}
    for key in {line.author for line in found}:
        row = db.execute(
            "SELECT handle, name, url, bot FROM person WHERE platform = ? AND uid = ?", key
        ).fetchone()
        authors[key] = Person(*key, row[0], row[1], row[2], bool(row[3])) if row else Person(*key, key[1])
    return authors


def _put_right(db: sqlite3.Connection, fresh: dict[str, lines.Message], last: int) -> None:
    """Give new messages what only the file knows: their order of arrival, when they came, and what was decided then."""
    numbers = [
        number
        for (number,) in db.execute("SELECT id FROM message WHERE id > ? ORDER BY id", (last,)).fetchall()
    ]
    columns = "arrival = ?, since = ?, addressed = ?, addressed_at = ?, quiet = ?, thanks = ?, history = ?"
    db.executemany(
        f"UPDATE message SET {columns}, unjudged = orphan AND ? WHERE uri = ?",
        [
            (
                number, micros(line.since), line.addressed, micros(line.addressed_at) if line.addressed_at else 0,
                line.quiet, int(line.thanks), int(line.history), int(line.unjudged), line.uri,
            )
            for number, line in zip(numbers, fresh.values(), strict=True)
        ],
    )  # fmt: skip


def _value(line: lines.Message, kept: stored.Stored | None, author: Person, seen: lines.Sighting) -> Message:
    """A message as an account saw it; of one that is stored, what is stored."""
    if kept is not None:
        return kept.message(seen.local_id, seen.parent_local_id, seen.data)
    extra = packing.unpack(json.dumps(line.extra) if line.extra else "")
    author = replace(author, original=line.copied_author)
    return Message(
        uri=line.uri, author=author, copy_of=line.copy_of,
        created_at=line.created_at, text=line.text, local_id=seen.local_id,
        parent_uri=line.parent_uri, parent_id=seen.parent_local_id, root_uri=line.root_uri, url=line.url,
        title=line.title, edited_at=line.edited_at, content_warning=line.content_warning,
        visibility=Visibility(line.visibility), language=line.language, mentions=extra.mentions,
        quotes=extra.quotes, attachments=extra.attachments, links=extra.links,
        claim=Reason(line.claim) if line.claim else None, flat=line.flat, branch=line.branch,
        resolved=line.resolved, held=line.held, deleted=line.deleted, filtered=line.filtered,
        more_below=line.more_below, refusals=extra.refusals, data=seen.data,
    )  # fmt: skip


def state(db: sqlite3.Connection, found: Iterable[lines.Line], now: datetime, why: str) -> merging.Merged:
    """The user's own state, in one transaction; `why` is said of answers whose fate nobody knows."""
    merge = merging.Merge(db, now, why, account_id)
    for line in found:
        if isinstance(line, lines.Account):
            account(db, line)
        elif isinstance(line, lines.State):
            merge.take(line)
    return merge.end()
