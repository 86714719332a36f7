"""The inbox, played by keys: the list, the conversation beside it, triage, and that nothing jumps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convo.model import Reason
from convo.views import State, View
from tests.tui import cast
from tests.tui.play import SIZES, USUAL, inbox, same_as_kept


@pytest.mark.parametrize("size", SIZES)
async def test_first_frame(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        same_as_kept(f"inbox-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
async def test_conversation(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("enter")
        same_as_kept(f"conversation-{size}", play.text)
        await play.press("escape")
        assert play.cursor == "Ana Lind"
        assert play.app.focused is play.app.inbox.list


async def test_widths() -> None:
    three = ((160, 60, True), (150, 60, True), (149, 48, True), (110, 48, True))
    for wide, list_width, views in (
        *three,
        (109, 48, False),
        (100, 48, False),
        (99, 99, False),
        (40, 40, False),
    ):
        async with inbox((wide, 30)) as play:
            assert play.app.inbox.list.size.width == list_width
            assert play.app.inbox.views.display is views


@pytest.mark.parametrize("size", [(39, 24), (80, 11)])
async def test_a_window_too_small_says_so_and_acts_on_nothing(size: tuple[int, int]) -> None:
    async with inbox(size) as play:
        assert "Your words are safe." in " ".join(play.text.split())
        await play.press("e")
        assert play.engine.log == []
        await play.pilot.resize_terminal(80, 24)
        await play.settle()
        assert "Ana Lind" in play.text


async def test_moving_and_the_conversation_beside_it() -> None:
    async with inbox() as play:
        await play.press("j")
        assert play.cursor == "Ben Okafor"
        assert play.app.inbox.thread.opened is not None
        assert play.app.inbox.thread.opened.row.thread_id == 2
        await play.press("G")
        assert play.cursor == "Gus Park"
        await play.press("g", "g")
        assert play.cursor == "Ana Lind"
        await play.press("k")
        assert play.cursor == "Ana Lind"
        await play.press("end", "home", "pagedown")
        assert play.cursor != "Ana Lind"


async def test_done_takes_the_next_to_the_same_line_and_undo_brings_back() -> None:
    async with inbox() as play:
        await play.press("j", "j")
        line = play.cursor_line
        await play.press("e")
        assert play.state(3) is State.DONE
        assert (play.cursor, play.cursor_line) == ("Dora Weiss", line)
        assert play.status.startswith("Hana is done. u takes it back.")
        await play.press("u")
        assert play.state(3) is State.WAITING
        assert play.cursor == "Hana Ito"
        assert play.status.startswith("Hana waits again. U does it again.")
        await play.press("u")
        assert play.status.startswith("Nothing more to take back.")


async def test_the_same_again() -> None:
    async with inbox() as play:
        await play.press("m", ".")
        assert [play.engine.threads[n].state for n in (1, 2, 3)] == [State.MUTED, State.MUTED, State.WAITING]


async def test_a_key_acts_on_what_was_painted() -> None:
    async with inbox() as play:
        seen = play.app.desk.seen()
        assert seen is not None
        play.engine.threads[1] = replace(play.engine.threads[1], arrival=99)
        assert play.app.desk.seen() == seen, "what came since is not part of it"


async def test_opened_done_closes_the_person_then_the_next_who_waits() -> None:
    async with inbox() as play:
        opened = cast.conversation(play.engine.threads[1])
        entries = (*opened.entries, cast.entry(109, cast.CARL, cast.at(19), "And I?", 103, addressed=Reason.REPLY,
                                               waiting=True))  # fmt: skip
        play.engine.opened[1] = replace(opened, entries=entries)
        await play.press("k", "j", "k", "enter", "e")
        assert play.engine.done_people[1] == {cast.ANA.person_id}
        assert play.state(1) is State.WAITING
        assert play.app.inbox.thread.entry is not None
        assert play.app.inbox.thread.entry.author == cast.CARL
        await play.press("e")
        assert play.state(1) is State.DONE
        assert play.cursor == "Ben Okafor"


@pytest.mark.parametrize("size", SIZES)
async def test_snooze_menu(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("s")
        same_as_kept(f"snooze-{size}", play.text)
        await play.press("t")
        row = play.engine.threads[1]
        assert row.state is State.SNOOZED
        assert row.snoozed_until == cast.at(21, 9, 0)
        assert play.status.startswith("Ana comes back on Saturday at 9:00. u takes it back.")


async def test_snooze_at_a_typed_time() -> None:
    async with inbox() as play:
        await play.press("s", "a")
        await play.type("fri 9:0")
        await play.type("0")
        assert "Fri 27 Nov 9:00" in play.text
        await play.press("enter")
        assert play.engine.threads[1].snoozed_until == cast.at(27, 9, 0)


async def test_a_time_not_understood_is_said_not_guessed() -> None:
    async with inbox() as play:
        await play.press("s", "a")
        await play.type("soonish")
        assert "not understood" in play.text
        await play.press("enter")
        assert play.state(1) is State.WAITING
        assert '"soonish" is not a time' in play.status


async def test_escape_leaves_the_menu_and_nothing_happened() -> None:
    async with inbox() as play:
        await play.press("s", "escape")
        assert play.app.inbox.menu.question is None
        assert play.engine.log == []
        await play.press("j")
        assert play.cursor == "Ben Okafor"


async def test_mute_person_asks() -> None:
    async with inbox() as play:
        await play.press("M")
        assert "Mute Ana Lind?" in play.text
        assert play.engine.log == []


async def test_quiet_and_out_of_it() -> None:
    async with inbox() as play:
        await play.press("!")
        assert play.state(1) is State.QUIET
        await play.press("g", "q")
        assert play.cursor == "Ana Lind"
        assert "with the reason. Nothing is" in play.text
        await play.press("!")
        assert play.state(1) is State.WAITING
        assert play.status.startswith("Ana is out of Quiet for good.")


async def test_circle_keeps_the_row_under_the_cursor() -> None:
    async with inbox() as play:
        await play.press("j", "j", "j", "*")
        assert play.cursor == "Dora Weiss"
        assert play.status.startswith("Dora is in your circle now.")


async def test_views_by_letters() -> None:
    async with inbox() as play:
        await play.press("g")
        assert "w waiting" in play.status
        await play.press("d")
        assert play.view is View.DONE
        assert play.top.startswith("convo  Done")
        assert "Nothing closed yet." in play.text
        await play.press("q")
        assert play.top.startswith("convo  Waiting, longest first")


async def test_views_menu_where_they_are_hidden() -> None:
    async with inbox(USUAL) as play:
        await play.press("g")
        assert "┌─ Go to" in play.text
        await play.press("z")
        assert play.view is View.SNOOZED
        assert "Nobody is put off." in play.text


async def test_order() -> None:
    async with inbox() as play:
        await play.press("O")
        assert "Waiting, newest first" in play.top
        assert play.cursor == "Gus Park"


# nothing jumps


async def test_arrivals_are_told_and_merged_only_when_asked() -> None:
    async with inbox() as play:
        await play.press("j", "j")
        before = play.text.split("\n")[1:-2]
        line = play.cursor_line
        new = cast.row(50, cast.someone("Nils Berg", "nils"), "bsky", cast.at(10), "Hello there", arrival=50)
        play.engine.threads = {50: new, **play.engine.threads}
        await play.tell(50)
        assert play.status.startswith("Nils wrote just now. , shows it.")
        assert play.text.split("\n")[1:-2] == before
        await play.press(",")
        assert "Nils Berg" in play.text
        assert (play.cursor, play.cursor_line) == ("Hana Ito", line + 2)


async def test_merging_keeps_the_screen_line_where_it_can() -> None:
    many = [
        cast.row(n, cast.someone(f"Person {n}", f"p{n}"), "bsky", cast.at(10), f"words {n}", arrival=n)
        for n in range(100, 180)
    ]
    async with inbox(rows=many) as play:
        await play.press("G")
        for _ in range(10):
            await play.press("k")
        name, line = play.cursor, play.cursor_line
        new = cast.row(50, cast.someone("Nils Berg", "nils"), "bsky", cast.at(10), "Hello there", arrival=500)
        play.engine.threads = {50: new, **play.engine.threads}
        await play.tell(50)
        await play.press(",")
        assert (play.cursor, play.cursor_line) == (name, line)


async def test_a_conversation_answered_elsewhere_stays_until_the_cursor_has_left_it() -> None:
    async with inbox() as play:
        await play.press("j")
        play.engine.threads[2] = replace(play.engine.threads[2], state=State.ANSWERED)
        await play.tell(2)
        assert play.cursor == "Ben Okafor"
        assert "answered" in play.lines[4]
        await play.press("j")
        assert play.cursor == "Hana Ito"
        assert "Ben Okafor" not in play.text


async def test_a_menu_stays_when_something_arrives() -> None:
    async with inbox() as play:
        await play.press("s")
        new = cast.row(50, cast.someone("Nils Berg", "nils"), "bsky", cast.at(10), "Hello", arrival=50)
        play.engine.threads = {50: new, **play.engine.threads}
        await play.tell(50)
        assert "Ana comes back" in play.text
        await play.press("t")
        assert play.state(1) is State.SNOOZED


@pytest.mark.parametrize("steps", [[(80, 24), (160, 50), (60, 20), (120, 40)]])
async def test_resize_keeps_the_conversation_and_the_message(steps: list[tuple[int, int]]) -> None:
    async with inbox() as play:
        await play.press("j", "j", "k", "k", "enter", "j")
        entry = play.app.inbox.thread.entry
        assert entry is not None
        for size in steps:
            await play.pilot.resize_terminal(*size)
            await play.settle()
            assert play.cursor == "Ana Lind"
            assert play.app.inbox.thread.entry is not None
            assert play.app.inbox.thread.entry.message_id == entry.message_id
            assert play.app.focused is play.app.inbox.thread


async def test_list_paging_reads_only_what_is_near() -> None:
    many = [
        cast.row(n, cast.someone(f"Person {n}", f"p{n}"), "bsky", cast.at(10), f"words {n}")
        for n in range(1, 1001)
    ]
    async with inbox(rows=many) as play:
        assert len(play.app.inbox.list.items) == 200
        await play.press("G")
        assert play.cursor == "Person 1000"
