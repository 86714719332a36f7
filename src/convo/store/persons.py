"""Persons as platforms name them: kept up to date, hidden by the user's blocks, known by an exchange."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from convo.model import Person
from convo.store import places


def save(db: sqlite3.Connection, person: Person) -> int:
    """Store a person, or what is new about them, and give their number."""
    return save_all(db, (person,))[person.platform, person.uid]


def save_all(db: sqlite3.Connection, persons: Iterable[Person]) -> dict[tuple[str, str], int]:
    """Store persons and give their numbers by platform and uid; a name once known is not overwritten by none."""
    wanted = {(person.platform, person.uid): person for person in persons}
    numbers: dict[tuple[str, str], int] = {}
    changed: list[tuple[object, ...]] = []
    for id_, platform, uid, *before in _find(db, wanted):
        numbers[platform, uid] = id_
        person = wanted[platform, uid]
        handle, name, url, _ = before
        after = [person.handle or handle, person.name or name, person.url or url, int(person.bot)]
        if after != before:
            changed.append((*after, id_))
        if (after[0], after[2]) != (handle, url):
            places.save(db, id_, str(after[0]), str(after[2]))
    if changed:
        db.executemany("UPDATE person SET handle = ?, name = ?, url = ?, bot = ? WHERE id = ?", changed)
    numbers.update(_insert(db, [person for key, person in wanted.items() if key not in numbers]))
    linked = {numbers[key]: person.links for key, person in wanted.items() if person.links}
    if linked:
        places.save_links(db, linked)
    return numbers


def numbers_of(db: sqlite3.Connection, named: Iterable[Person]) -> dict[tuple[str, str], int]:
    """The numbers of persons of whom only the name may be known: what is stored of them stays as it is."""
    wanted = {(person.platform, person.uid): person for person in named}
    numbers = {(platform, uid): id_ for id_, platform, uid, *_ in _find(db, wanted)}
    numbers.update(_insert(db, [person for key, person in wanted.items() if key not in numbers]))
    return numbers


def _find(db: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT p.id, p.platform, p.uid, p.handle, p.name, p.url, p.bot FROM json_each(?) j CROSS JOIN person p"
        " ON p.platform = json_extract(j.value, '$[0]') AND p.uid = json_extract(j.value, '$[1]')",
        (json.dumps(list(keys)),),
    ).fetchall()


def _insert(db: sqlite3.Connection, persons: Sequence[Person]) -> dict[tuple[str, str], int]:
    """Store persons that are new, in this order, with where they are to be found."""
    if not persons:
        return {}
    db.executemany(
        "INSERT INTO person (platform, uid, handle, name, url, bot, hidden) VALUES (?1, ?2, ?3, ?4, ?5, ?6, EXISTS"
        " (SELECT 1 FROM hidden h JOIN account a ON a.id = h.account_id WHERE a.platform = ?1 AND h.uid = ?2))",
        [(p.platform, p.uid, p.handle, p.name, p.url, int(p.bot)) for p in persons],
    )
    found = _find(db, [(person.platform, person.uid) for person in persons])
    numbers = {(platform, uid): int(id_) for id_, platform, uid, *_ in found}
    places.save_new(db, [(numbers[p.platform, p.uid], p.handle, p.url) for p in persons])
    return numbers


def known_among(db: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these persons whom the user has written to."""
    rows = db.execute(
        "SELECT p.id FROM json_each(?) j CROSS JOIN person p ON p.id = j.value WHERE p.known",
        (json.dumps(list(ids)),),
    ).fetchall()
    return {id_ for (id_,) in rows}


def hide(db: sqlite3.Connection, account_id: int, uids: Collection[str]) -> set[int]:
    """Keep the whole list of whom the user blocked or muted there; give the persons for whom that changes something."""
    listed = json.dumps(sorted(set(uids)))
    gone = db.execute(
        "DELETE FROM hidden WHERE account_id = ? AND uid NOT IN (SELECT value FROM json_each(?)) RETURNING uid",
        (account_id, listed),
    ).fetchall()
    new = db.execute(
        "INSERT INTO hidden SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING RETURNING uid",
        (account_id, listed),
    ).fetchall()
    if not gone and not new:
        return set()
    changed = db.execute(
        "UPDATE person SET hidden = NOT hidden"
        " WHERE platform = (SELECT platform FROM account WHERE id = ?1) AND uid IN (SELECT value FROM json_each(?2))"
        " AND hidden <> EXISTS (SELECT 1 FROM hidden h JOIN account a ON a.id = h.account_id"
        "   WHERE h.uid = person.uid AND a.platform = person.platform) RETURNING id",
        (account_id, json.dumps([uid for (uid,) in gone + new])),
    ).fetchall()
    return {id_ for (id_,) in changed}


def become_known(db: sqlite3.Connection, ids: Collection[int]) -> set[int]:
    """Note that the user wrote to these persons: those, and who is the same human, for whom that is new."""
    wanted = json.dumps(sorted(ids))
    rows = db.execute(
        "SELECT p.id FROM json_each(?) j CROSS JOIN person p ON p.id = j.value WHERE NOT p.known AND NOT p.is_me",
        (wanted,),
    ).fetchall()
    rows += db.execute(
        "SELECT q.id FROM json_each(?) j CROSS JOIN person p ON p.id = j.value"
        " JOIN contact_person c ON c.platform = p.platform AND c.uid = p.uid"
        " JOIN contact_person d ON d.contact_id = c.contact_id"
        " JOIN person q ON q.platform = d.platform AND q.uid = d.uid WHERE NOT q.known AND NOT q.is_me",
        (wanted,),
    ).fetchall()
    met = {id_ for (id_,) in rows}
    db.executemany("UPDATE person SET known = 1 WHERE id = ?", [(id_,) for id_ in met])
    return met
