"""The list that is walked through, one conversation after the other. What comes in moves nothing."""

from __future__ import annotations

from collections.abc import Sequence

from convo.engine.inbox import Inbox
from convo.values import frozen
from convo.views import Draft, Failure, OutboxRow, OutboxState, Row, State, View

STATES = {
    View.WAITING: State.WAITING,
    View.ANSWERED: State.ANSWERED,
    View.SNOOZED: State.SNOOZED,
    View.DONE: State.DONE,
    View.MUTED: State.MUTED,
    View.QUIET: State.QUIET,
    View.HISTORY: State.HISTORY,
}
"""What a conversation's state is while it belongs to a view."""
PAGE = 200


@frozen
class Item:
    """One line of a list: a conversation, a draft or an answer on its way."""

    key: str
    thread_id: int
    row: Row | None = None
    draft: Draft | None = None
    outbox: OutboxRow | None = None
    snippet: str = ""


class Walk:
    """What is looked at, and where one stands in it; `index` is -1 before the first."""

    def __init__(self, inbox: Inbox, newest_first: bool) -> None:
        self._inbox = inbox
        self.newest_first = newest_first
        self.found_newest_first = True
        self.view = View.WAITING
        self.words: str | None = None
        """What was searched for, None outside of a search."""
        self.narrowed = ""
        self.items: list[Item] = []
        self.index = -1
        self._cursor = ""

    def look(self, view: View) -> None:
        """At another view, before its first conversation."""
        self.view, self.words, self.narrowed = view, None, ""
        self.load()

    def search(self, words: str) -> None:
        """At what is found. Raises SearchError."""
        found, cursor = self._found(words, "")
        self.words, self.narrowed, self.items, self.index, self._cursor = words, "", found, -1, cursor

    def turn(self) -> None:
        """The other order: longest first or newest first; of what is found oldest or newest first."""
        if self.words is None:
            self.newest_first = not self.newest_first
        else:
            self.found_newest_first = not self.found_newest_first
        self.load()

    def load(self) -> None:
        """Read the list again, from its top."""
        if self.words is not None:
            self.search(self.words)
            return
        self.items, self.index, self._cursor = [], -1, ""
        self._add(*self._page(""))

    @property
    def home(self) -> bool:
        """Whether this is the whole of Waiting."""
        return self.view is View.WAITING and self.words is None and not self.narrowed

    @property
    def current(self) -> Item | None:
        """Where one stands."""
        return self.items[self.index] if 0 <= self.index < len(self.items) else None

    def to(self, index: int) -> Item | None:
        """Stand on an item by its place, from 0 on."""
        while index >= len(self.items) and self._more():
            pass
        if not 0 <= index < len(self.items):
            return None
        self.index = index
        return self.items[index]

    def to_thread(self, thread_id: int) -> Item | None:
        """Stand on a conversation; one that is not in the list is put in where one stands."""
        place = next(
            (n for n, item in enumerate(self.items) if item.thread_id == thread_id and item.row), None
        )
        if place is not None:
            return self.to(place)
        row = self._inbox.row(thread_id)
        if row is None:
            return None
        self.index = max(min(self.index + 1, len(self.items)), 0)
        self.items.insert(self.index, Item(f"t{row.thread_id}", row.thread_id, row))
        return self.items[self.index]

    def step(self, way: int, waiting: bool = False) -> Item | None:
        """The next or previous that still belongs here (`waiting`: that waits); None past the end."""
        place = min(self.index, len(self.items)) + way
        while True:
            if way > 0 and place >= len(self.items) and not (self._more() or self._arrived()):
                self.index = len(self.items)
                return None
            if place < 0:
                return None
            item = self.items[place]
            if self._waits(item) if waiting else self._belongs(item):
                self.index = place
                return item
            place += way

    def came_since(self, arrival: int) -> list[int]:
        """Places of the conversations in which something came after this arrival number, merged into the list."""
        before = self.current
        self.load()
        if before is not None:
            self.index = next((n for n, item in enumerate(self.items) if item.key == before.key), -1)
        return [n for n, item in enumerate(self.items) if item.row is not None and item.row.arrival > arrival]

    def narrow(self, words: str, shown: Sequence[str]) -> None:
        """Keep the items whose shown words have these; `shown` in the order of the items."""
        wanted = words.casefold().split()
        kept = [
            item
            for item, text in zip(self.items, shown, strict=True)
            if all(word in text.casefold() for word in wanted)
        ]
        self.narrowed, self.items, self.index, self._cursor = words, kept, -1, ""

    def _page(self, cursor: str) -> tuple[list[Item], str]:
        inbox = self._inbox
        if self.words is not None:
            return self._found(self.words, cursor)
        if self.view is View.DRAFTS:
            return [self._drafted(draft) for draft in inbox.drafts()], ""
        if self.view is View.OUTBOX:
            return [Item(f"o{row.outbox_id}", row.thread_id, outbox=row) for row in inbox.outbox()], ""
        page = inbox.rows(self.view, before=cursor, limit=PAGE, newest_first=self.newest_first)
        return [Item(f"t{row.thread_id}", row.thread_id, row) for row in page.rows], page.cursor

    def _found(self, words: str, cursor: str) -> tuple[list[Item], str]:
        """What a search finds next: it looks on until there is something, or nothing more."""
        known = {item.thread_id for item in self.items} if cursor else set()
        after = int(cursor) if cursor else None
        while True:
            page = self._inbox.search_on(
                words, limit=PAGE, newest_first=self.found_newest_first, after=after, known=known
            )
            after = page.after
            if page.hits or after is None:
                break
        hits = [
            Item(f"t{hit.row.thread_id}", hit.row.thread_id, hit.row, snippet=hit.snippet)
            for hit in page.hits
        ]
        return hits, "" if after is None else str(after)

    def _drafted(self, draft: Draft) -> Item:
        try:
            thread_id = self._inbox.resolve(draft.uri).thread_id
        except Failure:
            thread_id = 0
        return Item(f"d {draft.account} {draft.uri}", thread_id, draft=draft)

    def _add(self, items: list[Item], cursor: str) -> bool:
        known = {item.key for item in self.items}
        fresh = [item for item in items if item.key not in known]
        self.items += fresh
        self._cursor = cursor
        return bool(fresh)

    def _more(self) -> bool:
        return bool(self._cursor) and self._add(*self._page(self._cursor))

    def _arrived(self) -> bool:
        """What came into the list since it was read goes to its end."""
        if self.words is not None or self.narrowed:
            return False
        items, _ = self._page("")
        return self._add(items, self._cursor)

    def _belongs(self, item: Item) -> bool:
        if item.draft is not None:
            return self._inbox.draft(item.draft.account, item.draft.uri) is not None
        if item.outbox is not None:
            row = self._inbox.outbox_row(item.outbox.outbox_id)
            return row is not None and row.state is not OutboxState.SENT
        expected = STATES.get(self.view) if self.words is None else None
        found = self._inbox.row(item.thread_id)
        return found is not None and (expected is None or found.state is expected)

    def _waits(self, item: Item) -> bool:
        found = self._inbox.row(item.thread_id) if item.thread_id else None
        return found is not None and found.state is State.WAITING
