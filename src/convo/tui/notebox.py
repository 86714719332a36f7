"""The private note about a person, written where it stands; kept like a draft."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.message import Message
from textual.widgets import TextArea

from convo.engine import voice
from convo.tui import cells
from convo.tui.lines import Span, line, mark
from convo.tui.paint import Painted
from convo.tui.replybox import Words
from convo.views import Someone

SMALLEST, TALLEST = 4, 8
"""Lines of the words: at least and at most."""


class NoteBox(Vertical):
    """A box with the note of one person; the engine keeps every word."""

    class Changed(Message):
        """A keystroke changed the note."""

    def __init__(self) -> None:
        super().__init__(id="note-box")
        self.who: Someone | None = None
        self.kept = ""
        """The text the engine has."""
        self.words = Words()
        """The text field; it has its words also when the screen is taken away."""

    def compose(self) -> ComposeResult:
        """The frame and the words."""
        yield Painted(id="note-top", ground="field")
        with Horizontal(id="note-middle"):
            yield Painted(id="note-left", ground="field")
            yield self.words
            yield Painted(id="note-right", ground="field")
        yield Painted(id="note-bottom", ground="field")

    @property
    def text(self) -> str:
        """What is written."""
        return self.words.text.strip()

    def open(self, who: Someone, text: str) -> None:
        """Show the note about a person."""
        self.who, self.kept = who, text.strip()
        self.words.put(text, len(text))
        self.display = True

    def close(self) -> None:
        """Take it away."""
        self.who, self.display = None, False

    def place(self, pane: Region, at: int) -> None:
        """Put it into a pane with its first line at `at`, higher where it does not fit."""
        size = max(pane.width - 1, 12)
        high = max(SMALLEST, min(TALLEST, self._lines(size - 4)))
        high = max(min(high, pane.height - 2), 1)
        y = max(pane.y, min(at, pane.bottom - high - 2))
        self.styles.offset = (pane.x, y)
        self.styles.width, self.styles.height = size, high + 2
        self.query_one("#note-middle").styles.height = high
        self.draw(size, high)

    def _lines(self, size: int) -> int:
        return sum(len(cells.wrap(row, size)) for row in self.words.text.split("\n"))

    def draw(self, size: int, high: int) -> None:
        """Paint the frame."""
        who = voice.name_of(self.who) if self.who else ""
        title = f" your note about {cells.cut(cells.plain_emoji(who), max(size - 24, 4))} "
        rest = "─" * max(size - cells.width(title) - 3, 0)
        role = "focus"
        top = line(mark("┌─", role), Span(title), mark(f"{rest}┐", role), ground="field")
        words = " note kept " if self.text == self.kept else " keeping … "
        hint = "Esc done "
        gap = "─" * max(size - cells.width(words) - cells.width(hint) - 5, 0)
        bottom = line(mark(f"└─{gap}", role), Span(words, "good" if "kept" in words else "muted"), mark("─", role),
                      Span(f" {hint}", "muted"), mark("┘", role), ground="field")  # fmt: skip
        self.query_one("#note-top", Painted).show([top])
        self.query_one("#note-bottom", Painted).show([bottom])
        for name in ("#note-left", "#note-right"):
            self.query_one(name, Painted).show([line(mark("│", role), ground="field")] * high)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A keystroke."""
        event.stop()
        if self.who is not None:
            self.post_message(self.Changed())
