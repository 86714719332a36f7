"""A migration that is killed at any moment is whole or not begun, and the next start ends it."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from convo.store.connection import connect
from convo.store.migrate import migrate, version
from convo.store.schema import MIGRATIONS
from tests.damage.story import told

NEXT = (
    *MIGRATIONS,
    "ALTER TABLE setting ADD COLUMN extra TEXT; CREATE TABLE more (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
    " INSERT INTO more (text) SELECT text FROM message; UPDATE message SET language = 'xx';",
    "CREATE TABLE again (id INTEGER PRIMARY KEY) STRICT; INSERT INTO again SELECT id FROM message;",
)


def facts(path: Path) -> list[object]:
    with closing(connect(path, reader=True)) as db:
        whole = db.execute("PRAGMA integrity_check").fetchone()
        return [whole, *db.execute("SELECT id, uri, text FROM message ORDER BY id").fetchall(),
                *db.execute("SELECT uri, text FROM draft").fetchall()]  # fmt: skip


def migrating(path: Path, kill_at: int) -> int:
    """Migrate in a child that is killed before its `kill_at`-th statement; its status."""
    child = os.fork()
    if child == 0:
        try:
            count = 0

            def note(sql: str) -> None:
                nonlocal count
                count += 1
                if count == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                    time.sleep(60)

            db = connect(path)
            db.set_trace_callback(note)
            migrate(db, path, NEXT)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_before_each_statement(tmp_path: Path) -> None:
    talk = told(tmp_path / "data", 30)
    talk.close()
    path = talk.store.path
    before = facts(path)
    whole = path.read_bytes()
    at = 0
    while True:
        at += 1
        path.write_bytes(whole)
        for old in path.parent.glob("convo.db?*"):
            old.unlink()
        if migrating(path, at) == 0:
            break
        with closing(sqlite3.connect(path)) as db:
            found = version(db)
            tables = {
                name
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name IN ('more', 'again')")
            }
        start = len(MIGRATIONS)
        assert tables == {start: set(), start + 1: {"more"}, start + 2: {"more", "again"}}[found]
        assert facts(path) == before
        with closing(connect(path)) as db:
            migrate(db, path, NEXT)
            assert version(db) == len(NEXT)
        assert facts(path) == before
    assert at > 12
    assert facts(path) == before


@pytest.mark.parametrize("part", ["convo.db.part-1", "convo.db.repaired"])
def test_what_an_interrupted_copy_left_is_in_nobodys_way(tmp_path: Path, part: str) -> None:
    talk = told(tmp_path / "data", 30)
    talk.close()
    (tmp_path / "data" / part).write_bytes(b"half")
    with closing(connect(talk.store.path)) as db:
        migrate(db, talk.store.path, NEXT)
        assert version(db) == len(NEXT)


class Enough(Exception):
    """Whoever waits gives up."""


@pytest.mark.parametrize("step", ["a copy first", "step 1 of 2", "step 2 of 2"])
def test_a_migration_tells_and_can_be_stopped_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setitem(migrate.__globals__, "_OFTEN", 50)
    talk = told(tmp_path / "data", 300)
    talk.close()
    path = talk.store.path
    before = facts(path)
    heard = []

    def tell(what: str, done: int, of: int) -> None:
        heard.append(what)
        if step in what:
            raise Enough

    with closing(connect(path)) as db:
        with pytest.raises(Enough):
            migrate(db, path, NEXT, tell)
        assert not db.in_transaction
        assert version(db) == len(MIGRATIONS) + (step == "step 2 of 2")
    assert facts(path) == before
    assert not list(path.parent.glob("convo.db.part-*"))
    assert heard[0] == "a copy first, MB"
    with closing(connect(path)) as db:
        migrate(db, path, NEXT)
        assert version(db) == len(NEXT)
    assert facts(path) == before
