"""Why somebody waits in Quiet: the rule by its name and what it saw, below the list or the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.engine import why
from convo.tui import cells
from convo.tui.lines import EMPTY, Line, Span, line
from convo.views import Row, State, View

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

MOST = 6
"""Lines of it at most, the blank one above not counted."""


def chosen(screen: InboxScreen) -> Row | None:
    """The conversation in Quiet that the detail is about, None where there is nothing to tell."""
    look = screen.desk.source.look
    if look.view is not View.QUIET or look.search is not None or look.people or screen.replying:
        return None
    item = screen.list.current
    row = item.subject if item is not None else None
    return row if isinstance(row, Row) and row.state is State.QUIET else None


def detail_lines(screen: InboxScreen, row: Row, size: int) -> list[Line]:
    """A sentence on each line, what was said itself dim; nothing is loaded from a link."""
    opened = screen.thread.opened
    if opened is None or opened.row.thread_id != row.thread_id:
        opened = screen.desk.engine.inbox.open(row.thread_id)
    entries = opened.entries if opened is not None else ()
    entry = next((one for one in reversed(entries) if one.quiet), None)
    rows: list[Line] = []
    for words in why.quiet_detail(row, entry, row.title):
        plain, indent = cells.plain_emoji(words.strip()), "  " if words.startswith("  ") else ""
        role = "muted" if indent else "text"
        parts = cells.wrap(plain, size - 2 - len(indent))[: 2 if indent else 3]
        rows += [line(f" {indent}", Span(part, role)) for part in parts]
    return [EMPTY, *rows[:MOST]]
