"""Measure the store against its budgets: python benchmarks/bench.py [--messages N] [--data-dir DIR].

Every figure is printed with its budget. Ingest is CPU time per message as a multiple of bare SQLite with FTS5 at
5,000 rows a transaction on the same messages, run in turn with it; the median of several rounds.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from make_store import NOW, Cast, fill, pages

from convo.clock import HandClock
from convo.model import Message, Page
from convo.store import Store, accounts, ingest
from convo.store.search import search

BARE_ROWS = 5_000


def bare_seconds(messages: Sequence[Message]) -> float:
    """CPU seconds of the yardstick: one plain table and its FTS5 index, nothing else."""
    with tempfile.TemporaryDirectory() as directory:
        db = sqlite3.connect(Path(directory) / "bare.db", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(
            "CREATE TABLE message (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, parent TEXT, author TEXT, url TEXT,"
            " text TEXT)"
        )
        db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='message', content_rowid='id')")
        began = time.process_time()
        for start in range(0, len(messages), BARE_ROWS):
            some = list(enumerate(messages[start : start + BARE_ROWS], start + 1))
            db.execute("BEGIN")
            db.executemany(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)",
                [(n, m.uri, m.parent_uri, m.author.uid, m.url, m.text) for n, m in some],
            )
            db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", [(n, m.text) for n, m in some])
            db.execute("COMMIT")
        spent = time.process_time() - began
        db.close()
    return spent


def ingest_ratio(messages: int, rounds: int = 5) -> None:
    """Ingest against the yardstick."""
    told = [message for _, page in pages(Cast(messages, 1), messages) for message in page]
    ratios, each = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            bare = bare_seconds(told)
            store = Store.open(Path(directory), HandClock(NOW))
            count, spent = fill(store, Cast(messages, 1), messages)
            store.close()
        ratios.append(spent / bare)
        each.append(spent / count * 1e6)
    say(
        "ingest",
        f"{statistics.median(each):.0f} µs CPU a message",
        f"{statistics.median(ratios):.1f}x bare",
        "5x bare",
    )


def timed(job: Callable[[], object], rounds: int = 9) -> float:
    """The median of the wall time of a job, in milliseconds, after one run that is not counted."""
    job()
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        job()
        spent.append((time.perf_counter() - began) * 1e3)
    return statistics.median(spent)


def say(what: str, figure: str, more: str, budget: str) -> None:
    """One line of the result."""
    print(f"{what:44} {figure:>24} {more:>18}   budget {budget}", flush=True)


def _found(store: Store, query: str) -> list[tuple[int, int, str]]:
    return list(search(store.reader, query))


def measure_search(store: Store, cast: Cast) -> None:
    """The first 50 threads of several searches."""
    common, rare = cast.words[0], cast.words[len(cast.words) // 2]
    queries = {
        f"search, a common word ({common})": f'"{common}"',
        f"search, a common beginning ({common})": common,
        f"search, a rare word ({rare})": rare,
        "search, two letters (ba)": "ba",
        "search, three letters (bar)": "bar",
        "search, one letter (b)": "b",
        "search, common Kana (です)": "です",
        "search, one Kana (す)": "す",
        "search, Kanji": cast.kanji[700] + cast.kanji[3],
        "search, Thai (บ้าน)": "บ้าน",
        "search, two common words": f"{common} {cast.words[1]}",
        "search, a filter (from:p3 has:picture)": "from:p3 has:picture",
        "search, is:waiting and a common word": f'is:waiting "{common}"',
    }
    for what, query in queries.items():
        hits = len(_found(store, query))
        say(
            what,
            f"{timed(partial(_found, store, query)):.1f} ms",
            f"{hits} threads",
            "10 ms",
        )


def measure_sync(store: Store, cast: Cast) -> None:
    """What a page of forty messages costs on a store of this size: new, and seen before."""
    account = accounts.all_accounts(store.reader)[0]
    fresh = [message for _, page in pages(Cast(4_000, 99), 4_000) for message in page]
    fresh = [message for message in fresh if message.author.platform == account.platform]
    ctx = ingest.IngestContext(NOW, NOW - timedelta(days=14), NOW - timedelta(hours=1))
    new: list[float] = []
    again: list[float] = []
    for start in range(0, 1_200, 40):
        page = Page(tuple(fresh[start : start + 40]), "x")
        for spent in (new, again):
            began = time.process_time()
            store.write_now(
                ingest.save_page, account.id, "mentions", "incoming", page, ctx, user=False, durable=False
            )
            spent.append((time.process_time() - began) * 1e3)
    say("sync, a page of 40 new messages", f"{statistics.median(new):.1f} ms CPU", "", "does not grow")
    say("sync, a page of 40 seen before", f"{statistics.median(again):.1f} ms CPU", "", "does not grow")


def measure_reads(store: Store) -> None:
    """A page of the list, and a conversation of a thousand messages."""
    from convo.store import conversation, rows
    from convo.views import View

    for view in (View.WAITING, View.ALL):
        spent = timed(partial(rows.page, store.reader, rows.Wanted(view), "", 200, NOW))
        say(f"list, 200 rows of {view.value}", f"{spent:.1f} ms", "", "-")
    thread_id, count = store.reader.execute(
        "SELECT thread_id, count(*) FROM message GROUP BY thread_id ORDER BY 2 DESC LIMIT 1"
    ).fetchone()
    spent = timed(lambda: conversation.entries(store.reader, thread_id))
    say("opening the longest conversation", f"{spent:.1f} ms", f"{count} messages", "100 ms for 1,000")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument(
        "--data-dir", type=Path, help="a store that make_store.py made; else one is made and removed"
    )
    parser.add_argument("--only", choices=("ingest", "search", "sync", "reads"), action="append")
    options = parser.parse_args()
    wanted = options.only or ["ingest", "search", "sync", "reads"]
    if "ingest" in wanted:
        ingest_ratio(min(options.messages, 20_000))
    if wanted == ["ingest"]:
        return
    directory = options.data_dir or Path(tempfile.mkdtemp())
    store = Store.open(directory, HandClock(NOW))
    cast = Cast(options.messages, 1)
    try:
        if not options.data_dir:
            fill(store, cast, options.messages)
        if "search" in wanted:
            measure_search(store, cast)
        if "sync" in wanted:
            measure_sync(store, cast)
        if "reads" in wanted:
            measure_reads(store)
    finally:
        store.close()
        if not options.data_dir:
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
