"""Signing in to Reddit: a client of the user's own, a browser anywhere, scopes, what `convo doctor` says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from convo.adapters.contract import ChannelKind, LoginStep, Refused, SignInAgain
from convo.adapters.reddit import Reddit
from convo.config import AccountConfig
from convo.testing.tools import received
from tests.adapters.playing import reading, run, sign_in
from tests.adapters.reddit_world import TOKEN, RedditWorld
from tests.simulators.messages import Request


@pytest.fixture
def world() -> Iterator[RedditWorld]:
    built = RedditWorld()
    yield built
    built.stop()


def account(world: RedditWorld, **options: str) -> AccountConfig:
    """An account before anything is known of it."""
    home = world.site.home.url
    return AccountConfig("reddit", "reddit", url=home, options={"www": home, **options})


def agreeing(world: RedditWorld, how: str) -> Callable[[LoginStep], Mapping[str, str]]:
    """Somebody who fills in what is asked for, and agrees in a browser on another device."""
    client, secret = world.server.client
    world.server.browser = world.person_me

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.open_url:
            token = TOKEN if how == "token" else ""
            return {"client_id": client, "client_secret": secret, "user": "/u/me", "token": token}
        assert not step.wait_for_redirect, "Reddit takes one registered address only"
        parts = urlsplit(step.open_url)
        agent = {"user-agent": "test:browser:1 (by /u/me)"}
        asked = Request("GET", f"{parts.path}?{parts.query}", agent)
        there = world.server.answer(asked).headers["location"]
        if how == "other":
            there = there.replace(asked.first("state"), "another")
        return {"code": {"denied": there.replace("code=", "error=access_denied&x=")}.get(how, there)}

    return answers


@pytest.mark.parametrize("how", ["browser", "token"])
def test_signing_in(world: RedditWorld, how: str) -> None:
    result, steps = sign_in(Reddit, account(world), agreeing(world, how))
    assert result.secret in world.server.refresh_tokens
    assert result.identity.person.uid == world.me
    assert dict(result.options) == {"client_id": world.server.client[0], "user": "me"}
    assert len(steps) == (1 if how == "token" else 2)
    assert "approved" in steps[0].words
    assert "http://127.0.0.1:65010/convo exactly" in steps[0].words
    assert world.leaks() == []


def test_what_the_config_knows_is_not_asked_for(world: RedditWorld) -> None:
    given = account(world, client_id=world.server.client[0])
    _, steps = sign_in(Reddit, given, agreeing(world, "browser"))
    assert [field.name for field in steps[0].fields] == ["user", "token"]


@pytest.mark.parametrize(("how", "words"), [("other", "another sign-in"), ("denied", "access_denied")])
def test_a_page_that_did_not_agree(world: RedditWorld, how: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        sign_in(Reddit, account(world), agreeing(world, how))


@pytest.mark.parametrize("pasted", ["", "nonsense", "http://127.0.0.1:65010/convo"])
def test_an_address_that_is_not_whole(world: RedditWorld, pasted: str) -> None:
    def answers(step: LoginStep) -> Mapping[str, str]:
        return {"code": pasted} if step.open_url else {"client_id": "client-of-me", "user": "me"}

    with pytest.raises(Refused, match="not whole"):
        sign_in(Reddit, account(world), answers)


def test_no_client_and_a_wrong_client(world: RedditWorld) -> None:
    with pytest.raises(Refused, match="Without a client id"):
        sign_in(Reddit, account(world), lambda step: {})
    assert world.requests() == 0
    with pytest.raises(SignInAgain, match="does not take the client"):
        sign_in(Reddit, account(world), lambda step: {"client_id": "nobody", "token": TOKEN, "user": "me"})


def test_the_scopes_that_are_asked_for(world: RedditWorld) -> None:
    _, steps = sign_in(Reddit, account(world), agreeing(world, "browser"))
    query = parse_qs(urlsplit(steps[1].open_url).query)
    assert query["scope"] == ["identity read privatemessages submit edit history account"]
    assert query["duration"] == ["permanent"]


def test_check_says_that_all_is_well(world: RedditWorld) -> None:
    world.state.options.quota = 100
    found = run(world, lambda adapter: adapter.check())
    assert [one.what for one in found] == ["reach", "sign in", "scopes", "inbox", "limits", "clock"]
    assert all(one.fine for one in found), found
    assert "requests are left" in found[4].words


@pytest.mark.parametrize(
    ("scopes", "words"),
    [
        ("identity read privatemessages", "lacks edit, history, submit, which answering needs"),
        ("identity read submit edit history", "lacks privatemessages, which reading needs"),
    ],
)
def test_check_names_what_is_missing(world: RedditWorld, scopes: str, words: str) -> None:
    world.server.sign_in(world.person_me, TOKEN, scopes)
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert not found["scopes"].fine
    assert words in found["scopes"].words


def test_a_sign_in_that_only_reads_says_what_it_lacks(world: RedditWorld) -> None:
    world.server.sign_in(world.person_me, TOKEN, "identity read privatemessages")
    said = world.someone_mentions_me("hello")
    assert reading(world).uris == {said.uri}
    with pytest.raises(Refused, match="lacks the scope history"):
        reading(world, ChannelKind.OWN)

    async def work(adapter: Any) -> None:
        message = await received(adapter, world, said)
        with pytest.raises(Refused, match="lacks the scope account"):
            await adapter.block(message.author.uid, True)

    run(world, work)


def test_a_sign_in_that_was_taken_back(world: RedditWorld) -> None:
    world.revoke()
    [finding] = run_checked(world)
    assert "convo login reddit" in finding.words


def run_checked(world: RedditWorld) -> Any:
    """What a check says without anything before it."""

    async def work() -> Any:
        try:
            return await world.adapter().check()
        finally:
            await world.close()

    return asyncio.run(work())
