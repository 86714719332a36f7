"""The views beside Waiting, and the boxes over them, as they look at each size; why a conversation is where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.model import Reason
from convo.views import Draft, OutboxRow, OutboxState, Row, State
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SMALL, USUAL, WIDE, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}
PIA = cast.someone("Marketing Pia", "pia@mas.example")
OLU = cast.someone("Olu Adeyemi", "olu")
VIEWS = {
    "answered": "a", "snoozed": "z", "drafts": "t", "outbox": "o", "quiet": "q", "done": "d", "muted": "m", "all": "i",
}  # fmt: skip


def rows() -> tuple[Row, ...]:
    """Two for each view, so that the cursor and a row without it are seen."""
    quiet = (
        cast.row(30, OLU, "bread", cast.THU, "https://olu-bakes.example/wet-dough", title="Bread without a scale",
                 state=State.QUIET, reason="only-link: only a link, and you never spoke: olu-bakes.example"),
        cast.row(31, PIA, "fosstodon", cast.WED, "Thanks for following, here is my newsletter", state=State.QUIET,
                 reason='same-words: the same words to many: "Thanks for following, here is my"'),
    )  # fmt: skip
    first, second, third, fourth, *_ = cast.ROWS
    answered = [
        replace(one, thread_id=40 + n, state=State.ANSWERED, waiting_since=None, waiting_for=(), last_is_me=mine,
                last_message_at=cast.WED, unread=False, has_draft=False)
        for n, (one, mine) in enumerate(((first, True), (second, False)))
    ]  # fmt: skip
    snoozed = [
        replace(one, thread_id=50 + n, state=State.SNOOZED, snoozed_until=until, unread=True, has_draft=False)
        for n, (one, until) in enumerate(((third, cast.at(23, 9, 0)), (fourth, None)))
    ]
    closed = [
        replace(one, thread_id=60 + n, state=state, state_since=cast.THU, waiting_since=None, waiting_for=(),
                unread=False, has_draft=False)
        for n, (one, state) in enumerate(
            ((first, State.DONE), (second, State.DONE), (third, State.MUTED), (fourth, State.MUTED))
        )
    ]  # fmt: skip
    return (*cast.ROWS[:3], *quiet, *answered, *snoozed, *closed)


def engine() -> FakeEngine:
    made = FakeEngine(rows())
    made.drafts[("fosstodon", "uri:203")] = Draft(
        "fosstodon", "uri:203", "The green one, because of the heron.", 36, None, None, "en", (), (), "",
        cast.NOW - timedelta(minutes=5), 0,
    )  # fmt: skip
    for number, (who, state) in enumerate(
        ((cast.DORA, OutboxState.HELD), (cast.CHI, OutboxState.QUEUED), (cast.FATOU, OutboxState.FAILED)), 1
    ):
        made.outbox[number] = OutboxRow(
            number, 3, "fosstodon", "mastodon", "uri:203", who, "Gladly. I take the train on Friday.", state, "",
            cast.NOW, cast.NOW + timedelta(seconds=7) if state is OutboxState.HELD else None, "", "",
        )  # fmt: skip
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
async def test_each_view(view: str, size: str) -> None:
    async with inbox(SIZES[size], engine=engine()) as play:
        await play.press("g", VIEWS[view])
        same_as_kept(f"view-{view}-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mute-person", ("M",)),
        ("commands", (":",)),
        ("go", ("g",)),
        ("find", ("enter", "slash")),
        ("readers", ("r", "ctrl+l")),
        ("warning", ("r", "ctrl+r")),
        ("join", ("=",)),
    ],
)
async def test_each_box(name: str, keys: tuple[str, ...], size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press(*keys)
        for corner in "┐└┘":
            assert play.text.count(corner) == play.text.count("┌")
        same_as_kept(f"box-{name}-{size}", play.text)


async def test_an_account_is_a_view() -> None:
    async with inbox() as play:
        await play.press("h", "G", "k", "k", "k", "enter")
        assert "bsky" in play.top
        assert [item.thread_id for item in play.app.inbox.list.items] == [2, 9]
        await play.press("q")
        assert "Waiting" in play.top


async def test_quiet_says_which_rule_and_what_it_saw() -> None:
    async with inbox(engine=engine()) as play:
        opened = play.engine.inbox.open(30)
        assert opened is not None
        entry = replace(opened.entries[0], quiet="only-link", addressed=Reason.COMMENT, waiting=False)
        play.engine.opened[30] = replace(opened, entries=(entry,))
        await play.press("g", "q")
        assert "Why is Olu here? The first words to you are only a" in play.text
        assert '(rule "only-link")' in play.text
        assert "You have never written to Olu." in play.text
        assert "under your text Bread without a scale" in play.text
        await play.press("j")
        assert "The same words went to many" in play.text
        await play.press("g", "w")
        assert "Why is" not in play.text


async def test_ending_a_purely_commercial_contact_asks_for_the_note() -> None:
    async with inbox(engine=engine()) as play:
        await play.press("g", "q", "j")
        assert "M end it (mute, note why)" in play.keys
        await play.press("M", "enter")
        assert play.state(31) is State.MUTED
        assert play.app.inbox.note is not None
        assert play.app.inbox.note.who == PIA
        await play.type("sells things")
        await play.press("escape")
        assert play.engine.notes[PIA.person_id] == "sells things"
        await play.press("g", "w", "M", "enter")
        assert play.app.inbox.note.who is None, "elsewhere muting a person asks for nothing"


async def test_muting_a_person_says_on_which_accounts() -> None:
    async with inbox() as play:
        await play.press("M")
        assert "@ana@fosstodon.org on Mastodon" in play.text
        assert "Bluesky" in play.text


async def test_people_found_are_reached_by_key_and_by_mouse() -> None:
    async with inbox(USUAL) as play:
        await play.press("slash")
        await play.type("an")
        assert "PEOPLE" in play.text
        await play.press("down")
        assert play.keys.startswith("Enter this person")
        await play.press("down", "up", "up")
        assert "or Enter to the results" in play.keys
        await play.press("down", "escape", "down", "right")
        assert play.app.inbox.page.kind == "person"
        assert "Ana Lind" in play.top
        await play.press("escape")
        assert play.app.inbox.place == "list"
        assert play.app.inbox.searching
        await play.press("escape", "slash")
        await play.type("ben")
        line = next(n for n, text in enumerate(play.lines) if "Ben Okafor, in your circle" in text)
        await play.pilot.click(offset=(5, line))
        await play.settle()
        assert "Ben Okafor" in play.top


async def test_where_nobody_is_found_down_goes_to_the_results() -> None:
    async with inbox(USUAL) as play:
        await play.press("slash")
        await play.type("house")
        await play.press("down")
        assert play.app.inbox.place == "list"


async def test_filters_name_nobody_but_from_and_to() -> None:
    async with inbox(USUAL) as play:
        await play.press("slash")
        await play.type("from:ben is:waiting -draft")
        assert "Ben Okafor, in your circle" in play.text


@pytest.mark.parametrize("size", SIZES)
async def test_leaving_while_an_answer_is_held(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("r")
        await play.type("Yes")
        await play.press("ctrl+s", "q")
        same_as_kept(f"leave-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
async def test_asking_whether_an_answer_arrived(size: str) -> None:
    made = engine()
    made.outbox[2] = replace(
        made.outbox[2],
        state=OutboxState.UNSURE,
        sent_at=cast.NOW - timedelta(minutes=39),
        looked_at=cast.NOW - timedelta(minutes=1),
    )
    async with inbox(SIZES[size], engine=made) as play:
        await play.press("g", "o", "j", "enter")
        same_as_kept(f"unsure-{size}", play.text)
