"""The state of a simulated Hacker News: items, users, what they may still change, and the switches of its two APIs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from convo.clock import Clock

EDITABLE = timedelta(hours=2)
SHOWN = 60
"""Characters of a link's address that are shown before it is cut."""


@dataclass
class Options:
    """How the two APIs behave."""

    lag: float = 0.0
    """Seconds until an item is in the search index."""
    etags: bool = False
    """Firebase answers 304 to an ETag it gave."""
    busy: set[int] = field(default_factory=set)
    """Items for which Firebase answers 503."""
    unknown: set[int] = field(default_factory=set)
    """Items for which Firebase answers null, as right after they were posted."""


@dataclass
class Item:
    """A story, a comment, a job, a poll or one of its options; `kids` stand in the order in which they are shown."""

    id: int
    type: str
    by: str
    time: datetime
    text: str = ""
    parent: int | None = None
    title: str = ""
    url: str = ""
    kids: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    deleted: bool = False
    dead: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Place:
    """The site."""

    clock: Clock
    options: Options = field(default_factory=Options)
    items: dict[int, Item] = field(default_factory=dict)
    users: dict[str, datetime] = field(default_factory=dict)
    changed: list[int] = field(default_factory=list)

    def add_user(self, name: str) -> None:
        """Somebody signs up; names are told apart by their case."""
        self.users.setdefault(name, self.clock.now() - timedelta(days=1000))

    def add(
        self,
        by: str,
        words: str,
        *,
        parent: Item | None = None,
        title: str = "",
        url: str = "",
        kind: str = "",
        at: datetime | None = None,
    ) -> Item:
        """Somebody writes a story (without a parent) or a comment; what is newest is shown first for a while."""
        self.add_user(by)
        number = 42_000_000 + len(self.items)
        when = (at or self.clock.now()).replace(microsecond=0)
        what = kind or ("comment" if parent else "story")
        item = Item(number, what, by, when, formatted(words), parent.id if parent else None, title, url)
        self.items[number] = item
        self.changed.append(number)
        if parent is not None:
            parent.kids.insert(0, number)
            self.changed.append(parent.id)
        return item

    def story_of(self, item: Item) -> Item:
        """The story that an item stands under."""
        while item.parent is not None:
            item = self.items[item.parent]
        return item

    def submitted(self, name: str) -> list[int]:
        """What somebody wrote, newest first."""
        mine = [one for one in self.items.values() if one.by == name]
        return [one.id for one in sorted(mine, key=lambda one: (one.time, one.id), reverse=True)]

    def edit(self, item: Item, words: str) -> None:
        """The author changes the words, which leaves no trace. Raises ValueError after two hours."""
        if self.clock.now() - item.time > EDITABLE:
            raise ValueError("it is older than two hours")
        item.text = formatted(words)
        self.changed.append(item.id)

    def delete(self, item: Item) -> None:
        """The item stays in the kids of its parent, without its words."""
        item.deleted = True
        self.changed.append(item.id)

    def kill(self, item: Item) -> None:
        """Flagged by others, or written by somebody who is banned."""
        item.dead = True
        self.changed.append(item.id)

    def rank(self, item: Item, order: list[int]) -> None:
        """Show the kids in another order."""
        assert sorted(order) == sorted(item.kids)
        item.kids = order


_ADDRESS = re.compile(r"https?://[^\s<>]+")


def formatted(words: str) -> str:
    """What the site makes of the words of its box: the first paragraph has no tag, the others have no end."""
    blocks = [block for block in re.split(r"\n\s*\n", words.strip("\n")) if block.strip()]
    return "<p>".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    if all(line.startswith("  ") for line in block.split("\n")):
        return f"<pre><code>{_escaped(block)}\n</code></pre>"
    pieces: list[str] = []
    last = 0
    for found in _ADDRESS.finditer(block):
        pieces += [_italic(_escaped(block[last : found.start()])), _link(found[0])]
        last = found.end()
    return "".join([*pieces, _italic(_escaped(block[last:]))])


def _escaped(text: str) -> str:
    return escape(text, quote=True).replace("/", "&#x2F;")


def _italic(text: str) -> str:
    return re.sub(r"(?<!\w)\*(\S(?:[^*]*\S)?)\*(?!\w)", r"<i>\1</i>", text)


def _link(address: str) -> str:
    shown = address if len(address) <= SHOWN else address[: SHOWN - 3] + "..."
    return f'<a href="{_escaped(address)}" rel="nofollow">{_escaped(shown)}</a>'
