"""What only one platform does, against its simulator: odd pages, gates, lagging views, keys, trays, scopes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest

from convo.adapters.contract import Absent, AdapterError, Ambiguous, Found, Refused, SignInAgain
from convo.model import Visibility
from convo.testing import Trouble, Where
from convo.testing.tools import Cursors, answer_to, delivered, long_ago, read, received, settled, signed_in
from tests.adapters.bluesky_world import BlueskyWorld
from tests.adapters.http_world import HttpWorld
from tests.adapters.mastodon_world import MastodonWorld

Play = Callable[[], Awaitable[None]]


def played(world: HttpWorld, play: Play) -> None:
    async def run() -> None:
        try:
            await play()
        finally:
            await world.close()

    asyncio.run(run())


@pytest.fixture
def bluesky() -> Iterator[BlueskyWorld]:
    world = BlueskyWorld()
    yield world
    world.stop()


@pytest.fixture
def mastodon() -> Iterator[MastodonWorld]:
    world = MastodonWorld()
    yield world
    world.stop()


def test_bluesky_an_empty_page_with_a_cursor_is_not_the_end(bluesky: BlueskyWorld) -> None:
    bluesky.server.quirks.empty_page_at = 0
    said = bluesky.someone_mentions_me("hello")

    async def play() -> None:
        reading = await read(await signed_in(bluesky), {}, long_ago(bluesky))
        assert said.uri in reading.uris

    played(bluesky, play)


def test_bluesky_the_stored_priority_setting_hides_nobody(bluesky: BlueskyWorld) -> None:
    bluesky.net.actors[bluesky.me].priority = True
    said = bluesky.someone_mentions_me("from a stranger")

    async def play() -> None:
        assert (await received(await signed_in(bluesky), bluesky, said)).text

    played(bluesky, play)


@pytest.mark.parametrize("blocker", ["me", "ana"])
def test_bluesky_a_block_either_way_is_said_before_sending(bluesky: BlueskyWorld, blocker: str) -> None:
    said = bluesky.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(bluesky)
        parent = await received(adapter, bluesky, said)
        blocked = "ana" if blocker == "me" else "me"
        value = {"$type": "app.bsky.graph.block", "subject": bluesky.uid(blocked)}
        bluesky.net.put(bluesky.uid(blocker), "app.bsky.graph.block", bluesky.net.next_rkey(), value)
        with pytest.raises(Refused):
            await adapter.prepare(answer_to(adapter, parent, "my answer"))

    played(bluesky, play)


def test_bluesky_a_fresh_answer_is_not_taken_for_deleted(bluesky: BlueskyWorld) -> None:
    said = bluesky.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(bluesky)
        parent = await received(adapter, bluesky, said)
        bluesky.net.settle()
        bluesky.net.settled = False
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
        assert message.uri not in (await adapter.lookup([message.ref])).gone
        bluesky.net.settle()
        assert (await adapter.lookup([message.ref])).messages

    played(bluesky, play)


def test_bluesky_a_closed_account_says_so(bluesky: BlueskyWorld) -> None:
    said = bluesky.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(bluesky)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, bluesky, said), "x"))
        bluesky.net.actors[bluesky.me].active = False
        with pytest.raises((SignInAgain, Refused)) as caught:
            await adapter.answer(request)
        assert "eactivated" in caught.value.words
        bluesky.net.actors[bluesky.me].taken_down = True
        bluesky.credential.stored = ""
        with pytest.raises((SignInAgain, Refused)):
            await bluesky.adapter().identify()

    played(bluesky, play)


def test_bluesky_the_root_of_an_answer_is_the_root_of_its_parent(bluesky: BlueskyWorld) -> None:
    post = bluesky.i_post("mine")
    reply = bluesky.someone_replies(post, "a reply")

    async def play() -> None:
        adapter = await signed_in(bluesky)
        parent = await received(adapter, bluesky, reply)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
        record = bluesky.net.records[message.uri]
        assert (record.link("root"), record.link("parent")) == (post.uri, reply.uri)

    played(bluesky, play)


def test_mastodon_a_repeated_key_that_answers_500_is_no_second_answer(mastodon: MastodonWorld) -> None:
    mastodon.server.quirks.idempotency = "error"
    said = mastodon.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(mastodon)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, mastodon, said), "mine"))
        mastodon.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        for _ in range(2):
            with pytest.raises(Ambiguous):
                await adapter.answer(request)
        assert isinstance(await settled(adapter, mastodon, request), Found)
        assert await delivered(adapter, mastodon, request) == mastodon.standing()[0].uri
        assert len(mastodon.standing()) == 1

    played(mastodon, play)


def test_mastodon_a_min_id_that_is_repeated_ends(mastodon: MastodonWorld) -> None:
    mastodon.server.quirks.min_id = "inclusive"
    mastodon.someone_mentions_me("one")

    async def play() -> None:
        adapter, cursors = await signed_in(mastodon), Cursors()
        await read(adapter, cursors, long_ago(mastodon))
        later = [mastodon.someone_mentions_me(f"number {n}") for n in range(100)]
        reading = await read(adapter, cursors, long_ago(mastodon))
        assert {one.uri for one in later} <= reading.uris
        assert reading.pages < 10

    played(mastodon, play)


def test_mastodon_the_tray_is_read_and_said(mastodon: MastodonWorld) -> None:
    mastodon.account_me.filter_strangers = True
    said = mastodon.someone_mentions_me("from a stranger")

    async def play() -> None:
        assert (await received(await signed_in(mastodon), mastodon, said)).filtered

    played(mastodon, play)


def test_mastodon_what_the_server_made_of_it_counts(mastodon: MastodonWorld) -> None:
    mastodon.server.quirks.silenced = True
    said = mastodon.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(mastodon)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, mastodon, said), "mine"))
        assert (await adapter.answer(request)).visibility is Visibility.UNLISTED

    played(mastodon, play)


def test_mastodon_a_token_that_may_not_write_says_so(mastodon: MastodonWorld) -> None:
    mastodon.server.sign_in(mastodon.account_me, "token-of-me", "read")
    said = mastodon.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(mastodon)
        parent = await received(adapter, mastodon, said)
        with pytest.raises(AdapterError) as caught:
            await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "mine")))
        assert "scope" in caught.value.words
        assert mastodon.standing() == []

    played(mastodon, play)


def test_mastodon_a_look_that_makes_no_sense_is_no_absence(mastodon: MastodonWorld) -> None:
    said = mastodon.someone_mentions_me("hello")

    async def play() -> None:
        adapter = await signed_in(mastodon)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, mastodon, said), "mine"))
        await adapter.answer(request)
        mastodon.trouble(Trouble.NONSENSE, where=Where.FIND, times=9)
        try:
            proof = await settled(adapter, mastodon, request)
        except AdapterError:
            return
        assert not isinstance(proof, Absent)

    played(mastodon, play)
