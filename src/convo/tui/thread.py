"""What an open conversation shows, as items and lines, apart from any widget."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from convo.engine import finding
from convo.tui import cells
from convo.tui import entries as drawing
from convo.tui.entries import Fold, Frame
from convo.tui.lines import EMPTY, Line, Span, line
from convo.tui.outline import outline, standing, tucked
from convo.views import Entry, Opened

Item = Entry | Fold


class ThreadLines:
    """The messages and folds of a conversation, the one under the cursor, and the lines they take."""

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.items: list[Item] = []
        self.index = 0
        self.uncovered: set[int] = set()
        self.open_folds: set[str] = set()
        self.tucked: set[int] = set()
        """Messages that came in above the cursor and were not opened since."""
        self.stood: set[int] = set()
        """What stood open by itself since the conversation was opened: an answer does not fold away what one reads."""
        self.answering: int | None = None
        """The message that is being answered; what comes after it is folded."""
        self.on_way: frozenset[str] = frozenset()
        """The messages to which an answer of the user is on its way, by URI."""
        self.leaving: tuple[Entry, ...] = ()
        """The user's answers that have not arrived; they stand below what they answer, and take no cursor."""
        self.missing = ""
        """Why not all of the conversation could be loaded, "" where nothing is known to be missing."""
        self.wanted = ""
        """The words that are searched for in it."""
        self.compact = False
        self.lines: list[tuple[int, Line]] = []
        """Each line with the number of its item, -1 between items."""
        self.starts: list[int] = []
        self.frame: Frame | None = None
        self._drawn: dict[tuple[str, int, bool, bool, str], list[Line]] = {}

    def take(self, opened: Opened | None) -> bool:
        """Another conversation, or the same as it is now; whether the cursor kept its message."""
        now = opened.row.thread_id if opened else 0
        same = self.opened is not None and now == self.opened.row.thread_id
        keep = self.current_key if same else ""
        known = {entry.message_id for entry in self.opened.entries} if same and self.opened else set()
        if not same:
            self.tucked, self.stood = set(), set()
            self.uncovered, self.open_folds, self.answering, self.wanted = set(), set(), None, ""
            self.missing = ""
        self._drawn.clear()
        self.opened = opened
        self.outline()
        if same and self.to_key(keep):
            self._tuck(known)
            return True
        self.index = self.lead_index()
        return False

    def _tuck(self, known: Collection[int]) -> None:
        """What came in above the cursor stands as one line, so that nothing is pushed away from under it."""
        above = [item for item in self.items[: self.index] if isinstance(item, Entry) and item.new]
        came = {entry.message_id for entry in above} - set(known)
        if came:
            self.tucked |= came
            self.outline_keeping()

    def outline(self) -> None:
        """Which messages stand open, which are folded."""
        entries = self.opened.entries if self.opened else ()
        lead = self.lead()
        self.stood |= standing(entries, lead)
        self.items = tucked(outline(entries, lead, self.open_folds, self.stood), self.tucked)
        numbers = [item.message_id if isinstance(item, Entry) else 0 for item in self.items]
        if self.answering is None or self.answering not in numbers:
            return
        place = numbers.index(self.answering)
        later = [entry for item in self.items[place + 1 :] for entry in inside(item)]
        del self.items[place + 1 :]
        if later:
            self.items.append(Fold("later", tuple(later), "later"))

    def outline_keeping(self) -> None:
        """The same, the cursor on the same message where it is still there."""
        key = self.current_key
        self.outline()
        if not self.to_key(key):
            self.index = min(self.index, max(len(self.items) - 1, 0))

    def lead(self) -> Entry | None:
        """The message it opens at and that is answered from the list: the first that waits, else the newest that spoke
        to the user, which is what the row shows, else the newest of another person, else the last."""
        entries = self.opened.entries if self.opened else ()
        waiting = self.still_waiting() or [entry for entry in entries if entry.waiting or entry.held]
        if waiting:
            return waiting[0]
        others = [entry for entry in entries if not entry.author.is_me]
        known = [entry for entry in others if entry.addressed is not None] or others or list(entries)
        return known[-1] if known else None

    def still_waiting(self) -> list[Entry]:
        """Who waits and will wait when the answers on their way have arrived, the first of them first."""
        entries = self.opened.entries if self.opened else ()
        leaving = [entry for entry in entries if entry.uri in self.on_way]
        people = {entry.author.person_id for entry in leaving}
        uris = {entry.uri for entry in entries}
        flat = bool(leaving) and not any(entry.parent_uri in uris for entry in entries)
        return [
            entry
            for entry in entries
            if (entry.waiting or entry.held)
            and entry.author.person_id not in people
            and not (flat and entry.arrival <= leaving[-1].arrival)
        ]

    def lead_index(self) -> int:
        """Where that message stands."""
        lead = self.lead()
        return next((n for n, item in enumerate(self.items) if item is lead), 0)

    @property
    def current(self) -> Item | None:
        """What the cursor is on."""
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    @property
    def current_key(self) -> str:
        """A stable name of what the cursor is on."""
        return key_of(self.current)

    def to_key(self, key: str) -> bool:
        """Put the cursor on an item by its name."""
        place = next((n for n, item in enumerate(self.items) if key_of(item) == key), None)
        if place is None:
            return False
        self.index = place
        return True

    def toggle_fold(self) -> bool:
        """Open the fold under the cursor, else close those that were opened."""
        item = self.current
        if isinstance(item, Fold) and item.key != "later":
            self.open_folds.add(item.key)
            self.tucked -= {entry.message_id for entry in item.entries}
            key = key_of(item.entries[0])
        elif self.open_folds:
            self.open_folds.clear()
            key = self.current_key
        else:
            return False
        self.outline()
        if not self.to_key(key):
            self.index = self.lead_index()
        return True

    def unfold(self, message_id: int) -> None:
        """Open the fold a message is in and put the cursor on it."""
        for item in self.items:
            if isinstance(item, Fold) and any(entry.message_id == message_id for entry in item.entries):
                self.open_folds.add(item.key)
        self.tucked.discard(message_id)
        self.outline_keeping()
        self.to_key(f"m{message_id}")

    def lay_out(self, frame: Frame) -> None:
        """Draw all lines for a frame."""
        self.lines, self.starts, self.frame = [], [], frame
        if self.opened is None:
            return
        frame = self.frame = replace(
            frame, uncovered=self.uncovered, answering=self.answering is not None,
            authors={entry.uri: entry.author for entry in self.opened.entries},
        )  # fmt: skip
        for number, item in enumerate(self.items):
            if number and self._gap_before(item):
                self.lines.append((-1, EMPTY))
            self.starts.append(len(self.lines))
            self.lines += [(number, painted) for painted in self._item_lines(item, frame)]
            for answer in self._answers_to(item):
                self.lines += [] if self.compact else [(-1, EMPTY)]
                self.lines += [(-1, painted) for painted in drawing.entry_lines(answer, frame)]
        for words in dict.fromkeys(one for one in (self.opened.partial, self.missing) if one):
            self.lines.append((-1, EMPTY))
            self.lines += [(-1, line(" ", Span(part, "muted"))) for part in cells.wrap(words, frame.size - 2)]
        if self.wanted.strip():
            self.lines = [(number, _with_hits(painted, self.wanted)) for number, painted in self.lines]

    def _answers_to(self, item: Item) -> list[Entry]:
        """What is on its way to the messages of an item."""
        uris = {entry.uri for entry in inside(item)}
        return [answer for answer in self.leaving if answer.parent_uri in uris]

    def hits(self) -> list[int]:
        """The messages in which all the words that are searched for stand, in their order."""
        entries = self.opened.entries if self.opened and self.wanted.strip() else ()
        return [
            entry.message_id
            for entry in entries
            if not entry.deleted and finding.has_all(f"{entry.author.shown} {entry.text}", self.wanted)
        ]

    def _gap_before(self, item: Item) -> bool:
        if isinstance(item, Fold) and item.key == "later":
            return False
        return not self.compact or (isinstance(item, Entry) and not item.author.is_me)

    def _item_lines(self, item: Item, frame: Frame) -> list[Line]:
        if isinstance(item, Fold):
            return [self.fold_line(item, frame, False)]
        key = (key_of(item), frame.size, item.message_id in self.uncovered, frame.answering,
               frame.leaving.get(item.uri, ""))  # fmt: skip
        if key not in self._drawn:
            self._drawn[key] = drawing.entry_lines(item, frame)
        return self._drawn[key]

    def fold_line(self, fold: Fold, frame: Frame, under_cursor: bool) -> Line:
        """A fold, with the key that opens it where it is under the cursor."""
        hint = "Ctrl+G shows" if fold.key == "later" and self.answering is not None else ""
        return drawing.fold_line(fold, frame, under_cursor, hint)

    def forget_drawn(self) -> None:
        """Draw everything afresh next time: the day passed, or names changed."""
        self._drawn.clear()

    def extent(self, index: int) -> tuple[int, int]:
        """First line of an item and the line after its last."""
        if index >= len(self.starts):
            return 0, 0
        start = self.starts[index]
        end = start
        while end < len(self.lines) and self.lines[end][0] == index:
            end += 1
        return start, end

    @property
    def text(self) -> str:
        """All lines as bare text, for what is selected with the mouse."""
        return "\n".join(painted.text for _, painted in self.lines)


def _with_hits(painted: Line, words: str) -> Line:
    """A line with the searched words bold and underlined."""
    spans: list[Span] = []
    for span in painted.spans:
        pieces = [(span.text, False)] if span.mark else finding.pieces(span.text, words)
        spans += [
            span._replace(text=text, bold=span.bold or hit, underline=span.underline or hit)
            for text, hit in pieces
        ]
    return Line(tuple(spans), painted.ground)


def inside(item: Item) -> tuple[Entry, ...]:
    """The messages of an item."""
    return item.entries if isinstance(item, Fold) else (item,)


def key_of(item: Item | None) -> str:
    """A stable name of an item, "" for none."""
    if item is None:
        return ""
    return item.key if isinstance(item, Fold) else f"m{item.message_id}"
