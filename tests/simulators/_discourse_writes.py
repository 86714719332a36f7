"""What is changed on a simulated Discourse: posts, marks, levels of topics and people."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from convo.text import parse_time
from tests.simulators._discourse_alerts import Alerts
from tests.simulators._discourse_calls import Call, SiteError, invalid_access, not_found
from tests.simulators._discourse_reads import Reads
from tests.simulators._discourse_state import SiteState, Topic, User
from tests.simulators.messages import Answer, json_answer

SIMILAR = "Body is too similar to what you recently posted"
_CLOSED = "Something has gone wrong. Perhaps this topic was closed or deleted while you were looking at it?"


class Writes:
    """The routes that change something."""

    def __init__(self, state: SiteState, alerts: Alerts, reads: Reads) -> None:
        self.state = state
        self.alerts = alerts
        self.reads = reads
        self._recent: dict[tuple[int, str], datetime] = {}

    def create(self, call: Call) -> Answer:
        """POST /posts: an answer in a topic, or a new topic."""
        me, body = call.user, call.body()
        if "created_at" in body and not me.staff:
            raise invalid_access()
        raw = str(body.get("raw") or "").rstrip()
        topic = self._topic(call, body)
        problems = [] if topic or "topic_id" not in body else [_CLOSED]
        problems += self._problems(me, topic, raw)
        if problems:
            raise SiteError(422, "", *problems, action="create_post")
        if self.state.options.approve and not me.staff:
            return self._enqueue(me, topic, raw)
        if topic is None:
            topic = self._new_topic(me, body)
        above = body.get("reply_to_post_number")
        post = self.state.add_post(me, topic, raw, reply_to=int(above) if above else None)
        self._recent[me.id, _digest(raw)] = self.state.clock.now()
        self.alerts.posted(post)
        view = self.reads.views(call).post(post, raw=True) | {"draft_sequence": 1}
        view["post_url"] = f"{self.state.options.folder}/t/{topic.slug}/{topic.id}/{post.number}"
        if str(body.get("nested_post", "")).lower() == "true":
            return json_answer({"action": "create_post", "post": view, "success": True})
        return json_answer(view)

    def _topic(self, call: Call, body: dict[str, Any]) -> Topic | None:
        """The topic to write in, None for a new one or one where this user may not write."""
        wanted = str(body.get("topic_id") or "")
        topic = self.state.topics.get(int(wanted)) if wanted.isdigit() else None
        if topic is not None and not topic.deleted and not self.state.may_see(call.me, topic):
            raise invalid_access()
        return topic if topic and self.reads.views(call).may_answer(topic) else None

    def _problems(self, me: User, topic: Topic | None, raw: str) -> list[str]:
        options, now = self.state.options, self.state.clock.now()
        length = len(raw.strip())
        least = min(10, options.min_length) if topic and topic.private else options.min_length
        if not length:
            return ["Body can't be blank"]
        if length < least:
            return [f"Body is too short (minimum is {least} characters)"]
        if length > options.max_length:
            return [f"Body is limited to {options.max_length} characters; you entered {length}."]
        last = self._recent.get((me.id, _digest(raw)))
        if last and not me.staff and now - last < timedelta(minutes=options.unique_minutes):
            return [SIMILAR]
        if topic and topic.slow_mode and not me.staff:
            own = [one.created for one in self.state.of(topic) if one.user is me]
            if own and now - max(own) < timedelta(seconds=topic.slow_mode):
                return ["This topic is in slow mode. Please wait before posting again."]
        return []

    def _new_topic(self, me: User, body: dict[str, Any]) -> Topic:
        title = str(body.get("title") or "")
        if not title:
            raise SiteError(422, "", "Title can't be blank", action="create_post")
        names = str(body.get("target_recipients") or "").split(",")
        people = {user.id for name in names if (user := self.state.named(name.strip()))}
        private = body.get("archetype") == "private_message"
        return self.state.add_topic(me, title, allowed=people | {me.id} if private else None)

    def _enqueue(self, me: User, topic: Topic | None, raw: str) -> Answer:
        pending = {
            "id": 100 + len(self.state.pending),
            "avatar_template": me.avatar,
            "category_id": 4,
            "created_at": self.state.clock.now().isoformat().replace("+00:00", "Z"),
            "created_by_id": me.id,
            "name": me.name,
            "raw_text": raw,
            "title": topic.title if topic else "",
            "topic_id": topic.id if topic else None,
            "topic_url": None,
            "username": me.username,
        }
        self.state.pending.append(pending)
        self._recent[me.id, _digest(raw)] = self.state.clock.now()
        return json_answer(
            {
                "action": "enqueued",
                "success": True,
                "pending_post": {name: pending[name] for name in ("id", "raw_text", "created_at")},
                "pending_count": len(self.state.pending),
            }
        )

    def edit(self, call: Call, number: str) -> Answer:
        """PUT /posts/<id>: one's own, inside the site's window."""
        me, given = call.user, call.body().get("post")
        if not isinstance(given, dict) or not given.get("raw"):
            raise SiteError(400, "invalid_parameters", "param is missing or the value is empty: post")
        post = self.reads.seen(call, int(number))
        if (post.user is not me and not me.staff) or post.user_deleted:
            raise invalid_access()
        if self.state.clock.now() - post.created > self.state.options.edit_window and not me.staff:
            words = "This post was created too long ago. It can no longer be edited or deleted."
            raise SiteError(422, "", words)
        raw = str(given["raw"]).rstrip()
        if len(raw.strip()) > self.state.options.max_length:
            words = f"Body is limited to {self.state.options.max_length} characters; you entered {len(raw)}."
            raise SiteError(422, "", words)
        self.state.revise(post, raw, given.get("edit_reason"))
        self.alerts.posted(post, new=False)
        return json_answer({"post": self.reads.views(call).post(post, raw=True)})

    def delete(self, call: Call, number: str) -> Answer:
        """DELETE /posts/<id>: one's own, but for a topic's first post and what is a placeholder already."""
        me, post = call.user, self.reads.seen(call, int(number))
        if me.staff:
            self.state.delete_by_staff(post)
        elif post.user is not me or post.user_deleted or post.number == 1:
            raise invalid_access()
        else:
            self.state.delete_own(post)
        return Answer(200, b"", {"content-type": "application/json; charset=utf-8"})

    def recover(self, call: Call, number: str) -> Answer:
        """PUT /posts/<id>/recover: take a placeholder back; its words are what they were before."""
        post = self.reads.seen(call, int(number))
        if post.user is not call.user or not post.user_deleted:
            raise invalid_access()
        post.user_deleted = None
        return json_answer(self.reads.views(call).post(post, raw=True))

    def mark_read(self, call: Call) -> Answer:
        """PUT /notifications/mark-read: one row; without an id all of them."""
        body = {**dict(call.request.query), **call.body()}
        rows = self.alerts.of(call.user)
        wanted = str(body["id"]) if "id" in body and body["id"] is not None else None
        if wanted is None:
            self.alerts.read(call.user, {one.id for one in rows})
            call.user.seen = max([call.user.seen, *(one.id for one in rows)])
        else:
            self.alerts.read(call.user, {int(wanted) if wanted.isdigit() else 0})
        return json_answer({"success": "OK"})

    def topic_level(self, call: Call, number: str) -> Answer:
        """POST /t/<id>/notifications: 0 muted to 3 watching."""
        topic = self.state.topics.get(int(number))
        if topic is None or topic.deleted:
            raise not_found()
        level = int(call.body().get("notification_level", -1))
        if not self.state.may_see(call.user, topic):
            raise invalid_access()
        if level not in range(4):
            raise SiteError(400, "invalid_parameters")
        topic.levels[call.user.id] = level
        return json_answer({"success": "OK"})

    def person_level(self, call: Call, username: str) -> Answer:
        """PUT /u/<username>/notification_level: mute, ignore (until a time) or normal."""
        me, body, target = call.user, call.body(), self.state.named(username)
        if target is None:
            raise not_found()
        level = body.get("notification_level")
        if target is me or (target.staff and level != "normal"):
            raise SiteError(422, "", "You cannot mute or ignore this user.")
        if level == "ignore" and not body.get("expiring_at"):
            raise SiteError(400, "invalid_parameters", "param is missing: expiring_at")
        if level == "ignore":
            parse_time(str(body["expiring_at"]))
        if level not in ("mute", "ignore", "normal"):
            raise SiteError(400, "invalid_parameters")
        me.muted.discard(target.id)
        me.ignored.discard(target.id)
        if level != "normal":
            (me.muted if level == "mute" else me.ignored).add(target.id)
        return json_answer({"success": "OK"})


def _digest(raw: str) -> str:
    """How the site remembers words: without regard to their spaces."""
    return hashlib.sha256("".join(raw.split()).encode()).hexdigest()
