"""What is special about answering on Reddit: two kinds of limits, errors in good answers, what is not shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Absent, Ambiguous, Found, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.reddit import Reddit
from convo.model import Message
from convo.testing import Said, Trouble, Where
from convo.testing.process import Process
from convo.testing.tools import answer_to, received, settled
from tests.adapters.playing import making, reading, run
from tests.adapters.reddit_world import RedditWorld
from tests.simulators._reddit_state import Comment
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

Make = Callable[..., RedditWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the site."""
    with making(RedditWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> RedditWorld:
    return make()


def comment(world: RedditWorld, said: Said) -> Comment:
    found = world._of(said)
    assert isinstance(found, Comment)
    return found


def answered(world: RedditWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Reddit) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)


def told(*error: str, **more: Any) -> Fault:
    """An error with status 200."""
    return Fault(answer=json_answer({"json": {"errors": [list(error)], **more}}), done=False)


def refused(world: RedditWorld, fault: Fault) -> Exception:
    """What an answer comes to when Reddit says this."""
    said = world.someone_mentions_me("a question")
    caught: list[Exception] = []

    async def work(adapter: Reddit) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        world.site.home.add(fault, method="POST", path="/api/comment")
        with pytest.raises((Refused, RetryAt, SignInAgain, Ambiguous)) as error:
            await adapter.answer(request)
        caught.append(error.value)

    run(world, work)
    assert world.standing() == []
    return caught[0]


def test_a_short_wait_passes_by_itself(world: RedditWorld) -> None:
    words = "Take a break for 9 seconds before trying again."
    error = refused(world, told("RATELIMIT", words, "ratelimit", ratelimit=8.2))
    assert isinstance(error, RetryAt)
    assert error.at is not None
    assert 7 < (error.at - datetime.now(timezone.utc)).total_seconds() < 11
    assert "in 9 s" in error.words
    assert words in error.words


def test_a_long_wait_is_told_and_the_draft_is_kept(make: Make, tmp_path: Path) -> None:
    world = make(busy=512.2)
    said = world.someone_mentions_me("a question")

    async def work() -> None:
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "my answer")
        row = await process.deliver()
        assert "Reddit lets you answer again in 9 min" in row.error
        assert "Take a break" in row.error
        for _ in range(3):
            world.pass_time(300)
            await process.sync()
        assert len(world.site.home.asked("POST", "/api/comment")) == 1, "nobody asked for a second try"
        assert await process.waiting(said)
        await world.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    ("word", "kind", "said"),
    [
        ("THREAD_LOCKED", Refused, "is locked there"),
        ("TOO_OLD", Refused, "archived"),
        ("USER_BLOCKED", Refused, "blocked the other"),
        ("SUBREDDIT_NOTALLOWED", Refused, "their words"),
        ("DELETED_COMMENT", Missing, "their words"),
        ("USER_REQUIRED", SignInAgain, "their words"),
        ("RATELIMIT", Refused, "later"),
    ],
)
def test_refusals_with_status_200(world: RedditWorld, word: str, kind: type[Exception], said: str) -> None:
    error = refused(world, told(word, "their words", "parent"))
    assert type(error) is kind
    assert said in str(error)
    assert "their words" in str(error)


def test_an_archived_or_locked_post_is_refused_before(world: RedditWorld) -> None:
    said = world.someone_mentions_me("a question")
    link = comment(world, said).link

    async def work(adapter: Reddit) -> None:
        reply = answer_to(adapter, await received(adapter, world, said), "yes")
        for name, words in (("archived", "too old"), ("locked", "locked")):
            setattr(link, name, True)
            with pytest.raises(Refused, match=words):
                await adapter.prepare(reply)

    run(world, work)
    assert world.writes() == []


def test_an_answer_that_is_not_shown_is_looked_up(make: Make) -> None:
    world = make(quarantined=True)
    message = answered(world, world.someone_mentions_me("a question"))
    assert [(one.uri, one.text) for one in world.standing()] == [(message.uri, "my answer")]


def test_an_answer_that_is_not_shown_and_not_found_is_looked_for_later(make: Make) -> None:
    world = make(quarantined=True)
    said = world.someone_mentions_me("a question")

    async def work(adapter: Reddit) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        for path in ("/user/", "/comments/"):
            world.site.home.add(
                Fault(change=lambda answer: json_answer(empty(answer.json()))), method="GET", path=path
            )
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        assert isinstance(await settled(adapter, world, request), Found)

    run(world, work)


def empty(found: Any) -> Any:
    """A listing, or a pair of them, without what it holds."""
    for listing in found if isinstance(found, list) else [found]:
        listing["data"]["children"] = []
    return found


@pytest.mark.parametrize("done", [True, False])
def test_after_a_time_out_the_answer_is_looked_for(make: Make, done: bool) -> None:
    world = make(lag=300.0)
    said = world.someone_mentions_me("a question")
    world.i_answer_elsewhere(said, "yes")
    world.pass_time(400)

    async def work(adapter: Reddit) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        assert world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=done)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        # The list of what I wrote is late; the tree is not.
        assert isinstance(await adapter.find(request, ()), Found if done else Absent)

    run(world, work)
    assert len(world.standing()) == 1 + done


def test_an_answer_that_was_put_elsewhere_is_taken_back(world: RedditWorld) -> None:
    said, other = world.someone_mentions_me("a question"), world.someone_mentions_me("another")

    async def work(adapter: Reddit) -> None:
        request = json.loads(
            await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        )
        wrong = comment(world, other).fullname
        request["body"] = request["body"].replace(request["parent"], wrong)
        with pytest.raises(Refused, match="deleted it again"):
            await adapter.answer(json.dumps(request))

    run(world, work)
    assert world.standing() == []


def test_a_post_can_be_answered(world: RedditWorld) -> None:
    post = world.someone_posts("a question to all")
    below = world.someone_replies(post, "one answer")

    async def work(adapter: Reddit) -> None:
        found = await adapter.conversation((await received(adapter, world, below)).ref)
        parent = next(one for one in found.messages if one.uri == post.uri)
        made = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "another")))
        assert made.parent_uri == post.uri

    run(world, work)
    assert [one.parent_uri for one in world.standing()] == [post.uri]


def test_what_others_wrote_is_neither_changed_nor_deleted(world: RedditWorld) -> None:
    said = world.someone_mentions_me("a question")

    async def work(adapter: Reddit) -> None:
        message = await received(adapter, world, said)
        with pytest.raises(Refused, match="Only its author"):
            await adapter.edit(message.ref, "other words")
        with pytest.raises(Refused, match="Only its author"):
            await adapter.delete(message.ref)

    run(world, work)
    assert world.site.home.asked("POST", "/api/del") == []


def test_many_are_marked_as_read_a_few_at_a_time(world: RedditWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(60)]

    async def work(adapter: Reddit) -> None:
        await adapter.mark_read((await received(adapter, world, said[56])).ref)

    run(world, work)
    assert [world.read_mark(one) for one in said] == [True] * 57 + [False] * 3
    assert len(world.site.home.asked("POST", "/api/read_message")) == 3


# --- limits


def test_the_reset_of_the_quota_is_seconds_left(make: Make) -> None:
    world = make(quota=4)
    world.someone_mentions_me("hello")
    reading(world)
    reading(world)
    with pytest.raises(RetryAt) as caught:
        reading(world)
    assert caught.value.at is not None
    left = caught.value.at - datetime.now(timezone.utc)
    window = 600 - int(world.now().timestamp()) % 600
    assert abs(left - timedelta(seconds=window)) < timedelta(seconds=30)


def test_convo_says_what_it_is_and_whose(world: RedditWorld) -> None:
    world.someone_mentions_me("hello")
    reading(world)
    agents = {request.headers["user-agent"] for request in world.site.log}
    assert len(agents) == 1
    assert agents.pop().endswith(" (by /u/me)")


def test_a_page_that_blocks_programs_is_said(world: RedditWorld) -> None:
    page = Answer(403, b"<html>blocked by network security", {"content-type": "text/html"})
    world.site.home.add(Fault(answer=page), method="GET", path="/message/inbox")
    with pytest.raises(Refused, match="blocks programs"):
        reading(world)
