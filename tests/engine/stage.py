"""What the engine's tests play on: a world in memory, a real store in a directory, a clock stepped by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from convo import points
from convo.adapters.memory import Server, Traits, World, factory
from convo.clock import HandClock
from convo.config import AccountConfig, Config, InboxConfig
from convo.engine import Engine
from convo.engine.locks import TRY_SECONDS
from convo.model import Message
from convo.store import Store, outbox
from convo.store import accounts as stored
from convo.views import OutboxRow, OutboxState, Row, View

T = TypeVar("T")
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
TOKEN = "a secret token"


class Killed(BaseException):
    """The process dies here."""


class Stage:
    """Servers, each with the user ("me") and Ana on it, and an account of the user for each."""

    def __init__(self, directory: Path, *names: str, **traits: Any) -> None:
        self.directory = directory
        self.clock = HandClock(START)
        self.world = World(self.clock)
        self._written = 0
        self.config = Config(inbox=InboxConfig(undo_seconds=0), accounts={})
        for name in names or ("one",):
            self.add(name, Traits(**traits))

    def add(self, name: str, traits: Traits | None = None) -> Server:
        """One more server with an account of the user."""
        server = self.world.server(f"{name}.example", traits=traits)
        me = self.world.person(server, "me")
        self.world.person(server, "ana", "Ana Lind")
        self.world.sign_in(server, me, TOKEN)
        account = AccountConfig(name, "memory", url=f"https://{server.name}", user="me", secret=TOKEN)
        self.config = replace(self.config, accounts={**self.config.accounts, name: account})
        return server

    def server(self, name: str = "one") -> Server:
        return self.world.servers[f"{name}.example"]

    def person(self, handle: str, name: str = "one") -> Any:
        return self.world.people[f"https://{name}.example/users/{handle}"]

    def ask(self, text: str, name: str = "one", by: str = "ana", **how: Any) -> Message:
        """Somebody says something to the user."""
        how.setdefault("names", (self.person("me", name),))
        how.setdefault("at", self.just_now())
        return self.world.write(self.server(name), self.person(by, name), text, **how)

    def say(self, text: str, name: str = "one", **how: Any) -> Message:
        """The user writes something elsewhere."""
        how.setdefault("at", self.just_now())
        return self.world.write(self.server(name), self.person("me", name), text, **how)

    def just_now(self) -> datetime:
        """Within the last second, each time a little later."""
        self._written += 1
        return self.clock.now() - timedelta(milliseconds=1000 - self._written)

    def mine(self, text: str | None = None, name: str = "one") -> list[Message]:
        """What stands of the user's on a server."""
        return self.world.by(self.person("me", name).uid, text=text)

    @contextmanager
    def opened(self, config: Config | None = None) -> Iterator[Engine]:
        """A process with the store open."""
        store = Store.open(self.directory, self.clock)
        try:
            yield Engine(config or self.config, store, self.clock, adapters=factory(self.world))
        finally:
            store.close()

    def run(self, play: Callable[[Engine], Coroutine[Any, Any, T]], config: Config | None = None) -> T:
        """One process: open, play, close."""

        async def process() -> T:
            with self.opened(config) as engine:
                try:
                    return await play(engine)
                finally:
                    await engine.stop()

        return asyncio.run(process())

    def sync(self, *names: str) -> dict[str, Any]:
        """`convo sync`, in a process of its own."""
        return self.run(lambda engine: engine.sync.once(names))


async def queue(
    engine: Engine, parent: Message | str, text: str, account: str = "one", hold: float = 0
) -> int:
    """Put an answer into the outbox, as the reply box does."""
    record = stored.by_name(engine.store.reader, account)
    assert record is not None
    now = engine.clock.now()
    uri = parent if isinstance(parent, str) else parent.uri
    key = f"key-{account}-{text}-{now.isoformat()}"
    leaves_at = now + timedelta(seconds=hold)
    return await engine.store.write(
        outbox.take, record.id, uri, text, {}, key=key, leaves_at=leaves_at, now=now
    )


def row(engine: Engine, outbox_id: int) -> OutboxRow:
    found = outbox.row(engine.store.reader, outbox_id)
    assert found is not None
    return found


def states(engine: Engine) -> list[OutboxState]:
    return [one.state for one in outbox.rows(engine.store.reader, open_only=False)]


def shown(engine: Engine, view: View = View.WAITING) -> Sequence[Row]:
    return engine.inbox.rows(view).rows


def words(engine: Engine, view: View = View.WAITING) -> list[str]:
    return [one.words for one in shown(engine, view)]


@contextmanager
def dying_at(point: str, times: int = 1) -> Iterator[list[str]]:
    """Die when this point is passed for the so-maniest time; gives all the points that were passed."""
    passed: list[str] = []

    def watch(name: str) -> None:
        passed.append(name)
        if name == point and passed.count(point) == times:
            raise Killed(name)

    points.observe(watch)
    try:
        yield passed
    finally:
        points.observe(None)


async def settled(engine: Engine, rounds: int = 8) -> None:
    """Let everything run that can run without the clock: ready callbacks, the store's thread, who waits for a lock.

    Locks are asked for again after a real time; the loop wakes who sleeps in order, so a longer sleep than
    theirs ends after each of them has tried, however slow the machine is.
    """
    for part in range(3):
        if part:
            await asyncio.sleep(2 * TRY_SECONDS)
        for _ in range(rounds):
            for _ in range(25):
                await asyncio.sleep(0)
            await engine.store.write(_nothing, user=False, durable=False)


def _nothing(db: object) -> None:
    """A job that comes after all that were asked for before it."""


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds, as long as the test may run."""
    while not holds():
        await asyncio.sleep(0.001)
