"""What comes next: one at a time, several at once, the next who waits after an answer, arrivals in an empty list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convo.config import Config, LookConfig
from convo.model import Reason
from convo.views import Opened, OutboxState, State, View
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}


@pytest.mark.parametrize("size", SIZES)
async def test_one_at_a_time(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("F")
        same_as_kept(f"one-{size}", play.text)
        await play.press("r")
        await play.type("Yes")
        await play.app._keep()
        await play.settle()
        same_as_kept(f"one-reply-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
async def test_the_end_is_a_sentence(size: str) -> None:
    async with inbox(SIZES[size], rows=cast.ROWS[:4]) as play:
        await play.press("F", "r")
        await play.type("Yes")
        await play.press("ctrl+s")
        await play.press("s", "t", "]", "e")
        assert play.app.inbox.page.kind == "end"
        same_as_kept(f"end-{size}", play.text)
        assert "e done" not in play.keys


async def test_let_go_leave_for_now_and_back_on_this_conversation() -> None:
    async with inbox() as play:
        await play.press("j", "F")
        assert "as me@bsky, Bluesky" in play.top
        await play.press("e")
        assert play.state(2) is State.DONE
        assert play.app.desk.row() == play.engine.threads[3]
        await play.press("]", "]", "[")
        assert play.app.desk.row() == play.engine.threads[4]
        await play.press("escape")
        assert play.app.inbox.one is None
        assert play.cursor == "Dora Weiss"
        assert play.app.focused is play.app.inbox.list
        assert [play.state(n) for n in (3, 4, 5)] == [State.WAITING] * 3


async def test_what_was_taken_back_is_on_the_screen_again() -> None:
    async with inbox(rows=cast.ROWS[:2]) as play:
        await play.press("F", "e", "e")
        assert "That was everyone who waited." in play.text
        await play.press("u")
        assert play.app.desk.row() == play.engine.threads[2]
        assert "One at a time" in play.top
        assert play.app.inbox.place == "thread"


async def test_who_writes_meanwhile_is_told_and_not_pushed_in() -> None:
    async with inbox(rows=cast.ROWS[:2]) as play:
        await play.press("F")
        play.engine.threads[20] = cast.row(20, cast.GUS, "fosstodon", cast.NOW, "Hello", arrival=99)
        await play.tell(20)
        assert play.status.startswith("Gus wrote just now.")
        await play.press("e", "e")
        assert "That was everyone who waited." in play.text
        await play.press("g", "w")
        assert play.app.inbox.one is None
        assert play.cursor == "Gus Park"


async def test_from_anywhere_and_when_nobody_waits() -> None:
    async with inbox() as play:
        await play.press("g", "d", "F")
        assert play.app.desk.row() == play.engine.threads[1]
        await play.press("q")
        assert play.view is View.WAITING
    async with inbox(rows=()) as play:
        await play.press("F")
        assert play.app.inbox.one is None
        assert play.status.startswith("Nobody waits for you.")


async def test_one_at_a_time_stays_in_the_middle_on_a_resize() -> None:
    config = Config(look=LookConfig(wide=True))
    async with inbox(engine=FakeEngine(config=config)) as play:
        await play.press("F")
        assert play.app.inbox.right.size.width == 72
        await play.pilot.resize_terminal(60, 20)
        await play.settle()
        assert play.app.inbox.right.size.width == 56
        assert "Did you get the second house?" in play.text
        await play.press("escape")
        assert play.app.inbox.list.size.width == 60


async def test_one_at_a_time_shows_the_whole_conversation_where_there_is_room() -> None:
    async with inbox((160, 45)) as play:
        await play.press("F")
        thread = play.app.inbox.thread
        assert thread.size.height == len(thread.thread.lines)
        assert "And the tall one, too." in play.text
        await play.press("r", "escape")
        assert "And the tall one, too." in play.text


@pytest.mark.parametrize("size", SIZES)
async def test_several_at_once(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("x", "j", "j", "x", "k")
        same_as_kept(f"marked-{size}", play.text)
        await play.press("e")
        assert [play.state(n) for n in (1, 2, 3)] == [State.DONE, State.WAITING, State.DONE]
        assert play.engine.log == [(1, 3, State.DONE)], "one step"
        assert play.status.startswith("Ana and Hana are done.")
        await play.press("u")
        assert [play.state(n) for n in (1, 2, 3)] == [State.WAITING] * 3


async def test_marks_for_snooze_mute_quiet_and_circle() -> None:
    async with inbox() as play:
        await play.press("x", "j", "x", "s")
        assert "Ana and Ben come back" in play.text
        assert "not before they write again" in play.text
        await play.press("t")
        assert {play.state(1), play.state(2)} == {State.SNOOZED}
        await play.press("x", "j", "x", "m", "x", "j", "x", "exclamation_mark", "x", "j", "x", "asterisk")
        assert [play.engine.threads[n].state for n in (3, 4, 5, 6)] == [State.MUTED] * 2 + [State.QUIET] * 2
        assert play.engine.log[-1] == ("circle", cast.NOA.person_id, cast.IVO.person_id)


async def test_all_shown_are_marked_and_escape_takes_the_marks_away() -> None:
    async with inbox() as play:
        await play.press("X")
        assert len(play.app.inbox.list.marked) == len(cast.ROWS)
        await play.press("escape")
        assert not play.app.inbox.list.marked
        assert play.app.inbox.pane == "list"
        await play.press("X", "X")
        assert not play.app.inbox.list.marked


async def test_after_an_answer_from_the_last_row_who_still_waits_is_under_the_cursor() -> None:
    async with inbox() as play:
        await keep_waiting(play)
        await play.press("G", "r")
        await play.type("Soup.")
        await play.press("ctrl+s")
        assert play.cursor == "Emil Sand"
        await play.press("r")
        await play.type("Because.")
        await play.press("ctrl+s")
        assert play.cursor == "Jo Rivers"


async def test_after_an_answer_the_next_takes_the_same_line() -> None:
    async with inbox(USUAL) as play:
        await keep_waiting(play)
        await play.press("j", "j", "j", "j", "j", "j")
        line = play.cursor_line
        await play.press("r")
        await play.type("Yes")
        await play.press("ctrl+s")
        assert (play.cursor, play.cursor_line) == ("Ivo Marek", line)


async def keep_waiting(play: object) -> None:
    """As in the real engine, an answer that is held leaves its conversation among those that wait."""
    answers = play.engine.answers  # type: ignore[attr-defined]
    send = answers.send

    async def held(draft: object, **how: object) -> object:
        row = await send(draft, **how)
        threads = play.engine.threads  # type: ignore[attr-defined]
        threads[row.thread_id] = replace(threads[row.thread_id], state=State.WAITING, outbox=OutboxState.HELD)
        return row

    answers.send = held


async def test_after_an_answer_the_same_conversation_comes_first() -> None:
    async with inbox() as play:
        await keep_waiting(play)
        opened = cast.conversation(play.engine.threads[1])
        more = cast.entry(109, cast.CARL, cast.at(19), "And I?", 103, addressed=Reason.REPLY, waiting=True)
        play.engine.opened[1] = replace(opened, entries=(*opened.entries, more))
        await play.press("j", "k", "enter", "r")
        await play.type("Yes")
        await play.press("ctrl+s")
        entry = play.app.inbox.thread.entry
        assert entry is not None
        assert entry.author == cast.CARL
        assert play.app.inbox.pane == "thread"
        await play.press("r")
        await play.type("You, too")
        await play.press("ctrl+s")
        assert play.cursor == "Ben Okafor"


async def test_who_writes_into_an_empty_list_is_shown_at_once() -> None:
    async with inbox(rows=()) as play:
        assert "Nobody waits for you." in play.text
        play.engine.threads[20] = cast.row(20, cast.GUS, "fosstodon", cast.NOW, "Hello", arrival=99)
        await play.tell(20)
        assert play.cursor == "Gus Park"
        assert play.status.startswith("Gus wrote just now.")
        assert "shows" not in play.status


async def test_a_conversation_that_only_stands_beside_the_list_was_not_looked_at() -> None:
    async with inbox() as play:
        rows = play.app.inbox.list
        await play.press("G")
        assert play.app._look_timer is None, "nobody may have been there"
        await play.press("J")
        assert play.app._look_timer is not None
        await play.app._looked(12)
        assert not play.engine.threads[12].unread
        rows.to_key("t6")
        await play.settle()
        await play.app._looked(12)
        assert play.engine.threads[6].unread, "another conversation is shown meanwhile"


async def test_opened_done_ends_a_reminder() -> None:
    rows = (replace(cast.ROWS[9], waiting_for=()), *cast.ROWS[:2])
    async with inbox(rows=rows) as play:
        await play.press("enter", "e")
        assert play.state(10) is State.DONE


async def test_a_title_does_not_say_what_is_covered() -> None:
    covered = replace(
        cast.ROWS[11], title="What did you eat? With pork?", words="What did you eat? With pork? Yes."
    )
    async with inbox(rows=(covered,)) as play:
        await play.press("enter")
        assert "pork" not in play.text
        assert "Covered: food" in play.text


@pytest.mark.parametrize("size", SIZES)
async def test_what_comes_in_above_the_cursor_takes_one_line_until_it_is_opened(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        opened = play.engine.inbox.open(1)
        assert opened is not None
        await play.press("enter", "j")
        thread = play.app.inbox.thread
        key, line = (
            thread.thread.current_key,
            thread.thread.starts[thread.thread.index] - thread.scroll_offset.y,
        )
        assert key == "m107"
        first = cast.entry(
            130, cast.CARL, cast.at(17, 10), "The well is on our side.", 106, new=True, arrival=90
        )
        second = cast.entry(131, cast.GUS, cast.at(17, 11), "And the pump.", 106, new=True, arrival=91)
        entries = sorted((*opened.entries, first, second), key=lambda one: one.created_at)
        play.engine.opened[1] = replace(opened, entries=tuple(entries))
        await play.tell(1)
        assert thread.thread.current_key == key
        assert "+ new: Carl Berg, Gus Park" in play.text
        assert "The well is on our side." not in play.text
        moved = thread.thread.starts[thread.thread.index] - thread.scroll_offset.y
        assert moved == line or (thread.scroll_offset.y == 0 and moved - line <= 2)
        await play.press("N")
        assert "Enter opens" in play.text
        await play.press("enter")
        assert "The well is on our side." in play.text
        assert thread.thread.current_key == "m130"
        await play.tell(1)
        assert "+ new:" not in play.text, "what was opened stays open"


async def test_each_who_waits_in_a_conversation_is_jumped_to_then_the_next_conversation() -> None:
    async with inbox() as play:
        await play.press("enter")
        assert play.app.inbox.thread.thread.current_key == "m106"
        await play.press("]")
        assert play.app.inbox.thread.thread.current_key == "m107"
        await play.press("[")
        assert play.app.inbox.thread.thread.current_key == "m106"
        await play.press("]", "]")
        assert play.cursor == "Ben Okafor"
        assert play.app.inbox.pane == "thread"
        await play.press("escape", "[", "]")
        assert play.cursor == "Ben Okafor", "in the list it goes from one conversation to the next"


async def test_an_answered_conversation_opens_at_who_spoke_to_the_user_not_at_who_spoke_to_others() -> None:
    """Answering again from the list goes to the person whose words the row shows."""
    engine = FakeEngine()
    said = [replace(entry, waiting=False, new=False) for entry in cast.HOUSE]
    said.append(cast.entry(109, cast.ME, cast.NOW, "Yes, please.", said[-2].message_id))
    engine.threads[1] = replace(engine.threads[1], state=State.ANSWERED)
    engine.opened[1] = Opened(engine.threads[1], tuple(said))
    async with inbox(engine=engine) as play:
        await play.press("g", "a", "r")
        box = play.app.inbox.reply
        assert box is not None
        assert box.terms is not None
        assert box.terms.message.author == cast.ANA
        await play.press("escape", "enter")
        assert "Yes, please." in play.text


async def test_a_line_of_folded_messages_is_opened_before_one_of_them_is_answered() -> None:
    """Who cannot see a message has not chosen it."""
    async with inbox() as play:
        await play.press("enter", "g", "g")
        assert play.app.inbox.thread.thread.current_key.startswith("earlier")
        for key in ("r", ">", "f", "y", "e"):
            await play.press(key)
            assert play.status.startswith("Several messages are folded here. Enter opens them."), key
        assert not play.app.inbox.replying
        await play.press("enter", "r")
        assert play.app.inbox.replying


async def test_what_one_reads_is_not_folded_away_by_an_answer() -> None:
    engine = FakeEngine()
    async with inbox(engine=engine) as play:
        await play.press("enter")
        mia = cast.HOUSE[-1].text
        assert mia in play.text
        said = [
            replace(entry, waiting=entry.waiting and entry.message_id != 107, new=False)
            for entry in cast.HOUSE
        ]
        said.append(cast.entry(109, cast.ME, cast.NOW, "Yes, please.", 107))
        engine.opened[1] = Opened(engine.threads[1], tuple(said))
        await play.tell(1)
        assert mia in play.text
        assert "Yes, please." in play.text


async def test_who_turns_up_while_one_writes_is_called_by_name() -> None:
    engine = FakeEngine()
    without = tuple(entry for entry in cast.HOUSE if entry.author != cast.CARL)
    engine.opened[1] = Opened(engine.threads[1], without)
    engine.inbox.find_people = lambda words, limit=5: ()  # type: ignore[method-assign]
    async with inbox(engine=engine) as play:
        await play.press("r")
        await play.type("Y")
        assert f"[{cast.CARL.name} x]" not in play.text
        engine.opened[1] = Opened(engine.threads[1], cast.HOUSE)
        await play.tell(1)
        assert f"[{cast.CARL.name} x]" in play.text


async def test_who_comes_into_an_empty_list_is_under_the_cursor_with_the_focus() -> None:
    async with inbox(rows=cast.ROWS[:1]) as play:
        await play.press("e")
        assert "Nobody waits for you." in play.text
        play.engine.threads[91] = cast.row(91, cast.BEN, "bsky", cast.NOW, "Hello", arrival=91)
        await play.tell(91)
        assert play.cursor == "Ben Okafor"
        assert play.app.focused is play.app.inbox.list
