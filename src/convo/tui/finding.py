"""Search within an open conversation: `/` asks, `n N` walk, the words are marked (SCREENS.md 7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.tui.entries import Fold
from convo.tui.menus import Question

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


async def ask(screen: InboxScreen) -> None:
    """Ask for the words; what is found is marked while one types, Enter goes to it."""

    def typed(text: str) -> str:
        look_for(screen, text)
        found = screen.thread.thread.hits()
        return "" if found or not text.strip() else "nothing found"

    async def chosen(text: str) -> None:
        look_for(screen, text)
        if not text.strip():
            return
        if not go(screen, 0):
            screen.desk.say(f'Nothing found for "{text.strip()}" in this conversation.')
            look_for(screen, "")

    async def left() -> None:
        look_for(screen, "")

    screen.ask(Question("In this conversation", (), chosen, field="/ ", enter="find", typed=typed, left=left))


def look_for(screen: InboxScreen, words: str) -> bool:
    """Mark these words, "" for none; whether any were marked before."""
    thread = screen.thread
    before, thread.thread.wanted = thread.thread.wanted, words
    if before != words:
        thread.lay_out()
    return bool(before)


def go(screen: InboxScreen, way: int) -> bool:
    """To the next message with the words, the one before, or with 0 the nearest from here on; round the end."""
    thread = screen.thread
    hits = thread.thread.hits()
    if not hits or thread.opened is None:
        return False
    order = {entry.message_id: place for place, entry in enumerate(thread.opened.entries)}
    item = thread.thread.current
    here = -1
    if isinstance(item, Fold):
        here = order[item.entries[0].message_id] - 1
    elif item is not None:
        here = order[item.message_id]
    if way < 0:
        wanted = next((hit for hit in reversed(hits) if order[hit] < here), hits[-1])
    else:
        wanted = next(
            (hit for hit in hits if order[hit] > here or (way == 0 and order[hit] == here)), hits[0]
        )
    thread.to_message(wanted)
    return True
