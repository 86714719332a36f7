"""What the store gives at a key: search, lists, people, a long conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from make_store import NOW, Cast
from report import Figure

from convo.clock import HandClock
from convo.engine.inbox import Inbox
from convo.engine.people import People
from convo.people import Turn
from convo.store import Store
from convo.store.search import search
from convo.views import View


def timed(job: Callable[[], object], rounds: int = 9) -> list[float]:
    """Milliseconds of CPU time of each round, after one that is not counted."""
    job()
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        job()
        spent.append((time.process_time() - began) * 1e3)
    return spent


def figures(stores: Mapping[str, Path]) -> list[Figure]:
    """For each store; what it holds is the same words whatever its size."""
    found = []
    for name, directory in stores.items():
        store = Store.open(directory, HandClock(NOW))
        try:
            found += _searches(store, name, Cast(int(name.replace(",", "")), 1))
            found += _lists(store, name)
        finally:
            store.close()
    return found


def _searches(store: Store, name: str, cast: Cast) -> list[Figure]:
    common, rare = cast.words[0], cast.words[len(cast.words) // 2]
    queries = {
        "a common word": (f'"{common}"', 10.0),
        "a rare word": (f'"{rare}"', 10.0),
        "Kana (です)": ("です", 10.0),
        "Kanji": (cast.kanji[700] + cast.kanji[3], 10.0),
        "Thai": ("บ้าน", 10.0),
        "two letters": ("ba", None),
        "two common words": (f"{common} {cast.words[1]}", None),
        "from: one": ("from:p3@host3.example", None),
        "from: a crowd": ("from:p3", None),
        "is:waiting and a word": (f'is:waiting "{common}"', None),
    }
    found = []
    for what, (query, budget) in queries.items():
        spent = timed(partial(_found, store, query))
        found.append(Figure(f"search, {what}, {name}", spent, "ms CPU", budget=budget))
    return found


def _found(store: Store, query: str) -> list[tuple[int, int, str]]:
    return list(search(store.reader, query))


def _lists(store: Store, name: str) -> list[Figure]:
    inbox, people = Inbox(store, HandClock(NOW)), People(store, HandClock(NOW))
    long = store.reader.execute("SELECT thread_id FROM message ORDER BY id DESC LIMIT 1").fetchone()[0]
    jobs: dict[str, Callable[[], object]] = {
        "list, 200 rows of waiting": partial(inbox.rows, View.WAITING),
        "list, 200 rows of all": partial(inbox.rows, View.ALL),
        "people, 200 rows": partial(people.page, Turn.YOURS),
        "reading 1,000 messages": partial(inbox.open, long),
    }
    return [Figure(f"{what}, {name}", timed(job), "ms CPU") for what, job in jobs.items()]
