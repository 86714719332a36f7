"""X: what is read and how, what may be answered, what its refusals mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import ChannelKind, Missing, Refused, RetryAt
from convo.testing.tools import answer_to, long_ago, read, received
from tests.adapters.playing import reading, run
from tests.adapters.x_world import STATUS, XWorld


@pytest.fixture
def world() -> Iterator[XWorld]:
    built = XWorld()
    yield built
    built.stop()


@pytest.fixture
def once() -> Iterator[XWorld]:
    """The same words are taken once, as X does."""
    built = XWorld(no_duplicates=True)
    yield built
    built.stop()


def test_reposts_and_own_posts_are_nothing_said_to_me(world: XWorld) -> None:
    mine = world.i_post("mine")
    world.network.repost(world.network.user("ana"), world.of(mine))
    world.write("me", "@me a note to myself")
    assert reading(world).messages == []


def test_the_other_spelling_is_tried_once_and_remembered() -> None:
    built = XWorld(spelling="post")
    try:
        said = built.someone_mentions_me("hello")
        assert reading(built).uris == {said.uri}
        assert json.loads(built.credential.stored)["dialect"] == "post"
        wrong = [r for r in built.site.home.asked() if "tweet.fields" in r.target]
        assert len(wrong) == 1
        reading(built)
        assert [r for r in built.site.home.asked() if "tweet.fields" in r.target] == wrong
    finally:
        built.stop()


def test_a_pass_that_was_not_finished_is_not_taken_for_whole(world: XWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(130)]

    async def play(adapter: Any) -> None:
        first = await adapter.fetch("mentions", "", long_ago(world))
        assert first.more
        assert json.loads(first.cursor)["high"] == ""
        second = await adapter.fetch("mentions", first.cursor, long_ago(world))
        assert not second.more
        assert json.loads(second.cursor)["high"] == said[-1].uri.removeprefix(STATUS)
        assert {one.uri for one in said} == {one.uri for one in (*first.messages, *second.messages)}

    run(world, play)


def test_a_mention_that_is_listed_late_is_found(world: XWorld) -> None:
    cursors: dict[str, str] = {}
    world.server.quirks.late = 600
    late = world.someone_mentions_me("late")
    world.server.quirks.late = 0
    early = world.someone_mentions_me("early")
    assert reading(world, cursors=cursors).uris == {early.uri}
    world.pass_time(900)
    assert late.uri in reading(world, cursors=cursors).uris


def test_an_answer_without_my_name_is_found_by_search_alone(world: XWorld) -> None:
    mine = world.i_post("mine")
    bare = world.someone_replies(mine, "without your name", naming_me=False)
    named = world.someone_replies(mine, "with it", by="ben")
    found = reading(world, ChannelKind.SLOW)
    assert bare.uri in found.uris
    assert named.uri not in found.uris
    assert "answer in the browser" in found.of(bare).refusals["answer"]


def test_what_is_gone_or_closed_is_told_beside_the_rest(world: XWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}", by=by) for n, by in enumerate(("ana", "ben", "cleo"))]

    async def play(adapter: Any) -> None:
        messages = (await read(adapter, {}, long_ago(world))).messages
        world.delete(said[0])
        world.network.user("ben").protected = True
        looked = await adapter.lookup([one.ref for one in messages])
        assert set(looked.gone) == {said[0].uri, said[1].uri}
        assert [one.uri for one in looked.messages] == [said[2].uri]
        with pytest.raises(Missing):
            await adapter.conversation(messages[-1].ref)

    run(world, play)


def test_an_old_conversation_says_what_is_missing(world: XWorld) -> None:
    old = world.i_post("mine", at=world.now() - timedelta(days=10))
    said = world.someone_replies(old, "a question")

    async def play(adapter: Any) -> Any:
        return await adapter.conversation((await received(adapter, world, said)).ref)

    found = run(world, play)
    assert {one.uri for one in found.messages} == {old.uri, said.uri}
    assert found.partial == "X gives programs only the answers of the last seven days."


def test_only_so_much_of_a_long_conversation_is_paid_for(world: XWorld) -> None:
    root = world.i_post("mine")
    said = [world.someone_replies(root, f"number {n}") for n in range(45)]

    async def play(adapter: Any) -> Any:
        message = await received(adapter, world, said[0])
        return await adapter.conversation(message.ref)

    found = run(world, play)
    assert "30 newest answers" in found.partial
    assert len(found.messages) <= 32


def test_who_did_not_name_me_is_answered_in_the_browser(world: XWorld) -> None:
    root = world.someone_posts("a post of ana's")
    mine = world.i_answer_elsewhere(root, "my answer")
    said = world.someone_replies(mine, "go on")

    async def play(adapter: Any) -> None:
        message = await received(adapter, world, said)
        assert message.refusals == {}
        around = {one.uri: one for one in (await adapter.conversation(message.ref)).messages}
        ana = around[root.uri]
        words = ana.refusals["answer"]
        before = len(world.writes())
        with pytest.raises(Refused) as caught:
            await adapter.prepare(answer_to(adapter, ana, "unasked"))
        assert caught.value.words == words
        assert len(world.writes()) == before

    run(world, play)


def test_a_quote_may_be_answered_where_the_author_lets_everybody(world: XWorld) -> None:
    mine = world.i_post("mine")
    said = world.someone_quotes(mine, "look at this")
    assert said is not None

    async def play(adapter: Any) -> None:
        message = await received(adapter, world, said)
        assert message.refusals == {}
        world.of(said).reply_settings = "following"
        with pytest.raises(Refused, match="only some people"):
            await adapter.prepare(answer_to(adapter, message, "thanks"))

    run(world, play)


def test_what_x_does_not_take_is_final_and_in_its_words(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        world.of(said).author.blocked.add(world.me)
        with pytest.raises(Refused, match="not permitted"):
            await adapter.answer(request)

    run(world, play)


def test_the_same_words_again_are_found_or_refused(once: XWorld) -> None:
    said = once.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        parent = await received(adapter, once, said)
        request = await adapter.prepare(answer_to(adapter, parent, "thanks"))
        first = await adapter.answer(request)
        assert (await adapter.answer(request)).uri == first.uri
        again = await adapter.prepare(answer_to(adapter, parent, "thanks", key="another"))
        with pytest.raises(Refused, match="takes no second one"):
            await adapter.answer(again)
        assert len(once.standing()) == 1

    run(once, play)


def test_more_than_one_cashtag_is_refused(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        parent = await received(adapter, world, said)
        with pytest.raises(Refused, match="cashtag"):
            await adapter.prepare(answer_to(adapter, parent, "$ABC and $XYZ"))
        await adapter.prepare(answer_to(adapter, parent, "$ABC costs $5 or $6"))

    run(world, play)


def test_no_name_is_put_before_an_answer(world: XWorld) -> None:
    said = world.someone_mentions_me("hello", naming=("ben",))

    async def play(adapter: Any) -> None:
        reply = answer_to(adapter, await received(adapter, world, said), "yes", drop={world.uid("ben")})
        await adapter.answer(await adapter.prepare(reply))

    run(world, play)
    [(body, _)] = world.writes()
    number = said.uri.removeprefix(STATUS)
    assert json.loads(body) == {
        "text": "yes",
        "reply": {"in_reply_to_tweet_id": number, "exclude_reply_user_ids": [world.uid("ben")]},
    }


def test_a_protected_author_is_not_answered_in_public(world: XWorld) -> None:
    ana = world.network.user("ana")
    ana.protected = True
    ana.followers.add(world.me)
    said = world.someone_mentions_me("among us")
    message = reading(world).of(said)
    assert "protected" in message.refusals["answer"]
    assert message.visibility.value == "followers"


def refusal(world: XWorld, kind: type[Exception]) -> Any:
    async def play() -> Any:
        facts = '{"id":"1111","username":"me"}'
        try:
            with pytest.raises(kind) as caught:
                await world.adapter(facts).fetch("mentions", "", long_ago(world))
            return caught.value
        finally:
            await world.close()

    return asyncio.run(play())


def test_credits_that_are_used_up_stop_the_asking(world: XWorld) -> None:
    world.server.quirks.credits = 0
    error = refusal(world, RetryAt)
    assert "no credits left" in error.words
    assert error.at - world.now() > timedelta(hours=5)


def test_a_usage_cap_is_no_rate_limit(world: XWorld) -> None:
    world.server.quirks.usage_capped = True
    error = refusal(world, RetryAt)
    assert "until its next billing period" in error.words
    assert (error.at.day, error.at.hour) == (1, 0)


def test_a_rate_limit_says_when(world: XWorld) -> None:
    world.server.quirks.mentions_a_quarter = 0
    error = refusal(world, RetryAt)
    assert timedelta(minutes=10) < error.at - world.now() < timedelta(minutes=16)


def test_a_rate_limit_in_its_older_shape_is_one(world: XWorld) -> None:
    world.server.quirks.old_errors = True
    world.server.quirks.mentions_a_quarter = 0
    assert "Rate limit exceeded" in refusal(world, RetryAt).words
