"""An inbox without the network: it asks nobody, and shows what time and other processes bring."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from convo.engine import Engine
from convo.store import indexing
from convo.views import Seen, State, View
from tests.engine.stage import Stage, queue, row, settled, shown, until, words


def test_the_snoozed_come_back_and_nobody_is_asked(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = stage.ask("Did you get the house?")
    stage.sync()

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        answer = await queue(engine, parent, "Yes.")
        later = stage.clock.now() + timedelta(hours=1)
        await engine.acts.snooze(Seen(waiting.thread_id, waiting.arrival), later)
        asked = len(stage.server().log)
        running = asyncio.ensure_future(engine.run(network=False))
        await settled(engine)
        assert [one.state for one in shown(engine, View.ALL)] == [State.SNOOZED]
        stage.clock.step(3600)
        await settled(engine)
        assert words(engine) == ["Did you get the house?"]
        await engine.stop()
        await running
        assert len(stage.server().log) == asked
        assert row(engine, answer).state.value == "queued"

    stage.run(play)


def test_what_another_process_fetched_is_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()

    async def play(engine: Engine) -> None:
        changes: list[frozenset[int]] = []
        engine.on_change = changes.append
        running = asyncio.ensure_future(engine.run(network=False))
        await settled(engine)
        stage.ask("Are you there?")
        with stage.opened() as other:
            await other.sync.once()
            await other.stop()
        changes.clear()
        stage.clock.step(2)
        await until(lambda: frozenset() in changes)
        assert words(engine) == ["Are you there?"]
        await engine.stop()
        await running

    stage.run(play)


def test_a_search_index_that_lacks_words_is_filled(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("Did you get the house?")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.store.write(lambda db: indexing.begin(db))
        assert indexing.missing_to(engine.store.reader)
        running = asyncio.ensure_future(engine.run(network=False))
        await until(lambda: not indexing.missing_to(engine.store.reader))
        await engine.stop()
        await running

    stage.run(play)
