"""Migrations: each step whole or not at all, from every version to the head, with a backup first."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from convo.store import StoreError
from convo.store.connection import Connection, connect
from convo.store.migrate import migrate, statements, version
from convo.store.schema import MIGRATIONS, VIEWS
from tests.store.world import ANA, ME, message, named, world

NEXT = (*MIGRATIONS, "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT; INSERT INTO extra VALUES (7);")


def shape(db: sqlite3.Connection) -> list[Any]:
    return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def at(path: Path, number: int, steps: tuple[str, ...] = MIGRATIONS) -> Connection:
    """A file as convo left it at this version, with something in it."""
    db = connect(path)
    migrate(db, path, steps[:number])
    db.execute("INSERT INTO setting VALUES ('kept', 'yes')")
    return db


@pytest.mark.parametrize("start", range(1, len(NEXT) + 1))
def test_from_every_version_to_the_head(tmp_path: Path, start: int) -> None:
    db = at(tmp_path / "old.db", start, NEXT)
    migrate(db, tmp_path / "old.db", NEXT)
    fresh = connect(tmp_path / "fresh.db")
    migrate(fresh, tmp_path / "fresh.db", NEXT)
    assert version(db) == len(NEXT)
    assert shape(db) == shape(fresh)
    assert db.execute("SELECT value FROM setting WHERE name = 'kept'").fetchone() == ("yes",)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    fresh.close()


def test_a_step_that_fails_leaves_neither_its_tables_nor_its_number(tmp_path: Path) -> None:
    db = at(tmp_path / "x.db", len(MIGRATIONS))
    before = shape(db)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, tmp_path / "x.db", (*MIGRATIONS, "CREATE TABLE extra (id); CREATE TABLE extra (id);"))
    assert version(db) == len(MIGRATIONS)
    assert shape(db) == before
    assert not db.in_transaction
    migrate(db, tmp_path / "x.db", NEXT)
    assert version(db) == len(NEXT)
    db.close()


def test_before_a_migration_the_file_is_copied_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    (tmp_path / "x.db.before-1").write_text("an older one")
    db = at(path, len(MIGRATIONS))
    migrate(db, path, NEXT)
    (backup,) = tmp_path.glob("x.db.before-*")
    assert backup.name == f"x.db.before-{len(NEXT)}"
    assert backup.stat().st_mode & 0o777 == 0o600
    copy = sqlite3.connect(backup)
    assert copy.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert copy.execute("SELECT value FROM setting WHERE name = 'kept'").fetchone() == ("yes",)
    copy.close()
    assert not list(tmp_path.glob("*.part-*"))
    db.close()


def test_a_new_file_needs_no_backup(tmp_path: Path) -> None:
    db = connect(tmp_path / "x.db")
    migrate(db, tmp_path / "x.db", NEXT)
    assert not list(tmp_path.glob("x.db.before-*"))
    db.close()


def test_too_little_room_for_the_backup_is_said_and_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = at(tmp_path / "x.db", len(MIGRATIONS))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    with pytest.raises(StoreError, match="too little room: 1 MB free"):
        migrate(db, tmp_path / "x.db", NEXT)
    assert version(db) == len(MIGRATIONS)
    db.close()


def test_the_index_is_built_anew_when_the_words_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convo.store import words

    with world(tmp_path) as here:
        here.page(message(1, ANA, "the roof", mentions=named(ME)))
    monkeypatch.setattr(words, "VERSION", words.VERSION + 1)
    monkeypatch.setattr(words, "index_words", lambda title, warning, text: "other")
    with world(tmp_path) as here:
        hits = here.db.execute("SELECT rowid FROM message_fts WHERE message_fts MATCH 'other'").fetchall()
        assert hits == [(1,)]


def test_statements_are_parted_at_their_ends() -> None:
    script = "CREATE TABLE a (x TEXT); -- one; two\nINSERT INTO a\nVALUES (';');\n-- the end\n"
    assert statements(script) == ["CREATE TABLE a (x TEXT);", "-- one; two\nINSERT INTO a\nVALUES (';');"]
    assert len(statements(VIEWS)) == 3
