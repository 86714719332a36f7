"""The reply box: never lost, never to the wrong person, every key typed after r is text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convo.config import Config, LookConfig
from convo.model import Visibility
from convo.views import Caution, CautionKind, OutboxState, State
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, Play, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}


async def keep(play: Play) -> None:
    """The second of the keeping timer passes."""
    await play.app._keep()
    await play.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_the_box(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("r")
        await play.type(
            "Yes, we signed on Friday. The roof is older than we thought, so we will take Carl's ladder"
        )
        await keep(play)
        same_as_kept(f"reply-{size}", play.text)


async def test_every_key_after_r_is_text_also_before_the_box_is_drawn() -> None:
    async with inbox() as play:
        await play.burst("r", "e", "q", "j", "G", "?", "m")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "eqjG?m"
        assert play.engine.log == []
        assert play.cursor == "Ana Lind"


async def test_the_draft_is_kept_soon_after_a_keystroke_and_on_leaving() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("a")
        assert "keeping …" in play.text
        assert play.app._keep_timer is not None
        await keep(play)
        assert [draft.text for draft in play.engine.answers.saves] == ["a"]
        assert "draft kept" in play.text
        await play.type("b")
        await play.press("escape")
        assert play.engine.answers.saves[-1].text == "ab"
        assert play.status.startswith("Draft to Ana kept. r goes on with it.")
        assert play.app.focused is play.app.inbox.list


async def test_a_lost_terminal_keeps_the_draft() -> None:
    engine = FakeEngine()
    async with inbox(engine=engine) as play:
        await play.press("r")
        await play.type("not lost")
    assert engine.answers.saves[-1].text == "not lost"


async def test_a_draft_never_appears_under_another_message() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("for Ana")
        await play.press("escape", "j", "r")
        box = play.app.inbox.reply
        assert box is not None
        assert box.words.text == ""
        await play.type("for Ben")
        await play.press("escape", "k", "r")
        assert box.words.text == "for Ana"
        assert box.words.cursor_offset == len("for Ana")


async def test_sending_counts_down_and_u_brings_the_words_back() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s")
        assert play.cursor == "Ben Okafor"
        assert play.status.startswith("To Ana in 10 s. u takes it back.")
        play.engine.clock.step(3)
        play.app._second()
        await play.settle()
        assert play.status.startswith("To Ana in 7 s.")
        await play.press("u")
        box = play.app.inbox.reply
        assert box is not None
        assert box.words.text == "Yes."
        assert play.status.startswith("Your answer to Ana is back in the box.")
        assert play.engine.outbox == {}


async def test_what_is_held_stands_at_the_right_when_something_newer_is_said() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s", "e")
        assert play.status.startswith("Ben is done.")
        assert play.status.endswith("To Ana in 10 s.")


async def test_motion_off_counts_no_seconds() -> None:
    async with inbox(config=Config(look=LookConfig(motion="off"))) as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s")
        assert play.status.startswith("To Ana in a moment.")


async def test_a_direct_message_leaves_at_once_and_says_so_before() -> None:
    async with inbox() as play:
        for _ in range(8):
            await play.press("j")
        assert play.cursor == "Fatou Diop"
        await play.press("r")
        assert "Ctrl+S send now" in play.keys
        assert "╔═ only Fatou, as Fatou wrote it ═" in play.text
        await play.type("Gladly.")
        await play.press("ctrl+s")
        assert [row.state for row in play.engine.outbox.values()] == [OutboxState.QUEUED]


async def test_the_first_send_only_says_that_the_thread_moved() -> None:
    async with inbox() as play:
        words = "Carl wrote to Ana while you were writing. Ctrl+G shows it, Ctrl+S sends as it is."
        play.engine.answers.cautions_next = (Caution(CautionKind.MOVED, words),)
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s")
        assert play.engine.outbox == {}
        assert "Carl wrote to Ana while you were writing" in play.text
        await play.press("ctrl+s")
        assert len(play.engine.outbox) == 1


async def test_too_long_does_not_leave() -> None:
    async with inbox() as play:
        play.engine.answers.cautions_next = (
            Caution(CautionKind.TOO_LONG, "Too long for Mastodon by 14.", blocks=True),
        )
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s", "ctrl+s")
        assert play.engine.outbox == {}
        assert "Too long for Mastodon by 14." in play.text


async def test_wider_needs_a_yes_and_enter_keeps_it_narrow() -> None:
    async with inbox() as play:
        words = (
            "This would be public; Ana wrote to followers only. Enter keeps it so, w sends it to everyone."
        )
        play.engine.answers.cautions_next = (Caution(CautionKind.WIDER, words, needs_yes=True),)
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+l", "e")
        assert "┌─ everyone, wider than Ana's ─" in play.text
        await play.press("ctrl+s")
        assert "This would be public" in play.text
        assert play.engine.outbox == {}
        await play.press("enter")
        assert len(play.engine.outbox) == 1
        assert play.app.inbox.reply is not None


async def test_nothing_is_sent_when_there_are_no_words() -> None:
    async with inbox() as play:
        await play.press("r", "ctrl+s")
        assert play.engine.outbox == {}
        assert "There is nothing to send yet." in play.text


def dropped(play: Play) -> tuple[str, ...]:
    """Whom the draft leaves out."""
    assert play.app.inbox.reply is not None
    assert play.app.inbox.reply.draft is not None
    return play.app.inbox.reply.draft.dropped


async def test_people_can_be_dropped_but_not_the_author() -> None:
    async with inbox() as play:
        await play.press("r", "ctrl+t", "x")
        box = play.app.inbox.reply
        assert box is not None
        assert box.draft is not None
        assert dropped(play) == (cast.CARL.uid,)
        assert "[Carl Berg]" in play.text
        await play.press("enter")
        assert dropped(play) == ()
        await play.press("left", "x")
        assert dropped(play) == ()
        await play.press("tab")
        await play.type("x")
        assert box.words.text == "x"


async def test_readers_in_words() -> None:
    async with inbox() as play:
        await play.press("r", "ctrl+l")
        assert "Who may read it" in play.text
        await play.press("o")
        box = play.app.inbox.reply
        assert box is not None
        assert box.visibility is Visibility.DIRECT
        assert "╔═ only Ana, narrower than Ana's ═" in play.text


async def test_a_content_warning_is_a_field() -> None:
    async with inbox() as play:
        await play.press("r", "ctrl+r")
        await play.type("roof")
        await play.press("enter")
        assert "covered: roof" in play.text
        await play.type("x")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "x"


async def test_the_whole_thread_and_back_with_the_cursor_unmoved() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes, we")
        await play.press("left", "left", "ctrl+g")
        assert "And the tall one, too." in play.text
        await play.press("ctrl+g")
        assert "+ later: Ana Lind, Mia Berg" in play.text
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.cursor_offset == 5


async def test_the_editor_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    modes: list[int] = []

    def write(command: str, path: Path) -> int:
        modes.append(path.stat().st_mode & 0o777)
        assert path.read_text() == "Yes"
        path.write_text("Yes, from the editor.\n")
        return 0

    async with inbox(config=Config(look=LookConfig(editor="my-editor"))) as play:
        monkeypatch.setattr(play.app, "suspend", nullcontext)
        monkeypatch.setattr(play.app, "run_editor", write)
        await play.press("r")
        await play.type("Yes")
        await play.press("ctrl+o")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "Yes, from the editor."
        assert modes == [0o600]


async def test_where_there_is_no_editor_the_words_stay() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes")
        await play.press("ctrl+o")
        assert play.status.startswith("There is no editor here; write in the box.")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "Yes"


async def test_quoting() -> None:
    async with inbox() as play:
        await play.press("j", ">")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text.startswith("> Could you look at the draft")


async def test_discard_lives_in_the_palette_and_can_be_undone() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes")
        await play.press("ctrl+p")
        await play.type("discard")
        await play.press("enter")
        assert play.engine.drafts == {}
        assert play.status.startswith("The draft to Ana is gone. u brings it back.")
        assert not play.app.inbox.replying


async def test_a_refusal_is_said_and_opens_nothing() -> None:
    async with inbox() as play:
        play.engine.answers.refusal = "Only the author can be answered here."
        await play.press("r")
        assert play.status.startswith("Only the author can be answered here.")
        assert not play.app.inbox.replying


async def test_resize_keeps_the_box_and_the_cursor() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("one two")
        await play.press("left", "left")
        for size in ((80, 24), (60, 20), (160, 50)):
            await play.pilot.resize_terminal(*size)
            await play.settle()
            box = play.app.inbox.reply
            assert box is not None
            assert (box.words.text, box.words.cursor_offset) == ("one two", 5)
            assert play.app.focused is box.words
            assert "one two" in play.text
            assert "Did you get the second house?" in play.text


async def test_arrivals_do_not_move_the_box() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes")
        before = [line[66:] for line in play.lines[:-2]]
        opened = cast.conversation(play.engine.threads[1])
        more = cast.entry(109, cast.CARL, cast.at(20, 10), "The well is on our side.", 106, new=True)
        play.engine.opened[1] = replace(opened, entries=(*opened.entries, more))
        play.engine.threads[1] = replace(play.engine.threads[1], arrival=109)
        await play.tell(1)
        after = [line[66:] for line in play.lines[:-2]]
        assert [line for line in after if "later" not in line] == [
            line for line in before if "later" not in line
        ]
        assert "+ later: Ana Lind, Mia Berg, Carl Berg" in play.text


async def test_leaving_with_a_held_answer_asks() -> None:
    async with inbox(SMALL) as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s", "q")
        assert "Your answer to Ana has not left yet." in play.text
        await play.press("escape", "j")
        assert play.app.is_running
        await play.press("ctrl+q", "enter")
    assert ("now", 1) in play.engine.log


async def test_leaving_and_keeping_as_a_draft() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s", "q", "d")
    assert play.engine.outbox == {}
    assert [draft.text for draft in play.engine.drafts.values()] == ["Yes."]


async def test_leaving_from_the_box_keeps_the_draft() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+q")
    assert [draft.text for draft in play.engine.drafts.values()] == ["Yes."]


async def test_drafts_view_goes_on_with_a_draft() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("half")
        await play.press("escape", "g", "t")
        assert play.cursor == "To Ana Lind"
        await play.press("enter")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "half"


async def test_undo_in_the_outbox_takes_back_what_is_selected() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")
        await play.press("ctrl+s", "g", "o", "u")
        assert play.engine.outbox == {}
        assert play.state(1) is State.WAITING


async def test_an_error_of_the_engine_is_said_and_the_box_stays() -> None:
    from convo.store.connection import StoreError

    async with inbox() as play:
        await play.press("r")
        await play.type("Yes.")

        async def refuse(*_: object, **__: object) -> object:
            raise StoreError("The store refused: disk full.")

        play.engine.answers.send = refuse  # type: ignore[assignment,method-assign]
        await play.press("ctrl+s")
        assert play.status.startswith("The store refused: disk full.")
        assert play.app.inbox.replying
