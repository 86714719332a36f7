"""What the user decides about people: quiet, circle, note, mute, joining; and drafts thrown away. All journalled."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from convo.store import people, persons, quieting, twins
from convo.store.connection import micros, moment
from convo.store.journal import Changes, Errand, Record, Told, goes_on, record
from convo.store.own import Own
from convo.store.triage import about, present
from convo.views import Seen

NOTE_GOES_ON: Final = timedelta(minutes=5)
"""Words added to a note within this time belong to the same act."""


def quiet(db: sqlite3.Connection, seen: Sequence[Seen], now: datetime) -> Record:
    """Put the person who waits longest in each thread into Quiet, until taken back."""
    return _choose(db, [about(db, one.thread_id)[:1] for one in present(db, seen)], 1, now)


def unquiet(db: sqlite3.Connection, seen: Sequence[Seen], now: datetime) -> Record:
    """Bring the persons that are quiet in these threads out of Quiet, for good."""
    return _choose(db, [_quiet_in(db, one.thread_id) for one in present(db, seen)], 0, now)


def _choose(db: sqlite3.Connection, persons: Iterable[Sequence[int]], choice: int, now: datetime) -> Record:
    changes = Changes(db)
    who = tuple(dict.fromkeys(number for group in persons for number in group))
    for number in who:
        for _, platform, uid in people.joined(db, number):
            if not _has_choice(db, platform, uid, choice):
                changes.put("person_choice", platform=platform, uid=uid, quiet=choice, at=micros(now))
    return record(db, Record("quiet" if choice else "unquiet", who), changes, now)


def _has_choice(db: sqlite3.Connection, platform: str, uid: str, choice: int) -> bool:
    found = db.execute(
        "SELECT quiet FROM person_choice WHERE platform = ? AND uid = ?", (platform, uid)
    ).fetchone()
    return found is not None and found[0] == choice


def circle(db: sqlite3.Connection, person_id: int, now: datetime) -> Record:
    """Into the circle, or out of it."""
    return circle_all(db, [person_id], now)


def circle_all(db: sqlite3.Connection, person_ids: Sequence[int], now: datetime) -> Record:
    """Into the circle; or out of it, where all of them are in it. One act."""
    changes = Changes(db)
    contacts = {number: _contact(db, changes, number) for number in person_ids}
    query = "SELECT id FROM contact WHERE circle AND id IN (SELECT value FROM json_each(?))"
    inside = {number for (number,) in db.execute(query, (json.dumps(list(contacts.values())),))}
    enters = not inside.issuperset(contacts.values())
    who = tuple(number for number, contact_id in contacts.items() if (contact_id in inside) is not enters)
    for number in who:
        changes.put("contact", id=contacts[number], circle=int(enters))
    return record(db, Record("circle", who, "in" if enters else ""), changes, now)


def note(db: sqlite3.Connection, person_id: int, text: str, now: datetime) -> Record:
    """Write the private note about the human behind a person; one that goes on at once is one act."""
    earlier = _note_going_on(db, person_id, now)
    changes = Changes(db)
    if text or people.contact_of(db, person_id) is not None:
        changes.put("contact", id=_contact(db, changes, person_id), note=text)
    written = record(db, Record("note", (person_id,), "written" if text else ""), changes, now)
    if earlier is None or written.journal_id is None:
        return written
    goes_on(db, earlier, written.journal_id)
    return replace(written, journal_id=earlier)


def _note_going_on(db: sqlite3.Connection, person_id: int, now: datetime) -> int | None:
    """The journal's last act, when it is a note about the same person, written just now."""
    last = db.execute("SELECT id, at, act, words, undone FROM journal ORDER BY id DESC LIMIT 1").fetchone()
    if last is None or last[2] != "note" or last[4] or moment(last[1]) < now - NOTE_GOES_ON:
        return None
    return int(last[0]) if json.loads(last[3])["who"] == [person_id] else None


def mute_person(
    db: sqlite3.Connection, person_id: int, now: datetime, told: Told | None = None, why: str = ""
) -> Record:
    """Hear nothing from a human any more, on all their accounts; `why` is added to the note about them."""
    changes = Changes(db)
    if why and why not in people.note(db, person_id):
        lines = [line for line in (people.note(db, person_id), why) if line]
        changes.put("contact", id=_contact(db, changes, person_id), note="\n".join(lines))
    errands: list[Errand] = []
    for _, platform, uid in people.joined(db, person_id):
        changes.put(
            "person_choice", platform=platform, uid=uid, muted=1, at=_choice_at(db, platform, uid, now)
        )
        for account_id in told.account_ids if told else ():
            if db.execute(
                "SELECT 1 FROM account WHERE id = ? AND platform = ?", (account_id, platform)
            ).fetchone():
                argument = json.dumps({"uid": uid, "on": True})
                errands.append(Errand(account_id, "mute_person", argument, told.due_at if told else now))
    there = tuple(dict.fromkeys(errand.account_id for errand in errands))
    names = ", ".join(people.accounts_of(db, person_id))
    return record(db, Record("mute_person", (person_id,), names, there=there), changes, now, errands)


def _choice_at(db: sqlite3.Connection, platform: str, uid: str, now: datetime) -> int:
    """When this was chosen: unchanged where the person is muted already, so that nothing is journalled twice."""
    found = db.execute(
        "SELECT at FROM person_choice WHERE platform = ? AND uid = ? AND muted", (platform, uid)
    ).fetchone()
    return int(found[0]) if found else micros(now)


def join(db: sqlite3.Connection, person_id: int, other_id: int, now: datetime) -> Record:
    """Say that two persons are one human: one contact with both notes, in the circle if either was.

    Whoever the user knows as one of them is no stranger as the other.
    """
    changes = Changes(db)
    wanted = Record("join", (person_id, other_id))
    if other_id in _numbers(db, person_id):
        return wanted
    _forget_apart(db, changes, person_id, other_id)
    kept, left = _contact(db, changes, person_id), people.contact_of(db, other_id)
    if left is None:
        platform, uid = _known_by(db, other_id)
        changes.put("contact_person", platform=platform, uid=uid, contact_id=kept)
    else:
        notes = [text for text in (_note(db, kept), _note(db, left)) if text]
        inside = db.execute("SELECT max(circle) FROM contact WHERE id IN (?, ?)", (kept, left)).fetchone()[0]
        members = db.execute(
            "SELECT platform, uid FROM contact_person WHERE contact_id = ?", (left,)
        ).fetchall()
        for platform, uid in members:
            changes.put("contact_person", platform=platform, uid=uid, contact_id=kept)
        changes.drop("contact", left)
        changes.put("contact", id=kept, note="\n".join(dict.fromkeys(notes)), circle=inside)
    met = _introduce(db, _numbers(db, person_id))
    return record(db, replace(wanted, thread_ids=tuple(sorted(met))), changes, now)


def _introduce(db: sqlite3.Connection, numbers: Sequence[int]) -> set[int]:
    """Who is joined with somebody the user has written to is known, too; gives the threads that changes."""
    if not persons.known_among(db, numbers):
        return set()
    return quieting.settle(db, Own(db), quieting.News(spoken_to=set(numbers)))


def separate(db: sqlite3.Connection, person_id: int, now: datetime) -> Record:
    """Say that a person is somebody else than those they were joined with; note and circle stay with both.

    It is not asked again whether they are one.
    """
    changes = Changes(db)
    contact_id = people.contact_of(db, person_id)
    others = _numbers(db, person_id)[1:]
    if contact_id is not None and others:
        platform, uid = _known_by(db, person_id)
        text, inside = db.execute("SELECT note, circle FROM contact WHERE id = ?", (contact_id,)).fetchone()
        own = _new_contact_id(db)
        changes.put("contact", id=own, note=text, circle=inside)
        changes.put("contact_person", platform=platform, uid=uid, contact_id=own)
        for other_id in others:
            _keep_apart(db, changes, person_id, other_id, now)
    return record(db, Record("separate", (person_id,)), changes, now)


def apart(db: sqlite3.Connection, person_id: int, other_id: int, now: datetime) -> Record:
    """Say that two persons are not one human: it is not asked again."""
    changes = Changes(db)
    if other_id not in _numbers(db, person_id):
        _keep_apart(db, changes, person_id, other_id, now)
    return record(db, Record("apart", (person_id, other_id)), changes, now)


def _numbers(db: sqlite3.Connection, person_id: int) -> list[int]:
    """The person, and then everyone joined with them."""
    return [number for number, _, _ in people.joined(db, person_id)]


def _pair(db: sqlite3.Connection, person_id: int, other_id: int) -> tuple[str, str, str, str]:
    """What a pair of persons is known by in `apart`."""
    one, other = sorted((_known_by(db, person_id), _known_by(db, other_id)))
    return (*one, *other)


def _keep_apart(
    db: sqlite3.Connection, changes: Changes, person_id: int, other_id: int, now: datetime
) -> None:
    pair = _pair(db, person_id, other_id)
    if not _is_apart(db, pair):
        names = ("platform", "uid", "other_platform", "other_uid")
        changes.put("apart", **dict(zip(names, pair, strict=True)), at=micros(now))


def _is_apart(db: sqlite3.Connection, pair: tuple[str, str, str, str]) -> bool:
    found = db.execute(
        "SELECT 1 FROM apart WHERE platform = ? AND uid = ? AND other_platform = ? AND other_uid = ?", pair
    ).fetchone()
    return found is not None


def _forget_apart(db: sqlite3.Connection, changes: Changes, person_id: int, other_id: int) -> None:
    """Two humans become one: what was said of their being two holds no more."""
    for number in _numbers(db, person_id):
        for another in _numbers(db, other_id):
            changes.drop("apart", *_pair(db, number, another))


def discard_draft(db: sqlite3.Connection, account_id: int, uri: str, now: datetime) -> Record:
    """Throw a draft away, and what the platform said of it."""
    uri = twins.shown_uri(db, uri)
    changes = Changes(db)
    changes.drop("draft", account_id, uri)
    refused = db.execute(
        "SELECT id FROM outbox WHERE account_id = ? AND uri = ? AND state = 'failed'", (account_id, uri)
    ).fetchall()
    for (outbox_id,) in refused:
        changes.drop("outbox", outbox_id)
    author = db.execute("SELECT author_id FROM message WHERE uri = ?", (uri,)).fetchone()
    return record(db, Record("discard", author or ()), changes, now)


def _quiet_in(db: sqlite3.Connection, thread_id: int) -> list[int]:
    """The persons whose words to the user in a thread are quiet."""
    rows = db.execute(
        "SELECT DISTINCT p.id FROM message m JOIN person p ON p.id = m.author_id"
        " LEFT JOIN person_choice c ON c.platform = p.platform AND c.uid = p.uid"
        " WHERE m.thread_id = ? AND (m.addressed IS NOT NULL OR m.held) AND NOT p.is_me"
        " AND CASE WHEN c.quiet IS NULL THEN m.quiet <> '' ELSE c.quiet END",
        (thread_id,),
    )
    return [number for (number,) in rows.fetchall()]


def _contact(db: sqlite3.Connection, changes: Changes, person_id: int) -> int:
    """The contact of a person, made where there is none."""
    known = people.contact_of(db, person_id)
    if known is not None:
        return known
    contact_id = _new_contact_id(db)
    platform, uid = _known_by(db, person_id)
    changes.put("contact", id=contact_id)
    changes.put("contact_person", platform=platform, uid=uid, contact_id=contact_id)
    return contact_id


def _new_contact_id(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT ifnull(max(id), 0) + 1 FROM contact").fetchone()[0])


def _known_by(db: sqlite3.Connection, person_id: int) -> tuple[str, str]:
    platform, uid = db.execute("SELECT platform, uid FROM person WHERE id = ?", (person_id,)).fetchone()
    return platform, uid


def _note(db: sqlite3.Connection, contact_id: int) -> str:
    return str(db.execute("SELECT note FROM contact WHERE id = ?", (contact_id,)).fetchone()[0])
