"""An open conversation: all stored messages of a thread, or one of them, as the screen and the adapters want them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any, Final

from convo.model import Message, Reason, Visibility
from convo.store import people, twins
from convo.store.connection import moment
from convo.store.packing import unpack
from convo.store.reads import CHOSEN
from convo.values import frozen
from convo.views import Entry, Someone, Target

_ENTRY: Final = (
    "SELECT m.id, m.uri, m.parent_uri, m.author_id, m.created_at, m.edited_at, m.text, m.content_warning,"
    " m.visibility, m.language, m.url, m.addressed, m.waits, m.since, m.quiet, m.held, m.deleted, m.more_below,"
    " m.arrival, m.account_ids, m.extra, m.thread_id,"
    " EXISTS (SELECT 1 FROM done d WHERE d.uri = m.uri AND (d.arrival IS NULL OR d.arrival >= m.arrival)),"
    " (SELECT max(message_id) FROM twin) FROM message m"
)
_VISIBILITIES: Final[Mapping[str, Visibility]] = {value.value: value for value in Visibility}
_REASONS: Final[Mapping[str, Reason]] = {value.value: value for value in Reason}


def entries(db: sqlite3.Connection, thread_id: int) -> list[Entry]:
    """All stored messages of a thread, oldest first."""
    return _entries(db, "WHERE m.thread_id = ? ORDER BY m.created_at, m.arrival", thread_id)


def entry(db: sqlite3.Connection, message_id: int) -> Entry | None:
    """One message; of several that are one to the user the one that is shown."""
    found = _entries(db, "WHERE m.id = ?", twins.shown(db, message_id))
    return found[0] if found else None


def _entries(db: sqlite3.Connection, where: str, *values: int) -> list[Entry]:
    rows = _shown(db, db.execute(f"{_ENTRY} {where}", values).fetchall())
    if not rows:
        return []
    authors = {row[3] for row in rows}
    (looked,) = db.execute("SELECT looked FROM thread WHERE id = ?", (rows[0][21],)).fetchone()
    seen_to = max((row[4] for row in rows if row[18] <= looked), default=0)
    around = _Around(people.load(db, authors), _choices(db, authors), account_names(db), looked, seen_to)
    return [_entry(row, around) for row in rows]


_COLUMNS: Final = (
    "id", "uri", "parent_uri", "author_id", "created_at", "edited_at", "text", "content_warning", "visibility",
    "language", "url", "addressed", "waits", "since", "quiet", "held", "deleted", "more_below", "arrival",
    "account_ids", "extra", "thread_id", "done", "any_twin",
)  # fmt: skip
"""What `_ENTRY` gives."""
_SAID: Final = (
    "author_id",
    "created_at",
    "edited_at",
    "text",
    "content_warning",
    "visibility",
    "language",
    "extra",
)
"""What the original says for all that are one with it."""


def _shown(db: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of `_ENTRY` with each message once, however many places it is seen in."""
    found = twins.of(db, (row[0] for row in rows)) if rows and rows[0][-1] is not None else []
    if not found:
        return rows
    ids = {id_ for twin in found for id_ in twin}
    wanted = f"{_ENTRY} WHERE m.id IN (SELECT value FROM json_each(?))"
    by_id = {
        row[0]: dict(zip(_COLUMNS, row, strict=True))
        for row in db.execute(wanted, (json.dumps(sorted(ids)),))
    }
    hidden = {twin.message_id for twin in found}
    groups: dict[int, list[twins.Twin]] = {}
    for twin in found:
        groups.setdefault(twin.shown_id, []).append(twin)
    once = {
        shown_id: _one(
            db, by_id[shown_id], by_id[group[0].original_id], [by_id[one.message_id] for one in group]
        )
        for shown_id, group in groups.items()
    }
    return _under_shown(db, [once.get(row[0], row) for row in rows if row[0] not in hidden])


def _one(
    db: sqlite3.Connection, shown: dict[str, Any], original: dict[str, Any], others: list[dict[str, Any]]
) -> tuple[Any, ...]:
    """One row of several: what the original says, with the page of the account that a reply would use."""
    every = [shown, *others]
    speaking = [one for one in every if one["addressed"]]
    merged = {**shown, **{name: original[name] for name in _SAID}}
    merged["parent_uri"] = next((one["parent_uri"] for one in every if one["parent_uri"]), "")
    merged["addressed"] = speaking[0]["addressed"] if speaking else None
    merged["quiet"] = shown["quiet"] if all(one["quiet"] for one in speaking) else ""
    merged["deleted"] = original["deleted"]
    for name in ("held", "more_below", "done"):
        merged[name] = max(one[name] for one in every)
    first = merged["account_ids"].split()[0]
    merged["url"] = twins.page(db, shown["id"], int(first)) or shown["url"]
    return tuple(merged[name] for name in _COLUMNS)


def _under_shown(db: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows whose parents are messages that are shown."""
    found = db.execute(
        "SELECT h.uri, s.uri FROM json_each(?) j CROSS JOIN message h ON h.uri = j.value"
        " JOIN twin t ON t.message_id = h.id JOIN message s ON s.id = t.shown_id",
        (json.dumps(sorted({row[2] for row in rows if row[2]})),),
    )
    shown = dict(found.fetchall())
    return [(*row[:2], shown.get(row[2], row[2]), *row[3:]) for row in rows]


@frozen
class _Around:
    """What the messages of a conversation share: persons, what the user chose about them, accounts."""

    people: Mapping[int, Someone]
    choices: Mapping[int, bool]
    accounts: Mapping[int, str]
    looked: int
    seen_to: int
    """When the newest message was written that was looked at: what is loaded later from before it is not news."""

    def news(self, arrival: int, created_at: int, waits: bool) -> bool:
        """Whether a message is new since the last look."""
        if not self.looked:
            return waits
        return arrival > self.looked and (waits or created_at >= self.seen_to)


def _choices(db: sqlite3.Connection, person_ids: Collection[int]) -> dict[int, bool]:
    """Whom of these persons the user put into Quiet (True) or took out of it for good (False)."""
    rows = db.execute(
        "SELECT p.id, c.quiet FROM json_each(?) j CROSS JOIN person p ON p.id = j.value"
        " JOIN person_choice c ON c.platform = p.platform AND c.uid = p.uid WHERE c.quiet IS NOT NULL",
        (json.dumps(list(person_ids)),),
    )
    return {number: bool(quiet) for number, quiet in rows}


def account_names(db: sqlite3.Connection) -> dict[int, str]:
    """Names of accounts by their numbers."""
    return dict(db.execute("SELECT id, name FROM account").fetchall())


def refusals(db: sqlite3.Connection, message_id: int) -> Mapping[str, str]:
    """What cannot be done with this one message: verb -> sentence."""
    row = db.execute("SELECT extra FROM message WHERE id = ?", (message_id,)).fetchone()
    return unpack(row[0]).refusals if row else {}


def thread_of(db: sqlite3.Connection, message_id: int) -> int | None:
    """The thread a message is in."""
    row = db.execute("SELECT thread_id FROM message WHERE id = ?", (message_id,)).fetchone()
    return int(row[0]) if row else None


def newest_waiting(db: sqlite3.Connection, thread_id: int) -> list[tuple[int, int]]:
    """Who waits in a thread: (person, the newest message that waits), the newest first."""
    rows = db.execute(
        "SELECT author_id, id, max(created_at) FROM message WHERE thread_id = ? AND waits GROUP BY author_id"
        " ORDER BY max(created_at) DESC, id DESC",
        (thread_id,),
    )
    return [(author, message) for author, message, _ in rows]


def since(db: sqlite3.Connection, thread_id: int, arrival: int) -> list[Entry]:
    """What came in a thread after an arrival number, in the order it came; deleted messages are left out."""
    where = "WHERE m.thread_id = ? AND m.arrival > ? AND NOT m.deleted ORDER BY m.arrival"
    return _entries(db, where, thread_id, arrival)


def has_others(db: sqlite3.Connection, thread_id: int) -> bool:
    """Whether anybody but the user wrote in a thread."""
    found = db.execute(
        "SELECT 1 FROM message m JOIN person p ON p.id = m.author_id WHERE m.thread_id = ? AND NOT p.is_me LIMIT 1",
        (thread_id,),
    ).fetchone()
    return found is not None


def author_of(db: sqlite3.Connection, uri: str) -> Someone | None:
    """Who wrote the message with this URI, None when it is not stored."""
    row = db.execute("SELECT author_id FROM message WHERE uri = ?", (uri,)).fetchone()
    return people.load(db, [row[0]])[row[0]] if row else None


def find_uri(db: sqlite3.Connection, address: str) -> Target | None:
    """The message with this canonical URI or web address (a scan, for one address the user typed)."""
    row = db.execute("SELECT thread_id, id FROM message WHERE uri = ?", (address,)).fetchone()
    if row is None:
        row = db.execute(
            "SELECT thread_id, id FROM message WHERE url IN (?, ?) ORDER BY id LIMIT 1",
            (address, address.rstrip("/")),
        ).fetchone()
    return Target("m", row[0], twins.shown(db, row[1])) if row else None


def message_of(db: sqlite3.Connection, uri: str, account_id: int) -> Message | None:
    """A stored message as the adapter of an account knows it: with the account's own ids, where it saw it."""
    from convo.store import stored  # only an answer needs it, the first frame does not

    found = stored.by_uri(db, (uri,)).get(uri)
    if found is None:
        return None
    elsewhere = (number for number in twins.members(db, found.id) if number != found.id)
    return (
        stored.seen_by(db, found, account_id)
        or next(filter(None, (stored.as_seen_by(db, number, account_id) for number in elsewhere)), None)
        or found.message()
    )


def spoken_to(db: sqlite3.Connection, message_id: int) -> list[str]:
    """The uids of those whom a message names, quotes or answers, in this order, in every place that it is seen in."""
    from convo.store import stored

    ids = twins.members(db, message_id)
    kept = stored.by_id(db, ids)
    found: list[str] = []
    for message in (kept[number].message() for number in ids):
        parent = author_of(db, message.parent_uri) if message.parent_uri else None
        found += [mention.uid for mention in message.mentions] + [quote.uid for quote in message.quotes]
        found += [parent.uid] if parent else []
    return found


def _entry(row: tuple[Any, ...], around: _Around) -> Entry:
    message_id, uri, parent_uri, author_id, created_at, edited_at, text, warning, visibility = row[:9]
    language, url, addressed, waits, since_, quiet, held, deleted, more_below, arrival = row[9:19]
    account_ids, packed, _, done, _ = row[19:]
    author = around.people[author_id]
    extra = unpack(packed)
    chosen = around.choices.get(author_id)
    if chosen is not None:
        quiet = (quiet or CHOSEN) if chosen else ""
    return Entry(
        message_id=message_id,
        uri=uri,
        parent_uri=parent_uri,
        author=author,
        created_at=moment(created_at),
        edited_at=moment(edited_at) if edited_at is not None else None,
        text=text,
        content_warning=warning,
        visibility=_VISIBILITIES[visibility],
        language=language,
        url=url,
        attachments=extra.attachments,
        links=extra.links,
        quotes=extra.quotes,
        mentions=extra.mentions,
        addressed=_REASONS[addressed] if addressed else None,
        waiting=bool(waits),
        waiting_since=moment(since_) if waits else None,
        done=bool(done),
        quiet=quiet,
        held=bool(held),
        deleted=bool(deleted),
        more_below=bool(more_below),
        new=not author.is_me and around.news(arrival, created_at, bool(waits)),
        arrival=arrival,
        accounts=tuple(around.accounts[int(number)] for number in account_ids.split()),
    )
