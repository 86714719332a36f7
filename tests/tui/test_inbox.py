"""The inbox by keys alone: what moves, what stays, what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.config import Config, InboxConfig, LookConfig
from convo.model import Reason
from convo.views import Draft, Health, OutboxState, State, View
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}


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


# what else there is


async def test_a_dead_key_says_something_only_the_second_time() -> None:
    async with inbox() as play:
        await play.press("tilde")
        assert play.status == "all accounts fine"
        await play.press("tilde")
        assert play.status.startswith("? shows the keys.")


async def test_there_is_no_key_to_post() -> None:
    async with inbox() as play:
        await play.press("c")
        assert play.status.startswith("convo answers people; it does not post. r answers this message.")


@pytest.mark.parametrize("size", SIZES)
async def test_help(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("question_mark")
        same_as_kept(f"help-{size}", play.text)
        await play.press("tab")
        assert "Help: the conversation" in play.top
        await play.press("escape")
        assert play.cursor == "Ana Lind"
        assert play.app.inbox.page.kind == ""


async def test_every_command_is_in_the_palette() -> None:
    async with inbox() as play:
        await play.press("colon")
        await play.type("mute the")
        assert "Mute the conversation" in play.text
        await play.press("enter")
        assert play.state(1) is State.MUTED


@pytest.mark.parametrize("size", SIZES)
async def test_accounts(size: str) -> None:
    engine = FakeEngine()
    engine.statuses[3] = replace(
        engine.statuses[3], health=Health.SIGN_IN, words='WordPress said: "The provided password is invalid."',
        advice="Run  convo login bread", looked_at=cast.at(17, 8, 0),
    )  # fmt: skip
    engine.statuses[2] = replace(engine.statuses[2], health=Health.RESTING, next_at=cast.at(20, 10, 45))
    async with inbox(SIZES[size], engine=engine) as play:
        words = "bread: sign in again (A shows what to do). The others are fine."
        assert play.status.startswith(words[: SIZES[size][0] - 8])
        await play.press("A")
        same_as_kept(f"accounts-{size}", play.text)
        play.app.offline = False
        await play.press("k", "k", "k", "enter")
        assert ("look", "fosstodon") in play.engine.log
        await play.press("escape")
        assert play.cursor == "Ana Lind"


async def test_trouble_is_told_once_and_its_end_once() -> None:
    async with inbox() as play:
        fine = play.engine.statuses[1]
        play.engine.statuses[1] = replace(
            fine, health=Health.STALE, looked_at=cast.at(20, 8, 0), next_at=cast.at(20, 10, 45)
        )
        await play.tell()
        assert play.status.startswith("bsky: no answer since 8:00. Next try at 10:45.")
        assert "!bsky   stale" in play.text
        await play.press("j")
        play.engine.statuses[1] = fine
        await play.tell()
        assert play.status.startswith("bsky is fine again.")


@pytest.mark.parametrize("size", SIZES)
async def test_nobody_waits(size: str) -> None:
    rows = [
        replace(cast.ROWS[0], state=State.ANSWERED), replace(cast.ROWS[1], state=State.ANSWERED),
        replace(cast.ROWS[4], state=State.SNOOZED, snoozed_until=cast.at(23, 9, 0)),
        replace(cast.ROWS[8], state=State.QUIET, reason="only-link: only a link"),
    ]  # fmt: skip
    async with inbox(SIZES[size], rows=rows) as play:
        assert "Nobody waits for you." in play.text
        assert "Ana and Ben have your answer." in play.text
        assert "Chi comes back on Monday at 9:00." in play.text
        same_as_kept(f"nobody-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
async def test_search(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("slash")
        await play.type("walked")
        same_as_kept(f"search-{size}", play.text)
        await play.press("down", "enter")
        assert play.app.inbox.pane == "thread"
        await play.press("escape", "escape")
        assert not play.app.inbox.searching
        assert play.cursor == "Ana Lind"


async def test_search_says_what_it_does_not_know_and_finds_nothing_politely() -> None:
    async with inbox() as play:
        await play.press("slash")
        await play.type("is:wating")
        assert "is:wating is not known." in play.text
        await play.press("escape")
        await play.type("zzz")
        assert 'Nothing found for "zzz". Esc clears it.' in play.text
        await play.press("escape", "escape")
        assert not play.app.inbox.searching


async def test_narrow() -> None:
    async with inbox() as play:
        await play.press("backslash")
        await play.type("bluesky")
        await play.press("enter")
        assert play.cursor == "Ben Okafor"
        assert "Ana Lind" not in "\n".join(line[:66] for line in play.lines[1:])
        await play.press("escape")
        assert play.cursor == "Ana Lind"


async def test_uncover() -> None:
    async with inbox() as play:
        await play.press("G")
        assert "covered: food. z shows it" in play.text
        await play.press("z")
        assert "What did you eat?" in play.text


async def test_folds() -> None:
    async with inbox() as play:
        await play.press("enter", "k")
        assert "Enter opens" in play.text
        await play.press("enter")
        assert "The river side floods." in play.text
        await play.press("v")
        assert "The river side floods." not in play.text


async def test_links_open_only_by_letter_and_only_on_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    async with inbox() as play:
        monkeypatch.setattr(play.app, "open_url", lambda url, new_tab=True: opened.append(url))
        await play.press("f")
        assert "huset.example/till-salu" in play.text
        assert opened == []
        await play.press("a")
        assert opened == ["https://huset.example/till-salu"]
        assert play.status.startswith("Opening https://huset.example/till-salu")
        play.app.open_address("file:///etc/passwd")
        play.app.open_address("javascript:alert(1)")
        assert len(opened) == 1


async def test_copying() -> None:
    async with inbox() as play:
        await play.press("y")
        assert play.app.clipboard.startswith("Did you get the second house?")
        await play.press("Y")
        assert play.app.clipboard == "https://example.org/1"


async def test_leaving_at_once() -> None:
    async with inbox() as play:
        await play.press("q")
        assert play.app.return_code == 0
    assert play.engine.stopped


async def test_looked_after_two_seconds_with_the_focus() -> None:
    async with inbox() as play:
        await play.press("G", "enter")
        await play.app._looked()
        await play.settle()
        assert not play.engine.threads[12].unread


async def test_minutes_renew_ages_outside_of_the_cursor_row() -> None:
    async with inbox() as play:
        await play.press("G")
        play.engine.clock.step(timedelta(minutes=5).total_seconds())
        play.app._minute()
        await play.settle()
        assert "40 min" in play.text
        await play.press("k")
        assert "45 min" in play.text


async def test_config_of_keys_and_its_faults() -> None:
    config = Config(keys={"done": "d", "dome": "x"}, inbox=InboxConfig(order="newest"))
    async with inbox(config=config) as play:
        assert play.status.startswith('[keys] has no command "dome".')
        assert play.cursor == "Gus Park"
        await play.press("d")
        assert play.state(12) is State.DONE
        assert "d done" in play.keys


async def test_the_row_menu_by_mouse() -> None:
    async with inbox() as play:
        await play.pilot.click("RowList", offset=(10, 5), button=3)
        await play.settle()
        assert play.cursor == "Hana Ito"
        assert "┌─ Hana Ito" in play.text
        await play.press("e")
        assert play.state(3) is State.DONE


async def test_mouse() -> None:
    async with inbox() as play:
        await play.pilot.click("RowList", offset=(10, 3))
        await play.settle()
        assert play.cursor == "Ben Okafor"
        await play.pilot.click("RowList", offset=(10, 3))
        await play.settle()
        assert play.app.inbox.pane == "thread"
        await play.pilot.click("#views", offset=(3, 2))
        await play.settle()
        assert play.view is View.SNOOZED


async def test_unsure_asks_in_the_outbox() -> None:
    engine = FakeEngine()
    engine.threads[1] = replace(engine.threads[1], outbox=OutboxState.UNSURE)
    async with inbox(USUAL, engine=engine) as play:
        draft = cast_draft()
        row = await engine.answers.send(draft)
        engine.outbox[row.outbox_id] = replace(row, state=OutboxState.UNSURE, leaves_at=None)
        await play.press("g", "o")
        await play.press("enter")
        assert "Did this reach Ana?" in play.text
        await play.press("n")
        assert ("settle", row.outbox_id, False) in engine.log


def cast_draft() -> Draft:
    return Draft(
        "fosstodon", "uri:106", "Yes, we signed on Friday.", 0, None, None, "en", (), (), "", cast.NOW, 0
    )


async def test_no_color_sends_no_colour_and_keeps_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with inbox(config=Config(look=LookConfig(theme="convo-dark"))) as play:
        assert play.app.theme == "terminal"
        styles = [segment.style for line in play.app.screen._compositor.render_strips() for segment in line]
        colours = {(style.color, style.bgcolor) for style in styles if style}
        assert all(colour is None or colour.is_default for pair in colours for colour in pair)
        assert any(style.bold for style in styles if style)
        assert any(style.dim for style in styles if style)


async def test_ascii_glyphs_draw_every_mark_in_ascii() -> None:
    rows = [row for row in cast.ROWS if row.words.isascii() and row.who and row.who.name.isascii()]
    rows[0] = replace(rows[0], title="The second house")
    async with inbox(config=Config(look=LookConfig(glyphs="ascii")), rows=rows) as play:
        await play.press("j", "k", "s")
        assert play.text.isascii(), [sign for sign in play.text if not sign.isascii()]
        await play.press("escape", "r")
        await play.type("Yes")
        assert "#= followers only" in play.text
        assert [sign for sign in play.text.replace("å", "a") if not sign.isascii()] == []


async def test_a_theme_that_does_not_exist_is_said() -> None:
    async with inbox(config=Config(look=LookConfig(theme="nord-of-nowhere"))) as play:
        assert play.status.startswith('There is no theme "nord-of-nowhere".')
