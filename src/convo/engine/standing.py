"""How each account is: what went wrong, in words, what to do about it, and when the next try is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from convo.adapters.errors import AdapterError, RetryAt, SignInAgain, Unreachable
from convo.clock import Clock
from convo.config import Config
from convo.engine import voice
from convo.engine.accounts import AccountError, Accounts, stumbled
from convo.engine.schedule import Backoff
from convo.store import Store, health
from convo.store import accounts as stored
from convo.store.accounts import AccountRecord
from convo.views import AccountStatus, Health

SIGN_IN_AGAIN = timedelta(hours=1)
"""How long after a refused credential it is tried again unasked."""
RESTS = "It rests as you asked."
_log = logging.getLogger(__name__)


class Standing:
    """Writes down how accounts are, and tells once when trouble begins and once when it ends."""

    def __init__(self, config: Config, accounts: Accounts, store: Store, clock: Clock) -> None:
        self._config = config
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._backoff: dict[str, Backoff] = {}
        self.on_words: Callable[[str], None] | None = None

    def statuses(self) -> tuple[AccountStatus, ...]:
        """Every account of the config, in its order."""
        return tuple(self.status(name) for name in self._accounts.names)

    def status(self, name: str) -> AccountStatus:
        """How one account is, in words fit to show."""
        account = self._config.accounts.get(name)
        record = self._accounts.record(name)
        platform = account.platform if account else record.platform if record else ""
        handle = record.handle if record else account.user if account else ""
        looked_at = record.last_good_at if record else None
        if name in self._accounts.broken:
            words = self._accounts.broken[name]
            return AccountStatus(name, platform, handle, Health.OFF, words, "", looked_at, None)
        found, words, next_at = self._found(name, record)
        if name in self._accounts.looking and found in (Health.FINE, Health.LOOKING):
            found = Health.LOOKING
            words = self._progress(name)
        elif found is Health.LOOKING:
            words = "It has not been looked at yet."
        hint = advice(name, found, words)
        return AccountStatus(name, platform, handle, found, words, hint, looked_at, next_at)

    def _progress(self, name: str) -> str:
        """How far a first sync has come, "" in any other."""
        oldest = self._accounts.looking.get(name)
        return f"What came {voice.since(oldest, self._clock.now())} is here; older follows." if oldest else ""

    def _found(self, name: str, record: AccountRecord | None) -> tuple[Health, str, datetime | None]:
        if record is not None:
            return record.health, record.words, record.next_at
        trouble = health.trouble(self._store.reader, name)
        return (trouble.health, trouble.words, trouble.next_at) if trouble else (Health.LOOKING, "", None)

    def rests_until(self, name: str) -> datetime | None:
        """When the platform itself allows the next request, None when it has not asked for rest."""
        found, _, next_at = self._found(name, self._accounts.record(name))
        resting = found is Health.RESTING and next_at is not None and next_at > self._clock.now()
        return next_at if resting else None

    async def rest(self, name: str, until: datetime) -> None:
        """The user lets an account rest: nothing is asked of its platform before this time."""
        record = self._accounts.record(name)
        if record is not None:
            now = self._clock.now()
            await self._store.write(stored.set_health, record.id, Health.RESTING, RESTS, until, now)

    async def wake(self, name: str) -> None:
        """End a rest that the user asked for; one that the platform asked for goes on."""
        record = self._accounts.record(name)
        if record is not None and record.health is Health.RESTING and record.words == RESTS:
            now = self._clock.now()
            await self._store.write(stored.set_health, record.id, Health.FINE, "", now, now)

    async def fine(self, name: str) -> datetime:
        """A whole sync went well; gives when the next one is due."""
        record = self._accounts.record(name)
        assert record is not None
        now = self._clock.now()
        next_at = now + timedelta(seconds=self._config.inbox.poll_seconds)
        was = record.health
        await self.first_span_read(name)
        await self._store.write(_fine, record.id, next_at, now, user=False, durable=False)
        if was not in (Health.FINE, Health.LOOKING):
            self._say(f"{name} is fine again.")
        return next_at

    async def first_span_read(self, name: str) -> None:
        """All that may wait was read, the user's own messages before it: from now on people wait."""
        record = self._accounts.record(name)
        assert record is not None
        if stored.span_is_open(self._store.reader, record.id):
            await self._store.ingest(stored.span_parts(record.id, self._clock.now()))

    async def trouble(self, name: str, error: Exception) -> str:
        """Something went wrong: write it down, and give the sentence. StoreError is not an account's trouble."""
        record = self._accounts.record(name)
        was = self._found(name, record)[0]
        if isinstance(error, AccountError):
            return error.words
        found, words, next_at = self._judged(name, error, record)
        now = self._clock.now()
        if record is not None:
            await self._store.write(stored.set_health, record.id, found, words, next_at, now, user=False)
        else:
            await self._store.write(health.note, name, found, words, next_at, user=False)
        if found is Health.SIGN_IN:
            await self._accounts.forget(name)
        if was in (Health.FINE, Health.LOOKING):
            self._say(words if words.startswith(f"{name} ") else f"{name}: {words}")
        return words

    def _judged(
        self, name: str, error: Exception, record: AccountRecord | None
    ) -> tuple[Health, str, datetime]:
        now = self._clock.now()
        later = now + self.wait(name, self._failures(name, record) + 1)
        if isinstance(error, SignInAgain):
            return Health.SIGN_IN, error.words, now + SIGN_IN_AGAIN
        if isinstance(error, RetryAt) and error.at is not None and not isinstance(error, Unreachable):
            return Health.RESTING, error.words, max(error.at, now + timedelta(seconds=1))
        if isinstance(error, AdapterError):
            return Health.STALE, error.words, later
        _log.error("The adapter of %s stumbled", name, exc_info=error)
        return Health.STALE, stumbled(self._config.accounts[name].platform, error), later

    def _failures(self, name: str, record: AccountRecord | None) -> int:
        trouble = None if record else health.trouble(self._store.reader, name)
        return record.failures if record else trouble.failures if trouble else 0

    def wait(self, name: str, failures: int) -> timedelta:
        """How long to wait after so many failures in a row on an account."""
        if name not in self._backoff:
            self._backoff[name] = Backoff(self._config.inbox.poll_seconds, name)
        return self._backoff[name].after(failures)

    def _say(self, words: str) -> None:
        if self.on_words is not None:
            self.on_words(words)


def advice(name: str, found: Health, words: str) -> str:
    """What to do about an account, "" when nothing."""
    if found is Health.SIGN_IN:
        return f"Sign in again:  convo login {name}"
    if found is Health.STALE and "certificate" in words.lower():
        return "If the authority is one you trust, name its file:  ca_file in [inbox] of the config."
    if found is Health.STALE:
        return "convo tries again by itself."
    return ""


def _fine(db: sqlite3.Connection, account_id: int, next_at: datetime, now: datetime) -> None:
    stored.good_sync(db, account_id, now)
    stored.set_health(db, account_id, Health.FINE, "", next_at, now)
