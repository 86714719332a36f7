"""The screens over the real engine, the real store and a world in memory: the built-in cast, by keys alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timezone
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo.company import Company
from convo.demo.elsewhere import play as play_elsewhere
from convo.demo.square import play as play_square
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from convo.tui.app import ConvoApp
from convo.views import OutboxState, Row, State, View
from tests.tui import cast
from tests.tui.play import WIDE, Play

pytestmark = pytest.mark.slow


@asynccontextmanager
async def inbox(directory: Path, size: tuple[int, int] = WIDE, *, settle: bool = True) -> AsyncIterator[Play]:
    """The inbox over a store that `convo sync` has filled."""
    clock = HandClock(cast.NOW)
    stage = Stage(clock)
    play_square(stage)
    play_elsewhere(stage)
    store = Store.open(directory, clock)
    try:
        engine = Engine(config(), store, clock, adapters=Company(stage).adapters())
        await engine.sync.once()
        app = ConvoApp(engine, zone=timezone.utc, offline=True)
        async with app.run_test(size=size) as pilot:
            play = Play(app, pilot, engine)  # type: ignore[arg-type]
            if settle:
                await play.settle()
            yield play
    finally:
        store.close()


def engine_of(play: Play) -> Engine:
    return play.app.engine


def current(play: Play) -> Row:
    row = play.app.desk.row()
    assert row is not None
    return row


async def to(play: Play, name: str) -> int:
    """Move to somebody's row by keys; gives the conversation."""
    for _ in range(60):
        if play.cursor == name:
            return current(play).thread_id
        await play.press("j")
    raise AssertionError(play.text)


async def settled(play: Play) -> None:
    """The store's thread has had its turn."""
    for _ in range(5):
        await asyncio.sleep(0.01)
        await play.settle()


async def test_the_first_frame_is_from_the_store(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        assert "Waiting, longest first" in play.top
        assert len(play.app.inbox.list.items) > 5
        assert current(play).state is State.WAITING


async def test_done_undo_snooze_mute_quiet_circle(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        inbox_of = engine_of(play).inbox
        number = await to(play, "Ben Okafor")
        for key, view in (("e", View.DONE), ("m", View.MUTED), ("!", View.QUIET)):
            await play.press(key)
            assert number in {row.thread_id for row in inbox_of.rows(view).rows}, key
            assert current(play).thread_id != number
            await play.press("u")
            assert number in {row.thread_id for row in inbox_of.rows(View.WAITING).rows}, key
            assert current(play).thread_id == number
        await play.press("s", "t")
        assert number in {row.thread_id for row in inbox_of.rows(View.SNOOZED).rows}
        await play.press("u", "*")
        row = inbox_of.row(number)
        assert row is not None
        assert row.who is not None
        assert row.who.circle


async def test_an_answer_on_its_way_and_back(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        number = await to(play, "Ben Okafor")
        await play.press("r")
        await play.type("Yes, on Friday.")
        await play.app._keep()
        assert [draft.text for draft in engine_of(play).inbox.drafts()] == ["Yes, on Friday."]
        await play.press("ctrl+s")
        assert not play.app.inbox.replying, play.text
        [row] = engine_of(play).inbox.outbox()
        assert (row.state, row.thread_id, row.text) == (OutboxState.HELD, number, "Yes, on Friday.")
        assert engine_of(play).inbox.drafts() == ()
        assert "takes it back" in play.status
        await play.press("u")
        assert engine_of(play).inbox.outbox() == ()
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "Yes, on Friday."


async def test_an_answer_arrives(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        number = await to(play, "Ben Okafor")
        await play.press("r")
        await play.type("Yes, on Friday.")
        await play.press("ctrl+s", "q", "enter")
        await settled(play)
        [row] = engine_of(play).inbox.outbox(open_only=False)
        assert row.state is OutboxState.SENT
        assert number in {one.thread_id for one in engine_of(play).inbox.rows(View.ANSWERED).rows}


async def test_search_views_and_pages(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        await play.press("slash")
        await play.type("garden")
        assert "Ana Lind" in play.text
        await play.press("enter", "enter")
        assert play.app.inbox.pane == "thread"
        await play.press("escape", "escape", "escape")
        for letter in "azoqdmitw":
            await play.press("g", letter)
        assert play.view is View.WAITING
        await play.press("A")
        assert "fine, looked at" in play.text
        await play.press("escape", "question_mark", "escape")


async def test_looking_at_a_conversation_takes_new_away(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        places = [
            n for n, item in enumerate(play.app.inbox.list.items) if getattr(item.subject, "unread", False)
        ]
        for _ in range(places[0]):
            await play.press("j")
        number = current(play).thread_id
        await play.press("enter")
        await play.app._looked()
        await settled(play)
        row = engine_of(play).inbox.row(number)
        assert row is not None
        assert not row.unread
