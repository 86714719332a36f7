"""What is special about Blogger: several blogs, held comments, strangers, undocumented pages, Google's sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from convo.adapters.blogger import Blogger
from convo.adapters.contract import ChannelKind, LoginStep, Refused, RetryAt, SignInAgain, Verb
from convo.config import AccountConfig
from convo.model import Message, Reason, Ref
from convo.testing.tools import Cursors, long_ago, received
from tests.adapters.blogger_world import TOKEN, BloggerWorld
from tests.adapters.playing import making, reading, run, sign_in
from tests.simulators import faults
from tests.simulators._blogger_state import Author, Comment
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, Request, json_answer

OWN, SLOW = ChannelKind.OWN, ChannelKind.SLOW
Make = Callable[..., BloggerWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the blog."""
    with making(BloggerWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> BloggerWorld:
    return make()


def single(world: BloggerWorld, comment: Comment) -> Message:
    """A comment as the look-up gives it."""
    looked = run(
        world, lambda adapter: adapter.lookup([Ref(world._uri(comment.post, comment.id), comment.id)])
    )
    message: Message = looked.messages[0]
    return message


# --- what is read


def test_a_blog_without_comments_says_nothing_of_items(world: BloggerWorld) -> None:
    found = reading(world)
    assert (found.messages, found.skipped) == ([], [])


def test_a_comment_with_its_post_its_time_and_its_text(world: BloggerWorld) -> None:
    post = world._post("me", "Bread & butter", None)
    made = world.blogs.add_comment(
        post,
        world.blogs.author("ana"),
        'Does it <b>rise</b>?<br />See <a href="https://example.org/x" rel="nofollow">this</a> &lt;3',
    )
    [message] = reading(world).messages
    assert message.text == "Does it rise?\nSee this <3"
    assert [(one.url, one.text) for one in message.links] == [("https://example.org/x", "this")]
    assert (message.title, message.claim) == ("Bread & butter", Reason.COMMENT)
    assert message.created_at == made.published
    assert message.url == f"{post.url}#c{made.id}"
    assert message.local_id == made.id


def test_all_blogs_are_read_and_named(world: BloggerWorld) -> None:
    first = world.someone_mentions_me("on the first")
    world.blog = world.blogs.add_blog("My other blog")
    second = world.someone_mentions_me("on the second")
    cursors = Cursors()
    assert reading(world, cursors=cursors).uris == {first.uri, second.uri}
    before = len(world.site.home.asked("GET", "/comments"))
    assert reading(world, cursors=cursors).messages == []
    assert len(world.site.home.asked("GET", "/comments")) - before == 2


def test_strangers_without_a_profile_are_told_apart_by_what_they_typed(world: BloggerWorld) -> None:
    post = world._post("me", "mine", None)
    for name in ("Vera", "Vera", "Anonymous", "Me"):
        world.blogs.add_comment(post, Author("", name), "hello")
    authors = [one.author for one in reading(world).messages]
    assert sorted(one.handle for one in authors) == ["Anonymous", "Me", "Vera", "Vera"]
    assert len({one.uid for one in authors}) == 3
    assert world.me not in {one.uid for one in authors}, "whoever types my name is not me"


def test_held_comments_wait_for_a_decision(make: Make) -> None:
    world = make(moderated=True)
    said = world.someone_mentions_me("may I?")
    message = reading(world).of(said)
    assert message.held

    async def work(adapter: Blogger) -> None:
        assert Verb.MODERATE in adapter.can.verbs
        await adapter.moderate(message.ref, "approve")

    run(world, work)
    assert world._found(said).status == "LIVE"
    assert not single(world, world._found(said)).held


def test_what_was_approved_late_is_found_by_the_slow_round(world: BloggerWorld) -> None:
    post = world._post("me", "mine", None)
    made = world.blogs.add_comment(
        post, world.blogs.author("ana"), "was spam", at=world.now() - timedelta(days=9), status="SPAM"
    )
    incoming, slow = Cursors(), Cursors()
    world.someone_mentions_me("newer")
    reading(world, cursors=incoming)
    reading(world, SLOW, cursors=slow)
    made.status = "LIVE"
    uri = world._uri(post, made.id)
    assert uri not in reading(world, cursors=incoming).uris
    assert uri in reading(world, SLOW, cursors=slow).uris


@pytest.mark.parametrize("how", ["empty", "delete", "spam"])
def test_what_nobody_reads_any_more_is_gone(world: BloggerWorld, how: str) -> None:
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    comment = world._found(said)
    if how == "spam":
        comment.status = "SPAM"
    else:
        getattr(world.blogs, how)(comment)
    assert run(world, lambda adapter: adapter.lookup([message.ref])).gone == (said.uri,)


def test_a_foreign_page_of_not_found_proves_nothing_gone(world: BloggerWorld) -> None:
    said = world.someone_mentions_me("a question")
    world.site.home.add(faults.html(404), method="GET", path="/comments/", times=9)
    with pytest.raises(RetryAt, match="sent something else"):
        run(world, lambda adapter: adapter.lookup([Ref(said.uri, said.uri.rpartition("#c")[2])]))


def test_a_blanked_comment_keeps_its_place(world: BloggerWorld) -> None:
    post = world.i_post("mine")
    middle = world.someone_replies(post, "in the middle")
    below = world.someone_replies(middle, "below", by="ben")
    message = reading(world).of(below)
    world.blogs.empty(world._found(middle))
    around = run(world, lambda adapter: adapter.conversation(message.ref))
    shown = {one.uri: one for one in around.messages}
    assert (shown[middle.uri].deleted, shown[middle.uri].text) == (True, "")
    assert shown[below.uri].parent_uri == middle.uri
    assert shown[below.uri].root_uri == post.uri


def test_my_own_answer_from_the_page_is_read_wherever_it_stands(world: BloggerWorld) -> None:
    said = world.someone_mentions_me("a question")
    mine = world.i_answer_elsewhere(said, "my answer")
    own = reading(world, OWN).of(mine)
    assert (own.author.uid, own.parent_uri, own.claim) == (world.me, said.uri, None)
    assert mine.uri not in reading(world).uris


def test_a_page_token_that_expired_begins_the_walk_anew(world: BloggerWorld) -> None:
    said = [world.someone_mentions_me(f"number {n}") for n in range(120)]

    async def work(adapter: Blogger) -> None:
        page = await adapter.fetch("comments", "", long_ago(world))
        assert page.more
        body = {"error": {"code": 400, "message": "Invalid page token", "errors": [{"reason": "badRequest"}]}}
        world.site.home.add(Fault(answer=json_answer(body, 400)), method="GET", path="/comments")
        found, cursor = {one.uri for one in page.messages}, page.cursor
        while page.more:
            page = await adapter.fetch("comments", cursor, long_ago(world))
            found, cursor = found | {one.uri for one in page.messages}, page.cursor
        assert found == {one.uri for one in said}

    run(world, work)


# --- moderation


@pytest.mark.parametrize(("decision", "state"), [("approve", "LIVE"), ("spam", "SPAM"), ("trash", None)])
def test_decisions(make: Make, decision: str, state: str | None) -> None:
    world = make(moderated=True)
    said = world.someone_mentions_me("may I?")
    message = reading(world).of(said)

    async def work(adapter: Blogger) -> None:
        await adapter.moderate(message.ref, decision)
        await adapter.moderate(message.ref, decision)

    run(world, work)
    comment = world.blogs.comments.get(message.local_id)
    assert (comment.status if comment else None) == state


def test_only_spam_can_be_taken_back(make: Make) -> None:
    world = make(moderated=True)
    said = world.someone_mentions_me("may I?")
    message = reading(world).of(said)

    async def work(adapter: Blogger) -> None:
        await adapter.moderate(message.ref, "spam")
        await adapter.moderate(message.ref, "not spam")
        assert world._found(said).status == "LIVE"
        for decision in ("not approve", "not trash", "burn"):
            with pytest.raises(Refused, match="cannot take that back"):
                await adapter.moderate(message.ref, decision)
        with pytest.raises(Refused, match="Only comments"):
            await adapter.moderate(Ref(message.root_uri), "approve")

    run(world, work)


def test_a_sign_in_that_may_only_read_says_so(make: Make) -> None:
    world = make(scopes=("https://www.googleapis.com/auth/blogger.readonly",))
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert not found["scopes"].fine
    assert "auth/blogger" in found["scopes"].words
    with pytest.raises(Refused):
        run(world, lambda adapter: adapter.moderate(message.ref, "spam"))


# --- Google


def test_a_quota_of_the_day_is_waited_for_until_tomorrow(make: Make) -> None:
    world = make()
    world.someone_mentions_me("hello")

    async def work(adapter: Blogger) -> None:
        world.blogs.options.quota = "dailyLimitExceeded"
        with pytest.raises(RetryAt, match="quota") as caught:
            await adapter.fetch("comments", "", long_ago(world))
        assert caught.value.at is not None
        assert timedelta(hours=7) < caught.value.at - world.now() < timedelta(hours=33)
        world.blogs.options.quota = "userRateLimitExceeded"
        with pytest.raises(RetryAt):
            await adapter.fetch("comments", "", long_ago(world))

    run(world, work)


def test_a_taken_back_sign_in_names_the_seven_days(world: BloggerWorld) -> None:
    world.revoke()
    with pytest.raises(SignInAgain, match=r"seven days.*convo login blog"):
        run(world, lambda adapter: adapter.identify())


def test_a_config_without_a_client_is_said(world: BloggerWorld) -> None:
    world.account = AccountConfig("blog", "blogger", url=world.site.home.url)
    with pytest.raises(SignInAgain, match="client_id"):
        run(world, lambda adapter: adapter.identify())


def test_an_account_without_a_blog_is_said(world: BloggerWorld) -> None:
    world.blogs.blogs.clear()

    async def work(adapter: Blogger) -> None:
        with pytest.raises(Refused, match="no blog"):
            await adapter.fetch("comments", "", long_ago(world))
        assert [one.what for one in await adapter.check() if not one.fine] == ["blogs"]

    run(world, work)


def account(world: BloggerWorld) -> AccountConfig:
    home = world.site.home.url
    return AccountConfig("blog", "blogger", url=home, options={"oauth": home})


def agreeing(world: BloggerWorld, how: str) -> Callable[[LoginStep], Mapping[str, str]]:
    """The user gives the client, and agrees on Google's page: here, or on another device."""
    client, secret = world.server.client

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.wait_for_redirect:
            return {"client_id": client, "client_secret": secret, "token": TOKEN if how == "token" else ""}
        redirect = "http://127.0.0.1:40000/callback" if how == "here" else step.redirect_elsewhere
        page = urlsplit(step.open_url.replace("{redirect_uri}", redirect))
        there = world.server.answer(Request("GET", f"{page.path}?{page.query}")).headers["location"]
        query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
        if how == "here":
            return {**query, "redirect_uri": redirect}
        if how == "other":
            there = there.replace(query["state"], "another")
        return {"code": there, "redirect_uri": redirect}

    return answers


@pytest.mark.parametrize("how", ["here", "elsewhere", "token"])
def test_signing_in(world: BloggerWorld, how: str) -> None:
    result, steps = sign_in(Blogger, account(world), agreeing(world, how))
    assert result.secret in world.server.refresh_tokens
    assert result.identity.person.uid == world.me
    client, secret = world.server.client
    assert dict(result.options) == {"client_id": client, "client_secret": secret}
    assert len(steps) == (1 if how == "token" else 2)
    assert secret not in "".join(step.open_url for step in steps)


def test_the_answer_to_another_sign_in_is_refused(world: BloggerWorld) -> None:
    with pytest.raises(Refused, match="another sign-in"):
        sign_in(Blogger, account(world), agreeing(world, "other"))


def test_a_wrong_client_is_said(world: BloggerWorld) -> None:
    with pytest.raises(SignInAgain, match="client_id and client_secret"):
        sign_in(
            Blogger,
            account(world),
            lambda step: {"client_id": "nobody", "client_secret": "x", "token": TOKEN},
        )


def test_check_says_that_all_is_well(world: BloggerWorld) -> None:
    found = run(world, lambda adapter: adapter.check())
    assert [one.what for one in found] == ["reach", "sign in", "scopes", "blogs", "limits", "clock"]
    assert all(one.fine for one in found)
    assert "My blog" in found[3].words


def test_the_refresh_token_goes_to_the_token_address_only(world: BloggerWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def work(adapter: Blogger) -> None:
        await received(adapter, world, said)

    run(world, work)
    assert not [r for r in world.site.log if TOKEN in f"{r.target}{r.headers}"]
    assert {r.path for r in world.site.log if TOKEN.encode() in r.body or b"refresh-token" in r.body} == {
        "/token"
    }


def test_a_token_address_that_fails_is_tried_later(world: BloggerWorld) -> None:
    async def play() -> None:
        world.site.home.add(Fault(answer=Answer(503, b"")), method="POST", path="/token", times=3)
        try:
            with pytest.raises(RetryAt):
                await world.adapter().identify()
        finally:
            await world.close()

    asyncio.run(play())
