"""One process of the program over a world: the real engine and store, opened and closed as often as a test likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convo.adapters.contract import Adapter, Credential
from convo.adapters.http import Http
from convo.adapters.memory import World as Memory
from convo.adapters.memory import factory
from convo.config import AccountConfig, Config, InboxConfig
from convo.engine import Engine
from convo.engine.sync import SyncOutcome
from convo.store import Store
from convo.testing.world import Said, World
from convo.views import Draft, OutboxRow, OutboxState, Row, View

NAME = "here"
OTHER = "elsewhere"


@dataclass
class WorldClock:
    """The world's time as the program's clock: whoever sleeps makes time pass there."""

    world: World

    def now(self) -> Any:
        """The world's present."""
        return self.world.now()

    async def sleep(self, seconds: float) -> None:
        """Let the others go on, then let the time pass."""
        for _ in range(5):
            await asyncio.sleep(0)
        until = self.world.now()
        self.world.pass_time(max(seconds, 0.0))
        assert self.world.now() >= until


class Process:
    """The program with its store in `directory`, for the world's account and one that has nothing to do with it."""

    def __init__(self, world: World, directory: Path) -> None:
        self.world = world
        self.directory = directory
        others = Memory(WorldClock(world))
        server = others.server("other.example")
        others.sign_in(server, others.person(server, "me"), "secret")
        self._other = factory(others)
        self.config = Config(
            inbox=InboxConfig(undo_seconds=0),
            accounts={
                NAME: AccountConfig(NAME, "world", url="https://world.example", secret="secret"),
                OTHER: AccountConfig(
                    OTHER, "memory", url="https://other.example", user="me", secret="secret"
                ),
            },
        )

    def _adapter(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> Adapter:
        if account.name == OTHER:
            return self._other(account, http, credential, facts)
        return self.world.adapter(facts)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Engine]:
        """The engine, from its start to its end."""
        store = Store.open(self.directory, WorldClock(self.world))
        engine = Engine(self.config, store, WorldClock(self.world), adapters=self._adapter)
        try:
            yield engine
        finally:
            await engine.stop()
            store.close()

    async def sync(self) -> SyncOutcome:
        """`convo sync`, in a process of its own."""
        async with self.opened() as engine:
            return (await engine.sync.once())[NAME]

    async def rows(self, view: View = View.WAITING) -> list[Row]:
        """A view's rows."""
        async with self.opened() as engine:
            return list(engine.inbox.rows(view).rows)

    async def waiting(self, said: Said) -> bool:
        """Whether a message waits."""
        async with self.opened() as engine:
            return bool((await self.message(engine, said)).waiting)

    async def message(self, engine: Engine, said: Said) -> Any:
        """The entry of a message in its conversation."""
        target = engine.inbox.resolve(said.uri)
        entry = engine.inbox.entry(target.message_id or 0)
        assert entry is not None
        return entry

    async def send(self, said: Said, text: str, *, account: str = NAME) -> OutboxRow:
        """Answer a message: into the outbox, nothing is sent yet."""
        async with self.opened() as engine:
            draft = Draft(
                account=account,
                uri=said.uri,
                text=text,
                cursor=0,
                visibility=None,
                content_warning=None,
                language="en",
                dropped=(),
                attachments=(),
                edits="",
                touched_at=self.world.now(),
                seen_arrival=engine.inbox.highest_arrival(),
            )
            return await engine.answers.send(draft, hold=0)

    async def outbox(self) -> list[OutboxRow]:
        """Every row of the outbox."""
        async with self.opened() as engine:
            return list(engine.inbox.outbox(open_only=False))

    async def deliver(self, *, rounds: int = 8) -> OutboxRow:
        """`convo sync` now and then, each a process, until the newest answer is sent, failed or asked about."""
        for _ in range(rounds):
            await self.sync()
            row = (await self.outbox())[-1]
            if row.state in (OutboxState.SENT, OutboxState.FAILED, OutboxState.UNSURE):
                return row
            self.world.pass_time(3600)
        raise AssertionError(f"it is still {row.state.value}: {row.error}")
