"""The conformance suite's world over a simulated X: people who name, answer and quote the user, and a budget."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, cast

from convo.adapters.x import X as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._x_quirks import Quirks
from tests.simulators._x_state import Post
from tests.simulators._x_text import weight
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer
from tests.simulators.x import X

STATUS = "https://x.com/i/status/"
SCOPES = "tweet.read tweet.write users.read offline.access"
OPTIONS = {"monthly_budget": "1000", "client_id": "convo-client", "links": "yes"}
_BROKEN: list[Any] = [
    {"id": None},
    {"id": "x"},
    {"text": 42},
    {"created_at": "yesterday"},
    {"author_id": None},
    {"author_id": []},
    {"entities": "nonsense"},
    {"entities": {"mentions": [None, 7], "urls": "x"}},
    {"referenced_tweets": [None, {"type": 7}]},
    {"note_tweet": 3},
    {"attachments": []},
    {"edit_history_tweet_ids": "x"},
    "nonsense",
    None,
]


class XWorld(HttpWorld):
    """X as its fact sheet tells it; the same words may be said twice, so that the outbox can be tried."""

    page_size = 100
    lookup_size = 100
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/mentions")],
        Where.ANSWER: [("POST", "/2/tweets")],
        Where.FIND: [("GET", "/2/users"), ("GET", "/2/tweets")],
    }
    plain_keys = frozenset(
        ["created_at", "type", "reply_settings", "lang", "next_token", "previous_token", "title"]
    )
    kept_keys = plain_keys | {
        *("id", "author_id", "conversation_id", "in_reply_to_user_id", "newest_id", "oldest_id"),
        *(
            "edit_history_tweet_ids",
            "edit_history_post_ids",
            "resource_id",
            "value",
            "media_key",
            "media_keys",
        ),
    }

    def __init__(self, options: dict[str, str] | None = None, **quirks: Any) -> None:
        clock = self.present()
        self.server = X(clock, Quirks(**{"no_duplicates": False, **quirks}))
        self.network = self.server.network
        self.user_me = self.network.user("me")
        self.me = self.user_me.id
        secret = self.server.oauth.sign_in(self.user_me, SCOPES)[1]
        self.given = {**OPTIONS, **(options or {})}
        super().__init__(self.server, clock, AccountConfig("x", "x", options=self.given), secret)
        self.account = AccountConfig("x", "x", url=self.site.home.url, user="me", options=self.given)

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        problem = {"title": "Forbidden", "detail": words, "type": "about:blank", "status": 403}
        return faults.refuses(403, json.dumps(problem).encode())

    def uid(self, name: str) -> str:
        return self.network.user(name).id

    def of(self, said: Said) -> Post:
        """The newest version of a post."""
        found = self.network.newest(said.uri.removeprefix(STATUS))
        assert found is not None
        return found

    def write(self, by: str, text: str, **how: Any) -> Said:
        """Somebody posts."""
        with self.site.home.lock:
            post = self.network.write(self.network.user(by), text, **how)
            self._tick()
            return Said(f"{STATUS}{post.id}", text, self.uid(by))

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self.write(by, text, at=at)

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
            self.network.user(name)
        names = " ".join(f"@{name}" for name in dict.fromkeys(("me", *naming)))
        said = self.write(by, f"{names} {text}", at=at)
        if stated is not None:
            self._changed(said.uri.removeprefix(STATUS), {"created_at": stated.isoformat()})
        return Said(said.uri, text, said.uid)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        above = self.of(to)
        named = {user.id for user in (above.author, *self.network.named(above))}
        if naming_me and self.me not in named:
            return replace(self.write(by, f"@me {text}", to=above, at=at), text=text)
        return self.write(by, text, to=above, at=at, leave_out=() if naming_me else (self.me,))

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return self.write(by, text, quoting=self.of(what))

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self.write("me", text, at=at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self.write("me", text, to=self.of(to))

    def edit(self, said: Said, text: str) -> bool:
        with self.site.home.lock:
            before = self.of(said)
            named = "@me " if self.user_me in self.network.named(before) and not before.carried else ""
            self.network.edit(before, f"{named}{text}")
            self._tick()
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.of(said).deleted = True

    def standing(self) -> list[Standing]:
        mine = [p for p in self.network.posts.values() if p.author is self.user_me and not p.deleted]
        found = []
        for post in mine:
            names = frozenset(user.id for user in self.network.named(post))
            above = self.network.posts.get(post.reply_to)
            parent = f"{STATUS}{above.edits[0]}" if above else ""
            found.append(Standing(f"{STATUS}{post.edits[0]}", parent, post.typed, names=names))
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return weight(text), self.server.quirks.longest

    def lock(self, said: Said) -> bool:
        return False

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        last = max(self.network.posts.values(), key=lambda post: int(post.id))
        self._changed(last.id, _BROKEN[way])
        return True

    def _changed(self, number: str, wrong: Any) -> None:
        """Serve one post otherwise from now on."""

        def change(answer: Answer) -> Answer:
            if answer.status != 200 or not answer.body:
                return answer
            body = answer.json()
            data = body.get("data")
            if not isinstance(data, list):
                return answer
            body["data"] = [_wrong(one, number, wrong) for one in data]
            return replace(answer, body=json_answer(body).body)

        self.alter(change, "GET", "/2/")

    def expire(self) -> bool | None:
        for token in self.server.tokens.values():
            token.ends = self.now()
        return True

    def revoke(self) -> None:
        for family in self.server.oauth.families:
            self.server.oauth._end(family)

    def logins(self) -> tuple[int, int]:
        return self.server.oauth.logins, self.server.oauth.refreshes

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return self.user_me.muted | self.user_me.blocked


def _wrong(item: Any, number: str, wrong: Any) -> Any:
    if not isinstance(item, dict) or item.get("id") != number:
        return item
    return {**item, **wrong} if isinstance(wrong, dict) else wrong
