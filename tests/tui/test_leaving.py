"""Leaving the inbox: with somebody in the list or with nobody, it ends and says nothing else."""

from __future__ import annotations

import asyncio
from datetime import timezone
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from convo.tui.app import ConvoApp
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import cast_engine, key_event

pytestmark = pytest.mark.slow


async def test_an_inbox_where_nobody_waits_is_left(tmp_path: Path) -> None:
    """What is drawn after the last key finds a screen that is going away."""
    from convo.demo.company import Company

    clock = HandClock(cast.NOW)
    stage = Stage(clock)
    store = Store.open(tmp_path, clock)
    try:
        engine = Engine(config(), store, clock, adapters=Company(stage).adapters())
        await engine.sync.once()
        app = ConvoApp(engine, zone=timezone.utc, offline=True)
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            assert not app.inbox.list.items
            await pilot.press("q")
            for _ in range(20):
                await asyncio.sleep(0.01)
        assert app.return_code == 0
    finally:
        store.close()


@pytest.mark.parametrize("pauses", range(12))
async def test_it_is_left_while_it_starts(tmp_path: Path, pauses: int) -> None:
    """What comes after the first frame finds a program that ends, and so does the next key."""
    engine = FakeEngine()
    app = ConvoApp(cast_engine(engine), zone=timezone.utc, offline=True)
    async with app.run_test(size=(100, 30)):
        for _ in range(pauses):
            await asyncio.sleep(0)
        for key in ("q", "t", "j"):
            app.post_message(key_event(key))
        for _ in range(20):
            await asyncio.sleep(0.001)
    assert app.return_code == 0
