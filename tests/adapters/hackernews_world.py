"""The conformance suite's world over a simulated Hacker News: being spoken to is a comment under what one wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape
from typing import Any, ClassVar, cast

from convo.adapters.hackernews import HackerNews as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._hackernews_state import Item, Options
from tests.simulators.faults import Fault
from tests.simulators.hackernews import HackerNews
from tests.simulators.messages import Answer, json_answer

SITE = "https://news.ycombinator.com"
_BROKEN: list[Any] = [
    {"objectID": None},
    {"objectID": "x"},
    {"author": None},
    {"author": {}},
    {"comment_text": 42},
    {"created_at_i": "yesterday"},
    {"parent_id": "x"},
    {"story_id": []},
    {"_tags": None},
    "nonsense",
    None,
]


class HackerNewsWorld(HttpWorld):
    """Both APIs at one origin; each comment stands under a story of the user's own."""

    answers = False
    beside = 1
    page_size = 100
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/api/v1/search_by_date")],
        Where.ANSWER: [("POST", "/"), ("PUT", "/")],
        Where.FIND: [("GET", "/v0/")],
    }
    plain_keys = frozenset(["created_at", "updated_at", "type", "_tags"])
    kept_keys = plain_keys | {"objectID", "author", "by"}

    def __init__(self, **options: Any) -> None:
        clock = self.present()
        self.server = HackerNews(clock, Options(**options))
        self.place = self.server.place
        self.place.add("me", "Long ago", title="Long ago", at=clock.now() - timedelta(days=400))
        self.me = self.uid("me")
        super().__init__(self.server, clock, AccountConfig("hn", "hackernews", user="me"), "")
        home = self.site.home.url
        self.account = AccountConfig("hn", "hackernews", url=home, user="me", options={"search": home})
        self.secrets = ()

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(400, json.dumps({"message": words, "status": 400}).encode())

    def uid(self, name: str) -> str:
        return f"{SITE}/user?id={name}"

    def _said(self, item: Item, text: str) -> Said:
        self._tick()
        return Said(f"{SITE}/item?id={item.id}", text, self.uid(item.by))

    def _of(self, said: Said) -> Item:
        found = re.search(r"item\?id=(\d+)$", said.uri)
        assert found
        return self.place.items[int(found[1])]

    def _story(self, by: str, text: str, at: datetime | None) -> Said:
        with self.site.home.lock:
            return self._said(self.place.add(by, text, title=f"Ask HN: {text}", at=at), text)

    def _comment(self, by: str, text: str, parent: Item, at: datetime | None = None) -> Said:
        with self.site.home.lock:
            return self._said(self.place.add(by, text, parent=parent, at=at), text)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._story(by, text, at)

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
        story = self._story("me", f"For {by}", (at or self.now()) - timedelta(hours=1))
        return self._comment(by, text, self._of(story), at)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        return self._comment(by, text, self._of(to), at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._story("me", text, at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._comment("me", text, self._of(to))

    def edit(self, said: Said, text: str) -> bool:
        try:
            self.place.edit(self._of(said), text)
        except ValueError:
            return False
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.place.delete(self._of(said))

    def standing(self) -> list[Standing]:
        mine = [one for one in self.place.items.values() if one.by == "me" and one.type == "comment"]
        return [
            Standing(f"{SITE}/item?id={one.id}", f"{SITE}/item?id={one.parent}", unescape(one.text))
            for one in mine
            if not one.deleted
        ]

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return None

    def lock(self, said: Said) -> bool:
        return False

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        newest = str(max(self.place.items))

        def change(answer: Answer) -> Answer:
            found = answer.json()
            wrong = _BROKEN[way]
            found["hits"] = [
                ({**hit, **wrong} if isinstance(wrong, dict) else wrong)
                if isinstance(hit, dict) and hit.get("objectID") == newest
                else hit
                for hit in found["hits"]
            ]
            return json_answer(found)

        self.alter(change, "GET", "/api/v1/search_by_date")
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        raise NotImplementedError("there is no credential")

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return set()
