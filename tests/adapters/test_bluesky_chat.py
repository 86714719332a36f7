"""The Bluesky adapter reads and answers direct messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from convo.adapters.contract import (
    Absent,
    Found,
    Refused,
)
from convo.model import Message, Page, Reply
from convo.testing.tools import long_ago, read, signed_in
from tests.adapters.bluesky_world import BlueskyWorld


def run(test: Any) -> None:
    asyncio.run(test)


Walked = tuple[list[Message], list[str], str, list[Page]]


async def pages(world: BlueskyWorld, channel: str, cursor: str = "") -> Walked:
    adapter = await signed_in(world)
    found: list[Page] = []
    while not found or found[-1].more:
        found.append(await adapter.fetch(channel, found[-1].cursor if found else cursor, long_ago(world)))
        assert len(found) < 50
    messages = [message for page in found for message in page.messages]
    return messages, [uri for page in found for uri in page.gone], found[-1].cursor, found


class TestDirectMessages:
    @pytest.fixture
    def chat(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld(chat=True)
        yield built
        built.stop()

    def test_a_conversation_of_two(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("are you there?")
            adapter = await signed_in(chat)
            reading = await read(adapter, {}, long_ago(chat))
            [message] = [one for one in reading.messages if one.flat]
            assert (message.visibility.value, message.root_uri) == ("direct", message.uri.rpartition("/")[0])
            assert [one.uid for one in adapter.audience(message)] == [chat.uid("ana")]
            request = await adapter.prepare(Reply("k", message, "yes"))
            assert isinstance(await adapter.find(request, ()), Absent)
            sent = await adapter.answer(request)
            found = await adapter.find(request, ())
            assert isinstance(found, Found)
            assert found.message.uri == sent.uri
            assert isinstance(await adapter.find(request, (sent.uri,)), Absent)
            assert [one.text for one in (await adapter.conversation(message.ref)).messages] == [
                "are you there?",
                "yes",
            ]
            with pytest.raises(Refused, match="only"):
                await adapter.delete(sent.ref)
            headers = [one.headers.get("atproto-proxy") for one in chat.site.home.asked(path="chat.bsky")]
            assert set(headers) == {"did:web:api.bsky.chat#bsky_chat"}
            await chat.close()

        run(play())

    def test_nothing_new_is_one_request(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("hello")
            _, _, cursor, _ = await pages(chat, "direct")
            adapter = await signed_in(chat)
            before = len(chat.site.log)
            page = await adapter.fetch("direct", cursor, long_ago(chat))
            assert (page.messages, page.more, len(chat.site.log) - before) == ((), False, 1)
            await chat.close()

        run(play())

    def test_requests_wait_in_quiet(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("buy now")
            next(iter(chat.server.chat.convos.values())).status = "request"
            [message], _, _, _ = await pages(chat, "direct")
            assert message.filtered == "Bluesky holds it as a message request"
            await chat.close()

        run(play())
