"""What a bridge's copies are survives an export, an import and a repair."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.store import Store, choices, repair, transfer
from tests.store.twins_scene import HERE, REPLY, THERE, Sides
from tests.store.world import NOW


def told(sides: Sides) -> tuple[object, ...]:
    """What the user sees of it."""
    circle = sides.db.execute(
        "SELECT c.circle FROM contact c JOIN contact_person p ON p.contact_id = c.id WHERE p.uid = ?",
        ("did:plc:ben",),
    ).fetchall()
    me = sides.db.execute("SELECT uid FROM person WHERE is_me ORDER BY uid").fetchall()
    return sides.texts(), sides.waiting(), [entry.author.is_me for entry in sides.entries()], circle, me


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    made = Sides(tmp_path / "data")
    made.come(*HERE, *THERE)
    made.store.write_now(choices.circle, made.entries()[1].author.person_id, NOW)
    assert made.waiting() == [REPLY.text]
    return made


def test_an_export_brings_them_along(sides: Sides, tmp_path: Path) -> None:
    before = told(sides)
    transfer.export(sides.store.path, tmp_path / "all.jsonl", NOW)
    sides.store.close()
    sides.store = Store.open(tmp_path / "other", HandClock(NOW))
    asyncio.run(transfer.bring_in(sides.store, tmp_path / "all.jsonl", NOW))
    sides.store.write_now(lambda db: db.execute("UPDATE account SET configured = 1"))
    sides.come(*HERE)
    assert told(sides) == before
    sides.store.close()


def test_a_repair_finds_them_again(sides: Sides) -> None:
    before = told(sides)
    path = sides.store.path
    sides.store.close()
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'twin'").fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    repair.repair(path.parent, path.name, NOW)
    sides.store = Store.open(path.parent, HandClock(NOW))
    assert told(sides) == before
    sides.store.close()
