"""The search field, what it understands, and the people it finds."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from convo.tui import cells, phrases
from convo.tui.lines import Line, Span, line
from convo.tui.paint import Painted
from convo.views import Someone

FILTERS = 'from: to: in: account: is: has: before: after:   "exact words"   -without'


class Field(Input):
    """A text field of one line, without a box."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, compact=True)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Text of several lines comes in whole, on one line; Textual would take its first line only."""
        event.prevent_default()
        event.stop()
        words = " ".join(event.text.splitlines())
        self.replace(words, *self.selection)


class SearchBar(Vertical):
    """Above the results: field, filters, people."""

    class Typed(Message):
        """The words of the search changed."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, narrow: bool = False) -> None:
        super().__init__(id="search")
        self.typing = False
        self.narrow = narrow
        """It narrows the list instead of searching everything."""
        self.words = ""
        """What is searched for: the field, as soon as it was looked at."""
        self.fault = ""
        self.people: tuple[Someone, ...] = ()
        self.at: int | None = None
        """The person found that is under the cursor, None while the field is."""

    def compose(self) -> ComposeResult:
        """The field and the lines below it."""
        with Horizontal(id="search-line"):
            yield Painted(id="search-sign", ground="field")
            yield Field(id="search-field")
        yield Painted(id="search-words")

    @property
    def field(self) -> Field:
        """The text field."""
        return self.query_one(Field)

    def draw(self, size: int) -> None:
        """Paint what stands below the field."""
        rows: list[Line] = []
        sign = Span("\\" if self.narrow else "/", bold=True)
        self.query_one("#search-sign", Painted).show([line(" ", sign, " ", ground="field")])
        if self.fault:
            rows += [line(" ", Span(part, "trouble")) for part in cells.wrap(self.fault, size - 2)]
        elif not self.narrow:
            rows.append(line(" ", Span(cells.cut(FILTERS, size - 2), "muted")))
        if self.people:
            rows += [line(), line(" ", Span("PEOPLE", bold=True))]
            rows.append(self._people_line(size))
        if not self.narrow:
            rows.append(line(" ", Span("WORDS", bold=True)))
        self.query_one("#search-words", Painted).show(rows)

    def _people_line(self, size: int) -> Line:
        """Whom the words name, as many as fit."""
        spans, left = [Span("   ")], size - 5
        for place, who in enumerate(self.people):
            text = cells.cut(cells.plain_emoji(_person(who)), left)
            here = place == self.at
            spans += [Span(text, "circle", here, here, target=f"found {place}"), Span("     ")]
            left -= cells.width(text) + 5
            if left < 8:
                break
        return line(*spans[:-1])

    def on_input_changed(self, event: Input.Changed) -> None:
        """A keystroke in the field."""
        event.stop()
        self.post_message(self.Typed(event.value))


def _person(who: Someone) -> str:
    if who.circle:
        return f"{who.shown}, in your circle"
    return f"{who.shown} ({phrases.at_handle(who)})" if who.name not in ("", who.handle) else who.handle
