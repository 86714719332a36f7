"""The conformance suite's world over a simulated Reddit: being named or answered in comments."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from convo.adapters.reddit import Reddit as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._reddit_state import LONGEST, Comment, Link, Options, names_in
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer
from tests.simulators.reddit import Reddit

TOKEN = "12345678-refresh-token-of-me"
SITE = "https://www.reddit.com"
_OLD = timedelta(days=100)
_PLACE = re.compile(r"/comments/(\w+)/(?:_/(\w+)/)?$")
_BROKEN: list[Any] = [
    {"name": None},
    {"id": {}, "name": {}},
    {"author": None},
    {"body": 42},
    {"created_utc": "yesterday"},
    {"parent_id": "nonsense"},
    {"link_id": None},
    {"link_id": None, "parent_id": "t1_1", "context": "nowhere"},
    {"link_id": 7},
    {"subject": 7},
    "data",
    "nonsense",
    None,
]


class RedditWorld(HttpWorld):
    """One subreddit; what names the user stands under posts of dora's."""

    beside = 1
    page_size = 100
    lookup_size = 100
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/message/inbox")],
        Where.ANSWER: [("POST", "/api/comment")],
        Where.FIND: [
            ("GET", "/user/"),
            ("GET", "/api/info"),
            ("GET", "/comments/"),
            ("GET", "/api/v1/me"),
        ],
    }
    plain_keys = frozenset(["kind", "created_utc", "edited", "subject", "type"])
    kept_keys = plain_keys | {
        *("id", "name", "parent_id", "link_id", "author", "author_fullname", "after", "subreddit"),
        *("context", "permalink", "children", "dest", "link_author"),
    }

    def __init__(self, **options: Any) -> None:
        clock = self.present()
        self.server = Reddit(clock, Options(**options))
        self.state = self.server.site
        self.person_me = self.state.person("me")
        self.server.sign_in(self.person_me, TOKEN)
        self.me = self.uid("me")
        super().__init__(self.server, clock, AccountConfig("reddit", "reddit", user="me"), TOKEN)
        home, (client, secret) = self.site.home.url, self.server.client
        given = {"www": home, "client_id": client, "client_secret": secret}
        self.account = AccountConfig("reddit", "reddit", url=home, user="me", options=given)

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        body = {"json": {"errors": [["SUBREDDIT_NOTALLOWED", words, "parent"]]}}
        return faults.refuses(200, json.dumps(body).encode())

    def uid(self, name: str) -> str:
        return f"{SITE}/user/{self.state.person(name).name}"

    def _uri(self, one: Link | Comment) -> str:
        if isinstance(one, Link):
            return f"{SITE}/comments/{one.id}/"
        return f"{SITE}/comments/{one.link.id}/_/{one.id}/"

    def _of(self, said: Said) -> Link | Comment:
        found = _PLACE.search(said.uri)
        assert found
        return self.state.comments[found[2]] if found[2] else self.state.links[found[1]]

    def _said(self, one: Link | Comment, text: str) -> Said:
        self._tick()
        return Said(self._uri(one), text, self.uid(one.author.name))

    def _link(self, by: str, text: str, at: datetime | None) -> Said:
        with self.site.home.lock:
            return self._said(self.state.add_link(self.state.person(by), text, text, at=at), text)

    def _comment(
        self, by: str, body: str, to: Link | Comment, at: datetime | None = None, text: str = ""
    ) -> Said:
        with self.site.home.lock:
            made = self.state.add_comment(self.state.person(by), to, body, at=at)
            return self._said(made, text or body)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._link(by, text, at)

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
        for name in naming:
            self.state.person(name)
        body = " ".join([*(f"u/{name}" for name in dict.fromkeys(("me", *naming))), text])
        link = self._of(self._link("dora", f"What {by} saw", (at or self.now()) - _OLD))
        return self._comment(by, body, link, at, text)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        parent = self._of(to)
        # Only the author of what is answered is told; who else shall be, is named.
        named = naming_me and parent.author is not self.person_me
        return self._comment(by, f"u/me {text}" if named else text, parent, at, text)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._link("me", text, at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._comment("me", text, self._of(to))

    def edit(self, said: Said, text: str) -> bool:
        one = self._of(said)
        assert isinstance(one, Comment)
        one.body = " ".join([*(f"u/{name}" for name in names_in(one.body)), text])
        one.edited = self.now()
        return True

    def delete(self, said: Said) -> None:
        """By the author or by a moderator, in turn."""
        one = self._of(said)
        assert isinstance(one, Comment)
        with self.site.home.lock:
            if int(one.id, 36) % 2:
                one.deleted = True
            else:
                one.removed = True

    def standing(self) -> list[Standing]:
        found = []
        for one in self.state.comments.values():
            if one.author is not self.person_me or one.deleted or one.removed:
                continue
            parent = self.state.thing(one.parent)
            assert parent
            names = {self.uid(name) for name in names_in(one.body)} | {self.uid(parent.author.name)}
            found.append(Standing(self._uri(one), self._uri(parent), one.body, names=frozenset(names)))
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(text), LONGEST

    def lock(self, said: Said) -> bool:
        one = self._of(said)
        (one if isinstance(one, Link) else one.link).locked = True
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        newest = self.state.inboxes["me"][-1].comment.fullname

        def broken(child: Any) -> Any:
            data = child.get("data") if isinstance(child, dict) else None
            if not isinstance(data, dict) or data.get("name") != newest:
                return child
            wrong = _BROKEN[way]
            if wrong == "data":
                return {"kind": "t1", "data": []}
            return {**child, "data": {**data, **wrong}} if isinstance(wrong, dict) else wrong

        def change(answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            found = answer.json()
            found["data"]["children"] = [broken(child) for child in found["data"]["children"]]
            return json_answer(found)

        self.alter(change, "GET", "/message/inbox")
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
        letters = [one for one in self.state.inboxes.get("me", []) if one.comment is self._of(said)]
        return bool(letters) and not any(one.new for one in letters)

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return {self.uid(name) for name in self.person_me.blocked}
