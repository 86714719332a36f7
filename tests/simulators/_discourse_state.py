"""The state of a simulated Discourse: users, topics, posts, and the settings that change its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from convo.clock import Clock
from tests.simulators._discourse_cook import Cook

MUTED, NORMAL, TRACKING, WATCHING = 0, 1, 2, 3
PLACEHOLDER = "(post deleted by author)"
GRACE = timedelta(minutes=5)
"""An author's edit within this time raises no version."""
REMOVED_AFTER = timedelta(hours=24)
"""A placeholder of a deleted post goes after this time."""


@dataclass
class Options:
    """Site settings, the defaults as a new site has them but for those the suite needs."""

    folder: str = ""
    """The folder of the site below the origin, such as "/forum"."""
    user_status: bool = True
    """Posts name the users they mention with their ids."""
    min_length: int = 1
    """`min_post_length`, 20 on a new site."""
    max_length: int = 32_000
    unique_minutes: int = 5
    """`unique_posts_mins`: the same words of the same user are refused for so long; 0 never."""
    limits: bool = False
    """20 requests a minute and 2880 a day for each user key."""
    ip_limit: bool = False
    """The limiter in front of the application answers, with plain text."""
    login_required: bool = False
    approve: bool = False
    """New posts wait for a moderator."""
    collapse: bool = True
    """Rows about answers in one topic are replaced by one about the first that is unread."""
    placeholders: bool = True
    """What an author deletes leaves a placeholder for a day; else it is gone at once, as when staff delete."""
    edit_window: timedelta = timedelta(days=1)
    read_only: bool = False
    names: bool = True
    """Full names are shown."""
    actions_page: int = 30
    """Rows of `user_actions` a page; 60 on older sites."""
    settings_open: bool = True
    """`/site/settings.json` is answered."""


@dataclass
class User:
    """Somebody with an account."""

    id: int
    username: str
    name: str
    staff: bool = False
    silenced: bool = False
    suspended: bool = False
    muted: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)
    seen: int = 0
    """The newest notification that was seen in the bell menu."""

    @property
    def avatar(self) -> str:
        return f"/user_avatar/forum.example/{self.username}/{{size}}/{self.id}_2.png"


@dataclass
class Post:
    """One post of a topic."""

    id: int
    topic: int
    number: int
    user: User
    raw: str
    cooked: str
    created: datetime
    updated: datetime
    reply_to: int | None = None
    version: int = 1
    type: int = 1
    action_code: str = ""
    hidden: bool = False
    deleted: bool = False
    """By staff: only staff see it."""
    user_deleted: datetime | None = None
    edit_reason: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """What replaces or joins the fields of its view."""


@dataclass
class Topic:
    """A topic: `allowed` are the user ids of a private message, empty for a public one."""

    id: int
    title: str
    user: User
    created: datetime
    allowed: set[int] = field(default_factory=set)
    closed: bool = False
    archived: bool = False
    deleted: bool = False
    slow_mode: int = 0
    last_number: int = 0
    levels: dict[int, int] = field(default_factory=dict)
    last_read: dict[int, int] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return bool(self.allowed)

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "topic"


@dataclass
class SiteState:
    """The database."""

    clock: Clock
    options: Options = field(default_factory=Options)
    users: dict[int, User] = field(default_factory=dict)
    groups: dict[str, set[int]] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known, group = lambda name: self.named(name) is not None, lambda name: name in self.groups
        self.cook = Cook(self.options.folder, known, group)
        self.users[-1] = User(-1, "system", "system", staff=True)

    def add_user(self, username: str, name: str = "", **more: Any) -> User:
        """A new account; ids start at 17."""
        user = User(16 + len(self.users), username, name or username.title(), **more)
        self.users[user.id] = user
        return user

    def named(self, username: str) -> User | None:
        """Names are compared without regard to case."""
        wanted = username.lower()
        return next((one for one in self.users.values() if one.username.lower() == wanted), None)

    def add_topic(
        self, user: User, title: str, *, at: datetime | None = None, allowed: set[int] | None = None
    ) -> Topic:
        """A topic without a post yet; its author watches it."""
        number = 640 + len(self.topics)
        topic = Topic(number, title, user, at or self.clock.now(), allowed or set())
        topic.levels[user.id] = WATCHING
        for one in topic.allowed:
            topic.levels[one] = WATCHING
        self.topics[topic.id] = topic
        return topic

    def add_post(
        self, user: User, topic: Topic, raw: str, *, reply_to: int | None = None, at: datetime | None = None
    ) -> Post:
        """A post; whoever writes tracks the topic and has read it up to there."""
        topic.last_number += 1
        when = at or self.clock.now()
        when = when.replace(microsecond=when.microsecond // 1000 * 1000)
        number = 5401 + len(self.posts)
        post = Post(number, topic.id, topic.last_number, user, raw, self.cook(raw), when, when, reply_to)
        self.posts[post.id] = post
        topic.levels.setdefault(user.id, TRACKING)
        topic.last_read[user.id] = post.number
        return post

    def of(self, topic: Topic) -> list[Post]:
        """Every post of a topic that was not deleted by staff, in order."""
        found = [one for one in self.posts.values() if one.topic == topic.id and not self.gone(one)]
        return sorted(found, key=lambda one: one.number)

    def at(self, topic: int, number: int) -> Post | None:
        """The post with a number in a topic."""
        posts = self.posts.values()
        return next((one for one in posts if (one.topic, one.number) == (topic, number)), None)

    def gone(self, post: Post) -> bool:
        """Whether nobody but staff sees it any more."""
        removed = post.user_deleted is not None and self.clock.now() >= post.user_deleted + REMOVED_AFTER
        topic = self.topics[post.topic]
        return post.deleted or topic.deleted or removed

    def may_see(self, user: User | None, topic: Topic | None) -> bool:
        if topic is None or topic.deleted:
            return False
        return not topic.private or (user is not None and user.id in topic.allowed)

    def parent(self, post: Post) -> Post | None:
        """What a post answers: no number means the first post."""
        if post.number == 1:
            return None
        return self.at(post.topic, post.reply_to or 1)

    def revise(self, post: Post, raw: str, reason: str | None = None) -> None:
        """Change the words."""
        now = self.clock.now()
        if now - post.created >= GRACE:
            post.version += 1
        post.raw, post.cooked, post.updated, post.edit_reason = raw, self.cook(raw), now, reason

    def delete_own(self, post: Post) -> None:
        """What happens when an author deletes: a placeholder, or a topic of its own is gone with its first post."""
        topic = self.topics[post.topic]
        if post.number == 1 and len(self.of(topic)) == 1:
            topic.deleted = True
        elif self.options.placeholders:
            self.revise(post, PLACEHOLDER)
            post.user_deleted = self.clock.now()
        else:
            post.deleted = True

    def delete_by_staff(self, post: Post) -> None:
        """Staff delete a post, or a topic with its first post."""
        if post.number == 1:
            self.topics[post.topic].deleted = True
        post.deleted = True
