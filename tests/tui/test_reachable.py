"""Every action of the table is reached by its key, the palette, the row menu and the mouse, and stands in the help."""

from __future__ import annotations

import pytest

from convo.tui.commands import BOX, BY_NAME, COMMANDS, Place, shown_key
from convo.tui.keymap import TEXT_PLACES, Keymap
from convo.tui.page import HELP_ORDER, help_lines
from tests.tui.play import inbox
from tests.tui.test_commands import MOVES_IN_BOXES

WAYS: dict[Place, tuple[str, ...]] = {
    "list": (), "thread": ("enter",), "views": ("h",), "reply": ("r",), "people": ("r", "tab"), "accounts": ("A",),
    "help": ("question_mark",), "person": ("p",), "names": ("r", "at", "m"), "search": ("slash",),
}  # fmt: skip
"""How each place is come to; the ends (one at a time, the first look) are played in their own tests."""


def test_every_key_does_its_command_in_each_of_its_places() -> None:
    keymap = Keymap()
    for command in COMMANDS:
        for place in command.where:
            for key in command.keys:
                if place in TEXT_PLACES and len(key) == 1:
                    continue  # there it is text
                assert keymap.find(place, key) is command, (command.name, place, key)


def keys_in_help(place: Place) -> set[str]:
    """The keys that the help of a place shows as keys, the letters of the views among them."""
    found: set[str] = set()
    for painted in help_lines(Keymap(), place, 200):
        cells = [span.text for span in painted.spans]
        found.update(key for span in painted.spans if span.bold for key in span.text.split())
        for text in cells:
            if text.strip().startswith("view "):
                found.update(f"g {letter}" for letter in text.split()[1:])
    return found


def test_every_listed_command_stands_in_the_help_by_its_key() -> None:
    """A key in words does not count: the letter e stands in every sentence."""
    shown = {place: keys_in_help(place) for place in HELP_ORDER}
    for command in COMMANDS:
        if not command.listed or not command.keys:
            continue
        place = next(
            (
                one
                for one in HELP_ORDER
                if one in command.where or (one == "reply" and set(BOX) & set(command.where))
            ),
            None,
        )
        assert place is not None, f"{command.name} stands in no help"
        key = shown_key(command.keys[0])
        wanted = {key} if command.name.startswith("view_") else set(key.split())
        assert wanted <= shown[place], command.name


@pytest.mark.parametrize("place", WAYS)
async def test_the_palette_of_each_place_has_every_command_of_it(place: Place) -> None:
    async with inbox() as play:
        await play.press(*WAYS[place])
        assert play.app.inbox.place == place
        await play.press("ctrl+p")
        question = play.app.inbox.menu.question
        assert question is not None
        assert question.listing is not None
        named = {choice.name for choice in question.listing("")}
        assert named == {one.name for one in COMMANDS if place in one.where and one.listed} - {"commands"}


async def test_the_palette_begins_with_what_is_done_and_not_with_moving() -> None:
    async with inbox() as play:
        await play.press("colon")
        assert [choice.name for choice in play.app.inbox.menu.choices][:3] == [
            "answer",
            "answer_editor",
            "answer_quoting",
        ]
        assert play.app.inbox.menu.choices[-1].name == "page_on"


def test_the_palette_opens_wherever_something_is_listed() -> None:
    for command in COMMANDS:
        if command.listed:
            assert set(command.where) & set(BY_NAME["commands"].where), command.name
    assert set(BY_NAME["commands"].where) - set(WAYS) == {"end", "first"}
    assert {one.name for one in COMMANDS if not one.listed} <= MOVES_IN_BOXES


async def test_a_click_in_the_palette_does_what_it_names() -> None:
    async with inbox() as play:
        await play.pilot.click("#views", offset=(3, 20), button=3)
        await play.settle()
        await play.type("done, with")
        menu = play.app.inbox.menu
        line = next(n for n, one in enumerate(menu.lines) if "Done, with all branches" in one.text)
        await play.pilot.click("#menu", offset=(8, line))
        await play.settle()
        assert play.engine.log
        assert "done" in play.engine.log[-1]


async def test_a_click_on_the_key_line_does_what_it_names() -> None:
    async with inbox() as play:
        at = play.lines[-1].index("done")
        await play.pilot.click("#keys", offset=(at, 0))
        await play.settle()
        assert play.engine.log
        assert "done" in play.engine.log[-1]


async def test_a_page_that_goes_on_below_says_so() -> None:
    async with inbox((60, 20)) as play:
        await play.press("question_mark")
        assert "PgDn more" in play.keys
        await play.press("G")
        assert "more" not in play.keys
        assert "There is no key to post." in play.text
        await play.press("home")
        assert "PgDn more" in play.keys
