"""Blocking on a platform: written with its act in the journal; heard of no more here at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from convo.store.connection import micros
from convo.store.journal import Changes, Errand, Record, Told, record

ACT: Final = "block"


def block(db: sqlite3.Connection, person_id: int, told: Told, now: datetime) -> Record:
    """Block one person through these accounts of their platform, after the undo window; others joined stay."""
    platform, uid = db.execute("SELECT platform, uid FROM person WHERE id = ?", (person_id,)).fetchone()
    changes = Changes(db)
    changes.put("person_choice", platform=platform, uid=uid, muted=1, at=micros(now))
    argument = json.dumps({"uid": uid, "on": True})
    errands = [Errand(number, ACT, argument, told.due_at) for number in _on(db, told.account_ids, platform)]
    there = tuple(errand.account_id for errand in errands)
    return record(db, Record(ACT, (person_id,), there=there), changes, now, errands)


def _on(db: sqlite3.Connection, account_ids: Sequence[int], platform: str) -> list[int]:
    """Those of these accounts that are on a platform."""
    rows = db.execute(
        "SELECT id FROM account WHERE platform = ? AND id IN (SELECT value FROM json_each(?))",
        (platform, json.dumps(list(account_ids))),
    )
    return [number for (number,) in rows]
