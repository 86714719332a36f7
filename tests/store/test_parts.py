"""Long work of a sync comes in short transactions, and nothing wrong is seen between them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from convo.model import Conversation, Message, Page
from convo.store import LONGEST_WAY, WAY_SECONDS, accounts, ingest, parts, threads
from tests.store.world import ANA, ME, NOW, World, context, message, named, someone, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data") as made:
        yield made


def long_talk() -> Conversation:
    """Five hundred people ask under the user's words, each was answered."""
    root = message(1, ME, hours=9)
    asked = [message(n, someone(f"p{n}"), parent_id="1", mentions=named(ME), hours=8) for n in range(2, 502)]
    answers = [
        message(n + 1000, ME, parent_id=str(n), mentions=named(someone(f"p{n}")), hours=1)
        for n in range(2, 501)
    ]
    return Conversation((root, *asked, *answers), partial="Older messages are missing.")


def look(db: sqlite3.Connection, _: int) -> None:
    """Whatever derives all threads between two parts finds nobody waiting who was answered."""
    threads.rederive(db, {number for (number,) in db.execute("SELECT id FROM thread").fetchall()}, NOW)
    assert db.execute("SELECT count(*) FROM message WHERE waits").fetchone()[0] <= 1
    raise RuntimeError("only a look")


def dump(here: World) -> list[Any]:
    """What is stored, but for the numbers it was given."""
    return [
        here.db.execute(query).fetchall()
        for query in (
            "SELECT uri, parent_uri, addressed, waits, orphan, quiet, history FROM message ORDER BY uri",
            "SELECT state, waiting_since, partial, title, last_at FROM thread",
        )
    ]


def test_a_long_conversation_comes_in_parts_and_who_was_answered_never_waits(tmp_path: Path) -> None:
    talk = long_talk()
    with world(tmp_path / "whole") as whole:
        whole.store.write_now(ingest.save_conversation, whole.one, talk, context())
        expected = dump(whole)
    with world(tmp_path / "parts") as here:
        waits = "SELECT count(*) FROM message WHERE waits"
        seen: list[int] = []
        for part in ingest.conversation_parts(here.one, talk, context()):
            here.store.write_now(part)
            with pytest.raises(RuntimeError, match="only a look"):
                here.store.write_now(look, here.one)
            seen.append(here.value(waits))
        assert len(seen) > 3
        assert set(seen) <= {0, 1}
        assert dump(here) == expected
        assert here.value("SELECT count(*) FROM thread WHERE state = 'waiting'") == 1
        here.check_index()


def first_sync(here: World) -> Sequence[Message]:
    asked = [message(n, ANA, mentions=named(ME), hours=n / 100) for n in range(1, 301)]
    here.page(*asked)
    assert waiting(here) == 0
    return asked


def waiting(here: World) -> int:
    return int(here.value("SELECT count(*) FROM thread WHERE state = 'waiting'"))


def test_with_the_first_whole_sync_people_wait_part_by_part(tmp_path: Path) -> None:
    with world(tmp_path / "data", synced=False) as here:
        first_sync(here)
        seen: list[int] = []

        async def run() -> None:
            here.store.on_change = lambda _: seen.append(waiting(here))
            await here.store.ingest(accounts.span_parts(here.one, NOW))

        asyncio.run(run())
        assert len(seen) > 1
        assert seen == sorted(seen)
        assert waiting(here) == 300
        assert not accounts.span_is_open(here.db, here.one)


@pytest.mark.parametrize("done", [1, 2])
def test_what_a_crash_left_undone_of_the_first_sync_is_made_up_for(tmp_path: Path, done: int) -> None:
    with world(tmp_path / "data", synced=False) as here:
        first_sync(here)
        assert accounts.span_is_open(here.db, here.one)
        for part, _ in zip(accounts.span_parts(here.one, NOW), range(done), strict=False):
            here.store.write_now(part)
        assert waiting(here) < 300
        assert accounts.span_is_open(here.db, here.one)
        here.store.write_now(accounts.good_sync, here.one, NOW)
        assert waiting(here) == 300
        assert not accounts.span_is_open(here.db, here.one)


def test_a_first_sync_that_brought_nothing_is_whole(tmp_path: Path) -> None:
    with world(tmp_path / "data", synced=False) as here:
        assert accounts.span_is_open(here.db, here.one)
        here.store.write_now(accounts.good_sync, here.one, NOW)
        assert not accounts.span_is_open(here.db, here.one)


def test_a_slow_part_is_followed_by_smaller_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("convo.store.parts.time.perf_counter", lambda: now[0])
    took: list[tuple[int, bool]] = []

    def work(_: sqlite3.Connection, some: Sequence[int], last: bool) -> None:
        now[0] += 0.01 * len(some)
        took.append((len(some), last))

    jobs: Iterator[Callable[[sqlite3.Connection], None]] = parts.in_parts(range(90), work)
    for job in jobs:
        job(None)  # type: ignore[arg-type]
    assert took == [(64, False), (8, False), (8, False), (8, False), (2, True)]


def test_the_cursor_moves_with_an_empty_page(here: World) -> None:
    for part in ingest.page_parts(here.one, "incoming", "incoming", Page(cursor="end"), context()):
        here.store.write_now(part)
    assert accounts.cursor(here.db, here.one, "incoming") == "end"


@pytest.mark.parametrize("stops", [True, False])
def test_parts_give_way_to_who_types_but_not_forever(
    here: World, monkeypatch: pytest.MonkeyPatch, stops: bool
) -> None:
    """Time passes only where the store looks at it; every look of somebody who does not stop is a key."""
    passed = [100.0]

    def look() -> float:
        passed[0] += 0.01
        return passed[0]

    real = asyncio.sleep

    async def wait(seconds: float) -> None:
        if not stops:
            here.store.give_way()
        await real(0)

    monkeypatch.setattr("convo.store.time.monotonic", look)
    monkeypatch.setattr("convo.store.asyncio.sleep", wait)
    here.store.give_way()
    typed_at = passed[0]
    (began,) = asyncio.run(here.store.ingest([lambda db: passed[0]]))
    waited = began - typed_at
    assert (
        WAY_SECONDS <= waited < WAY_SECONDS + 0.1
        if stops
        else LONGEST_WAY - 0.1 < waited <= LONGEST_WAY + 0.1
    )
