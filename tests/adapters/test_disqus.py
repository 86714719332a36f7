"""What is special about reading Disqus: sites and other people's pages, its lists, guests, words and links."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from convo.adapters.contract import (
    ChannelKind,
    Missing,
)
from convo.adapters.disqus import Disqus
from convo.model import Reason, Ref
from convo.testing.tools import Cursors, long_ago, read
from tests.adapters.disqus_site import elsewhere, said_by
from tests.adapters.disqus_world import FORUM, DisqusWorld
from tests.adapters.playing import making, reading, run
from tests.simulators._disqus_state import User
from tests.simulators.messages import Answer, json_answer

OWN, SLOW = ChannelKind.OWN, ChannelKind.SLOW
Make = Callable[..., DisqusWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the site."""
    with making(DisqusWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> DisqusWorld:
    return make()


# --- what is read


def test_a_comment_with_its_page_its_time_and_its_links(make: Make) -> None:
    world = make(unwrapped=False)
    message = said_by(world, "Does it rise?\nSee https://example.org/x?a=1:2")
    assert message.text == "Does it rise?\nSee https://example.org/x?a=1:2"
    assert [one.url for one in message.links] == ["https://example.org/x?a=1:2"]
    assert (message.title, message.claim, message.root_uri) == (
        "Bread & butter",
        Reason.COMMENT,
        message.url.split("#")[0],
    )
    assert message.uri == f"{message.root_uri}#comment-{message.local_id}"


def test_times_without_a_zone_are_utc_and_ids_are_text(world: DisqusWorld) -> None:
    message = said_by(world, "hello", createdAt="2026-11-20T09:15:02")
    assert message.created_at.isoformat() == "2026-11-20T09:15:02+00:00"
    assert int(message.local_id) > 2**32


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a < b & c > d", "a < b & c > d"),
        ("<b>bold</b>\nand <a href='https://example.org/'>a link</a>", "bold\nand a link"),
        ("List&lt;T&gt; &amp; more", "List<T> & more"),
    ],
)
def test_words_are_taken_as_they_were_typed(world: DisqusWorld, raw: str, text: str) -> None:
    assert said_by(world, raw).text == text


def test_without_the_typed_words_the_html_is_read(world: DisqusWorld) -> None:
    message = said_by(world, "x", raw_message=None, message="<p>one</p><p>two<br>three</p>")
    assert message.text == "one\n\ntwo\nthree"


def test_a_name_in_a_comment_is_a_mention(world: DisqusWorld) -> None:
    message = said_by(world, "what do you say, @ben:disqus and @Me:disqus? not mail@cleo:disqus")
    assert {one.uid for one in message.mentions} == {world.uid("ben"), world.me}


def test_pictures_beside_the_words(world: DisqusWorld) -> None:
    media = [
        {"url": "https://uploads.example/a.JPG?w=1"},
        {"url": "javascript:x"},
        {"url": None},
        "nonsense",
        None,
    ]
    message = said_by(world, "look", media=media)
    assert [(one.kind, one.url) for one in message.attachments] == [
        ("picture", "https://uploads.example/a.JPG?w=1")
    ]


def test_guests_are_told_apart_by_what_they_typed_and_are_never_me(world: DisqusWorld) -> None:
    thread = world._thread("mine", None)
    for name in ("Vera", "Vera", "Bob", "Me"):
        world.state.add_post(thread, User("", "", name), "hello")
    authors = [one.author for one in reading(world).messages]
    assert sorted(one.handle for one in authors) == ["Bob", "Me", "Vera", "Vera"]
    assert len({one.uid for one in authors}) == 3
    assert world.me not in {one.uid for one in authors}, "whoever types my name is not me"
    assert reading(world, OWN).messages == []


def test_a_thread_may_be_only_its_number(world: DisqusWorld) -> None:
    thread = world._thread("A page", None)
    world.state.add_post(thread, world.state.user("ana"), "hello").extra["thread"] = thread.id
    [message] = reading(world).messages
    assert (message.title, message.root_uri) == ("A page", thread.link)


def test_all_sites_are_read_with_one_request(world: DisqusWorld) -> None:
    world.state.moderators["second"] = {"me"}
    world.account = replace(world.account, options={**world.account.options, "forums": f"{FORUM}, second"})
    first = world.someone_mentions_me("on the first")
    other = world.state.add_thread("second", "other")
    second = world._uri(world.state.add_post(other, world.state.user("ben"), "on the second"))
    cursors = Cursors()
    assert reading(world, cursors=cursors).uris == {first.uri, second}
    before = len(world.site.home.asked("GET", "/posts/list"))
    assert reading(world, cursors=cursors).messages == []
    assert len(world.site.home.asked("GET", "/posts/list")) - before == 1


def test_who_has_no_site_reads_answers_elsewhere_only(world: DisqusWorld) -> None:
    world.account = replace(world.account, options={**world.account.options, "forums": ""})
    assert reading(world).messages == []
    assert world.site.home.asked("GET", "/posts/list") == []


def test_answers_on_other_peoples_pages_are_found(world: DisqusWorld) -> None:
    thread, mine = elsewhere(world)
    cursors = Cursors()
    reading(world, SLOW, cursors=cursors)
    world.pass_time(600)
    other = world.state.add_post(thread, world.state.user("ben"), "to nobody")
    said = world.state.add_post(thread, world.state.user("ana"), "to you", parent=mine.id)
    found = reading(world, SLOW, cursors=cursors)
    assert found.uris == {world._uri(said)}
    [message] = found.messages
    assert message.parent_uri == world._uri(mine)
    assert message.claim is None
    assert "moderate" in message.refusals
    assert world._uri(other) not in found.uris


def test_a_busy_page_elsewhere_is_read_on_where_it_was(world: DisqusWorld) -> None:
    thread, mine = elsewhere(world)
    for number in range(320):
        world.state.add_post(thread, world.state.user("ben"), f"noise {number}")
        world._tick()
    said = world.state.add_post(thread, world.state.user("ana"), "to you", parent=mine.id)
    cursors = Cursors()
    assert reading(world, SLOW, cursors=cursors).messages == []
    assert reading(world, SLOW, cursors=cursors).uris == {world._uri(said)}


def test_more_than_a_page_within_one_second_is_read(world: DisqusWorld) -> None:
    world.someone_mentions_me("before")
    cursors = Cursors()
    reading(world, cursors=cursors)
    world.pass_time(600)
    thread, at = world._thread("busy", None), world.now()
    made = [world.state.add_post(thread, world.state.user("ana"), f"{n}", at=at) for n in range(230)]
    assert {world._uri(one) for one in made} <= reading(world, cursors=cursors).uris


def test_what_goes_while_a_backlog_is_read_hides_nothing(world: DisqusWorld) -> None:
    world.someone_mentions_me("before")
    cursors = Cursors()
    reading(world, cursors=cursors)
    world.pass_time(600)
    said = [world.someone_mentions_me(f"{number}") for number in range(2 * world.page_size + 5)]
    world.while_reading(lambda: world.delete(said[3]))
    assert {one.uri for one in said} - {said[3].uri} <= reading(world, cursors=cursors).uris


def test_a_place_to_go_on_from_that_is_not_taken_begins_anew(world: DisqusWorld) -> None:
    said = [world.someone_mentions_me(f"{number}") for number in range(world.page_size + 5)]
    cursors = Cursors()

    async def work(adapter: Disqus) -> None:
        await read(adapter, cursors, long_ago(world), most_pages=1)
        kept = json.loads(cursors["comments"])
        kept["walk"]["onward"] = "stale"
        cursors["comments"] = json.dumps(kept)
        rest = await read(adapter, cursors, long_ago(world))
        assert {one.uri for one in said[:5]} <= rest.uris

    run(world, work)


def test_the_newer_words_for_going_on_are_known_too(world: DisqusWorld) -> None:
    said = [world.someone_mentions_me(f"{number}") for number in range(world.page_size + 5)]

    def newer(answer: Answer) -> Answer:
        found = answer.json()
        place = found["cursor"]
        return json_answer({**found, "cursor": {"hasNext": place["hasNext"], "next": place["next"]}})

    world.alter(newer, "GET", "/posts/list")
    assert {one.uri for one in said} <= reading(world).uris


def test_the_slow_round_sees_what_was_approved_late(world: DisqusWorld) -> None:
    post = world.state.add_post(
        world._thread("mine", None),
        world.state.user("ana"),
        "was held",
        at=world.now() - timedelta(days=9),
        approved=False,
    )
    incoming, slow = Cursors(), Cursors()
    world.someone_mentions_me("newer")
    reading(world, cursors=incoming)
    reading(world, SLOW, cursors=slow)
    post.approved = True
    assert world._uri(post) not in reading(world, cursors=incoming).uris
    assert world._uri(post) in reading(world, SLOW, cursors=slow).uris


@pytest.mark.parametrize("how", ["deleted", "spam", "traceless"])
def test_what_nobody_reads_any_more_is_gone(world: DisqusWorld, how: str) -> None:
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    if how == "traceless":
        del world.state.posts[message.local_id]
    else:
        setattr(world._of(said), how, True)
    assert run(world, lambda adapter: adapter.lookup([message.ref])).gone == (said.uri,)
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(message.ref))


def test_a_conversation_too_long_to_be_read_whole_still_has_what_was_asked_for(world: DisqusWorld) -> None:
    root = world.i_post("the root")
    said = world.someone_replies(root, "far back")
    thread = world._of(root).thread
    for number in range(1_010):
        world.state.add_post(thread, world.state.user("ben"), f"noise {number}")
        world._tick()
    found = run(world, lambda adapter: adapter.conversation(Ref(said.uri)))
    assert {root.uri, said.uri} <= {one.uri for one in found.messages}
    assert found.partial
