"""Rows of two lines, painted when they are seen and kept until they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Region
from textual.strip import Strip

from convo.tui.lines import EMPTY, Line, Span, line
from convo.tui.paint import Scrolled
from convo.tui.reading import Item, Reading
from convo.tui.render import Fields, RowLook, row_lines

HEIGHT = 2
"""Lines of a row."""


class PaintedRows(Scrolled):
    """Paints what is seen of the rows that were read, the one under the cursor and the marked ones as such."""

    def __init__(self, fields: Callable[[Item], Fields], id: str | None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._fields = fields
        self._read = Reading()
        self.index = 0
        self.twins: frozenset[str] = frozenset()
        self.show_cursor = True
        self.marked: set[str] = set()
        """Keys of the items that the next act is for."""
        self._cache: dict[tuple[str, int, str, bool], tuple[Line, Line]] = {}

    @property
    def items(self) -> list[Item]:
        """The rows that were read."""
        return self._read.items

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    def on_focus(self) -> None:
        """The cursor shows where the focus is."""
        self.refresh_row(self.index)

    def on_blur(self) -> None:
        """The focus went."""
        self.refresh_row(self.index)

    def forget(self) -> None:
        """Paint all rows afresh: the minute passed, or a countdown moved."""
        self._cache.clear()
        self.refresh()

    def forget_row(self, index: int) -> None:
        """Paint a row afresh."""
        key = self.items[index].key
        self._cache = {found: lines for found, lines in self._cache.items() if found[0] != key}
        self.refresh_row(index)

    def forget_others(self) -> None:
        """Paint all rows afresh but the one under the cursor."""
        key = self.current.key if self.current else ""
        self._cache = {found: lines for found, lines in self._cache.items() if found[0] == key and found[2]}
        self.refresh()

    def refresh_row(self, index: int) -> None:
        """Paint a row again."""
        self.refresh(Region(0, index * HEIGHT - self.scroll_offset.y, self.size.width, HEIGHT))

    def _row(self, index: int) -> tuple[Line, Line]:
        item, state = self.items[index], ""
        if item.head:
            head = line("    ", Span(item.head, "text", True))
            return EMPTY.padded(self.size.width), head.padded(self.size.width)
        if index == self.index and self.show_cursor:
            state = "focus" if self.has_focus else "blur"
        marked = item.key in self.marked
        key = (item.key, self.size.width, state, marked)
        if key not in self._cache:
            if len(self._cache) > 600:
                self._cache.clear()
            look = RowLook(self.size.width, state, marked, self.twins)
            self._cache[key] = row_lines(self._fields(item), look)
        return self._cache[key]

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        index, part = divmod(y + self.scroll_offset.y, HEIGHT)
        if index >= len(self.items):
            return self.strip_of(EMPTY, self.size.width)
        return self.strip_of(self._row(index)[part], self.size.width)


def same_names(rows: Sequence[Fields]) -> frozenset[str]:
    """Names that stand for more than one person among these rows."""
    handles: dict[str, set[str]] = {}
    for row in rows:
        handles.setdefault(row.name, set()).add(row.handle)
    return frozenset(name for name, known in handles.items() if len(known) > 1)
