"""Waiting for a time or a call, whichever comes first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from convo.clock import HandClock
from convo.engine.schedule import LONGEST, Backoff
from convo.engine.waiter import Waiter
from tests.engine.stage import START


async def ready() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_it_waits_for_its_time_also_a_long_one() -> None:
    async def play() -> None:
        clock = HandClock(START)
        waiting = asyncio.ensure_future(Waiter(clock).wait(START + timedelta(hours=2)))
        for _ in range(119):
            await ready()
            clock.step(60)
        await ready()
        assert not waiting.done()
        clock.step(60)
        assert await waiting is False

    asyncio.run(play())


def test_a_call_ends_it_and_one_before_it_is_not_lost() -> None:
    async def play() -> None:
        waiter = Waiter(HandClock(START))
        waiting = asyncio.ensure_future(waiter.wait(None))
        await ready()
        assert not waiting.done()
        waiter.wake()
        assert await waiting is True
        waiter.wake()
        assert await waiter.wait(None) is True
        assert await waiter.wait(START) is False

    asyncio.run(play())


def test_a_failure_is_raised_where_it_waits() -> None:
    async def play() -> None:
        waiter = Waiter(HandClock(START))
        waiter.wake(KeyError("lost"))
        with pytest.raises(KeyError):
            await waiter.wait(None)

    asyncio.run(play())


def test_waits_double_stay_under_the_longest_and_are_the_same_for_the_same_seed() -> None:
    waits = [Backoff(60, "one").after(failures) for failures in range(1, 30)]
    assert waits == [Backoff(60, "one").after(failures) for failures in range(1, 30)]
    assert all(wait <= LONGEST for wait in waits)
    backoff = Backoff(60, "one")
    in_a_row = [backoff.after(failures).total_seconds() for failures in (1, 2, 3, 4, 100)]
    for wait, whole in zip(in_a_row, (60, 120, 240, 480, 1800), strict=True):
        assert whole / 2 <= wait <= whole
    assert in_a_row[0] != Backoff(60, "two").after(1).total_seconds()
