"""A list of rows that reads them a page at a time and keeps its cursor on its conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual import events
from textual.geometry import Size
from textual.message import Message

from convo.tui.reading import PAGE, Item, Load
from convo.tui.render import Fields
from convo.tui.rowpaint import HEIGHT, PaintedRows, same_names

EDGE = 2
"""Rows kept between the cursor and the edge."""


class RowList(PaintedRows, can_focus=True):
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
        super().__init__(fields, id)
        self.filling = False
        """Whether more is being looked for just now, a load at a time."""
        self.unfollowed = False
        """The cursor moved, and the conversation beside it does not show it yet."""
        self.planned = 0
        """The width it will have, known before the first layout: so the first frame is painted once."""

    # data

    @property
    def more(self) -> bool:
        """Whether there may be more than what was read."""
        return bool(self._read.cursor)

    def watch_source(self, load: Load) -> None:
        """Read another view from its top: first what fills the screen, the rest of the page once that is seen."""
        self.index = 0
        self.marked.clear()
        self._read.start(load)
        self._changed()
        self._fill_soon()
        self.index = off_head(self.items, 0, 1)
        self.scroll_to(y=0, animate=False, immediate=True)

    def _changed(self) -> None:
        self.twins = same_names([self._fields(item) for item in self.items[:PAGE]])
        self._resize_virtual()
        self.forget()

    def _resize_virtual(self) -> None:
        self.virtual_size = Size(self.size.width or self.planned, len(self.items) * HEIGHT)

    def position(self, key: str) -> int | None:
        """Where an item stands, None when it is not loaded."""
        return next((n for n, item in enumerate(self.items) if item.key == key), None)

    def renew(self, item: Item) -> None:
        """Another content for a row that stays where it is."""
        place = self.position(item.key)
        if place is None:
            return
        self.items[place] = item
        self.forget_row(place)

    def reload(self, after: Sequence[str] = ()) -> None:
        """Read the rows again. The cursor stays on its conversation, and that on its screen line.

        `after` are keys to try when the row under the cursor is gone, best first; then the next row takes
        its place.
        """
        old, place = self.items, self.index
        line = place * HEIGHT - self.scroll_offset.y
        self._read.again()
        key = old[place].key if place < len(old) else ""
        followers = [item.key for item in old[place + 1 :]]
        before = [item.key for item in reversed(old[:place])]
        where = {item.key: n for n, item in enumerate(self.items)}
        self.marked &= set(where)
        found = next((where[one] for one in (key, *after, *followers, *before) if one in where), 0)
        self.index = found = off_head(self.items, found, 1)
        self._changed()
        if key in where or found:
            self.scroll_to(y=max(found * HEIGHT - line, 0), animate=False, immediate=True)
        self._keep_in_sight()
        self._fill_soon()

    def load_more(self) -> bool:
        """Read the next page; whether it had anything."""
        start = len(self.items)
        found = self._read.further()
        self._resize_virtual()
        if found and start < PAGE:
            self._changed()
        return found

    def _fill_soon(self) -> None:
        if self._read.lacks and not self.filling:
            self.filling = True
            self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        """What is wanted, a load at a time: keys come between."""
        self.filling = False
        if self._read.lacks:
            self.load_more()
        self._fill_soon()
        self.post_message(self.Grew())

    # cursor

    def move_to(self, index: int) -> bool:
        """Put the cursor on a row; whether it moved."""
        while index >= len(self.items) - EDGE - 1 and self.load_more():
            pass
        if index >= len(self.items) - EDGE - 1:
            self._read.want_more()
            self._fill_soon()
        index = max(0, min(index, len(self.items) - 1))
        if self.items:
            index = off_head(self.items, index, 1 if index > self.index else -1)
        if index == self.index or not self.items:
            return False
        old, self.index = self.index, index
        self.refresh_row(old)
        self.refresh_row(index)
        self._keep_in_sight()
        self.unfollowed = True
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

    def on_resize(self) -> None:
        """Another width: other columns."""
        if self.virtual_size.width != self.size.width:
            self.forget()
            self._resize_virtual()
        self.call_after_refresh(self._keep_in_sight)

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
