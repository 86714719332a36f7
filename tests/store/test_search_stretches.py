"""A search a stretch at a time: together the stretches find what the whole search finds, and each costs little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.model import Attachment
from convo.store import search as searching
from convo.store.search import search, stretch
from tests.store.world import ANA, BEN, ME, World, message, named, world

PICTURE = (Attachment("picture", "https://far.example/p.jpg"),)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data") as made:
        made.page(
            *(
                message(
                    n, BEN if n % 3 else ANA, "roof and house" if n % 2 else "roofs", hours=100 - n,
                    parent_id=str(n - 1) if n % 5 == 0 else "", mentions=named(ME),
                    attachments=PICTURE if n % 7 == 0 else (),
                )
                for n in range(1, 60)
            )
        )  # fmt: skip
        yield made


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "WALKED", 4)
    monkeypatch.setattr(searching, "SIFTED", 9)
    monkeypatch.setattr(searching, "_FEW", 1)


def all_stretches(here: World, query: str, limit: int, newest_first: bool) -> list[list[int]]:
    """The threads of every stretch."""
    found: list[list[int]] = []
    known: set[int] = set()
    after: int | None = None
    while True:
        part = stretch(
            here.db, query, limit=limit, newest_first=newest_first, after=after, known=frozenset(known)
        )
        found.append([thread_id for _, thread_id, _ in part.hits])
        known.update(found[-1])
        assert part.after != after or part.after is None
        after = part.after
        if after is None:
            return found


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize(
    "query",
    ["has:picture", "-house", "house has:picture", "house -from:ana", "from:ana", "after:2000", "house"],
)
def test_the_stretches_find_what_the_whole_search_finds(
    here: World, query: str, limit: int, newest_first: bool
) -> None:
    whole = [thread for _, thread, _ in search(here.db, query, limit=1000, newest_first=newest_first)]
    parts = all_stretches(here, query, limit, newest_first)
    assert whole
    assert [thread for part in parts for thread in part] == whole
    assert all(len(part) <= limit for part in parts)


def test_nothing_found_in_a_stretch_is_not_the_end(here: World) -> None:
    first = stretch(here.db, "before:2000")
    assert first.hits == ()
    assert first.after is not None
    assert all_stretches(here, "before:2000", 50, True)[-1] == []


def test_nothing_wanted_is_at_its_end(here: World) -> None:
    assert stretch(here.db, "  ").after is None


def test_one_stretch_looks_at_no_more_than_its_share(here: World) -> None:
    looked: list[str] = []
    here.db.set_trace_callback(looked.append)
    stretch(here.db, "before:2000")
    here.db.set_trace_callback(None)
    (asked,) = [sql for sql in looked if "NOT INDEXED" in sql]
    assert "m.id >= 56" in asked
