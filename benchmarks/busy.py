"""An ingest without end beside who types: busy.py inbox DIR (the inbox that ingests itself) or busy.py alone DIR."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from make_store import NOW, Cast, pages

from convo.clock import HandClock, SystemClock
from convo.config import Config
from convo.engine import Engine
from convo.model import Page
from convo.store import Store, accounts, ingest
from convo.tui.app import ConvoApp

CONTEXT = ingest.IngestContext(NOW, NOW - timedelta(days=14), NOW - timedelta(hours=1))


async def ingesting(store: Store, messages: int = 100_000) -> None:
    """What a first sync does, page after page, with its pauses."""
    numbers = {one.name: one.id for one in accounts.all_accounts(store.reader)}
    for name, told in pages(Cast(messages, 7), messages):
        page = Page(tuple(told), "x")
        await store.ingest(ingest.page_parts(numbers[name], "mentions", "incoming", page, CONTEXT))


class BusyApp(ConvoApp):
    """The inbox, with an ingest from its first frame on."""

    def _begin(self) -> None:
        super()._begin()
        self.run_worker(ingesting(self.engine.store))


def main() -> None:
    """Run as the command line says."""
    how, directory = sys.argv[1], Path(sys.argv[2])
    if how == "alone":
        asyncio.run(ingesting(Store.open(directory, HandClock(NOW))))
        return
    clock = SystemClock()
    store = Store.open(directory, clock)
    BusyApp(Engine(Config(), store, clock), offline=True).run()


if __name__ == "__main__":
    main()
