"""What is done on the platform, too, and what the reply box takes beside words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convo.adapters.contract import Can, Verb
from convo.model import Reason
from tests.tui import cast
from tests.tui.play import SMALL, USUAL, WIDE, Play, inbox, same_as_kept

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}
ALL = Can(frozenset(Verb))
PICTURE = b"\x89PNG\r\n\x1a\n"
NO_ANSWER = "Hacker News takes answers only on its own page."
ONLY_THERE = Can(frozenset({Verb.MUTE_PERSON}), {Verb.ANSWER: NO_ANSWER})


def held(play: Play) -> None:
    """Dora's text has a comment that waits for approval."""
    play.engine.can = ALL
    opened = cast.conversation(play.engine.threads[4])
    olu = cast.someone("Olu Adeyemi", "olu")
    comment = cast.entry(300, olu, cast.at(19, 8, 12), "I had the same until I weighed the water.", 204,
                         addressed=Reason.COMMENT, waiting=True, held=True)  # fmt: skip
    play.engine.opened[4] = replace(opened, entries=(*opened.entries, comment))


@pytest.mark.parametrize("size", SIZES)
async def test_deciding_about_a_comment(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        held(play)
        await play.press("j", "j", "j", "enter", "j", "a")
        same_as_kept(f"moderation-{size}", play.text)
        await play.press("a")
        assert play.engine.log[-1] == ("approve", 300)


async def test_from_the_list_the_one_to_approve_and_the_first_enter_is_harmless_for_others() -> None:
    async with inbox() as play:
        held(play)
        await play.press("j", "j", "j", "a", "s")
        assert play.engine.log[-1] == ("spam", 300)
        await play.press("k", "a", "enter")
        assert play.app.inbox.replying
        assert len(play.engine.log) == 1


async def test_a_place_without_approval_says_so() -> None:
    async with inbox() as play:
        await play.press("a")
        assert play.status.startswith("There is nothing to approve")
        assert play.app.inbox.menu.question is None


async def test_an_answer_to_a_held_comment_asks_about_approving() -> None:
    async with inbox() as play:
        held(play)
        await play.press("j", "j", "j", "enter", "j", "r")
        await play.type("Thanks")
        await play.press("ctrl+s")
        assert "Olu's comment is not approved yet." in play.text
        await play.press("enter")
        assert play.app.inbox.replying
        assert play.engine.log == []
        await play.press("ctrl+s", "a")
        assert play.engine.log == [("approve", 300)]
        assert [row.text for row in play.engine.outbox.values()] == ["Thanks"]


@pytest.mark.parametrize("size", SIZES)
async def test_blocking_asks_and_says_whether_others_see_it(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        play.engine.can = replace(ALL, block_is_public=True)
        await play.press("j", "B")
        question = play.app.inbox.menu.question
        assert question is not None
        assert "everybody can see" in question.words
        same_as_kept(f"block-{size}", play.text)
        await play.press("enter")
        assert play.engine.log == []
        await play.press("B", "b")
        assert play.engine.log == [("block", cast.BEN.person_id)]
        play.engine.can = Can(frozenset(), {Verb.BLOCK: "Nobody can be blocked there."})
        await play.press("B")
        assert play.status.startswith("Nobody can be blocked there.")


async def test_own_words_are_changed_and_deleted_only_when_asked_for_twice() -> None:
    async with inbox() as play:
        play.engine.can = ALL
        await play.press("j", "k", "enter", "k", "k", "i")
        assert "Change your own words" in play.text
        box = play.app.inbox.reply
        assert box is not None
        assert box.words.text.startswith("We are looking at two houses")
        await play.type(" Soon.")
        await play.press("ctrl+s")
        assert box.cautions == ("Whoever read it has read it as it was. Ctrl+S changes it there.",)
        assert play.engine.log == []
        await play.press("ctrl+s")
        assert play.engine.log == [
            ("edit", 103, "We are looking at two houses near the river. Both need a roof. Soon.")
        ]
        await play.press("D")
        assert "This cannot be taken back." in play.text
        assert "waits again" not in play.text, "it answered nobody"
        await play.press("enter")
        assert len(play.engine.log) == 1
        await play.press("D", "d")
        assert play.engine.log[-1] == ("delete", 103)
        await play.press("j", "i")
        assert play.status.startswith("Only your own messages can be changed")


async def test_own_words_looked_at_and_left_as_they_are_make_no_draft() -> None:
    async with inbox() as play:
        play.engine.can = ALL
        await play.press("j", "k", "enter", "k", "k", "i")
        assert "draft kept" not in play.text
        await play.press("escape")
        assert play.engine.drafts == {}
        assert "kept" not in play.status
        await play.press("i", "exclamation_mark", "escape")
        assert play.status.startswith("Your change is kept. i goes on with it.")
        await play.press("i")
        assert "draft kept" in play.text


async def test_an_answer_begun_to_own_words_is_not_lost_to_a_change_of_them() -> None:
    async with inbox() as play:
        play.engine.can = ALL
        await play.press("j", "k", "enter", "k", "k", "r")
        await play.type("And more.")
        await play.press("escape", "i")
        assert not play.app.inbox.replying
        assert "You began an answer to this message: r goes on with it." in play.text
        await play.press("r")
        assert play.app.inbox.reply is not None
        assert play.app.inbox.reply.words.text == "And more."


async def test_report_opens_the_page_of_the_message() -> None:
    async with inbox() as play:
        opened: list[str] = []
        play.app.open_url = lambda url, **how: opened.append(url)  # type: ignore[method-assign]
        await play.app.run_command("report")
        assert opened == ["https://example.org/1"]


# the reply box


@pytest.mark.parametrize("size", SIZES)
async def test_a_picture_with_its_description(size: str, tmp_path: Path) -> None:
    file = tmp_path / "roof of the house.png"
    file.write_bytes(PICTURE)
    async with inbox(SIZES[size]) as play:
        play.engine.can = ALL
        await play.press("r", "ctrl+f")
        await play.type(f"'{file}'")
        await play.press("enter")
        await play.type("A roof")
        await play.press("enter")
        box = play.app.inbox.reply
        assert box is not None
        assert box.draft is not None
        assert box.draft.attachments == ((str(file), "A roof"),)
        await play.app._keep()
        await play.settle()
        same_as_kept(f"attached-{size}", play.text)
        assert play.engine.answers.saves[-1].attachments == ((str(file), "A roof"),)
        await play.press("ctrl+f", "1")
        assert not box.draft.attachments


async def test_what_cannot_be_attached_is_said() -> None:
    async with inbox() as play:
        await play.press("r", "ctrl+f")
        assert play.status.startswith("On Mastodon nothing can be attached")
        play.engine.can = ALL
        await play.press("escape", "r", "ctrl+f")
        await play.type("/nowhere.png")
        assert "not found so far" in play.text
        await play.press("enter")
        assert play.status.startswith("There is no file /nowhere.png.")


@pytest.mark.parametrize("size", SIZES)
async def test_names_of_the_conversation(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        await play.press("r")
        await play.type("Is @mi")
        await play.app._keep()
        await play.settle()
        same_as_kept(f"names-{size}", play.text)
        await play.press("tab")
        box = play.app.inbox.reply
        assert box is not None
        assert box.words.text == "Is @mia@fosstodon.org "
        await play.type("in?")
        assert box.words.text == "Is @mia@fosstodon.org in?"


async def test_escape_closes_only_the_names_and_enter_is_a_new_line() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("@mi")
        assert str(play.app.inbox.place) == "names"
        await play.press("escape")
        assert play.app.inbox.place == "reply"
        assert play.app.inbox.replying
        await play.type("a @c")
        assert str(play.app.inbox.place) == "names"
        await play.press("enter")
        box = play.app.inbox.reply
        assert box is not None
        assert box.words.text == "@mia @c\n"
        assert play.app.inbox.place == "reply"


async def test_an_address_is_no_begun_name() -> None:
    async with inbox() as play:
        await play.press("r")
        await play.type("me@mi")
        assert play.app.inbox.place == "reply"


@pytest.mark.parametrize("size", SIZES)
async def test_a_place_that_takes_no_answers(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        play.engine.can = ONLY_THERE
        play.engine.answers.refusal = NO_ANSWER
        opened: list[str] = []
        copied: list[str] = []
        play.app.open_url = lambda url, **how: opened.append(url)  # type: ignore[method-assign]
        play.app.copy_to_clipboard = copied.append  # type: ignore[assignment, method-assign]
        await play.press("r")
        await play.type("A flat log was the first version.")
        await play.app._keep()
        await play.settle()
        same_as_kept(f"paste-{size}", play.text)
        await play.press("ctrl+s")
        assert copied == ["A flat log was the first version."]
        assert opened == ["https://example.org/m106"]
        assert play.engine.answers.saves[-1].pasted
        assert not play.engine.outbox
        assert play.status.startswith("Your words are copied. Paste them there")


async def test_a_message_that_cannot_be_answered_opens_no_box() -> None:
    async with inbox() as play:
        play.engine.answers.refusal = "Only the author can be answered here."
        await play.press("r")
        assert not play.app.inbox.replying
        assert play.status.startswith("Only the author can be answered here.")


# search within a conversation


async def test_search_in_a_conversation() -> None:
    async with inbox() as play:
        await play.press("j", "k", "enter", "slash")
        await play.type("LADDER")
        assert play.app.inbox.thread.thread.hits() == [107]
        marked = [
            span.text
            for _, line in play.app.inbox.thread.thread.lines
            for span in line.spans
            if span.underline
        ]
        assert "ladder" in marked
        await play.press("enter")
        assert play.app.inbox.thread.entry is not None
        assert play.app.inbox.thread.entry.message_id == 107


async def test_hits_are_walked_also_into_folds_and_escape_clears_them() -> None:
    async with inbox() as play:
        await play.press("j", "k", "enter", "slash")
        await play.type("the river")
        await play.press("enter")
        found = []
        for _ in range(3):
            entry = play.app.inbox.thread.entry
            assert entry is not None
            found.append(entry.message_id)
            await play.press("n")
        assert found == [103, 104, 103] or found == [104, 103, 104], found
        await play.press("N", "escape")
        assert str(play.app.inbox.pane) == "thread"
        assert play.app.inbox.thread.thread.wanted == ""
        await play.press("escape")
        assert play.app.inbox.pane == "list"


async def test_nothing_found_in_a_conversation() -> None:
    async with inbox() as play:
        await play.press("j", "k", "enter", "slash")
        await play.type("zebra")
        assert "nothing found" in play.text
        await play.press("enter")
        assert play.status.startswith('Nothing found for "zebra" in this conversation.')


async def test_a_result_opens_at_its_words() -> None:
    async with inbox() as play:
        await play.press("slash")
        await play.type("walked")
        await play.press("enter", "enter")
        assert str(play.app.inbox.pane) == "thread"
        assert play.app.inbox.thread.thread.wanted == "walked"
        await play.press("escape")
        assert play.app.inbox.pane == "list"
