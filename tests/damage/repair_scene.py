"""What the tests of repair share: a store to break, and what is in it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.store import Store, StoreError, repair
from convo.store.mending import UNKNOWN_FATE
from convo.store.pages import Pages
from convo.store.salvage import Salvage, tables
from tests.damage.story import message, queue, told
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


def opened(directory: Path) -> Any:
    return closing(Store.open(directory, HandClock(NOW)))


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


def places(path: Path) -> dict[str, set[int]]:
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


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = told(tmp_path / "talk")
    yield made
    made.close()
