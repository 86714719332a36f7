"""Lemmy, reading: the lists, conversations, private messages, words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from convo.adapters.contract import (
    Missing,
)
from convo.adapters.lemmy import Lemmy
from convo.model import Visibility
from convo.testing import Said
from convo.testing.tools import Cursors, answer_to, received
from tests.adapters.lemmy_scene import Make, answered
from tests.adapters.lemmy_scene import make as make
from tests.adapters.lemmy_scene import world as world
from tests.adapters.lemmy_world import LemmyWorld
from tests.adapters.playing import reading, run


def test_a_reply_that_names_me_later_is_one_message(world: LemmyWorld) -> None:
    mine = world.i_post("mine")
    said = world.someone_replies(mine, "first words", naming_me=False)
    comment = world._of(said)
    assert comment
    world.instance.change(comment, "@me@lemmy.example first words")
    assert len(world.instance.rows) == 2
    found = reading(world)
    assert found.uris == {said.uri}
    assert len({one.local_id for one in found.messages}) == 1
    assert all(one.mentions[0].uid == world.me for one in found.messages)


def test_a_page_that_shifts_repeats_nothing_and_loses_nothing(world: LemmyWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(170)]
    purged = [world._of(said[n]) for n in (168, 150, 149, 140, 139, 138, 137, 136)]

    def remove() -> None:
        for comment in purged:
            assert comment
            world.instance.purge(comment)

    world.while_reading(remove)
    found = reading(world)
    gone = {one.ap_id for one in purged if one}
    assert {one.uri for one in said} - gone <= found.uris
    assert len(found.messages) == len(found.uris)


def test_pages_overlap_a_little_and_each_is_read_once(world: LemmyWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(170)]
    found = reading(world)
    assert {one.uri for one in said} == found.uris
    assert len(world.site.home.asked("GET", "/user/mention")) == 4


def test_what_arrives_late_is_found_by_when_it_arrived(world: LemmyWorld) -> None:
    now = world.now()
    cursors = Cursors()
    world.someone_mentions_me("before")
    reading(world, cursors=cursors)
    late = world.someone_mentions_me("sent long ago", stated=now - timedelta(days=100))
    also = world.someone_mentions_me("today")
    found = reading(world, cursors=cursors)
    assert found.uris == {late.uri, also.uri}
    assert found.of(late).created_at == now - timedelta(days=100)


@pytest.mark.parametrize("how", ["deleted", "removed"])
def test_what_was_deleted_is_listed_and_waits_for_nobody(world: LemmyWorld, how: str) -> None:
    said, other = world.someone_mentions_me("gone"), world.someone_mentions_me("here", by="ben")
    comment = world._of(said)
    assert comment
    setattr(comment, how, True)
    found = reading(world)
    assert (found.uris, found.gone) == ({other.uri}, [said.uri])


def test_a_comment_that_is_gone_keeps_its_place_and_takes_no_answer(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")
    below = world.someone_replies(said, "below it", by="ben")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        comment = world._of(said)
        assert comment
        comment.deleted = True
        around = await adapter.conversation((await received(adapter, world, below)).ref)
        shown = {one.uri: one for one in around.messages}
        assert (shown[said.uri].deleted, shown[said.uri].text) == (True, "")
        with pytest.raises(Missing):
            await adapter.prepare(answer_to(adapter, parent, "too late"))

    run(world, work)


def test_an_ancestor_that_the_account_may_not_read_is_said(world: LemmyWorld) -> None:
    mine = world.i_post("mine")
    foreign = world.someone_replies(mine, "на другом языке", naming_me=False)
    comment = world._of(foreign)
    assert comment
    below = world.someone_replies(foreign, "below it", by="ben")
    comment.language = 99

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, below)
        around = await adapter.conversation(message.ref)
        shown = {one.uri: one for one in around.messages}
        assert {mine.uri, below.uri} <= set(shown)
        assert shown[below.uri].root_uri == mine.uri
        # The look at one comment knows no filter; where that fails, too, it is said.
        assert foreign.uri in shown or around.partial
        world.instance.purge(comment)
        around = await adapter.conversation(message.ref)
        assert around.partial
        assert next(one for one in around.messages if one.uri == below.uri).parent_id == f"c{comment.id}"

    run(world, work)


def test_a_tree_that_was_cut_is_asked_for_once_more(make: Make) -> None:
    world = make(tree_most=300)
    mine = world.i_post("mine")
    top = world.someone_replies(mine, "the top", naming_me=False)
    chatter = world._of(top)
    assert chatter
    for number in range(310):
        world._comment("ben", f"chatter {number}", chatter.post, chatter)
    said = world.someone_replies(top, "look", by="cleo")
    below = [world._comment("ben", f"below {n}", chatter.post, world._of(said)) for n in range(3)]

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        around = await adapter.conversation(message.ref)
        uris = {one.uri for one in around.messages}
        assert {mine.uri, top.uri, said.uri, *(one.uri for one in below)} <= uris
        assert around.partial

    run(world, work)
    lists = list(world.site.home.asked("GET", "/comment/list"))
    assert len(lists) == 2
    assert all(dict(request.query)["type_"] == "All" for request in lists)


def test_private_messages_are_one_conversation_with_both_sides(world: LemmyWorld) -> None:
    said = world.someone_writes_directly("hello")
    other = world.someone_writes_directly("somebody else", by="ben")
    assert said
    assert other
    mine = answered(world, said, "my answer")
    assert mine.visibility is Visibility.DIRECT

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        around = await adapter.conversation(message.ref)
        assert {one.uri for one in around.messages} == {said.uri, mine.uri}
        assert len({one.root_uri for one in around.messages}) == 1
        again = await received(adapter, world, Said(mine.uri, "", ""))
        assert (again.root_uri, again.author.uid, again.flat) == (message.root_uri, world.me, True)

    run(world, work)


def test_markdown_becomes_text(world: LemmyWorld) -> None:
    said = world.someone_mentions_me(
        "**bold** <b>raw</b> [a page](https://example.org/x) https://example.org/y\n\n> quoted\n\n- one\n- two\n\n"
        "```py\na = 1\n```\n\n![a bowl](https://example.org/soup.png)\n\n[@zoe@far.example](https://far.example/users/zoe)"
    )
    message = reading(world).of(said)
    assert message.text == (
        "@me@lemmy.example bold <b>raw</b> a page https://example.org/y\n\n> quoted\n\n- one\n- two\n\n"
        "```\na = 1\n```\n\n@zoe@far.example"
    )
    assert [(one.url, one.alt) for one in message.attachments] == [("https://example.org/soup.png", "a bowl")]
    assert [one.uid for one in message.mentions] == [world.me, "https://far.example/users/zoe"]
    assert [one.leading for one in message.mentions] == [True, False]


def test_a_spoiler_covers(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("look\n\n::: spoiler the end\nit was the cook\n:::\n")
    message = reading(world).of(said)
    assert message.content_warning == "the end"
    assert "it was the cook" in message.text
    assert ":::" not in message.text


def test_a_bot_is_marked(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("beep", by="ben")
    world._who("ben").bot = True
    assert reading(world).of(said).author.bot
