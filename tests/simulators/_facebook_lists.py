"""Pages of lists: cursors, `paging.next` with the token inside, limits of a hundred."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.simulators._facebook_calls import Call
from tests.simulators._facebook_errors import numbered
from tests.simulators._facebook_state import Comment

T = TypeVar("T")
LIMIT, MOST = 25, 100


@dataclass(frozen=True)
class Edge:
    """Where a list stands, and what was asked of it."""

    path: str
    """Without the version, such as 1122_33/comments."""
    given: dict[str, str]
    fields: str = ""


def limit_of(given: dict[str, str], default: int = LIMIT) -> int:
    """How many items. Raises GraphError."""
    words = given.get("limit", "") or str(default)
    if not words.isdigit():
        raise numbered(100, "Param limit must be an integer greater or equal to 0")
    if int(words) > MOST:
        raise numbered(100, f"Param limit must be less than or equal to {MOST}")
    return int(words)


class Pager:
    """Cuts lists into pages."""

    def __init__(self, fragile: bool) -> None:
        self.fragile = fragile

    def page(
        self,
        call: Call,
        edge: Edge,
        items: Sequence[T],
        key: Callable[[T], str],
        view: Callable[[T], Any],
    ) -> dict[str, Any]:
        """One page; what privacy withholds takes its place and is not shown."""
        keys = [key(one) for one in items]
        size = limit_of(edge.given)
        start, end = self._span(edge.given, keys, size)
        part = items[start:end]
        shown = [view(one) for one in part if not (isinstance(one, Comment) and one.withheld)]
        answer: dict[str, Any] = {"data": shown}
        paging: dict[str, Any] = {}
        if shown:
            paging["cursors"] = {
                "before": self._cursor(keys, start),
                "after": self._cursor(keys, start + len(part) - 1),
            }
        if end < len(items) and part:
            paging["next"] = self._link(call, edge, size, "after", self._cursor(keys, end - 1))
        if start > 0 and part:
            paging["previous"] = self._link(call, edge, size, "before", self._cursor(keys, start))
        return {**answer, "paging": paging} if paging else answer

    def _span(self, given: dict[str, str], keys: list[str], size: int) -> tuple[int, int]:
        if after := given.get("after"):
            start = self._place(keys, after, 1)
            return start, min(start + size, len(keys))
        if before := given.get("before"):
            end = self._place(keys, before, 0)
            return max(0, end - size), end
        return 0, min(size, len(keys))

    def _mark(self, keys: list[str]) -> str:
        """What a fragile cursor remembers of its list."""
        return sha256("\n".join(sorted(keys)).encode()).hexdigest()[:12] if self.fragile else ""

    def _cursor(self, keys: list[str], place: int) -> str:
        words = f"{keys[place]}|{place}|{self._mark(keys)}"
        return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")

    def _place(self, keys: list[str], cursor: str, step: int) -> int:
        """The place after (or at) the item of a cursor; where that has gone, where it would be."""
        try:
            words = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
            key, place, mark = words.split("|")
            at = int(place)
        except (binascii.Error, ValueError):
            raise numbered(100, "Invalid cursors values") from None
        if mark != self._mark(keys):
            raise numbered(100, "Invalid cursors values")
        if key in keys:
            return keys.index(key) + step
        rising = len(keys) < 2 or keys[0] <= keys[-1]
        return next((n for n, one in enumerate(keys) if (one > key) is rising), min(at, len(keys)))

    def _link(self, call: Call, edge: Edge, size: int, way: str, cursor: str) -> str:
        given = {
            name: value
            for name, value in edge.given.items()
            if name not in ("after", "before", "access_token")
        }
        query = {"access_token": call.token.value, **given, "limit": str(size), way: cursor}
        if edge.fields:
            query["fields"] = edge.fields
        origin = call.request.origin or "https://graph.facebook.com"
        return f"{origin}/{call.version}/{edge.path}?{urlencode(query)}"
