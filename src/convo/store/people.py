"""People: the persons that platforms know, and the contacts into which the user has joined them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any, Final

from convo.store.words import fold
from convo.views import Someone

COLUMNS = (
    "p.id, p.uid, p.handle, p.name, p.url, p.is_me, p.bot, ifnull("
    "(SELECT c.circle FROM contact_person cp JOIN contact c ON c.id = cp.contact_id"
    " WHERE cp.platform = p.platform AND cp.uid = p.uid), 0)"
)
"""What `someone` reads of a person `p`."""


def someone(row: Sequence[Any]) -> Someone:
    """A person from the columns of `COLUMNS`."""
    person_id, uid, handle, name, url, is_me, bot, circle = row
    return Someone(person_id, uid, handle, name, url, bool(is_me), bool(circle), bool(bot))


def load(db: sqlite3.Connection, person_ids: Iterable[int]) -> dict[int, Someone]:
    """Persons by their numbers, in one query."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows = db.execute(
        f"SELECT {COLUMNS} FROM person p WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    return {row[0]: someone(row) for row in rows}


def by_uid(db: sqlite3.Connection, platform: str, uid: str) -> Someone | None:
    """The person a platform knows by this uid."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM person p WHERE p.platform = ? AND p.uid = ?", (platform, uid)
    ).fetchone()
    return someone(row) if row else None


def find(db: sqlite3.Connection, words: str, limit: int) -> list[Someone]:
    """Persons whose name or handle holds these words, whatever their case and accents.

    First who is called exactly so, then where a part of the name begins so; the circle first, then whom the
    user knows, then by name.
    """
    wanted = fold(words.strip().lstrip("@"))
    if not wanted:
        return []
    # LIKE knows case of ASCII only: it sifts, and names with other letters are looked at one by one.
    rows = db.execute(
        "SELECT id, name, handle, known, hidden FROM person"
        " WHERE NOT is_me AND (handle LIKE ?1 ESCAPE '!' OR name LIKE ?1 ESCAPE '!'"
        " OR name GLOB '*[^ -~]*' OR handle GLOB '*[^ -~]*')",
        (f"%{_ESCAPED.sub(_escape, wanted)}%",),
    ).fetchall()
    circle = in_circle(db)
    ranks = (_rank(row, wanted, row[0] in circle) for row in rows)
    best = [rank[-1] for rank in nsmallest(limit, (rank for rank in ranks if rank is not None))]
    people = load(db, best)
    return [people[number] for number in best]


def in_circle(db: sqlite3.Connection) -> set[int]:
    """The persons of the user's circle."""
    rows = db.execute(
        "SELECT p.id FROM contact c CROSS JOIN contact_person cp ON cp.contact_id = c.id"
        " CROSS JOIN person p ON p.platform = cp.platform AND p.uid = cp.uid WHERE c.circle"
    )
    return {number for (number,) in rows}


WIDE_CIRCLE: Final = 150
"""How many people anybody can know well; nothing is refused past it."""


def circle_is_wide(db: sqlite3.Connection) -> bool:
    """Whether there are more people in the circle than anybody can know well."""
    found = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM contact WHERE circle LIMIT ?)", (WIDE_CIRCLE + 1,)
    ).fetchone()
    return bool(found[0] > WIDE_CIRCLE)


_ESCAPED = re.compile("[%_!]")


def _escape(found: re.Match[str]) -> str:
    return f"!{found.group()}"


def _rank(
    row: Sequence[Any], wanted: str, circle: bool
) -> tuple[bool, bool, bool, bool, bool, str, int] | None:
    """How well a person fits, the smaller the better; None for not at all."""
    person_id, name, handle, known, hidden = row
    name, handle = fold(name), fold(handle).lstrip("@")
    if wanted not in name and wanted not in handle:
        return None
    exact = wanted in (name, handle)
    begins = name.startswith(wanted) or f" {wanted}" in name or handle.startswith(wanted)
    return not exact, not begins, not circle, not known, bool(hidden), name or handle, person_id


def joined(db: sqlite3.Connection, person_id: int) -> list[tuple[int, str, str]]:
    """The person and everyone the user has joined with them: (person id, platform, uid), the person first."""
    own = db.execute("SELECT platform, uid FROM person WHERE id = ?", (person_id,)).fetchone()
    if own is None:
        return []
    others = db.execute(
        "SELECT p.id, p.platform, p.uid FROM contact_person mine"
        " JOIN contact_person other ON other.contact_id = mine.contact_id"
        " JOIN person p ON p.platform = other.platform AND p.uid = other.uid"
        " WHERE mine.platform = ? AND mine.uid = ? AND p.id <> ? ORDER BY p.id",
        (*own, person_id),
    ).fetchall()
    return [(person_id, *own), *others]


def contact_of(db: sqlite3.Connection, person_id: int) -> int | None:
    """The contact a person belongs to, None where the user has not made one."""
    found = db.execute(
        "SELECT cp.contact_id FROM person p JOIN contact_person cp ON cp.platform = p.platform AND cp.uid = p.uid"
        " WHERE p.id = ?",
        (person_id,),
    ).fetchone()
    return int(found[0]) if found else None


def note(db: sqlite3.Connection, person_id: int) -> str:
    """The user's private note about the human behind a person, "" when there is none."""
    contact_id = contact_of(db, person_id)
    if contact_id is None:
        return ""
    return str(db.execute("SELECT note FROM contact WHERE id = ?", (contact_id,)).fetchone()[0])


def only_quiet(db: sqlite3.Connection, person_id: int) -> str:
    """Why somebody waits in Quiet of whom there is nothing else, "" for all others: the reason of their last words."""
    ids = json.dumps([number for number, _, _ in joined(db, person_id)])
    rows = db.execute(
        "SELECT m.quiet FROM json_each(?) j CROSS JOIN message m ON m.author_id = j.value"
        " JOIN person p ON p.id = m.author_id WHERE m.addressed IS NOT NULL AND NOT m.deleted AND NOT p.known"
        " ORDER BY m.created_at DESC",
        (ids,),
    ).fetchall()
    return str(rows[0][0]) if rows and all(quiet for (quiet,) in rows) else ""


def accounts_of(db: sqlite3.Connection, person_id: int) -> list[str]:
    """The names of the user's accounts on which messages of a person or of those joined with them came."""
    ids = [number for number, _, _ in joined(db, person_id)]
    rows = db.execute(
        "SELECT a.name FROM account a WHERE EXISTS ("
        " SELECT 1 FROM (SELECT account_ids FROM message WHERE author_id IN (SELECT value FROM json_each(?))"
        " ORDER BY created_at DESC LIMIT 500)"
        " WHERE instr(' ' || account_ids || ' ', ' ' || a.id || ' ')) ORDER BY a.id",
        (json.dumps(ids),),
    )
    return [name for (name,) in rows]
