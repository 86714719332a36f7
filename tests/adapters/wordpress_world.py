"""The conformance suite's world over a simulated WordPress: being spoken to is a comment on a post of one's own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape, unescape
from typing import Any, ClassVar, cast

from convo.adapters.wordpress import WordPress as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._wordpress_comments import LONGEST
from tests.simulators._wordpress_state import Comment, Options, Post, User
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer
from tests.simulators.wordpress import WordPress

PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"
_PLAIN = PASSWORD.replace(" ", "")
_OLD = timedelta(days=200)
_GUESTS = ("ana", "cleo")
_PLACE = re.compile(r"\?p=(\d+)(?:#comment-(\d+))?$")
_BROKEN: list[Any] = [
    {"content": None},
    {"content": "words"},
    {"date_gmt": "yesterday"},
    {"date_gmt": "0000-00-00T00:00:00"},
    {"id": None},
    {"id": "x"},
    {"post": None},
    {"author": {}},
    {"author_name": 7},
    {"_links": []},
    {"link": {}},
    {"status": ["hold"]},
    "nonsense",
    None,
]


class WordPressWorld(HttpWorld):
    """One site; the user has a role on it, some people have logins, others are guests."""

    page_size = 100
    lookup_size = 100
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/wp/v2/comments")],
        Where.ANSWER: [("POST", "/wp/v2/comments")],
        Where.FIND: [("GET", "/wp/v2/comments")],
    }
    plain_keys = frozenset(["date", "date_gmt", "type", "status", "namespaces"])
    kept_keys = plain_keys | {"home", "url", "link", "href", "comment_status"}

    def __init__(self, role: str = "editor", **options: Any) -> None:
        clock = self.present()
        self.server = WordPress(clock, Options(**options))
        self.state = self.server.state
        self.user_me = self.state.add_user("me", "Me Myself", role, _PLAIN)
        super().__init__(self.server, clock, AccountConfig("blog", "wordpress", user="me"), PASSWORD)
        self.home = f"{self.site.home.url}{self.state.options.folder}"
        self.account = AccountConfig("blog", "wordpress", url=self.home, user="me")
        self.me = f"{self.home}/?author={self.user_me.id}"
        self.secrets = (PASSWORD, _PLAIN, base64.b64encode(f"me:{_PLAIN}".encode()).decode())

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        body = {"code": "rest_comment_refused", "message": words, "data": {"status": 400}}
        return faults.refuses(400, json.dumps(body).encode())

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Any:
        made = super().adapter(facts, deadline=deadline)
        _, http = self._made[-1]
        http.base = self.home
        return made

    def _user(self, name: str) -> User:
        known = next((one for one in self.state.users.values() if one.login == name), None)
        return known or self.state.add_user(name, name.title(), "author")

    def _guest(self, name: str) -> tuple[str, str, str]:
        return name.title(), f"{name}@example.net", f"https://{name}.example.net"

    def uid(self, name: str) -> str:
        if name == "me":
            return self.me
        if name not in _GUESTS:
            return f"{self.home}/?author={self._user(name).id}"
        shown, email, url = self._guest(name)
        known_by = (
            f"email:{email}" if self.user_me.can("moderate_comments") else f"name:{shown.lower()}\n{url}"
        )
        return f"{self.home}/#guest-{hashlib.sha256(known_by.encode()).hexdigest()[:32]}"

    def _uri(self, comment: Comment) -> str:
        return f"{self.home}/?p={comment.post}#comment-{comment.id}"

    def _of(self, said: Said) -> tuple[Post, Comment | None]:
        found = _PLACE.search(said.uri)
        assert found
        return self.state.posts[int(found[1])], self.state.comments.get(int(found[2] or 0))

    def _comment(self, by: str, text: str, post: Post, parent: int, at: datetime | None) -> Said:
        content = escape(text, quote=False)
        with self.site.home.lock:
            if by in _GUESTS:
                made = self.state.add_comment(post.id, content, parent=parent, guest=self._guest(by), at=at)
            else:
                made = self.state.add_comment(post.id, content, parent=parent, user=self._user(by), at=at)
            self._tick()
            return Said(self._uri(made), text, self.uid(by))

    def _post(self, by: str, text: str, at: datetime | None) -> Said:
        with self.site.home.lock:
            post = self.state.add_post(self._user(by), text, at=at)
            self._tick()
            return Said(f"{self.home}/?p={post.id}", text, f"{self.home}/?author={post.author}")

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._post(by, text, at)

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
        with self.site.home.lock:
            post = self.state.add_post(self.user_me, f"For {by}", at=(when or self.now()) - _OLD)
        return self._comment(by, text, post, 0, when)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        post, parent = self._of(to)
        return self._comment(by, text, post, parent.id if parent else 0, at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._post("me", text, at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self.someone_replies(to, text, by="me")

    def edit(self, said: Said, text: str) -> bool:
        _, comment = self._of(said)
        assert comment
        comment.content = escape(text, quote=False)
        return True

    def delete(self, said: Said) -> None:
        _, comment = self._of(said)
        assert comment
        with self.site.home.lock:
            if comment.id % 2:
                self.state.set_status(comment, "trash")
            else:
                self.state.remove(comment)

    def standing(self) -> list[Standing]:
        found = []
        for comment in self.state.comments.values():
            if comment.author != self.user_me.id or comment.status not in ("0", "1"):
                continue
            parent = self.state.comments.get(comment.parent)
            names = {self._author(parent)} if parent else set()
            above = self._uri(parent) if parent else f"{self.home}/?p={comment.post}"
            found.append(
                Standing(self._uri(comment), above, unescape(comment.content), names=frozenset(names))
            )
        return found

    def _author(self, comment: Comment) -> str:
        return f"{self.home}/?author={comment.author}" if comment.author else self.uid(comment.name.lower())

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(escape(text, quote=False).encode()), LONGEST

    def lock(self, said: Said) -> bool:
        self._of(said)[0].comment_status = "closed"
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        newest = max(self.state.comments)

        def broken(item: Any) -> Any:
            if not isinstance(item, dict) or item.get("id") != newest:
                return item
            return {**item, **_BROKEN[way]} if isinstance(_BROKEN[way], dict) else _BROKEN[way]

        def change(answer: Answer) -> Answer:
            items = answer.json()
            if answer.status != 200 or not isinstance(items, list):
                return answer
            totals = {name: value for name, value in answer.headers.items() if name.startswith("x-wp")}
            return json_answer([broken(item) for item in items]).with_headers(**totals)

        self.alter(change, *self.routes[Where.READ][0])
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.user_me.password = ""

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return set()
