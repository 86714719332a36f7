"""The open store: file modes, one writer, what is told after a commit, failures as sentences, plans of hot queries."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo import points
from convo.clock import HandClock
from convo.model import Page
from convo.store import NewerStore, Store, StoreError, accounts, connection, ingest, reads, stored, threads
from convo.store.migrate import version
from convo.store.schema import MIGRATIONS
from convo.views import Health
from tests.store.world import ANA, ME, NOW, World, context, message, named, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data") as made:
        yield made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_only_the_user_can_read_the_store(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with world(tmp_path / "deep" / "data") as here:
            here.page(message(1, ANA, mentions=named(ME)))
            assert mode(tmp_path / "deep" / "data") == 0o700
            files = list((tmp_path / "deep" / "data").iterdir())
            assert {file.name for file in files} == {"convo.db", "convo.db-wal", "convo.db-shm"}
            assert {mode(file) for file in files} == {0o600}
    finally:
        os.umask(old)


def test_modes_that_are_too_wide_are_narrowed(tmp_path: Path) -> None:
    with world(tmp_path / "data"):
        pass
    (tmp_path / "data").chmod(0o755)
    (tmp_path / "data" / "convo.db").chmod(0o644)
    with world(tmp_path / "data"):
        assert mode(tmp_path / "data") == 0o700
        assert mode(tmp_path / "data" / "convo.db") == 0o600


def test_the_reader_cannot_write(here: World) -> None:
    with pytest.raises(StoreError, match="read-only"):
        here.store.reader.execute("DELETE FROM message")


def test_a_write_is_whole_or_nothing(here: World) -> None:
    def half(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO done VALUES ('u', 1, 1)")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        here.store.write_now(half)
    assert here.value("SELECT count(*) FROM done") == 0
    assert here.store.write_now(lambda db: db.execute("SELECT 1").fetchone()[0]) == 1


def test_the_user_s_writes_go_before_what_a_sync_brings(here: World) -> None:
    order: list[str] = []
    started, go = threading.Event(), threading.Event()

    def hold(db: sqlite3.Connection) -> None:
        started.set()
        go.wait()

    async def run() -> None:
        first = asyncio.ensure_future(here.store.write(hold, user=False))
        await asyncio.get_running_loop().run_in_executor(None, started.wait)
        others = [
            asyncio.ensure_future(here.store.write(lambda db: order.append("sync"), user=False)),
            asyncio.ensure_future(here.store.write(lambda db: order.append("user"))),
        ]
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, *others)

    asyncio.run(run())
    assert order == ["user", "sync"]


def test_a_write_that_nobody_waits_for_any_more_is_done_all_the_same(here: World) -> None:
    go = threading.Event()

    async def run() -> None:
        held = asyncio.ensure_future(here.store.write(lambda db: go.wait()))
        writing = asyncio.ensure_future(
            here.store.write(lambda db: db.execute("INSERT INTO done VALUES ('u', 1, 1)"))
        )
        await asyncio.sleep(0)
        writing.cancel()
        go.set()
        await held
        with pytest.raises(asyncio.CancelledError):
            await writing

    asyncio.run(run())
    here.store.write_now(lambda db: None)
    assert here.value("SELECT count(*) FROM done") == 1


def test_changed_threads_are_told_after_the_commit_on_the_loop(here: World) -> None:
    told: list[tuple[frozenset[int], int, bool]] = []
    loop_thread: list[int] = []

    def on_change(ids: frozenset[int]) -> None:
        told.append(
            (ids, here.value("SELECT count(*) FROM message"), threading.get_ident() == loop_thread[0])
        )

    async def run() -> None:
        loop_thread.append(threading.get_ident())
        here.store.on_change = on_change
        page = Page((message(1, ANA, mentions=named(ME)),))
        await here.store.write(ingest.save_page, here.one, "c", "incoming", page, context(), user=False)
        await here.store.write(lambda db: None)

    asyncio.run(run())
    assert told == [(frozenset({1}), 1, True)]


def test_every_commit_is_passed_on_both_sides(here: World) -> None:
    seen: list[tuple[str, int]] = []
    points.observe(lambda name: seen.append((name, here.value("SELECT count(*) FROM done"))))
    try:
        here.store.write_now(lambda db: db.execute("INSERT INTO done VALUES ('u', 1, 1)"))
    finally:
        points.observe(None)
    assert seen == [("store.commit", 0), ("store.committed", 1)]


def test_what_the_user_did_is_on_the_disk_when_write_comes_back(here: World) -> None:
    levels: list[int] = []

    def level(db: sqlite3.Connection) -> None:
        levels.append(db.execute("PRAGMA synchronous").fetchone()[0])

    here.store.write_now(level)
    here.store.write_now(level, user=False, durable=False)
    full, normal = 2, 1
    assert levels == [full, normal]


def test_own_writes_are_not_changes_of_others(here: World) -> None:
    assert not here.store.changed_elsewhere()
    here.page(message(1, ANA, mentions=named(ME)))
    assert not here.store.changed_elsewhere()
    other = connection.connect(here.store.path)
    other.execute("INSERT INTO done VALUES ('u', 1, 1)")
    other.close()
    assert here.store.changed_elsewhere()
    assert not here.store.changed_elsewhere()


def test_what_is_queued_is_written_before_the_store_closes(tmp_path: Path) -> None:
    store = Store.open(tmp_path, HandClock(NOW))
    go = threading.Event()
    futures = [store._writer.submit(lambda db: go.wait())]
    futures.append(
        store._writer.submit(lambda db: db.execute("INSERT INTO done VALUES ('u', 1, 1)"), user=False)
    )
    go.set()
    store.close()
    store.close()
    assert all(future.done() for future in futures)
    db = sqlite3.connect(tmp_path / "convo.db")
    assert db.execute("SELECT count(*) FROM done").fetchone() == (1,)
    db.close()


# Failures --------------------------------------------------------------------------------------------


def sentence_of(directory: Path) -> str:
    with pytest.raises(StoreError) as error:
        Store.open(directory, HandClock(NOW))
    return error.value.words


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "convo.db").write_bytes(b"not a database at all, but long enough to look at" * 100)
    said = sentence_of(tmp_path)
    assert said == (
        f"{tmp_path / 'convo.db'} is damaged or is not a store of convo (file is not a database). "
        "`convo doctor --repair` saves what can be read."
    )


def test_a_newer_store(tmp_path: Path) -> None:
    with world(tmp_path):
        pass
    db = sqlite3.connect(tmp_path / "convo.db")
    db.execute("PRAGMA user_version=999")
    db.close()
    assert sentence_of(tmp_path) == (
        f"{tmp_path / 'convo.db'} was written by a newer convo: convo was updated, restart it. Nothing was changed."
    )


def test_a_store_that_gets_newer_under_our_hands(here: World) -> None:
    other = sqlite3.connect(here.store.path)
    other.execute("PRAGMA user_version=999")
    other.close()
    with pytest.raises(NewerStore, match="convo was updated, restart it"):
        here.store.write_now(lambda db: db.execute("DELETE FROM done"))
    with pytest.raises(NewerStore):
        here.store.write_now(lambda db: db.execute("DELETE FROM done"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written by you" in sentence_of(tmp_path / "data")


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert str(tmp_path / "data") in sentence_of(tmp_path / "data")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("database is locked", "was busy for 10 seconds: another convo holds it"),
        ("database or disk is full", "is full. Nothing was changed"),
        ("attempt to write a readonly database", "(read-only)"),
        ("database disk image is malformed", "is damaged"),
        ("unable to open database file", "cannot be opened"),
        ("disk I/O error", "could not be read or written (disk I/O error)"),
    ],
)
def test_what_sqlite_refuses_becomes_a_sentence(here: World, said: str, words: str) -> None:
    def fail(db: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError(said)

    with pytest.raises(StoreError) as error:
        here.store.write_now(fail)
    assert words in error.value.words
    assert str(here.store.path) in error.value.words


def test_a_full_disk_loses_nothing_that_was_there(here: World) -> None:
    here.page(message(1, ANA, mentions=named(ME)))
    pages = here.store.write_now(lambda db: db.execute("PRAGMA page_count").fetchone()[0])

    here.store._writer._db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="is full"):
        here.page(*[message(n, ANA, "words " * 300) for n in range(2, 300)])
    here.store._writer._db.execute("PRAGMA max_page_count=1000000")
    assert here.value("SELECT count(*) FROM message") == 1
    here.page(message(2, ANA, mentions=named(ME)))
    here.check_index()


def test_an_old_sqlite_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    assert sentence_of(tmp_path).startswith("Python's SQLite is 3.36.0; convo needs 3.37 or newer.")
    assert list(tmp_path.iterdir()) == []


def test_a_sqlite_without_full_text_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Bare(sqlite3.Connection):
        def execute(self, sql: str, *more: Any) -> Any:
            if "fts5" in sql:
                raise sqlite3.OperationalError("no such module: fts5")
            return super().execute(sql, *more)

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **how: real(*args, factory=Bare))
    assert "without FTS5" in sentence_of(tmp_path)


# Accounts --------------------------------------------------------------------------------------------


def test_an_account_is_known_by_platform_and_own_id(here: World) -> None:
    again = here.store.write_now(accounts.remember, "renamed", "mastodon", ME, '{"limit":500}', NOW)
    assert again == here.one
    record = accounts.by_name(here.db, "renamed")
    assert record is not None
    assert (record.id, record.handle, record.facts) == (here.one, ME.handle, '{"limit":500}')
    assert accounts.by_name(here.db, "one") is None
    assert accounts.own_uids(here.db) == {ME.uid}
    assert accounts.own_uids(here.db, "bluesky") == frozenset()


def test_health_and_failures_in_a_row(here: World) -> None:
    later = NOW + timedelta(minutes=5)
    for _ in range(2):
        here.store.write_now(accounts.set_health, here.one, Health.STALE, "no answer", later, NOW)
    (record,) = accounts.all_accounts(here.db)
    assert (record.health, record.words, record.next_at, record.failures) == (
        Health.STALE,
        "no answer",
        later,
        2,
    )
    here.store.write_now(accounts.set_health, here.one, Health.FINE, "", None, NOW)
    (record,) = accounts.all_accounts(here.db)
    assert (record.health, record.failures, record.next_at) == (Health.FINE, 0, None)


def test_cursors(here: World) -> None:
    assert accounts.cursor(here.db, here.one, "mentions") == ""
    assert accounts.looked_at(here.db, here.one, "mentions") is None
    here.store.write_now(accounts.set_cursor, here.one, "mentions", "x", NOW)
    assert accounts.cursor(here.db, here.one, "mentions") == "x"
    assert accounts.looked_at(here.db, here.one, "mentions") == NOW


# Plans -----------------------------------------------------------------------------------------------


def test_no_statement_of_an_ingest_scans_a_table(here: World) -> None:
    """The cost of a sync grows with what is new, never with what is stored."""
    spoken: set[str] = set()
    db = here.store._writer._db
    here.page(message(1, ME), message(2, ANA, parent_id="1", mentions=named(ME)))
    db.set_trace_callback(spoken.add)
    link = message(3, ANA, "https://x.example/", mentions=named(ME))
    here.page(link, message(4, ANA, "edited", parent_id="9", mentions=named(ME)), gone=("x",))
    here.page(
        message(4, ANA, "again", parent_id="9", mentions=named(ME)), message(9, ME, mentions=named(ANA))
    )
    here.page(kind="people", hidden=(ANA.uid,))
    here.store.write_now(threads.wake, NOW)
    here.store.write_now(accounts.good_sync, here.one, NOW)
    db.set_trace_callback(None)
    # `draft` holds what the user is writing now, however much is stored.
    small = (
        "account",
        "json_each",
        "j",
        "a",
        "arrival",
        "CONSTANT ROW",
        "SUBQUERY",
        "hidden",
        "message_fts",
        "draft",
    )
    for sql in spoken:
        if (
            not sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))
            or "message_fts_" in sql
        ):
            continue
        plan = [row[3] for row in here.store.reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        scans = [step for step in plan if step.startswith("SCAN") and step.split()[1] not in small]
        assert not scans, (sql, scans)


def test_hot_reads_do_not_scan(here: World) -> None:
    seen: list[str] = []
    here.store.reader.set_trace_callback(seen.append)
    stored.by_uri(here.db, ["x"])
    stored.as_seen_by(here.db, 1, 1)
    ingest.unjudged(here.db, 1)
    ingest.refs(here.db, 1, [1])
    reads.next_wake(here.db)
    reads.resolve(here.db, 1)
    accounts.cursor(here.db, 1, "x")
    here.store.reader.set_trace_callback(None)
    for sql in set(seen):
        plan = [row[3] for row in here.store.reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        assert not [step for step in plan if step.startswith(("SCAN m", "SCAN s", "SCAN p", "SCAN t"))
                    and "USING" not in step], (sql, plan)  # fmt: skip


def test_versions_match(here: World) -> None:
    assert version(here.db) == len(MIGRATIONS)
