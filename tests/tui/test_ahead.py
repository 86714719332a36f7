"""Keys that come faster than they are painted: what was typed is in the field before the next key acts on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.events import Paste

from convo.views import Caution, CautionKind, State
from tests.tui import cast
from tests.tui.play import Play, inbox, key_event
from tests.tui.setup_play import first
from tests.tui.test_there import ALL, PICTURE


async def burst(play: Play, text: str, *keys: str) -> None:
    """A text and the keys after it, in one go, as a slow line hands them over."""
    await play.burst(*({" ": "space"}.get(sign, sign) for sign in text), *keys)


async def test_an_answer_goes_out_with_the_last_words_typed() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes")
        await burst(play, ", on Friday at nine", "ctrl+s")
        assert [row.text for row in play.engine.outbox.values()] == ["Yes, on Friday at nine"]


async def test_an_answer_goes_out_with_what_was_pasted_last() -> None:
    async with inbox() as play:
        await play.press("r")
        play.app.post_message(Paste("the whole letter"))
        await burst(play, "", "ctrl+s")
        assert [row.text for row in play.engine.outbox.values()] == ["the whole letter"]


async def test_a_draft_is_kept_with_the_last_words_typed() -> None:
    async with inbox() as play:
        await play.press("r")
        await burst(play, "not lost", "escape")
        assert play.engine.answers.saves[-1].text == "not lost"


async def test_a_time_is_taken_whole() -> None:
    async with inbox() as play:
        await play.press("s", "a")
        await burst(play, "fri 9:00", "enter")
        assert play.engine.threads[1].snoozed_until == cast.at(27, 9, 0)


async def test_a_key_after_a_menu_of_letters_is_not_waited_for() -> None:
    async with inbox() as play:
        await play.burst("s", "t", "j", "e")
        assert play.state(1) is State.SNOOZED


async def test_a_file_and_its_description_are_taken_whole(tmp_path: Path) -> None:
    file = tmp_path / "roof.png"
    file.write_bytes(PICTURE)
    async with inbox() as play:
        play.engine.can = ALL
        await play.press("r", "ctrl+f")
        await burst(play, str(file), "enter", *({" ": "space"}.get(sign, sign) for sign in "A roof"), "enter")
        box = play.app.inbox.reply
        assert box is not None
        assert box.draft is not None
        assert box.draft.attachments == ((str(file), "A roof"),)
        assert box.words.text == ""


async def test_a_sign_in_takes_what_was_typed_last() -> None:
    async with first() as play:
        await play.press("j", "enter")
        await play.type("ana.bsky.social")
        await play.press("enter")
        for key in (*"right", "enter"):
            play.app.post_message(key_event(key))
        await play.settle()
    assert [told["password"] for told in play.login.log] == ["right"]


async def test_a_search_is_over_all_that_was_typed_when_enter_acts() -> None:
    async with inbox() as play:
        await burst(play, "/walked", "down", "enter")
        assert play.app.inbox.pane == "thread"
        assert "walked" in play.text


async def test_the_palette_is_narrowed_by_all_that_was_typed() -> None:
    async with inbox() as play:
        await burst(play, ":mute the", "enter")
        assert play.state(1) is State.MUTED


async def test_a_note_is_kept_with_its_last_words() -> None:
    async with inbox() as play:
        await play.press("p", "t")
        await burst(play, " likes moss", "escape")
        assert play.engine.notes[cast.ANA.person_id].endswith("likes moss")


async def test_what_is_said_before_sending_stays_in_sight_after_words_typed_fast() -> None:
    async with inbox() as play:
        play.engine.answers.cautions_next = (Caution(CautionKind.MOVED, "Carl wrote to Ana."),)
        await play.press("r")
        await burst(play, "Yes", "ctrl+s")
        assert "Carl wrote to Ana." in play.text
        assert not play.engine.outbox
        await play.press("ctrl+s")
        assert [row.text for row in play.engine.outbox.values()] == ["Yes"]


async def test_a_key_waits_for_a_field_that_is_being_mounted() -> None:
    async with inbox() as play:
        app = play.app
        assert app.inbox.reply is not None
        assert app.menu_field is not None
        await app.inbox.reply.remove()
        await app.menu_field.remove()
        for make, name in ((app.reply_box, "reply"), (app.ready_menu_field, "menu_field")):
            setattr(app.inbox if name == "reply" else app, name, None)
            first_of_all = asyncio.ensure_future(make())
            await asyncio.sleep(0)
            assert (await make()).is_mounted, name
            assert await first_of_all is await make()
