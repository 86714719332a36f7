"""A simulated GitLab with a few people, and the adapter of one; every request is held to the documented calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from convo.adapters.contract import ChannelKind
from convo.adapters.gitlab import GitLab as Adapter
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.testing.tools import Cursors, Reading, read
from tests.adapters.credential import Kept
from tests.adapters.http_world import HttpWorld
from tests.simulators._gitlab_quirks import Quirks
from tests.simulators.gitlab import GitLab
from tests.simulators.gitlab_schema import complaints
from tests.simulators.server import Site

TOKEN = "glpat-a1B2a1B2a1B2a1B2a1B2"


class Lab:
    """One server; `acme/tool` is somebody's, `me/own` the user's."""

    def __init__(self, *, scopes: str = "api", **quirks: Any) -> None:
        self.clock = HttpWorld.present()
        self.server = GitLab(self.clock, Quirks(**quirks))
        self.site = Site(self.server, self.clock)
        self.lab = self.server.lab
        self.me = self.lab.user("me")
        self.ana, self.ben, self.cleo = (self.lab.user(one) for one in ("ana", "ben.b", "cleo"))
        self.tool = self.lab.project("acme/tool")
        self.server.sign_in(self.me, TOKEN, scopes)
        self.credential = Kept(TOKEN)
        self.cursors: Cursors = {}
        self._made: list[Http] = []

    @property
    def base(self) -> str:
        """What URIs begin with."""
        return f"{self.site.home.url}/api/v4"

    @property
    def uid(self) -> str:
        """The user's person."""
        return f"{self.base}/users/{self.me.id}"

    def adapter(self) -> Adapter:
        """A new adapter, as after a restart."""
        http = Http(self.base, deadline=20)
        self._made.append(http)
        return Adapter(AccountConfig("gl", "gitlab", self.site.home.url), http, self.credential, "{}")

    def tick(self, seconds: float = 1) -> datetime:
        """Let time pass; gives the present."""
        self.clock.step(seconds)
        return self.clock.now()

    async def read(self, *kinds: ChannelKind, adapter: Adapter | None = None) -> Reading:
        """What is new since the last reading."""
        since = self.clock.now() - timedelta(days=90)
        return await read(adapter or self.adapter(), self.cursors, since, *kinds)

    def asked(self, method: str = "", path: str = "") -> list[Any]:
        """The requests that were made."""
        return self.site.home.asked(method, path)

    async def close(self) -> None:
        """End connections."""
        for http in self._made:
            await http.close()


def play(act: Callable[[Lab], Awaitable[None]], **quirks: Any) -> None:
    """Act on a server of its own, whose every request must be one that GitLab documents."""
    made = Lab(**quirks)
    try:

        async def run() -> None:
            try:
                await act(made)
            finally:
                await made.close()

        asyncio.run(run())
        assert complaints(made.site.log) == []
    finally:
        made.site.stop()
