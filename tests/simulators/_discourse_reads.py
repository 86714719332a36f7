"""What is read from a simulated Discourse: notifications, topics, posts, what somebody did."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.simulators._discourse_alerts import LIKED, TYPES, Alerts
from tests.simulators._discourse_calls import Call, SiteError, invalid_access, not_found
from tests.simulators._discourse_cook import mentions, quotes
from tests.simulators._discourse_state import Post, SiteState, Topic, User
from tests.simulators._discourse_views import CHUNK, MANY, Views
from tests.simulators.messages import Answer, json_answer

MOST = 60
NEW_TOPIC, REPLY, RESPONSE, MENTION, QUOTE, NEW_PRIVATE, GOT_PRIVATE = 4, 5, 6, 7, 9, 12, 13


class Reads:
    """The GET routes."""

    def __init__(self, state: SiteState, alerts: Alerts) -> None:
        self.state = state
        self.alerts = alerts

    def views(self, call: Call) -> Views:
        """What the caller is shown."""
        return Views(self.state, call.me)

    def notifications(self, call: Call) -> Answer:
        """GET /notifications: newest first, or the bell menu with `recent`, which moves the mark."""
        limit = call.number("limit", 15 if call.request.first("recent") else MOST)
        if limit < 0:
            raise SiteError(400, "invalid_parameters")
        limit = min(limit, MOST)
        if call.request.first("recent"):
            return self._recent(call, limit)
        kept = self.alerts.of(call.user)
        which = call.request.first("filter")
        if which in ("read", "unread"):
            kept = [one for one in kept if one.read is (which == "read")]
        offset = call.number("offset", 0)
        # What may not be seen is left out after the page was cut: a page can be short.
        part = [one for one in kept[offset : offset + limit] if self._visible(call.user, one.topic)]
        more = {"filter": which} if which else {}
        query = urlencode({"limit": limit, **more, "offset": offset + limit, "username": call.user.username})
        return json_answer(
            {
                "notifications": [self.views(call).notification(one) for one in part],
                "total_rows_notifications": len(kept),
                "seen_notification_id": call.user.seen,
                "load_more_notifications": f"{self.state.options.folder}/notifications?{query}",
            }
        )

    def _visible(self, user: User, topic: int | None) -> bool:
        return topic is None or self.state.may_see(user, self.state.topics.get(topic))

    def _recent(self, call: Call, limit: int) -> Answer:
        rows = self.alerts.of(call.user)
        if names := call.request.first("filter_by_types"):
            unknown = [name for name in names.split(",") if name not in TYPES]
            if unknown:
                raise SiteError(400, "invalid_parameters", f"invalid notification type: {unknown[0]}")
            rows = [one for one in rows if one.type in {TYPES[name] for name in names.split(",")}]
        rows.sort(key=lambda one: (one.read, one.type not in (1, 6)))
        if all(name != "silent" for name, _ in call.request.query):
            call.user.seen = max([call.user.seen, *(one.id for one in rows)])
        shown = [self.views(call).notification(one) for one in rows[:limit]]
        return json_answer({"notifications": shown, "seen_notification_id": call.user.seen})

    def totals(self, call: Call) -> Answer:
        """GET /notifications/totals."""
        unread = [one for one in self.alerts.of(call.user) if not one.read]
        high = sum(one.type in (1, 6) for one in unread)
        return json_answer(
            {
                "unread_notifications": len(unread) - high,
                "unread_personal_messages": high,
                "unseen_reviewables": 0,
                "topic_tracking": {"new": 0, "unread": 0},
                "group_inboxes": [],
            }
        )

    def _topic(self, call: Call, number: str) -> Topic:
        topic = self.state.topics.get(int(number))
        if topic is None or topic.deleted:
            raise not_found()
        if not self.state.may_see(call.me, topic):
            raise invalid_access() if call.me else SiteError(403, "not_logged_in")
        return topic

    def topic(self, call: Call, number: str) -> Answer:
        """GET /t/<id>: the first posts, and the ids of all."""
        topic = self._topic(call, number)
        start = (max(call.number("page", 1), 1) - 1) * CHUNK
        posts = self.state.of(topic)[start : start + CHUNK]
        if start and not posts:
            raise not_found()
        return json_answer(self.views(call).topic(topic, posts))

    def around(self, call: Call, number: str, near: str) -> Answer:
        """GET /t/<id>/<post number>: a chunk of posts in which that one stands."""
        topic = self._topic(call, number)
        every = self.state.of(topic)
        places = [at for at, one in enumerate(every) if one.number <= int(near)]
        start = min((places[-1] if places else 0) - CHUNK // 4, len(every) - CHUNK)
        posts = every[max(start, 0) :][:CHUNK]
        return json_answer(self.views(call).topic(topic, posts))

    def chosen(self, call: Call, number: str) -> Answer:
        """GET /t/<id>/posts: chosen by id, 20 at most; ids of other topics and of what is gone are left out."""
        topic = self._topic(call, number)
        wanted = [int(one) for one in call.request.every("post_ids") if one.isdigit()]
        posts = [one for one in self.state.of(topic) if one.id in wanted[:CHUNK]]
        if not call.request.every("post_ids"):
            posts = self.state.of(topic)[:CHUNK]
        shown = [self.views(call).post(one) for one in posts]
        return json_answer({"post_stream": {"posts": shown}, "id": topic.id})

    def seen(self, call: Call, number: int) -> Post:
        """A post that the caller may see. Raises SiteError."""
        post = self.state.posts.get(number)
        if post is None or self.state.gone(post):
            raise not_found()
        if not self.state.may_see(call.me, self.state.topics[post.topic]):
            raise invalid_access()
        return post

    def post(self, call: Call, number: str) -> Answer:
        """GET /posts/<id>: with its Markdown."""
        return json_answer(self.views(call).post(self.seen(call, int(number)), raw=True))

    def numbered(self, call: Call, topic: str, number: str) -> Answer:
        """GET /posts/by_number/<topic>/<number>."""
        post = self.state.at(int(topic), int(number))
        if post is None:
            raise not_found()
        return self.post(call, str(post.id))

    def replies(self, call: Call, number: str) -> Answer:
        """GET /posts/<id>/replies: direct answers, 20 at most."""
        post, after = self.seen(call, int(number)), call.number("after", 1)
        every = self.state.of(self.state.topics[post.topic])
        found = [one for one in every if one.reply_to == post.number and one.number > after]
        return json_answer([self.views(call).post(one) for one in found[:CHUNK]])

    def actions(self, call: Call) -> Answer:
        """GET /user_actions: what somebody did and what others did to them, newest first."""
        target = self.state.named(call.request.first("username"))
        if not call.request.first("username"):
            raise SiteError(400, "invalid_parameters", "param is missing or the value is empty: username")
        if target is None:
            raise not_found()
        wanted = {int(one) for one in call.request.first("filter").split(",") if one.isdigit()}
        found = [
            (kind, one)
            for one in self.state.posts.values()
            for kind in self._kinds(one, target)
            if kind in wanted and not self.state.gone(one)
        ]
        found = [
            (kind, one)
            for kind, one in found
            if self.state.may_see(call.me, self.state.topics[one.topic])
            and (not self.state.topics[one.topic].private or call.me is target)
        ]
        found.sort(key=lambda pair: (pair[1].created, pair[1].id), reverse=True)
        start, size = call.number("offset", 0), self.state.options.actions_page
        views = self.views(call)
        shown = [views.action(kind, one, target, one.user) for kind, one in found[start : start + size]]
        return json_answer({"user_actions": shown})

    def _kinds(self, post: Post, target: User) -> Iterator[int]:
        """The kinds of action that a post is for somebody."""
        topic, mine = self.state.topics[post.topic], post.user is target
        if topic.private:
            if target.id in topic.allowed:
                yield NEW_PRIVATE if mine else GOT_PRIVATE
            return
        if mine:
            yield NEW_TOPIC if post.number == 1 else REPLY
            return
        parent = self.state.parent(post)
        if parent is not None and parent.user is target:
            yield RESPONSE
        if target.username.lower() in mentions(post.raw):
            yield MENTION
        if any(one.username.lower() == target.username.lower() for one in quotes(post.raw)):
            yield QUOTE

    def sent(self, call: Call, username: str, which: str) -> Answer:
        """GET /topics/private-messages and -sent: topics, newest post first, 30 a page."""
        if self.state.named(username) is not call.user:
            raise invalid_access()
        topics = [
            one for one in self.state.topics.values() if call.user.id in one.allowed and not one.deleted
        ]
        if which:
            topics = [one for one in topics if any(p.user is call.user for p in self.state.of(one))]
        topics.sort(key=lambda one: self.state.of(one)[-1].created, reverse=True)
        start = call.number("page", 0) * 30
        rows = [self._row(one) for one in topics[start : start + 30]]
        more = {"more_topics_url": "?page=1"} if len(topics) > start + 30 else {}
        return json_answer({"users": [], "topic_list": {**more, "per_page": 30, "topics": rows}})

    def _row(self, topic: Topic) -> dict[str, object]:
        return {
            "id": topic.id,
            "title": topic.title,
            "slug": topic.slug,
            "archetype": "private_message",
            "posts_count": MANY,
            "reply_count": MANY,
            "views": MANY,
            "like_count": MANY,
            "highest_post_number": topic.last_number,
        }

    def pending(self, call: Call, username: str) -> Answer:
        """GET /posts/<username>/pending: own posts that wait for a moderator."""
        if self.state.named(username) is not call.user:
            raise invalid_access()
        found = [one for one in self.state.pending if one["username"] == call.user.username]
        return json_answer({"pending_posts": found})

    def profile(self, call: Call, username: str) -> Answer:
        """GET /u/<username>."""
        user = self.state.named(username)
        if user is None:
            raise not_found()
        return json_answer({"user_badges": [{"id": MANY}], "user": self.views(call).user(user)})

    def like(self, post: Post, by: User) -> None:
        """Somebody likes a post: a row that is not speech."""
        data = {"topic_title": "", "original_username": by.username, "display_username": by.username}
        self.alerts.add(post.user, LIKED, topic=post.topic, shown=post.number, data=data)
