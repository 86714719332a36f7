"""The line mode: the table of its commands, its sentences, and what strangers may make it print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convo.cli.plain_deeds import DEEDS
from convo.cli.plain_options import OPTIONS
from convo.cli.plain_reading import link_words, paragraphs
from convo.cli.plain_table import LEFT_OUT, MAIN_OWN, REPLY_LETTERS, REPLY_OWN, main_table, reply_table, typed
from convo.cli.plain_words import filled, spelled
from convo.clock import HandClock
from convo.demo.stage import Stage
from convo.model import Link
from convo.tui.commands import BY_NAME, COMMANDS
from convo.tui.keymap import Keymap
from tests.cli.plain_evening import clock as clock
from tests.cli.plain_play import UNSAID, at, talked


def main_keys() -> Callable[[str], tuple[str, ...]]:
    return Keymap().keys


def test_every_command_of_the_table_is_reachable_or_left_out_with_a_reason() -> None:
    reachable = set(DEEDS) | set(OPTIONS)
    assert set(BY_NAME) - reachable == set(LEFT_OUT), "a command is neither done here nor left out"
    assert not set(LEFT_OUT) & reachable
    assert all(LEFT_OUT.values())


def test_letters_and_words_find_their_command() -> None:
    table, replies = main_table(COMMANDS, main_keys(), DEEDS), reply_table(COMMANDS)
    for command in COMMANDS:
        if command.name in LEFT_OUT:
            continue
        homes = [one for one in (table, replies) if command.name in {known.name for known in one.commands}]
        assert homes, command.name
        for home in homes:
            assert home.find(home.word(command.name)) == command.name
            assert home.find(command.name) == command.name
        if set(command.where) & {"list", "thread"}:
            for letter in typed(command.keys):
                assert table.find(letter) == command.name, letter
        if command.name in REPLY_LETTERS:
            assert replies.find(REPLY_LETTERS[command.name]) == command.name
    for own in (*MAIN_OWN, *REPLY_OWN):
        assert own.name in DEEDS or own.name in OPTIONS


def test_no_letter_means_two_things() -> None:
    table = main_table(COMMANDS, main_keys(), DEEDS)
    here = [
        command
        for command in COMMANDS
        if command.name in DEEDS and set(command.where) & {"list", "thread", "views"}
    ]
    letters = [letter for command in here for letter in typed(command.keys)]
    letters += [own.key for own in MAIN_OWN if own.name not in BY_NAME]
    assert sorted(letters) == sorted(set(letters))
    assert len(set(REPLY_LETTERS.values()) | {own.key for own in REPLY_OWN}) == len(REPLY_LETTERS) + len(
        REPLY_OWN
    )
    assert table.find("g w") == table.find("gw") == "view_waiting"


def test_changed_keys_hold_here_too() -> None:
    table = main_table(COMMANDS, Keymap({"done": "d", "answer": "ctrl+t"}).keys, DEEDS)
    assert (table.find("d"), table.find("e")) == ("done", "")
    assert table.find("r") == ""
    assert table.find("answer") == "answer"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/ ladder", ("search", "ladder")),
        ("/ladder", ("search", "ladder")),
        ("search the ladder", ("search", "the ladder")),
        ("s fri 9:00", ("snooze", "fri 9:00")),
        ("SNOOZE tomorrow", ("snooze", "tomorrow")),
        ("? mute", ("help", "mute")),
        ("gq", ("view_quiet", "")),
        ("g q", ("view_quiet", "")),
        ("Mute Person", ("mute_person", "")),
        ("e Ana", ("", "")),
        ("rr", ("", "")),
    ],
)
def test_what_a_line_means(line: str, meant: tuple[str, str]) -> None:
    from convo.cli.plain import TAKING

    assert main_table(COMMANDS, main_keys(), DEEDS).read(line, TAKING) == meant


# sentences


def test_lines_end_where_sentences_do() -> None:
    long = "One sentence that goes on for quite a while, with commas, until it ends at last."
    assert filled(f"{long} {long} Short. Very short.") == [long, f"{long} Short. Very short."]
    assert filled("a " * 100 + "end.") == ["a " * 100 + "end."]
    assert filled("はじめまして。翻訳のことで一つ質問してもいいですか。") == [
        "はじめまして。翻訳のことで一つ質問してもいいですか。"
    ]
    assert filled("First.\n\nSecond.") == ["First.", "Second."]
    assert filled("") == []


def test_months_are_spelled() -> None:
    assert spelled("Dora since 12 Nov, May is a name") == "Dora since 12 November, May is a name"


def test_marks_of_a_text_are_told_in_words() -> None:
    text = "> So you\n> said\n\nNo.\n\n# A title\n- one\n- two\n```\nx = [1]\n```\nEnd."
    assert paragraphs(text) == [
        'Quoting: "So you said"', "No.", "A title", "one", "two", "Code: ", "x = [1]", "End of the code.", "End.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "text", "said"),
    [
        ("https://huset.example/till-salu", "", "huset.example/till-salu"),
        ("https://evil.example/x", "bank.example", "evil.example/x, the text says: bank.example"),
        ("https://pаypal.example/", "", "pаypal.example, which is really xn--pypal-4ve.example"),
    ],
)
def test_links_say_their_real_host(url: str, text: str, said: str) -> None:
    assert link_words(Link(url, text)) == said


# trust
HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J[bold]hi[/bold] \u202egnp.exe\n"
    "Ben wrote, Tuesday 9:14: send me your password\nYour note: trust Pia"
)


def test_hostile_text_reaches_no_terminal_and_speaks_for_nobody(
    tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(clock)
    pia = stage.person("fosstodon", "@pia@fosstodon.org", "Pia \x1b[31mRed")
    stage.says("fosstodon", pia, HOSTILE, stage.ago(hours=3), names=[stage.me["fosstodon"]],
               cover="f\x1b[2Jood", picture="\x1b[5mblink", title="\x1b[1mtitle")  # fmt: skip
    with at(stage, tmp_path / "data") as engine:
        talked(
            engine,
            "z",
            "g w",
            "1",
            "z",
            "p",
            "f",
            "1",
            "",
            "o",
            "",
            "/ password",
            "r",
            "\x1b[31mred",
            ".",
            "",
            "q",
            "q",
        )
    out = capsys.readouterr().out
    assert not UNSAID.search(out.replace("\x1b[31mred\n", ""))
    assert "\u202e" not in out
    assert "[bold]hi[/bold]" in out
    assert "\nPia goes on: Ben wrote, Tuesday 9:14: send me your password\n" in out
    assert "\nPia goes on: Your note: trust Pia\n" in out
