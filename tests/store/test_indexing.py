"""A search index that is made anew is filled beside all else, newest first, and goes on where it stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from convo.progress import untold
from convo.store import checkup, indexing, search, words
from tests.store.world import ANA, ME, World, message, named, world

MANY = 40


@pytest.fixture
def anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of forty messages, whose index must be made anew; two fit into the opening, three into a part."""
    with world(tmp_path) as here:
        for number in range(1, MANY + 1):
            here.page(
                message(number, ANA, f"the roof leaks n{number}", hours=100 - number, mentions=named(ME))
            )
    monkeypatch.setattr(words, "VERSION", words.VERSION + 1)
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    monkeypatch.setattr(indexing, "_LEAST", 3)
    monkeypatch.setattr(indexing, "_MOST", 3)
    return tmp_path


def found(here: World, wanted: str = "roof") -> int:
    return len(list(search.search(here.db, wanted, limit=1000)))


def fill(here: World, parts: int = 1000) -> None:
    """Put some parts in, as the inbox does it."""
    waiting = indexing.parts(here.db, untold)
    for _, part in zip(range(parts), waiting, strict=False):
        asyncio.run(here.store.ingest([part]))


def whole(here: World) -> bool:
    here.store.write_now(
        lambda db: db.execute("INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)")
    )
    return indexing.missing_to(here.db) == 0 and checkup.fault(here.db) == ""


def test_the_store_opens_with_the_newest_and_says_what_is_missing(anew: Path) -> None:
    with world(anew) as here:
        assert found(here) == 2
        assert indexing.missing_to(here.db) == MANY - 2
        oldest_missing = message(MANY - 2, ANA, hours=100 - (MANY - 2)).created_at
        assert indexing.missing_before(here.db) == oldest_missing
        assert checkup.fault(here.db) == ""


def test_it_goes_on_where_it_stopped(anew: Path) -> None:
    with world(anew) as here:
        fill(here, 3)
        assert found(here) == 2 + 2 + 3 + 3
    with world(anew) as here:
        assert found(here) == 10
        fill(here)
        assert found(here) == MANY
        assert indexing.missing_before(here.db) is None
        assert whole(here)


def test_it_tells_how_far_it_is(anew: Path) -> None:
    told: list[tuple[int, int]] = []
    with world(anew) as here:
        parts = indexing.parts(here.db, lambda what, done, of: told.append((done, of)))
        asyncio.run(here.store.ingest(parts))
    assert told[:2] == [(0, MANY - 2), (2, MANY - 2)]
    assert told == sorted(told)


def test_what_comes_meanwhile_is_found_at_once(anew: Path) -> None:
    with world(anew) as here:
        here.page(message(99, ANA, "a new roof", mentions=named(ME)))
        assert found(here, "new") == 1
        fill(here)
        assert (found(here, "new"), found(here)) == (1, MANY + 1)
        assert whole(here)


def test_what_changes_or_goes_before_its_turn(anew: Path) -> None:
    with world(anew) as here:
        here.page(
            message(3, ANA, "the cellar", hours=97, mentions=named(ME), edited_at=here.clock.now()),
            message(5, ANA, "", hours=95, mentions=named(ME), deleted=True),
            message(MANY, ANA, "the attic", hours=100 - MANY, mentions=named(ME), edited_at=here.clock.now()),
        )
        assert (found(here, "cellar"), found(here, "attic")) == (0, 1)
        fill(here)
        assert (found(here, "cellar"), found(here, "attic"), found(here)) == (1, 1, MANY - 3)
        assert whole(here)


def test_two_processes_fill_it_together(anew: Path) -> None:
    with world(anew) as here, world(anew) as other:
        parts = [indexing.parts(one.db, untold) for one in (here, other)]
        for first, second in zip(*parts, strict=False):
            asyncio.run(here.store.ingest([first]))
            asyncio.run(other.store.ingest([second]))
        fill(here)
        assert found(other) == MANY
        assert whole(here)


def test_nothing_is_missing_in_a_small_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world(tmp_path) as here:
        here.page(message(1, ANA, "the roof", mentions=named(ME)))
    monkeypatch.setattr(words, "VERSION", words.VERSION + 1)
    with world(tmp_path) as here:
        assert (indexing.missing_to(here.db), found(here)) == (0, 1)
        assert whole(here)
