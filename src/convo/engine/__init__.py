"""The engine: all verbs of the program over the store and the adapters, for the inbox and the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from convo.clock import Clock, SystemClock
from convo.config import Config
from convo.engine.accounts import AccountError, Accounts, AdapterFactory
from convo.engine.inbox import Inbox
from convo.engine.standing import Standing
from convo.engine.waiter import Waiter
from convo.store import Store, reads
from convo.store import accounts as stored
from convo.store.connection import micros

if TYPE_CHECKING:
    from convo.engine.acts import Acts
    from convo.engine.answers import Answers
    from convo.engine.care import Care
    from convo.engine.delivery import Delivery
    from convo.engine.errands import Errands
    from convo.engine.moderation import Moderation
    from convo.engine.people import People
    from convo.engine.sync import Sync
    from convo.store.ingest import IngestContext
    from convo.views import Someone

__all__ = ["AccountError", "AdapterFactory", "Engine"]

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
        self.inbox = Inbox(store, self.clock, self.standing.statuses)
        self.on_change: Callable[[frozenset[int]], None] | None = None
        """Told on the event loop which threads changed; an empty set where it may be any, or an account."""
        self.on_words: Callable[[str], None] | None = None
        """Told what the status line should say."""
        self._tasks: list[asyncio.Task[None]] = []
        self._turn, self._watcher = Waiter(self.clock), Waiter(self.clock)
        self._stopping = False
        store.on_change = self._changed
        self.standing.on_words = self._say
        self._note_configured()

    async def circle_news(self, since: int) -> tuple[Someone, ...]:
        """Who of the circle wrote since the user's command was last told, by whichever process; after `since` at least.

        What is given here is given once.
        """
        from convo.store import notices

        told = await self.store.write(notices.claim, since)
        return tuple(who for who in self.inbox.arrived_since(max(told, since)) if who.circle)

    # The verbs are made, and their modules imported, when they are first used: the first frame needs none.

    @cached_property
    def delivery(self) -> Delivery:
        """Answers on their way."""
        from convo.engine.delivery import Delivery

        delivery = Delivery(self.accounts, self.standing, self.store, self.clock, self._context)
        delivery.on_words = self._say
        return delivery

    @cached_property
    def errands(self) -> Errands:
        """What triage does on the platforms."""
        from convo.engine.errands import Errands

        errands = Errands(self.config, self.accounts, self.standing, self.store, self.clock)
        errands.moderation = self.moderation
        return errands

    @cached_property
    def sync(self) -> Sync:
        """What is new."""
        from convo.engine.sync import Sync

        sync = Sync(
            self.config, self.accounts, self.standing, self.delivery, self.errands, self.store, self.clock
        )
        sync.on_looking = lambda: self._changed(frozenset())
        return sync

    @cached_property
    def care(self) -> Care:
        """Checks and backups of the store."""
        from convo.engine.care import Care

        return Care(self.store, self.clock, self._say)

    @cached_property
    def people(self) -> People:
        """Persons and conversations with them."""
        from convo.engine.people import People

        return People(self.store, self.clock)

    @cached_property
    def acts(self) -> Acts:
        """Triage."""
        from convo.engine.acts import Acts

        inbox = self.config.inbox
        acts = Acts(
            self.store,
            self.clock,
            self.accounts,
            undo_seconds=inbox.undo_seconds,
            mark_read=inbox.mark_read,
        )
        acts.on_outbox = self._outbox_changed
        return acts

    @cached_property
    def answers(self) -> Answers:
        """The reply box."""
        from convo.engine.answers import Answers

        seconds = self.config.inbox.undo_seconds
        answers = Answers(self.store, self.clock, self.accounts, undo_seconds=seconds, context=self._context)
        answers.on_outbox = self._outbox_changed
        return answers

    @cached_property
    def moderation(self) -> Moderation:
        """Comments that wait for the user's decision."""
        from convo.engine.moderation import Moderation

        seconds = self.config.inbox.undo_seconds
        moderation = Moderation(
            self.store, self.clock, self.accounts, undo_seconds=seconds, context=self._context
        )
        moderation.on_decided = self._outbox_changed
        moderation.on_words = self._say
        return moderation

    def _made(self, verb: str) -> bool:
        return verb in self.__dict__

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
        if self._made("delivery"):
            self.delivery.waiter.wake()
        if self._made("errands"):
            self.errands.waiter.wake()

    def _say(self, words: str) -> None:
        if self.on_words is not None:
            self.on_words(words)

    def give_way(self) -> None:
        """The user typed a key: what comes in waits until they rest."""
        self.store.give_way()

    def look_now(self, names: Sequence[str] = ()) -> None:
        """Look at these accounts, or at all, now and not when they are due."""
        self.sync.look_now(names)

    async def run(self, *, network: bool = True) -> None:
        """In the inbox: sync, delivery and errands, until `stop`; else what needs no network. Raises StoreError."""
        if self._stopping:
            return
        works = [self._watch(), self.care.run(checks=network)]
        if network:
            works += [self._sync(), self.delivery.run(), self.errands.follow()]
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
        before = None
        while not self._stopping:
            now = self.clock.now()
            if before is None or now < before:
                await self._set_right(now)
            before = now
            wakes_at = reads.next_wake(self.store.reader)
            if wakes_at is not None and wakes_at <= micros(now):
                from convo.store import threads

                await self.store.write(threads.wake, now)
            if self.store.changed_elsewhere():
                self._changed(frozenset())
                self._outbox_changed()
            await self._watcher.wait(now + WATCH)

    async def _set_right(self, now: datetime) -> None:
        """A clock that ran ahead must not keep anything waiting."""
        from convo.store import clocks

        if clocks.ran_ahead(self.store.reader, now):
            await self.store.write(clocks.set_right, now)
            self._outbox_changed()
            if self._made("sync"):
                self.look_now()

    async def stop(self) -> None:
        """Nothing new starts; what is in flight is awaited up to 5 s, then left to be looked for next time."""
        self._stopping = True
        self._turn.wake()
        self._watcher.wake()
        if self._made("care"):
            self.care.stop()
        if self._made("sync"):
            self.sync.stop()
        if self._made("errands"):
            self.errands.stop()
        if self._made("delivery"):
            await self.delivery.stop(PATIENCE)
        await self._end(self._tasks, PATIENCE)
        await self.accounts.close()
