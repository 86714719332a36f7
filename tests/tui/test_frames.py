"""What one key paints: cursor, conversation and bars in one frame, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from convo.tui.app import ConvoApp
from tests.tui.play import WIDE, inbox, key_event


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The conversation that stood beside the list at each frame."""
    painted: list[str] = []
    display = ConvoApp._display

    def noting(app: ConvoApp, screen: Any, update: Any) -> None:
        opened = app.inbox.thread.opened
        painted.append(opened.row.title if opened else "")
        display(app, screen, update)

    monkeypatch.setattr(ConvoApp, "_display", noting)
    return painted


async def painted_by(key: str, play: Any, frames: list[str]) -> list[str]:
    """The frames that a key brings, where one may come between any two turns of the loop."""
    frames.clear()
    play.app.post_message(key_event(key))
    for _ in range(200):
        play.app.inbox._on_timer_update()
        await asyncio.sleep(0)
    found = list(frames)
    await play.settle()
    return found


async def test_a_step_in_the_list_is_one_frame(frames: list[str]) -> None:
    async with inbox(WIDE) as play:
        titles = [getattr(row.subject, "title", "") for row in play.app.inbox.list.items]
        for key, place in (("j", 1), ("j", 2), ("k", 1), ("j", 2)):
            assert await painted_by(key, play, frames) == [titles[place]], key


async def test_another_pane_is_one_frame(frames: list[str]) -> None:
    async with inbox(WIDE) as play:
        for key in ("enter", "escape", "tab", "tab", "tab", "e", "u"):
            assert len(await painted_by(key, play, frames)) <= 1, key
