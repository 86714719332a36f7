"""A conversation of a thousand messages: all of it is there at once, and moving in it draws nothing again."""

from __future__ import annotations

import pytest

from convo.model import Reason
from convo.tui import entries
from convo.tui.lines import Line
from convo.views import Entry, Opened
from tests.tui import cast
from tests.tui.play import inbox

MESSAGES = 1000


async def test_a_thousand_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    real = entries.entry_lines

    def counted(entry: Entry, frame: entries.Frame) -> list[Line]:
        drawn.append(entry.message_id)
        return real(entry, frame)

    monkeypatch.setattr(entries, "entry_lines", counted)
    async with inbox() as play:
        people = (cast.MIA, cast.CARL, cast.GUS)
        told = [cast.entry(1000, cast.ME, cast.MON, "My own words.")]
        told += [
            cast.entry(1000 + n, people[n % 3], cast.TUE, f"Words number {n}.", 1000, addressed=Reason.REPLY,
                       waiting=True, arrival=n)
            for n in range(1, MESSAGES)
        ]  # fmt: skip
        play.engine.opened[2] = Opened(play.engine.threads[2], tuple(told))
        drawn.clear()
        await play.press("j")
        assert len(drawn) == len(set(drawn)) == MESSAGES, "each is drawn once"
        drawn.clear()
        await play.press("enter", "j", "j", "k", "pagedown", "G")
        assert "Words number 999." in play.text
        await play.press("g", "g")
        assert "My own words." in play.text
        assert drawn == []
