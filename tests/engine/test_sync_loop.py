"""Sync: the loop of an open inbox."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from convo.adapters.memory import Traits
from convo.engine import Engine
from convo.store import StoreError
from convo.store import accounts as stored
from convo.views import Health, Seen, State, View
from tests.engine.stage import Stage, settled, shown, until, words
from tests.engine.sync_scene import asked_for, seen


def test_a_second_inbox_says_who_looks_shows_what_came_and_takes_over(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            said: list[str] = []
            changes: list[frozenset[int]] = []
            other.on_words, other.on_change = said.append, changes.append
            running = asyncio.ensure_future(engine.run())
            await settled(engine)
            also = asyncio.ensure_future(other.run())
            await settled(other)
            assert len(said) == 1
            assert "Another inbox" in said[0]
            stage.ask("Are you there?")
            asked_for(stage)
            stage.clock.step(60)
            await settled(engine)
            assert asked_for(stage) == ["mentions"]
            changes.clear()
            stage.clock.step(1)
            await settled(other)
            assert frozenset() in changes
            assert words(other) == ["Are you there?"]
            await engine.stop()
            await running
            stage.clock.step(5)
            await settled(other)
            assert "mentions" in asked_for(stage)
            await other.stop()
            await also

    stage.run(play)


def test_the_snoozed_come_back_while_the_inbox_is_open(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("Did you get the house?")
    stage.sync()

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        await engine.acts.snooze(
            Seen(waiting.thread_id, waiting.arrival), stage.clock.now() + timedelta(hours=1)
        )
        changes: list[frozenset[int]] = []
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        engine.on_change = changes.append
        assert [row.state for row in shown(engine, View.ALL)] == [State.SNOOZED]
        stage.clock.step(3600)
        await settled(engine)
        assert frozenset({waiting.thread_id}) in changes
        assert words(engine) == ["Did you get the house?"]
        await engine.stop()
        await running

    stage.run(play)


def test_leaving_ends_a_long_sync_after_the_request_in_flight(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    for number in range(20):
        stage.ask(f"m{number}")
    held = asyncio.Event()

    async def play(engine: Engine) -> None:
        page = stage.server().expect("fetch:mentions", None, until=held)
        running = asyncio.ensure_future(engine.run())
        await until(lambda: page.reached)
        asked_for(stage)
        stopping = asyncio.ensure_future(engine.stop())
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(stopping, running)
        assert asked_for(stage) == ["mentions"]
        (record,) = stored.all_accounts(engine.store.reader)
        assert (record.health, record.words) == (Health.FINE, "")

    stage.run(play)
    assert stage.sync()["one"].error == ""
    assert len(seen(stage)) == 20


def test_a_program_that_meets_a_newer_store_stops_and_says_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    stage.sync()

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        newer = sqlite3.connect(engine.store.path)
        newer.execute("PRAGMA user_version = 9999")
        newer.close()
        stage.ask("hello")
        stage.clock.step(60)
        with pytest.raises(StoreError, match="restart"):
            await running
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    stage.run(play)


def test_signing_in_elsewhere_is_noticed(tmp_path: Path) -> None:
    from dataclasses import replace

    from convo.paths import write_private
    from tests.engine.stage import TOKEN

    stage = Stage(tmp_path)
    account = replace(stage.config.accounts["one"], secret="")
    stage.config = replace(stage.config, accounts={"one": account})
    write_private(tmp_path / "secrets" / "one.secret", "an old token")

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        (status,) = engine.inbox.accounts()
        assert status.health is Health.SIGN_IN
        requests = len(stage.server().log)
        for _ in range(20):
            stage.clock.step(60)
            await settled(engine)
        assert len(stage.server().log) == requests
        write_private(tmp_path / "secrets" / "one.secret", TOKEN)
        stage.clock.step(5)
        await until(lambda: engine.inbox.accounts()[0].health is Health.FINE)
        await engine.stop()
        await running

    stage.run(play)


def test_a_server_may_have_no_slow_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convo.adapters._memory_world import Server
    from convo.adapters.contract import Channel, ChannelKind

    only = (Channel("mentions", ChannelKind.INCOMING), Channel("own", ChannelKind.OWN))
    monkeypatch.setattr(Server, "channels", lambda _: only)
    stage = Stage(tmp_path)
    stage.sync()
    asked_for(stage)
    stage.clock.step(60)
    stage.sync()
    assert asked_for(stage) == ["mentions"]
    stage.clock.step(24 * 3600)
    stage.sync()
    assert asked_for(stage) == ["identify", "mentions", "own"]
    assert Traits().page_size == 40
