"""Decisions about comments that the platform holds: written with their act in the journal, so that undo knows them."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Final

from convo.store import journal, threads
from convo.store.connection import micros
from convo.store.errands import Due
from convo.store.journal import MODERATE, Changes, Errand, Record

APPROVE: Final = "approve"


def decide(
    db: sqlite3.Connection, account_id: int, uri: str, decision: str, now: datetime, due_at: datetime | None
) -> Record:
    """Write a decision down. What is thrown away waits no more at once; `due_at` is when the platform is told.

    With None it was told already: then only undo has something left to do there.
    """
    thread_id, author, arrival = db.execute(
        "SELECT m.thread_id, m.author_id, t.arrival FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.uri = ?",
        (uri,),
    ).fetchone()
    changes = Changes(db)
    if decision != APPROVE and due_at is not None:
        changes.put("done", uri=uri, at=micros(now), arrival=arrival)
    argument = json.dumps({"uri": uri, "decision": decision, "on": True})
    errand = Errand(account_id, MODERATE, argument, due_at or now)
    done = journal.record(db, Record(MODERATE, (author,), decision, (thread_id,)), changes, now, [errand])
    if due_at is None:
        db.execute("DELETE FROM errand WHERE journal_id = ?", (done.journal_id,))
    return done


def refused(db: sqlite3.Connection, due: Due, now: datetime) -> None:
    """The platform said no: the comment waits as before, and there is nothing for undo to take back."""
    uri = str(due.argument.get("uri", ""))
    row = db.execute("SELECT journal_id FROM errand WHERE id = ?", (due.id,)).fetchone()
    journal_id = row[0] if row else None
    db.execute("DELETE FROM errand WHERE id = ?", (due.id,))
    if journal_id is None:
        return
    found = db.execute("SELECT at FROM journal WHERE id = ?", (journal_id,)).fetchone()
    db.execute("DELETE FROM journal WHERE id = ?", (journal_id,))
    if found:
        db.execute("DELETE FROM done WHERE uri = ? AND at = ?", (uri, found[0]))
    touched = [number for (number,) in db.execute("SELECT thread_id FROM message WHERE uri = ?", (uri,))]
    threads.rederive(db, touched, now)
