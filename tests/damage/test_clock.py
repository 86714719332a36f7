"""A clock that is set back or ahead by days: nothing waits for days, and nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from convo.engine import Engine, voice
from convo.store import outbox
from convo.views import OutboxState, Row, View
from tests.engine.stage import Stage, queue, shown, states

DAY = 24 * 3600


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path)
    stage.sync()
    return stage


def rows(stage: Stage, view: View = View.WAITING) -> list[Row]:
    with stage.opened() as engine:
        return list(shown(engine, view))


@pytest.mark.parametrize("days", [-400, -10, -1, 1, 10])
def test_what_comes_after_the_clock_was_set_waits(stage: Stage, days: int) -> None:
    stage.ask("before")
    stage.sync()
    real = stage.clock.now()
    stage.clock.jump(days * DAY)
    stage.ask("after", at=real)
    assert stage.sync()["one"].error == ""
    found = rows(stage)
    assert {row.words for row in found} == {"before", "after"}
    for row in found:
        assert row.waiting_since is not None
        assert "-" not in voice.age_long(row.waiting_since, stage.clock.now())
    newest = next(row for row in found if "after" in row.words)
    assert newest.waiting_since is not None
    assert newest.waiting_since <= max(stage.clock.now(), real)


def test_an_answer_that_was_held_by_a_clock_ahead_leaves_when_it_is_right(stage: Stage) -> None:
    parent = stage.ask("hello?")
    stage.sync()
    stage.clock.jump(10 * DAY)

    async def hold(engine: Engine) -> None:
        await queue(engine, parent, "held", hold=10)

    stage.run(hold)
    stage.clock.jump(-10 * DAY)
    stage.sync()
    assert stage.mine("held") == []
    stage.clock.step(11)
    stage.sync()
    assert len(stage.mine("held")) == 1


def test_in_the_inbox_a_clock_that_is_set_back_stops_nothing(stage: Stage) -> None:
    """The inbox is open while the clock goes back ten days: it looks again within seconds, and answers leave."""
    parent = stage.ask("hello?")
    stage.sync()

    async def play(engine: Engine) -> list[OutboxState]:
        running = asyncio.ensure_future(engine.run())
        await settle()
        stage.clock.jump(-10 * DAY)
        stage.ask("are you there?", at=stage.clock.now())
        await queue(engine, parent, "yes", hold=5)
        engine._outbox_changed()
        for _ in range(40):
            stage.clock.step(5)
            await settle()
        found = [row.words for row in shown(engine)]
        assert any("are you there?" in words for words in found), found
        kept = states(engine)
        await engine.stop()
        await running
        return kept

    assert stage.run(play) == [OutboxState.SENT]
    assert len(stage.mine("yes")) == 1


async def settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0.002)


def test_a_held_answer_met_again_days_later_is_asked_about(stage: Stage) -> None:
    parent = stage.ask("hello?")
    stage.sync()
    stage.run(lambda engine: queue(engine, parent, "held", hold=10))
    stage.clock.jump(3 * DAY)
    stage.sync()
    assert stage.mine("held") == []
    with stage.opened() as engine:
        assert [row.text for row in engine.inbox.asked_about()] == ["held"]


def test_a_snooze_wakes_at_its_time_however_the_clock_came_there(stage: Stage) -> None:
    stage.ask("hello?")
    stage.sync()

    async def snooze(engine: Engine) -> None:
        from convo.views import Seen

        (row,) = shown(engine)
        await engine.acts.snooze([Seen(row.thread_id, row.arrival)], stage.clock.now() + timedelta(days=3))

    stage.run(snooze)
    assert rows(stage) == []
    stage.clock.jump(-30 * DAY)
    assert rows(stage) == []
    assert len(rows(stage, View.SNOOZED)) == 1
    stage.clock.jump(34 * DAY)
    stage.sync()
    assert len(rows(stage)) == 1


def test_slow_channels_are_read_again_after_a_clock_ahead(stage: Stage) -> None:
    stage.clock.jump(30 * DAY)
    stage.sync()
    stage.clock.jump(-30 * DAY)
    before = stage.sync()["one"].requests
    stage.clock.step(DAY + 60)
    after = stage.sync()["one"].requests
    assert before >= after - 1
    with stage.opened() as engine:
        looked = engine.store.reader.execute("SELECT max(looked_at) FROM channel").fetchone()[0]
        assert looked <= stage.clock.now().timestamp() * 1_000_000


def test_a_released_answer_keeps_its_window(stage: Stage) -> None:
    """The undo window is counted from now, not skipped."""
    parent = stage.ask("hello?")
    stage.sync()
    stage.clock.jump(5 * DAY)
    stage.run(lambda engine: queue(engine, parent, "held", hold=10))
    stage.clock.jump(-5 * DAY)
    stage.sync()
    with stage.opened() as engine:
        (row,) = outbox.rows(engine.store.reader)
        assert row.state is OutboxState.HELD
        assert row.leaves_at == stage.clock.now() + timedelta(seconds=10)
