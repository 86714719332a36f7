"""Lemmy: signing in, and the dialect of 1.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    Found,
    LoginStep,
    Missing,
    SignInAgain,
)
from convo.adapters.lemmy import Lemmy
from convo.config import AccountConfig
from convo.model import Ref
from convo.testing import Trouble, Where
from convo.testing.tools import answer_to, received, settled
from tests.adapters.lemmy_scene import Make
from tests.adapters.lemmy_scene import make as make
from tests.adapters.lemmy_scene import world as world
from tests.adapters.lemmy_world import TOKEN, LemmyWorld
from tests.adapters.playing import reading, run, sign_in


# --- signing in
def account(world: LemmyWorld, **more: Any) -> AccountConfig:
    return AccountConfig("lemmy", "lemmy", url=world.site.home.url, **more)


def test_the_password_is_swapped_for_a_token_and_not_kept(world: LemmyWorld) -> None:
    world.server.passwords["me"] = "correct horse"
    result, [step] = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "correct horse"})
    assert result.secret in world.server.tokens
    assert dict(result.options) == {"url": world.site.home.url, "user": "me"}
    assert "correct horse" not in str(result)
    assert [field.secret for field in step.fields] == [False, True]


def test_a_second_factor_is_asked_for_once(make: Make) -> None:
    world = make(login_code="123456")
    world.server.passwords["me"] = "correct horse"

    def answers(step: LoginStep) -> Mapping[str, str]:
        return {"code": "123 456"} if step.fields[0].name == "code" else {"password": "correct horse"}

    result, steps = sign_in(Lemmy, account(world, user="me"), answers)
    assert result.secret in world.server.tokens
    assert len(steps) == 2


def test_a_wrong_password_is_tried_once(world: LemmyWorld) -> None:
    world.server.passwords["me"] = "correct horse"
    with pytest.raises(SignInAgain):
        sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "wrong"})
    assert len(world.site.home.asked("POST", "/login")) == 1


def test_a_token_that_is_there_already_is_taken(world: LemmyWorld) -> None:
    result, _ = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": TOKEN})
    assert result.secret == TOKEN
    assert world.site.home.asked("POST", "/login") == []


def test_check_names_dialect_and_limits(world: LemmyWorld) -> None:
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert set(found) == {"reach", "sign in", "scopes", "lists", "limits", "clock"}
    assert all(one.fine for one in found.values())
    assert "0.19" in found["reach"].words
    assert "180 requests in 60 s" in found["limits"].words


def test_blocked_people_are_listed(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def work(adapter: Lemmy) -> None:
        await adapter.block(said.uid, True)

    run(world, work)
    assert reading(world, ChannelKind.PEOPLE).hidden == (said.uid,)


def test_messages_of_another_server_are_not_mine(world: LemmyWorld) -> None:
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.conversation(Ref("https://far.example/comment/1", "c1")))


# --- the dialect of 1.0


def test_a_key_that_was_used_is_looked_for_and_not_sent_with_another(make: Make) -> None:
    world = make(modern=True)
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        with pytest.raises(Ambiguous, match="had this answer before"):
            await adapter.answer(request)
        proof = await settled(adapter, world, request)
        assert isinstance(proof, Found)
        assert [one.uri for one in world.standing()] == [proof.message.uri]

    run(world, work)
    keys = {request.headers.get("idempotency-key") for request in world.site.home.asked("POST", "/comment")}
    assert len(keys) == 1
    assert 16 <= len(keys.pop() or "") <= 32


@pytest.mark.parametrize(("modern", "paths", "lists"), [(False, {"v4", "v3"}, 3), (True, {"v4"}, 1)])
def test_the_dialect_is_found_and_kept(make: Make, modern: bool, paths: set[str], lists: int) -> None:
    world = make(modern=modern)
    world.someone_mentions_me("hello")
    reading(world, *ChannelKind)
    assert {request.path.split("/")[2] for request in world.site.log} == paths

    async def look(adapter: Lemmy) -> None:
        assert len([one for one in adapter.channels if one.kind is ChannelKind.INCOMING]) == lists

    run(world, look)


def test_a_server_that_was_updated_is_spoken_to_anew(make: Make) -> None:
    world = make(modern=True)
    stale = '{"version":"0.19.11","api":"v3","id":77,"user":"me","uid":"https://lemmy.example/u/me"}'

    async def work(adapter: Lemmy) -> None:
        old = world.adapter(stale)
        assert len(old.channels) == 5
        await old.identify()
        assert [one.name for one in old.channels] == ["notifications", "own", "people"]

    run(world, work)


def test_signing_in_to_the_new_dialect_asks_for_a_token_that_lasts(make: Make) -> None:
    world = make(modern=True)
    world.server.passwords["me"] = "correct horse"
    result, _ = sign_in(Lemmy, account(world), lambda step: {"user": "me", "password": "correct horse"})
    assert result.secret in world.server.tokens
    [request] = world.site.home.asked("POST", "/login")
    assert request.json()["stay_logged_in"] is True
    found = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert all(one.fine for one in found.values())
    assert "1.0" in found["reach"].words
