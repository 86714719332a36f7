"""The lines that only open the inbox are read as argparse would read them."""

from __future__ import annotations

import pytest

from convo.cli.line import opens_inbox
from convo.cli.parser import parse

LINES = [
    "",
    "--demo",
    "--plain --offline",
    "--config a.toml --data-dir /d",
    "--config=a.toml --data-dir=/d --verbose",
    "--config=a=b",
    "--demo --demo",
]


@pytest.mark.parametrize("line", LINES)
def test_read_as_the_parser_reads_it(line: str) -> None:
    options = opens_inbox(line.split())
    assert options is not None
    assert vars(options) == vars(parse(line.split()))


@pytest.mark.parametrize(
    "line",
    ["sync", "--version", "--help", "-h", "--config", "--config --demo", "--nonsense", "--off", "--config="],
)
def test_anything_else_is_left_to_the_parser(line: str) -> None:
    assert opens_inbox(line.split()) is None
