"""What only one place does, against its simulator: read-only hours, hidden languages, rows that were replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import pytest

from convo.adapters.contract import Refused, RetryAt
from convo.testing.tools import Cursors, answer_to, delivered, long_ago, read, received, signed_in
from tests.adapters.blogger_world import BloggerWorld
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.http_world import HttpWorld
from tests.adapters.lemmy_world import LemmyWorld

W = TypeVar("W", bound=HttpWorld)
Play = Callable[[W], Awaitable[None]]


@contextmanager
def opened(world: W) -> Iterator[W]:
    """The world, until it is stopped."""
    try:
        yield world
    finally:
        world.stop()


def played(world: W, play: Play[W]) -> None:
    """Run a play in a world and close what it made."""

    async def run() -> None:
        try:
            await play(world)
        finally:
            await world.close()

    with opened(world):
        asyncio.run(run())


def test_discourse_an_answer_waits_while_the_site_takes_nothing() -> None:
    async def play(world: DiscourseWorld) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        world.server.options.read_only = True
        with pytest.raises(RetryAt):
            await adapter.answer(request)
        world.server.options.read_only = False
        assert await delivered(adapter, world, request)
        assert len(world.standing()) == 1

    played(DiscourseWorld(), play)


def test_discourse_an_own_post_is_not_changed_after_its_time() -> None:
    async def play(world: DiscourseWorld) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
        world.pass_time(3600)
        with pytest.raises(Refused) as caught:
            await adapter.edit(message.ref, "other words")
        assert "created too long ago" in caught.value.words
        assert [one.text for one in world.standing()] == ["my answer"]

    played(DiscourseWorld(edit_window=timedelta(minutes=30)), play)


@pytest.mark.parametrize("modern", [False, True])
def test_lemmy_a_conversation_goes_on_round_what_the_account_does_not_read(modern: bool) -> None:
    async def play(world: LemmyWorld) -> None:
        said = world.someone_mentions_me("a question")
        hidden = world.someone_replies(said, "auf Deutsch", by="cleo", naming_me=False)
        below = world.someone_replies(hidden, "below it", by="ben")
        comment = world._of(hidden)
        assert comment
        comment.language = 32
        adapter = await signed_in(world)
        message = await received(adapter, world, below)
        conversation = await adapter.conversation(message.ref)
        assert {said.uri, below.uri} <= {one.uri for one in conversation.messages}

    played(LemmyWorld(modern=modern), play)


@pytest.mark.parametrize("modern", [False, True])
def test_lemmy_no_list_depends_on_what_the_account_subscribed_to(modern: bool) -> None:
    async def play(world: LemmyWorld) -> None:
        root = world.someone_posts("the root")
        mine = world.i_answer_elsewhere(root, "mine")
        reply = world.someone_replies(mine, "a reply", by="ben")
        adapter = await signed_in(world)
        conversation = await adapter.conversation((await received(adapter, world, reply)).ref)
        assert {mine.uri, reply.uri} <= {one.uri for one in conversation.messages}

    played(LemmyWorld(modern=modern, listing="Subscribed"), play)


def test_blogger_pages_may_hold_less_than_was_asked_for() -> None:
    async def play(world: BloggerWorld) -> None:
        said = [world.someone_mentions_me(f"number {number}") for number in range(11)]
        adapter, cursors = await signed_in(world), Cursors()
        assert {one.uri for one in said} <= (await read(adapter, cursors, long_ago(world))).uris
        world.pass_time(60)
        more = [world.someone_mentions_me(f"more {number}") for number in range(7)]
        assert {one.uri for one in more} <= (await read(adapter, cursors, long_ago(world))).uris

    played(BloggerWorld(page_most=3), play)


def test_blogger_times_are_read_with_their_offset() -> None:
    async def play(world: BloggerWorld) -> None:
        said = world.someone_mentions_me("hello")
        message = await received(await signed_in(world), world, said)
        assert abs(message.created_at - world.now()) < timedelta(seconds=5)

    played(BloggerWorld(offset=timedelta(hours=5, minutes=45)), play)
