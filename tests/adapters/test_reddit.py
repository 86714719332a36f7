"""What is special about Reddit: names that go, trees that are cut, two kinds of limits, errors in good answers."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    ChannelKind,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.reddit import Reddit
from convo.model import Message
from convo.testing import Said, Trouble, Where
from convo.testing.process import Process
from convo.testing.tools import Cursors, answer_to, long_ago, received, settled
from tests.adapters.playing import reading, run
from tests.adapters.reddit_world import RedditWorld
from tests.simulators._reddit_state import Comment
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

OWN = ChannelKind.OWN
Make = Callable[..., RedditWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the site."""
    made: list[RedditWorld] = []

    def world(**options: Any) -> RedditWorld:
        made.append(RedditWorld(**options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


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


def answered(world: RedditWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Reddit) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)


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


# --- answering


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
