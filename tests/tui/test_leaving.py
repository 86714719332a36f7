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
