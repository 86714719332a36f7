"""Repair of a store that is whole, with its log, and among others who use it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.store import Store, StoreError, backup, guard, outbox
from convo.store.mending import UNKNOWN_FATE
from tests.damage.repair_scene import FILE, PAGE, contents, opened, places, raw, run, try_to_open
from tests.damage.repair_scene import data as data
from tests.damage.repair_scene import sample as sample
from tests.damage.repair_scene import talk as talk
from tests.damage.story import draft, told
from tests.store.talk import NOW, Talk


def test_a_whole_store_is_left_alone(data: Path) -> None:
    before = (data / FILE).read_bytes()
    done = run(data)
    assert not done.needed
    assert (data / FILE).read_bytes() == before
    assert [path.name for path in data.iterdir()] == [FILE]


def test_of_a_whole_store_the_repair_saves_every_row(data: Path) -> None:
    backup.make(data / FILE, NOW)
    before = contents(data / FILE)
    done = run(data, whatever=True)
    assert (done.hurt, done.restored) == ((), None)
    assert contents(data / FILE) == before
    assert (data / FILE).stat().st_mode & 0o777 == 0o600
    assert done.kept is not None
    assert done.kept.stat().st_mode & 0o777 == 0o600
    with opened(data) as store:
        assert store.check() == ""


def test_what_only_stands_in_the_log_is_saved(tmp_path: Path) -> None:
    talk = told(tmp_path / "live")
    shutil.copytree(tmp_path / "live", tmp_path / "data", ignore=shutil.ignore_patterns("*-shm"))
    before = contents(talk.store.path)
    talk.close()
    assert (tmp_path / "data" / f"{FILE}-wal").stat().st_size > 0
    done = run(tmp_path / "data", whatever=True)
    assert done.hurt == ()
    assert contents(tmp_path / "data" / FILE) == before


def test_a_broken_log_loses_what_stands_behind_the_break_and_nothing_else(tmp_path: Path) -> None:
    talk = told(tmp_path / "live")
    talk.run(lambda db: None)
    talk.store._writer._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = contents(talk.store.path)
    talk.ask("ana", "in the log alone")
    shutil.copytree(tmp_path / "live", tmp_path / "data", ignore=shutil.ignore_patterns("*-shm"))
    talk.close()
    log = tmp_path / "data" / f"{FILE}-wal"
    log.write_bytes(log.read_bytes()[:-PAGE] + bytes(PAGE))
    run(tmp_path / "data", whatever=True)
    assert contents(tmp_path / "data" / FILE) == before


def test_nothing_that_may_have_left_leaves_again(data: Path) -> None:
    run(data, whatever=True)
    with opened(data) as store:
        states = {row.text: (row.state.value, row.error) for row in outbox.rows(store.reader)}
        assert states == {
            "on its way": ("unsure", UNKNOWN_FATE),
            "waits its turn": ("unsure", UNKNOWN_FATE),
            "still held": ("unsure", UNKNOWN_FATE),
        }
        for (account,) in store.reader.execute("SELECT id FROM account").fetchall():
            assert outbox.due(store.reader, account, NOW + timedelta(days=9)) is None
            assert outbox.stuck(store.reader, account) == []
        kept = store.reader.execute("SELECT text, request FROM outbox WHERE text = 'on its way'").fetchone()
        assert kept == ("on its way", '{"exact": "request"}')


def test_the_platforms_are_asked_again(data: Path) -> None:
    assert raw(data / FILE, "SELECT DISTINCT cursor <> '' FROM channel") == [(1,)]
    run(data, whatever=True)
    assert raw(data / FILE, "SELECT DISTINCT cursor <> '' FROM channel") == [(0,)]
    assert raw(data / FILE, "SELECT DISTINCT last_good_at IS NULL, first_synced_at IS NULL FROM account") == [
        (1, 0)
    ]


# A repair among others -----------------------------------------------------------------------------------


def test_while_a_convo_is_open_nothing_is_repaired(data: Path) -> None:
    with opened(data):
        before = (data / FILE).read_bytes()
        with pytest.raises(StoreError, match="end it first"):
            run(data, whatever=True)
        assert (data / FILE).read_bytes() == before
    run(data, whatever=True)


def test_while_it_is_repaired_nobody_opens_it(data: Path) -> None:
    held = guard.alone(data)
    assert "is being repaired" in try_to_open(data)
    guard.release(held)
    assert try_to_open(data) == ""


def test_a_newer_store_is_not_rewritten(data: Path) -> None:
    with closing(sqlite3.connect(data / FILE)) as db:
        db.execute("PRAGMA user_version=7")
    before = (data / FILE).read_bytes()
    with pytest.raises(StoreError, match="newer convo"):
        run(data)
    assert (data / FILE).read_bytes() == before


def test_too_little_room(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    before = (data / FILE).read_bytes()
    with pytest.raises(StoreError, match="too little room: 1 MB free"):
        run(data, whatever=True)
    assert (data / FILE).read_bytes() == before
    assert [path.name for path in data.iterdir()] == [FILE]


@pytest.mark.parametrize("point", ["os.link", "os.replace", "Path.unlink", "os.fsync"])
def test_a_repair_that_is_interrupted_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Whatever step it dies at, what stands in the log is not lost, and the second run finds all."""
    talk = told(tmp_path / "live")
    shutil.copytree(tmp_path / "live", tmp_path / "data", ignore=shutil.ignore_patterns("*-shm"))
    before = contents(talk.store.path)
    talk.close()
    data = tmp_path / "data"
    with monkeypatch.context() as patch:
        target: Any = Path if point == "Path.unlink" else os
        name = point.partition(".")[2]
        real, calls = getattr(target, name), 0

        def fail(*args: Any, **how: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > 1:
                raise KeyboardInterrupt
            return real(*args, **how)

        patch.setattr(target, name, fail)
        with suppress(KeyboardInterrupt):
            run(data, whatever=True)
    run(data, whatever=True)
    assert contents(data / FILE) == before


def test_words(data: Path) -> None:
    broken = bytearray((data / FILE).read_bytes())
    for number in places(data / FILE)["draft"]:
        broken[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
    (data / FILE).write_bytes(broken)
    said = run(data).words(data / FILE)
    assert said == (
        f"The store {data / FILE} was made anew from what could be read. Not all could be read of: drafts. "
        f"The old file is kept as {data / FILE}.damaged-1. "
        "Answers on their way may have left: convo outbox asks about them, none is sent again. "
        "The next sync asks the platforms for what is missing."
    )


def test_a_lost_answer_does_not_reopen_an_old_question(talk: Talk) -> None:
    asked = talk.ask("ana", "an old question", ago=timedelta(days=40))
    answer = talk.answer("an old answer", asked, ago=timedelta(days=39))
    draft(talk, asked, "x")

    def lose(db: sqlite3.Connection) -> None:
        db.execute(
            "DELETE FROM sighting WHERE message_id = (SELECT id FROM message WHERE uri = ?)", (answer.uri,)
        )
        db.execute("DELETE FROM message WHERE uri = ?", (answer.uri,))

    talk.run(lose)
    waits = "SELECT waits FROM message WHERE uri = ?"
    talk.close()
    run(talk.directory, whatever=True)
    talk.store = Store.open(talk.directory, talk.clock)
    assert talk.db.execute(waits, (asked.uri,)).fetchone() == (0,)
