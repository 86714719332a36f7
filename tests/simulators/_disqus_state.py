"""The state of a simulated Disqus: users and guests, forums, threads, posts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from convo.clock import Clock

_ADDRESS = re.compile(r"https?://[^\s<]+")


@dataclass
class Options:
    """What differs between forums, or is not documented."""

    moderated: bool = False
    """New posts wait for approval, the user's own too where the forum is not theirs."""
    once: bool = True
    """The same words of the same author in a thread are refused."""
    longest: int = 25_000
    limit: int = 0
    """Requests an hour; 0 counts nothing."""
    maintenance: str = ""
    """Posts are "saved" or "lost" while the site is under maintenance."""
    captcha: bool = False
    unwrapped: bool = True
    """Links in messages lead straight; else through the site's counter."""


@dataclass
class User:
    """Somebody with an account; an empty id is a guest."""

    id: str
    username: str
    name: str

    @property
    def profile(self) -> str:
        return f"https://disqus.com/by/{self.username}/"


@dataclass
class Thread:
    """The comments of one page."""

    id: str
    forum: str
    title: str
    link: str
    created: datetime
    closed: bool = False


@dataclass
class Post:
    """A comment; `parent` is another's id, "" for none."""

    id: str
    thread: Thread
    author: User
    raw: str
    created: datetime
    parent: str = ""
    approved: bool = True
    deleted: bool = False
    by_author: bool = False
    spam: bool = False
    edited: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Site:
    """The database; `moderators` are usernames by forum."""

    clock: Clock
    options: Options = field(default_factory=Options)
    users: dict[str, User] = field(default_factory=dict)
    moderators: dict[str, set[str]] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    last: int = 6_013_000_000

    def number(self) -> str:
        """The next id, too large for 32 bits."""
        self.last += 89
        return str(self.last)

    def user(self, username: str) -> User:
        """Somebody by username; made when first asked for."""
        if username not in self.users:
            self.users[username] = User(str(201_000 + len(self.users)), username, username.title())
        return self.users[username]

    def add_thread(self, forum: str, title: str, *, at: datetime | None = None) -> Thread:
        """A page with comments."""
        number = self.number()
        link = f"https://{forum}.example.com/page-{number[-5:]}/"
        self.threads[number] = Thread(number, forum, title, link, at or self.clock.now())
        return self.threads[number]

    def add_post(
        self,
        thread: Thread,
        author: User,
        raw: str,
        *,
        parent: str = "",
        at: datetime | None = None,
        approved: bool | None = None,
    ) -> Post:
        """A comment; it waits where the forum is moderated, unless a moderator wrote it."""
        number, when = self.number(), (at or self.clock.now()).replace(microsecond=0)
        trusted = not self.options.moderated or self.moderates(author, thread.forum)
        fine = trusted if approved is None else approved
        self.posts[number] = Post(number, thread, author, raw, when, parent, fine)
        return self.posts[number]

    def moderates(self, user: User | None, forum: str) -> bool:
        """Whether somebody moderates a forum."""
        return user is not None and user.username in self.moderators.get(forum, ())

    def rendered(self, raw: str) -> str:
        """The message as HTML."""
        paragraphs = [one.strip("\n") for one in re.split(r"\n\s*\n", raw) if one.strip()]
        return "".join(f"<p>{self._linked(one)}</p>" for one in paragraphs)

    def _linked(self, text: str) -> str:
        pieces, last = [], 0
        for found in _ADDRESS.finditer(text):
            pieces.append(escape(text[last : found.start()], quote=False))
            where = found[0] if self.options.unwrapped else f"http://disq.us/url?url={found[0]}%3Ahash"
            pieces.append(f'<a href="{escape(where)}" rel="nofollow noopener">{escape(found[0])}</a>')
            last = found.end()
        return "".join([*pieces, escape(text[last:], quote=False)]).replace("\n", "<br>")
