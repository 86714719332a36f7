"""Any keys in any order: the inbox goes on, and no word typed into an answer is gone unless it was sent there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from convo.tui.commands import COMMANDS
from tests.tui.play import SMALL, USUAL, WIDE, Play, key_event
from tests.tui.test_with_engine import engine_of, inbox

pytestmark = pytest.mark.once

STEPS = 150
LEAVING = {"q", "ctrl+q"}
KEYS = sorted({part for command in COMMANDS for key in command.keys for part in key.split()} - LEAVING)
SIGNS = [*"abcdefghijklmnoprstuvwxyz?!*.,:/@1234567890é田", "space", "enter", "escape", "tab", "backspace"]
SEEDS = range(6)


def any_key(random: Random) -> str:
    """An answer is begun and sent more often than by chance alone."""
    pools: tuple[list[str], ...] = (["r"], ["ctrl+s"], KEYS, SIGNS)
    return random.choice(random.choices(pools, (8, 4, 40, 48))[0])


def written(play: Play) -> str:
    """What stands in the reply box."""
    box = play.app.inbox.reply
    draft = box.take() if box is not None and play.app.inbox.replying else None
    return draft.text.strip() if draft is not None else ""


def kept(play: Play) -> list[str]:
    """The words of all drafts and answers."""
    found = engine_of(play).store.reader.execute("SELECT text FROM draft UNION ALL SELECT text FROM outbox")
    return [text for (text,) in found]


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = Random(seed)
    for name in ("BROWSER", "EDITOR", "VISUAL"):
        monkeypatch.setenv(name, "true")
    async with inbox(tmp_path) as play:
        monkeypatch.setattr(play.app, "open_url", lambda url, **how: None)
        before, typed = "", ["the first"]
        for _ in range(STEPS):
            if random.random() < 0.03:
                await play.pilot.resize_terminal(*random.choice((SMALL, USUAL, WIDE)))
            typed.append(any_key(random))
            play.app.post_message(key_event(typed[-1]))
            await asyncio.wait_for(play.settle(), 30)
            now = written(play)
            if before and not now and "is changed" not in play.status:
                assert any(before in text for text in kept(play)), (before, typed[-8:], play.status)
            before = now


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_keys_before_it_is_ready(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    async with inbox(tmp_path, settle=False) as play:
        for _ in range(random.randrange(8)):
            play.app.post_message(
                key_event(random.choice(["r", "g", "p", "t", ":", "/", "s", "q", any_key(random)]))
            )
            await asyncio.sleep(random.choice((0, 0, 0.001, 0.005)))
        await asyncio.wait_for(play.settle(), 30)
    assert play.app.return_code in (0, None)
