"""What a sync costs: by what is stored, in requests, of five accounts, and for who types meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from busy import ingesting
from make_store import NOW, Cast, fill, pages
from report import Figure

from convo.adapters.memory import World, factory
from convo.clock import HandClock, SystemClock
from convo.config import AccountConfig, Config
from convo.engine import Engine
from convo.model import Page
from convo.store import Store, accounts, drafts, ingest, reads, upkeep
from convo.views import Draft

SMALL = (1_000, 10_000)
DEEPER = 2.0
"""How many times as much a page may cost on a store a thousand times as large: no part may go through all of it."""
LATENCIES = (0.02, 0.03, 0.04, 0.05, 0.1)
"""Seconds that each of five servers takes for an answer."""


def figures(stores: Mapping[str, Path], work: Path) -> list[Figure]:
    """Pages of forty on stores of four sizes; requests; five accounts; draft saves beside an ingest."""
    found = []
    for size in SMALL:
        with tempfile.TemporaryDirectory() as directory:
            store = Store.open(Path(directory), HandClock(NOW))
            fill(store, Cast(size, 1), size)
            found += _pages(store, f"{size:,}")
            store.close()
    for name, path in stores.items():
        store = Store.open(path, HandClock(NOW))
        found += _pages(store, name)
        store.close()
    found += _growth(found, f"{SMALL[0]:,}", list(stores)[-1])
    found += asyncio.run(_accounts())
    found += asyncio.run(_requests())
    found += _drafts(work)
    return found


def _context() -> ingest.IngestContext:
    return ingest.IngestContext(NOW, NOW - timedelta(days=14), NOW - timedelta(hours=1))


def _pages(store: Store, name: str) -> list[Figure]:
    """A page that is new, the same seen before, and an empty one with the question who waits."""
    account = accounts.all_accounts(store.reader)[0]
    fresh = [message for _, page in pages(Cast(4_000, 99), 4_000) for message in page]
    fresh = [message for message in fresh if message.author.platform == account.platform]
    save = partial(store.write_now, ingest.save_page, account.id, "mentions", "incoming")
    spent: dict[str, list[float]] = {"new": [], "seen before": [], "empty": []}
    for start in range(0, 1_200, 40):
        page = Page(tuple(fresh[start : start + 40]), "x")
        for what, shown in (("new", page), ("seen before", page), ("empty", Page((), "y"))):
            began = time.process_time()
            save(shown, _context(), user=False, durable=False)
            if what == "empty":
                upkeep.somebody_waits(store.reader, account.id)
                ingest.unjudged(store.reader, account.id)
                upkeep.bare(store.reader, account.id, reads.highest_arrival(store.reader), 20)
            spent[what].append((time.process_time() - began) * 1e3)
    return [
        Figure(f"sync, a page of 40 {what}, {name} stored", rounds, "ms CPU")
        for what, rounds in spent.items()
    ]


def _growth(found: Sequence[Figure], small: str, large: str) -> list[Figure]:
    """What a page costs on the largest store beside the smallest: trees of a thousand times as much are deeper."""
    spent = {one.what: one.rounds for one in found}
    return [
        Figure(
            f"sync, a page of 40 {what}, {large} stored", spent[f"sync, a page of 40 {what}, {large} stored"],
            "ms CPU", f"{small} stored", spent[f"sync, a page of 40 {what}, {small} stored"], DEEPER,
        )
        for what in ("new", "seen before", "empty")
    ]  # fmt: skip


async def _requests() -> list[Figure]:
    """Requests of `convo sync` to a server with one channel of what is said to the user, all else apart."""
    with tempfile.TemporaryDirectory() as directory:
        clock = HandClock(NOW)
        world = World(clock)
        server = world.server("one.example", "mastodon")
        me, other = world.person(server, "@me", "Me"), world.person(server, "@other", "Other")
        world.sign_in(server, me, "token")
        config = {"one": AccountConfig("one", "mastodon", "https://one.example", secret="token")}
        store = Store.open(Path(directory), clock)
        engine = Engine(Config(accounts=config), store, clock, adapters=factory(world))

        async def asked(after: timedelta) -> float:
            clock.step(after.total_seconds())
            return (await engine.sync.once())["one"].requests

        try:
            await engine.sync.once()
            soon = timedelta(minutes=5)
            nobody = [await asked(soon) for _ in range(3)]
            daily = await asked(timedelta(days=1)) - nobody[0]
            for number in range(50):
                world.write(server, other, f"Question {number}?", names=[me])
            await asked(soon)
            somebody = [await asked(soon) for _ in range(3)]
        finally:
            await engine.stop()
            store.close()
    return [
        Figure("sync with nothing new and nobody waiting", nobody, "requests", budget=1, note="one channel"),
        Figure("sync with nothing new while somebody waits", somebody, "requests", budget=3, note="fifty do"),
        Figure("the slow channels, once a day by convo sync", [daily], "requests", note="none in between"),
    ]


async def _accounts() -> list[Figure]:
    """Five servers in memory that answer late: all of them beside the slowest."""
    with tempfile.TemporaryDirectory() as directory:
        clock = SystemClock()
        world, config = World(clock), {}
        for number, latency in enumerate(LATENCIES):
            server = world.server(f"server{number}.example", "mastodon")
            world.sign_in(server, world.person(server, "@me", "Me"), f"token{number}")
            server.traits.latency = latency
            config[f"a{number}"] = AccountConfig(
                f"a{number}", "mastodon", f"https://{server.name}", secret=f"token{number}"
            )
        store = Store.open(Path(directory), clock)
        engine = Engine(Config(accounts=config), store, clock, adapters=factory(world))
        try:
            await engine.sync.once()
            all_of_them, slowest = [], []
            for _ in range(5):
                all_of_them.append(await _seconds(engine, list(config)))
                slowest.append(await _seconds(engine, ["a4"]))
        finally:
            await engine.stop()
            store.close()
    return [
        Figure("sync of five accounts", all_of_them, "ms", "the slowest alone", slowest, 1.2),
    ]


async def _seconds(engine: Engine, names: list[str]) -> float:
    began = time.perf_counter()
    await engine.sync.once(names)
    return (time.perf_counter() - began) * 1e3


def _drafts(work: Path) -> list[Figure]:
    """Draft saves while 20,000 messages come in: in this process, and in another."""
    found = []
    for where in ("nothing", "this process", "another process"):
        with tempfile.TemporaryDirectory(dir=work) as directory:
            spent = sorted(asyncio.run(_saving(Path(directory), where)))
        late = spent[int(len(spent) * 0.95)]
        found.append(Figure(f"a draft saved while {where} ingests", spent, "ms", note="p50"))
        found.append(Figure(f"a draft saved while {where} ingests", [late], "ms", note="p95"))
    return found


async def _saving(directory: Path, where: str) -> list[float]:
    store = Store.open(directory, HandClock(NOW))
    fill(store, Cast(1_000, 1), 1_000)
    other = None
    if where == "another process":
        other = multiprocessing.get_context("spawn").Process(target=_ingest_alone, args=(directory,))
        other.start()
        await asyncio.sleep(3)
    task = asyncio.create_task(ingesting(store)) if where == "this process" else None
    uri = store.reader.execute("SELECT uri FROM message LIMIT 1").fetchone()[0]
    spent = []
    for number in range(100):
        draft = Draft("fosstodon", uri, f"word {number}", 3, None, None, "", (), (), "", NOW, 0)
        began = time.perf_counter()
        await store.write(drafts.save, 1, draft, NOW)
        spent.append((time.perf_counter() - began) * 1e3)
        await asyncio.sleep(0.05)
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if other is not None:
        other.terminate()
        other.join()
    store.close()
    return spent


def _ingest_alone(directory: Path) -> None:
    store = Store.open(directory, HandClock(NOW))
    asyncio.run(ingesting(store))
