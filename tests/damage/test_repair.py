"""Damaged files: each command says one sentence, and the repair saves every row that can be read."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.store import Store, StoreError, backup, guard, outbox, repair
from convo.store.mending import UNKNOWN_FATE
from convo.store.pages import Pages
from convo.store.salvage import Salvage, tables
from tests.damage.story import draft, message, queue, told
from tests.store.talk import NOW, Talk

FILE = "convo.db"
PAGE = 4096


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store: a file of a hundred pages, nothing in its log."""
    directory = tmp_path_factory.mktemp("sample") / "data"
    talk = told(directory)
    queue(talk, message(talk, "Message 3 "), "it arrived", "sent")
    queue(talk, message(talk, "Message 7 "), "on its way", "sending")
    queue(talk, message(talk, "Message 8 "), "waits its turn", "queued")
    queue(talk, message(talk, "Message 12 "), "still held", "held")
    talk.close()
    return directory


@pytest.fixture
def data(sample: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample, tmp_path / "data")
    return tmp_path / "data"


def run(directory: Path, **how: Any) -> repair.Repaired:
    return repair.repair(directory, FILE, NOW, **how)


def raw(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def contents(path: Path, *, unsure: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of facts and state, and what a repair does to them on purpose."""
    from convo.store.connection import connect

    with closing(connect(path, reader=True)) as db:
        found = {}
        for name, table in tables(db).items():
            if name in ("channel", "absent"):
                continue
            columns = [
                c
                for c in table.columns
                if (name, c) not in {("account", "last_good_at"), ("account", "next_at")}
            ]
            rows = db.execute(
                f"SELECT {', '.join(columns)} FROM {name} ORDER BY 1, 2"
                if len(columns) > 1
                else f"SELECT {columns[0]} FROM {name}"
            ).fetchall()
            found[name] = rows
        if unsure:
            place = list(tables(db)["outbox"].columns)
            found["outbox"] = [_unsure(dict(zip(place, row, strict=True))) for row in found["outbox"]]
        return found


def _unsure(row: dict[str, Any]) -> tuple[Any, ...]:
    if row["state"] not in ("sent", "failed", "unsure"):
        row.update(state="unsure", leaves_at=None, error=UNKNOWN_FATE)
    return tuple(row.values())


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


def opened(directory: Path) -> Any:
    return closing(Store.open(directory, HandClock(NOW)))


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


# Damage of every kind -----------------------------------------------------------------------------------


def try_to_open(directory: Path) -> str:
    """What the store says: "" when it opens and is whole. Nothing but StoreError may come."""
    try:
        store = Store.open(directory, HandClock(NOW))
    except StoreError as error:
        words = error.words
    else:
        with closing(store):
            words = store.check()
            store.reader.execute("SELECT 1").fetchone()
    assert "\n" not in words
    return words


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


def saved(
    before: dict[str, list[Any]], directory: Path, table: str, column: int
) -> tuple[set[Any], set[Any]]:
    now = contents(directory / FILE)
    return {row[column] for row in before[table]}, {row[column] for row in now[table]}


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
    where = _places(sample / FILE)
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


def _places(path: Path) -> dict[str, set[int]]:
    """The pages on which each table stands, overflow included, and the root of all."""
    pages = Pages(path, None)
    from convo.store.connection import connect

    found: dict[str, set[int]] = {}
    with closing(connect(path, reader=True)) as db:
        wanted = tables(db)
        roots = dict(db.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"))
        salvage = Salvage(pages, db)
        for name, table in wanted.items():
            salvage._visited = set()
            read: set[int] = set()
            page = pages.page

            def note(number: int, page: Any = page, read: set[int] = read) -> bytes:
                read.add(number)
                return bytes(page(number))

            pages.page = note  # type: ignore[method-assign]
            list(salvage._walk(table, roots[name]))
            pages.page = page  # type: ignore[method-assign]
            found[name] = read
    pages.close()
    return found


def test_flipped_bits(sample: Path, tmp_path: Path) -> None:
    """Two hundred files with one to eight wrong bits: all are opened or refused in one sentence, all can be repaired,
    and no draft or answer disappears unless its own page was hit.
    """
    whole = (sample / FILE).read_bytes()
    before = contents(sample / FILE)
    where = _places(sample / FILE)
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
    where = _places(data / FILE)
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
    where = _places(data / FILE)
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
    for number in _places(data / FILE)["draft"]:
        broken[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
    (data / FILE).write_bytes(broken)
    said = run(data).words(data / FILE)
    assert said == (
        f"The store {data / FILE} was made anew from what could be read. Not all could be read of: drafts. "
        f"The old file is kept as {data / FILE}.damaged-1. "
        "Answers on their way may have left: convo outbox asks about them, none is sent again. "
        "The next sync asks the platforms for what is missing."
    )


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = told(tmp_path / "talk")
    yield made
    made.close()


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
