"""What is special about writing to Disqus: deciding, answering, its codes and limits, the token, signing in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

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
    Unknown,
)
from convo.adapters.disqus import Disqus
from convo.config import AccountConfig
from convo.model import Ref
from convo.testing.tools import answer_to, long_ago, read
from tests.adapters.disqus_site import elsewhere, prepared, refused_with, said_by
from tests.adapters.disqus_world import FORUM, TOKEN, DisqusWorld
from tests.adapters.playing import making, reading, run, sign_in
from tests.simulators import faults
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


# --- held comments, and deciding


def test_what_waits_for_approval_is_not_read_and_no_token_is_in_any_address(make: Make) -> None:
    world = make(moderated=True)
    said = world.someone_mentions_me("may I?")
    assert reading(world, *ChannelKind).messages == []
    world._of(said).approved = True
    assert reading(world).uris == {said.uri}
    assert world.leaks() == []


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("spam", (True, False)),
        ("trash", (False, True)),
        ("not spam", (False, False)),
        ("not trash", (False, False)),
    ],
)
def test_deciding(world: DisqusWorld, decision: str, state: tuple[bool, bool]) -> None:
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    post = world._of(said)
    post.spam, post.deleted = decision == "not spam", decision == "not trash"
    run(world, lambda adapter: adapter.moderate(message.ref, decision))
    assert (post.spam, post.deleted) == state


def test_an_approval_is_not_taken_back(world: DisqusWorld) -> None:
    message = said_by(world, "a question")
    with pytest.raises(Refused, match="cannot take an approval back"):
        run(world, lambda adapter: adapter.moderate(message.ref, "not approve"))
    with pytest.raises(Refused, match="Only comments"):
        run(world, lambda adapter: adapter.moderate(Ref("https://myblog.example.com/"), "spam"))


def test_who_may_not_decide_is_told_and_stays_signed_in(world: DisqusWorld) -> None:
    message = said_by(world, "a question")
    world.state.moderators[FORUM] = {"owner"}
    with pytest.raises(Refused, match="scope admin"):
        run(world, lambda adapter: adapter.moderate(message.ref, "spam"))


def test_deciding_goes_on_after_a_broken_connection(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    world.site.home.add(faults.cut(faults.Cut.BEFORE, done=True), method="POST", path="/posts/spam")
    run(world, lambda adapter: adapter.moderate(message.ref, "spam"))
    assert world._of(said).spam


# --- answering


def test_an_answer_names_parent_and_thread_and_nothing_of_guests(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    request = prepared(world, said)
    run(world, lambda adapter: adapter.answer(request))
    [sent] = world.site.home.asked("POST", "/posts/create")
    form = sent.form()
    assert set(form) == {"message", "parent", "thread", "api_key", "access_token"}
    assert (form["parent"], form["thread"]) == (world._of(said).id, world._of(said).thread.id)
    assert TOKEN not in sent.target


def test_what_looks_like_a_tag_arrives_as_words(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    request = prepared(world, said, "use List<T>, a < b, &lt; and R&D")
    message = run(world, lambda adapter: adapter.answer(request))
    assert world.standing()[-1].text == "use List&lt;T>, a < b, &amp;lt; and R&D"
    assert message.text == "use List<T>, a < b, &lt; and R&D"


def test_the_same_words_again_are_refused_in_its_own_words(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    world.i_answer_elsewhere(said, "my answer")
    request = prepared(world, said)
    with pytest.raises(Refused, match="already posted"):
        run(world, lambda adapter: adapter.answer(request))
    assert len(world.standing()) == 1


def test_already_said_after_a_broken_try_is_the_proof(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    request = prepared(world, said)
    world.site.home.add(faults.cut(faults.Cut.BEFORE, done=True), method="POST", path="/posts/create")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    message = run(world, lambda adapter: adapter.answer(request))
    assert [one.uri for one in world.standing()] == [message.uri]


def test_what_is_shown_later_counts_as_sent_and_is_replaced_by_the_real_one(make: Make) -> None:
    world = make(maintenance="saved")
    said = world.someone_mentions_me("a question")
    request = prepared(world, said)
    message = run(world, lambda adapter: adapter.answer(request))
    assert (message.parent_uri, message.author.uid, message.text) == (said.uri, world.me, "my answer")
    [post] = [one for one in world.state.posts.values() if one.author is world.user_me]
    del world.state.posts[post.id]
    looked = run(world, lambda adapter: adapter.lookup([message.ref]))
    assert (looked.messages, looked.gone) == ((), ()), "it is shown later, and not gone"
    world.state.posts[post.id] = post
    assert run(world, lambda adapter: adapter.lookup([message.ref])).gone == (message.uri,)


def test_what_was_not_saved_is_tried_later(make: Make) -> None:
    world = make(maintenance="lost")
    request = prepared(world, world.someone_mentions_me("a question"))
    with pytest.raises(RetryAt):
        run(world, lambda adapter: adapter.answer(request))
    assert world.standing() == []


def test_a_captcha_is_final(make: Make) -> None:
    world = make(captcha=True)
    request = prepared(world, world.someone_mentions_me("a question"))
    with pytest.raises(Refused, match="on the page itself"):
        run(world, lambda adapter: adapter.answer(request))


def test_a_page_closed_meanwhile_refuses_in_its_own_words(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    request = prepared(world, said)
    world.lock(said)
    with pytest.raises(Refused, match="closed"):
        run(world, lambda adapter: adapter.answer(request))


def test_on_other_peoples_pages_absence_proves_nothing(world: DisqusWorld) -> None:
    thread, mine = elsewhere(world)
    said = world.state.add_post(thread, world.state.user("ana"), "to you", parent=mine.id)

    async def work(adapter: Disqus) -> None:
        found = await read(adapter, {}, long_ago(world), SLOW)
        [message] = found.messages
        request = await adapter.prepare(answer_to(adapter, message, "my answer"))
        assert isinstance(await adapter.find(request, ()), Unknown)
        sent = await adapter.answer(request)
        assert sent.parent_uri == world._uri(said)
        assert isinstance(await adapter.find(request, ()), Found)

    run(world, work)


def test_an_own_answer_that_waits_elsewhere_is_not_gone(make: Make) -> None:
    world = make(moderated=True)
    thread, mine = elsewhere(world)
    mine.approved = True
    world.state.add_post(thread, world.state.user("ana"), "to you", parent=mine.id, approved=True)

    async def work(adapter: Disqus) -> None:
        [message] = (await read(adapter, {}, long_ago(world), SLOW)).messages
        sent = await adapter.answer(await adapter.prepare(answer_to(adapter, message, "my answer")))
        looked = await adapter.lookup([sent.ref])
        assert (looked.messages, looked.gone) == ((), ())

    run(world, work)


def test_an_application_that_may_see_nothing_any_more_makes_nothing_gone(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    message = reading(world).of(said)
    for path in ("/posts/details", "/threads/details"):
        fault = refused_with(12, 403)
        fault.times = 5
        world.site.home.add(fault, path=path)
    with pytest.raises(Refused, match="its own words"):
        run(world, lambda adapter: adapter.lookup([message.ref]))
    world.calm()
    world._of(said).spam = True
    assert run(world, lambda adapter: adapter.lookup([message.ref])).gone == (said.uri,)


def test_a_foreign_page_of_not_found_makes_nothing_gone(world: DisqusWorld) -> None:
    message = said_by(world, "a question")
    world.site.home.add(faults.refuses(404, b"<html><body>Not here</body></html>"), path="/posts/details")
    with pytest.raises(RetryAt, match="not its own"):
        run(world, lambda adapter: adapter.lookup([message.ref]))


def test_what_was_put_somewhere_else_is_taken_back(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    request = prepared(world, said)

    def moved(answer: Answer) -> Answer:
        found = answer.json()
        return json_answer({**found, "response": {**found["response"], "parent": None}})

    world.alter(moved, "POST", "/posts/create")
    with pytest.raises(Refused, match="deleted it again"):
        run(world, lambda adapter: adapter.answer(request))
    assert world.standing() == []


def test_an_answer_is_looked_for_among_what_is_newer_only(world: DisqusWorld) -> None:
    said = world.someone_mentions_me("a question")
    world.i_answer_elsewhere(said, "my answer")
    request = prepared(world, said)
    assert isinstance(run(world, lambda adapter: adapter.find(request, ())), Absent)


# --- codes and limits


@pytest.mark.parametrize("code", [4, 5, 9, 11, 18])
def test_codes_of_keys_and_tokens_ask_to_sign_in(world: DisqusWorld, code: int) -> None:
    world.site.home.add(refused_with(code), path="/posts/list")
    with pytest.raises(SignInAgain, match=r"its own words.*convo login disqus"):
        reading(world)


@pytest.mark.parametrize("code", [1, 2, 3, 6, 7, 8, 10, 12, 17, 19, 22, 23])
def test_codes_that_are_final_are_quoted(world: DisqusWorld, code: int) -> None:
    world.site.home.add(refused_with(code), path="/posts/list")
    with pytest.raises(Refused, match="its own words"):
        reading(world)


@pytest.mark.parametrize("status", [200, 400, 403, 429])
@pytest.mark.parametrize("code", [13, 14])
def test_a_limit_is_known_by_its_code_whatever_the_status(world: DisqusWorld, code: int, status: int) -> None:
    reset = world.now() + timedelta(minutes=20)
    fault = refused_with(code, status, str(int(reset.timestamp())))
    world.site.home.add(fault, path="/posts/list")
    with pytest.raises(RetryAt) as caught:
        reading(world)
    assert caught.value.at is not None
    assert abs(caught.value.at - reset) < timedelta(seconds=10)


@pytest.mark.parametrize("code", [15, 16, 21])
def test_what_passes_is_read_later(world: DisqusWorld, code: int) -> None:
    world.site.home.add(refused_with(code, 500), path="/posts/list")
    with pytest.raises(RetryAt):
        reading(world)


@pytest.mark.parametrize("code", [15, 16])
def test_a_write_that_broke_there_is_ambiguous(world: DisqusWorld, code: int) -> None:
    request = prepared(world, world.someone_mentions_me("a question"))
    world.site.home.add(refused_with(code), method="POST", path="/posts/create")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))


def test_the_hour_is_waited_for(make: Make) -> None:
    world = make(limit=2)
    reading(world)
    with pytest.raises(RetryAt, match="exceeded") as caught:
        reading(world)
    assert caught.value.at is not None


# --- signing in


def account(world: DisqusWorld, user: str = "") -> AccountConfig:
    return AccountConfig("disqus", "disqus", url=world.site.home.url, user=user)


def given(**more: str) -> Callable[..., Mapping[str, str]]:
    """What the user types."""
    typed = {
        "user": "me",
        "api_key": "public-key-of-me",
        "token": f" {TOKEN} ",
        "forums": f"{FORUM} , {FORUM}",
    }
    return lambda _: {**typed, **more}


def test_signing_in_asks_once_and_needs_no_browser(world: DisqusWorld) -> None:
    result, [step] = sign_in(Disqus, account(world), given())
    assert result.secret == TOKEN
    assert result.identity.person.uid == world.me
    assert dict(result.options) == {"user": "me", "api_key": "public-key-of-me", "forums": FORUM}
    assert [one.name for one in step.fields if one.secret] == ["token"]
    assert not step.wait_for_redirect
    assert world.leaks() == []
    assert TOKEN not in result.identity.facts


@pytest.mark.parametrize("missing", ["user", "api_key", "token"])
def test_signing_in_demands_what_it_needs(world: DisqusWorld, missing: str) -> None:
    with pytest.raises(SignInAgain, match="all needed"):
        sign_in(Disqus, account(world), given(**{missing: ""}))


def test_a_wrong_key_or_site_is_said_at_once(world: DisqusWorld) -> None:
    with pytest.raises(SignInAgain, match="Invalid API key"):
        sign_in(Disqus, account(world), given(api_key="nonsense"))
    with pytest.raises(Missing, match="nowhere"):
        sign_in(Disqus, account(world), given(forums="nowhere"))


def test_a_config_that_lacks_something_says_what(world: DisqusWorld) -> None:
    world.account = account(world, user="me")
    with pytest.raises(SignInAgain, match="api_key"):
        run(world, lambda adapter: adapter.identify())
    world.account = account(world)
    with pytest.raises(SignInAgain, match="user ="):
        run(world, lambda adapter: adapter.identify())


def test_the_doctor_says_what_is_read_and_what_the_token_is_for(world: DisqusWorld) -> None:
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert all(one.fine for one in found.values()), found
    assert FORUM in found["sites"].words
    assert "when you answer" in found["scopes"].words
    world.state.moderators.clear()
    assert not {one.what: one for one in run(world, lambda adapter: adapter.check())}["sites"].fine


def test_a_token_that_is_not_taken_is_said_when_answering(world: DisqusWorld) -> None:
    request = prepared(world, world.someone_mentions_me("a question"))
    world.server.tokens.clear()
    with pytest.raises(SignInAgain, match=r"Invalid access token.*convo login"):
        run(world, lambda adapter: adapter.answer(request))


def test_the_doctor_never_raises(world: DisqusWorld) -> None:
    world.revoke()

    async def work() -> None:
        [finding] = await world.adapter().check()
        assert (finding.what, finding.fine) == ("sign in", False)
        await world.close()

    asyncio.run(work())


def test_an_error_that_quotes_the_token_does_not_show_it(world: DisqusWorld) -> None:
    request = prepared(world, world.someone_mentions_me("a question"))
    body = json.dumps({"code": 3, "response": f"what is {TOKEN}?"}).encode()
    world.site.home.add(faults.refuses(400, body), method="POST", path="/posts/create")
    with pytest.raises(Refused) as caught:
        run(world, lambda adapter: adapter.answer(request))
    assert TOKEN not in caught.value.words
