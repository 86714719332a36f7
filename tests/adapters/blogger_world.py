"""The conformance suite's world over a simulated Blogger: being spoken to is a comment on a post of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape, unescape
from typing import Any, ClassVar, cast

from convo.adapters.blogger import Blogger as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._blogger_state import PROFILE, Comment, Options, Post
from tests.simulators.blogger import Blogger
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

TOKEN = "1//refresh-token-of-me"
_OLD = timedelta(days=200)
_PLACE = re.compile(r"/post/(\d+)(?:#c(\d+))?$")
_BROKEN: list[Any] = [
    {"id": None},
    {"id": {}},
    {"post": None},
    {"post": "x"},
    {"author": None},
    {"author": []},
    {"content": 42},
    {"published": "yesterday"},
    {"inReplyTo": "x"},
    {"status": 7},
    "nonsense",
    None,
]


class BloggerWorld(HttpWorld):
    """One blog of the user's; others write comments there."""

    answers = False
    page_size = 100
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/comments")],
        Where.ANSWER: [("POST", "/v3/"), ("PUT", "/v3/"), ("PATCH", "/v3/")],
        Where.FIND: [("GET", "/v3/")],
    }
    plain_keys = frozenset(["kind", "status", "published", "updated", "created", "nextPageToken", "etag"])
    kept_keys = plain_keys | {"id", "url", "selfLink", "readerComments"}

    def __init__(self, **options: Any) -> None:
        clock = self.present()
        self.server = Blogger(clock, Options(**options))
        self.blogs = self.server.blogs
        self.blog = self.blogs.add_blog("My blog")
        self.server.refresh_tokens.add(TOKEN)
        self.me = self.uid("me")
        super().__init__(self.server, clock, AccountConfig("blog", "blogger"), TOKEN)
        home, (client, secret) = self.site.home.url, self.server.client
        given = {"oauth": home, "client_id": client, "client_secret": secret}
        self.account = AccountConfig("blog", "blogger", url=home, options=given)

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        error = {"code": 400, "message": words, "errors": [], "status": "INVALID_ARGUMENT"}
        return faults.refuses(400, json.dumps({"error": error}).encode())

    def uid(self, name: str) -> str:
        return f"{PROFILE}/{self.blogs.author(name).id}"

    def _uri(self, post: Post, comment: str = "") -> str:
        return f"https://www.blogger.com/blog/{post.blog}/post/{post.id}" + (
            f"#c{comment}" if comment else ""
        )

    def _of(self, said: Said) -> tuple[Post, str]:
        found = _PLACE.search(said.uri)
        assert found
        return self.blogs.posts[found[1]], found[2] or ""

    def _comment(self, by: str, text: str, post: Post, parent: str, at: datetime | None = None) -> Said:
        with self.site.home.lock:
            content = escape(text, quote=False).replace("\n", "<br />")
            made = self.blogs.add_comment(post, self.blogs.author(by), content, parent=parent, at=at)
            self._tick()
            return Said(self._uri(post, made.id), text, self.uid(by))

    def _post(self, by: str, text: str, at: datetime | None) -> Post:
        with self.site.home.lock:
            self._tick()
            return self.blogs.add_post(self.blog, self.blogs.author(by), text, at=at)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        """Somebody else who writes on the blog."""
        return Said(self._uri(self._post(by, text, at)), text, self.uid(by))

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
        post = self._post("me", f"For {by}", (at or self.now()) - _OLD)
        return self._comment(by, text, post, "", at)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        return self._comment(by, text, *self._of(to), at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return Said(self._uri(self._post("me", text, at)), text, self.me)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._comment("me", text, *self._of(to))

    def edit(self, said: Said, text: str) -> bool:
        return False

    def _found(self, said: Said) -> Comment:
        return self.blogs.comments[self._of(said)[1]]

    def delete(self, said: Said) -> None:
        """For good, or only what it says."""
        with self.site.home.lock:
            comment = self._found(said)
            if int(comment.id) % 4:
                self.blogs.delete(comment)
            else:
                self.blogs.empty(comment)

    def standing(self) -> list[Standing]:
        return [
            Standing(self._uri(one.post, one.id), self._uri(one.post, one.parent), unescape(one.content))
            for one in self.blogs.comments.values()
            if one.author is self.server.me and one.status == "LIVE"
        ]

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return None

    def lock(self, said: Said) -> bool:
        return False

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        newest = max(self.blogs.comments, key=int)

        def broken(item: Any) -> Any:
            if not isinstance(item, dict) or item.get("id") != newest:
                return item
            wrong = _BROKEN[way]
            return {**item, **wrong} if isinstance(wrong, dict) else wrong

        def change(answer: Answer) -> Answer:
            if answer.status != 200 or b"commentList" not in answer.body:
                return answer
            found = answer.json()
            return json_answer({**found, "items": [broken(item) for item in found.get("items", ())]})

        self.alter(change, "GET", "/comments")
        return True

    def expire(self) -> bool | None:
        self.server.access.clear()
        return True

    def revoke(self) -> None:
        self.server.refresh_tokens.clear()
        self.server.access.clear()

    def logins(self) -> tuple[int, int]:
        return 0, self.server.refreshed

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return set()
