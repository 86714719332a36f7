"""A simulated GitHub with a few people, and the adapter of one; every request is held to the official schemas."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from convo.adapters.contract import ChannelKind
from convo.adapters.github import GitHub as Adapter
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.model import Message
from convo.testing.tools import Cursors, Reading, read
from convo.waiting import UNJUDGED, Parent, addressed
from tests.adapters.credential import Kept
from tests.adapters.http_world import HttpWorld
from tests.simulators._github_quirks import Quirks
from tests.simulators.github import GitHub
from tests.simulators.github_schema import complaints
from tests.simulators.server import Site

TOKEN = "ghp_" + "a1B2" * 9


class Scene:
    """One server. `acme/tool` is somebody's, `me/own` the user's."""

    def __init__(
        self, *, scopes: str = "notifications, repo, user", kind: str = "classic", **quirks: Any
    ) -> None:
        self.clock = HttpWorld.present()
        quirks.setdefault("poll_interval", None)
        self.server = GitHub(self.clock, Quirks(**quirks))
        self.site = Site(self.server, self.clock)
        self.forge = self.server.forge
        self.me = self.forge.user("me")
        self.ana, self.ben, self.cleo = (self.forge.user(one) for one in ("ana", "ben", "cleo"))
        self.bot = self.forge.user("helper[bot]", "Bot")
        self.tool = self.forge.repo("acme/tool")
        self.own = self.forge.repo("me/own")
        self.own.watchers.add(self.me.id)
        self.server.sign_in(self.me, TOKEN, scopes, kind)
        self.credential = Kept(TOKEN)
        self.cursors: Cursors = {}
        self._made: list[Http] = []

    @property
    def base(self) -> str:
        """What URIs begin with."""
        return self.site.home.url

    def adapter(self, **options: str) -> Adapter:
        """A new adapter, as after a restart."""
        http = Http(self.base, deadline=20)
        self._made.append(http)
        return Adapter(AccountConfig("gh", "github", user="me", options=options), http, self.credential, "{}")

    def tick(self, seconds: float = 1) -> datetime:
        """Let time pass; gives the present."""
        self.clock.step(seconds)
        return self.clock.now()

    async def read(self, *kinds: ChannelKind, adapter: Adapter | None = None) -> Reading:
        """What is new since the last reading."""
        return await read(
            adapter or self.adapter(), self.cursors, self.clock.now() - timedelta(days=90), *kinds
        )

    async def said(self, text: str) -> Message:
        """The message with these words, read from the start."""
        reading = await read(self.adapter(), {}, self.clock.now() - timedelta(days=90))
        return one(reading, text)

    def asked(self, method: str = "", path: str = "") -> list[Any]:
        """The requests that were made."""
        return self.site.home.asked(method, path)

    async def close(self) -> None:
        """End connections."""
        for http in self._made:
            await http.close()


@contextmanager
def scene(**quirks: Any) -> Iterator[Scene]:
    """A scene whose every request was one that GitHub's own descriptions allow."""
    made = Scene(**quirks)
    try:
        yield made
        assert complaints(made.site.log) == []
    finally:
        made.site.stop()


def play(act: Callable[[Scene], Awaitable[None]], **quirks: Any) -> None:
    """Act in a scene of its own."""
    with scene(**quirks) as made:

        async def run() -> None:
            try:
                await act(made)
            finally:
                await made.close()

        asyncio.run(run())


def one(reading: Reading, text: str) -> Message:
    """The message with these words."""
    found = [message for message in reading.messages if text in message.text]
    assert len(found) == 1, f"{text!r} among {[message.text for message in reading.messages]}"
    return found[0]


def why(message: Message, reading: Reading, me: str) -> str:
    """Why a message speaks to the user, "" when it does not, as the engine judges it."""
    parents = {other.uri: other for other in reading.messages}
    above = parents.get(message.parent_uri)
    parent = Parent(above.author.uid == me, {one.uid for one in above.mentions}) if above else None
    reason = addressed(message, parent, {me})
    assert reason is not UNJUDGED, f"the parent of {message.text!r} was not read with it"
    return reason.value if reason is not None else ""
