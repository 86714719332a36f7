"""Whose turn it is with a human: one derived row for all persons that are joined, for the lists of people."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any, Final

_EXPAND: Final = (
    "SELECT j.value FROM json_each(?1) j UNION SELECT q.id FROM json_each(?1) j"
    " CROSS JOIN person p ON p.id = j.value"
    " JOIN contact_person a ON a.platform = p.platform AND a.uid = p.uid"
    " JOIN contact_person b ON b.contact_id = a.contact_id"
    " JOIN person q ON q.platform = b.platform AND q.uid = b.uid"
)
_LAST: Final = "FROM talk WHERE person_id = p.id AND quiet = 0 ORDER BY last_at DESC LIMIT 1"
_FIRST: Final = (
    "FROM talk INDEXED BY talk_waiting WHERE person_id = p.id AND waiting_since IS NOT NULL"
    " ORDER BY late, waiting_since LIMIT 1"
)
_FACTS: Final = (
    "SELECT p.id, a.contact_id, coalesce(k.circle, 0), p.is_me OR p.hidden OR coalesce(c.muted, 0),"
    f" (SELECT last_at {_LAST}), (SELECT settled {_LAST}), (SELECT late {_FIRST}), (SELECT waiting_since {_FIRST})"
    " FROM json_each(?) j CROSS JOIN person p ON p.id = j.value"
    " LEFT JOIN person_choice c ON c.platform = p.platform AND c.uid = p.uid"
    " LEFT JOIN contact_person a ON a.platform = p.platform AND a.uid = p.uid"
    " LEFT JOIN contact k ON k.id = a.contact_id ORDER BY p.id"
)

Fact = tuple[int, Any, int, int, Any, Any, Any, Any]


def settle(db: sqlite3.Connection, person_ids: Collection[int]) -> None:
    """Bring the rows of these persons, and of whoever they are joined with, up to date."""
    if not person_ids:
        return
    found = db.execute(_EXPAND, (json.dumps(sorted(person_ids)),)).fetchall()
    wanted = json.dumps([number for (number,) in found])
    humans: dict[tuple[str, int], list[Fact]] = {}
    for fact in db.execute(_FACTS, (wanted,)).fetchall():
        humans.setdefault(("contact", fact[1]) if fact[1] is not None else ("person", fact[0]), []).append(
            fact
        )
    after = {row[0]: row for row in map(_turn, humans.values()) if row is not None}
    before = {
        row[0]: row
        for row in db.execute(
            "SELECT person_id, circle, last_at, settled, late, waiting_since FROM turn"
            " WHERE person_id IN (SELECT value FROM json_each(?))",
            (wanted,),
        ).fetchall()
    }
    gone = [(number,) for number in before if number not in after]
    if gone:
        db.executemany("DELETE FROM turn WHERE person_id = ?", gone)
    new = [row for number, row in after.items() if before.get(number) != row]
    if new:
        db.executemany(
            "INSERT INTO turn (person_id, circle, last_at, settled, late, waiting_since) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (person_id) DO UPDATE SET circle = excluded.circle, last_at = excluded.last_at,"
            " settled = excluded.settled, late = excluded.late, waiting_since = excluded.waiting_since",
            new,
        )


def _turn(persons: list[Fact]) -> tuple[Any, ...] | None:
    """The row of one human, under the lowest number of their persons; None where there was no talk worth a row."""
    heard = [fact for fact in persons if not fact[3]]
    talks = [fact[4:6] for fact in heard if fact[4] is not None]
    if not talks:
        return None
    last_at, settled = max(talks)
    late, since = min((fact[6:8] for fact in heard if fact[7] is not None), default=(None, None))
    return persons[0][0], persons[0][2], last_at, settled, late, since


def persons_of(
    db: sqlite3.Connection, contact_ids: Iterable[int], keys: Iterable[tuple[Any, ...]]
) -> set[int]:
    """The persons of these contacts, and those with these (platform, uid)."""
    rows = db.execute(
        "SELECT p.id FROM json_each(?) j CROSS JOIN contact_person c ON c.contact_id = j.value"
        " JOIN person p ON p.platform = c.platform AND p.uid = c.uid",
        (json.dumps(sorted(contact_ids)),),
    ).fetchall()
    rows += db.execute(
        "SELECT p.id FROM json_each(?) j CROSS JOIN person p ON p.platform = json_extract(j.value, '$[0]')"
        " AND p.uid = json_extract(j.value, '$[1]')",
        (json.dumps(list(keys)),),
    ).fetchall()
    return {number for (number,) in rows}
