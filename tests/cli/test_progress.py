"""How far a first sync has come: a bar on a terminal, lines elsewhere, nothing when none runs."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime, timedelta, timezone

import pytest

from convo.cli.progress import Progress, Stand, Work, beside
from convo.clock import HandClock

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)
LATER = NOW + timedelta(seconds=30)
HISTORY = timedelta(days=90)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def stand(arrived: int = 1300, **days: float) -> Stand:
    return Stand({name: NOW - timedelta(days=back) for name, back in days.items()}, arrived)


@pytest.mark.parametrize(
    ("bar", "line"),
    [
        (True, "home [######..................] 25%, 40 messages a second, about 2 min left"),
        (False, "home: 25% read back, 40 messages a second, about 2 min left"),
    ],
)
def test_part_rate_and_what_is_left(bar: bool, line: str) -> None:
    progress = Progress(NOW, HISTORY, 100)
    assert progress.line(stand(home=22.5, work=60), LATER, bar) == line


def test_seconds_when_they_are_few_and_nothing_when_nobody_knows() -> None:
    progress = Progress(NOW, HISTORY, 0)
    assert progress.line(stand(home=45), LATER, False).endswith("about 30 s left")
    assert "left" not in progress.line(stand(home=0.1), LATER, False)
    assert progress.line(stand(), LATER, True) == ""
    assert "100%" in progress.line(stand(home=200), LATER, True)


async def _run(stream: io.StringIO, steps: float, found: Stand) -> str:
    clock, done = HandClock(NOW), asyncio.Event()

    async def work() -> str:
        await done.wait()
        return "done"

    telling = asyncio.ensure_future(beside(work(), lambda: found, Progress(NOW, HISTORY, 0), clock, stream))
    for _ in range(3):
        for _ in range(5):
            await asyncio.sleep(0)
        clock.step(steps)
    for _ in range(5):
        await asyncio.sleep(0)
    done.set()
    assert await telling == "done"
    return stream.getvalue()


def test_a_bar_is_drawn_in_place_and_gone_at_the_end() -> None:
    told = asyncio.run(_run(Screen(), 0.25, stand(home=45)))
    assert "\r" in told
    assert "\n" not in told
    assert "\x1b" not in told
    assert told.count("50%") == 3
    assert not told.rpartition("\r")[0].rpartition("\r")[2].strip()


def test_lines_where_there_is_no_terminal() -> None:
    told = asyncio.run(_run(io.StringIO(), 10, stand(home=45)))
    assert told.count("convo: home: 50% read back") == 3
    assert "\r" not in told


def test_silent_when_no_first_sync_runs() -> None:
    assert asyncio.run(_run(io.StringIO(), 10, stand())) == ""
    assert not asyncio.run(_run(Screen(), 0.25, stand())).strip()


@pytest.mark.parametrize(
    ("stream", "line"),
    [
        (Screen(), "\rmessages written [############............] 50%, 5,000 a second, about 1 s left\r"),
        (io.StringIO(), "convo: messages written: 50%, 500 a second, about 10 s left\n"),
    ],
)
def test_long_work_tells_of_itself(stream: io.StringIO, line: str) -> None:
    clock = HandClock(NOW)
    with Work(clock, stream) as work:
        work("messages written", 0, 10_000)
        assert stream.getvalue() == ""
        clock.step(1 if stream.isatty() else 10)
        work("messages written", 5_000, 10_000)
        assert stream.getvalue() == line
        clock.step(0.1)
        work("messages written", 6_000, 10_000)
    assert stream.getvalue().strip("\r \n") == line.strip("\r\n")


def test_another_stage_of_it_has_its_own_rate_and_work_without_an_end_no_bar() -> None:
    clock, stream = HandClock(NOW), io.StringIO()
    with Work(clock, stream) as work:
        work("pages", 90, 100)
        clock.step(10)
        work("messages", 40, 200)
        clock.step(20)
        work("messages", 80, 200)
        clock.step(10)
        work("items", 3, 0)
        clock.step(10)
        work("items", 33, 0)
    assert stream.getvalue().splitlines() == [
        "convo: messages: 20%",
        "convo: messages: 40%, 2 a second, about 60 s left",
        "convo: items: 3",
        "convo: items: 33, 3 a second",
    ]
