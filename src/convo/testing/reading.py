"""Conformance: what an adapter reads, in pages, from the first time on, while the lists move under it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from convo.adapters.contract import ChannelKind
from convo.testing.tools import Cursors, acted, long_ago, read, signed_in
from convo.testing.world import World

_DAY = timedelta(days=1)


class ReadingSuite:
    """The first sync, its windows, resuming, and pages that move."""

    @acted
    async def test_identify_says_who_it_is(self, world: World) -> None:
        identity = await world.adapter().identify()
        assert identity.person.uid == world.me
        assert identity.person.handle
        assert identity.person.platform == world.adapter().platform

    @acted
    async def test_first_sync_brings_all_within_the_window(self, world: World) -> None:
        now = world.now()
        old = world.someone_mentions_me("too old", at=now - 40 * _DAY)
        post = world.i_post("mine", at=now - 20 * _DAY)
        said = [world.someone_mentions_me("first", at=now - 10 * _DAY)]
        said.append(world.someone_replies(post, "a reply", by="ben", at=now - 2 * _DAY))
        adapter = await signed_in(world)
        reading = await read(adapter, {}, now - 30 * _DAY)
        for one in said:
            assert reading.of(one).author.uid == one.uid
            assert one.text in reading.of(one).text
        assert old.uri not in reading.uris

    @acted
    async def test_first_sync_is_newest_first_and_resumable(self, world: World) -> None:
        count = 2 * world.page_size + 3
        said = [world.someone_mentions_me(f"number {n}") for n in range(count)]
        cursors: Cursors = {}
        first = await read(await signed_in(world), cursors, long_ago(world), most_pages=1)
        assert said[-1].uri in first.uris
        assert said[0].uri not in first.uris
        rest = await read(await signed_in(world), cursors, long_ago(world))
        assert {one.uri for one in said} <= first.uris | rest.uris
        assert len(rest.messages) <= count, "what the first page brought was read again from the start"

    @acted
    async def test_resume_brings_what_is_new_and_nothing_is_lost(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        world.someone_mentions_me("before")
        await read(adapter, cursors, long_ago(world))
        for round_ in range(3):
            world.pass_time(60)
            said = [world.someone_mentions_me(f"{round_}.{n}") for n in range(2)]
            reading = await read(await signed_in(world), cursors, long_ago(world))
            assert {one.uri for one in said} <= reading.uris

    @acted
    async def test_a_backlog_of_many_pages_is_read_without_a_hole(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        world.someone_mentions_me("before")
        await read(adapter, cursors, long_ago(world))
        world.pass_time(60)
        said = [world.someone_mentions_me(f"number {n}") for n in range(2 * world.page_size + 5)]
        reading = await read(adapter, cursors, long_ago(world))
        assert {one.uri for one in said} <= reading.uris
        again = await read(adapter, cursors, long_ago(world))
        assert again.pages <= 4, "the backlog is read again and again"

    @acted
    async def test_nothing_new_costs_one_request_a_channel(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        world.someone_mentions_me("one")
        await read(adapter, cursors, long_ago(world))
        before = world.requests()
        await read(adapter, cursors, long_ago(world))
        channels = sum(channel.kind is ChannelKind.INCOMING for channel in adapter.channels)
        assert world.requests() - before <= channels

    @acted
    async def test_an_empty_account_ends_at_once(self, world: World) -> None:
        adapter = await signed_in(world)
        reading = await read(adapter, {}, long_ago(world), *ChannelKind)
        assert reading.messages == []

    @acted
    async def test_what_arrives_while_pages_are_read_is_not_lost(self, world: World) -> None:
        said = [world.someone_mentions_me(f"number {n}") for n in range(world.page_size + 3)]
        arrived = []
        for _ in range(2):
            world.while_reading(
                lambda: arrived.append(world.someone_mentions_me(f"meanwhile {len(arrived)}"))
            )
        adapter, cursors = await signed_in(world), Cursors()
        reading = await read(adapter, cursors, long_ago(world))
        assert {one.uri for one in said} <= reading.uris
        world.pass_time(60)
        later = await read(adapter, cursors, long_ago(world))
        assert arrived
        assert {one.uri for one in arrived} <= reading.uris | later.uris

    @acted
    async def test_what_is_deleted_while_pages_are_read_hides_nothing(self, world: World) -> None:
        said = [world.someone_mentions_me(f"number {n}") for n in range(2 * world.page_size + 3)]
        gone = {said[-1].uri, said[world.page_size + 2].uri}

        def remove() -> None:
            for one in said:
                if one.uri in gone:
                    world.delete(one)

        world.while_reading(remove)
        reading = await read(await signed_in(world), {}, long_ago(world))
        assert {one.uri for one in said} - gone <= reading.uris

    @acted
    async def test_backdated_messages_are_found(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        for number in range(3):
            world.someone_mentions_me(f"number {number}")
        await read(adapter, cursors, long_ago(world))
        world.pass_time(600)
        stated = world.now() - timedelta(hours=30)
        late = world.someone_mentions_me("written long ago", stated=stated)
        reading = await read(adapter, cursors, long_ago(world))
        assert abs(reading.of(late).created_at - stated) < timedelta(seconds=1)

    @acted
    async def test_malformed_items_lose_no_neighbour(self, world: World) -> None:
        way = 0
        while True:
            before = world.someone_mentions_me(f"before {way}")
            broken = world.someone_mentions_me(f"broken {way}")
            if not world.leave_out(way):
                break
            after = world.someone_mentions_me(f"after {way}")
            adapter, cursors = await signed_in(world), Cursors()
            reading = await read(adapter, cursors, long_ago(world))
            assert {before.uri, after.uri} <= reading.uris, f"way {way} lost a neighbour"
            assert broken.uri in reading.uris or reading.skipped, f"way {way} was dropped without a word"
            for words in reading.skipped:
                assert "\n" not in words
            world.pass_time(60)
            next_one = world.someone_mentions_me(f"next {way}")
            assert next_one.uri in (await read(adapter, cursors, long_ago(world))).uris
            way += 1
        if not way:
            pytest.skip("this world breaks no items")
