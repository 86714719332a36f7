"""The inbox, played by keys: help, accounts, search, links, the mouse, looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.config import Config, InboxConfig, LookConfig
from convo.views import Draft, Health, OutboxState, State, View
from tests.tui import cast
from tests.tui.fake import FakeEngine
from tests.tui.play import SIZES, USUAL, inbox, same_as_kept


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
