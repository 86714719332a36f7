"""A simulated Discourse's objects as JSON, vanity counts included."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from tests.simulators._discourse_alerts import PRIVATE, Notification
from tests.simulators._discourse_cook import mentions
from tests.simulators._discourse_state import NORMAL, PLACEHOLDER, Post, SiteState, Topic, User

MANY, MORE = 7777, 8888
"""What everything is counted as: no such number may be found anywhere in convo."""
CHUNK = 20


def stamp(when: datetime) -> str:
    """A time as Rails writes it."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"


class Views:
    """What one user is shown."""

    def __init__(self, state: SiteState, me: User | None) -> None:
        self.state = state
        self.me = me
        self.folder = state.options.folder

    def basic(self, user: User) -> dict[str, Any]:
        """A user in passing."""
        view = {"id": user.id, "username": user.username, "name": user.name, "avatar_template": user.avatar}
        if not self.state.options.names:
            del view["name"]
        return view

    def user(self, user: User) -> dict[str, Any]:
        """A profile."""
        view = self.basic(user) | {
            "last_posted_at": None,
            "created_at": "2020-01-01T00:00:00.000Z",
            "ignored": bool(self.me and user.id in self.me.ignored),
            "muted": bool(self.me and user.id in self.me.muted),
            "can_ignore_user": True,
            "can_mute_user": True,
            "trust_level": 2,
            "moderator": user.staff,
            "admin": user.staff,
            "title": f"Wrote {MANY} posts",
            "badge_count": MANY,
            "profile_view_count": MANY,
            "time_read": MANY,
            "recent_time_read": MORE,
            "total_followers": MANY,
        }
        if user is self.me:
            view["muted_usernames"] = [self.state.users[one].username for one in sorted(user.muted)]
            view["ignored_usernames"] = [self.state.users[one].username for one in sorted(user.ignored)]
        return view

    def current(self, user: User) -> dict[str, Any]:
        """`/session/current`."""
        return self.basic(user) | {
            "unread_notifications": 1,
            "unread_high_priority_notifications": 0,
            "seen_notification_id": user.seen,
            "admin": user.staff,
            "moderator": user.staff,
            "staff": user.staff,
            "title": None,
            "trust_level": 2,
            "can_send_private_messages": True,
            "can_edit": True,
            "reply_count": MANY,
            "topic_count": MANY,
            "likes_received": MORE,
        }

    def notification(self, row: Notification) -> dict[str, Any]:
        """A row of the list."""
        topic = self.state.topics.get(row.topic or 0)
        view: dict[str, Any] = {
            "id": row.id,
            "user_id": row.user.id,
            "notification_type": row.type,
            "read": row.read,
            "high_priority": row.type == PRIVATE,
            "created_at": stamp(row.created),
            "post_number": row.number,
            "topic_id": row.topic,
            "slug": topic.slug if topic else None,
            "data": row.data,
        }
        if topic:
            view["fancy_title"] = escape(topic.title)
        return view | row.extra

    def post(self, post: Post, *, raw: bool = False) -> dict[str, Any]:
        """A post."""
        state, topic = self.state, self.state.topics[post.topic]
        mine = post.user is self.me
        hidden = post.hidden and not mine
        parent = state.at(post.topic, post.reply_to) if post.reply_to else None
        view: dict[str, Any] = {
            **self.basic(post.user),
            "id": post.id,
            "created_at": stamp(post.created),
            "cooked": "<p>This post was flagged and is hidden.</p>" if hidden else post.cooked,
            "post_number": post.number,
            "post_type": post.type,
            "posts_count": MANY,
            "updated_at": stamp(post.updated),
            "reply_count": MANY,
            "reply_to_post_number": post.reply_to,
            "quote_count": MANY,
            "incoming_link_count": MANY,
            "reads": MORE,
            "readers_count": MORE,
            "score": 7777.8,
            "yours": mine,
            "topic_id": topic.id,
            "topic_slug": topic.slug,
            "display_username": post.user.name,
            "primary_group_name": None,
            "flair_name": None,
            "flair_url": None,
            "flair_group_id": MANY,
            "badges_granted": [{"id": MANY, "name": "Great Reply", "grant_count": MORE}],
            "version": post.version,
            "can_edit": mine and not post.user_deleted,
            "can_delete": mine and not post.user_deleted and post.number > 1,
            "can_recover": mine and bool(post.user_deleted),
            "can_see_hidden_post": False,
            "can_wiki": False,
            "link_counts": [{"url": "https://example.org/", "internal": False, "clicks": MANY}],
            "read": True,
            "user_title": f"Liked {MANY} times",
            "bookmarked": False,
            "actions_summary": [{"id": 2, "count": MANY, "can_act": not mine}],
            "moderator": post.user.staff,
            "admin": post.user.staff,
            "staff": post.user.staff,
            "user_id": post.user.id,
            "hidden": post.hidden,
            "trust_level": 2,
            "deleted_at": None,
            "user_deleted": bool(post.user_deleted),
            "edit_reason": post.edit_reason,
            "can_view_edit_history": True,
            "wiki": False,
        }
        if parent is not None:
            view["reply_to_user"] = self.basic(parent.user)
        if post.action_code:
            view["action_code"] = post.action_code
        if state.options.user_status:
            named = [user for name in mentions(post.raw) if (user := state.named(name))]
            view["mentioned_users"] = [self.basic(user) for user in named]
        if raw and not hidden:
            view["raw"] = post.raw
        return view | post.extra

    def topic(self, topic: Topic, posts: list[Post]) -> dict[str, Any]:
        """A topic with some of its posts and the ids of all."""
        every = self.state.of(topic)
        return {
            "post_stream": {"posts": [self.post(one) for one in posts], "stream": [one.id for one in every]},
            "timeline_lookup": [[1, 0]],
            "tags": [],
            "id": topic.id,
            "title": topic.title,
            "fancy_title": escape(topic.title),
            "posts_count": MANY,
            "created_at": stamp(topic.created),
            "views": MANY,
            "reply_count": MANY,
            "like_count": MANY,
            "last_posted_at": stamp(every[-1].created) if every else None,
            "visible": True,
            "closed": topic.closed,
            "archived": topic.archived,
            "has_summary": False,
            "archetype": "private_message" if topic.private else "regular",
            "slug": topic.slug,
            "category_id": None if topic.private else 4,
            "word_count": MANY,
            "deleted_at": None,
            "user_id": topic.user.id,
            "slow_mode_seconds": topic.slow_mode,
            "current_post_number": 1,
            "highest_post_number": topic.last_number,
            "deleted_by": None,
            "actions_summary": [{"id": 4, "count": MANY, "hidden": False, "can_act": True}],
            "chunk_size": CHUNK,
            "bookmarked": False,
            "participant_count": MANY,
            "details": self._details(topic, every),
        }

    def _details(self, topic: Topic, every: list[Post]) -> dict[str, Any]:
        people = {one.user.id: one.user for one in every}
        me = self.me.id if self.me else 0
        view: dict[str, Any] = {
            "can_edit": False,
            "notification_level": topic.levels.get(me, NORMAL),
            "notifications_reason_id": None,
            "participants": [
                self.basic(one) | {"post_count": MANY, "trust_level": 2} for one in people.values()
            ],
            "created_by": self.basic(topic.user),
            "last_poster": self.basic(every[-1].user) if every else None,
            "links": [{"url": "https://example.org/", "internal": False, "clicks": MANY}],
        }
        if self.may_answer(topic):
            view["can_create_post"] = True
            view["can_reply_as_new_topic"] = True
        if topic.private:
            view["allowed_users"] = [self.basic(self.state.users[one]) for one in sorted(topic.allowed)]
            view["allowed_groups"] = []
        return view

    def may_answer(self, topic: Topic) -> bool:
        """Whether this user may write there."""
        if self.me is None or self.me.silenced or not self.state.may_see(self.me, topic):
            return False
        return not topic.archived and (not topic.closed or self.me.staff)

    def action(self, kind: int, post: Post, target: User, acting: User) -> dict[str, Any]:
        """A row of `user_actions`."""
        topic = self.state.topics[post.topic]
        words = PLACEHOLDER if post.user_deleted else post.raw
        return {
            "excerpt": escape(words[:300]) + ("&hellip;" if len(words) > 300 else ""),
            "action_type": kind,
            "created_at": stamp(post.created),
            "avatar_template": post.user.avatar,
            "acting_avatar_template": acting.avatar,
            "slug": topic.slug,
            "topic_id": topic.id,
            "target_user_id": target.id,
            "target_name": target.name,
            "target_username": target.username,
            "post_number": post.number,
            "post_id": post.id,
            "reply_to_post_number": post.reply_to,
            "username": post.user.username,
            "name": post.user.name,
            "user_id": post.user.id,
            "acting_username": acting.username,
            "acting_name": acting.name,
            "acting_user_id": acting.id,
            "title": topic.title,
            "deleted": False,
            "hidden": post.hidden,
            "post_type": post.type,
            "action_code": None,
            "category_id": None if topic.private else 4,
            "closed": topic.closed,
            "archived": topic.archived,
        }
