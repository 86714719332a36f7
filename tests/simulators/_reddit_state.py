"""The state of a simulated Reddit: redditors, posts, comments, and the inbox of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from convo.clock import Clock

LONGEST = 10_000
_NAME = re.compile(r"(?<![\w/])/?u/([\w-]{1,30})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class Options:
    """What differs between moments and places."""

    any_agent: bool = False
    """Every User-Agent is served, also one that does not say who asks."""
    quota: int = 0
    """Calls in a window of ten minutes; 0 counts nothing."""
    busy: float = 0.0
    """Seconds for which the user may not write again, said with status 200."""
    quarantined: bool = False
    """A comment is made, and nothing of it comes back."""
    lag: float = 0.0
    """Seconds until an own comment is in the own list."""
    tree_most: int = 200
    """Comments of a tree before the rest is only named."""


@dataclass
class Redditor:
    """Somebody with an account."""

    number: int
    name: str
    blocked: set[str] = field(default_factory=set)

    @property
    def fullname(self) -> str:
        return f"t2_{base36(self.number)}"


@dataclass
class Link:
    """A post."""

    id: str
    author: Redditor
    title: str
    selftext: str
    created: datetime
    subreddit: str = "commandline"
    locked: bool = False
    archived: bool = False
    deleted: bool = False
    over_18: bool = False

    @property
    def fullname(self) -> str:
        return f"t3_{self.id}"

    @property
    def permalink(self) -> str:
        slug = re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_")[:50]
        return f"/r/{self.subreddit}/comments/{self.id}/{slug}/"


@dataclass
class Comment:
    """A comment; `parent` is a fullname."""

    id: str
    author: Redditor
    link: Link
    parent: str
    body: str
    created: datetime
    edited: datetime | None = None
    deleted: bool = False
    removed: bool = False
    locked: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def fullname(self) -> str:
        return f"t1_{self.id}"


@dataclass
class Letter:
    """A comment in somebody's inbox."""

    comment: Comment
    subject: str
    new: bool = True


@dataclass
class Site:
    """The database."""

    clock: Clock
    options: Options = field(default_factory=Options)
    people: dict[str, Redditor] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    inboxes: dict[str, list[Letter]] = field(default_factory=dict)
    last: int = 45_000_000_000

    def number(self) -> str:
        """The next id."""
        self.last += 37
        return base36(self.last)

    def person(self, name: str) -> Redditor:
        """Somebody by name, in any case of letters; made when first asked for."""
        if name.lower() not in self.people:
            self.people[name.lower()] = Redditor(1000 + len(self.people), name)
        return self.people[name.lower()]

    def add_link(self, by: Redditor, title: str, words: str = "", *, at: datetime | None = None) -> Link:
        """A post."""
        made = Link(self.number(), by, title, words, at or self.clock.now())
        self.links[made.id] = made
        return made

    def add_comment(
        self, by: Redditor, to: Link | Comment, body: str, *, at: datetime | None = None
    ) -> Comment:
        """A comment under a post or a comment; whom it concerns finds it in the inbox."""
        link = to if isinstance(to, Link) else to.link
        when = (at or self.clock.now()).replace(microsecond=0)
        made = Comment(self.number(), by, link, to.fullname, body, when)
        self.comments[made.id] = made
        subject = "post reply" if isinstance(to, Link) else "comment reply"
        told = {by.name.lower()}
        self._tell(made, to.author.name, subject, told)
        for name in names_in(body)[:3]:
            self._tell(made, name, "username mention", told)
        return made

    def _tell(self, comment: Comment, name: str, subject: str, told: set[str]) -> None:
        if name.lower() in told or name.lower() not in self.people:
            return
        told.add(name.lower())
        if comment.author.name.lower() not in self.person(name).blocked:
            self.inboxes.setdefault(name.lower(), []).append(Letter(comment, subject))

    def inbox(self, person: Redditor) -> list[Letter]:
        """What a person finds, newest first: without what was deleted, is of the blocked, or names them no more."""
        found = [
            letter
            for letter in self.inboxes.get(person.name.lower(), [])
            if not (letter.comment.deleted or letter.comment.removed)
            and letter.comment.author.name.lower() not in person.blocked
            and (letter.subject != "username mention" or self._names(letter.comment, person))
        ]
        return sorted(found, key=lambda one: (one.comment.created, one.comment.id), reverse=True)

    def _names(self, comment: Comment, person: Redditor) -> bool:
        return person.name.lower() in [name.lower() for name in names_in(comment.body)]

    def thing(self, fullname: str) -> Link | Comment | None:
        """A post or comment by its fullname."""
        kind, _, number = fullname.partition("_")
        if kind == "t3":
            return self.links.get(number)
        return self.comments.get(number) if kind == "t1" else None

    def below(self, fullname: str) -> list[Comment]:
        """Direct answers, oldest first."""
        found = [one for one in self.comments.values() if one.parent == fullname]
        return sorted(found, key=lambda one: (one.created, one.id))


def names_in(body: str) -> list[str]:
    """The names that a text summons, each once."""
    return list(dict.fromkeys(_NAME.findall(body)))


def base36(number: int) -> str:
    """A number as Reddit writes it."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
