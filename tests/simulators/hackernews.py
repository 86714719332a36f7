"""A simulated Hacker News: Firebase's items and users, and Algolia's search, at one origin. Nothing can be written."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from convo.clock import Clock
from tests.simulators._hackernews_search import MANY, MORE, Search, SearchError
from tests.simulators._hackernews_state import Item, Options, Place
from tests.simulators.messages import Answer, Request, json_answer, text_answer


class HackerNews:
    """Both APIs."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.place = Place(clock, options or Options())
        self.search = Search(self.place)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path.startswith("/v0/"):
            return self._firebase(request)
        if request.path.startswith("/api/v1/"):
            try:
                return self._algolia(request, request.path.removeprefix("/api/v1/"))
            except SearchError as error:
                return error.answer()
        return text_answer("<!DOCTYPE html><html><body>Not here</body></html>", 404)

    def _firebase(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return json_answer({"error": "Permission denied"}, 401)
        if not request.path.endswith(".json"):
            console = "https://console.firebase.google.com/project/hacker-news/database/hacker-news/data"
            return Answer(301, b"", {"location": console + request.path})
        path = request.path.removeprefix("/v0/").removesuffix(".json")
        if (found := re.fullmatch(r"item/(\d+)", path)) and int(found[1]) in self.place.options.busy:
            return json_answer({"error": "Service unavailable"}, 503)
        answer = json_answer(self._value(path))
        if request.headers.get("x-firebase-etag") == "true":
            tag = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
            if self.place.options.etags and request.headers.get("if-none-match") == tag:
                return Answer(304, b"", {"etag": tag})
            answer = answer.with_headers(etag=tag)
        return answer

    def _value(self, path: str) -> Any:
        """What stands at a place of the database; null where nothing is."""
        place = self.place
        if path == "maxitem":
            return max(place.items, default=0)
        if path == "updates":
            recent = list(dict.fromkeys(reversed(place.changed)))[:100]
            return {"items": recent, "profiles": sorted({place.items[one].by for one in recent})}
        kind, _, name = path.partition("/")
        if kind == "user":
            return self._user(name)
        if kind == "item" and name.isdigit() and int(name) not in place.options.unknown:
            item = place.items.get(int(name))
            return self._item(item) if item else None
        return None

    def _user(self, name: str) -> dict[str, Any] | None:
        submitted = self.place.submitted(name)
        if name not in self.place.users or not submitted:
            return None
        created = int(self.place.users[name].timestamp())
        return {"created": created, "id": name, "karma": MANY, "submitted": submitted}

    def _item(self, item: Item) -> dict[str, Any]:
        view: dict[str, Any] = {"id": item.id, "time": int(item.time.timestamp()), "type": item.type}
        if item.parent is not None:
            view["parent"] = item.parent
        if item.kids:
            view["kids"] = list(item.kids)
        if item.deleted:
            return {**view, "deleted": True, **item.extra}
        view["by"] = item.by
        if item.text:
            view["text"] = "[flagged]" if item.dead else item.text
        if item.type != "comment":
            view |= {"score": MANY, "descendants": MORE, "title": item.title}
            if item.url:
                view["url"] = item.url
        if item.parts:
            view["parts"] = list(item.parts)
        if item.dead:
            view["dead"] = True
        return {**view, **item.extra}

    def _algolia(self, request: Request, path: str) -> Answer:
        if request.method != "GET":
            raise SearchError("Method not allowed", 405)
        if path in ("search", "search_by_date"):
            return self.search.by_date(request)
        if found := re.fullmatch(r"items/(\d+)", path):
            return self.search.tree(int(found[1]))
        if found := re.fullmatch(r"users/([\w-]+)", path):
            return self.search.user(found[1])
        raise SearchError("Not Found", 404)
