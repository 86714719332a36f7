"""Delivery: crashes, several processes, leaving, and the loop of an open inbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.engine import Engine
from convo.store import outbox
from convo.views import OutboxState, View
from tests.engine.delivery_scene import SETTLE, answer, asked, draft_text
from tests.engine.stage import Killed, Stage, dying_at, queue, row, settled, states, until, words


# -- crashes ---------------------------------------------------------------------------------------------
def points_of_a_delivery(tmp_path: Path) -> list[str]:
    stage = Stage(tmp_path)
    parent = asked(stage)
    with dying_at("nowhere") as passed:
        answer(stage, parent)
    return passed


def test_a_crash_at_any_point_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    passed = points_of_a_delivery(tmp_path / "plain")
    assert {"store.commit", "store.committed", "http.before_send", "http.before_read"} <= set(passed)
    for number, point in enumerate(passed):
        for settle in (timedelta(0), SETTLE):
            stage = Stage(tmp_path / f"{number}-{settle.seconds}", settle=settle)
            parent = asked(stage)
            with dying_at(point, passed[: number + 1].count(point)), pytest.raises(Killed):
                answer(stage, parent)
            for _ in range(4):
                stage.clock.step(3)
                assert stage.sync()["one"].error == ""
            queued = stage.run(_open_rows)
            if queued is None:  # it died before the words were in the outbox
                assert (number, stage.mine()) == (0, [])
            else:
                assert [(message.text, message.parent_uri) for message in stage.mine()] == [
                    ("yes", parent.uri)
                ]
                assert queued == [OutboxState.SENT]


async def _open_rows(engine: Engine) -> list[OutboxState] | None:
    return states(engine) or None


def test_a_crash_while_looking_changes_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", Killed(), moment="done")
    with pytest.raises(Killed):
        answer(stage, parent)
    stage.server().expect("find", Killed())
    with pytest.raises(Killed):
        stage.sync()
    assert stage.sync()["one"].sent == 1
    assert len(stage.mine()) == 1


# -- several processes, and leaving ----------------------------------------------------------------------


def test_two_processes_deliver_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            leave = asyncio.Event()
            request = stage.server().expect("answer", None, until=leave)
            outbox_id = await queue(engine, parent, "yes")
            both = asyncio.gather(engine.delivery.now(outbox_id), other.delivery.now(outbox_id))
            await until(lambda: request.reached)
            await until(lambda: not engine.accounts._locks.is_free("account-1", "first"))
            leave.set()
            found = await both
            assert [one.state for one in found] == [OutboxState.SENT, OutboxState.SENT]

    stage.run(play)
    assert stage.server().requests("answer") == 1
    assert stage.server().requests("find") == 0


def test_a_delivery_goes_before_the_next_page_of_a_sync(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    parent = asked(stage)
    for number in range(3):
        stage.ask(f"m{number}")

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            reading = asyncio.Event()
            page = stage.server().expect("fetch:mentions", None, until=reading)
            outbox_id = await queue(engine, parent, "yes")
            syncing = asyncio.ensure_future(other.sync._try("one", _everything()))
            await until(lambda: page.reached)
            delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
            await until(lambda: not engine.accounts._locks.is_free("account-1", "first"))
            reading.set()
            await asyncio.gather(syncing, delivering)

    before = len(stage.server().log)
    stage.run(play)
    verbs = [(verb, argument) for _, verb, argument in stage.server().log[before:]]
    assert verbs[0] == ("fetch", "mentions")
    assert [verb for verb, _ in verbs[1:3]] == ["prepare", "answer"]
    assert verbs[3] == ("fetch", "mentions")


def _everything() -> Any:
    from convo.engine.round import Scope

    return Scope()


def test_leaving_waits_for_the_request_in_flight_and_starts_no_other(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    other_parent = asked(stage, "And the garden?")

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        leave = asyncio.Event()
        request = stage.server().expect("answer", None, until=leave)
        first, second = await queue(engine, parent, "yes"), await queue(engine, other_parent, "no")
        engine.delivery.waiter.wake()
        await until(lambda: request.reached)
        stopping = asyncio.ensure_future(engine.stop())
        await settled(engine)
        assert not stopping.done()
        leave.set()
        await asyncio.gather(stopping, running)
        assert [row(engine, one).state for one in (first, second)] == [OutboxState.SENT, OutboxState.QUEUED]

    stage.run(play)
    assert len(stage.mine()) == 1


def test_a_request_that_does_not_end_is_left_and_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convo.engine.PATIENCE", 0.05)
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        request = stage.server().expect("answer", None, until=asyncio.Event(), moment="done")
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
        await until(lambda: request.reached)
        await engine.stop()
        await asyncio.gather(delivering, return_exceptions=True)
        assert row(engine, outbox_id).state is OutboxState.SENDING

    stage.run(play)
    assert stage.sync()["one"].sent == 1
    assert (len(stage.mine()), stage.server().requests("answer")) == (1, 1)


def test_a_cancelled_caller_does_not_break_a_request(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        leave = asyncio.Event()
        request = stage.server().expect("answer", None, until=leave)
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
        await until(lambda: request.reached)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        leave.set()
        await engine.stop()
        assert row(engine, outbox_id).state is OutboxState.SENT

    stage.run(play)


# -- the inbox's own loop --------------------------------------------------------------------------------


def test_a_held_answer_leaves_when_its_window_ends(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        outbox_id = await queue(engine, parent, "yes", hold=10)
        engine.delivery.waiter.wake()
        await settled(engine)
        stage.clock.step(9)
        await settled(engine)
        assert row(engine, outbox_id).state is OutboxState.HELD
        stage.clock.step(1)
        await settled(engine)
        assert row(engine, outbox_id).state is OutboxState.SENT
        await engine.stop()
        await running

    stage.run(play)


def test_a_held_answer_goes_with_the_next_sync_but_an_old_one_is_asked_about_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent, other = asked(stage), asked(stage, "And the garden?")
    stage.run(lambda engine: queue(engine, parent, "yes", hold=10))
    stage.clock.step(3600)
    assert stage.sync()["one"].sent == 1
    stage.run(lambda engine: queue(engine, other, "no", hold=10))
    stage.clock.step(25 * 3600)
    assert stage.sync()["one"].sent == 0
    assert [message.text for message in stage.mine()] == ["yes"]


def test_what_was_taken_back_while_it_was_prepared_does_not_leave(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        preparing = asyncio.Event()
        request = stage.server().expect("prepare", None, until=preparing)
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.deliver("one"))
        await until(lambda: request.reached)
        await engine.store.write(outbox.back_to_draft, outbox_id, stage.clock.now())
        preparing.set()
        assert await delivering == 0
        assert draft_text(engine, parent.uri) == "yes"

    stage.run(play)
    assert stage.server().requests("answer") == 0


def test_one_accounts_failure_does_not_hold_up_another(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    here = stage.ask("here?")
    there = stage.ask("there?", "two")
    stage.sync()
    stage.server().down = "one.example was not found."

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        first, second = await queue(engine, here, "yes"), await queue(engine, there, "yes", "two")
        engine.delivery.waiter.wake()
        await settled(engine)
        assert row(engine, first).state is OutboxState.QUEUED
        assert row(engine, second).state is OutboxState.SENT
        stage.server().down = ""
        for _ in range(10):
            stage.clock.step(30)
            await settled(engine)
        assert row(engine, first).state is OutboxState.SENT
        await engine.stop()
        await running

    stage.run(play)
    assert words_of_waiting(stage) == []


def words_of_waiting(stage: Stage) -> list[str]:
    async def play(engine: Engine) -> list[str]:
        return words(engine, View.WAITING)

    return stage.run(play)


def test_answers_of_an_account_that_left_the_config_stay(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    parent = asked(stage)
    stage.run(lambda engine: queue(engine, parent, "yes"))
    whole = stage.config
    stage.config = type(whole)(inbox=whole.inbox, accounts={"two": whole.accounts["two"]})
    stage.sync()
    assert stage.mine() == []
    assert words_of_waiting(stage) == []
    stage.config = whole
    assert stage.sync()["one"].sent == 1
