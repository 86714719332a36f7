"""Makes the shell completions and the man page in share/ from the parser's table: `make manual`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

from convo.cli import parser as words

ROOT = Path(__file__).parent.parent
PLACES = {"bash": "bash-completion/completions/convo", "zsh": "zsh/site-functions/_convo"}
MANUAL = "man/man1/convo.1"
ENDING = r"""
.SH EXIT STATUS
0 done; 1 some account or message failed, the rest was done; 2 wrong usage or config.
.SH ENVIRONMENT
CONVO_CONFIG, CONVO_DATA_DIR: as \-\-config and \-\-data\-dir. NO_COLOR: no colours. EDITOR: for answers written there.
.SH FILES
config.toml in the config directory of your system (~/.config/convo/ on Linux); the store in its data directory
(~/.local/share/convo/).
"""


def files(parser: argparse.ArgumentParser) -> None:
    """Let FILE and DIR be completed as such."""
    for action in parser._actions:
        kind = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}.get(str(action.metavar))
        if kind is not None:
            action.complete = kind  # type: ignore[attr-defined]
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                files(below)


def made() -> dict[str, str]:
    """Every file below share/, and what should stand in it."""
    parser = words.build()
    files(parser)
    texts = {place: shtab.complete(parser, shell) for shell, place in PLACES.items()}
    os.environ.update(SOURCE_DATE_EPOCH="0", COLUMNS="80")
    page = Manpage(parser)
    page.date, page.manual, page.description = "", "convo", "a terminal inbox for people who talk with people"
    texts[MANUAL] = str(page).rstrip() + "\n" + ENDING.lstrip()
    return {place: text.rstrip() + "\n" for place, text in texts.items()}


def main() -> int:
    """Write them."""
    for place, text in made().items():
        path = ROOT / "share" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
