"""What is special about WordPress: finding the API, roles, held comments, guests, duplicates, floods, odd answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest

from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    ChannelKind,
    Finding,
    Found,
    LoginResult,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.wordpress import WordPress
from convo.config import AccountConfig
from convo.model import Message, Person, Reason, Ref, Reply
from convo.testing import Trouble, Where
from convo.testing.tools import Cursors, Reading, long_ago, read
from tests.adapters.credential import Kept
from tests.adapters.wordpress_world import PASSWORD, WordPressWorld
from tests.simulators._wordpress_state import Comment, Post
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer, text_answer
from tests.simulators.shapes import real

T = TypeVar("T")
Make = Callable[..., WordPressWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds of a role and options."""
    made: list[WordPressWorld] = []

    def world(role: str = "editor", **options: Any) -> WordPressWorld:
        made.append(WordPressWorld(role, **options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


def run(world: WordPressWorld, work: Callable[[WordPress], Awaitable[T]]) -> T:
    """Do something with a signed-in adapter."""

    async def play() -> T:
        try:
            identity = await world.adapter().identify()
            return await work(world.adapter(identity.facts))
        finally:
            await world.close()

    return asyncio.run(play())


def reading(world: WordPressWorld, *kinds: ChannelKind, cursors: Cursors | None = None) -> Reading:
    """What is read from channels, those of incoming messages when none is named."""
    return run(
        world, lambda adapter: read(adapter, cursors if cursors is not None else {}, long_ago(world), *kinds)
    )


def guest(world: WordPressWorld, post: Post, text: str, **more: Any) -> Comment:
    """A visitor's comment."""
    who = more.pop("guest", ("Vera", "vera@example.net", "https://vera.example.net"))
    return world.state.add_comment(post.id, text, guest=who, **more)


def mine(world: WordPressWorld, title: str = "Mine", **more: Any) -> Post:
    """A post of the account."""
    return world.state.add_post(world.user_me, title, **more)


def others(world: WordPressWorld, title: str = "Theirs") -> Post:
    """A post of somebody else."""
    return world.state.add_post(world._user("owner"), title)


def uri(world: WordPressWorld, comment: Comment) -> str:
    return f"{world.home}/?p={comment.post}#comment-{comment.id}"


def message(world: WordPressWorld, comment: Comment) -> Message:
    """A comment as the look-up gives it."""
    looked = run(world, lambda adapter: adapter.lookup([Ref(uri(world, comment), str(comment.id))]))
    return looked.messages[0]


def reply(world: WordPressWorld, comment: Comment, text: str = "my answer") -> Reply:
    return Reply("key", message(world, comment), text)


def sent(world: WordPressWorld, comment: Comment, text: str = "my answer") -> Message:
    """Answer a comment."""

    async def work(adapter: WordPress) -> Message:
        return await adapter.answer(await adapter.prepare(answer))

    answer = reply(world, comment, text)
    return run(world, work)


# Where the API is


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pretty": False},
        {"folder": "/blog"},
        {"folder": "/blog", "pretty": False},
        {"prefix": "api"},
        {"prefix": "api", "plain": False},
        {"prefix": "api", "plain": False, "folder": "/blog"},
        {"closed": "anonymous"},
    ],
    ids=str,
)
def test_the_api_is_found_and_all_goes_through_it(make: Make, options: dict[str, Any]) -> None:
    world = make(**options)
    comment = guest(world, mine(world), "a question")
    assert reading(world).uris == {uri(world, comment)}
    written = sent(world, comment)
    assert written.parent_uri == uri(world, comment)
    assert [one.uri for one in world.standing()] == [written.uri]


def test_an_api_on_another_host_is_not_asked(make: Make) -> None:
    world = make(prefix="api", plain=False)
    elsewhere = world.site.elsewhere.url

    def change(answer: Answer) -> Answer:
        return answer.with_headers(link=f'<{elsewhere}/wp-json/>; rel="https://api.w.org/"')

    world.site.home.add(Fault(change=change), times=100)
    with pytest.raises(Refused, match="no WordPress REST API"):
        reading(world)
    assert world.leaks() == []
    assert [one for one in world.site.log if one.origin == elsewhere] == []


def test_a_site_without_api_is_said(make: Make) -> None:
    with pytest.raises(Refused) as caught:
        reading(make(closed="all"))
    assert "no WordPress REST API" in caught.value.words
    assert "plugin" in caught.value.words


def test_a_stored_place_that_moved_is_found_anew(make: Make) -> None:
    world = make()
    facts = asyncio.run(_facts(world))
    world.state.options.pretty = False

    async def work() -> str:
        try:
            adapter = world.adapter(facts)
            with pytest.raises(AdapterError):
                await adapter.fetch("comments", "", long_ago(world))
            identity = await adapter.identify()
            return str(identity.facts)
        finally:
            await world.close()

    assert "rest_route" in json.loads(asyncio.run(work()))["root"]


async def _facts(world: WordPressWorld) -> str:
    try:
        return str((await world.adapter().identify()).facts)
    finally:
        await world.close()


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://blog.example.org", "https://blog.example.org"),
        ("blog.example.org/", "https://blog.example.org"),
        ("https://example.org/blog/wp-admin/", "https://example.org/blog"),
        ("https://example.org/wp-json/", "https://example.org"),
        ("", ""),
    ],
)
def test_the_address_of_the_site(url: str, base: str) -> None:
    assert WordPress.base_url(AccountConfig("blog", "wordpress", url=url)) == base


# Signing in


@pytest.mark.parametrize(
    "options", [{}, {"surfaced": True}, {"header_lost": True}, {"closed": "anonymous"}], ids=str
)
@pytest.mark.parametrize("role", ["editor", "author", "subscriber"])
def test_a_wrong_password_is_no_empty_inbox(make: Make, role: str, options: dict[str, Any]) -> None:
    world = make(role, **{**options, "header_lost": False})
    guest(world, mine(world), "hello")
    facts = asyncio.run(_facts(world))
    world.credential.secret = "aaaa bbbb"
    world.state.options.header_lost = bool(options.get("header_lost"))

    async def work(channel: str) -> None:
        try:
            await world.adapter(facts).fetch(channel, "", long_ago(world))
        finally:
            await world.close()

    for channel in ("comments", "own", "again"):
        with pytest.raises(SignInAgain) as caught:
            asyncio.run(work(channel))
        assert "/wp-admin/profile.php" in caught.value.words
        assert "convo login blog" in caught.value.words
        assert "<" not in caught.value.words


def test_application_passwords_that_are_switched_off_are_said(make: Make) -> None:
    with pytest.raises(SignInAgain, match="switched off"):
        asyncio.run(_facts(make(application_passwords=False)))


def test_without_a_user_name_the_config_is_named(make: Make) -> None:
    world = make()
    world.account = AccountConfig("blog", "wordpress", url=world.home)
    with pytest.raises(SignInAgain, match="user ="):
        asyncio.run(_facts(world))


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD.replace(" ", ""), f" {PASSWORD}\n"])
def test_the_spaces_of_a_password_do_not_matter(make: Make, password: str) -> None:
    world = make()
    world.credential.secret = password
    assert asyncio.run(_facts(world))


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("administrator", {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
        ("author", {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
        ("subscriber", {Verb.ANSWER}),
    ],
)
def test_what_the_role_may_do(make: Make, role: str, verbs: set[Verb]) -> None:
    async def work(adapter: WordPress) -> tuple[set[Verb], Mapping[Verb, str]]:
        return set(adapter.can.verbs), adapter.can.refusals

    can, refusals = run(make(role), work)
    assert can == verbs
    assert all(refusals.values())
    assert can.isdisjoint(refusals)


# What speaks to me


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


# Answering


def test_an_answer_is_sent_without_names_or_states(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    sent(world, comment, "fish & chips")
    [(body, _)] = world.writes()
    assert json.loads(body) == {"post": comment.post, "parent": comment.id, "content": "fish &amp; chips"}


@pytest.mark.parametrize("change", ["trash", "spam", "remove", "post trashed", "post gone"])
def test_an_answer_to_what_is_gone_is_not_sent(make: Make, change: str) -> None:
    world = make()
    post = mine(world)
    comment = guest(world, post, "a question")
    answer = reply(world, comment)
    if change in ("trash", "spam"):
        world.state.set_status(comment, change)
    elif change == "remove":
        world.state.remove(comment)
    elif change == "post trashed":
        post.status = "trash"
    else:
        del world.state.posts[post.id]
    with pytest.raises((Missing, Refused)):
        run(world, lambda adapter: adapter.prepare(answer))
    assert world.writes() == []


def test_closed_comments_are_refused_before_sending(make: Make) -> None:
    world = make()
    post = mine(world)
    comment = guest(world, post, "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    post.comment_status = "closed"
    with pytest.raises(Refused, match="closed"):
        run(world, lambda adapter: adapter.prepare(answer))
    with pytest.raises(Refused, match="comments are closed"):
        run(world, lambda adapter: adapter.answer(request))


def test_empty_answers_posts_and_files_are_refused(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    parent = message(world, comment)
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.prepare(Reply("k", parent, " \n")))
    head = run(world, lambda adapter: adapter.lookup([Ref(f"{world.home}/?p={comment.post}")])).messages[0]
    with pytest.raises(Refused, match="answers comments"):
        run(world, lambda adapter: adapter.prepare(Reply("k", head, "hello")))


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 65_525, True), ("x" * 65_526, False), ("&" * 13_106, False)]
)
def test_the_length_is_that_of_what_is_stored(make: Make, text: str, fits: bool) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    if fits:
        assert sent(world, comment, text).text == text
        return
    with pytest.raises(Refused, match="Too long"):
        sent(world, comment, text)
    assert world.writes() == []


def test_a_flood_is_tried_again_in_a_quarter_of_a_minute(make: Make) -> None:
    world = make("author")
    post = mine(world)
    one, two = guest(world, post, "one"), guest(world, post, "two")
    sent(world, one)
    with pytest.raises(RetryAt) as caught:
        sent(world, two)
    assert caught.value.at is not None
    wait = caught.value.at - datetime.now(timezone.utc)
    assert timedelta(seconds=5) < wait <= timedelta(seconds=15)
    world.pass_time(16)
    sent(world, two)


def test_said_already_is_the_answer_when_it_is_a_newer_one(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    first = run(world, lambda adapter: adapter.answer(request))
    second = run(world, lambda adapter: adapter.answer(request))
    assert first.uri == second.uri
    assert len(world.standing()) == 1


def test_said_already_long_ago_is_refused(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    sent(world, comment, "Yes.")
    with pytest.raises(Refused) as caught:
        sent(world, comment, "Yes.")
    assert "already said that" in caught.value.words
    assert "&#8217;" not in caught.value.words
    assert "only once" in caught.value.words


@pytest.mark.parametrize("text", ["back\\slash", "fish & chips", 'she said "yes" -- twice...'])
@pytest.mark.parametrize("role", ["editor", "author"])
def test_what_the_site_does_not_notice_twice_is_found_before_it_is_sent_again(
    make: Make, role: str, text: str
) -> None:
    world = make(role, flood=False)
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment, text)
    request = run(world, lambda adapter: adapter.prepare(answer))
    world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    proof = run(world, lambda adapter: adapter.find(request, ()))
    assert isinstance(proof, Found)
    assert [one.uri for one in world.standing()] == [proof.message.uri]


def test_an_author_cannot_tell_words_that_the_site_made_pretty(make: Make) -> None:
    world = make("author", flood=False)
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment, "one")
    request = run(world, lambda adapter: adapter.prepare(answer))
    world.state.add_comment(comment.post, "another", parent=comment.id, user=world.user_me)
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Unknown)
    editor = make()
    comment = guest(editor, mine(editor), "a question")
    answer = reply(editor, comment, "one")
    request = run(editor, lambda adapter: adapter.prepare(answer))
    editor.state.add_comment(comment.post, "another", parent=comment.id, user=editor.user_me)
    assert isinstance(run(editor, lambda adapter: adapter.find(request, ())), Absent)


def test_a_readers_answer_may_be_held_where_nobody_sees_it(make: Make) -> None:
    world = make("subscriber", moderated=True, flood=False)
    comment = guest(world, others(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    assert not run(world, lambda adapter: adapter.answer(request)).held
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Unknown)
    with pytest.raises(Refused, match="approval"):
        run(world, lambda adapter: adapter.answer(request))
    assert len(world.standing()) == 1


def test_an_answer_that_was_called_spam_has_arrived(make: Make) -> None:
    world = make("author", flood=False)
    comment = guest(world, others(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    written = run(world, lambda adapter: adapter.answer(request))
    world.state.set_status(world.state.comments[int(written.local_id)], "spam")
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_a_page_after_an_answer_is_ambiguous(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))
    page = text_answer("<br /><b>Warning</b>: in plugin.php on line 3<br />{}", 201)
    world.site.home.add(Fault(answer=page), method="POST")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Found)


def test_an_answer_that_a_plugin_moved_is_taken_back(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "a question")
    answer = reply(world, comment)
    request = run(world, lambda adapter: adapter.prepare(answer))

    def change(found: Answer) -> Answer:
        return json_answer({**found.json(), "parent": 0}, 201)

    world.site.home.add(Fault(change=change), method="POST")
    with pytest.raises(Refused, match="somewhere else"):
        run(world, lambda adapter: adapter.answer(request))
    assert world.standing() == []


@pytest.mark.parametrize("status", [403, 406])
def test_a_firewall_says_so_in_words(make: Make, status: int) -> None:
    world = make()
    page = text_answer("<html><body><h1>Blocked</h1></body></html>", status)
    world.site.home.add(Fault(answer=page), path="/wp/v2/comments", times=9)
    with pytest.raises(Refused) as caught:
        reading(world)
    assert "<" not in caught.value.words
    assert ("firewall" in caught.value.words) is (status == 403)


# Changing, deleting, deciding


def test_an_own_comment_is_changed_and_thrown_away(make: Make) -> None:
    world = make("author")
    comment = guest(world, mine(world), "a question")
    written = sent(world, comment, "first & last")
    edited = run(world, lambda adapter: adapter.edit(written.ref, "other & <words>"))
    assert (edited.uri, edited.text, edited.parent_uri) == (
        written.uri,
        "other & <words>",
        written.parent_uri,
    )
    run(world, lambda adapter: adapter.delete(written.ref))
    assert world.state.comments[int(written.local_id)].status == "trash"


def test_a_site_without_trash_deletes_for_good(make: Make) -> None:
    world = make(trash=False)
    written = sent(world, guest(world, mine(world), "a question"))
    run(world, lambda adapter: adapter.delete(written.ref))
    assert int(written.local_id) not in world.state.comments


def test_an_author_cannot_change_what_stands_on_anothers_post(make: Make) -> None:
    world = make("author")
    own = world.state.add_comment(others(world).id, "mine", user=world.user_me)
    found = message(world, own)
    assert set(found.refusals) == {"edit", "delete"}
    with pytest.raises(Refused, match="not allowed"):
        run(world, lambda adapter: adapter.edit(found.ref, "other"))
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.delete(found.ref))
    assert own.content == "mine"


@pytest.mark.parametrize("role", ["editor", "author"])
@pytest.mark.parametrize(
    ("start", "decision", "end"),
    [
        ("0", "approve", "1"),
        ("1", "approve", "1"),
        ("0", "spam", "spam"),
        ("1", "spam", "spam"),
        ("spam", "spam", "spam"),
        ("0", "trash", "trash"),
        ("trash", "trash", "trash"),
        ("1", "not approve", "0"),
        ("0", "not approve", "0"),
        ("spam", "not spam", "1"),
        ("trash", "not trash", "1"),
    ],
)
def test_decisions(make: Make, role: str, start: str, decision: str, end: str) -> None:
    world = make(role)
    comment = guest(world, mine(world), "let me in", status=start)
    comment.before = "1"
    run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), decision))
    assert comment.status == end


def test_decisions_about_what_is_gone(make: Make) -> None:
    world = make()
    comment = guest(world, mine(world), "let me in", status="0")
    world.state.remove(comment)
    ref = Ref(uri(world, comment))
    run(world, lambda adapter: adapter.moderate(ref, "trash"))
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.moderate(ref, "approve"))


@pytest.mark.parametrize(("role", "words"), [("subscriber", "Your role"), ("author", "not allowed")])
def test_who_may_not_decide_is_told(make: Make, role: str, words: str) -> None:
    world = make(role)
    comment = guest(world, others(world), "let me in")
    with pytest.raises(Refused, match=words):
        run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), "trash"))
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.moderate(Ref(uri(world, comment)), "promote"))
    assert comment.status == "1"


# Checking and signing in


def _finding(found: list[Finding], what: str) -> Finding:
    return next(one for one in found if one.what == what)


@pytest.mark.parametrize(
    ("role", "words"),
    [("editor", "moderate_comments"), ("author", "posts of its own"), ("subscriber", "only comment")],
)
def test_the_check_names_what_the_role_may_do(make: Make, role: str, words: str) -> None:
    found = list(run(make(role), lambda adapter: adapter.check()))
    assert all(one.fine for one in found)
    assert words in _finding(found, "role").words


def test_the_check_says_that_the_clock_is_wrong_and_the_totals_are_missing(make: Make) -> None:
    world = make(totals=False)
    world.clock.step(600)
    found = list(run(world, lambda adapter: adapter.check()))
    assert not _finding(found, "clock").fine
    assert "X-WP-Total" in _finding(found, "comments").words


def login(
    world: WordPressWorld, account: AccountConfig, *answers: dict[str, str]
) -> tuple[LoginResult, list[LoginStep]]:
    """Sign in with these answers; gives the result and what was asked."""
    asked: list[LoginStep] = []

    async def ask(step: LoginStep) -> dict[str, str]:
        asked.append(step)
        return answers[len(asked) - 1]

    async def work() -> LoginResult:
        return await WordPress.login(account, lambda url: Http(url), ask)

    return asyncio.run(work()), asked


def test_signing_in_asks_for_site_user_and_password(make: Make) -> None:
    world = make()
    typed = {"user": " me ", "password": f" {PASSWORD} "}
    result, asked = login(
        world, AccountConfig("blog", "wordpress"), {"url": f"{world.home}/wp-admin/"}, typed
    )
    assert (result.secret, dict(result.options)) == (PASSWORD, {"url": world.home, "user": "me"})
    assert result.identity.person.uid == world.me
    assert asked[1].open_url.startswith(
        f"{world.home}/wp-admin/authorize-application.php?app_name=convo&app_id="
    )
    assert f"{world.home}/wp-admin/profile.php" in asked[1].words
    assert not asked[1].wait_for_redirect
    assert [(field.name, field.secret) for field in asked[1].fields] == [("user", False), ("password", True)]
    made = WordPress(
        AccountConfig("blog", "wordpress", url=world.home, user="me"), Http(world.home), Kept(PASSWORD), "{}"
    )
    assert asyncio.run(_identified(made)) == result.identity.person


async def _identified(adapter: WordPress) -> Person:
    try:
        return (await adapter.identify()).person
    finally:
        await adapter.close()


def test_what_is_known_is_not_asked_for(make: Make) -> None:
    world = make(pretty=False)
    account = AccountConfig("blog", "wordpress", url=world.home, user="me")
    _, [step] = login(world, account, {"password": PASSWORD})
    assert [field.name for field in step.fields] == ["password"]
    assert "authorize-application.php" in step.open_url


def test_an_api_that_is_closed_to_strangers_lets_one_sign_in(make: Make) -> None:
    world = make(closed="anonymous")
    _, [step] = login(
        world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD}
    )
    assert step.open_url == f"{world.home}/wp-admin/profile.php"


def test_a_page_of_another_site_is_not_offered(make: Make) -> None:
    world = make()

    def change(answer: Answer) -> Answer:
        view = answer.json()
        page = "https://evil.example/authorize-application.php"
        view["authentication"]["application-passwords"]["endpoints"]["authorization"] = page
        return json_answer(view)

    world.site.home.add(Fault(change=change), path="/wp-json/")
    _, [step] = login(
        world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD}
    )
    assert step.open_url == f"{world.home}/wp-admin/profile.php"


@pytest.mark.parametrize("typed", [{"user": "me", "password": ""}, {"user": "", "password": PASSWORD}, {}])
def test_an_empty_answer_signs_nobody_in(make: Make, typed: dict[str, str]) -> None:
    world = make()
    with pytest.raises(SignInAgain):
        login(world, AccountConfig("blog", "wordpress", url=world.home), typed)


def test_a_wrong_password_is_said_while_signing_in(make: Make) -> None:
    world = make(surfaced=True)
    with pytest.raises(SignInAgain, match="invalid application password"):
        login(world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": "nope"})


def test_signing_in_is_not_offered_where_it_cannot_be(make: Make) -> None:
    world = make(application_passwords=False)
    with pytest.raises(Refused, match="switched off"):
        login(world, AccountConfig("blog", "wordpress", url=world.home, user="me"), {"password": PASSWORD})
