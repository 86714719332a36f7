"""Discourse, reading: notifications, topics, private messages, conversations."""

from __future__ import annotations

from typing import Any

import pytest

from convo.adapters.contract import (
    ChannelKind,
    Missing,
)
from convo.adapters.discourse import Discourse
from convo.model import Message, Reason, Ref, Visibility
from convo.testing.tools import Cursors, answer_to, received
from tests.adapters.discourse_scene import Make, asked, change, topic_of
from tests.adapters.discourse_scene import make as make
from tests.adapters.playing import reading, run
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer


@pytest.mark.parametrize("kind", [4, 5, 8, 12, 19, 25, 29, 34, 801])
def test_likes_badges_and_the_rest_are_no_speech(make: Make, kind: int) -> None:
    world = make()
    world.someone_mentions_me("hello")

    def other(body: Any) -> Any:
        for row in body["notifications"]:
            row["notification_type"] = kind
            row["topic_id"] = row["post_number"] = None
        return body

    change(world, "/notifications", other)
    found = reading(world)
    assert (found.messages, found.skipped) == ([], [])
    assert asked(world, "GET", "/t/") == 0


def test_a_folded_row_brings_every_message_behind_it_and_its_author(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said = [
        world.someone_replies(post, f"number {n}", by=name) for n, name in enumerate(("ana", "ben", "ana"))
    ]
    [row] = world.server.alerts.of(world.user_me)
    assert "replies" in row.data["display_username"]
    found = reading(world)
    assert {one.uri: one.author.handle for one in found.messages} == {
        one.uri: world.state.users[int(one.uid.rpartition("-")[2])].username for one in said
    }


def test_a_folded_row_that_was_replaced_hides_nothing(make: Make) -> None:
    world, cursors = make(), Cursors()
    post = world.i_post("mine")
    first = world.someone_replies(post, "first")
    assert reading(world, cursors=cursors).uris == {first.uri}
    second = world.someone_replies(post, "second", by="ben")
    # Somebody reads the second on the web; the row that comes then begins at the third.
    world.server.alerts.read(world.user_me, {row.id for row in world.server.alerts.of(world.user_me)})
    third = world.someone_replies(post, "third")
    assert {second.uri, third.uri} <= reading(world, cursors=cursors).uris


def test_a_long_topic_behind_one_row_is_read_in_pages(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said = [world.someone_replies(post, f"number {n}", by="ben" if n % 2 else "ana") for n in range(90)]
    found = reading(world)
    assert {one.uri for one in said} <= found.uris
    assert found.pages > 1


def test_a_short_page_is_not_the_end(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(70)]

    def fewer(body: Any) -> Any:
        body["notifications"] = [row for row in body["notifications"] if row["topic_id"] % 2]
        return body

    change(world, "/notifications", fewer)
    kept = {one.uri for one in said if world._of(one).topic % 2}
    assert reading(world).uris == kept


def test_a_topic_that_is_not_for_the_account_any_more_is_left_out(make: Make) -> None:
    world = make()
    lost, kept = world.someone_mentions_me("lost"), world.someone_mentions_me("kept")
    number = topic_of(world, lost).id
    body = b'{"errors":["no"],"error_type":"invalid_access"}'
    world.site.home.add(Fault(answer=Answer(403, body)), method="GET", path=f"/t/{number}/", times=9)
    found = reading(world)
    assert found.uris == {kept.uri}


def test_a_reply_without_a_link_is_still_a_reply(make: Make) -> None:
    world = make()
    theirs = world.someone_posts("theirs")
    mine = world.i_answer_elsewhere(theirs, "my words")
    world.someone_replies(mine, "an answer", by="ben")

    def unlinked(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["reply_to_post_number"] = None
        return body

    change(world, "/t/", unlinked)
    [message] = reading(world).messages
    assert message.claim is Reason.COMMENT
    [again] = run(world, lambda adapter: adapter.lookup([message.ref])).messages
    assert again.claim is Reason.COMMENT


def test_a_group_that_was_named_is_the_user(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("look")

    def grouped(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["cooked"] = '<p><a class="mention-group" href="/groups/team">@team</a> look</p>'
        return body

    change(world, "/t/", grouped)
    change(world, "/notifications", lambda body: _typed(body, 15))
    message = reading(world).of(said)
    assert message.text == "@team look"
    assert [mention.uid for mention in message.mentions] == [world.me]


def _typed(body: Any, kind: int) -> Any:
    for row in body["notifications"]:
        row["notification_type"] = kind
    return body


def test_the_site_itself_says_nothing(make: Make) -> None:
    world = make()
    world.someone_mentions_me("welcome")

    def system(body: Any) -> Any:
        for post in body["post_stream"]["posts"]:
            post["user_id"] = -1
        return body

    change(world, "/t/", system)
    assert reading(world).messages == []


def test_a_hidden_post_and_a_small_action(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    said, action = world.someone_replies(post, "flagged"), world.someone_replies(post, "closed this")

    def marked(body: Any) -> Any:
        for one in body["post_stream"]["posts"]:
            one["hidden"] = one["post_number"] == world._of(said).number
            one["post_type"] = 3 if one["post_number"] == world._of(action).number else 1
        return body

    change(world, "/t/", marked)
    [message] = reading(world).messages
    assert (message.uri, bool(message.filtered)) == (said.uri, True)


def test_a_private_message_shows_who_reads_it(make: Make) -> None:
    world = make()
    topic = world._topic("ana", "Between us", None, "ana", "ben", "me")
    said = world._write("ana", "only for you two", topic)

    async def work(adapter: Discourse) -> Message:
        message = await received(adapter, world, said)
        assert message.visibility is Visibility.DIRECT
        assert message.flat
        assert [one.uid for one in adapter.audience(message)] == [world.uid("ana"), world.uid("ben")]
        assert {one.uid for one in message.mentions} == {world.uid("ben")}
        return await adapter.answer(await adapter.prepare(answer_to(adapter, message, "to both")))

    sent = run(world, work)
    assert sent.visibility is Visibility.DIRECT
    assert world.standing()[0].visibility is Visibility.DIRECT


def test_own_words_in_a_private_message_are_read(make: Make) -> None:
    world = make()
    said = world.someone_writes_directly("hello")
    assert said
    mine = world.i_answer_elsewhere(said, "my answer")
    own = reading(world, ChannelKind.OWN).of(mine)
    assert own.visibility is Visibility.DIRECT
    assert own.mentions == ()


def test_a_conversation_far_down_a_long_topic_costs_few_requests(make: Make) -> None:
    world = make()
    root = world.someone_posts("the first")
    topic = topic_of(world, root)
    for number in range(150):
        world._write("ben", f"chatter {number}", topic)
    mine = world.i_answer_elsewhere(root, "my words")
    said = world.someone_replies(mine, "far down")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        before = world.requests()
        conversation = await adapter.conversation(message.ref)
        uris = {one.uri for one in conversation.messages}
        assert {root.uri, mine.uri, said.uri} <= uris
        assert conversation.partial
        assert world.requests() - before <= 5

    run(world, work)


def test_a_conversation_around_what_never_was(make: Make) -> None:
    world = make()
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(Ref("https://elsewhere.example/t/1/1")))
