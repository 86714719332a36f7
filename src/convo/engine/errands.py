"""Errands: what triage does on the platforms once its undo window has ended. They never block anything."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from convo.adapters.contract import Adapter, AdapterError, Refused, RetryAt, SignInAgain, Verb
from convo.clock import Clock
from convo.config import Config
from convo.engine.accounts import AccountError, Accounts, stumbled
from convo.engine.moderation import Moderation
from convo.engine.standing import Standing
from convo.engine.waiter import Waiter
from convo.model import Ref
from convo.store import Store, errands
from convo.store.errands import Due
from convo.views import Health

TRIES = 8
"""After so many failures in a row an errand is given up: what it was for is done here anyway."""
_log = logging.getLogger(__name__)


class Errands:
    """Runs what is due, account by account."""

    def __init__(
        self, config: Config, accounts: Accounts, standing: Standing, store: Store, clock: Clock
    ) -> None:
        self._config = config
        self._accounts = accounts
        self._standing = standing
        self._store = store
        self._clock = clock
        self._stopping = False
        self.moderation: Moderation | None = None
        """Who carries out what was decided about comments."""
        self.waiter = Waiter(clock)
        """Woken when errands may have been added."""

    async def follow(self) -> None:
        """Run what becomes due, until `stop`."""
        while not self._stopping:
            for name in self._accounts.working():
                if self._may(name):
                    await self.run(name)
            next_at = errands.next_at(self._store.reader)
            now = self._clock.now()
            wait = self._standing.wait("errands", 1)
            await self.waiter.wait(max(next_at, now + wait) if next_at and next_at <= now else next_at)

    def stop(self) -> None:
        """Start no further errand."""
        self._stopping = True
        self.waiter.wake()

    def _may(self, name: str) -> bool:
        record = self._accounts.record(name)
        signed_in = record is not None and record.health is not Health.SIGN_IN
        return signed_in and self._standing.rests_until(name) is None

    async def run(self, name: str) -> None:
        """Run the errands of an account that are due now. Raises StoreError."""
        record = self._accounts.record(name)
        if record is None or not self._may(name):
            return
        for due in errands.due(self._store.reader, record.id, self._clock.now()):
            if self._stopping:
                return
            try:
                await self._accounts.identified(name)
                async with self._accounts.lock(name):
                    await self._run(name, self._accounts.adapter(name), due)
                await self._store.write(errands.remove, due.id)
            except Refused as error:
                _log.warning("%s: %s was refused: %s", name, due.verb, error.words)
                if due.verb == Verb.MODERATE.value and self.moderation is not None:
                    await self.moderation.refused(due, error.words)
                else:
                    await self._store.write(errands.remove, due.id)
            except (AccountError, AdapterError) as error:
                await self._again(name, due, error)
                return
            except (
                ValueError,
                KeyError,
                TypeError,
                AttributeError,
            ) as error:  # an adapter's bug stays in its errand
                _log.error("%s", stumbled(record.platform, error), exc_info=error)
                await self._again(name, due, error)
                return

    async def _again(self, name: str, due: Due, error: Exception) -> None:
        """Try later, or give it up after many tries."""
        if isinstance(error, SignInAgain):
            await self._standing.trouble(name, error)
        if due.attempts + 1 >= TRIES and not isinstance(error, (RetryAt, SignInAgain)):
            _log.warning("%s: %s is given up", name, due.verb)
            await self._store.write(errands.remove, due.id)
            return
        at: datetime | None = error.at if isinstance(error, RetryAt) else None
        later = at or self._clock.now() + self._standing.wait(name, due.attempts + 1)
        await self._store.write(errands.again, due.id, later)

    async def _run(self, name: str, adapter: Adapter, due: Due) -> None:
        """Do one errand where the account can; what it cannot is left out."""
        verb = Verb(due.verb)
        if verb not in adapter.can.verbs:
            return
        if verb is Verb.MODERATE and self.moderation is not None:
            await self.moderation.carry_out(adapter, name, due)
            return
        work = self._work(adapter, verb, due)
        if work is not None:
            await work()

    def _work(self, adapter: Adapter, verb: Verb, due: Due) -> Callable[[], Awaitable[None]] | None:
        on, uid, uri = (
            bool(due.argument.get("on")),
            str(due.argument.get("uid", "")),
            str(due.argument.get("uri", "")),
        )
        if verb is Verb.MUTE_PERSON:
            return partial(adapter.mute_person, uid, on)
        if verb is Verb.BLOCK:
            return partial(adapter.block, uid, on)
        ref = errands.ref(self._store.reader, due.account_id, uri)
        if verb is Verb.MARK_READ:
            ref = self._readable(due.account_id, ref)
            return partial(adapter.mark_read, ref) if ref else None
        if verb is Verb.MUTE_THREAD and ref:
            return partial(adapter.mute_thread, ref, on)
        return None

    def _readable(self, account_id: int, ref: Ref | None) -> Ref | None:
        """How far the platform may think that the user has read."""
        policy = self._config.inbox.mark_read
        if policy == "clear":
            return errands.clear_up_to(self._store.reader, account_id)
        return ref if policy == "always" else None
