"""X costs money: off without a budget, every call counted, never past the budget, remembered over restarts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from convo.adapters.contract import Ambiguous, ChannelKind, Refused, RetryAt
from convo.adapters.http import Http
from convo.adapters.x import X
from convo.model import Reply
from convo.testing import Trouble, Where
from convo.testing.tools import answer_to, long_ago, read, received
from tests.adapters.playing import reading, run
from tests.adapters.x_world import XWorld


@pytest.fixture
def world() -> Iterator[XWorld]:
    built = XWorld()
    yield built
    built.stop()


def with_budget(amount: str) -> Iterator[XWorld]:
    built = XWorld({"monthly_budget": amount})
    yield built
    built.stop()


@pytest.fixture
def poor() -> Iterator[XWorld]:
    yield from with_budget("0.40")


@pytest.fixture
def off() -> Iterator[XWorld]:
    yield from with_budget("")


def at(when: datetime) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: when


def spent(world: XWorld) -> int:
    return int(json.loads(world.credential.stored)["spent"])


async def refused(work: Any) -> str:
    with pytest.raises(Refused) as caught:
        await work
    return caught.value.words


def test_without_a_budget_the_account_says_so_and_asks_nothing(off: XWorld) -> None:
    said = off.someone_mentions_me("hello")

    async def play() -> None:
        adapter = off.adapter('{"id":"1111","username":"me"}')
        message = await read_elsewhere(said)
        words = {
            await refused(adapter.identify()),
            await refused(adapter.fetch("mentions", "", long_ago(off))),
            await refused(adapter.lookup([message.ref])),
            await refused(adapter.conversation(message.ref)),
            await refused(adapter.prepare(Reply("key", message, "words"))),
            await refused(adapter.answer("{}")),
            await refused(adapter.find("{}", ())),
            await refused(adapter.delete(message.ref)),
        }
        assert len(words) == 1
        assert 'monthly_budget = "5"' in words.pop()
        budget, prices = await adapter.check()
        assert not budget.fine
        assert "off until you set a budget" in budget.words
        assert "$0.001 a mention" in prices.words
        await off.close()

    async def read_elsewhere(what: Any) -> Any:
        rich = XWorld()
        try:
            same = rich.someone_mentions_me("hello")
            identity = await rich.adapter().identify()
            return await received(rich.adapter(identity.facts), rich, same)
        finally:
            await rich.close()
            rich.stop()

    asyncio.run(play())
    assert off.requests() == 0


@pytest.mark.parametrize("amount", ["much", "-1", "0", "nan", "1e99", "5 dollars"])
def test_a_budget_that_is_no_amount_is_none(amount: str) -> None:
    for built in with_budget(amount):
        words = asyncio.run(refused(built.adapter().identify()))
        assert "must be an amount of dollars" in words
        assert built.requests() == 0


@pytest.mark.parametrize("amount", ["5", "5.00", "$5", " 5.5 "])
def test_amounts_as_people_write_them(amount: str) -> None:
    for built in with_budget(amount):
        run(built, lambda adapter: adapter.check())
        assert built.requests()


def test_what_was_read_is_counted_each_thing_once_a_day(world: XWorld) -> None:
    for number in range(3):
        world.someone_mentions_me(f"number {number}")
    reading(world)
    # The sign-in's look and this one at the user, three mentions, and ana once.
    assert spent(world) == 10_000 + 10_000 + 3 * 1_000 + 10_000
    for _ in range(3):
        reading(world)
    assert spent(world) == 33_000
    assert spent(world) / 1_000_000 >= world.server.posts.spent / 4


def test_looking_when_nothing_is_new_costs_nothing(world: XWorld) -> None:
    cursors: dict[str, str] = {}
    reading(world, cursors=cursors)
    before = spent(world)
    for _ in range(5):
        world.pass_time(300)
        reading(world, *ChannelKind, cursors=cursors)
    assert spent(world) == before


def test_the_next_day_the_same_thing_costs_again(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play() -> None:
        identity = await world.adapter().identify()
        days = [datetime(2026, 11, day, 23, 50, tzinfo=timezone.utc) for day in (20, 21)]
        counts = []
        for when in (days[0], days[0] + timedelta(minutes=5), days[1]):
            adapter = X(
                world.account,
                Http(world.base()),
                world.credential,
                identity.facts,
                now=at(when),
            )
            message = (await adapter.fetch("mentions", "", long_ago(world))).messages[0]
            assert message.uri == said.uri
            counts.append(spent(world))
            await adapter.close()
        assert counts[1] == counts[0]
        assert counts[2] == counts[1] + 11_000
        await world.close()

    asyncio.run(play())


def test_the_budget_is_never_passed_and_one_sentence_says_so(poor: XWorld) -> None:
    for number in range(60):
        poor.someone_mentions_me(f"number {number}", by=f"person{number}")

    async def play(adapter: Any) -> None:
        with pytest.raises(RetryAt) as caught:
            await read(adapter, {}, long_ago(poor))
        words = caught.value.words
        assert words.startswith("The budget of $0.40 for X is used up this month")
        assert words.endswith("when you raise monthly_budget.")
        assert "\n" not in words
        assert words.count(". ") == 0
        assert caught.value.at is not None

    run(poor, play)
    assert 200_000 < spent(poor) <= 400_000


def test_what_was_read_before_the_budget_ended_is_there(poor: XWorld) -> None:
    said = [poor.someone_mentions_me(f"number {number}", by=f"person{number}") for number in range(30)]
    page = run(poor, lambda adapter: adapter.fetch("mentions", "", long_ago(poor)))
    assert [one.uri for one in page.messages] == [one.uri for one in reversed(said)][: len(page.messages)]
    assert 5 <= len(page.messages) < 30
    assert page.more


def test_once_it_is_used_up_nothing_is_asked_also_after_a_restart(poor: XWorld) -> None:
    for number in range(60):
        poor.someone_mentions_me(f"number {number}", by=f"person{number}")

    async def play() -> None:
        facts = (await poor.adapter().identify()).facts
        with pytest.raises(RetryAt):
            await read(poor.adapter(facts), {}, long_ago(poor))
        before, counted = poor.requests(), spent(poor)
        for _ in range(3):
            again = poor.adapter(facts)
            with pytest.raises(RetryAt):
                await again.fetch("mentions", "", long_ago(poor))
        assert poor.requests() == before
        assert spent(poor) == counted
        [budget, *_] = await poor.adapter(facts).check()
        assert f"${counted / 1_000_000:.3f} of $0.40" in budget.words
        await poor.close()

    asyncio.run(play())


def test_with_the_month_the_budget_begins_anew(poor: XWorld) -> None:
    async def play() -> None:
        facts = (await poor.adapter().identify()).facts
        kept = json.loads(poor.credential.stored)
        poor.credential.stored = json.dumps({**kept, "spent": 400_000, "month": "2026-11"})
        said = poor.someone_mentions_me("hello")
        for when, fine in (
            (datetime(2026, 11, 30, 23, 59, tzinfo=timezone.utc), False),
            (datetime(2026, 12, 1, tzinfo=timezone.utc), True),
        ):
            adapter = X(poor.account, Http(poor.base()), poor.credential, facts, now=at(when))
            if fine:
                page = await adapter.fetch("mentions", "", long_ago(poor))
                assert [one.uri for one in page.messages] == [said.uri]
            else:
                with pytest.raises(RetryAt) as caught:
                    await adapter.fetch("mentions", "", long_ago(poor))
                assert caught.value.at == datetime(2026, 12, 1, tzinfo=timezone.utc)
            await adapter.close()
        await poor.close()

    asyncio.run(play())


def test_two_processes_share_one_ledger(poor: XWorld) -> None:
    for number in range(60):
        poor.someone_mentions_me(f"number {number}", by=f"person{number}")

    async def play() -> None:
        facts = (await poor.adapter().identify()).facts
        both = [poor.adapter(facts), poor.adapter(facts)]
        await asyncio.gather(*(read(one, {}, long_ago(poor)) for one in both), return_exceptions=True)
        assert spent(poor) <= 400_000
        await poor.close()

    asyncio.run(play())


@pytest.mark.parametrize("kind", [Trouble.DOWN, Trouble.CUT_BODY, Trouble.RATE_LIMITED, Trouble.FORBIDDEN])
def test_what_failed_is_not_counted(world: XWorld, kind: Trouble) -> None:
    world.someone_mentions_me("hello")
    run(world, lambda adapter: adapter.check())
    before = spent(world)
    world.trouble(kind, times=9)

    async def play(adapter: Any) -> None:
        with pytest.raises((RetryAt, Refused)):
            await adapter.fetch("mentions", "", long_ago(world))

    run(world, play)
    assert spent(world) == before


@pytest.mark.parametrize(("text", "price"), [("thank you", 10_000), ("see example.com", 200_000)])
def test_an_answer_has_its_price(world: XWorld, text: str, price: int) -> None:
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), text))
        before = spent(world)
        await adapter.answer(request)
        assert spent(world) == before + price

    run(world, play)


def test_an_answer_that_may_have_arrived_is_counted(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "yes"))
        before = spent(world)
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        assert spent(world) == before + 10_000

    run(world, play)


def test_a_deletion_has_its_price(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        parent = await received(adapter, world, said)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "yes")))
        before = spent(world)
        await adapter.delete(message.ref)
        assert spent(world) == before + 10_000

    run(world, play)


def test_an_answer_beyond_the_budget_is_refused_and_not_sent() -> None:
    for poor in with_budget("0.22"):
        said = poor.someone_mentions_me("hello")

        async def play(adapter: Any, poor: XWorld = poor, said: Any = said) -> None:
            parent = await received(adapter, poor, said)
            with pytest.raises(Refused) as caught:
                await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "see example.com")))
            assert "The budget of $0.22" in caught.value.words

        run(poor, play)
        assert poor.standing() == []


def test_an_address_is_sent_only_where_the_user_allowed_its_price() -> None:
    built = XWorld({"links": ""})
    said = built.someone_mentions_me("hello")

    async def play(adapter: Any) -> None:
        parent = await received(adapter, built, said)
        words = await refused(adapter.prepare(answer_to(adapter, parent, "see example.com")))
        assert "$0.20" in words
        assert 'links = "yes"' in words
        await adapter.prepare(answer_to(adapter, parent, "without one"))

    try:
        run(built, play)
    finally:
        built.stop()


def test_another_persons_app_makes_mentions_dearer() -> None:
    built = XWorld({"own_app": "no"})
    try:
        built.someone_mentions_me("hello")
        reading(built)
        assert spent(built) == 10_000 + 10_000 + 5_000 + 10_000
    finally:
        built.stop()


def test_who_waits_is_looked_at_without_paying_for_people(world: XWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def play() -> None:
        facts = (await world.adapter().identify()).facts
        message = await received(world.adapter(facts), world, said)
        kept = json.loads(world.credential.stored)
        world.credential.stored = json.dumps({**kept, "billed": [], "spent": 0})
        looked = await world.adapter(facts).lookup([message.ref])
        assert looked.messages == (message,)
        assert spent(world) == 5_000
        await world.close()

    asyncio.run(play())


def test_a_conversation_that_would_cost_too_much_is_read_in_part() -> None:
    for poor in with_budget("0.30"):
        root = poor.i_post("mine")
        said = poor.someone_replies(root, "a question")

        async def play(adapter: Any, poor: XWorld = poor, said: Any = said) -> Any:
            return await adapter.conversation((await received(adapter, poor, said)).ref)

        found = run(poor, play)
        assert {one.uri for one in found.messages} == {root.uri, said.uri}
        assert found.partial.startswith("The budget of $0.30")


def test_doctor_tells_prices_and_what_was_spent(world: XWorld) -> None:
    world.someone_mentions_me("hello")
    reading(world)
    findings = {one.what: one for one in run(world, lambda adapter: adapter.check())}
    assert findings["budget"].words == "$0.031 of $1000.00 were counted this month."
    for price in ("$0.001", "$0.005", "$0.01", "$0.20"):
        assert price in findings["prices"].words
