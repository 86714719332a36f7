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


async def test_a_step_in_the_list_is_one_frame(frames: list[str]) -> None:
    async with inbox(WIDE) as play:
        titles = [getattr(row.subject, "title", "") for row in play.app.inbox.list.items]
        for key, place in (("j", 1), ("j", 2), ("k", 1), ("j", 2)):
            frames.clear()
            play.app.post_message(key_event(key))
            for _ in range(200):  # a frame may come between any two turns of the loop
                play.app.inbox._on_timer_update()
                await asyncio.sleep(0)
            assert frames == [titles[place]], key
            await play.settle()
