"""Discourse: keys, limits and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from convo.adapters.contract import (
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.discourse import Discourse
from convo.model import Ref
from convo.testing.tools import answer_to, long_ago, read, received
from tests.adapters.discourse_scene import Make, topic_of
from tests.adapters.discourse_scene import make as make
from tests.adapters.playing import run
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer, text_answer


def test_a_closed_door_is_no_dead_key(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        topic_of(world, said).allowed = {1}  # now for others only
        body = b'{"errors":["no"],"error_type":"invalid_access"}'
        world.site.home.add(Fault(answer=Answer(403, body)), method="GET", path="/t/", times=9)
        with pytest.raises(Refused):
            await adapter.conversation(message.ref)
        assert (await adapter.lookup([message.ref])).gone == (said.uri,)
        assert (await adapter.identify()).person.uid == world.me

    run(world, work)


def test_a_suspended_account_must_sign_in_again(make: Make) -> None:
    world = make()
    said = world.someone_mentions_me("a question")

    async def work(adapter: Discourse) -> None:
        message = await received(adapter, world, said)
        world.user_me.suspended = True
        for call in (
            lambda: adapter.fetch("notifications", "", long_ago(world)),
            lambda: adapter.conversation(message.ref),
            adapter.identify,
        ):
            with pytest.raises(SignInAgain, match="convo login forum"):
                await call()

    run(world, work)


def test_a_firewalls_page_is_no_dead_key(make: Make) -> None:
    world = make()
    world.site.home.add(Fault(answer=text_answer("<html>Checking your browser", 403)), method="GET", times=9)
    with pytest.raises(Refused, match="firewall"):
        run(world, lambda adapter: adapter.identify())


@pytest.mark.parametrize("told", ["header", "body"])
def test_the_days_allowance_is_said_and_waited_for(make: Make, told: str) -> None:
    world = make()
    said = world.someone_mentions_me("a question")
    headers = {"discourse-rate-limit-error-code": "user_api_key_limiter_1_day"}
    body: dict[str, Any] = {"errors": ["slow down"], "error_type": "rate_limit"}
    if told == "header":
        headers["retry-after"] = "3600"
    else:
        body["extras"] = {"wait_seconds": 3600, "time_left": "an hour"}

    async def work(adapter: Discourse) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        answer = json_answer(body, 429).with_headers(**headers)
        world.site.home.add(Fault(answer=answer), times=9)
        for call in (
            lambda: adapter.fetch("notifications", "", long_ago(world)),
            lambda: adapter.answer(request),
        ):
            with pytest.raises(RetryAt, match="today") as caught:
                await call()
            assert caught.value.at is not None
            assert 3500 < (caught.value.at - world.now()).total_seconds() < 3700

    run(world, work)
    assert world.standing() == []


def test_the_limiter_in_front_speaks_no_json(make: Make) -> None:
    world = make()

    async def work(adapter: Discourse) -> None:
        world.state.options.ip_limit = True
        with pytest.raises(RetryAt) as caught:
            await adapter.fetch("notifications", "", long_ago(world))
        assert caught.value.at is not None

    run(world, work)


def test_a_first_look_fits_into_a_keys_minute(make: Make) -> None:
    world = make(limits=True)
    said = [world.someone_mentions_me(f"number {n}") for n in range(40)]

    async def work(adapter: Discourse) -> None:
        cursors: dict[str, str] = {}
        found: set[str] = set()
        for _ in range(12):
            try:
                for _ in range(9):
                    found |= (await read(adapter, cursors, long_ago(world), most_pages=1)).uris
            except RetryAt:
                world.pass_time(61)
        assert {one.uri for one in said} <= found

    run(world, work)


def test_a_look_up_that_is_cut_short_gives_what_it_found(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(3)]

    async def work(adapter: Discourse) -> None:
        found = await read(adapter, {}, long_ago(world))
        number = topic_of(world, said[1]).id
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path=f"/t/{number}/", times=9)
        looked = await adapter.lookup([found.of(one).ref for one in said])
        assert [one.uri for one in looked.messages] == [said[0].uri]
        assert looked.gone == ()

    run(world, work)


def test_what_must_be_known_to_judge_an_answer_is_never_left_out(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(3)]

    async def work(adapter: Discourse) -> None:
        number = topic_of(world, said[1]).id
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path=f"/t/{number}/", times=9)
        with pytest.raises(RetryAt):
            await adapter.lookup([Ref(one.uri) for one in said])

    run(world, work)


def test_after_a_limit_a_few_topics_are_looked_up_in_turn(make: Make) -> None:
    world = make()
    said = [world.someone_mentions_me(f"number {n}") for n in range(12)]

    async def work(adapter: Discourse) -> None:
        refs = [one.ref for one in (await read(adapter, {}, long_ago(world))).messages]
        assert len((await adapter.lookup(refs)).messages) == 12
        world.site.home.add(Fault(answer=Answer(429, b"")), method="GET", path="/notifications")
        with pytest.raises(RetryAt):
            await adapter.fetch("notifications", "", long_ago(world))
        found: set[str] = set()
        for _ in range(3):
            looked = (await adapter.lookup(refs)).messages
            assert len(looked) == 5
            found |= {one.uri for one in looked}
        assert found == {one.uri for one in said}

    run(world, work)
