"""Measure the store against its budgets: python benchmarks/bench.py [--messages N] [--data-dir DIR].

Every figure is printed with its budget. Ingest is CPU time as a multiple of bare SQLite with FTS5 and of `notmuch
new` on the same messages, run in turn with them; medians of several rounds. The measurement of a sync adds messages
to the store it is made on.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from make_store import NOW, Cast, add_long, fill, pages
from yardsticks import bare_seconds, notmuch_seconds

from convo.clock import HandClock
from convo.model import Page
from convo.store import Store, accounts, errands, ingest, reads, upkeep
from convo.store.search import search

SIZES = (1_000, 10_000, 100_000)
"""Messages stored when the cost of a sync is measured."""


def ingest_ratio(messages: int, rounds: int = 5) -> None:
    """Ingest against the yardsticks, in turn with them: medians of CPU time."""
    told = [message for _, page in pages(Cast(messages, 1), messages) for message in page]
    ours: list[float] = []
    bare: list[float] = []
    mail: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            bare.append(bare_seconds(told))
            store = Store.open(Path(directory), HandClock(NOW))
            ours.append(fill(store, Cast(messages, 1), messages)[1])
            store.close()
            spent = notmuch_seconds(told)
            mail += [spent] if spent is not None else []
    each = statistics.median(ours) / messages * 1e6
    say("ingest, CPU a message", f"{each:.0f} µs", "", "-")
    ratio = statistics.median(ours) / statistics.median(bare)
    say("ingest, CPU of bare SQLite with FTS5", f"{ratio:.1f}x", _micros(bare, messages), "at most 5x")
    if mail:
        ratio = statistics.median(mail) / statistics.median(ours)
        say("ingest, speed of notmuch new", f"{ratio:.1f}x", _micros(mail, messages), "at least 6x")
    else:
        say("ingest, speed of notmuch new", "not installed", "", "at least 6x")


def _micros(spent: Sequence[float], messages: int) -> str:
    return f"{statistics.median(spent) / messages * 1e6:.0f} µs"


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
    stored = f"{store.reader.execute('SELECT count(*) FROM message').fetchone()[0]:,} stored"
    say("sync, a page of 40 new messages", f"{statistics.median(new):.1f} ms CPU", stored, "does not grow")
    say("sync, a page of 40 seen before", f"{statistics.median(again):.1f} ms CPU", stored, "does not grow")
    idle = timed(partial(_nothing_new, store, account.id, ctx))
    say("sync, an empty page and who waits", f"{idle:.1f} ms", stored, "does not grow")
    read = timed(partial(errands.clear_up_to, store.reader, account.id))
    say("errand, how far the user has read", f"{read:.1f} ms", stored, "-")


def _nothing_new(store: Store, account: int, ctx: ingest.IngestContext) -> None:
    """What a round asks of the store when a platform has nothing new."""
    store.write_now(
        ingest.save_page, account, "mentions", "incoming", Page((), "y"), ctx, user=False, durable=False
    )
    upkeep.somebody_waits(store.reader, account)
    ingest.unjudged(store.reader, account)
    upkeep.bare(store.reader, account, reads.highest_arrival(store.reader), 20)


def measure_growth(most: int) -> None:
    """What a sync costs on stores of several sizes."""
    for size in [size for size in SIZES if size <= most]:
        with tempfile.TemporaryDirectory() as directory:
            store = Store.open(Path(directory), HandClock(NOW))
            cast = Cast(size, 1)
            fill(store, cast, size)
            measure_sync(store, cast)
            store.close()


def measure_reads(store: Store) -> None:
    """A page of the list, and a conversation of a thousand messages."""
    from convo.engine.people import People
    from convo.people import Turn
    from convo.store import conversation, rows
    from convo.views import View

    for view in (View.WAITING, View.ALL):
        spent = timed(partial(rows.page, store.reader, rows.Wanted(view), "", 200, NOW))
        say(f"list, 200 rows of {view.value}", f"{spent:.1f} ms", "", "-")
    people = People(store, HandClock(NOW))
    for turn in Turn:
        spent = timed(partial(people.page, turn))
        say(f"people, 200 rows of {turn.value}", f"{spent:.1f} ms", "", "-")
    (person_id,) = store.reader.execute(
        "SELECT person_id FROM talk GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    spent = timed(lambda: people.person(person_id))
    say("the page of who wrote most", f"{spent:.1f} ms", "", "-")
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
    if "sync" in wanted and not options.data_dir:
        measure_growth(options.messages)
        wanted.remove("sync")
    if set(wanted) <= {"ingest"}:
        return
    directory = options.data_dir or Path(tempfile.mkdtemp())
    store = Store.open(directory, HandClock(NOW))
    cast = Cast(options.messages, 1)
    try:
        if not options.data_dir:
            fill(store, cast, options.messages)
            add_long(store, cast, 1_000)
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
