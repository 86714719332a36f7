"""What is special about Hacker News: ranked kids, lag, the dead, the thousand-hit wall, and answers given by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import ChannelKind, Missing, Refused, RetryAt
from convo.adapters.hackernews import HackerNews
from convo.config import AccountConfig
from convo.model import Ref
from convo.testing import Said, Trouble, Where
from convo.testing.process import NAME, Process
from convo.testing.tools import Cursors, Reading, long_ago, read, received
from convo.views import Draft
from tests.adapters.hackernews_world import HackerNewsWorld
from tests.adapters.playing import reading, run, sign_in
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

SLOW, OWN = ChannelKind.SLOW, ChannelKind.OWN
_DAY = timedelta(days=1)


@pytest.fixture
def make() -> Iterator[Callable[..., HackerNewsWorld]]:
    """Makes worlds with options of the two APIs."""
    made: list[HackerNewsWorld] = []

    def world(**options: Any) -> HackerNewsWorld:
        made.append(HackerNewsWorld(**options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


@pytest.fixture
def world(make: Callable[..., HackerNewsWorld]) -> HackerNewsWorld:
    return make()


def number(said: Said) -> int:
    return int(said.uri.rpartition("=")[2])


def test_another_order_of_kids_is_nothing_new(world: HackerNewsWorld) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    said = [world.someone_replies(story, f"number {n}", by=f"person{n}") for n in range(4)]
    assert reading(world, SLOW, cursors=cursors).uris == {one.uri for one in said}
    item = world._of(story)
    world.place.rank(item, item.kids[::-1])
    assert reading(world, SLOW, cursors=cursors).messages == []
    assert [len(world.site.home.asked("GET", f"/v0/item/{number(one)}")) for one in said] == [1, 1, 1, 1]
    late = world.someone_replies(story, "late")
    assert reading(world, SLOW, cursors=cursors).uris == {late.uri}


def test_a_kid_that_has_not_arrived_everywhere_is_asked_for_again(world: HackerNewsWorld) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    said = world.someone_replies(story, "just now")
    world.place.options.unknown.add(number(said))
    assert reading(world, SLOW, cursors=cursors).messages == []
    world.place.options.unknown.clear()
    assert reading(world, SLOW, cursors=cursors).uris == {said.uri}


def test_an_own_comment_that_has_not_arrived_everywhere_is_asked_for_again(world: HackerNewsWorld) -> None:
    cursors = Cursors()
    said = world.someone_mentions_me("a question")
    mine = world.i_answer_elsewhere(said, "my answer")
    world.place.options.unknown.add(number(mine))
    assert mine.uri not in reading(world, OWN, cursors=cursors).uris
    world.place.options.unknown.clear()
    assert reading(world, OWN, cursors=cursors).uris == {mine.uri}
    before = world.requests()
    assert reading(world, OWN, cursors=cursors).messages == []
    assert world.requests() - before == 2, "who it is, and the list"


@pytest.mark.parametrize("how", ["delete", "kill"])
def test_what_was_taken_back_or_killed_waits_for_nobody(world: HackerNewsWorld, how: str) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    said, other = world.someone_replies(story, "gone"), world.someone_replies(story, "here", by="ben")
    below = world.someone_replies(said, "below it", by="cleo")
    getattr(world.place, how)(world._of(said))
    assert reading(world, SLOW, cursors=cursors).uris == {other.uri}
    assert reading(world).uris == {other.uri, below.uri}

    async def work(adapter: HackerNews) -> None:
        looked = await adapter.lookup([Ref(said.uri), Ref(other.uri)])
        assert ([one.uri for one in looked.messages], looked.gone) == ([other.uri], (said.uri,))
        with pytest.raises(Missing):
            await adapter.conversation(Ref(said.uri))
        around = await adapter.conversation((await received(adapter, world, below)).ref)
        shown = {one.uri: one for one in around.messages}
        assert {story.uri, below.uri} <= set(shown)
        assert said.uri not in shown or (shown[said.uri].deleted and not shown[said.uri].text)

    run(world, work)


def test_what_comes_back_to_life_is_found(world: HackerNewsWorld) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    said = world.someone_replies(story, "vouched for")
    world.place.kill(world._of(said))
    assert reading(world, SLOW, cursors=cursors).messages == []
    world._of(said).dead = False
    assert reading(world, SLOW, cursors=cursors).uris == {said.uri}


def test_an_answer_to_what_i_wrote_ten_days_ago_is_found(world: HackerNewsWorld) -> None:
    now, cursors = world.now(), Cursors()
    theirs = world._story("ana", "theirs", now - 11 * _DAY)
    mine = world._comment("me", "mine", world._of(theirs), now - 10 * _DAY)
    for other in range(3):
        world._comment("ben", f"to somebody else {other}", world._of(theirs))
    assert reading(world, cursors=cursors).messages == []
    said = world.someone_replies(mine, "at last")
    found = reading(world, cursors=cursors)
    assert found.uris == {said.uri}
    assert found.messages[0].title == "Ask HN: theirs"


def test_nothing_new_is_one_request_however_many_stories(world: HackerNewsWorld) -> None:
    cursors = Cursors()
    for at in range(60):
        world.someone_mentions_me(f"number {at}")
    reading(world, cursors=cursors)
    before = len(world.site.home.asked("GET", "/api/v1/"))
    reading(world, cursors=cursors)
    assert len(world.site.home.asked("GET", "/api/v1/")) - before == 1


def test_text_with_open_paragraphs_short_links_and_code(world: HackerNewsWorld) -> None:
    long = "https://example.org/a/rather/long/path/that/is/cut/because/it/is/so/long?x=1&y=2"
    said = world.someone_mentions_me(
        f"Does it <work>?\n\nI'm on a train: {long}\n\n  def f(x):\n      return x"
    )
    message = reading(world).of(said)
    assert message.text == (
        f"Does it <work>?\n\nI'm on a train: {long}\n\n```\n  def f(x):\n      return x\n```"
    )
    assert [link.url for link in message.links] == [long]


def test_another_case_of_the_name_is_nobody(world: HackerNewsWorld) -> None:
    world.i_post("mine")
    account = AccountConfig("hn", "hackernews", url=world.site.home.url)
    with pytest.raises(Refused, match="case of letters"):
        sign_in(HackerNews, account, lambda step: {"user": "ME"})
    result, [step] = sign_in(HackerNews, account, lambda step: {"user": " me "})
    assert (result.secret, dict(result.options)) == ("", {"user": "me"})
    assert not any(field.secret for field in step.fields)


def test_a_name_is_needed(world: HackerNewsWorld) -> None:
    world.account = AccountConfig("hn", "hackernews", url=world.site.home.url)
    [finding] = _checked(world)
    assert not finding.fine
    assert "user =" in finding.words


def _checked(world: HackerNewsWorld) -> list[Any]:
    async def check() -> list[Any]:
        found = await world.adapter().check()
        await world.close()
        return list(found)

    return asyncio.run(check())


def test_check_names_reach_and_search(world: HackerNewsWorld) -> None:
    world.i_post("mine")
    well = ["reach", "sign in", "scopes", "limits", "search", "clock"]
    assert [one.what for one in _checked(world) if one.fine] == well
    world.trouble(Trouble.DOWN, where=Where.READ, times=3)
    assert [one.what for one in _checked(world) if not one.fine] == ["search"]


def test_items_that_are_busy_are_asked_for_again_and_lose_no_neighbours(world: HackerNewsWorld) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    busy, fine = world.someone_replies(story, "busy"), world.someone_replies(story, "fine", by="ben")
    world.place.options.busy.add(number(busy))
    assert reading(world, SLOW, cursors=cursors).uris == {fine.uri}
    world.place.options.busy.clear()
    assert reading(world, SLOW, cursors=cursors).uris == {busy.uri}


def test_when_everything_is_busy_it_is_said(world: HackerNewsWorld) -> None:
    world.i_post("mine")
    world.place.options.busy |= set(world.place.items)
    with pytest.raises(RetryAt):
        reading(world, OWN)


def test_more_than_a_thousand_comments_are_read_in_slices(world: HackerNewsWorld) -> None:
    story = world.i_post("popular")
    at = world.now()
    said = [
        world._comment(f"person{n % 7}", f"number {n}", world._of(story), at + timedelta(seconds=n // 3))
        for n in range(1_150)
    ]
    found = reading(world)
    assert {one.uri for one in said} == found.uris
    assert len(found.messages) == len(said)


def test_a_search_that_lags_loses_nothing(make: Callable[..., HackerNewsWorld]) -> None:
    world, cursors = make(lag=600.0), Cursors()
    story = world.i_post("mine")
    world.pass_time(700)
    reading(world, cursors=cursors)
    early = world.someone_replies(story, "early")
    world.pass_time(650)
    late = world.someone_replies(story, "late", by="ben")
    assert reading(world, cursors=cursors).uris == {early.uri}
    world.pass_time(650)
    assert reading(world, cursors=cursors).uris == {late.uri}
    assert reading(world, cursors=cursors).uris == set()


def test_what_the_search_learns_of_late_is_found(world: HackerNewsWorld) -> None:
    story, cursors = world.i_post("mine"), Cursors()
    reading(world, cursors=cursors)
    late = world.someone_replies(story, "learned of late")
    world.pass_time(1200)
    early = world.someone_replies(story, "learned of at once", by="ben")

    def hidden(answer: Answer) -> Answer:
        found = answer.json()
        found["hits"] = [hit for hit in found["hits"] if hit["objectID"] != str(number(late))]
        return json_answer(found)

    world.site.home.add(Fault(change=hidden), method="GET", path="/api/v1/search_by_date", times=1)
    assert reading(world, cursors=cursors).uris == {early.uri}
    assert reading(world, cursors=cursors).uris == {late.uri}


def test_a_large_conversation_is_said_to_be_partial(world: HackerNewsWorld) -> None:
    story = world.i_post("popular")
    for n in range(200):
        world.someone_replies(story, f"number {n}", by=f"person{n % 9}")

    async def work(adapter: HackerNews) -> None:
        conversation = await adapter.conversation(Ref(story.uri))
        assert 100 < len(conversation.messages) < 150
        assert conversation.partial

    run(world, work)


def test_the_words_stay_a_draft_until_the_answer_is_found(world: HackerNewsWorld, tmp_path: Path) -> None:
    said = world.someone_mentions_me("a question")
    process = Process(world, tmp_path)

    async def play() -> None:
        try:
            await process.sync()
            async with process.opened() as engine:
                arrival = engine.inbox.highest_arrival()
                await engine.answers.save_draft(
                    Draft(NAME, said.uri, "my answer", 0, None, None, "", (), (), "", world.now(), arrival)
                )
            await process.sync()
            async with process.opened() as engine:
                assert [one.text for one in engine.inbox.drafts()] == ["my answer"]
            assert await process.waiting(said)
            mine = world.i_answer_elsewhere(said, "my answer")
            world.pass_time(60)
            await process.sync()
            assert not await process.waiting(said)
            async with process.opened() as engine:
                entry = await process.message(engine, mine)
                assert (entry.author.is_me, entry.parent_uri) == (True, said.uri)
        finally:
            await world.close()

    asyncio.run(play())


def test_no_credential_is_read_or_sent(world: HackerNewsWorld) -> None:
    world.someone_mentions_me("a question")

    async def work(adapter: HackerNews) -> None:
        await read(adapter, {}, long_ago(world), *ChannelKind)

    run(world, work)
    assert {request.method for request in world.site.log} == {"GET"}
    assert not any("authorization" in request.headers for request in world.site.log)


def test_the_span_that_is_asked_again_holds_its_first_second(world: HackerNewsWorld) -> None:
    """What I wrote exactly so long before the newest that was seen is not lost at the edge."""

    async def read_twice(adapter: Any) -> Reading:
        cursors = Cursors()
        await read(adapter, cursors, long_ago(world))
        late.append(world.someone_mentions_me("in the very same second", at=now))
        return await read(adapter, cursors, long_ago(world))

    late: list[Said] = []
    now = world.now()
    world.someone_mentions_me("first", at=now)
    found = run(world, read_twice)
    assert late[0].uri in found.uris
