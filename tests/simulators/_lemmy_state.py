"""The state of a simulated Lemmy: people of several instances, posts, comments, messages, rows of the inbox."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from convo.clock import Clock

LONGEST = 10_000
"""UTF-16 code units of a comment."""
DEEPEST = 50
_MENTION = re.compile(r"@([\w.]+)@([A-Za-z0-9._:-]+)")
_ADDRESS = re.compile(r"https?://[^\s)]+")
_TRACKING = re.compile(r"(?<=[?&])(utm_\w+|fbclid)=[^&]*&?")
LANGUAGES = {0: "und", 27: "cs", 32: "de", 37: "en", 47: "fr"}


@dataclass
class Options:
    """What differs between servers and between accounts."""

    domain: str = "lemmy.example"
    modern: bool = False
    """A server of 1.0 with the API v4, and without v3."""
    limits: bool = False
    """The buckets of the code's own test configuration: 180 reads in 60 s, 6 comments in 600 s."""
    tree_most: int = 300
    """Comments that one tree has at most, without saying so."""
    listing: str = "Subscribed"
    """What the account's lists show where a call does not say."""
    languages: tuple[int, ...] = (0, 37, 47)
    """The languages the account reads; comments in others are missing without a word."""
    bots: bool = True
    """The account sees what bots write."""
    slurs: tuple[str, ...] = ()
    """Words that the server replaces in what is written."""
    login_code: str = ""
    """A second factor that signing in demands."""


@dataclass
class Person:
    """Somebody as this instance knows them."""

    id: int
    name: str
    domain: str
    local: bool
    display: str = ""
    bot: bool = False
    banned: bool = False

    @property
    def actor(self) -> str:
        return f"https://{self.domain}/u/{self.name}"


@dataclass
class Post:
    """A post in the one community."""

    id: int
    creator: Person
    name: str
    body: str
    published: datetime
    ap_id: str
    locked: bool = False
    deleted: bool = False
    removed: bool = False
    nsfw: bool = False
    language: int = 37


@dataclass
class Comment:
    """A comment; `path` holds the ids of all above it and its own."""

    id: int
    creator: Person
    post: Post
    path: tuple[int, ...]
    content: str
    published: datetime
    ap_id: str
    updated: datetime | None = None
    deleted: bool = False
    removed: bool = False
    language: int = 37
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def parent(self) -> int:
        """The id of the comment above, 0 under the post itself."""
        return self.path[-2] if len(self.path) > 1 else 0


@dataclass
class PrivateMessage:
    """A message between two."""

    id: int
    creator: Person
    recipient: Person
    content: str
    published: datetime
    ap_id: str
    updated: datetime | None = None
    deleted: bool = False
    read: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Row:
    """A row of the inbox: `kind` is reply or mention."""

    id: int
    kind: str
    recipient: Person
    comment: Comment
    published: datetime
    read: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Note:
    """A notification of a server of 1.0: one list holds all kinds."""

    id: int
    kind: str
    recipient: Person
    thing: Comment | Post | PrivateMessage
    published: datetime
    read: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Instance:
    """The database."""

    clock: Clock
    options: Options = field(default_factory=Options)
    people: dict[int, Person] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    messages: dict[int, PrivateMessage] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    muted: set[tuple[int, int]] = field(default_factory=set)
    """Persons and the posts they muted."""
    blocked: dict[int, set[int]] = field(default_factory=dict)
    last: int = 9000

    def number(self) -> int:
        """The next id; those of comments, posts and rows are told apart only by their place."""
        self.last += 1
        return self.last

    def person(self, name: str, domain: str = "") -> Person:
        """A person by name; made when first asked for."""
        domain = domain or self.options.domain
        for one in self.people.values():
            if (one.name, one.domain) == (name, domain):
                return one
        made = Person(len(self.people) + 77, name, domain, domain == self.options.domain, name.title())
        self.people[made.id] = made
        return made

    def _ap_id(self, by: Person, kind: str, number: int) -> str:
        """What is written elsewhere has another number there."""
        return f"https://{by.domain}/{kind}/{number if by.local else number * 7}"

    def add_post(self, by: Person, name: str, body: str = "", *, at: datetime | None = None) -> Post:
        """A post; in 0.19 it tells nobody."""
        number, when = self.number(), at or self.clock.now()
        self.posts[number] = Post(number, by, name, body, when, self._ap_id(by, "post", number))
        return self.posts[number]

    def add_comment(
        self,
        by: Person,
        post: Post,
        content: str,
        *,
        parent: Comment | None = None,
        language: int = 37,
        at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> Comment:
        """A comment, dated `at` by its own instance, which arrives here at another time."""
        number, when = self.number(), at or self.clock.now()
        path = (*(parent.path if parent else ()), number)
        ap_id = self._ap_id(by, "comment", number)
        comment = Comment(number, by, post, path, content, when, ap_id, language=language)
        self.comments[number] = comment
        self.notify(comment, arrived or at)
        return comment

    def notify(self, comment: Comment, at: datetime | None = None) -> None:
        """One row for each whom a comment concerns: named first, else the author of what it answers."""
        told = {comment.creator.id}
        when = at or self.clock.now()
        named = [
            self.person(name, domain)
            for name, domain in _MENTION.findall(comment.content)
            if domain == self.options.domain
        ]
        parent = self.comments.get(comment.parent)
        above = parent.creator if parent else comment.post.creator
        kinds = [("mention", named), ("reply", [above] if above.local else [])]
        for kind, people in reversed(kinds) if self.options.modern else kinds:
            for one in people:
                if one.id in told or comment.creator.id in self.blocked.get(one.id, ()):
                    continue
                told.add(one.id)
                self._tell(kind, one, comment, when)

    def _tell(self, kind: str, one: Person, comment: Comment, when: datetime) -> None:
        """A row, unless there is one: 1.0 has one for each comment, 0.19 one of each kind."""
        if self.options.modern:
            known = any((note.recipient, note.thing) == (one, comment) for note in self.notes)
            if not known and (one.id, comment.post.id) not in self.muted:
                self.notes.append(Note(self.number(), kind, one, comment, when))
        elif not any((row.kind, row.recipient, row.comment) == (kind, one, comment) for row in self.rows):
            self.rows.append(Row(self.number(), kind, one, comment, when))

    def add_message(
        self, by: Person, to: Person, content: str, *, at: datetime | None = None
    ) -> PrivateMessage:
        """A private message."""
        number, when = self.number(), at or self.clock.now()
        ap_id = self._ap_id(by, "private_message", number)
        made = PrivateMessage(number, by, to, content, when, ap_id)
        self.messages[number] = made
        if self.options.modern:
            self.notes.append(Note(self.number(), "private_message", to, made, when))
        return made

    def change(self, comment: Comment, content: str) -> None:
        """Other words; who is named only now is told."""
        comment.content, comment.updated = content, self.clock.now()
        self.notify(comment)

    def purge(self, comment: Comment) -> None:
        """An administrator removes every trace."""
        self.comments.pop(comment.id, None)
        self.rows = [row for row in self.rows if row.comment is not comment]
        self.notes = [note for note in self.notes if note.thing is not comment]

    def answered(self, me: Person, comment: Comment) -> None:
        """Whoever answers has read what is answered."""
        for row in self.rows:
            row.read = row.read or (row.recipient, row.comment) == (me, comment)
        for note in self.notes:
            note.read = note.read or (note.recipient, note.thing) == (me, comment)

    def tidied(self, content: str) -> str:
        """What the server makes of words: slurs replaced, tracking parameters taken out of addresses."""
        for word in self.options.slurs:
            content = re.sub(re.escape(word), "*removed*", content, flags=re.I)
        return _ADDRESS.sub(lambda found: _untracked(found[0]), content)


def _untracked(address: str) -> str:
    kept = _TRACKING.sub("", address)
    return address if kept == address else kept.rstrip("?&")


def units(content: str) -> int:
    """The length as the server counts it."""
    return len(content.encode("utf-16-le", "surrogatepass")) // 2


def names_in(content: str) -> list[tuple[str, str]]:
    """Names and domains of those mentioned."""
    return _MENTION.findall(content)
