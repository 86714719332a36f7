"""The outbox on its way: what is due leaves, one answer at a time for each account, over all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from convo.adapters.contract import AdapterError
from convo.clock import Clock
from convo.engine.accounts import AccountError, Accounts
from convo.engine.attempt import Attempt, Context, Outcome
from convo.engine.standing import Standing
from convo.engine.waiter import Waiter
from convo.store import Store, outbox
from convo.views import Health, OutboxRow, OutboxState

PATIENCE = timedelta(seconds=60)
"""How long `now` waits for the outcome of an answer that may have arrived."""


class Delivery:
    """Delivers answers and tells nobody but the store."""

    def __init__(
        self, accounts: Accounts, standing: Standing, store: Store, clock: Clock, context: Context
    ) -> None:
        self._accounts = accounts
        self._standing = standing
        self._store = store
        self._clock = clock
        self._attempt = Attempt(store, clock, standing, context)
        self._tasks: dict[str, asyncio.Task[int]] = {}
        self._in_flight: set[asyncio.Task[Outcome]] = set()
        self._not_before: dict[str, datetime] = {}
        self._stopping = False
        self.waiter = Waiter(clock)
        """Woken when the outbox changed."""

    @property
    def on_words(self) -> Callable[[str], None] | None:
        """Told what the status line should say."""
        return self._attempt.on_words

    @on_words.setter
    def on_words(self, call: Callable[[str], None] | None) -> None:
        self._attempt.on_words = call

    async def run(self) -> None:
        """Deliver what becomes due, until `stop`."""
        while not self._stopping:
            await self._release()
            for name in self._accounts.working():
                if name not in self._tasks and self._has_work(name):
                    task = asyncio.ensure_future(self.deliver(name))
                    self._tasks[name] = task
                    task.add_done_callback(partial(self._ended, name))
            await self.waiter.wait(self._next_at())

    def _ended(self, name: str, task: asyncio.Task[int]) -> None:
        del self._tasks[name]
        self.waiter.wake(task.exception() if not task.cancelled() else None)

    async def stop(self, patience: float) -> None:
        """Start nothing new, and wait so many seconds for what is in flight; then leave it to be looked for."""
        self._stopping = True
        self.waiter.wake()
        in_flight = set(self._in_flight)
        if in_flight:
            _, late = await asyncio.wait(in_flight, timeout=patience)
            for step in late:
                step.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def now(self, outbox_id: int) -> OutboxRow:
        """Deliver one answer now, whatever its account's schedule says, and give what became of it."""
        give_up = self._clock.now() + PATIENCE
        while True:
            row = outbox.row(self._store.reader, outbox_id)
            assert row is not None
            if row.state is OutboxState.HELD:
                await self._store.write(outbox.queue_now, outbox_id, self._clock.now())
            if row.state in (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING):
                await self.deliver(row.account, asked=True)
                row = outbox.row(self._store.reader, outbox_id)
                assert row is not None
            again_at, now = self._attempt.look_at(outbox_id), self._clock.now()
            if row.state is not OutboxState.SENDING or again_at is None or not now < again_at <= give_up:
                return row
            await self._clock.sleep((again_at - now).total_seconds())

    async def deliver(self, name: str, *, asked: bool = False) -> int:
        """Deliver all that is due of an account; gives how many arrived. `asked`: the user wants it now."""
        sent = 0
        await self._release()
        while not self._stopping and (asked or self._may(name)) and self._has_rows(name):
            outcome = await self._in_peace(name)
            sent += outcome is Outcome.SENT
            if outcome is Outcome.LATER:
                break
        return sent

    async def _in_peace(self, name: str) -> Outcome:
        """One step that goes on when the caller is cancelled: `stop` waits for it."""
        step = asyncio.ensure_future(self._step(name))
        self._in_flight.add(step)
        step.add_done_callback(self._in_flight.discard)
        return await asyncio.shield(step)

    async def look(self, outbox_id: int) -> OutboxRow | None:
        """Look once more for an unsure answer, as the user asked. Raises AccountError, AdapterError."""
        row = outbox.row(self._store.reader, outbox_id)
        if row is not None and row.state is OutboxState.UNSURE:
            await self._look(row)
        return outbox.row(self._store.reader, outbox_id)

    async def look_for_unsure(self, name: str) -> None:
        """Look once more for the unsure answers of an account. Raises AccountError, AdapterError."""
        for row in outbox.rows(self._store.reader):
            if row.account == name and row.state is OutboxState.UNSURE:
                await self._look(row)

    async def _look(self, row: OutboxRow) -> None:
        await self._accounts.identified(row.account)
        async with self._accounts.lock(row.account, first=True):
            leaving = outbox.one(self._store.reader, row.outbox_id)
            if leaving is not None and leaving.state is OutboxState.UNSURE and leaving.request:
                await self._attempt.look_again(row.account, self._accounts.adapter(row.account), leaving)

    async def _step(self, name: str) -> Outcome:
        """Hold the account's lock for one answer. A row in `sending` that is found under it is a crash's."""
        try:
            await self._accounts.identified(name)
            async with self._accounts.lock(name, first=True):
                record = self._accounts.record(name)
                assert record is not None
                adapter, now = self._accounts.adapter(name), self._clock.now()
                for row in outbox.stuck(self._store.reader, record.id):
                    if (self._attempt.look_at(row.outbox_id) or now) <= now:
                        return await self._attempt.find(name, adapter, row)
                due = outbox.due(self._store.reader, record.id, now)
                if due is None:
                    return Outcome.LATER
                return self._noted(name, await self._attempt.send(name, adapter, due))
        except (AccountError, AdapterError) as error:
            await self._standing.trouble(name, error)
            return self._noted(name, Outcome.LATER)

    def _noted(self, name: str, outcome: Outcome) -> Outcome:
        """After a failure the account's other answers wait a moment, too."""
        if outcome is Outcome.LATER:
            self._not_before[name] = self._clock.now() + self._standing.wait(name, 1)
        else:
            self._not_before.pop(name, None)
        return outcome

    def _may(self, name: str) -> bool:
        """Whether the account can take answers unasked: signed in, not resting, no failure just now."""
        now = self._clock.now()
        record = self._accounts.record(name)
        resting = self._standing.rests_until(name)
        signed_in = record is not None and record.health is not Health.SIGN_IN
        return signed_in and resting is None and self._not_before.get(name, now) <= now

    def _has_rows(self, name: str) -> bool:
        record = self._accounts.record(name)
        if record is None or name not in self._accounts.working():
            return False
        now = self._clock.now()
        stuck = outbox.stuck(self._store.reader, record.id)
        looked = any((self._attempt.look_at(row.outbox_id) or now) <= now for row in stuck)
        return looked or outbox.due(self._store.reader, record.id, now) is not None

    def _has_work(self, name: str) -> bool:
        return self._may(name) and self._has_rows(name)

    async def _release(self) -> None:
        """Queue the held answers whose undo window has ended."""
        now = self._clock.now()
        rows = outbox.rows(self._store.reader)
        ready = (
            row for row in rows if row.state is OutboxState.HELD and row.leaves_at and row.leaves_at <= now
        )
        if any(now - row.created_at < outbox.ASKED_AFTER for row in ready):
            await self._store.write(outbox.release_held, now)

    def _next_at(self) -> datetime | None:
        """When something becomes due that nobody will tell of."""
        now = self._clock.now()
        times = [row.leaves_at for row in outbox.rows(self._store.reader)]
        times += self._not_before.values()
        for name in self._accounts.working():
            record = self._accounts.record(name)
            if record is not None:
                times.append(self._standing.rests_until(name))
                times += [
                    self._attempt.look_at(row.outbox_id)
                    for row in outbox.stuck(self._store.reader, record.id)
                ]
        return min((time for time in times if time is not None and time > now), default=None)
