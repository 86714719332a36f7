"""The accounts of the config: their adapters, who they are, how they are, and their locks."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from convo import adapters
from convo.adapters.errors import AdapterError, Refused, SignInAgain
from convo.clock import Clock
from convo.config import AccountConfig, Config
from convo.engine.locks import Locks
from convo.store import Store, health
from convo.store import accounts as stored
from convo.store.accounts import AccountRecord
from convo.text import shorten

if TYPE_CHECKING:
    import sqlite3

    from convo.adapters.contract import Adapter, Can, Credential, Finding, Identity
    from convo.adapters.http import Http
    from convo.engine.credentials import AccountCredential

AdapterFactory = Callable[[AccountConfig, "Http", "Credential", str], "Adapter"]
_log = logging.getLogger(__name__)


class AccountError(Exception):
    """An account cannot be used as the config stands; `words` say why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class _Open:
    """An account in use; `make` gives its adapter for the facts of its last sign-in."""

    def __init__(
        self, make: Callable[[str], Adapter], facts: str, http: Http, credential: AccountCredential
    ) -> None:
        self.adapter = make(facts)
        self.make = make
        self.facts = facts
        self.http = http
        self.credential = credential


class Accounts:
    """All accounts of the config; each is opened when it is first needed."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, *, factory: AdapterFactory | None = None
    ) -> None:
        self.names: tuple[str, ...] = (*config.accounts, *config.broken)
        self.broken: dict[str, str] = dict(config.broken)
        """Accounts with a fault in the config, or whose adapter cannot be had: the sentence that says it."""
        self.looking: dict[str, datetime | None] = {}
        """Accounts that this process is reading at the moment, and how far back a first sync has come."""
        self._config = config
        self._store = store
        self._clock = clock
        self._factory = factory
        self._directory: Path = store.path.parent
        self._locks = Locks(self._directory)
        self._open: dict[str, _Open] = {}
        self._inbox: int | None = None

    def working(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """The accounts without a fault, of these or of all."""
        return tuple(
            name
            for name in (names or self.names)
            if name in self._config.accounts and name not in self.broken
        )

    def record(self, name: str) -> AccountRecord | None:
        """What the store knows of an account; None before it was signed in."""
        return stored.by_name(self._store.reader, name)

    def adapter(self, name: str) -> Adapter:
        """The adapter of an account, made when first asked for. Raises AccountError."""
        return self._opened(name).adapter

    def label(self, platform: str) -> str:
        """The platform's name as the screen writes it."""
        return adapters.label(platform)

    def can(self, name: str) -> Can:
        """What an account can do; nothing when it has a fault."""
        from convo.adapters.contract import Can

        try:
            return self.adapter(name).can
        except AccountError:
            return Can()

    def requests(self, name: str) -> int:
        """How many requests this process made for an account."""
        return self._open[name].http.requests if name in self._open else 0

    def secret_stamp(self, name: str) -> tuple[int, ...]:
        """Changes when a stored secret or session of the account does: somebody signed in."""
        from convo.secrets import session_file

        session = session_file(name, self._directory)
        files = (session, session.with_suffix(".secret"))
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)

    def _opened(self, name: str) -> _Open:
        if name in self.broken:
            raise AccountError(self.broken[name])
        if name not in self._config.accounts:
            raise AccountError(f"{shorten(name, 40)} is not in the config any more.")
        if name not in self._open:
            record = self.record(name)
            try:
                self._open[name] = self._made(self._config.accounts[name], record.facts if record else "{}")
            except (adapters.PlatformError, AdapterError) as error:
                self.broken[name] = f"{name}: {error.words}"
                raise AccountError(self.broken[name]) from error
        return self._open[name]

    def _made(self, account: AccountConfig, facts: str) -> _Open:
        from convo.adapters.http import Http
        from convo.engine.credentials import AccountCredential

        make: AdapterFactory
        if self._factory is not None:
            make, base, keyless = self._factory, account.url, False
        else:
            make = kind = adapters.load(account.platform)
            base = kind.base_url(account)
            keyless = bool(getattr(kind, "keyless", False))
        if not base:
            raise Refused('the config must say where it is, such as  url = "https://example.org"')
        inbox = self._config.inbox
        http = Http(base, proxy=inbox.proxy, ca_file=inbox.ca_file)
        credential = AccountCredential(
            account, self._directory, lambda: self.lock(account.name), http.hide, keyless=keyless
        )

        def adapter(facts: str) -> Adapter:
            return make(account, http, credential, facts)

        return _Open(adapter, facts, http, credential)

    @asynccontextmanager
    async def lock(self, name: str, *, first: bool = False) -> AsyncIterator[None]:
        """Hold the account's lock over all processes, whatever name the config gives it."""
        while True:
            key = self._lock_key(name)
            async with self._locks.hold(key, first=first):
                if self._lock_key(name) == key:  # it may have become known meanwhile
                    yield
                    return

    def _lock_key(self, name: str) -> str:
        record = self.record(name)
        return f"account-{record.id}" if record else f"name-{name}"

    def become_only_inbox(self) -> bool:
        """Become the inbox that looks for what is new, until `close`; not while another process is."""
        if self._inbox is None:
            self._inbox = self._locks.alone("inbox")
        return self._inbox is not None

    async def identified(self, name: str) -> AccountRecord:
        """The account as the store knows it, signed in first where it is new or its secret changed.

        Raises AccountError, AdapterError, so too where the secret is another account's than the config says.
        """
        open_ = self._opened(name)
        record = self.record(name)
        if record is not None and await open_.credential.is_as_before():
            return record
        async with self.lock(name):
            identity = await open_.adapter.identify()
            self._demand_meant(name, identity)
            now = self._clock.now()
            other = await self._store.write(_remember, name, identity, now, self.working(), user=False)
            if other:
                self.broken[name] = (
                    f"{name} is the same login as {other}; take one of the two out of the config."
                )
                raise AccountError(self.broken[name])
            await open_.credential.remember()
        record = self.record(name)
        assert record is not None
        await self._renew(name, record.facts)
        return record

    def _demand_meant(self, name: str, identity: Identity) -> None:
        """Raises SignInAgain where somebody else signed in than the config says; a new name makes nobody another."""
        from convo.engine.meant import not_meant

        record, person = self.record(name), identity.person
        if record is not None and record.own_uid == person.uid:
            return
        if words := not_meant(self._config.accounts[name], person, self._open[name].adapter):
            raise SignInAgain(words)

    async def refresh(self, name: str) -> None:
        """Ask the platform again who this is and what its limits are. Raises AccountError, AdapterError."""
        record = self.record(name)
        identity = await self.adapter(name).identify()
        self._demand_meant(name, identity)
        if record is None or record.own_uid != identity.person.uid or record.facts != identity.facts:
            await self._store.write(_remember, name, identity, self._clock.now(), (), user=False)
            await self._renew(name, identity.facts)

    async def forget(self, name: str) -> None:
        """Read the secret anew next time."""
        if name in self._open:
            self._open[name].credential.forget()
            await self._renew(name, self._open[name].facts, whatever=True)

    async def _renew(self, name: str, facts: str, *, whatever: bool = False) -> None:
        """Make the adapter anew for other facts: it keeps nothing itself."""
        open_ = self._open[name]
        if facts != open_.facts or whatever:
            await open_.adapter.close()
            open_.adapter, open_.facts = open_.make(facts), facts

    async def check(self, name: str) -> list[Finding]:
        """What stands between convo and this account, for `convo doctor`. Raises nothing of an adapter's."""
        from convo.adapters.contract import Finding

        try:
            open_ = self._opened(name)
            found = [Finding("network", True, f"Asked at {open_.http.base}, {way(self._config)}.")]
        except AccountError as error:
            return [Finding("config", False, error.words)]
        try:
            secret = await open_.credential.read()
            words = "It is there." if secret else "None is needed."
            found += [Finding("secret", True, words), *await open_.adapter.check()]
            if all(one.fine for one in found):
                self._demand_meant(name, await open_.adapter.identify())
            return found
        except SignInAgain as error:
            return [*found, Finding("secret", False, error.words)]
        except Exception as error:  # an adapter may be anybody's code; its fault is a finding
            _log.exception("The check of %s failed", name)
            return [*found, Finding("adapter", False, stumbled(self._config.accounts[name].platform, error))]

    async def close(self) -> None:
        """Close every connection."""
        for open_ in self._open.values():
            await open_.adapter.close()
            await open_.http.close()
        if self._inbox is not None:
            os.close(self._inbox)
            self._inbox = None


def way(config: Config) -> str:
    """How accounts are reached: which proxy and which authorities are in force; a proxy's password is not shown."""
    proxy = re.sub(r"(?<=://)[^/@]*@", "", config.inbox.proxy)
    by = f"through the proxy {proxy}" if proxy else "directly, without a proxy"
    own = config.inbox.ca_file
    authorities = f"the authorities of {own} besides the system's" if own else "the system's authorities"
    return f"{by}; certificates are checked against {authorities}"


def stumbled(platform: str, error: Exception) -> str:
    """The sentence for what no adapter should raise."""
    said = shorten(f"{type(error).__name__}: {error}", 160)
    return f"The adapter for {adapters.label(platform)} stumbled ({said}). Please report it; convo goes on without."


def _remember(
    db: sqlite3.Connection, name: str, identity: Identity, now: datetime, others: Sequence[str]
) -> str:
    """Keep who an account is; where another of the config's accounts is the same login, give its name instead."""
    person = identity.person
    known = stored.by_login(db, person.platform, person.uid)
    if known is not None and known.name != name and known.name in others:
        return known.name
    account_id = stored.remember(db, name, person.platform, person, identity.facts, now)
    health.known_now(db, name, account_id)
    return ""
