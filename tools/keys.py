"""Writes docs/keys.md from the table of commands; with --check it only says whether the page is current."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "keys.md"
PLACES = {
    "views": "views", "list": "list", "thread": "conversation", "reply": "reply box", "people": "people of the box",
    "names": "names beneath a word", "search": "search field", "found": "people found", "accounts": "accounts",
    "help": "help", "end": "end of one at a time", "palette": "commands", "first": "first look",
    "person": "a person's page",
}  # fmt: skip
HEAD = """# Keys

Made from the table of commands by `tools/keys.py`; the help (`?`), the key line, the palette (`:`) and the menu of a
row come from the same table. A letter means the same everywhere or does nothing there. Every key can be changed by the
name in the last column:

    [keys]
    done = "d"              # another key
    next = "j or ctrl+n"    # several
    no_post = ""            # none

There is no key to post. convo answers people.
"""


def page() -> str:
    """The page as it should be."""
    from convo.tui.commands import COMMANDS, SECTIONS, shown_key

    parts = [HEAD]
    for section in SECTIONS:
        parts.append(f"\n## {section}\n\n| key | does | where | name |\n| --- | --- | --- | --- |\n")
        for command in COMMANDS:
            if command.section != section:
                continue
            keys = " ".join(f"`{_escaped(shown_key(key))}`" for key in command.keys) or "under `:`"
            where = ", ".join(PLACES.get(place, place) for place in command.where)
            parts.append(f"| {keys} | {command.help} | {where} | `{command.name}` |\n")
    return "".join(parts)


def _escaped(key: str) -> str:
    return key.replace("|", "\\|")


def main() -> int:
    """Write the page, or check it."""
    wanted = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted
        sys.stderr.write("" if current else "docs/keys.md is not current: run tools/keys.py\n")
        return 0 if current else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
