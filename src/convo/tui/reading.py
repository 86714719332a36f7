"""The items of a list as far as they were read: a page at a time, by a cursor that may find nothing and go on."""

from __future__ import annotations

from collections.abc import Callable

from convo.values import frozen

FIRST, PAGE = 48, 200
"""How many are read for the first frame of a view, and with each further page."""


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


class Reading:
    """What was read of a view; the order of the items is that of the screen."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.cursor = ""
        """Where the next page begins, "" at the end."""
        self._load: Load = lambda cursor, limit: Pages(())
        self._wanted = PAGE

    def start(self, load: Load) -> None:
        """Another view, from its top: what fills the screen."""
        pages = load("", FIRST)
        self._load, self._wanted = load, PAGE
        self.items, self.cursor = list(pages.items), pages.cursor

    def again(self) -> None:
        """The same view from its top, at least as many items as before where there are so many."""
        before = len(self.items)
        pages = self._load("", max(before, PAGE))
        self.items, self.cursor = list(pages.items), pages.cursor
        while self.cursor and len(self.items) < before:
            self._next(PAGE)

    def further(self) -> bool:
        """Read the next page; whether it had anything."""
        start = len(self.items)
        if self.cursor:
            self._next(PAGE - start if start < PAGE else PAGE)
        return len(self.items) > start

    def _next(self, limit: int) -> None:
        pages = self._load(self.cursor, limit)
        self.items += pages.items
        self.cursor = pages.cursor

    def want_more(self) -> None:
        """A further page is wanted, in however many loads."""
        self._wanted = len(self.items) + PAGE

    @property
    def lacks(self) -> bool:
        """Whether there may be more of what is wanted."""
        return bool(self.cursor) and len(self.items) < self._wanted
