"""Sync: all accounts at once, each on its own clock, and one account's failure stays in that account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from convo.adapters.contract import ChannelKind
from convo.clock import Clock
from convo.config import Config
from convo.engine.accounts import Accounts
from convo.engine.around import Around
from convo.engine.delivery import Delivery
from convo.engine.errands import Errands
from convo.engine.round import Round, Scope, Stopped
from convo.engine.schedule import DAILY, SLOW
from convo.engine.standing import Standing
from convo.engine.waiter import Waiter
from convo.store import Store, StoreError, clocks, outbox
from convo.store import accounts as stored
from convo.store.ingest import IngestContext
from convo.values import frozen
from convo.views import Health, OutboxState

WATCHED = timedelta(seconds=5)
"""How often a stored credential is looked at while an account waits for the user to sign in."""


@frozen
class SyncOutcome:
    """What one sync of one account did; `fetched` are messages new to the store."""

    fetched: int = 0
    sent: int = 0
    requests: int = 0
    error: str = ""
    next_poll_at: datetime | None = None


class Sync:
    """Fetches what is new."""

    def __init__(
        self,
        config: Config,
        accounts: Accounts,
        standing: Standing,
        delivery: Delivery,
        errands: Errands,
        store: Store,
        clock: Clock,
    ) -> None:
        self._config = config
        self._accounts = accounts
        self._standing = standing
        self._delivery = delivery
        self._errands = errands
        self._store = store
        self._clock = clock
        self._around = Around(config, accounts, store, clock, self.context)
        self._waiters = {name: Waiter(clock) for name in accounts.names}
        self._stopping = False
        self.on_looking: Callable[[], None] | None = None
        """Called when an account begins or ends to be looked at."""

    def context(self, name: str) -> IngestContext:
        """What a message that comes through an account now is stored with."""
        return self._round(name).context()

    def _round(self, name: str) -> Round:
        parts = self._config, self._accounts, self._standing, self._store, self._clock
        return Round(name, *parts, lambda: self._stopping)

    async def once(self, names: Sequence[str] = ()) -> dict[str, SyncOutcome]:
        """Fetch what is new, deliver the outbox and run errands, of these accounts or of all, all at once.

        Raises StoreError.
        """
        if clocks.ran_ahead(self._store.reader, self._clock.now()):
            await self._store.write(clocks.set_right, self._clock.now())
        chosen = list(names or self._accounts.names)
        found = await asyncio.gather(*(self._whole(name) for name in chosen), return_exceptions=True)
        outcomes: dict[str, SyncOutcome] = {}
        for name, outcome in zip(chosen, found, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            outcomes[name] = outcome
        return outcomes

    async def _whole(self, name: str) -> SyncOutcome:
        """One account: its outbox, then a round, then what became due meanwhile."""
        if name in self._accounts.broken or name not in self._accounts.working():
            return SyncOutcome(error=self._standing.status(name).words)
        rest = self._standing.rests_until(name)
        if rest is not None:
            status = self._standing.status(name)
            return SyncOutcome(error=f"{status.words} It rests until then.".lstrip(), next_poll_at=rest)
        before = self._accounts.requests(name)
        doubtful = self._undelivered(name)
        sent = await self._delivery.deliver(name, asked=True)
        slow = self._slow_due(name, DAILY)
        fetched, error = await self._try(name, Scope(after=True, slow=slow, limits=slow))
        sent += await self._delivery.deliver(name)
        await self._errands.run(name)
        fresh = [words for id_, words in self._undelivered(name).items() if id_ not in doubtful]
        return SyncOutcome(
            fetched,
            sent,
            self._accounts.requests(name) - before,
            error or next(iter(fresh), ""),
            self._standing.status(name).next_at,
        )

    def _undelivered(self, name: str) -> dict[int, str]:
        """Answers that failed or are unsure, and why."""
        bad = (OutboxState.FAILED, OutboxState.UNSURE)
        rows = outbox.rows(self._store.reader)
        return {row.outbox_id: row.error for row in rows if row.account == name and row.state in bad}

    async def _try(self, name: str, scope: Scope) -> tuple[int, str]:
        """One round; its failure becomes the account's trouble. Raises StoreError."""
        reading = self._round(name)
        self._look(name, True)
        try:
            await reading.run(scope)
            if scope.slow:
                await self._delivery.look_for_unsure(name)
            await self._standing.fine(name)
            self._delivery.waiter.wake()
        except StoreError:
            raise
        except Stopped:
            return reading.fetched, ""
        except Exception as error:  # whatever an adapter does, the other accounts go on
            return reading.fetched, await self._standing.trouble(name, error)
        finally:
            self._look(name, False)
        return reading.fetched, ""

    def _look(self, name: str, on: bool) -> None:
        if on:
            self._accounts.looking[name] = None
        else:
            self._accounts.looking.pop(name, None)
        if self.on_looking is not None:
            self.on_looking()

    def _slow_due(self, name: str, every: timedelta) -> bool:
        """Whether the slow channels were last read so long ago; never on a first sync, which reads them anyway."""
        record = self._accounts.record(name)
        if record is None or record.first_synced_at is None:
            return False
        channels = self._accounts.adapter(name).channels
        kinds = (ChannelKind.SLOW, ChannelKind.PEOPLE)
        slow = [one for one in channels if one.kind in kinds] or [
            one for one in channels if one.kind is ChannelKind.OWN
        ]
        looked = [stored.looked_at(self._store.reader, record.id, channel.name) for channel in slow]
        return any(at is None or self._clock.now() - at >= every for at in looked)

    async def run(self) -> None:
        """In the inbox: every account on its own clock, until `stop`. Raises StoreError."""
        following = [asyncio.ensure_future(self._follow(name)) for name in self._accounts.working()]
        try:
            await asyncio.gather(*following)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    async def _follow(self, name: str) -> None:
        opening = True
        after_at = self._clock.now()
        while not self._stopping and name not in self._accounts.broken:
            if self._standing.rests_until(name) is None:
                slow = opening or self._slow_due(name, SLOW)
                after = slow or self._clock.now() >= after_at
                if after:
                    after_at = self._clock.now() + SLOW
                await self._try(name, Scope(after, slow, limits=opening and self._known(name)))
                opening = False
            await self._pause(name)

    def _known(self, name: str) -> bool:
        record = self._accounts.record(name)
        return record is not None and record.first_synced_at is not None

    async def _pause(self, name: str) -> None:
        """Wait until the account is due, was asked for, or somebody signed in."""
        stamp = self._accounts.secret_stamp(name)
        waiter = self._waiters[name]
        while not self._stopping:
            status, now = self._standing.status(name), self._clock.now()
            until = status.next_at or now + timedelta(seconds=self._config.inbox.poll_seconds)
            if status.health is not Health.SIGN_IN:
                await waiter.wait(until)
                return
            if await waiter.wait(min(until, now + WATCHED)) or self._clock.now() >= until:
                return
            if self._accounts.secret_stamp(name) != stamp:
                await self._accounts.forget(name)
                return

    def look_now(self, names: Sequence[str] = ()) -> None:
        """Look at these accounts, or at all, now; one that its platform asked to rest goes on resting."""
        for name in names or self._accounts.names:
            if name in self._waiters:
                self._waiters[name].wake()

    def stop(self) -> None:
        """Start no further round."""
        self._stopping = True
        self.look_now()

    async def load(self, thread_id: int) -> str:
        """Load what is missing of a conversation into the store; gives what is still missing, in words.

        Raises StoreError.
        """
        return await self._around.load(thread_id)
