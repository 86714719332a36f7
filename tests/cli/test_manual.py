"""The completions and the man page that ship know every command and option of the table (`make manual`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convo.cli.parser import COMMANDS

SHARE = Path(__file__).parent.parent.parent / "share"
PLACES = ("bash-completion/completions/convo", "zsh/site-functions/_convo", "man/man1/convo.1")
GLOBAL = ("--config", "--data-dir", "--offline", "--verbose", "--version", "--demo", "--plain", "--json")


@pytest.mark.parametrize("place", PLACES)
def test_every_command_and_option_stands_there(place: str) -> None:
    text = (SHARE / place).read_text(encoding="utf-8").replace("\\-", "-")
    words = set(re.findall(r"[a-z-]+", text))
    for command in COMMANDS:
        assert command.name in words
        for argument in command.arguments:
            assert words.issuperset(name for name in argument.names if name.startswith("-"))
    assert words.issuperset(GLOBAL)


def test_the_man_page_says_what_each_command_does() -> None:
    page = " ".join((SHARE / "man/man1/convo.1").read_text(encoding="utf-8").replace("\\-", "-").split())
    plain = page.replace("\\", "")
    missing = [command.name for command in COMMANDS if command.help.replace("\\", "") not in plain]
    assert missing == []
    assert "EXIT STATUS" in page
