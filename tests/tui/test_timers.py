"""What the inbox does by itself a moment later, with no further key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from convo.tui.accounted import NOTE_AFTER
from convo.tui.answering import SAVE_AFTER
from tests.tui import cast
from tests.tui.play import inbox

Timers = Callable[[float], None]


async def becomes(true: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds."""
    for _ in range(2000):
        if true():
            return True
        await asyncio.sleep(0.005)
    return False


async def test_an_opened_conversation_counts_as_looked_at(timers: Timers) -> None:
    timers(0.01)
    async with inbox() as play:
        await play.press("G", "enter")
        assert await becomes(lambda: not play.engine.threads[12].unread)


async def test_a_draft_is_kept(timers: Timers) -> None:
    timers(0.01)
    async with inbox() as play:
        await play.press("r", "S", "o", "o", "n")
        assert await becomes(lambda: [draft.text for draft in play.engine.drafts.values()][-1:] == ["Soon"])


async def test_a_note_is_kept(timers: Timers) -> None:
    timers(0.01)
    async with inbox() as play:
        await play.press("p", "t", "J", "a", "m")
        assert await becomes(lambda: play.engine.notes[cast.ANA.person_id].endswith("Jam"))


async def test_before_that_nothing_is_kept() -> None:
    async with inbox() as play:
        before = dict(play.engine.drafts)
        await play.press("r", "S", "o")
        await asyncio.sleep(0.05)
        assert play.engine.drafts == before


def test_words_are_kept_within_two_seconds() -> None:
    assert max(SAVE_AFTER, NOTE_AFTER) < 2
