"""A list of rows of two lines that paints only what is seen and keeps its cursor on its conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from convo.tui.lines import EMPTY, Line, Span, line
from convo.tui.paint import Inked
from convo.tui.render import Fields, RowLook, row_lines
from convo.values import frozen

HEIGHT = 2
EDGE = 2
"""Rows kept between the cursor and the edge."""


@frozen
class Item:
    """A row by its key (stable over reloads) with what it stands for."""

    key: str
    subject: object
    thread_id: int = 0
    head: str = ""
    """A head between rows, which the cursor passes over."""


@frozen
class Pages:
    """A stretch of items and the cursor that continues after it, "" at the end."""

    items: tuple[Item, ...]
    cursor: str = ""


Load = Callable[[str, int], Pages]
"""Reads up to so many items after a cursor ("" from the top)."""
FIRST, PAGE = 48, 200
"""How many are read for the first frame of a view, and with each further page."""


class RowList(Inked, ScrollView, can_focus=True):
    """The list of a view. Owns the order on the screen; the store owns the rows."""

    BINDINGS = []  # noqa: RUF012
    ALLOW_SELECT = False

    class Moved(Message):
        """The cursor is on another conversation."""

    class Grew(Message):
        """More of the list was read behind what is seen, or it was found that there is no more."""

    class Opened(Message):
        """The row under the cursor was clicked."""

    class MenuAsked(Message):
        """A row was clicked with the right button."""

        def __init__(self, x: int, y: int) -> None:
            super().__init__()
            self.x = x
            self.y = y

    def __init__(self, fields: Callable[[Item], Fields], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._fields = fields
        self._load: Load = lambda cursor, limit: Pages(())
        self.items: list[Item] = []
        self._more = ""
        self._wanted = PAGE
        """So many items are read without being asked for; many loads may be needed to find them."""
        self._filling = False
        self.index = 0
        self.twins: frozenset[str] = frozenset()
        self.show_cursor = True
        self.planned = 0
        """The width it will have, known before the first layout: so the first frame is painted once."""
        self.marked: set[str] = set()
        """Keys of the items that the next act is for."""
        self._cache: dict[tuple[str, int, str, bool], tuple[Line, Line]] = {}

    # data

    def watch_source(self, load: Load) -> None:
        """Read another view from its top: first what fills the screen, the rest of the page once that is seen."""
        self._load = load
        self.index = 0
        self.marked.clear()
        self._wanted = PAGE
        self._replace(load("", FIRST))
        self._fill_soon()
        self.index = off_head(self.items, 0, 1)
        self.scroll_to(y=0, animate=False, immediate=True)

    def _replace(self, pages: Pages) -> None:
        self.items, self._more = list(pages.items), pages.cursor
        self._changed()

    def _changed(self) -> None:
        self._cache.clear()
        self.twins = _twins([self._fields(item) for item in self.items[:PAGE]])
        self._resize_virtual()
        self.refresh()

    def _resize_virtual(self) -> None:
        self.virtual_size = Size(self.size.width or self.planned, len(self.items) * HEIGHT)

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    def position(self, key: str) -> int | None:
        """Where an item stands, None when it is not loaded."""
        return next((n for n, item in enumerate(self.items) if item.key == key), None)

    def renew(self, item: Item) -> None:
        """Another content for a row that stays where it is."""
        place = self.position(item.key)
        if place is None:
            return
        self.items[place] = item
        self._cache = {key: lines for key, lines in self._cache.items() if key[0] != item.key}
        self._refresh_row(place)

    def reload(self, after: Sequence[str] = ()) -> None:
        """Read the rows again. The cursor stays on its conversation, and that on its screen line.

        `after` are keys to try when the row under the cursor is gone, best first; then the next row takes
        its place.
        """
        old, place = self.items, self.index
        line = place * HEIGHT - self.scroll_offset.y
        pages = self._load("", max(len(old), PAGE))
        while pages.cursor and len(pages.items) < len(old):
            further = self._load(pages.cursor, PAGE)
            pages = Pages(pages.items + further.items, further.cursor)
        key = old[place].key if place < len(old) else ""
        followers = [item.key for item in old[place + 1 :]]
        before = [item.key for item in reversed(old[:place])]
        where = {item.key: n for n, item in enumerate(pages.items)}
        self.marked &= set(where)
        found = next((where[one] for one in (key, *after, *followers, *before) if one in where), 0)
        self.items = list(pages.items)
        self.index = found = off_head(self.items, found, 1)
        self._replace(pages)
        if key in where or found:
            self.scroll_to(y=max(found * HEIGHT - line, 0), animate=False, immediate=True)
        self._keep_in_sight()
        self._fill_soon()

    @property
    def more(self) -> bool:
        """Whether there may be more than what was read."""
        return bool(self._more)

    @property
    def filling(self) -> bool:
        """Whether more is being looked for just now."""
        return self._filling

    def load_more(self) -> bool:
        """Read the next page; whether there was one."""
        if not self._more:
            return False
        start = len(self.items)
        pages = self._load(self._more, PAGE - start if start < PAGE else PAGE)
        self.items += pages.items
        self._more = pages.cursor
        self._resize_virtual()
        if start < PAGE:
            self._changed()
        return bool(pages.items)

    def _fill_soon(self) -> None:
        if self._more and len(self.items) < self._wanted and not self._filling:
            self._filling = True
            self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        """What is wanted, a load at a time: keys come between."""
        self._filling = False
        if len(self.items) < self._wanted:
            self.load_more()
        self._fill_soon()
        self.post_message(self.Grew())

    # cursor

    def move_to(self, index: int) -> bool:
        """Put the cursor on a row; whether it moved."""
        while index >= len(self.items) - EDGE - 1 and self.load_more():
            pass
        if index >= len(self.items) - EDGE - 1:
            self._wanted = len(self.items) + PAGE
            self._fill_soon()
        index = max(0, min(index, len(self.items) - 1))
        if self.items:
            index = off_head(self.items, index, 1 if index > self.index else -1)
        if index == self.index or not self.items:
            return False
        old, self.index = self.index, index
        self._refresh_row(old)
        self._refresh_row(index)
        self._keep_in_sight()
        self.post_message(self.Moved())
        return True

    def take_line(self, index: int) -> bool:
        """Put the cursor on a row, and that row on the screen line where the cursor was."""
        line = self.index * HEIGHT - self.scroll_offset.y
        moved = self.move_to(index)
        self.scroll_to(y=max(self.index * HEIGHT - line, 0), animate=False, immediate=True)
        self._keep_in_sight()
        return moved

    def mark(self, keys: Iterable[str]) -> None:
        """Mark these items, or take their marks away where all have one."""
        wanted = set(keys)
        self.marked = self.marked - wanted if wanted <= self.marked else self.marked | wanted
        self.refresh()

    def unmark(self) -> bool:
        """Take all marks away; whether there were any."""
        had, self.marked = bool(self.marked), set()
        self.refresh()
        return had

    def to_key(self, key: str) -> bool:
        """Put the cursor on an item; whether it is there."""
        place = self.position(key)
        if place is None:
            return False
        self.move_to(place)
        return True

    def to_bottom(self, most: int = 2000) -> bool:
        """Put the cursor on the last row, reading at most so many further rows."""
        start = len(self.items)
        while len(self.items) - start < most and self.load_more():
            pass
        return self.move_to(len(self.items) - 1)

    @property
    def rows_in_sight(self) -> int:
        """How many whole rows the list shows."""
        return max(self.size.height // HEIGHT, 1)

    def _keep_in_sight(self) -> None:
        y = top_line(self.index, len(self.items), self.scroll_offset.y, self.size.height)
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False, immediate=True)

    # painting

    def on_resize(self) -> None:
        """Another width: other columns."""
        if self.virtual_size.width != self.size.width:
            self._cache.clear()
            self._resize_virtual()
        self.call_after_refresh(self._keep_in_sight)

    def on_focus(self) -> None:
        """The cursor shows where the focus is."""
        self._refresh_row(self.index)

    def on_blur(self) -> None:
        """The focus went."""
        self._refresh_row(self.index)

    def forget(self) -> None:
        """Paint all rows afresh: the minute passed, or a countdown moved."""
        self._cache.clear()
        self.refresh()

    def forget_others(self) -> None:
        """Paint all rows afresh but the one under the cursor."""
        key = self.current.key if self.current else ""
        self._cache = {found: lines for found, lines in self._cache.items() if found[0] == key and found[2]}
        self.refresh()

    def _refresh_row(self, index: int) -> None:
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

    # mouse

    def on_click(self, event: events.Click) -> None:
        """A click moves, a click on the row under the cursor opens, the right button opens its menu."""
        index = (event.y + self.scroll_offset.y) // HEIGHT
        if index >= len(self.items) or self.items[index].head:
            return
        here = index == self.index
        if not here:
            self.move_to(index)
        if event.button == 3:
            self.post_message(self.MenuAsked(event.screen_x, event.screen_y))
        elif here:
            self.post_message(self.Opened())


def off_head(items: Sequence[Item], index: int, way: int) -> int:
    """The nearest row on this way that is no head, else on the other."""
    for step in (way, -way):
        place = index
        while 0 <= place < len(items) and items[place].head:
            place += step
        if 0 <= place < len(items):
            return place
    return index


def top_line(index: int, rows: int, y: int, height: int) -> int:
    """The first line to show so that the row of the cursor is in sight, two rows from the edge, moving little."""
    if height <= 0:
        return y
    edge = min(EDGE, max((height // HEIGHT - 1) // 2, 0)) * HEIGHT
    top = index * HEIGHT
    if top - edge < y:
        y = top - edge
    elif top + HEIGHT + edge > y + height:
        y = top + HEIGHT + edge - height
    return max(0, min(y, rows * HEIGHT - height))


def _twins(rows: Sequence[Fields]) -> frozenset[str]:
    """Names that stand for more than one person among these rows."""
    handles: dict[str, set[str]] = {}
    for row in rows:
        handles.setdefault(row.name, set()).add(row.handle)
    return frozenset(name for name, known in handles.items() if len(known) > 1)
