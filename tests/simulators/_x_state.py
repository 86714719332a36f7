"""A simulated X's memory: people and what they post, with ids that tell the time."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from convo.clock import Clock
from tests.simulators._x_quirks import Quirks
from tests.simulators._x_text import LINK, NAME

EPOCH = 1_288_834_974_657
"""Milliseconds at which ids begin."""


@dataclass(eq=False)
class User:
    """A person."""

    id: str
    username: str
    name: str
    protected: bool = False
    suspended: bool = False
    followers: set[str] = field(default_factory=set)
    """Ids of who may read a protected user."""
    muted: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Post:
    """A post; `typed` is what its author wrote, without the names that a reply carries along."""

    id: str
    author: User
    typed: str
    at: datetime
    reply_to: str = ""
    quotes: str = ""
    reposts: str = ""
    carried: list[User] = field(default_factory=list)
    """Whom a reply names because of what it answers."""
    root: str = ""
    shows_at: datetime | None = None
    deleted: bool = False
    hidden: bool = False
    reply_settings: str = "everyone"
    edits: list[str] = field(default_factory=list)
    withheld: bool = False

    @property
    def text(self) -> str:
        """The text as it is served: names first, links shortened, three characters escaped."""
        names = "".join(f"@{user.username} " for user in self.carried)
        short = LINK.sub(lambda found: self.short(found[0]), self.typed)
        whole = f"RT @{self.typed}" if self.reposts else names + short
        return html.escape(whole, quote=False)

    def short(self, link: str) -> str:
        """The t.co form of a link."""
        return f"https://t.co/{crc32(f'{self.id} {link}'.encode()):010}"


class Network:
    """Everybody and everything."""

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self.clock, self.quirks = clock, quirks
        self.users: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self._last_user_id = 1110
        self._sequence: Counter[int] = Counter()

    def user(self, username: str) -> User:
        """The user of a name, made when there is none."""
        for user in self.users.values():
            if user.username.lower() == username.lower():
                return user
        self._last_user_id += 1
        made = User(str(self._last_user_id), username, username.title())
        self.users[made.id] = made
        return made

    def id_at(self, at: datetime) -> str:
        """A new id of a time."""
        moment = int(at.timestamp() * 1000) - EPOCH
        self._sequence[moment] += 1
        return str((moment << 22) + self._sequence[moment])

    def write(
        self,
        by: User,
        text: str,
        *,
        to: Post | None = None,
        quoting: Post | None = None,
        leave_out: Iterable[str] = (),
        at: datetime | None = None,
    ) -> Post:
        """Post something. A reply carries the names of whom it answers, but those that are left out."""
        now = at or self.clock.now()
        made = Post(self.id_at(now), by, text, now.replace(microsecond=now.microsecond // 1000 * 1000))
        if to is not None:
            made.reply_to, made.root = to.id, to.root or to.id
            typed = {name.lower() for name in NAME.findall(text)}
            for user in [to.author, *self.named(to)]:
                wanted = user is not by and user.id not in leave_out and user.username.lower() not in typed
                if wanted and user not in made.carried:
                    made.carried.append(user)
        if quoting is not None:
            made.quotes = quoting.id
        made.root = made.root or made.id
        made.edits = [made.id]
        if self.quirks.late:
            made.shows_at = now + timedelta(seconds=self.quirks.late)
        self.posts[made.id] = made
        return made

    def repost(self, by: User, what: Post) -> Post:
        """Repost something."""
        made = self.write(by, f"{what.author.username}: {what.typed}")
        made.reposts = what.id
        return made

    def named(self, post: Post) -> list[User]:
        """Whom a post names, those carried along first."""
        known = {user.username.lower(): user for user in self.users.values()}
        typed = [known[name.lower()] for name in NAME.findall(post.typed) if name.lower() in known]
        quoted = self.posts.get(post.quotes)
        return list(dict.fromkeys([*post.carried, *typed, *([quoted.author] if quoted else [])]))

    def sees(self, me: User | None, post: Post) -> bool:
        """Whether somebody may read a post."""
        author = post.author
        mine = me is author or (me is not None and me.id in author.followers)
        return not post.deleted and not author.suspended and (not author.protected or mine)

    def edit(self, post: Post, text: str) -> Post:
        """A new version: a post with an id of its own, in the old one's place."""
        made = self.write(post.author, text)
        made.reply_to, made.root, made.carried, made.at = post.reply_to, post.root, post.carried, post.at
        made.edits = [*post.edits, made.id]
        post.deleted = True
        for one in made.edits:
            if one in self.posts:
                self.posts[one].edits = made.edits
        return made

    def newest(self, post_id: str) -> Post | None:
        """The newest version of a post."""
        post = self.posts.get(post_id)
        return self.posts.get(post.edits[-1]) if post else None
