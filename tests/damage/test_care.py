"""Backups are few, small and made in time; the check comes weekly and after an unclean end; both tell what is wrong."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.engine.care import Care
from convo.store import Store, StoreError, backup, checkup, indexing, lines, marks
from tests.damage.story import draft, message, queue, told
from tests.store.talk import NOW, Talk

DAY = timedelta(days=1)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = told(tmp_path / "data")
    yield made
    made.close()


def names(talk: Talk) -> list[str]:
    return [path.name for path in backup.found(talk.store.path)]


def change(talk: Talk, text: str) -> None:
    draft(talk, message(talk, "Message 22 "), text)


def test_a_backup_is_private_and_whole_and_holds_the_state(talk: Talk) -> None:
    made = backup.make(talk.store.path, NOW)
    assert made is not None
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700
    assert lines.check(made).holds == "state"
    assert not any(isinstance(line, (lines.Message, lines.Person)) for line in lines.read(made))


def test_only_when_something_changed(talk: Talk) -> None:
    backup.make(talk.store.path, NOW)
    assert backup.make(talk.store.path, NOW + DAY) is None
    assert names(talk) == ["state-000001.jsonl"]
    assert not backup.is_due(talk.store.path, NOW + DAY + timedelta(hours=1))
    change(talk, "other words")
    assert backup.make(talk.store.path, NOW + 2 * DAY) is not None


def test_at_most_daily_whatever_the_clock_does(talk: Talk) -> None:
    path = talk.store.path
    assert backup.is_due(path, NOW)
    backup.make(path, NOW)
    assert not backup.is_due(path, NOW + timedelta(hours=23))
    assert backup.is_due(path, NOW + timedelta(hours=25))
    assert backup.is_due(path, NOW - timedelta(days=400))


def test_the_newest_seven_are_kept_by_number(talk: Talk) -> None:
    for number in range(10):
        change(talk, f"words {number}")
        backup.make(talk.store.path, NOW - number * DAY)
    assert names(talk) == [f"state-{number:06}.jsonl" for number in range(10, 3, -1)]


def test_they_are_not_too_large_together(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    backup.make(talk.store.path, NOW)
    monkeypatch.setattr(backup, "LARGEST", backup.found(talk.store.path)[0].stat().st_size * 3)
    for number in range(6):
        change(talk, f"words {number}")
        backup.make(talk.store.path, NOW)
    assert len(names(talk)) in (2, 3)
    monkeypatch.setattr(backup, "LARGEST", 10)
    change(talk, "the last")
    backup.make(talk.store.path, NOW)
    assert len(names(talk)) == 2


def test_the_writer_is_free_while_a_backup_is_made(talk: Talk) -> None:
    held, go = threading.Event(), threading.Event()

    def slow(db: sqlite3.Connection, *args: Any) -> str:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM done").fetchone()
        held.set()
        go.wait(20)
        db.execute("ROLLBACK")
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convo.store.exporting.write", slow)
        thread = threading.Thread(target=backup.make, args=(talk.store.path, NOW))
        thread.start()
        assert held.wait(20)
        change(talk, "written meanwhile")
        go.set()
        thread.join()


def test_a_broken_newest_backup_is_passed_over(talk: Talk) -> None:
    first = backup.make(talk.store.path, NOW)
    change(talk, "x")
    second = backup.make(talk.store.path, NOW)
    assert second is not None
    second.write_bytes(second.read_bytes()[:-30])
    assert backup.newest_whole(talk.store.path) == first


def test_a_backup_that_cannot_be_written_is_said(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="could not be written: No space left on device"):
        backup.make(talk.store.path, NOW)
    assert list(backup.directory(talk.store.path).iterdir()) == []


# The check ----------------------------------------------------------------------------------------------


def run(talk: Talk, hours: int = 0) -> list[str]:
    """What an inbox says that stays open for some hours."""
    said: list[str] = []

    async def inbox() -> None:
        care = Care(talk.store, talk.clock, said.append)
        running = asyncio.ensure_future(care.run())
        for hour in range(hours + 1):
            if hour:
                talk.clock.step(3600)
            for _ in range(60):
                await asyncio.sleep(0.005)
                if care._work is None and hour == 0 and names(talk):
                    break
        care.stop()
        await running

    asyncio.run(inbox())
    return said


def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts full checks."""
    made: list[int] = []
    real = checkup.fault

    def fault(db: sqlite3.Connection) -> str:
        made.append(1)
        return real(db)

    monkeypatch.setattr(checkup, "fault", fault)
    return made


def test_a_new_search_index_is_filled_beside_all_else(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.run(lambda db: db.execute("INSERT INTO message_fts (message_fts) VALUES ('delete-all')"))
    talk.run(indexing.begin)
    monkeypatch.setattr(indexing, "AT_ONCE", 3)
    assert indexing.missing_before(talk.db) is not None
    assert run(talk) == []
    assert indexing.missing_before(talk.db) is None
    assert talk.store.check() == ""


def test_a_check_comes_first_then_weekly(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = checks(monkeypatch)
    assert run(talk) == []
    assert len(made) == 1
    assert names(talk) == ["state-000001.jsonl"]
    run(talk)
    assert len(made) == 1
    talk.clock.step(8 * 24 * 3600)
    run(talk)
    assert len(made) == 2
    talk.clock.step(-30 * 24 * 3600)
    run(talk)
    assert len(made) == 3


def test_after_an_unclean_end_it_is_checked(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = checks(monkeypatch)
    run(talk)
    assert not list(talk.directory.glob("open-*"))
    (talk.directory / "open-99999999").touch()
    run(talk)
    assert len(made) == 2
    assert not list(talk.directory.glob("open-*"))


def test_the_mark_of_another_open_inbox_is_no_unclean_end(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checks(monkeypatch)
    run(talk)
    with (talk.directory / "open-1").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        run(talk)
        assert (talk.directory / "open-1").exists()
    assert len(made) == 1


def test_what_is_wrong_is_said_and_no_backup_of_it_made(talk: Talk) -> None:
    talk.run(lambda db: db.execute("INSERT INTO message_fts (message_fts) VALUES ('delete-all')"))
    said = run(talk)
    assert said == [
        f"The store {talk.store.path} is not whole: its search index does not fit its messages. "
        "Leave convo, then run: convo doctor --repair"
    ]
    assert names(talk) == []
    assert run(talk) == said


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE message SET visibility = 'publik' WHERE id = 3",
        "UPDATE outbox SET options = '{x'",
        "UPDATE journal SET after = 'x' WHERE id = 1",
        "UPDATE message SET account_ids = '1;' WHERE id = 3",
    ],
)
def test_values_that_convo_never_writes(talk: Talk, sql: str) -> None:
    queue(talk, message(talk, "Message 7 "), "on its way", "queued")
    assert talk.store.check() == ""
    talk.run(lambda db: db.execute(sql))
    assert "it has values that convo never writes" in talk.store.check()


def test_leaving_does_not_wait_for_a_check(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr(checkup, "fault", lambda db: go.wait(60) and "")

    async def inbox() -> None:
        care = Care(talk.store, talk.clock, lambda words: None)
        running = asyncio.ensure_future(care.run())
        while care._work is None:
            await asyncio.sleep(0)
        care.stop()
        await running

    asyncio.run(inbox())
    go.set()


def test_a_store_that_is_taken_away_while_the_inbox_runs(talk: Talk) -> None:
    said: list[str] = []

    async def inbox() -> None:
        care = Care(talk.store, talk.clock, said.append)
        await talk.store.write(marks.note_check, talk.now)
        running = asyncio.ensure_future(care.run())
        while not names(talk):
            await asyncio.sleep(0.005)
        talk.store.path.rename(talk.directory / "elsewhere")
        for _ in range(3):
            talk.clock.step(6)
            for _ in range(20):
                await asyncio.sleep(0)
        with pytest.raises(StoreError, match="was moved, deleted or replaced while convo ran"):
            await talk.store.write(lambda db: db.execute("DELETE FROM done"))
        (talk.directory / "elsewhere").rename(talk.store.path)
        await talk.store.write(lambda db: None)
        care.stop()
        await running

    asyncio.run(inbox())
    assert len(said) == 1
    assert "nothing can be kept in it" in said[0]


def test_a_clock_that_was_wrong_is_no_reason_never_to_check(tmp_path: Path) -> None:
    store = Store.open(tmp_path, HandClock(NOW))
    store.write_now(marks.note_check, NOW + timedelta(days=3000))
    assert marks.is_check_due(store.reader, NOW)
    store.close()
