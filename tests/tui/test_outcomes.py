"""What happens behind the screen and is told on it: answers that arrived or did not, the rest of a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.views import Caution, CautionKind, Health, OutboxState
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, Play, inbox
from tests.tui.test_with_engine import engine_of, to
from tests.tui.test_with_engine import inbox as real_inbox


async def sent(play: Play) -> int:
    """An answer to Ana on its way, nothing else said."""
    await play.press("r")
    await play.type("Yes")
    await play.press("ctrl+s")
    return max(play.engine.outbox)


async def becomes(play: Play, number: int, state: OutboxState, error: str = "") -> None:
    row = play.engine.outbox[number]
    play.engine.outbox[number] = replace(row, state=state, error=error, leaves_at=None)
    await play.tell(row.thread_id)


async def test_an_answer_that_arrived_is_told_once() -> None:
    async with inbox() as play:
        number = await sent(play)
        await becomes(play, number, OutboxState.SENDING)
        await becomes(play, number, OutboxState.SENT)
        assert play.status.startswith("To Ana: sent.")
        await play.press("j")
        await play.tell(1)
        assert "sent" not in play.status


async def test_an_answer_that_arrived_does_not_cover_what_can_be_taken_back() -> None:
    async with inbox() as play:
        number = await sent(play)
        await play.press("e")
        await becomes(play, number, OutboxState.SENT)
        assert "is done. u takes it back." in play.status


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (OutboxState.FAILED, 'Mastodon said: "no".', 'Not sent: to Ana. Mastodon said: "no". r changes it.'),
        (OutboxState.UNSURE, "", "Did this reach Ana? g o shows what convo knows."),
        (OutboxState.QUEUED, "no route", "No network. Your answer to Ana goes out when it is back."),
    ],
)  # fmt: skip
async def test_an_answer_that_did_not_arrive_is_told_whatever_stands_there(
    state: OutboxState, error: str, words: str
) -> None:
    async with inbox() as play:
        number = await sent(play)
        await play.press("e")
        await becomes(play, number, state, error)
        assert play.status.startswith(words)


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (Health.SIGN_IN, "Your answer to Ana goes out when you have signed in to fosstodon again."),
        (Health.RESTING, "Your answer to Ana goes out when fosstodon may be asked again."),
    ],
)
async def test_why_an_answer_is_kept_back(health: Health, words: str) -> None:
    async with inbox() as play:
        play.engine.statuses[0] = replace(play.engine.statuses[0], health=health)
        number = await sent(play)
        await becomes(play, number, OutboxState.QUEUED, "not now")
        assert play.app.desk.words == words


async def test_taking_an_answer_back_tells_nothing_of_it() -> None:
    async with inbox() as play:
        await sent(play)
        await play.press("u")
        assert play.status.startswith("Your answer to Ana is back in the box.")


class Loading:
    """The engine's way to load a conversation, held until it is told what came of it."""

    def __init__(self, words: str = "") -> None:
        self.asked: list[int] = []
        self.words = words

    async def load(self, thread_id: int) -> str:
        self.asked.append(thread_id)
        return self.words


async def test_opening_asks_the_platform_for_the_rest_once() -> None:
    engine: Any = FakeEngine()
    engine.sync = Loading("Not all of it may be here: fosstodon.org does not answer.")
    async with inbox(engine=engine) as play:
        play.app.offline = False
        await play.press("j", "k")
        assert engine.sync.asked == [], "what only stands beside the list asks for nothing"
        await play.press("enter")
        assert "Not all of it may be here: fosstodon.org does not" in play.text
        await play.press("escape", "enter", "escape", "j", "r")
        assert engine.sync.asked == [1, 2]
        await play.press("escape")
        assert "Not all of it may be here" in play.text, "said of Ben's conversation, too"


async def test_offline_nothing_is_asked_for() -> None:
    engine: Any = FakeEngine()
    engine.sync = Loading()
    async with inbox(engine=engine) as play:
        await play.press("enter")
        assert engine.sync.asked == []


@pytest.mark.slow
async def test_what_is_loaded_comes_in_without_moving_the_message_under_the_cursor(tmp_path: Path) -> None:
    async with real_inbox(tmp_path) as play:
        number = await to(play, "Ana Lind")
        await play.press("enter")
        before = [entry.uri for entry in engine_of(play).inbox.open(number).entries]  # type: ignore[union-attr]
        thread = play.app.inbox.thread
        key, line = (
            thread.thread.current_key,
            thread.thread.starts[thread.thread.index] - thread.scroll_offset.y,
        )
        play.app.offline = False
        play.app.load_around(number)
        await play.settle()
        after = [entry.uri for entry in engine_of(play).inbox.open(number).entries]  # type: ignore[union-attr]
        assert set(before) < set(after)
        assert "+ later: Mia Berg" in play.text
        assert thread.thread.current_key == key
        assert thread.thread.starts[thread.thread.index] - thread.scroll_offset.y == line


async def test_growing_from_one_pane_shows_the_conversation_beside_the_list() -> None:
    async with inbox(SMALL) as play:
        await play.press("j")
        for size in (USUAL, WIDE):
            await play.pilot.resize_terminal(*size)
            await play.settle()
        assert play.cursor == "Ben Okafor"
        opened = play.app.inbox.thread.opened
        assert opened is not None
        assert opened.row.who == cast.BEN
        assert "Could you look at the draft before Friday? Page" in play.text


async def test_in_one_pane_the_next_who_waits_in_the_same_conversation_is_opened() -> None:
    async with inbox(USUAL) as play:
        opened = play.engine.inbox.open(1)
        assert opened is not None
        other = cast.entry(120, cast.BEN, cast.WED, "And me?", 103, waiting=True, arrival=29)
        play.engine.opened[1] = replace(opened, entries=(*opened.entries, other))
        await play.press("r")
        await play.type("Yes")
        play.engine.stays = {1}
        await play.press("ctrl+s")
        assert play.app.inbox.pane == "thread"
        entry = play.app.inbox.thread.entry
        assert entry is not None
        assert entry.author == cast.BEN


@pytest.mark.parametrize("size", [USUAL, WIDE])
async def test_the_answer_on_its_way_stands_below_what_it_answers(size: tuple[int, int]) -> None:
    async with inbox(size) as play:
        play.engine.stays = {1}
        number = await sent(play)
        await play.press("k", "enter")
        lines = [line.rpartition("│ │ ")[2] if size == WIDE else line.strip("│ ▌") for line in play.lines]
        at = next(n for n, line in enumerate(lines) if line.startswith("You, to Ana"))
        assert lines[at].endswith("leaves in 10 s")
        assert lines[at + 1].startswith("Yes")
        before = [line for line in play.lines[:at] if "Ana Lind, to you" in line]
        assert before, "it stands below the message it answers"
        await becomes(play, number, OutboxState.QUEUED)
        assert "goes out next" in play.text
        await becomes(play, number, OutboxState.UNSURE)
        assert "unsure" in play.text
        await becomes(play, number, OutboxState.FAILED)
        assert "You, to Ana" not in play.text, "these words are a draft again"


async def test_a_caution_shows_what_was_said() -> None:
    words = "Carl wrote to Ana while you were writing. Ctrl+G shows it, Ctrl+S sends as it is."
    keys = "Ctrl+G shows it, Ctrl+S sends as it is."
    async with inbox(USUAL) as play:
        caution = Caution(CautionKind.MOVED, words, taste="The well is on our side.", keys=keys)
        play.engine.answers.cautions_next = (caution,)
        await sent_at_once(play)
        told = " ".join(line.strip() for line in play.lines)
        assert (
            'while you were writing: "The well is on our side." Ctrl+G shows it, Ctrl+S sends as it is.'
            in told
        )
        await play.press("ctrl+s")
        assert not play.app.inbox.replying


async def sent_at_once(play: Play) -> None:
    await play.press("r")
    await play.type("Yes")
    await play.press("ctrl+s")


async def test_what_was_written_before_the_box_was_opened_did_not_come_meanwhile() -> None:
    engine: Any = FakeEngine()
    engine.sync = Loading()
    async with inbox(engine=engine) as play:
        opened = play.engine.inbox.open(2)
        assert opened is not None
        older = cast.entry(150, cast.HANA, cast.WED, "Me, too.", 0, arrival=70)
        newer = cast.entry(151, cast.HANA, cast.NOW + timedelta(minutes=1), "And more.", 0, arrival=71)
        await play.press("j", "r")
        box = play.app.inbox.reply
        assert box is not None
        assert box.draft is not None
        seen = box.draft.seen_arrival
        play.app.offline = False
        for more, arrival in (((older, newer), seen), ((older,), 70)):
            play.engine.opened[2] = replace(opened, entries=(*opened.entries, *more))
            play.app._asked_around.clear()
            play.app.load_around(2)
            await play.settle()
            assert box.draft.seen_arrival == arrival


LONG = (
    "There is no room left on the disk: /home/ana/.local/share/convo/convo.sqlite3 could not be written. "
    "Make room, then press Ctrl+S again."
)


async def test_words_too_long_for_the_status_line_go_on_in_the_key_line_until_the_next_command() -> None:
    async with inbox(USUAL) as play:
        keys = play.keys
        play.app.desk.say(LONG, trouble=True)
        await play.settle()
        assert f"{play.status} {play.keys}" == LONG
        await play.press("question_mark", "escape")
        assert play.keys == keys
        play.app.desk.say(LONG * 2)
        await play.settle()
        assert play.keys.endswith("…")
        await play.press("s")
        play.app.desk.say(LONG)
        await play.settle()
        assert play.keys.endswith("Esc leave"), "an open menu keeps its keys"


async def test_in_a_narrow_window_it_says_whole_that_it_does_not_post() -> None:
    async with inbox(SMALL) as play:
        await play.press("c")
        assert (
            f"{play.status} {play.keys}" == "convo answers people; it does not post. r answers this message."
        )
