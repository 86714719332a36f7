"""What is special about reading Reddit: names that go, walks that lose their way, trees that are cut."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import (
    ChannelKind,
    SignInAgain,
)
from convo.adapters.reddit import Reddit
from convo.model import Message
from convo.testing import Said
from convo.testing.process import Process
from convo.testing.tools import Cursors, long_ago, received
from tests.adapters.playing import making, reading, run
from tests.adapters.reddit_world import RedditWorld
from tests.simulators import _reddit_views as views
from tests.simulators._reddit_state import Comment
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

OWN = ChannelKind.OWN
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


def change(world: RedditWorld, path: str, by: Callable[[Any], Any], times: int = 1_000) -> None:
    """Change the JSON of answers to reads."""

    def changed(answer: Answer) -> Answer:
        return json_answer(by(answer.json())) if answer.status == 200 else answer

    world.site.home.add(Fault(change=changed), method="GET", path=path, times=times)


# --- what is read


def test_without_a_client_there_is_an_explanation_and_no_request(world: RedditWorld) -> None:
    world.account.options.clear()  # type: ignore[attr-defined]
    with pytest.raises(
        SignInAgain, match=r"client_id of an app of yours.*\[accounts.reddit\].*convo login reddit"
    ):
        reading(world)

    async def work() -> None:
        adapter = world.adapter('{"id":"t2_1","name":"me"}')
        with pytest.raises(SignInAgain, match="client_id"):
            await adapter.fetch("inbox", "", long_ago(world))
        [finding] = await adapter.check()
        assert not finding.fine
        assert "client_id" in finding.words
        await world.close()

    asyncio.run(work())
    assert world.requests() == 0


def test_the_newest_known_message_goes_between_two_looks(world: RedditWorld) -> None:
    cursors = Cursors()
    said = [world.someone_mentions_me(f"number {n}") for n in range(3)]
    reading(world, cursors=cursors)
    for one in said[1:]:
        world.delete(one)
    new = [world.someone_mentions_me(f"new {n}") for n in range(world.page_size + 4)]
    found = reading(world, cursors=cursors)
    assert {one.uri for one in new} == found.uris


@pytest.mark.parametrize("gone", [1, 2])
def test_where_a_walk_goes_on_may_be_gone_without_a_trace(world: RedditWorld, gone: int) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(world.page_size + 20)]

    def purge() -> None:
        for one in said[20 : 20 + gone]:
            number = comment(world, one).id
            letters = world.state.inboxes["me"]
            letters[:] = [letter for letter in letters if letter.comment.id != number]
            del world.state.comments[number]

    world.while_reading(purge)
    found = reading(world)
    assert {one.uri for one in said} == found.uris
    assert len(found.messages) == len(found.uris)


def test_a_pinned_post_ends_no_walk(world: RedditWorld) -> None:
    posts = [world.i_post(f"number {n}") for n in range(world.page_size + 5)]
    pinned = world.state.add_link(world.person_me, "pinned", at=world.now() - timedelta(days=4_000))

    def first(found: Any) -> Any:
        found["data"]["children"].insert(0, views.link(pinned))
        return found

    change(world, "/submitted", first, times=1)
    assert {one.uri for one in posts} <= reading(world, OWN).uris


def test_a_walk_that_met_what_is_known_ends(world: RedditWorld) -> None:
    cursors = Cursors()
    for number in range(world.page_size + 30):
        world.someone_mentions_me(f"number {number}")
    reading(world, cursors=cursors)
    before = world.requests()
    new = world.someone_mentions_me("new")
    assert reading(world, cursors=cursors).uris == {new.uri}
    assert world.requests() - before == 2  # who it is, and one page


def test_what_was_read_elsewhere_is_listed_all_the_same(world: RedditWorld) -> None:
    said = world.someone_mentions_me("read on the phone")
    for letter in world.state.inboxes["me"]:
        letter.new = False
    assert reading(world).uris == {said.uri}
    [request] = world.site.home.asked("GET", "/message/inbox")
    assert request.first("mark") == "false"


def test_words_come_as_they_were_written(world: RedditWorld) -> None:
    said = world.someone_mentions_me("a < b && c > d &amp; `x<y` >!the end!< ![gif](giphy|abc)")
    message = reading(world).of(said)
    assert message.text == "u/me a < b && c > d & x<y the end [GIF]"
    assert message.content_warning == "spoiler"
    assert all(request.first("raw_json") == "1" for request in world.site.home.asked("GET"))


def test_names_links_and_titles(world: RedditWorld) -> None:
    post = world.i_post("Show: convo")
    said = world.someone_replies(post, "/u/BEN see [this](/r/python) and u/Me, not a/u/dora")
    message = reading(world).of(said)
    assert [one.uid for one in message.mentions] == ["https://www.reddit.com/user/BEN", world.me]
    assert [(one.url, one.text) for one in message.links] == [("https://www.reddit.com/r/python", "this")]
    assert (message.title, message.parent_uri, message.root_uri) == ("Show: convo", post.uri, post.uri)
    assert message.created_at == comment(world, said).created
    assert run(world, lambda adapter: adapter.lookup([message.ref])).messages[0].title == "Show: convo"


def test_a_private_message_is_told_of_once_and_hides_nothing(world: RedditWorld) -> None:
    said, cursors = world.someone_mentions_me("hello"), Cursors()
    letter = {"kind": "t4", "data": {"name": "t4_1x", "author": "ana", "body": "psst", "created_utc": 1.0}}

    def with_letter(found: Any) -> Any:
        found["data"]["children"].insert(0, letter)
        return found

    change(world, "/message/inbox", with_letter)
    found = reading(world, cursors=cursors)
    assert found.uris == {said.uri}
    assert found.skipped == ["A private message is there; convo reads comments only."]
    assert reading(world, cursors=cursors).skipped == []


def test_what_does_not_say_its_post_is_found_by_its_address(world: RedditWorld) -> None:
    post = world.i_post("mine")
    reply = world.someone_replies(post, "a reply")
    mine = world.i_answer_elsewhere(reply, "my answer")
    again = world.someone_replies(mine, "a reply to that")

    def without(found: Any) -> Any:
        for child in found["data"]["children"]:
            del child["data"]["link_id"]
        return found

    change(world, "/message/inbox", without)
    found = reading(world)
    assert found.uris == {reply.uri, again.uri}
    assert found.of(again).parent_uri == mine.uri
    assert {one.root_uri for one in found.messages} == {post.uri}


def test_my_posts_and_comments_are_both_read(world: RedditWorld) -> None:
    post = world.i_post("mine")
    mine = world.i_answer_elsewhere(world.someone_mentions_me("a question"), "my answer")
    found = reading(world, OWN)
    assert {post.uri, mine.uri} == found.uris
    assert found.of(post).author.uid == found.of(mine).author.uid == world.me


def stored(directory: Path) -> str:
    """All that the store keeps of messages, and the index of their words."""
    [place] = directory.glob("**/convo.db")
    with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as db:
        db.create_function("index_words", -1, lambda *_: "", deterministic=True)
        return repr(db.execute("SELECT * FROM message").fetchall())


@pytest.mark.parametrize("how", ["deleted", "removed"])
def test_what_is_deleted_there_is_deleted_here(world: RedditWorld, tmp_path: Path, how: str) -> None:
    said = world.someone_mentions_me("words of zoe's", by="zoe")

    async def work() -> None:
        process = Process(world, tmp_path)
        await process.sync()
        assert await process.waiting(said)
        assert "words of zoe" in stored(tmp_path)
        setattr(comment(world, said), how, True)
        for _ in range(3):
            world.pass_time(3600)
            await process.sync()
        assert not await process.waiting(said)
        await world.close()

    asyncio.run(work())
    assert "words of zoe" not in stored(tmp_path)


def test_a_deleted_comment_names_nobody(world: RedditWorld) -> None:
    post = world.i_post("mine")
    middle = world.someone_replies(post, "in the middle", by="zoe")
    below = world.someone_replies(middle, "below", by="ben")
    message = reading(world).of(below)
    comment(world, middle).deleted = True
    shown = {one.uri: one for one in run(world, lambda adapter: adapter.conversation(message.ref)).messages}
    gone = shown[middle.uri]
    assert (gone.deleted, gone.text, gone.author.handle) == (True, "", "[deleted]")
    assert "zoe" not in repr(gone)
    assert shown[below.uri].parent_uri == middle.uri
    looked = run(world, lambda adapter: adapter.lookup([gone.ref]))
    assert (looked.messages, looked.gone) == ((), (middle.uri,))


# --- trees


def around(world: RedditWorld, said: Said) -> Any:
    async def work(adapter: Reddit) -> Any:
        return await adapter.conversation((await received(adapter, world, said)).ref)

    return run(world, work)


def test_a_thread_that_goes_on_elsewhere_is_loaded_from_there(world: RedditWorld) -> None:
    first = last = world.someone_replies(world.i_post("mine"), "level 0")
    chain = [first.uri]
    for number in range(1, 14):
        last = world.someone_replies(last, f"level {number}", naming_me=False)
        chain.append(last.uri)
    found = around(world, first)
    assert set(chain) <= {one.uri for one in found.messages}
    assert found.partial == ""
    asked = [request.first("comment") for request in world.site.home.asked("GET", "/comments/")]
    assert len(asked) == 2, "the thread goes on in one place"
    assert len(set(asked)) == 2


def test_all_above_is_loaded_up_to_the_post(world: RedditWorld) -> None:
    post = last = world.i_post("mine")
    chain = [post.uri]
    for number in range(25):
        last = world.someone_replies(last, f"level {number}", naming_me=number == 24)
        chain.append(last.uri)
    found = around(world, last)
    assert set(chain) <= {one.uri for one in found.messages}
    assert found.partial == ""


def test_more_is_loaded_twenty_at_once_and_never_two_at_a_time(make: Make) -> None:
    world = make(tree_most=10)
    post = world.i_post("mine")
    said = [world.someone_replies(post, f"number {n}") for n in range(45)]

    async def work(adapter: Reddit) -> None:
        own = await received_own(adapter, world, post)
        first, second = await asyncio.gather(adapter.conversation(own.ref), adapter.conversation(own.ref))
        for found in (first, second):
            assert {one.uri for one in said} <= {one.uri for one in found.messages}
            assert found.partial == ""

    run(world, work)
    asked = world.site.home.asked("GET", "/api/morechildren")
    assert [len(request.first("children").split(",")) for request in asked] == [20, 15, 20, 15]


async def received_own(adapter: Reddit, world: RedditWorld, said: Said) -> Message:
    page = await adapter.fetch("posts", "", long_ago(world))
    return next(one for one in page.messages if one.uri == said.uri)


def test_a_tree_that_is_too_large_says_so(make: Make) -> None:
    world = make(tree_most=5)
    post = world.i_post("mine")
    for number in range(200):
        world.someone_replies(post, f"number {number}")

    async def work(adapter: Reddit) -> None:
        found = await adapter.conversation((await received_own(adapter, world, post)).ref)
        assert len(found.messages) == 126
        assert found.partial == "Reddit has more comments here than these."

    run(world, work)


def test_a_comment_of_a_tree_that_cannot_be_read_is_said(world: RedditWorld) -> None:
    said = world.someone_mentions_me("a question")
    world.someone_replies(said, "broken")

    def broken(found: Any) -> Any:
        top = found[1]["data"]["children"][0]["data"]
        top["replies"]["data"]["children"][0]["data"]["body"] = 7
        return found

    change(world, "/comments/", broken)
    found = around(world, said)
    assert said.uri in {one.uri for one in found.messages}
    assert found.partial == "Some comments here could not be read."
