"""What the tests of the reference adapter share: a world, people in it, and one account."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from convo.adapters.contract import (
    Adapter,
)
from convo.adapters.http import Http
from convo.adapters.memory import MemoryAdapter, Server, Traits, World, factory
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Message, Page

T = TypeVar("T")
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
LONG_AGO = START - timedelta(days=90)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class Token:
    def __init__(self, value: str) -> None:
        self.value = value

    async def read(self) -> str:
        return self.value

    async def session(self) -> str:
        return ""

    async def save_session(self, value: str) -> None:
        raise AssertionError("a world in memory rotates nothing")

    def refreshing(self) -> Any:
        raise AssertionError("a world in memory refreshes nothing")


class Stage:
    """A server with the user and Ana on it."""

    def __init__(self, **traits: Any) -> None:
        self.clock = HandClock(START)
        self.world = World(self.clock)
        self.server = self.world.server("one.example", traits=Traits(**traits))
        self.me = self.world.person(self.server, "me")
        self.ana = self.world.person(self.server, "ana", "Ana Lind")
        self.world.sign_in(self.server, self.me, "token")

    def adapter(self, server: Server | None = None, token: str = "token") -> MemoryAdapter:
        name = (server or self.server).name
        account = AccountConfig("one", "memory", url=f"https://{name}", user="me")
        make = factory(self.world)
        adapter = make(account, Http(account.url), Token(token), "{}")
        facts = run(adapter.identify()).facts if token == "token" else "{}"
        return make(account, Http(account.url), Token(token), facts)

    def mention(self, text: str, **how: Any) -> Message:
        return self.world.write(self.server, self.ana, text, names=(self.me,), **how)


def pages(
    adapter: Adapter, channel: str = "mentions", cursor: str = "", since: datetime = LONG_AGO
) -> list[Page]:
    found = [run(adapter.fetch(channel, cursor, since))]
    while found[-1].more:
        found.append(run(adapter.fetch(channel, found[-1].cursor, since)))
    return found


def texts(found: list[Page]) -> list[str]:
    return [message.text for page in found for message in page.messages]
