"""The one table of commands: complete, typable on every terminal, and changed by the user only with a word."""

from __future__ import annotations

import pytest

from convo.tui.commands import BY_NAME, COMMANDS, HELP_ROWS, KEY_LINES, SECTIONS, Place, shown_key
from convo.tui.deeds import DEEDS
from convo.tui.keymap import Chord, Keymap, unsendable


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
