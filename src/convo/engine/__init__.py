"""The engine: all verbs of the program over the store and the adapters, for the inbox and the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from convo.clock import Clock, SystemClock
from convo.config import Config
from convo.engine.accounts import AccountError, Accounts, AdapterFactory
from convo.engine.acts import Acts
from convo.engine.answers import Answers
from convo.engine.delivery import Delivery
from convo.engine.errands import Errands
from convo.engine.inbox import Inbox
from convo.engine.people import People
from convo.engine.standing import Standing
from convo.engine.sync import Sync, SyncOutcome
from convo.engine.waiter import Waiter
from convo.store import Store, threads
from convo.store import accounts as stored
from convo.store.connection import micros
from convo.store.ingest import IngestContext

__all__ = ["AccountError", "AdapterFactory", "Engine", "SyncOutcome"]

PATIENCE = 5.0
"""Seconds that a request in flight may take when the program leaves; then it is looked for at the next start."""
WATCH = timedelta(seconds=1)
"""How often the inbox looks whether another process changed the store, or a snooze ended."""
TURN = timedelta(seconds=5)
"""How often a second inbox asks whether it should look for what is new."""


class Engine:
    """What the inbox and the command line work with. Making one reads the store and nothing else."""

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: Clock | None = None,
        *,
        adapters: AdapterFactory | None = None,
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock or SystemClock()
        self.accounts = Accounts(config, store, self.clock, factory=adapters)
        self.standing = Standing(config, self.accounts, store, self.clock)
        self.delivery = Delivery(self.accounts, self.standing, store, self.clock, self._context)
        self.errands = Errands(config, self.accounts, self.standing, store, self.clock)
        self.sync = Sync(config, self.accounts, self.standing, self.delivery, self.errands, store, self.clock)
        self.inbox = Inbox(store, self.clock, self.standing.statuses)
        self.people = People(store, self.clock)
        self.acts = Acts(
            store,
            self.clock,
            self.accounts,
            undo_seconds=config.inbox.undo_seconds,
            mark_read=config.inbox.mark_read,
        )
        self.answers = Answers(
            store,
            self.clock,
            self.accounts,
            undo_seconds=config.inbox.undo_seconds,
            context=self._context,
        )
        self.on_change: Callable[[frozenset[int]], None] | None = None
        """Told on the event loop which threads changed; an empty set where it may be any, or an account."""
        self.on_words: Callable[[str], None] | None = None
        """Told what the status line should say."""
        self._tasks: list[asyncio.Task[None]] = []
        self._turn, self._watcher = Waiter(self.clock), Waiter(self.clock)
        self._stopping = False
        store.on_change = self._changed
        self.acts.on_outbox = self.answers.on_outbox = self._outbox_changed
        self.standing.on_words = self.delivery.on_words = self._say
        self.sync.on_looking = lambda: self._changed(frozenset())
        self._note_configured()

    def _context(self, name: str) -> IngestContext:
        return self.sync.context(name)

    def _note_configured(self) -> None:
        """An account that left the config waits no more; one that came back does again."""
        known = stored.all_accounts(self.store.reader)
        if any(record.configured != (record.name in self.accounts.names) for record in known):
            self.store.write_now(stored.set_configured, self.accounts.names, self.clock.now())

    def _changed(self, thread_ids: frozenset[int]) -> None:
        if self.on_change is not None:
            self.on_change(thread_ids)

    def _outbox_changed(self) -> None:
        self.delivery.waiter.wake()
        self.errands.waiter.wake()

    def _say(self, words: str) -> None:
        if self.on_words is not None:
            self.on_words(words)

    def look_now(self, names: Sequence[str] = ()) -> None:
        """Look at these accounts, or at all, now and not when they are due."""
        self.sync.look_now(names)

    async def run(self) -> None:
        """In the inbox: sync, delivery and errands, until `stop`. Raises StoreError."""
        works = (self._sync(), self.delivery.run(), self.errands.follow(), self._watch())
        self._tasks = [self._task(work) for work in works]
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in self._tasks:
                if task.done() and not task.cancelled():
                    task.result()
        finally:
            await self._end(self._tasks, PATIENCE if self._stopping else 0.0)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)

    async def _end(self, tasks: Sequence[asyncio.Task[None]], patience: float) -> None:
        running = {task for task in tasks if not task.done()}
        if running:
            _, late = await asyncio.wait(running, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _sync(self) -> None:
        """Look for what is new, unless another inbox does; then take over when that one ends."""
        told = False
        while not self._stopping:
            if self.accounts.become_only_inbox():
                await self.sync.run()
                return
            if not told:
                self._say("Another inbox is open and looks for what is new; this one shows it.")
                told = True
            await self._turn.wait(self.clock.now() + TURN)

    async def _watch(self) -> None:
        """Notice what other processes changed, and wake the snoozed."""
        while not self._stopping:
            now = self.clock.now()
            wakes_at = threads.next_wake(self.store.reader)
            if wakes_at is not None and wakes_at <= micros(now):
                await self.store.write(threads.wake, now)
            if self.store.changed_elsewhere():
                self._changed(frozenset())
                self._outbox_changed()
            await self._watcher.wait(now + WATCH)

    async def stop(self) -> None:
        """Nothing new starts; what is in flight is awaited up to 5 s, then left to be looked for next time."""
        self._stopping = True
        self.sync.stop()
        self.errands.stop()
        self._turn.wake()
        self._watcher.wake()
        await self.delivery.stop(PATIENCE)
        await self._end(self._tasks, PATIENCE)
        await self.accounts.close()
