"""A small simulated Discourse to be asked by hand."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from convo.clock import HandClock
from tests.simulators._discourse_state import Options, Post, User
from tests.simulators.discourse import Discourse
from tests.simulators.messages import Answer, Request


class Forum:
    """A site with the user, two others, and a topic of the user's that zoe answered."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 8, 13, 20, 120_000, tzinfo=timezone.utc))
        self.server = Discourse(self.clock, Options(**options))
        self.state, self.alerts = self.server.state, self.server.alerts
        self.me, self.zoe, self.ida = (self.state.add_user(name) for name in ("me", "zoe", "ida"))
        self.server.keys.add(self.me, "key-of-me", "read", "write")
        self.topic = self.state.add_topic(self.me, "Show: convo")
        self.first = self.write(self.me, "I made this")

    def write(self, by: User, raw: str, to: int | None = None) -> Post:
        post = self.state.add_post(by, self.topic, raw, reply_to=to)
        self.alerts.posted(post)
        self.clock.step(1)
        return post

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "key-of-me", **headers: str
    ) -> Answer:
        given = {"accept": "application/json", "content-type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            given["user-api-key"] = key
        content = json.dumps(body).encode() if body is not None else b""
        return self.server.answer(Request(method, path, given, content, "http://127.0.0.1"))

    def notes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "/notifications.json").json()["notifications"]
        return found

    def answer(self, raw: str, **more: Any) -> Answer:
        return self.ask(
            "POST", "/posts.json", {"raw": raw, "topic_id": self.topic.id, "nested_post": True, **more}
        )
