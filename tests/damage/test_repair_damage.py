"""Repair after damage of every kind, and where the backup comes in."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.store import Store, StoreError, backup, outbox
from tests.damage.repair_scene import FILE, PAGE, contents, opened, places, raw, run, try_to_open
from tests.damage.repair_scene import data as data
from tests.damage.repair_scene import sample as sample
from tests.damage.repair_scene import talk as talk
from tests.damage.story import told
from tests.store.talk import NOW


def is_usable(directory: Path) -> None:
    """The repaired store is whole, and can be read and written in every way."""
    from convo.engine.inbox import Inbox
    from convo.store import drafts, search
    from convo.views import View

    clock = HandClock(NOW)
    with closing(Store.open(directory, clock)) as store:
        assert store.check() == ""
        store.write_now(
            lambda db: db.execute("INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)")
        )
        inbox = Inbox(store, clock)
        for view in View:
            for row in inbox.rows(view).rows:
                assert inbox.open(row.thread_id) is not None
        drafts.every(store.reader)
        outbox.rows(store.reader)
        list(search.search(store.reader, "words"))


def test_a_file_cut_at_any_page(sample: Path, tmp_path: Path) -> None:
    whole = (sample / FILE).read_bytes()
    pages = len(whole) // PAGE
    for keep in sorted({1, 2, 3, 5, 8, *range(10, pages, 9), pages - 1}):
        directory = tmp_path / str(keep)
        directory.mkdir()
        (directory / FILE).write_bytes(whole[: keep * PAGE])
        assert "damaged" in try_to_open(directory) or "not whole" in try_to_open(directory)
        done = run(directory)
        assert done.needed
        is_usable(directory)
        shutil.rmtree(directory)


def test_a_file_cut_within_a_page(sample: Path, tmp_path: Path) -> None:
    whole = (sample / FILE).read_bytes()
    for length in (0, 1, 15, 16, 99, 100, 101, 4095, 4097, 50_001, len(whole) - 4000):
        directory = tmp_path / str(length)
        directory.mkdir()
        (directory / FILE).write_bytes(whole[:length])
        assert try_to_open(directory) or length < 512  # SQLite takes it for a new one
        run(directory, whatever=True)
        is_usable(directory)
        shutil.rmtree(directory)


def test_a_lost_page_costs_its_own_rows_only(sample: Path, tmp_path: Path) -> None:
    """Each page in turn is overwritten: rows that stand on other pages are all there afterwards."""
    whole = bytearray((sample / FILE).read_bytes())
    before = contents(sample / FILE)
    where = places(sample / FILE)
    for number in range(2, len(whole) // PAGE + 1, 3):
        directory = tmp_path / str(number)
        directory.mkdir()
        broken = bytearray(whole)
        broken[(number - 1) * PAGE : number * PAGE] = os.urandom(PAGE)
        (directory / FILE).write_bytes(broken)
        run(directory, whatever=True)
        after = contents(directory / FILE)
        for table in (
            "done",
            "mute",
            "snooze",
            "draft",
            "outbox",
            "contact",
            "contact_person",
            "person_choice",
        ):
            lost = [row for row in before[table] if row not in after[table]]
            if table in ("done", "snooze"):  # what a lost message was seen up to is not known any more
                there = {_decided(table, row) for row in after[table]}
                stored = {row[1] for row in after["message"]}
                lost = [row for row in lost if row[0] in stored or _decided(table, row) not in there]
            assert not lost or number in where[table], (number, table, lost)
        uris = {row[1] for row in before["message"]} - {row[1] for row in after["message"]}
        assert not uris or number in where["message"] | where["person"], (number, uris)
        is_usable(directory)
        shutil.rmtree(directory)


def _decided(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of done or snooze without the arrival number."""
    return row[:2] if table == "done" else (*row[:3], *row[4:])


def test_flipped_bits(sample: Path, tmp_path: Path) -> None:
    """Two hundred files with one to eight wrong bits: all are opened or refused in one sentence, all can be repaired,
    and no draft or answer disappears unless its own page was hit.
    """
    whole = (sample / FILE).read_bytes()
    before = contents(sample / FILE)
    where = places(sample / FILE)
    dice = random.Random(2026)
    directory = tmp_path / "data"
    for _ in range(200):
        directory.mkdir()
        broken = bytearray(whole)
        hit = set()
        for _ in range(dice.choice((1, 1, 2, 8))):
            place = dice.randrange(len(broken))
            broken[place] ^= 1 << dice.randrange(8)
            hit.add(place // PAGE + 1)
        (directory / FILE).write_bytes(broken)
        said = try_to_open(directory)
        (directory / FILE).write_bytes(broken)
        done = run(directory)
        assert done.needed == bool(said) or done.needed
        if done.needed:
            is_usable(directory)
            after = contents(directory / FILE)
            for table, column in (("draft", 1), ("outbox", 1)):
                gone = {row[column] for row in before[table]} - {row[column] for row in after[table]}
                assert not gone or hit & where[table] or 1 in hit, (hit, table, gone)
        shutil.rmtree(directory)


def test_a_log_of_another_store(sample: Path, tmp_path: Path) -> None:
    """The log of some other store beside the file: nothing crashes, and the repair keeps both as they were."""
    other = told(tmp_path / "other", 30)
    shutil.copytree(sample, tmp_path / "data")
    shutil.copy(tmp_path / "other" / f"{FILE}-wal", tmp_path / "data" / f"{FILE}-wal")
    other.close()
    file, log = ((tmp_path / "data" / name).read_bytes() for name in (FILE, f"{FILE}-wal"))
    done = run(tmp_path / "data", whatever=True)
    assert done.kept is not None
    assert done.kept.read_bytes() == file
    assert done.kept.with_name(done.kept.name + "-wal").read_bytes() == log
    is_usable(tmp_path / "data")


def test_without_its_shared_memory_and_log(sample: Path, tmp_path: Path) -> None:
    talk = told(tmp_path / "live")
    shutil.copytree(tmp_path / "live", tmp_path / "data")
    talk.close()
    (tmp_path / "data" / f"{FILE}-shm").write_bytes(os.urandom(32768))
    assert try_to_open(tmp_path / "data") == ""
    is_usable(tmp_path / "data")


# The backup comes in where rows are lost -----------------------------------------------------------------


def test_the_newest_backup_gives_back_what_was_lost(data: Path) -> None:
    backup.make(data / FILE, NOW)
    before = contents(data / FILE)
    where = places(data / FILE)
    broken = bytearray((data / FILE).read_bytes())
    for table in ("done", "draft", "contact", "contact_person", "person_choice", "snooze", "mute"):
        for number in where[table] - where["message"] - {1}:
            broken[(number - 1) * PAGE : number * PAGE] = os.urandom(PAGE)
    (data / FILE).write_bytes(broken)
    done = run(data)
    assert done.restored == backup.found(data / FILE)[0]
    after = contents(data / FILE)
    for table in ("done", "draft", "person_choice", "snooze", "mute"):
        assert [row[:3] for row in after[table]] == [row[:3] for row in before[table]], table
    assert sorted(row[1:] for row in after["contact"]) == sorted(row[1:] for row in before["contact"])
    assert [row[:2] for row in after["contact_person"]] == [row[:2] for row in before["contact_person"]]
    is_usable(data)


def test_what_was_taken_back_since_the_backup_stays_so(data: Path) -> None:
    """Only tables that lost rows are filled from the backup."""
    backup.make(data / FILE, NOW)
    with opened(data) as store:
        store.write_now(lambda db: db.execute("DELETE FROM done"))
    where = places(data / FILE)
    broken = bytearray((data / FILE).read_bytes())
    for number in where["draft"]:
        broken[(number - 1) * PAGE : number * PAGE] = os.urandom(PAGE)
    (data / FILE).write_bytes(broken)
    run(data)
    assert raw(data / FILE, "SELECT count(*) FROM done") == [(0,)]
    assert raw(data / FILE, "SELECT text FROM draft") == [("half a thought",)]


def test_a_store_that_is_missing(data: Path) -> None:
    backup.make(data / FILE, NOW)
    drafts = raw(data / FILE, "SELECT uri, text FROM draft")
    (data / FILE).unlink()
    assert "is missing or empty, but there are backups" in try_to_open(data)
    assert not (data / FILE).exists()
    done = run(data)
    assert done.kept is None
    assert raw(data / FILE, "SELECT uri, text FROM draft") == drafts
    is_usable(data)


def test_nothing_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store in"):
        run(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="There is no store in"):
        run(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []
