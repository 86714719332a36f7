"""Mastodon, signing in: who it is, on which server, with which scopes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from convo.adapters.contract import (
    ChannelKind,
    LoginStep,
    Refused,
    SignInAgain,
)
from convo.adapters.http import Http
from convo.adapters.mastodon import Mastodon
from convo.config import AccountConfig
from convo.model import Visibility
from tests.adapters.mastodon_scene import KINDS, Make, World, drain
from tests.adapters.mastodon_scene import make as make
from tests.simulators import faults


@pytest.mark.parametrize("kind", KINDS)
def test_identity_is_the_same_through_every_server(make: Make, kind: str) -> None:
    world = make(kind)
    world.me.visibility = "private"

    async def work(adapter: Mastodon) -> Any:
        identity = await adapter.identify()
        stored = world.adapter(identity.facts)
        assert stored.widest() is Visibility.FOLLOWERS
        return identity

    person = world.run(work).person
    assert (person.uid, person.handle) == ("https://m.example/@me", "me@m.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_token_asks_to_sign_in_again(make: Make, kind: str) -> None:
    world = make(kind)

    async def work() -> None:
        adapter = world.adapter(token="wrong")
        with pytest.raises(SignInAgain):
            await adapter.identify()
        findings = await adapter.check()
        assert [finding.fine for finding in findings] == [False]
        await adapter.close()

    asyncio.run(work())


def test_a_place_that_is_no_server_of_this_kind(make: Make) -> None:
    world = make()
    world.site.home.add(faults.html(404), times=9)
    with pytest.raises(Refused, match="does not speak the Mastodon API"):
        world.run(drain)


def test_check_names_missing_scopes_and_a_moved_account(make: Make) -> None:
    world = make()
    findings = {finding.what: finding for finding in world.run(lambda adapter: adapter.check())}
    assert all(finding.fine for name, finding in findings.items() if name != "clock")
    assert findings["limits"].words.endswith("Z.")
    assert not findings["clock"].fine  # the simulated server lives two hours ago
    world.server.tokens["token"] = (world.me, {"read"})
    world.me.extra["moved"] = {"id": "1", "acct": "me@new.example"}
    findings = {finding.what: finding for finding in world.run(lambda adapter: adapter.check())}
    assert not findings["scopes"].fine
    assert "write:statuses, write:mutes, write:blocks" in findings["scopes"].words
    assert "me@new.example" in findings["sign in"].words
    assert len(world.mine()) == 0


class Person:
    """Somebody at the keyboard who signs in."""

    def __init__(self, world: World, **answers: str) -> None:
        self.world = world
        self.answers = answers
        self.steps: list[LoginStep] = []

    async def __call__(self, step: LoginStep) -> Mapping[str, str]:
        from urllib.parse import parse_qsl, quote, urlsplit

        self.steps.append(step)
        if not step.open_url:
            return {field.name: self.answers.get(field.name, "") for field in step.fields}
        redirect = self.answers.get("redirect_uri", "http://127.0.0.1:4711/callback")
        assert "{redirect_uri}" in step.open_url
        opened = step.open_url.replace("{redirect_uri}", quote(redirect, safe=""))
        code, back = self.world.server.oauth.grant(self.world.me, dict(parse_qsl(urlsplit(opened).query)))
        if not back:
            return {"redirect_uri": redirect, "code": code}
        return {"redirect_uri": redirect, **dict(parse_qsl(urlsplit(back).query)), **self.answers}


@pytest.mark.parametrize(
    "answers",
    [{}, {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, {"token": "token"}],
    ids=["browser", "code", "token"],
)
def test_login(make: Make, answers: dict[str, str]) -> None:
    world = make()
    account = AccountConfig("masto", "mastodon", url=world.site.home.url)
    person = Person(world, **answers)
    result = asyncio.run(Mastodon.login(account, Http, person))
    assert result.identity.person.handle == "me@m.example"
    assert result.secret in world.server.tokens
    assert result.options == {"url": world.site.home.url}
    assert world.site.leaked(result.secret) == []


def test_login_refuses_another_sign_ins_answer_and_a_refusal(make: Make) -> None:
    world = make()
    account = AccountConfig("masto", "mastodon", url=world.site.home.url)
    for answers, words in (
        ({"state": "forged"}, "another sign-in"),
        ({"error": "access_denied"}, "access_denied"),
    ):
        with pytest.raises(Refused, match=words):
            asyncio.run(Mastodon.login(account, Http, Person(world, **answers)))


@pytest.mark.parametrize(
    ("url", "user", "base"),
    [
        ("https://fosstodon.org/", "", "https://fosstodon.org"),
        ("fosstodon.org", "", "https://fosstodon.org"),
        ("", "@ana@fosstodon.org", "https://fosstodon.org"),
        ("", "ana", ""),
    ],
)
def test_where_the_server_is(url: str, user: str, base: str) -> None:
    assert Mastodon.base_url(AccountConfig("a", "mastodon", url=url, user=user)) == base


def test_channels_and_what_it_can() -> None:
    assert [channel.kind for channel in Mastodon.channels] == list(ChannelKind)
    assert Mastodon.can.settle == timedelta(seconds=5)
