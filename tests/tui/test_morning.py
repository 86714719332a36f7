"""A whole morning by keys alone, over the real engine and store; and a program killed in the middle of a word."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.store import Store, drafts
from convo.views import OutboxState, State, View
from tests.tui import cast
from tests.tui.test_with_engine import engine_of, inbox, settled, to

pytestmark = pytest.mark.slow


async def test_a_morning(tmp_path: Path) -> None:
    """Fourteen who wait: answered, let go, put off, muted, kept apart, taken back, found; then the store is right."""
    async with inbox(tmp_path) as play:
        engine = engine_of(play)

        async def answer(name: str, words: str) -> int:
            number = await to(play, name)
            await play.press("r")
            await play.type(words)
            await play.press("ctrl+s")
            return number

        # answered; one taken back and finished; one by one who asks twice
        ivo = await answer("Ivo Marek", "I will look tonight.")
        await play.press("g", "g")
        ben = await answer("Ben Okafor", "Yes")
        await play.press("u")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "Yes"
        await play.type(", the third line.")
        await play.press("ctrl+s", "g", "g")
        ana = await answer("Ana Lind", "We signed.")
        fatou = await answer("Fatou Diop", "I will be there.")

        # a draft begun and left
        hana = await to(play, "Hana Ito")
        await play.press("r")
        await play.type("The heron")
        await play.press("escape")

        # let go, put off, muted, quiet; and one of each taken back and done again
        await play.press("g", "g")
        walt = await to(play, "Walt Graves")
        await play.press("m", "u", "U")
        lena = await to(play, "Lena Fuchs")
        await play.press("e")
        misaki = await to(play, "田中 美咲")
        await play.press("s", "t")
        priya = await to(play, "Priya Nair")
        await play.press("s", "a")
        await play.type("mon 18")
        await play.press("enter")
        sam = await to(play, "Sam Wolfe")
        await play.press("exclamation_mark")
        tomasz = await to(play, "Tomasz Zając")
        await play.press("s", "r")

        # two at once, in one step
        zoe = await to(play, "Zoé Petit")
        await play.press("x")
        gus = await to(play, "Gus Park")
        await play.press("x", "e")
        assert {play_state(play, zoe), play_state(play, gus)} == {State.DONE}
        await play.press("u")
        assert {play_state(play, zoe), play_state(play, gus)} == {State.WAITING}
        await play.press("U")

        # found by a word, answered from there
        await play.press("slash")
        await play.type("garden")
        await play.press("enter", "enter", "escape", "escape")
        assert play.view is View.WAITING
        assert not play.app.inbox.searching

        # one at a time from here, one let go
        ines = await to_top(play, "Inês Prado")
        await play.press("F", "e", "escape")

        await play.press("q")
        assert "Leave now?" in play.text
        await play.press("enter")
        for _ in range(20):
            await settled(play)
        await engine.sync.once()

        states = {
            State.ANSWERED: (ivo, ben, ana, fatou),
            State.MUTED: (walt,),
            State.DONE: (lena, zoe, gus, ines),
            State.SNOOZED: (misaki, priya, tomasz),
            State.QUIET: (sam,),
            State.WAITING: (hana,),
        }
        for state, numbers in states.items():
            assert [play_state(play, number) for number in numbers] == [state] * len(numbers), state
        rows = {number: engine.inbox.row(number) for number in (misaki, priya, tomasz)}
        assert [row.snoozed_until for row in rows.values() if row] == [
            cast.at(21, 9, 0),
            cast.at(23, 18, 0),
            None,
        ]
        sent = engine.inbox.outbox(open_only=False)
        assert {(row.text, row.state) for row in sent} == {
            ("I will look tonight.", OutboxState.SENT),
            ("Yes, the third line.", OutboxState.SENT),
            ("We signed.", OutboxState.SENT),
            ("I will be there.", OutboxState.SENT),
        }
        assert [(draft.text, draft.account) for draft in engine.inbox.drafts()] == [
            ("The heron", "fosstodon")
        ]
    reopened = Store.open(tmp_path, HandClock(cast.NOW + timedelta(hours=1)))
    try:
        assert [draft.text for draft in drafts.every(reopened.reader)] == ["The heron"]
        assert reopened.reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        reopened.close()


def play_state(play: object, number: int) -> State:
    """The state of a conversation in the store."""
    row = engine_of(play).inbox.row(number)  # type: ignore[arg-type]
    assert row is not None
    return row.state


async def to_top(play: object, name: str) -> int:
    """From the top of the list to somebody's row."""
    await play.press("g", "g")  # type: ignore[attr-defined]
    return await to(play, name)  # type: ignore[arg-type]


class Terminal:
    """The real program in a terminal of its own."""

    def __init__(self, data: Path) -> None:
        self.shown = b""
        self._terminal, other = pty.openpty()
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLUMNS": "100",
            "LINES": "30",
            "HOME": str(data),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "convo", "--demo", "--data-dir", str(data)],
            stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(other)

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Read on until the words were painted."""
        end = time.monotonic() + seconds
        while words.encode() not in self.shown:
            left = end - time.monotonic()
            assert left > 0, self.shown[-2000:]
            if select.select([self._terminal], [], [], left)[0]:
                self.shown += os.read(self._terminal, 65536)

    def type(self, keys: str) -> None:
        """Press keys."""
        self.shown = b""
        os.write(self._terminal, keys.encode())

    def kill(self) -> None:
        """SIGKILL: no time for anything."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        os.close(self._terminal)


def test_killed_in_the_middle_of_a_reply(tmp_path: Path) -> None:
    """The words that were called kept are in the store, and in the box at the next start."""
    data = tmp_path / "data"
    first = Terminal(data)
    try:
        first.wait_for("Ana Lind")
        first.type("r")
        first.wait_for("Answer ")
        first.type("We signed on Friday")
        first.wait_for("draft kept")
        first.type(", and")
    finally:
        first.kill()
    store = Store.open(data, HandClock(datetime.now(timezone.utc)))
    try:
        texts = [draft.text for draft in drafts.every(store.reader)]
    finally:
        store.close()
    assert [text for text in texts if text.startswith("We signed on Friday")], texts
    second = Terminal(data)
    try:
        second.wait_for("Ana Lind")
        second.type("gt")
        second.wait_for("We signed on Friday")
        second.type("r")
        second.wait_for("Answer ")
        second.wait_for("We signed on Friday")
    finally:
        second.kill()
