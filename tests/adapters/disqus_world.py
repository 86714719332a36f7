"""The conformance suite's world over a simulated Disqus: being spoken to is a comment on one's own site."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from convo.adapters.disqus import Disqus as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._disqus_state import Options, Post, Thread
from tests.simulators.disqus import Disqus
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

TOKEN = "access-token-of-me-0123456789"
FORUM = "myblog"
_OLD = timedelta(days=200)
_BROKEN: list[Any] = [
    {"id": None},
    {"id": {}},
    {"author": None},
    {"author": []},
    {"createdAt": "yesterday"},
    {"thread": None},
    {"thread": 7},
    {"message": 42, "raw_message": 42},
    {"parent": "nonsense"},
    {"isDeleted": "x"},
    {"media": "nonsense"},
    "nonsense",
    None,
]


class DisqusWorld(HttpWorld):
    """One forum of the user's; everybody writes there."""

    page_size = 100
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/posts/list")],
        Where.ANSWER: [("POST", "/posts/create")],
        Where.FIND: [
            ("GET", "/threads/"),
            ("GET", "/users/"),
            ("GET", "/posts/details"),
            ("GET", "/posts/getContext"),
        ],
    }
    plain_keys = frozenset(["createdAt", "joinedAt", "next", "prev", "id"])
    kept_keys = plain_keys | {"link", "profileUrl", "username", "forum", "thread"}

    def __init__(self, **options: Any) -> None:
        clock = self.present()
        self.server = Disqus(clock, Options(**options))
        self.state = self.server.site
        self.user_me = self.state.user("me")
        self.state.moderators[FORUM] = {"me"}
        self.server.sign_in(self.user_me, TOKEN)
        self.me = self.user_me.profile
        super().__init__(self.server, clock, AccountConfig("disqus", "disqus", user="me"), TOKEN)
        given = {"api_key": next(iter(self.server.keys)), "forums": FORUM}
        self.account = AccountConfig("disqus", "disqus", url=self.site.home.url, user="me", options=given)
        self.secrets = (TOKEN, *self.server.keys.values())

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(400, json.dumps({"code": 2, "response": words}).encode())

    def uid(self, name: str) -> str:
        return self.state.user(name).profile

    def _uri(self, post: Post) -> str:
        return f"{post.thread.link}#comment-{post.id}"

    def _of(self, said: Said) -> Post:
        found = re.search(r"#comment-(\d+)$", said.uri)
        assert found
        return self.state.posts[found[1]]

    def _post(self, by: str, text: str, thread: Thread, parent: str = "", at: datetime | None = None) -> Said:
        with self.site.home.lock:
            made = self.state.add_post(thread, self.state.user(by), text, parent=parent, at=at)
            self._tick()
            return Said(self._uri(made), text, made.author.profile)

    def _thread(self, title: str, at: datetime | None) -> Thread:
        with self.site.home.lock:
            return self.state.add_thread(FORUM, title, at=(at or self.now()) - _OLD)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._post(by, text, self._thread(text, at), at=at)

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
        return self._post(by, text, self._thread(f"For {by}", at), at=at)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        parent = self._of(to)
        return self._post(by, text, parent.thread, parent.id, at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._post("me", text, self._thread(text, at), at=at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self.someone_replies(to, text, by="me")

    def edit(self, said: Said, text: str) -> bool:
        post = self._of(said)
        post.raw, post.edited = text, True
        return True

    def delete(self, said: Said) -> None:
        """By the author or by a moderator; every fourth goes without a trace."""
        post = self._of(said)
        with self.site.home.lock:
            if int(post.id) % 4:
                post.deleted, post.by_author = True, bool(int(post.id) % 2)
            else:
                del self.state.posts[post.id]

    def standing(self) -> list[Standing]:
        found = []
        for post in self.state.posts.values():
            if post.author is not self.user_me or post.deleted or post.spam:
                continue
            parent = self.state.posts.get(post.parent)
            names = frozenset({parent.author.profile} if parent else ())
            above = self._uri(parent) if parent else post.thread.link
            found.append(Standing(self._uri(post), above, post.raw, names=names))
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return None

    def lock(self, said: Said) -> bool:
        self._of(said).thread.closed = True
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        newest = max(self.state.posts, key=int)

        def broken(item: Any) -> Any:
            if not isinstance(item, dict) or item.get("id") != newest:
                return item
            wrong = _BROKEN[way]
            return {**item, **wrong} if isinstance(wrong, dict) else wrong

        def change(answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            found = answer.json()
            return json_answer({**found, "response": [broken(item) for item in found["response"]]})

        self.alter(change, "GET", "/posts/list")
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()
        self.server.keys.clear()

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return set()
