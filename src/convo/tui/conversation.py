"""The pane of an open conversation: messages and folds under one cursor, painted by the line."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from convo.tui.entries import Fold, Frame
from convo.tui.lines import EMPTY, Line, mark
from convo.tui.paint import Scrolled
from convo.tui.thread import ThreadLines
from convo.views import Entry, Opened


class ConversationView(Scrolled, can_focus=True):
    """Messages of one conversation; the cursor is on a message or a fold, by its id."""

    BINDINGS = []  # noqa: RUF012

    class Activated(Message):
        """The item under the cursor was clicked again."""

    class Rewrapped(Message):
        """Its width changed, and so did the lines it takes."""

    def __init__(self, frame_of: Callable[[int], Frame], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._frame_of = frame_of
        self.thread = ThreadLines()
        self.planned = 0
        """The width it will have, known before the first layout: so the first frame is painted once."""

    @property
    def opened(self) -> Opened | None:
        """The conversation it shows."""
        return self.thread.opened

    @property
    def entry(self) -> Entry | None:
        """The message the cursor is on, None on a fold."""
        item = self.thread.current
        return item if isinstance(item, Entry) else None

    def show(self, opened: Opened | None) -> None:
        """Open another conversation, or the same one as it is now."""
        starts, before = self.thread.starts, self.thread.index
        top = starts[before] - self.scroll_offset.y if before < len(starts) else 0
        if self.thread.take(opened):
            self.lay_out()
            self._scroll(self.thread.starts[self.thread.index] - top if self.thread.starts else 0)
        else:
            self.lay_out()
            self.show_current(first=True)

    def answer(self, message_id: int | None) -> None:
        """Keep one message in sight and fold what comes after it, while it is answered; None ends that."""
        self.thread.answering = message_id
        if message_id is not None:
            self.thread.to_key(f"m{message_id}")
        self.relayout()

    def lay_out(self) -> None:
        """Draw the lines for the present width."""
        size = self.size.width or self.planned
        if size >= 8:
            self.thread.lay_out(self._frame_of(size))
        self.virtual_size = Size(size, len(self.thread.lines))
        self.refresh()

    def relayout(self) -> None:
        """Fold and draw again, the cursor where it is."""
        self.thread.outline_keeping()
        self.lay_out()

    def on_resize(self) -> None:
        """Another width: other line breaks; the message under the cursor stays in sight."""
        if self.virtual_size.width != self.size.width:
            self.lay_out()
            self.post_message(self.Rewrapped())
        self.call_after_refresh(self.show_current)

    def on_focus(self) -> None:
        """The cursor shows where the focus is."""
        self.refresh()

    def on_blur(self) -> None:
        """The focus went."""
        self.refresh()

    # cursor

    def move(self, step: int) -> bool:
        """Go to another message, or scroll on inside a long one; whether anything moved."""
        if not self.thread.items:
            return False
        start, end = self.thread.extent(self.thread.index)
        top, height = self.scroll_offset.y, self.size.height
        if step > 0 and end > top + height:
            return self._scroll(min(top + max(height - 2, 1), end - height))
        if step < 0 and start < top:
            return self._scroll(max(top - max(height - 2, 1), start))
        return self.move_to(self.thread.index + step)

    def move_to(self, index: int) -> bool:
        """Put the cursor on an item."""
        index = max(0, min(index, len(self.thread.items) - 1))
        if index == self.thread.index:
            return False
        self.thread.index = index
        self.refresh()
        self.show_current()
        return True

    def to_message(self, message_id: int) -> bool:
        """Put the cursor on a message, opening the fold it is in."""
        self.thread.unfold(message_id)
        self.lay_out()
        self.show_current()
        return self.entry is not None and self.entry.message_id == message_id

    def toggle_fold(self) -> bool:
        """Open the fold under the cursor, else close those that were opened."""
        if not self.thread.toggle_fold():
            return False
        self.lay_out()
        self.show_current()
        return True

    def show_current(self, first: bool = False) -> None:
        """Bring the item under the cursor in sight; `first` puts as much above it as fits."""
        height = self.size.height
        if height <= 0 or not self.thread.starts:
            return
        start, end = self.thread.extent(self.thread.index)
        if self.thread.answering is not None:
            end = min(end + 1, len(self.thread.lines))  # the line of what came later
        y = 0 if first else self.scroll_offset.y
        if end > y + height:
            y = end - height
        self._scroll(min(y, start))

    @property
    def current_region(self) -> Region:
        """Where the item under the cursor stands on the screen, as far as it is in sight."""
        start, end = self.thread.extent(self.thread.index)
        whole = Region(
            self.region.x, self.region.y + start - self.scroll_offset.y, self.region.width, end - start
        )
        return whole.intersection(self.region)

    def page(self, step: int) -> bool:
        """Scroll by almost a pane without moving the cursor; whether there was more."""
        return self.scroll_lines(step * max(self.size.height - 2, 1))

    def scroll_lines(self, lines: int) -> bool:
        """Scroll by so many lines; whether anything moved."""
        return self._scroll(self.scroll_offset.y + lines)

    def _scroll(self, y: int) -> bool:
        y = max(0, min(y, len(self.thread.lines) - self.size.height))
        if y == self.scroll_offset.y:
            return False
        self.scroll_to(y=y, animate=False, immediate=True)
        return True

    # painting

    def render_line(self, y: int) -> Strip:
        """One line of the screen, the cursor's mark before the lines of its item."""
        place = y + self.scroll_offset.y
        size = self.size.width
        if place >= len(self.thread.lines):
            return self.strip_of(EMPTY, size)
        number, painted = self.thread.lines[place]
        if number == self.thread.index and (self.has_focus or self.thread.answering is not None):
            painted = self._under_cursor(painted)
        strip = self.strip_of(painted, size)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(place)) is not None:
            strip = _reversed(strip, span)
        return strip.apply_offsets(0, place)

    def _under_cursor(self, painted: Line) -> Line:
        item = self.thread.current
        if isinstance(item, Fold) and self.has_focus and self.thread.frame is not None:
            painted = self.thread.fold_line(item, self.thread.frame, True)
        sign = mark("▌", "focus") if self.has_focus else mark("·", "muted")
        ground = "cursor" if painted.ground == "base" else painted.ground
        return Line((sign, *painted.spans[1:]), ground)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What was selected with the mouse."""
        return "\n".join(row.strip() for row in selection.extract(self.thread.text).split("\n")), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """The selection changed."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click moves, a click on what is under the cursor opens it."""
        place = event.y + self.scroll_offset.y
        if place >= len(self.thread.lines) or self.thread.lines[place][0] < 0:
            return
        number = self.thread.lines[place][0]
        if event.button == 3:
            self.move_to(number)
        elif number == self.thread.index:
            self.post_message(self.Activated())
        else:
            self.move_to(number)


def _reversed(strip: Strip, span: tuple[int, int]) -> Strip:
    start, end = span
    end = strip.cell_length if end < 0 else end
    parts = list(strip.divide([start, max(end, start), strip.cell_length]))
    if len(parts) < 2:
        return strip
    return Strip.join([parts[0], parts[1].apply_style(Style(reverse=True)), *parts[2:]])
