"""The conformance suite's world over a simulated Discourse: being spoken to is a mention, an answer or a message."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from convo.adapters.discourse import Discourse as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._discourse_cook import mentions
from tests.simulators._discourse_state import MUTED, Options, Post, Topic, User
from tests.simulators.discourse import Discourse
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

KEY = "0123456789abcdef0123456789abcdef"
_OLD = timedelta(days=200)
_PLACE = re.compile(r"/t/(\d+)/(\d+)$")
_NOTE: list[Any] = [
    {"id": None},
    {"id": "x"},
    {"topic_id": "x"},
    {"post_number": {}},
    {"data": None},
    {"data": "nonsense"},
    {"created_at": "yesterday"},
    {"notification_type": "x"},
    "nonsense",
    None,
]
_POST: list[Any] = [
    {"cooked": 42},
    {"created_at": "yesterday"},
    {"username": None},
    {"user_id": "x"},
    {"post_number": None},
    {"id": None},
    {"mentioned_users": "nonsense"},
    {"reply_to_post_number": "x"},
    "nonsense",
    None,
]


class DiscourseWorld(HttpWorld):
    """One site. A mention opens a topic of its own, or stands `within` a topic of somebody else."""

    page_size = 60
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/notifications"), ("GET", "/t/")],
        Where.ANSWER: [("POST", "/posts")],
        Where.FIND: [("GET", "/t/"), ("GET", "/posts/"), ("GET", "/user_actions"), ("GET", "/session")],
    }
    plain_keys = frozenset(["created_at", "updated_at", "archetype", "load_more_notifications", "time_left"])
    kept_keys = plain_keys | {"username", "slug", "topic_slug", "acting_username", "target_username"}

    def __init__(self, *, within: bool = False, **options: Any) -> None:
        clock = self.present()
        self.within = within
        self.server = Discourse(clock, Options(**options))
        self.state = self.server.state
        self.user_me = self.state.add_user("me", "Me Myself")
        self.server.keys.add(self.user_me, KEY, "read", "write")
        super().__init__(self.server, clock, AccountConfig("forum", "discourse", user="me"), KEY)
        self.home = f"{self.site.home.url}{self.state.options.folder}"
        self.account = AccountConfig("forum", "discourse", url=self.home, user="me")
        self.me = self._uid(self.user_me)

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        body = {"action": "create_post", "errors": [words]}
        return faults.refuses(422, json.dumps(body).encode())

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Any:
        made = super().adapter(facts, deadline=deadline)
        _, http = self._made[-1]
        http.base = self.home
        return made

    def _uid(self, user: User) -> str:
        return f"{self.home}/#user-{user.id}"

    def _user(self, name: str) -> User:
        return self.state.named(name) or self.state.add_user(name)

    def uid(self, name: str) -> str:
        return self._uid(self._user(name))

    def _uri(self, post: Post) -> str:
        return f"{self.home}/t/{post.topic}/{post.number}"

    def _of(self, said: Said) -> Post:
        found = _PLACE.search(said.uri)
        assert found
        post = self.state.at(int(found[1]), int(found[2]))
        assert post
        return post

    def _write(
        self,
        by: str,
        raw: str,
        topic: Topic,
        text: str = "",
        *,
        to: Post | None = None,
        at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> Said:
        with self.site.home.lock:
            # Whoever answers a topic's first post sends no number, whoever answers another post does.
            above = to.number if to is not None and to.number > 1 else None
            post = self.state.add_post(self._user(by), topic, raw, reply_to=above, at=at)
            self.server.alerts.posted(post, at=arrived or at)
            self._tick()
            return Said(self._uri(post), text or raw, self.uid(by))

    def _topic(self, by: str, title: str, at: datetime | None, *people: str) -> Topic:
        allowed = {self._user(name).id for name in people}
        return self.state.add_topic(self._user(by), title, at=at, allowed=allowed)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._write(by, text, self._topic(by, f"A topic of {by}", at), at=at)

    def someone_mentions_me(
        self,
        text: str,
        *,
        by: str = "ana",
        at: datetime | None = None,
        stated: datetime | None = None,
        naming: Sequence[str] = (),
        visibility: Visibility = Visibility.PUBLIC,
        content_warning: str = "",
    ) -> Said:
        when = stated or at
        for name in naming:
            self._user(name)
        raw = " ".join([*(f"@{name}" for name in dict.fromkeys(("me", *naming))), text])
        topic = self._topic("dora" if self.within else by, f"What {by} asks", (when or self.now()) - _OLD)
        if self.within:
            self._write("dora", "I opened this long ago", topic, at=(when or self.now()) - _OLD)
        return self._write(by, raw, topic, text, at=when, arrived=at or self.now())

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        parent = self._of(to)
        return self._write(by, text, self.state.topics[parent.topic], to=parent, at=at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        quoted = self._of(what)
        head = f'[quote="{quoted.user.username}, post:{quoted.number}, topic:{quoted.topic}"]'
        topic = self._topic(by, f"{by} quotes", None)
        return self._write(by, f"{head}\n{quoted.raw}\n[/quote]\n\n{text}", topic, text)

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        topic = self._topic(by, f"A message of {by}", None, by, "me")
        return self._write(by, text, topic)

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._write("me", text, self._topic("me", "A topic of mine", at), at=at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        parent = self._of(to)
        return self._write("me", text, self.state.topics[parent.topic], to=parent)

    def edit(self, said: Said, text: str) -> bool:
        post = self._of(said)
        with self.site.home.lock:
            names = " ".join(f"@{name}" for name in mentions(post.raw))
            self.state.revise(post, f"{names} {text}".strip())
        return True

    def delete(self, said: Said) -> None:
        """A first post goes with its topic; others leave a placeholder, or go at once as when staff delete."""
        post = self._of(said)
        with self.site.home.lock:
            if post.number == 1 or post.id % 2:
                self.state.delete_by_staff(post)
            else:
                self.state.delete_own(post)

    def standing(self) -> list[Standing]:
        found = []
        for post in self.state.posts.values():
            if post.user is not self.user_me or self.state.gone(post) or post.user_deleted:
                continue
            parent = self.state.parent(post)
            names = {self.uid(name) for name in mentions(post.raw)}
            names |= {self._uid(parent.user)} if parent else set()
            private = self.state.topics[post.topic].private
            visibility = Visibility.DIRECT if private else Visibility.PUBLIC
            above = self._uri(parent) if parent else ""
            found.append(Standing(self._uri(post), above, post.raw, visibility, names=frozenset(names)))
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        options = self.state.options
        return (len(text.strip()), options.max_length) if options.settings_open else None

    def lock(self, said: Said) -> bool:
        self.state.topics[self._of(said).topic].closed = True
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_NOTE) + len(_POST):
            return False
        row = self.server.alerts.rows[-1]
        newest, note = max(self.state.posts), row.id

        def broken(item: Any) -> Any:
            if isinstance(item, list):
                return [broken(inner) for inner in item]
            if not isinstance(item, dict):
                return item
            wanted = "notification_type" in item and item.get("id") == note
            ways = _NOTE if wanted else _POST
            place = way if wanted else way - len(_NOTE)
            if (wanted or ("cooked" in item and item.get("id") == newest)) and 0 <= place < len(ways):
                return {**item, **ways[place]} if isinstance(ways[place], dict) else ways[place]
            return {name: broken(inner) for name, inner in item.items()}

        def change(answer: Answer) -> Answer:
            if answer.status != 200 or not answer.body:
                return answer
            return json_answer(broken(answer.json()))

        self.alter(change, "GET")
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.keys.all[KEY].revoked = True

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        post = self._of(said)
        rows = [one for one in self.server.alerts.of(self.user_me) if one.topic == post.topic]
        return bool(rows) and all(one.read for one in rows)

    def thread_muted(self, said: Said) -> bool | None:
        return self.state.topics[self._of(said).topic].levels.get(self.user_me.id) == MUTED

    def hidden(self) -> set[str]:
        return {self._uid(self.state.users[one]) for one in self.user_me.muted | self.user_me.ignored}
