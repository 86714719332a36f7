"""The notifications of a simulated Discourse: who is told of a post, and rows that replace earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulators._discourse_cook import mentions, quotes
from tests.simulators._discourse_state import MUTED, WATCHING, Post, SiteState, Topic, User

MENTIONED, REPLIED, QUOTED, EDITED, LIKED, PRIVATE, POSTED = 1, 2, 3, 4, 5, 6, 9
BADGE, GROUP_MENTIONED = 12, 15
COLLAPSED = {REPLIED, POSTED, PRIVATE}
TYPES = {
    "mentioned": MENTIONED,
    "replied": REPLIED,
    "quoted": QUOTED,
    "edited": EDITED,
    "liked": LIKED,
    "private_message": PRIVATE,
    "posted": POSTED,
    "granted_badge": BADGE,
    "group_mentioned": GROUP_MENTIONED,
}


@dataclass
class Notification:
    """A row of the list."""

    id: int
    user: User
    type: int
    created: datetime
    topic: int | None = None
    number: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    read: bool = False
    post: int | None = None
    """The post that made the row, which is not the one it points to where rows were collapsed."""
    extra: dict[str, Any] = field(default_factory=dict)


class Alerts:
    """Tells users of posts."""

    def __init__(self, state: SiteState) -> None:
        self.state = state
        self.rows: list[Notification] = []
        self.last = 90_000

    def posted(self, post: Post, *, new: bool = True, at: datetime | None = None) -> None:
        """Tell everybody whom a new or edited post concerns, each once."""
        topic = self.state.topics[post.topic]
        told = {post.user.id}
        for kind, users in self._concerned(post, topic, new):
            for user in users:
                if user.id not in told:
                    told.add(user.id)
                    self.tell(user, kind, post, at=at)

    def _concerned(self, post: Post, topic: Topic, new: bool) -> list[tuple[int, list[User]]]:
        state = self.state
        if topic.private:
            direct = [state.users[one] for one in sorted(topic.allowed)]
            return [(PRIVATE, direct)] if new else []
        names = mentions(post.raw)
        members = {one for name in names for one in state.groups.get(name, ())}
        named = [user for name in names if (user := state.named(name))]
        quoted = [user for one in quotes(post.raw) if (user := state.named(one.username))]
        told: list[tuple[int, list[User]]] = [
            (GROUP_MENTIONED, [state.users[one] for one in sorted(members)]),
            (MENTIONED, named),
        ]
        parent = state.at(topic.id, post.reply_to) if post.reply_to else None
        if new and parent is not None:
            told.append((REPLIED, [parent.user]))
        told.append((QUOTED, quoted))
        if new and post.number > 1:
            watching = [state.users[one] for one, level in topic.levels.items() if level == WATCHING]
            told.append((REPLIED, [one for one in watching if one is topic.user]))
            told.append((POSTED, watching))
        return told

    def tell(self, user: User, kind: int, post: Post, *, at: datetime | None = None) -> None:
        """One row, unless the user muted the writer or the topic, or has one of this kind for this post."""
        topic = self.state.topics[post.topic]
        if post.user.id in user.muted | user.ignored or topic.levels.get(user.id) == MUTED:
            return
        if any((one.user, one.type, one.post) == (user, kind, post.id) for one in self.rows):
            return
        shown, name = post, post.user.username
        if self.state.options.collapse and kind in COLLAPSED:
            self.rows = [one for one in self.rows if not self._replaced(one, user, topic)]
            unread = self._unread(user, topic, post)
            shown = unread[0]
            name = f"{len(unread)} replies" if len(unread) > 1 else shown.user.username
        data = {
            "topic_title": topic.title,
            "original_post_id": post.id,
            "original_post_type": post.type,
            "original_username": post.user.username,
            "revision_number": None,
            "display_username": name,
        }
        if kind == GROUP_MENTIONED:
            data["group_name"] = next(n for n in mentions(post.raw) if n in self.state.groups)
        self.add(
            user, kind, at=at or self.state.clock.now(), topic=topic.id, shown=shown.number, data=data
        ).post = post.id

    def _replaced(self, row: Notification, user: User, topic: Topic) -> bool:
        return row.user is user and row.topic == topic.id and row.type in COLLAPSED

    def _unread(self, user: User, topic: Topic, post: Post) -> list[Post]:
        """The posts of a topic that this user has not read and would be told of, never none."""
        read = topic.last_read.get(user.id, 0)
        watching = topic.levels.get(user.id) == WATCHING
        found = [
            one
            for one in self.state.of(topic)
            if one.number > read and one.user is not user and (watching or self._answers(one, user))
        ]
        return found or [post]

    def _answers(self, post: Post, user: User) -> bool:
        parent = self.state.at(post.topic, post.reply_to) if post.reply_to else None
        return parent is not None and parent.user is user

    def add(
        self,
        user: User,
        kind: int,
        *,
        at: datetime | None = None,
        topic: int | None = None,
        shown: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> Notification:
        """A row as it is."""
        self.last += 4
        row = Notification(self.last, user, kind, at or self.state.clock.now(), topic, shown, data or {})
        self.rows.append(row)
        return row

    def of(self, user: User) -> list[Notification]:
        """A user's rows, newest first."""
        found = [one for one in self.rows if one.user is user]
        return sorted(found, key=lambda one: (one.created, one.id), reverse=True)

    def read(self, user: User, ids: set[int]) -> None:
        """Mark rows as read; those of other users are left alone."""
        for one in self.rows:
            if one.user is user and one.id in ids:
                one.read = True
