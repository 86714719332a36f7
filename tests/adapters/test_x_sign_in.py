"""Signing in to X: prices first, an app of one's own, a code that is pasted, refresh tokens that hold once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from convo.adapters.contract import LoginStep, Refused, SignInAgain, Verb
from convo.adapters.x import X
from convo.config import AccountConfig
from convo.testing.tools import answer_to, long_ago, received
from tests.adapters.playing import reading, run, sign_in
from tests.adapters.x_world import XWorld

GIVEN = {"monthly_budget": "5", "client_id": "convo-client"}


@pytest.fixture
def world() -> Iterator[XWorld]:
    built = XWorld()
    yield built
    built.stop()


def allowing(
    world: XWorld, first: Mapping[str, str] = GIVEN, end: str = "{redirect}?code={code}&state={state}"
) -> Callable[[LoginStep], Mapping[str, str]]:
    """Somebody who fills in `first` and says yes on X's page."""

    def answers(step: LoginStep) -> Mapping[str, str]:
        if not step.open_url:
            return first
        query = dict(parse_qsl(urlsplit(step.open_url).query))
        code = world.server.oauth.authorize(query, world.user_me)
        return {"code": end.format(redirect=query["redirect_uri"], code=code, state=query["state"])}

    return answers


def account(world: XWorld, **options: str) -> AccountConfig:
    return AccountConfig("x", "x", url=world.site.home.url, options=options)


def test_with_a_browser_anywhere(world: XWorld) -> None:
    result, steps = sign_in(X, account(world), allowing(world))
    assert [field.name for field in steps[0].fields] == [
        "monthly_budget",
        "client_id",
        "client_secret",
        "token",
    ]
    assert result.identity.person.handle == "me"
    assert dict(result.options) == {**GIVEN, "user": "me", "url": world.site.home.url}
    assert not steps[1].wait_for_redirect
    query = dict(parse_qsl(urlsplit(steps[1].open_url).query))
    assert query["redirect_uri"] == "http://127.0.0.1:8765/callback"
    assert set(query["scope"].split()) == {"tweet.read", "users.read", "tweet.write", "offline.access"}
    # The refresh token that is kept was not used yet: X takes it once.
    assert world.logins() == (1, 0)
    world.credential.secret = result.secret
    said = world.someone_mentions_me("hello")
    assert reading(world).uris == {said.uri}
    assert world.logins() == (1, 1)


def test_the_prices_are_told_before_anything_is_asked(world: XWorld) -> None:
    told: list[str] = []

    def never(step: LoginStep) -> Mapping[str, str]:
        told.append(step.words)
        return {}

    with pytest.raises(Refused, match="off until you set a budget"):
        sign_in(X, account(world), never)
    for words in (
        "$0.001 a mention",
        "$0.20 one with an address",
        "The first sync reads at most 800 mentions",
    ):
        assert words in told[0]
    assert world.requests() == 0


def test_without_an_app_there_is_no_way_in(world: XWorld) -> None:
    with pytest.raises(Refused, match="an app of your own"):
        sign_in(X, account(world), lambda step: {"monthly_budget": "5"})


def test_a_refresh_token_one_has_is_traded_for_the_next(world: XWorld) -> None:
    given = world.credential.secret
    result, steps = sign_in(X, account(world, **GIVEN), lambda step: {"token": given})
    assert len(steps) == 1
    assert result.secret != given
    world.credential.secret = result.secret
    assert reading(world).messages == []


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("{redirect}?code={code}&state=another", "belongs to another sign-in"),
        ("{redirect}?error=access_denied&state={state}", "access_denied"),
        ("{code}", "not the address"),
    ],
)
def test_a_wrong_address_signs_nobody_in(world: XWorld, end: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        sign_in(X, account(world), allowing(world, end=end))


def test_a_code_that_was_too_late(world: XWorld) -> None:
    yes = allowing(world)

    def slowly(step: LoginStep) -> Mapping[str, str]:
        answers = yes(step)
        if step.open_url:
            world.pass_time(31)
        return answers

    with pytest.raises(SignInAgain, match="authorization code was invalid"):
        sign_in(X, account(world), slowly)


def test_the_new_pair_is_stored_before_it_is_used(world: XWorld) -> None:
    reading(world)
    first = json.loads(world.credential.stored)["refresh"]
    world.expire()
    reading(world)
    assert json.loads(world.credential.stored)["refresh"] not in ("", first)
    family = world.server.oauth.families[0]
    assert family.refresh == json.loads(world.credential.stored)["refresh"]


def test_two_processes_use_a_refresh_token_once(world: XWorld) -> None:
    async def play() -> None:
        facts = (await world.adapter().identify()).facts
        world.expire()
        both = [world.adapter(facts), world.adapter(facts)]
        await asyncio.gather(*(one.fetch("mentions", "", long_ago(world)) for one in both))
        await world.close()

    before = 1
    asyncio.run(play())
    assert world.logins() == (0, before + 1)


def test_who_signs_in_anew_is_not_asked_with_the_old_session(world: XWorld) -> None:
    reading(world)
    counted = json.loads(world.credential.stored)["spent"]
    world.revoke()
    with pytest.raises(SignInAgain, match="convo login x"):
        reading(world)
    world.credential.secret = world.server.oauth.sign_in(
        world.user_me, "tweet.read users.read offline.access"
    )[1]
    assert reading(world).messages == []
    kept = json.loads(world.credential.stored)
    assert kept["spent"] == counted + 10_000, "the money stays counted, and the sign-in's look is"


def test_a_client_with_a_secret_says_who_it_is() -> None:
    built = XWorld({"client_secret": "hush-hush"})
    try:
        reading(built)
        [asked] = built.site.home.asked("POST", "/2/oauth2/token")
        assert asked.headers["authorization"].startswith("Basic ")
        assert built.leaks() == []
    finally:
        built.stop()


def test_a_sign_in_that_only_reads_answers_nobody(world: XWorld) -> None:
    world.credential.secret = world.server.oauth.sign_in(
        world.user_me, "tweet.read users.read offline.access"
    )[1]
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        assert Verb.ANSWER not in adapter.can.verbs
        message = await received(adapter, world, said)
        with pytest.raises(Refused, match="only read"):
            await adapter.prepare(answer_to(adapter, message, "yes"))
        scopes = next(one for one in await adapter.check() if one.what == "scopes")
        assert scopes.fine
        assert "tweet.write" in scopes.words

    run(world, play)


def test_without_a_client_it_says_what_to_do() -> None:
    built = XWorld({"client_id": ""})
    try:
        with pytest.raises(SignInAgain, match="lacks client_id"):
            reading(built)
    finally:
        built.stop()
