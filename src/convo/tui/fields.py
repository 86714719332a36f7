"""Text fields with a label above and a box round them, and an address that can be copied."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from convo.tui import cells
from convo.tui.lines import Line, Span, line, mark
from convo.tui.paint import Painted
from convo.tui.searchbar import Field


class Secret(Field):
    """A field whose text is not shown; `sign` stands for each letter."""

    def __init__(self, sign: str) -> None:
        super().__init__()
        self.password = True
        self.sign = sign

    @property
    def _value(self) -> Any:
        """What is painted in place of the text."""
        shown = super()._value
        shown.plain = self.sign * len(self.value)
        return shown


class FieldBox(Vertical):
    """A label, what helps to fill the field in, and the field."""

    class Entered(Message):
        """Enter in a field."""

    def __init__(
        self, name: str, label: str, hint: str, value: str, secret: bool, ascii_glyphs: bool
    ) -> None:
        super().__init__(classes="field-box")
        self.field_name = name
        self.label, self.hint = label, hint
        self.boxed = True
        self._value_before = value
        self.field = Secret("*" if ascii_glyphs else "•") if secret else Field()

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Painted(classes="field-label")
        yield Painted(classes="field-top", ground="field")
        with Horizontal(classes="field-line"):
            yield Painted(classes="field-left", ground="field")
            yield self.field
            yield Painted(classes="field-right", ground="field")
        yield Painted(classes="field-bottom", ground="field")

    def on_mount(self) -> None:
        """What was typed before stands in it again."""
        self.field.value = self._value_before

    @property
    def value(self) -> str:
        """What stands in the field."""
        return str(self.field.value)

    def lines(self, size: int) -> list[Line]:
        """The label, and the hint beside or below it."""
        rows = [line(Span(part)) for part in cells.wrap(self.label, size)]
        if not self.hint:
            return rows
        if len(rows) == 1 and rows[0].width + 2 + cells.width(self.hint) <= size:
            return [line(*rows[0].spans, "  ", Span(self.hint, "muted"))]
        return [*rows, *(line(Span(part, "muted")) for part in cells.wrap(self.hint, size))]

    def high(self, size: int, boxed: bool) -> int:
        """The lines it takes."""
        return len(self.lines(size)) + (3 if boxed else 1)

    def draw(self, size: int, boxed: bool) -> None:
        """Paint label and box for a width."""
        self.boxed = boxed
        edge = "─" * max(size - 2, 0)
        side = [line(mark("│" if boxed else " ", "muted"), " ", ground="field")]
        self.query_one(".field-label", Painted).show(self.lines(size))
        self.query_one(".field-top", Painted).show([line(mark(f"┌{edge}┐", "muted"), ground="field")])
        self.query_one(".field-bottom", Painted).show([line(mark(f"└{edge}┘", "muted"), ground="field")])
        for name in (".field-top", ".field-bottom"):
            self.query_one(name).display = boxed
        self.query_one(".field-left", Painted).show(side)
        self.query_one(".field-right", Painted).show(
            [line(" ", mark("│" if boxed else " ", "muted"), ground="field")]
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Nobody else needs to know."""
        event.stop()


class Address(Painted, can_focus=True):
    """An address that is too long to be typed: Enter copies it whole."""

    BINDINGS = []  # noqa: RUF012

    def __init__(self, address: str) -> None:
        super().__init__(classes="address")
        self.address = address

    def draw(self, size: int) -> None:
        """Paint it, cut in the middle, the host never."""
        here = self.has_focus
        self.show(
            [
                line(
                    mark("▌", "focus") if here else " ",
                    "  ",
                    Span(cells.cut(self.address, size - 4), "focus", underline=True),
                    ground="cursor" if here else "base",
                ).padded(size)
            ]
        )

    def on_focus(self) -> None:
        """The cursor shows where the focus is."""
        self.draw(self.size.width)

    def on_blur(self) -> None:
        """The focus went."""
        self.draw(self.size.width)

    def on_click(self, event: events.Click) -> None:
        """A click copies it, too."""
        self.focus()
        event.stop()
