"""Discourse, answering, marking as read, changing and deleting."""

from __future__ import annotations

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    Found,
    Refused,
)
from convo.adapters.discourse import Discourse
from convo.model import Message, Ref
from convo.testing import Said, Trouble, Where
from convo.testing.tools import Cursors, answer_to, received
from tests.adapters.discourse_scene import Make, asked, change, topic_of
from tests.adapters.discourse_scene import make as make
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.playing import reading, run
from tests.simulators.faults import Fault
from tests.simulators.messages import json_answer


def answered(world: DiscourseWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Discourse) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)


def test_a_lost_answer_that_is_too_similar_is_found(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        [standing] = world.standing()
        # Sent once more although it arrived: the site says that it is too similar, in its own language.
        again = await adapter.answer(request)
        assert again.uri == standing.uri

    run(world, work)
    assert len(world.standing()) == 1


def test_what_is_too_similar_to_older_words_is_refused_in_the_sites_words(make: Make) -> None:
    world = make()
    said, other = world.someone_mentions_me("a question"), world.someone_mentions_me("another", by="ben")
    answered(world, said, "yes, of course")
    with pytest.raises(Refused, match="too similar"):
        answered(world, other, "yes, of course")
    assert len(world.standing()) == 1


def test_what_waits_for_approval_is_sent_and_then_replaced(make: Make) -> None:
    world = make(approve=True)
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        held = await adapter.answer(request)
        assert (held.parent_uri, held.author.uid, held.text) == (said.uri, world.me, "my answer")
        assert "answer" in held.refusals
        assert (await adapter.lookup([held.ref])).gone == ()
        found = await adapter.find(request, ())
        assert isinstance(found, Found)
        assert found.message.uri == held.uri
        world.state.pending.clear()  # approved, or thrown away: another message takes its place, or none
        assert (await adapter.lookup([held.ref])).gone == (held.uri,)

    run(world, work)
    assert len(world.writes()) == 1


def test_where_held_posts_are_not_listed_it_counts_as_waiting(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    told = json_answer({"errors": ["Not found."], "error_type": "not_found"}, 404)
    world.site.home.add(Fault(answer=told), method="GET", path="pending", times=9)
    looked = run(world, lambda adapter: adapter.lookup([Ref(f"{said.uri}#pending-abcdef0123456789")]))
    assert looked.gone == ()


@pytest.mark.parametrize(
    ("text", "words"), [("no", "Too short"), ("   ", "nothing"), ("x" * 32_001, "Too long")]
)
def test_lengths_are_said_before_sending(make: Make, text: str, words: str) -> None:
    world = make(min_length=5)
    said = world.someone_mentions_me("a question")
    with pytest.raises(Refused, match=words):
        answered(world, said, text)
    assert world.writes() == []


def test_a_site_that_tells_no_limits_is_asked_all_the_same(make: Make) -> None:
    world = make(settings_open=False)
    said = world.someone_mentions_me("a question")
    answered(world, said)
    assert len(world.standing()) == 1


def test_an_archived_topic_and_one_i_may_not_write_in(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    change(world, "/t/", lambda body: {**body, "details": {"can_create_post": False}})
    with pytest.raises(Refused, match="closed"):
        answered(world, said)


def test_an_old_site_answers_with_the_post_alone(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    change(world, "/posts", lambda body: body.get("post", body), "POST")
    assert answered(world, said).uri == world.standing()[0].uri


# --- what else can be done


def test_nothing_is_marked_read_without_a_number(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    other = world.someone_posts("to nobody")

    async def work(adapter: Discourse) -> None:
        for data in ("", "{}", '{"topic":640,"note":0}', '{"topic":640,"note":-1}', "nonsense"):
            await adapter.mark_read(Ref(other.uri, "1", data))
            await adapter.mark_read(Ref("https://elsewhere.example/t/640/1", "1", data))
        assert world.site.home.asked("PUT", "mark-read") == []
        await adapter.mark_read(Ref(said.uri))
        await adapter.mark_read((await received(adapter, world, said)).ref)

    run(world, work)
    [row] = world.server.alerts.of(world.user_me)
    assert row.read
    assert {str(request.json()) for request in world.site.home.asked("PUT", "mark-read")} == {
        f"{{'id': {row.id}}}"
    }


def test_what_shares_a_notification_is_marked_by_it(make: Make) -> None:
    world = make()
    post = world.i_post("mine")
    world.someone_replies(post, "first")
    second = world.someone_replies(post, "second", by="ben")

    async def work(adapter: Discourse) -> None:
        await adapter.mark_read((await received(adapter, world, second)).ref)

    run(world, work)
    assert all(row.read for row in world.server.alerts.of(world.user_me))


def test_what_was_read_on_the_site_is_found_though_its_row_was_replaced(make: Make) -> None:
    world, cursors = make(), Cursors()
    mine = world.i_post("mine")
    first = world.someone_replies(mine, "the first reply", by="ben")
    topic_of(world, first).last_read[world.user_me.id] = world._of(first).number
    second = world.someone_replies(mine, "the second reply", by="cleo")
    assert len(world.server.alerts.of(world.user_me)) == 1
    found = reading(world, ChannelKind.INCOMING, ChannelKind.SLOW, cursors=cursors)
    assert {first.uri, second.uri} <= found.uris
    before = asked(world, "GET", "/user_actions")
    assert reading(world, ChannelKind.SLOW, cursors=cursors).messages == []
    assert asked(world, "GET", "/user_actions") - before == 1


def test_staff_changes_nobody_elses_words(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    world.user_me.staff = True

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        with pytest.raises(Refused, match="author"):
            await adapter.edit(message.ref, "put into their mouth")
        with pytest.raises(Refused, match="author"):
            await adapter.delete(message.ref)

    run(world, work)
    assert "a question" in world._of(said).raw
