"""What the tests of the Mastodon adapter share: simulated servers of each kind, one account, reading everything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest

from convo.adapters.http import Http
from convo.adapters.mastodon import Mastodon
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Message, Page, Reply
from tests.adapters.credential import Kept
from tests.simulators._mastodon_quirks import SERVERS, Quirks, like
from tests.simulators._mastodon_state import Account, Status
from tests.simulators.mastodon import Mastodon as Simulated
from tests.simulators.server import Site

T = TypeVar("T")
KINDS = sorted(SERVERS)
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


class World:
    """A server, the user on it, and people who talk to them."""

    def __init__(self, quirks: Quirks) -> None:
        self.clock = HandClock(datetime.now(timezone.utc).replace(microsecond=0) - timedelta(hours=2))
        self.server = Simulated(self.clock, quirks)
        self.net = self.server.instance
        self.me = self.net.account("me")
        self.zoe = self.net.account("zoe", "other.example", "Zoé")
        self.bob = self.net.account("bob")
        self.server.sign_in(self.me, "token")
        self.site = Site(self.server, self.clock)
        self.site.home.silent = quirks.silent_close
        self.made: list[Mastodon] = []

    def adapter(self, facts: str = "{}", token: str = "token") -> Mastodon:
        account = AccountConfig("masto", "mastodon", url=self.site.home.url)
        made = Mastodon(account, Http(self.site.home.url, deadline=20.0), Kept(token), facts)
        self.made.append(made)
        return made

    def say(self, by: Account, text: str, **how: Any) -> Status:
        self.clock.step(1)
        with self.site.home.lock:
            return self.net.write(by, text, **how)

    def run(self, work: Callable[[Mastodon], Awaitable[T]]) -> T:
        """Do something with a fresh adapter that knows its account, and close it."""

        async def whole() -> T:
            adapter = self.adapter()
            try:
                await adapter.identify()
                return await work(adapter)
            finally:
                await adapter.close()

        return asyncio.run(whole())

    def mine(self) -> list[Status]:
        return [
            status
            for status in self.net.statuses.values()
            if status.account is self.me and not status.deleted
        ]


@pytest.fixture
def make() -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def made(kind: str = "mastodon", **changes: Any) -> World:
        worlds.append(World(like(kind, **changes)))
        return worlds[-1]

    yield made
    for world in worlds:
        world.site.stop()


Make = Callable[..., World]


async def drain(
    adapter: Mastodon, channel: str = "mentions", cursor: str = "", since: datetime = LONG_AGO
) -> Page:
    """All pages of a channel as one."""
    messages: list[Message] = []
    skipped: list[str] = []
    for _ in range(200):
        page = await adapter.fetch(channel, cursor, since)
        messages += page.messages
        skipped += page.skipped
        cursor = page.cursor
        if not page.more:
            return Page(tuple(messages), cursor, False, skipped=tuple(skipped), hidden=page.hidden)
    raise AssertionError("the channel never ends")


def asked(world: World, path: str, method: str = "GET") -> int:
    return len(world.site.home.asked(method, path))


# Answering --------------------------------------------------------------------------------------------
def reply_to(adapter: Mastodon, parent: Message, text: str, **more: Any) -> Reply:
    visibility = parent.visibility.stricter(adapter.widest())
    given: dict[str, Any] = {
        "visibility": visibility,
        "mentions": adapter.audience(parent),
        "content_warning": parent.content_warning,
        **more,
    }
    return Reply("key-1", parent, text, **given)


async def answered(adapter: Mastodon, parent: Message, text: str, **more: Any) -> Message:
    return await adapter.answer(await adapter.prepare(reply_to(adapter, parent, text, **more)))
