"""People over the real engine and store, by keys: join, note, circle, and taking them back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import timezone
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo import demo_engine
from convo.people import PersonRow, Turn
from convo.tui.app import ConvoApp
from convo.views import View
from tests.tui import cast
from tests.tui.play import USUAL, WIDE, Play
from tests.tui.test_with_engine import engine_of, inbox, settled, to

pytestmark = pytest.mark.slow


async def test_join_note_circle_and_back(tmp_path: Path) -> None:
    async with inbox(tmp_path, WIDE) as play:
        await to(play, "Ana Lind")
        row = play.app.desk.row()
        assert row is not None
        assert row.who is not None
        number, people = row.who.person_id, engine_of(play).people
        await play.press("p", "equals_sign")
        await play.type("ana.lind")
        await play.press("enter")
        page = people.person(number)
        assert page is not None
        assert [one.person.handle for one in page.persons][1:] == ["@ana.lind.example"]
        assert "joined by you" in play.text
        assert "choir" in play.text, "the conversations of both are one timeline"
        await play.press("u")
        page = people.person(number)
        assert page is not None
        assert len(page.persons) == 1
        assert "joined by you" not in play.text
        await play.press("t")
        await play.type("likes rye")
        await play.press("escape")
        await settled(play)
        assert engine_of(play).inbox.note(number) == "likes rye"
        await play.press("asterisk")
        assert "in your circle" in play.lines[1]
        await play.press("u", "u")
        await settled(play)
        assert engine_of(play).inbox.note(number) == ""
        assert "in your circle" not in play.lines[1]


async def test_one_key_closes_all_that_sound_finished_and_is_taken_back(tmp_path: Path) -> None:
    async with inbox(tmp_path, WIDE) as play:
        await play.press("G")
        assert play.cursor == "Noor Haddad", "what sounds finished is last"
        assert "This sounds" in play.text
        await play.press("C")
        await settled(play)
        assert play.status.startswith("Noor is done. u takes it back.")
        assert all(not row.finished for row in engine_of(play).inbox.rows(View.WAITING).rows)
        await play.press("u")
        await settled(play)
        assert [row.finished for row in engine_of(play).inbox.rows(View.WAITING).rows].count(True) == 1


async def test_the_list_of_people_is_the_engines(tmp_path: Path) -> None:
    async with inbox(tmp_path, USUAL) as play:
        await play.press("g", "p")
        shown = [item.subject for item in play.app.inbox.list.items if isinstance(item.subject, PersonRow)]
        assert shown == list(engine_of(play).people.page().rows)
        heads = [item.subject for item in play.app.inbox.list.items if isinstance(item.subject, Turn)]
        assert heads == [turn for turn in Turn if any(row.turn is turn for row in shown)]
        await play.press("enter")
        assert play.app.inbox.page.kind == "person"
        assert shown[0].person.shown in play.top


async def test_reaching_out_opens_the_last_thing_they_wrote_and_answers_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        demo = demo_engine(str(tmp_path), HandClock(cast.NOW))
        engine = await asyncio.to_thread(stack.enter_context, demo)  # it runs a loop of its own
        app = ConvoApp(engine, zone=timezone.utc, offline=True)
        async with app.run_test(size=WIDE) as pilot:
            play = Play(app, pilot, engine)  # type: ignore[arg-type]
            await play.settle()
            assert "Edda" not in play.text, "nobody is shown without being asked for"
            await play.press("colon")
            await play.type("answer again")
            await play.press("enter")
            assert "Reach out" in play.top
            assert play.cursor == "Edda Holm"
            await play.press("enter")
            entry = app.inbox.thread.entry
            assert entry is not None
            assert entry.text == "Keep it. The pears are ripe, come by when you can."
            await play.press("r")
            assert "Answer Edda Holm" in play.text


async def test_an_account_rests_until_it_is_woken(tmp_path: Path) -> None:
    async with inbox(tmp_path) as play:
        play.app.offline = False
        await play.press("A", "s", "t")
        await settled(play)
        assert "resting until" in play.text
        assert "as you asked" in play.text
        outcome = (await engine_of(play).sync.once(["fosstodon"]))["fosstodon"]
        assert outcome.requests == 0, "nothing is asked of its platform"
        await play.press("enter")
        await settled(play)
        assert "resting" not in play.text
