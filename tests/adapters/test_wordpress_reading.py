"""WordPress, reading: what speaks to me, pages, conversations, people and words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from convo.adapters.contract import (
    ChannelKind,
)
from convo.model import Reason, Ref
from convo.testing.tools import Cursors, read
from tests.adapters.playing import run
from tests.adapters.wordpress_site import Make, guest, message, mine, others, reading, sent, uri
from tests.adapters.wordpress_site import make as make
from tests.simulators.faults import Fault
from tests.simulators.messages import json_answer
from tests.simulators.shapes import real


def test_a_comment_on_my_post_speaks_to_me_and_one_on_anothers_does_not(make: Make) -> None:
    world = make()
    world.state.add_comment(others(world).id, "between others", guest=("X", "x@example.net", ""))
    comment = guest(world, mine(world, "First &#038; foremost <b>bold</b>"), "to me")
    [found] = reading(world).messages
    assert (found.uri, found.claim, found.title) == (
        uri(world, comment),
        Reason.COMMENT,
        "First & foremost bold",
    )
    assert found.parent_uri == found.root_uri == f"{world.home}/?p={comment.post}"
    assert found.url.endswith(f"#comment-{comment.id}")


def test_a_reply_to_my_comment_on_anothers_post_is_read(make: Make) -> None:
    world = make("subscriber")
    post = others(world)
    own = world.state.add_comment(post.id, "mine", user=world.user_me)
    aside = guest(world, post, "said to nobody")
    reply_to_me = guest(world, post, "to me", parent=own.id)
    guest(world, post, "to somebody else", parent=aside.id)
    found = reading(world)
    assert found.uris == {uri(world, own), uri(world, reply_to_me)}
    assert all(one.claim is None for one in found.messages)


def test_a_reply_whose_parent_is_on_no_page_is_read(make: Make) -> None:
    world = make()
    post = others(world)
    own = world.state.add_comment(post.id, "mine", user=world.user_me, at=world.now() - timedelta(days=200))
    reply_to_me = guest(world, post, "to me", parent=own.id)
    assert reading(world).uris == {uri(world, reply_to_me)}


def test_a_comment_on_my_page_speaks_to_me(make: Make) -> None:
    world = make()
    page = mine(world, "About", type="page")
    comment = guest(world, page, "nice page")
    [found] = reading(world).messages
    assert (found.uri, found.claim, found.title) == (uri(world, comment), Reason.COMMENT, "About")
    conversation = run(world, lambda adapter: adapter.conversation(found.ref))
    assert [one.title for one in conversation.messages if one.local_id.startswith("p")] == ["About"]
    written = sent(world, comment)
    assert written.parent_uri == found.uri


def test_pingbacks_are_left_out(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "[...] linked [...]")
    comment.type = "pingback"
    assert reading(world).messages == []


@pytest.mark.parametrize(("role", "own_held"), [("editor", True), ("author", True), ("subscriber", False)])
def test_who_may_approve_sees_what_is_held(make: Make, role: str, own_held: bool) -> None:
    world = make(role)
    held = guest(world, mine(world), "let me in", status="0")
    elsewhere = guest(world, others(world), "let me in there", status="0")
    found = {one.uri: one for one in reading(world).messages}
    assert (uri(world, held) in found) is own_held
    assert (uri(world, elsewhere) in found) is (role == "editor")
    assert all(one.held for one in found.values())
    if role == "editor":
        assert found[uri(world, elsewhere)].claim is None
    held.status = "1"
    assert not message(world, held).held


def test_my_own_held_comment_waits_for_nobody_here(make: Make) -> None:
    world = make("author")
    own = world.state.add_comment(others(world).id, "mine", user=world.user_me, status="0")
    [found] = reading(world).messages
    assert (found.uri, found.held) == (uri(world, own), False)


def test_what_was_approved_late_or_rescued_from_spam_is_seen_by_the_slow_round(make: Make) -> None:
    world = make()
    post = mine(world)
    spam = guest(world, post, "no spam at all", status="spam")
    for number in range(30):
        guest(world, post, f"number {number}")
    cursors: Cursors = {}
    assert uri(world, spam) not in reading(world, cursors=cursors).uris
    spam.status = "1"
    assert uri(world, spam) not in reading(world, cursors=cursors).uris
    assert uri(world, spam) in reading(world, ChannelKind.SLOW, cursors=cursors).uris


# Paging


def test_imported_comments_have_new_numbers_and_old_dates(make: Make) -> None:
    world = make()
    post = mine(world)
    cursors: Cursors = {}
    guest(world, post, "today")
    reading(world, cursors=cursors)
    imported = [guest(world, post, f"old {n}", at=world.now() - timedelta(days=10 + n)) for n in range(15)]
    assert reading(world, cursors=cursors).uris == {uri(world, one) for one in imported}


def test_a_page_that_is_short_ends_nothing(make: Make) -> None:
    world = make("author")
    post, other = mine(world), others(world)
    said = [guest(world, post, f"number {n}") for n in range(3)]
    for number in range(240):  # held on somebody else's post: left out after the page was cut
        guest(world, other, f"hidden {number}", status="0")
    assert reading(world).uris == {uri(world, one) for one in said}


@pytest.mark.parametrize("hours", [-11, 0, 13])
def test_the_window_holds_in_every_time_zone(make: Make, hours: int) -> None:
    world = make(timezone=timedelta(hours=hours))
    post = mine(world)
    since = world.now() - timedelta(days=30)
    inside = guest(world, post, "inside", at=since + timedelta(minutes=1))
    guest(world, post, "outside", at=since - timedelta(minutes=1))
    found = run(world, lambda adapter: read(adapter, {}, since))
    assert found.uris == {uri(world, inside)}
    assert found.messages[0].created_at == inside.at


def test_a_quiet_look_asks_for_few_comments(make: Make) -> None:
    world = make()
    post = mine(world)
    cursors: Cursors = {}
    for number in range(12):
        guest(world, post, f"number {number}")
    reading(world, cursors=cursors)
    before = len(world.site.log)
    reading(world, cursors=cursors)
    asked = [one.target for one in world.site.log[before:] if "/comments" in one.target]
    assert len(asked) == 1
    assert "per_page=10&" in f"{asked[0]}&"


# Looking up, conversations


def test_the_trash_and_spam_are_gone_and_come_back(make: Make) -> None:
    world = make()
    post = mine(world)
    one, two, three = (guest(world, post, f"number {n}") for n in range(3))
    refs = [Ref(uri(world, comment), str(comment.id)) for comment in (one, two, three)]
    world.state.set_status(one, "trash")
    world.state.set_status(two, "spam")
    looked = run(world, lambda adapter: adapter.lookup(refs))
    assert set(looked.gone) == {refs[0].uri, refs[1].uri}
    world.state.set_status(one, "untrash")
    assert [found.uri for found in run(world, lambda adapter: adapter.lookup(refs[:1])).messages] == [
        refs[0].uri
    ]


def test_a_closed_post_is_noticed_when_it_opens_again(make: Make) -> None:
    world = make()
    post = mine(world, comment_status="closed")
    guest(world, post, "said before")
    [found] = reading(world).messages
    assert "closed" in found.refusals["answer"]
    post.comment_status = "open"
    [again] = run(world, lambda adapter: adapter.lookup([found.ref])).messages
    assert "answer" not in again.refusals


def test_a_conversation_of_many_pages_is_whole_and_headed_by_its_post(make: Make) -> None:
    world = make()
    post = others(world, "Theirs")
    own = world.state.add_comment(post.id, "mine", user=world.user_me)
    for number in range(130):
        guest(world, post, f"number {number}", parent=own.id)
    ref = message(world, own).ref
    conversation = run(world, lambda adapter: adapter.conversation(ref))
    assert len(conversation.messages) == 132
    assert conversation.partial == ""
    [head] = [one for one in conversation.messages if one.local_id == f"p{post.id}"]
    assert (head.title, head.author.uid, head.parent_uri) == (
        "Theirs",
        f"{world.home}/?author={post.author}",
        "",
    )
    assert "answer" in head.refusals


def test_a_conversation_longer_than_is_kept_says_so(make: Make) -> None:
    world = make()
    post = mine(world)
    comments = [guest(world, post, f"number {number}") for number in range(1_020)]
    ref = message(world, comments[3]).ref
    conversation = run(world, lambda adapter: adapter.conversation(ref))
    assert conversation.partial
    assert uri(world, comments[3]) in {one.uri for one in conversation.messages}


def test_answers_below_every_depth_are_read_and_written(make: Make) -> None:
    world = make()
    post = mine(world)
    last = guest(world, post, "level 0")
    for level in range(1, 12):
        last = guest(world, post, f"level {level}", parent=last.id)
    assert sent(world, last).parent_uri == uri(world, last)


# People and words


def test_people_are_told_apart(make: Make) -> None:
    world = make()
    post = mine(world)
    registered = world.state.add_comment(post.id, "a", user=world._user("ben"))
    vera = guest(world, post, "b")
    again = guest(world, post, "c", guest=("Vera V.", " VERA@example.net", ""))
    namesake = guest(world, post, "d", guest=("Ben", "", ""))
    nobody = guest(world, post, "e", guest=("", "", ""))
    who = {one.uri: one.author for one in reading(world).messages}
    uids = [who[uri(world, one)].uid for one in (registered, vera, again, namesake, nobody)]
    assert uids[0] == f"{world.home}/?author={registered.author}"
    assert uids[1] == uids[2]
    assert len(set(uids)) == 4
    assert who[uri(world, nobody)].handle == "Anonymous"
    assert "example.net" not in " ".join(uids)


def test_a_guest_with_my_address_is_not_me(make: Make) -> None:
    world = make()
    me = world.user_me
    comment = guest(world, mine(world), "I am you", guest=(me.name, me.email, ""))
    [found] = reading(world).messages
    assert found.author.uid != world.me
    assert found.claim is Reason.COMMENT
    assert found.uri == uri(world, comment)


def test_an_author_knows_guests_by_name_and_web_address(make: Make) -> None:
    world = make("author")
    post = mine(world)
    guest(world, post, "one")
    guest(world, post, "two", guest=("Vera", "other@example.net", "https://vera.example.net"))
    assert len({one.author.uid for one in reading(world).messages}) == 1


def test_html_becomes_words_and_words_become_no_html(make: Make) -> None:
    world = make("administrator")
    content = 'It\'s <em>so</em> &amp; a <a href="https://x.example/a">link</a>\n\n<script>x()</script>new'
    comment = guest(world, mine(world), content)
    [found] = reading(world).messages
    assert found.text == "It’s so & a link\n\nnew"
    assert [(link.url, link.text) for link in found.links] == [("https://x.example/a", "link")]
    words = "<script>alert(1)</script> & <b>x</b> &lt;"
    written = sent(world, comment, words)
    assert written.text == words
    assert "<script>" not in world.state.comments[int(written.local_id)].content


def test_times_are_utc_whatever_the_site_shows(make: Make) -> None:
    world = make(timezone=timedelta(hours=5, minutes=30))
    comment = guest(world, mine(world), "now")
    [found] = reading(world).messages
    assert found.created_at == comment.at


def test_recorded_comments_are_read(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "simulated")
    recorded = real("wordpress/19-comments-edit")["body"][0]
    page = [
        {**recorded, "id": comment.id, "post": comment.post, "date_gmt": f"{comment.at:%Y-%m-%dT%H:%M:%S}"}
    ]
    world.site.home.add(Fault(answer=json_answer(page)), path="/wp/v2/comments", times=1)
    [found] = reading(world).messages
    assert found.text == "A first alert(1) comment & a link\n\nsecond paragraph"
    assert (found.author.name, found.author.url) == ("Vera Visitor", "https://vera.example.net")
