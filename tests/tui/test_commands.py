"""The one table of commands: complete, typable on every terminal, and changed by the user only with a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convo.tui.commands import BY_NAME, COMMANDS, HELP_ROWS, KEY_LINES, SECTIONS, Place, shown_key
from convo.tui.deeds import DEEDS
from convo.tui.keymap import Chord, Keymap, unsendable
from convo.tui.page import HELP_ORDER, help_lines
from tests.tui.play import inbox


def test_every_command_has_a_deed_and_every_deed_a_command() -> None:
    assert set(DEEDS) == set(BY_NAME)
    assert len(BY_NAME) == len(COMMANDS)


def test_no_key_that_common_terminals_cannot_send() -> None:
    assert not [key for command in COMMANDS for key in command.keys if unsendable(key)]


@pytest.mark.parametrize(
    "key", ["alt+x", "f1", "ctrl+a", "ctrl+w", "ctrl+z", "ctrl+shift+a", "ctrl+1", "super+c", "ctrl+left"]
)
def test_unsendable_keys_are_known(key: str) -> None:
    assert unsendable(key)


def test_the_table_has_no_clash() -> None:
    assert Keymap().faults == []


def test_a_key_means_the_same_everywhere_or_does_nothing() -> None:
    """Where one key has several commands, none of them shares a place, and only text fields may differ."""
    apart: set[Place] = {"reply", "people", "names", "note", "search", "palette"}
    by_key: dict[str, set[str]] = {}
    for command in COMMANDS:
        if not set(command.where) & apart:
            for key in command.keys:
                by_key.setdefault(key, set()).add(command.name)
    assert not {key: names for key, names in by_key.items() if len(names) > 1}


def test_key_lines_and_help_rows_name_commands() -> None:
    for names in KEY_LINES.values():
        assert set(names) - {"go"} <= set(BY_NAME)
    assert set(HELP_ROWS) | {pair for pair, _ in HELP_ROWS.values()} <= set(BY_NAME)
    assert {command.section for command in COMMANDS} <= set(SECTIONS)


def test_no_label_that_posts() -> None:
    for command in COMMANDS:
        words = f"{command.name} {command.label}".lower()
        assert not any(word in words for word in ("compose", "new post", "publish", "schedule"))


def test_the_user_changes_a_key() -> None:
    keymap = Keymap({"done": "d", "next": "n or down"})
    assert keymap.faults == ["[keys] n is both next and next_hit; it is next. Give next_hit another key."]
    assert keymap.find("list", "d") is BY_NAME["done"]
    assert keymap.find("list", "e") is None
    assert keymap.find("list", "n") is BY_NAME["next"]
    assert keymap.shown("next") == "n"


def test_an_empty_value_takes_the_key_away() -> None:
    keymap = Keymap({"no_post": ""})
    assert keymap.find("list", "c") is None
    assert keymap.shown("no_post") == ""


def test_faults_are_sentences() -> None:
    faults = Keymap({"dome": "x", "answer": "ctrl+a", "mute": "s", "zzz": "1"}).faults
    assert faults == [
        '[keys] has no command "dome". Did you mean "done"?',
        "[keys] answer: Ctrl+A is taken by terminals or by text fields. It keeps r.",
        '[keys] has no command "zzz". ? lists them.',
        "[keys] s is both mute and snooze; it is mute. Give snooze another key.",
    ]


def test_a_chord_cannot_hide_a_single_key() -> None:
    keymap = Keymap({"done": "r x"})
    assert keymap.faults == ["[keys] r begins other keys and cannot be answer alone."]
    assert keymap.find("list", "r x") is BY_NAME["done"]


def test_chords() -> None:
    chord = Chord(Keymap())
    assert chord.press("list", "g") is None
    assert chord.prefix == "g"
    assert "z snoozed" in chord.letters("list")
    assert chord.press("list", "z") is BY_NAME["view_snoozed"]
    assert chord.prefix == ""
    assert chord.press("list", "z") is BY_NAME["uncover"]
    chord.press("list", "g")
    assert chord.press("list", "escape") is None
    assert chord.prefix == ""
    chord.press("list", "g")
    assert chord.press("list", "g") is BY_NAME["top"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [("ctrl+s", "Ctrl+S"), ("escape", "Esc"), ("g w", "g w"), ("down", "↓"), ("ctrl+enter", "Ctrl+Enter")],
)
def test_keys_as_people_read_them(key: str, shown: str) -> None:
    assert shown_key(key) == shown


MOVES_IN_BOXES = {
    "to_people", "person_left", "person_right", "take_name", "next_name", "previous_name", "close_names",
    "to_results", "leave_search", "to_found",
    "forward", "backward", "copy_selection", "no_post", "note_done",
}  # fmt: skip
"""What belongs to a text field or says one sentence: its key works, but no list of commands names it."""


def test_every_command_without_a_key_is_named_in_the_help() -> None:
    keymap = Keymap()
    shown = {place: " ".join(line.text for line in help_lines(keymap, place, 200)) for place in HELP_ORDER}
    for command in COMMANDS:
        if not command.listed or not set(command.where) & set(HELP_ORDER):
            continue
        where = next(place for place in HELP_ORDER if place in command.where)
        if not command.keys:
            assert command.help in shown[where].partition("Without a key, under :")[2], command.name


def test_every_act_on_a_row_is_in_its_menu() -> None:
    acts = [
        one for one in COMMANDS if one.section == "The conversation" and set(one.where) & {"list", "thread"}
    ]
    assert acts
    assert [one.name for one in acts if not one.row_menu] == []
    assert BY_NAME["commands"].row_menu, "and from there all the others"


async def test_every_command_is_in_the_palette_of_its_place() -> None:
    async with inbox() as play:
        for keys, place in (((), "list"), (("enter",), "thread"), (("r",), "reply")):
            await play.press(*keys)
            assert play.app.inbox.place == place
            await play.press("ctrl+p")
            question = play.app.inbox.menu.question
            assert question is not None
            assert question.listing is not None
            named = {choice.name for choice in question.listing("")}
            assert named == {
                one.name for one in COMMANDS if place in one.where and one.listed and one.name != "commands"
            }
            await play.press("escape")


async def test_every_command_of_a_row_by_the_mouse() -> None:
    async with inbox() as play:
        await play.pilot.click("#rows", offset=(10, 5), button=3)
        await play.settle()
        menu = play.app.inbox.menu
        assert {choice.name for choice in menu.choices} == {
            one.name for one in COMMANDS if one.row_menu and "list" in one.where
        }
        assert play.cursor == "Hana Ito"
        line = next(n for n, one in enumerate(menu.lines) if "done, with" in one.text or " e " in one.text)
        await play.pilot.click("#menu", offset=(8, line))
        await play.settle()
        assert play.engine.log, "a click on a choice does it"


async def test_all_commands_by_the_right_button() -> None:
    async with inbox() as play:
        await play.pilot.click("#views", offset=(3, 20), button=3)
        await play.settle()
        assert "All commands" in play.text
        await play.press("escape", "j", "k", "enter")
        await play.pilot.click("#thread", offset=(10, 6), button=3)
        await play.settle()
        assert {choice.name for choice in play.app.inbox.menu.choices} == {
            one.name for one in COMMANDS if one.row_menu and "thread" in one.where
        }


def test_the_page_of_the_keys_is_current() -> None:
    tool = Path(__file__).parents[2] / "tools" / "keys.py"
    assert subprocess.run([sys.executable, str(tool), "--check"], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_palette_stays_where_it_is_while_one_types(size: tuple[int, int]) -> None:
    async with inbox(size) as play:
        await play.press("j", "colon")
        before = play.app.inbox.menu.region
        await play.type("repo")
        after = play.app.inbox.menu.region
        assert (after.x, after.y, after.width) == (before.x, before.y, before.width)
        [line] = [text for text in play.lines if ": repo" in text]
        assert line.count("│") >= 2, "the words stand in their field"
        assert "Report (opens its page)" in play.text
