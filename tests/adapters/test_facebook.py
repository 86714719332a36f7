"""What is special about reading a Facebook Page: posts and their streams, two levels, people without a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from convo.adapters._facebook_lists import Cursor
from convo.adapters._keeping import kept
from convo.adapters.contract import ChannelKind, Missing, SignInAgain
from convo.adapters.facebook import Facebook
from convo.model import Attachment, Reason, Ref
from convo.testing.tools import Cursors, long_ago, read
from tests.adapters.facebook_page import Make, commented, fails, one, posted, read_as, said
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import making, reading, run
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

OWN, SLOW = ChannelKind.OWN, ChannelKind.SLOW


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of Facebook."""
    with making(FacebookWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> FacebookWorld:
    return make()


def comment_reads(world: FacebookWorld) -> list[dict[str, str]]:
    """What was asked of lists of comments, latest last."""
    return [dict(request.query) for request in world.site.home.asked("GET", "/comments")]


# --- a comment


def test_a_comment_with_its_post_its_time_and_its_people(world: FacebookWorld) -> None:
    post = posted(world, "convo 2.0 is out\nwith more")
    message = one(world, commented(world, "Does it run\non Windows?", to=post))
    assert (message.text, message.title) == ("Does it run\non Windows?", "convo 2.0 is out")
    assert (message.claim, message.flat, message.branch) == (Reason.COMMENT, False, "")
    assert message.parent_uri == message.root_uri == world.uri_of(post)
    assert (message.author.name, message.author.url) == ("Ana Test", "")
    assert message.url.startswith(f"https://www.facebook.com/{world.state.page.id}/posts/{post.number}?")


def test_times_have_an_offset_without_a_colon(world: FacebookWorld) -> None:
    message = read_as(world, "hello", created_time="2026-11-20T09:15:02+0100")
    assert message.created_at.isoformat() == "2026-11-20T08:15:02+00:00"


def test_words_are_plain_and_their_addresses_are_links(world: FacebookWorld) -> None:
    message = read_as(world, "a <b> & c, see https://example.org/x?a=1 (https://example.org/y).")
    assert message.text == "a <b> & c, see https://example.org/x?a=1 (https://example.org/y)."
    assert [link.url for link in message.links] == ["https://example.org/x?a=1", "https://example.org/y"]


@pytest.mark.parametrize("kind", ["photo", "sticker", "animated_image_share", "video_inline", "share"])
def test_what_is_attached_is_shown_without_the_address_that_expires(world: FacebookWorld, kind: str) -> None:
    attached = {
        "type": kind,
        "url": "https://www.facebook.com/photo/7",
        "title": "a soup",
        "media": {"image": {"src": "https://cdn.example/expires"}},
    }
    message = read_as(world, "look", attachment=attached)
    assert "cdn.example" not in repr(message)
    if kind == "share":
        assert [(link.url, link.text) for link in message.links] == [(attached["url"], "a soup")]
    else:
        shown = "video" if kind == "video_inline" else "picture"
        assert message.attachments == (Attachment(shown, "https://www.facebook.com/photo/7", "a soup"),)


def test_names_in_a_comment_are_mentions(world: FacebookWorld) -> None:
    page, ben = world.state.page, world.state.person("ben")
    tags = [
        {"id": page.id, "name": "Convo Page", "type": "page", "offset": 0, "length": 10},
        {"id": ben.id, "name": "Ben Test", "type": "user", "offset": 15, "length": 8},
        {"id": "77", "name": "A feast", "type": "event", "offset": 30, "length": 7},
        {"id": "nonsense"},
        7,
    ]
    message = read_as(world, "Convo Page and Ben Test, hello A feast", message_tags=tags)
    assert {(tag.uid, tag.leading) for tag in message.mentions} == {
        (world.me, True),
        (world.uid_of(ben), False),
    }


def test_ids_may_be_short_or_whole(make: Make) -> None:
    world = make(short_ids=True)
    top = commented(world, "hello")
    below = commented(world, "me too", by="ben", to=top)
    message = one(world, below)
    assert message.local_id == below.number
    assert message.parent_uri == world.uri_of(top)
    looked = run(world, lambda adapter: adapter.lookup([Ref(message.uri), message.ref]))
    assert [found.uri for found in looked.messages] == [message.uri, message.uri]


def test_what_is_hidden_is_said_to_be(world: FacebookWorld) -> None:
    made = commented(world, "rude words")
    made.hidden = True
    assert "hidden on the Page" in one(world, made).filtered
    made.hidden = False
    assert one(world, made).filtered == ""


def test_what_cannot_be_answered_or_decided_says_so(world: FacebookWorld) -> None:
    message = read_as(world, "hello", can_comment=False, can_hide=False, can_remove=False)
    assert set(message.refusals) == {"answer", "moderate"}
    assert read_as(world, "hello again").refusals == {}


# --- people


def test_whom_facebook_does_not_name_are_all_different_and_never_me(make: Make) -> None:
    world = make(named=False)
    for words in ("one", "two"):
        commented(world, words)
    authors = [message.author for message in reading(world).messages]
    assert {author.name for author in authors} == {"Facebook user"}
    assert len({author.uid for author in authors}) == 2
    assert world.me not in {author.uid for author in authors}


def test_who_has_an_id_and_no_name_is_one_person(world: FacebookWorld) -> None:
    post = posted(world)
    for words in ("one", "two"):
        commented(world, words, to=post).extra["from"] = {"id": "7000000000000077"}
    [author] = {message.author for message in reading(world).messages}
    assert (author.name, author.uid) == ("Facebook user", "https://www.facebook.com/7000000000000077")


# --- who speaks to the Page


def test_an_answer_to_somebody_else_does_not_speak_to_me(world: FacebookWorld) -> None:
    top = commented(world, "Does it rise?")
    assert one(world, commented(world, "It does", by="ben", to=top)).claim is None


def test_a_second_word_below_ones_own_comment_speaks_to_me(world: FacebookWorld) -> None:
    """Facebook hangs the answer to the Page's answer there."""
    top = commented(world, "Does it rise?")
    commented(world, "Yes.", by="me", to=top)
    message = one(world, commented(world, "And then?", to=top))
    assert message.claim is Reason.COMMENT
    assert (message.flat, message.branch, message.parent_uri) == (True, world.uri_of(top), world.uri_of(top))


def test_where_nobody_is_named_nobody_is_taken_for_somebody_else(make: Make) -> None:
    world = make(named=False)
    top = commented(world, "Does it rise?")
    assert one(world, commented(world, "And then?", by="ben", to=top)).claim is Reason.COMMENT


def test_an_answer_that_names_me_answers_my_comment(world: FacebookWorld) -> None:
    top = commented(world, "Does it rise?")
    mine = commented(world, "Yes.", by="me", to=top)
    below = commented(world, "thanks", by="ben", to=mine)
    world.state.naming(below, world.state.page)
    message = one(world, below)
    assert (message.parent_uri, message.claim) == (world.uri_of(mine), Reason.COMMENT)


def test_an_answer_that_names_another_answers_their_latest_comment(world: FacebookWorld) -> None:
    top = commented(world, "Does it rise?")
    commented(world, "no", by="ben", to=top)
    second = commented(world, "or yes", by="ben", to=top)
    below = commented(world, "make up your mind", to=top)
    world.state.naming(below, world.state.person("ben"))
    message = one(world, below)
    assert (message.parent_uri, message.claim) == (world.uri_of(second), None)


def test_what_a_page_of_comments_does_not_show_is_loaded(world: FacebookWorld) -> None:
    """The comment that an answer names lies a hundred comments back."""
    post = posted(world)
    top = commented(world, "Does it rise?", to=post)
    older = commented(world, "no", by="ben", to=top)
    for number in range(100):
        world.state.add_comment(post, world.state.person("cleo"), f"number {number}")
    mine = commented(world, "It does", by="me", to=top)
    world.state.naming(mine, world.state.person("ben"))
    found = reading(world, OWN).of(said(world, mine))
    assert found.parent_uri == world.uri_of(older)


# --- posts of others


def test_a_visitors_post_speaks_to_me_and_so_does_its_author_below(world: FacebookWorld) -> None:
    post = posted(world, "hello Page", by="ana")
    message = one(world, post)
    assert (message.claim, message.author.name) == (Reason.COMMENT, "Ana Test")
    assert set(message.refusals) == {"edit", "delete", "moderate"}
    assert one(world, commented(world, "and more", to=post)).claim is Reason.COMMENT
    assert one(world, commented(world, "me too", by="ben", to=post)).claim is None


@pytest.mark.parametrize("named", [True, False])
def test_posts_elsewhere_that_name_the_page(make: Make, named: bool) -> None:
    world = make(tagged_named=named)
    found = world.someone_tags("see this Page")
    message = reading(world, SLOW).of(found)
    assert world.me in {tag.uid for tag in message.mentions}
    assert message.author.name == ("Ana Test" if named else "Facebook user")


def test_without_the_right_to_see_who_names_the_page_the_rest_is_read(world: FacebookWorld) -> None:
    mine = world.i_post("mine")
    world.site.home.add(fails(10), method="GET", path="/tagged", times=9)
    found = reading(world, OWN, SLOW)
    assert mine.uri in found.uris
    assert [words for words in found.skipped if words.startswith("Posts that name the Page were left out")]


# --- which posts, and how far


def test_comments_on_old_posts_are_found(world: FacebookWorld) -> None:
    """Beyond the thirty posts of every look, once an hour."""
    old = world._posted("me", "old", world.now() - timedelta(days=60))
    for number in range(40):
        posted(world, f"number {number}")
    cursors: Cursors = {}
    reading(world, cursors=cursors)
    late = commented(world, "still here?", to=old)
    assert reading(world, cursors=cursors).messages == []
    cursors["comments"] = json.dumps({**json.loads(cursors["comments"]), "deep_at": 0})
    assert reading(world, cursors=cursors).uris == {world.uri_of(late)}


def test_a_post_older_than_the_window_is_read_for_its_new_comments_only(world: FacebookWorld) -> None:
    post = world._posted("me", "old", world.now() - timedelta(days=200))
    world.state.add_comment(post, world.state.person("ana"), "too old", at=world.now() - timedelta(days=150))
    fresh = commented(world, "new", to=post)
    assert reading(world).uris == {world.uri_of(fresh)}


@pytest.mark.parametrize("stream_first", [False, True])
def test_a_long_post_is_read_whole_and_then_no_further_than_needed(make: Make, stream_first: bool) -> None:
    world = make(stream_first=stream_first)
    post = posted(world)
    start = world.now() - timedelta(days=3)
    for number in range(450):
        at = start + timedelta(minutes=5 * number)
        world.state.add_comment(post, world.state.person("ana"), f"number {number}", at=at)
    cursors: Cursors = {}
    assert len(reading(world, cursors=cursors).uris) == 450
    before = len(comment_reads(world))
    late = commented(world, "one more", to=post)
    assert world.uri_of(late) in reading(world, cursors=cursors).uris
    assert len(comment_reads(world)) - before == (5 if stream_first else 2)


def test_places_in_lists_are_not_kept_for_another_run(world: FacebookWorld) -> None:
    post = posted(world)
    for number in range(250):
        world.state.add_comment(post, world.state.person("ana"), f"number {number}", at=world.now())
        world._tick()
    cursors: Cursors = {}
    first = run(world, lambda adapter: read(adapter, cursors, long_ago(world), most_pages=1))
    before = len(comment_reads(world))
    rest = reading(world, cursors=cursors)
    assert "after" not in comment_reads(world)[before]
    assert "after" in comment_reads(world)[before + 1]
    assert len(first.uris | rest.uris) == 250
    assert len(rest.messages) <= 151, "what was given is not given again"


def test_a_place_that_died_begins_the_post_anew(make: Make) -> None:
    world = make(fragile=True)
    post = posted(world)
    for number in range(250):
        world.state.add_comment(post, world.state.person("ana"), f"number {number}", at=world.now())
        world._tick()
    expected = {world.uri_of(made) for made in world.state.comments.values()}

    def arrive(answer: Answer) -> Answer:
        commented(world, "meanwhile", to=post)
        return answer

    world.site.home.add(Fault(change=arrive), method="GET", path="/comments")
    assert expected <= reading(world).uris


def test_a_page_of_which_all_is_withheld_goes_on(world: FacebookWorld) -> None:
    post = posted(world)
    oldest = commented(world, "the oldest", to=post)
    for number in range(120):
        world.state.add_comment(post, world.state.person("ben"), f"number {number}").withheld = True
    assert reading(world).uris == {world.uri_of(oldest)}
    assert world.leaks() == [], "the token is in the address of the next page, which is not asked"


def test_what_the_cursor_remembers_is_bounded(world: FacebookWorld) -> None:
    for number in range(230):
        world.state.add_comment(posted(world, f"number {number}"), world.state.person("ana"), "hello")
        world._tick()
    cursors: Cursors = {}
    assert len(reading(world, cursors=cursors).uris) == 230
    assert len(kept(cursors["comments"], Cursor).posts) == 200
    before = len(comment_reads(world))
    assert reading(world, cursors=cursors).messages == []
    assert len(comment_reads(world)) == before, "a post that is forgotten is not read again"


def test_all_levels_are_asked_for_a_hundred_at_once(world: FacebookWorld) -> None:
    commented(world, "hello")
    reading(world, *ChannelKind)
    for asked in comment_reads(world):
        assert asked["filter"] == "stream"
    for request in world.site.home.asked("GET"):
        assert int(request.first("limit") or "1") <= 100
        assert "count" not in request.first("fields"), "nothing is asked about numbers"
    assert not world.site.home.asked("GET", "/feed")


def test_edits_are_seen_once_more_in_the_slow_round(world: FacebookWorld) -> None:
    made = commented(world, "first words")
    cursors: Cursors = {}
    reading(world, ChannelKind.INCOMING, SLOW, cursors=cursors)
    made.message = "other words"
    assert reading(world, cursors=cursors).messages == []
    assert reading(world, SLOW, cursors=cursors).of(said(world, made)).text == "other words"


# --- what is gone


def test_what_does_not_exist_is_gone_only_where_its_post_can_be_read(world: FacebookWorld) -> None:
    made = commented(world, "hello")
    ref = one(world, made).ref
    world.site.home.add(fails(100, 33), method="GET", path=made.number, times=9)
    looked = run(world, lambda adapter: adapter.lookup([ref]))
    assert looked.gone == (ref.uri,)
    world.lapse("pages_read_user_content")
    with pytest.raises(SignInAgain, match="90 days"):
        run(world, lambda adapter: adapter.lookup([ref]))


def test_a_comment_that_lost_its_parent_stays(make: Make) -> None:
    world = make(cascading=False)
    top = commented(world, "hello")
    below = commented(world, "me too", by="ben", to=top)
    message = one(world, below)
    world.state.remove(top)
    conversation = run(world, lambda adapter: adapter.conversation(message.ref))
    assert message.uri in {found.uri for found in conversation.messages}


def test_a_conversation_that_is_gone(world: FacebookWorld) -> None:
    made = commented(world, "hello")
    ref = one(world, made).ref
    world.state.remove(made.post)
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(ref))
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(Ref(ref.uri)))


def test_a_conversation_is_found_by_its_address_alone(world: FacebookWorld) -> None:
    made = commented(world, "hello")
    found = run(world, lambda adapter: adapter.conversation(Ref(world.uri_of(made))))
    assert [message.text for message in found.messages] == ["convo 2.0 is out", "hello"]


def test_a_list_of_another_shape_is_an_error(world: FacebookWorld) -> None:
    async def work(adapter: Facebook) -> None:
        world.site.home.add(Fault(answer=json_answer({"data": {}})), method="GET", path="/published_posts")
        await read(adapter, {}, long_ago(world))

    with pytest.raises(Exception, match="should have answered with data"):
        run(world, work)
