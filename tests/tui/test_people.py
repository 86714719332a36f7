"""People by keys: the list of three turns, a person's page, the note, joining and separating."""

from __future__ import annotations

from typing import Any

import pytest

from convo.people import Turn
from convo.store import StoreError
from convo.views import View
from tests.tui import cast, fake_people
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, Play, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}


@pytest.mark.parametrize("size", SIZES)
async def test_people_by_whose_turn_it_is(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("g", "p")
        same_as_kept(f"people-{size}", play.text)
        assert play.cursor == "Ana Lind", "the cursor passes over the heads"
        await play.press("j", "j")
        assert play.cursor == "Dora Weiss"
        await play.press("k", "k", "k")
        assert play.cursor == "Ana Lind"
        await play.press("q")
        assert play.view is View.WAITING


@pytest.mark.parametrize("size", SIZES)
async def test_a_persons_page(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("p")
        same_as_kept(f"person-{size}", play.text)
        assert_page(play, "Ana waits")
        await play.press("escape")
        assert play.cursor == "Ana Lind"
        assert play.app.focused is play.app.inbox.list


def assert_page(play: Play, words: str) -> None:
    assert play.app.inbox.page.kind == "person"
    assert words in play.text


async def test_enter_opens_the_conversation_and_esc_comes_back_to_the_page() -> None:
    async with inbox() as play:
        await play.press("g", "p", "enter", "enter")
        assert play.app.inbox.pane == "thread"
        assert play.app.inbox.thread.opened is not None
        assert play.app.inbox.thread.opened.row.thread_id == 1
        await play.press("escape")
        assert_page(play, "EVERYTHING BETWEEN YOU")
        await play.press("escape")
        assert not play.app.inbox.page.kind


async def test_older_years_unfold() -> None:
    async with inbox() as play:
        await play.press("p", "G")
        assert "+ from 2021 to 2023" in play.text
        await play.press("enter")
        assert "The first letter" in play.text
        assert "+ from 2021" in play.text


async def test_the_four_lines_open_all_of_it_in_one_pane() -> None:
    async with inbox(SMALL) as play:
        await play.press("p", "k", "enter")
        assert "WHERE ANA IS" in play.text
        await play.press("escape")
        assert_page(play, "your turn: Ana waits since Tuesday")
        assert "WHERE ANA IS" not in play.text
        await play.press("escape")
        assert not play.app.inbox.page.kind


@pytest.mark.parametrize("size", SIZES)
async def test_a_note_is_written_where_it_stands_and_kept(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("p", "t")
        await play.type(" Jam!")
        assert play.engine.log == [], "not yet"
        assert "keeping …" in play.text
        await play.app._note_soon()
        await play.settle()
        same_as_kept(f"note-{size}", play.text)
        assert play.engine.notes[cast.ANA.person_id].endswith("plain answers Jam!")
        await play.press("escape")
        assert play.status.startswith("Your note about Ana is kept.")
        assert_page(play, "Jam!" if size == "120x40" else "your note")


async def test_a_note_from_the_list_keeps_its_words_when_one_leaves() -> None:
    async with inbox() as play:
        await play.press("t")
        await play.type("q e s")
        assert play.state(1).value == "waiting", "letters are text"
        await play.press("escape")
        assert play.engine.log == [
            ("note", cast.ANA.person_id, "her sister lives in Umeå; plain answersq e s")
        ]
        assert play.app.focused is play.app.inbox.list


async def test_the_note_stands_in_the_reply_box() -> None:
    async with inbox(USUAL) as play:
        await play.press("t")
        await play.type(", jam")
        await play.press("escape", "r")
        assert "your note: her sister lives in Umeå; plain answers, jam" in play.text


async def test_a_suggestion_is_answered() -> None:
    for key, did in (("equals_sign", "join"), ("minus", "apart")):
        async with inbox() as play:
            await play.press("p", "home", key)
            number = fake_people.ANA_GITHUB.person_id
            assert play.engine.log == [(did, cast.ANA.person_id, number)]
            assert "the same person?" not in play.text


async def test_joining_asks_for_a_name() -> None:
    async with inbox() as play:
        await play.press("equals_sign")
        assert "Who is Ana, too?" in play.text
        await play.type("ben")
        await play.press("enter")
        assert play.engine.log == [("join", cast.ANA.person_id, cast.BEN.person_id)]


async def test_separating_asks_which() -> None:
    async with inbox() as play:
        await play.press("p", "minus", "2")
        assert play.engine.log == [("separate", fake_people.ANA_BSKY.person_id)]


async def test_nobody_to_separate_is_said() -> None:
    async with inbox() as play:
        await play.press("j", "minus")
        assert play.status.startswith("Nobody is joined with Ben.")


async def test_circle_answer_and_next_from_the_page() -> None:
    async with inbox() as play:
        await play.press("g", "p", "enter", "asterisk")
        assert "Ana is no longer in your circle." in play.status
        await play.press("r")
        assert play.app.inbox.replying
        await play.press("escape", "escape")
        assert_page(play, "EVERYTHING BETWEEN YOU")
        await play.press("f", "a")
        assert play.status.startswith("Opening https://fosstodon.org/@ana")


async def test_narrowing_the_list_of_people() -> None:
    async with inbox() as play:
        await play.press("g", "p", "backslash")
        await play.type("iv")
        assert "Ivo Marek" in play.text
        assert "gone quiet" in play.text
        assert "Ben Okafor" not in play.text


async def test_an_empty_list_says_what_it_will_be() -> None:
    async with inbox() as play:
        play.engine.people.list = ()
        await play.press("g", "p")
        assert "Here will be the people you talk with." in play.text


async def test_reaching_out_is_asked_for_and_says_when_there_is_nobody() -> None:
    async with inbox() as play:
        await play.press("colon")
        await play.type("answer again")
        await play.press("enter")
        assert "Reach out" in play.top
        assert "You are in touch with everybody" in play.text
        await play.press("q")
        assert play.view is View.WAITING
        assert "Reach out" not in play.text


def test_turns_have_the_words_of_the_heads() -> None:
    assert [turn.value for turn in Turn] == ["your turn", "their turn", "gone quiet"]


async def test_a_lost_terminal_keeps_the_note() -> None:
    engine = FakeEngine()
    async with inbox(engine=engine) as play:
        await play.press("p", "t")
        await play.type(" Jam!")
    assert engine.notes[cast.ANA.person_id].endswith("plain answers Jam!")


async def test_a_note_that_cannot_be_kept_on_leaving_is_told_and_the_engine_ends() -> None:
    engine: Any = FakeEngine()

    async def full(person_id: int, text: str) -> None:
        raise StoreError("There is no room left.")

    async def play_and_leave() -> None:
        async with inbox(engine=engine) as play:
            await play.press("p", "t")
            await play.type(" Jam!")
            engine.acts.note = full

    with pytest.raises(StoreError, match="There is no room left"):
        await play_and_leave()
    assert engine.stopped
