"""The Bluesky adapter signs in, stays signed in, and says when it cannot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from convo.adapters._bluesky_login import TypedPassword
from convo.adapters.bluesky import Bluesky
from convo.adapters.contract import (
    LoginStep,
    RetryAt,
    SignInAgain,
    Verb,
)
from convo.adapters.http import Http
from convo.model import Reply
from convo.testing.tools import acted, long_ago, received, signed_in
from tests.adapters.bluesky_world import BlueskyWorld
from tests.simulators import faults
from tests.simulators.faults import Cut
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.server import Server


def run(test: Any) -> None:
    asyncio.run(test)


@pytest.fixture
def world() -> Iterator[BlueskyWorld]:
    built = BlueskyWorld()
    yield built
    built.stop()


@dataclass
class Documents:
    """A directory of DID documents."""

    held: dict[str, dict[str, Any]]

    def answer(self, request: Request) -> Answer:
        found = self.held.get(request.path)
        return json_answer(found) if found else json_answer({"message": "not registered"}, 404)


class TestSession:
    @acted
    async def test_concurrent_requests_share_one_refresh(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        world.expire()
        await asyncio.gather(*(adapter.fetch("notifications", "", long_ago(world)) for _ in range(4)))
        assert world.logins() == (1, 1)

    @acted
    async def test_two_processes_share_one_refresh(self, world: BlueskyWorld) -> None:
        first, second = await signed_in(world), await signed_in(world)
        for adapter in (first, second):
            await adapter.fetch("notifications", "", long_ago(world))
        world.expire()
        await asyncio.gather(*(one.fetch("notifications", "", long_ago(world)) for one in (first, second)))
        assert world.logins() == (1, 1)

    @acted
    async def test_an_unclear_refresh_is_no_unclear_answer(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        request = await adapter.prepare(Reply("k", await received(adapter, world, said), "answer"))
        world.expire()
        world.site.home.add(faults.cut(Cut.BEFORE, done=False), path="refreshSession")
        with pytest.raises(RetryAt):
            await adapter.answer(request)
        await adapter.answer(request)
        assert len(world.standing()) == 1

    @acted
    async def test_the_server_is_found_from_the_handle(self, world: BlueskyWorld) -> None:
        home = world.site.home.url
        document = {
            "alsoKnownAs": ["at://me.test"],
            "service": [{"id": "#atproto_pds", "serviceEndpoint": home}],
        }
        plc = Server(Documents({f"/{world.me}": document}), world.clock)
        try:
            config = replace(world.account, url="", options={"plc": plc.url})
            http = Http(home)
            adapter = Bluesky(config, http, world.credential)
            assert (await adapter.identify()).person.uid == world.me
            assert json.loads(world.credential.stored)["pds"] == home
            document["alsoKnownAs"] = ["at://somebody.else"]
            world.credential.stored = ""
            other = Bluesky(config, http, world.credential)
            with pytest.raises(SignInAgain, match="do not agree"):
                await other.identify()
            with pytest.raises(SignInAgain, match=r"no Bluesky account @nobody\.test"):
                await Bluesky(replace(config, user="nobody.test"), http, world.credential).identify()
            await http.close()
        finally:
            plc.stop()

    @acted
    async def test_login_takes_a_main_password_only_when_it_is_said_twice(self, world: BlueskyWorld) -> None:
        world.net.actors[world.me].password = "hunter2 hunter2"
        asked: list[LoginStep] = []

        async def ask(step: LoginStep) -> Mapping[str, str]:
            asked.append(step)
            return {"handle": "@Me.test", "password": "hunter2 hunter2"}

        config = replace(world.account, user="")
        result = await Bluesky.login(config, Http, ask)
        assert "does not look like an app password" in asked[1].words
        assert result.identity.person.uid == world.me
        assert result.options == {"user": "me.test", "url": world.site.home.url}
        assert world.logins()[0] == 1

        async def ask_well(step: LoginStep) -> Mapping[str, str]:
            return {"handle": "me.test", "password": "aaaa-bbbb-cccc-dddd"}

        assert (await Bluesky.login(config, Http, ask_well)).secret == "aaaa-bbbb-cccc-dddd"

    @acted
    async def test_a_wrong_password_says_what_to_do(self, world: BlueskyWorld) -> None:
        http = Http(world.site.home.url)
        adapter = Bluesky(world.account, http, TypedPassword("zzzz-zzzz-zzzz-zzzz"))
        with pytest.raises(SignInAgain, match=r"app-passwords .*convo login bsky"):
            await adapter.identify()
        [finding] = await adapter.check()
        assert not finding.fine
        await http.close()

    @acted
    async def test_no_direct_messages_is_said(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        assert "direct" not in [channel.name for channel in adapter.channels]
        assert "may not read direct messages" in adapter.can.refusals[Verb.DIRECT]
        finding = next(one for one in await adapter.check() if one.what == "direct messages")
        assert "may not read direct messages" in finding.words

    @acted
    async def test_a_clock_that_is_off_is_said(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        world.pass_time(-600)
        finding = next(one for one in await adapter.check() if one.what == "clock")
        assert not finding.fine
        assert "ahead" in finding.words
