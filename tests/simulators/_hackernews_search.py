"""The search API of a simulated Hacker News: what was indexed, by tags and numbers, and whole trees."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.simulators._hackernews_state import Item, Place
from tests.simulators.messages import Answer, Request, json_answer

MOST_HITS = 1000
"""However one pages, a search gives no more."""
_FILTER = re.compile(r"(\w+)(<=|>=|<|>|=)(-?\d+)$")
MANY, MORE = 7777, 8888


class SearchError(Exception):
    """400 with a sentence."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"message": str(self), "status": self.status}, self.status)


class Search:
    """What Algolia answers; items that are dead or deleted are not in its index."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def _indexed(self) -> list[Item]:
        oldest = self.place.clock.now() - timedelta(seconds=self.place.options.lag)
        return [
            one
            for one in self.place.items.values()
            if not (one.dead or one.deleted or one.type == "pollopt") and one.time <= oldest
        ]

    def by_date(self, request: Request) -> Answer:
        """GET /api/v1/search_by_date: newest first."""
        found = [one for one in self._indexed() if self._tagged(one, request.first("tags"))]
        found = [one for one in found if self._numbered(one, request.first("numericFilters"))]
        query = request.first("query").lower().split()
        found = [one for one in found if all(w in f"{one.text} {one.title}".lower() for w in query)]
        found.sort(key=lambda one: (one.time, one.id), reverse=True)
        size, page = self._size(request, "hitsPerPage", 20), self._size(request, "page", 0)
        size = min(size, MOST_HITS)
        reach = found[:MOST_HITS]
        return json_answer(
            {
                "exhaustive": {"nbHits": True, "typo": True},
                "hits": [self._hit(one) for one in reach[page * size : (page + 1) * size]],
                "hitsPerPage": size,
                "nbHits": len(found),
                "nbPages": -(-len(reach) // size) if size else 0,
                "page": page,
                "params": "simulated",
                "processingTimeMS": 3,
                "query": request.first("query"),
            }
        )

    def _size(self, request: Request, name: str, default: int) -> int:
        words = request.first(name, str(default))
        if not words.isdigit():
            raise SearchError(f"invalid value for parameter {name}")
        return int(words)

    def _tagged(self, item: Item, tags: str) -> bool:
        """Tags with commas are all wanted; between parentheses one is enough."""
        have = set(self._tags(item))
        for group in re.findall(r"\([^)]*\)|[^,()]+", tags):
            wanted = {tag.strip() for tag in group.strip("()").split(",")}
            if not wanted & have:
                return False
        return True

    def _tags(self, item: Item) -> list[str]:
        tags = [item.type, f"author_{item.by}", f"story_{self.place.story_of(item).id}"]
        if item.type == "story" and item.title.startswith(("Ask HN", "Show HN")):
            tags.append("ask_hn" if item.title.startswith("Ask") else "show_hn")
        return tags

    def _numbered(self, item: Item, filters: str) -> bool:
        for one in [part for part in filters.split(",") if part]:
            found = _FILTER.match(one.strip())
            if not found:
                raise SearchError(f"invalid numeric filter: {one}")
            have = {
                "created_at_i": int(item.time.timestamp()),
                "points": MANY,
                "num_comments": MANY,
                "story_id": self.place.story_of(item).id,
                "parent_id": item.parent or 0,
            }.get(found[1])
            if have is None:
                raise SearchError(f"invalid attribute: {found[1]}")
            wanted = int(found[3])
            fits = {
                "<": have < wanted,
                ">": have > wanted,
                "=": have == wanted,
                "<=": have <= wanted,
                ">=": have >= wanted,
            }
            if not fits[found[2]]:
                return False
        return True

    def _hit(self, item: Item) -> dict[str, Any]:
        story = self.place.story_of(item)
        view: dict[str, Any] = {
            "_highlightResult": {"author": {"matchLevel": "none", "matchedWords": [], "value": item.by}},
            "_tags": self._tags(item),
            "author": item.by,
            "created_at": _stamp(item.time),
            "created_at_i": int(item.time.timestamp()),
            "objectID": str(item.id),
            "updated_at": _stamp(item.time),
        }
        if item.kids:
            view["children"] = sorted(item.kids)
        if item.type == "comment":
            view |= {
                "comment_text": item.text,
                "parent_id": item.parent,
                "story_id": story.id,
                "story_title": story.title,
                "points": None,
            }
            if story.url:
                view["story_url"] = story.url
        else:
            view |= {"title": item.title, "num_comments": MANY, "points": MANY, "story_id": item.id}
            view |= {"url": item.url} if item.url else {"story_text": item.text}
        return view | item.extra

    def tree(self, number: int) -> Answer:
        """GET /api/v1/items/<id>: the item with everything below; what stands under a missing one is missing too."""
        found = self.place.items.get(number)
        if found is None or found not in self._indexed():
            raise SearchError("Not Found", 404)
        return json_answer(self._branch(found, {one.id for one in self._indexed()}))

    def _branch(self, item: Item, indexed: set[int]) -> dict[str, Any]:
        story = self.place.story_of(item)
        below = [self.place.items[one] for one in sorted(item.kids) if one in indexed]
        return {
            "author": item.by,
            "children": [self._branch(one, indexed) for one in below],
            "created_at": _stamp(item.time),
            "created_at_i": int(item.time.timestamp()),
            "id": item.id,
            "options": [],
            "parent_id": item.parent,
            "points": None if item.parent else MANY,
            "story_id": story.id,
            "text": item.text or None,
            "title": item.title or None,
            "type": item.type,
            "url": item.url or None,
            **item.extra,
        }

    def user(self, name: str) -> Answer:
        """GET /api/v1/users/<name>."""
        if name not in self.place.users:
            raise SearchError("User not found", 404)
        return json_answer({"username": name, "about": "", "karma": MANY, "submission_count": MORE})


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}Z"
