"""All that the user and one human said to each other: what a person's page shows, and a week looked back on."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from convo.store import people, places
from convo.store.company import SELECT, Talk
from convo.store.places import Evidence
from convo.store.rows import BadCursor
from convo.values import frozen

Span = tuple[int, int]
"""From a time up to, and without, another, in microseconds."""

_CURSOR: Final = re.compile(r"(-?\d{1,18})\.(\d{1,18})", re.ASCII)


def talks(
    db: sqlite3.Connection, person_ids: Collection[int], spans: Sequence[Span], before: str, limit: int
) -> tuple[list[Talk], str]:
    """The talks that ended in one of these spans (the newest span first), newest first; and the cursor after them.

    One for each thread: in one that several of these persons wrote in, what was said last. Raises BadCursor.
    """
    found: dict[int, Talk] = {}
    for span in spans:
        for talk in _walk(db, person_ids, _until(span, before)):
            if len(found) >= limit and talk.thread_id not in found:
                last = list(found.values())[-1]
                return list(found.values()), f"{last.last_at}.{last.thread_id}"
            found.setdefault(talk.thread_id, talk)
    return list(found.values()), ""


def _until(span: Span, before: str) -> tuple[int, int, int]:
    """Where to start: span and the thread before which, at its very end."""
    if not before:
        return (*span, 0)
    found = _CURSOR.fullmatch(before)
    if not found:
        raise BadCursor("This cursor does not belong to this person. Leave it out to start from the top.")
    last_at, thread_id = int(found[1]), int(found[2])
    return (span[0], last_at, thread_id) if last_at < span[1] else (*span, 0)


def _walk(db: sqlite3.Connection, person_ids: Collection[int], start: tuple[int, int, int]) -> Iterator[Talk]:
    """The talks of several persons in a span, newest first."""
    since, until, thread_id = start
    rows = db.execute(
        f"{SELECT} INDEXED BY talk_person WHERE t.person_id IN (SELECT value FROM json_each(?)) AND t.quiet IN (0, 1)"
        " AND t.last_at >= ? AND (t.last_at < ? OR (t.last_at = ? AND t.thread_id < ?))"
        " ORDER BY t.last_at DESC, t.thread_id DESC",
        (json.dumps(sorted(person_ids)), since, until, until, thread_id),
    )
    return (Talk(*row) for row in rows)


def last_before(db: sqlite3.Connection, person_ids: Collection[int], until: int) -> int | None:
    """When the last talk before a time ended; None where there is none."""
    found = [
        row[0]
        for number in person_ids
        for quiet in (0, 1)
        for row in db.execute(
            "SELECT last_at FROM talk WHERE person_id = ? AND quiet = ? AND last_at < ? ORDER BY last_at DESC LIMIT 1",
            (number, quiet, until),
        )
    ]
    return max(found, default=None)


def authors(db: sqlite3.Connection, message_ids: Collection[int]) -> dict[int, int]:
    """Who wrote these messages, by number."""
    rows = db.execute(
        "SELECT m.id, m.author_id FROM json_each(?) j CROSS JOIN message m ON m.id = j.value",
        (json.dumps(sorted(message_ids)),),
    )
    return dict(rows.fetchall())


@frozen
class History:
    """Since when the user and a human have talked, and when each spoke last; in microseconds, None for never."""

    first_at: int
    theirs_at: int | None
    mine_at: int | None


def history(db: sqlite3.Connection, person_ids: Collection[int]) -> History | None:
    """The history of all talks with these persons; None where there was none."""
    first_at, theirs_at, mine_at = db.execute(
        "SELECT min(first_at), max(theirs_at), max(mine_at) FROM talk"
        " WHERE person_id IN (SELECT value FROM json_each(?)) AND quiet IN (0, 1)",
        (json.dumps(sorted(person_ids)),),
    ).fetchone()
    return None if first_at is None else History(first_at, theirs_at, mine_at)


def identities(db: sqlite3.Connection, person_ids: Collection[int]) -> dict[int, tuple[str, list[str]]]:
    """The platform of each person, and the addresses of their page and of their profile's links."""
    found: dict[int, tuple[str, list[str]]] = {}
    for number, platform, url in db.execute(
        "SELECT id, platform, url FROM person WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(sorted(person_ids)),),
    ).fetchall():
        links = db.execute(
            "SELECT place FROM place WHERE person_id = ? AND kind IN ('link', 'verified') ORDER BY kind DESC, place",
            (number,),
        ).fetchall()
        told = [place for (place,) in links]
        meant = {place.rpartition("/")[2].lstrip("@") for place in told if "/" in place}
        found[number] = (
            platform,
            [
                *([url] if url else []),
                *(f"https://{place}" for place in told if place not in meant),
            ],
        )
    return found


def suggestions(db: sqlite3.Connection, person_ids: Collection[int]) -> list[Evidence]:
    """Who else may be this human, the strongest sign first, less those the user was asked about before."""
    members = set(person_ids)
    best: dict[int, Evidence] = {}
    for sign in places.evidence(db, members):
        known = best.get(sign.other_id)
        if sign.other_id not in members and (known is None or _strength(sign) < _strength(known)):
            best[sign.other_id] = sign
    refused = apart_from(db, members)
    return sorted((sign for number, sign in best.items() if number not in refused), key=_strength)


def _strength(sign: Evidence) -> tuple[Any, ...]:
    return places.KINDS.index(sign.kind), not sign.verified, sign.other_id


def apart_from(db: sqlite3.Connection, person_ids: Collection[int]) -> set[int]:
    """The persons of whom the user said that they are somebody else, and whoever they are joined with."""
    rows = db.execute(
        "SELECT q.id FROM json_each(?1) j CROSS JOIN person p ON p.id = j.value"
        " JOIN apart a ON a.platform = p.platform AND a.uid = p.uid"
        " JOIN person q ON q.platform = a.other_platform AND q.uid = a.other_uid"
        " UNION SELECT q.id FROM json_each(?1) j CROSS JOIN person p ON p.id = j.value"
        " JOIN apart a ON a.other_platform = p.platform AND a.other_uid = p.uid"
        " JOIN person q ON q.platform = a.platform AND q.uid = a.uid",
        (json.dumps(sorted(person_ids)),),
    ).fetchall()
    return {member for (number,) in rows for member, _, _ in people.joined(db, number)}


@frozen
class Turns:
    """One thread in a span: whom the user spoke to in it, and how often the word went from one side to the other."""

    thread_id: int
    answered: tuple[int, ...]
    changes: int


def spoken(db: sqlite3.Connection, span: Span) -> list[Turns]:
    """The threads in which the user spoke to somebody in a span, the last one first."""
    found = db.execute(
        "SELECT m.thread_id, max(m.created_at) FROM person p JOIN message m ON m.author_id = p.id"
        " WHERE p.id IN (SELECT q.id FROM account a JOIN person q ON q.platform = a.platform AND q.uid = a.own_uid)"
        " AND m.created_at >= ? AND m.created_at < ? AND NOT m.deleted GROUP BY m.thread_id ORDER BY 2 DESC",
        span,
    ).fetchall()
    return [turns for (thread_id, _) in found if (turns := _turns(db, thread_id, span)).answered]


def _turns(db: sqlite3.Connection, thread_id: int, span: Span) -> Turns:
    answered = db.execute(
        "SELECT person_id FROM talk WHERE thread_id = ? AND mine_at >= ? AND mine_at < ? ORDER BY mine_at DESC",
        (thread_id, *span),
    ).fetchall()
    sides = [
        side
        for (side,) in db.execute(
            "SELECT p.is_me FROM message m JOIN person p ON p.id = m.author_id WHERE m.thread_id = ?"
            " AND m.created_at >= ? AND m.created_at < ? AND NOT m.deleted AND (p.is_me OR m.addressed IS NOT NULL)"
            " ORDER BY m.created_at, m.arrival",
            (thread_id, *span),
        )
    ]
    changes = sum(one != other for one, other in pairwise(sides))
    return Turns(thread_id, tuple(number for (number,) in answered), changes)
