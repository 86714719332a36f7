"""Pages of a GraphQL connection: first and after, last and before."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


def cursor(one: Any, place: int) -> str:
    """Where an item stands, opaque to clients."""
    return base64.b64encode(f"cursor:{place}:{one.node_id}".encode()).decode()


def _place(text: str, items: Sequence[Any]) -> tuple[int, int]:
    """Where the items before a cursor end and those after it begin, also when its item is gone."""
    _, place, node = base64.b64decode(text).decode().split(":", 2)
    for number, one in enumerate(items):
        if one.node_id == node:
            return number, number + 1
    return int(place), int(place)


@dataclass
class Connection:
    """A page of a list."""

    nodes: list[Any]
    start: int
    """Where it begins in the list."""
    before: bool
    """Whether there is something before it."""
    after: bool
    total: int
    view: Callable[[Any], Any] = lambda one: one

    def field(self, name: str) -> Any:
        """A field of it."""
        if name == "nodes":
            return [self.view(one) for one in self.nodes]
        if name == "edges":
            places = enumerate(self.nodes, self.start)
            return [{"cursor": cursor(one, place), "node": self.view(one)} for place, one in places]
        if name == "pageInfo":
            ends = [cursor(one, place) for place, one in enumerate(self.nodes, self.start)]
            return {
                "hasPreviousPage": self.before,
                "hasNextPage": self.after,
                "startCursor": ends[0] if ends else None,
                "endCursor": ends[-1] if ends else None,
            }
        return self.total


def connected(
    items: Sequence[Any], args: dict[str, Any], view: Callable[[Any], Any] = lambda one: one, total: int = -1
) -> Connection:
    """The page of a list that arguments ask for; a cursor of something gone gives the list from its place on."""
    found = list(items)
    start = _place(args["after"], found)[1] if args.get("after") else 0
    end = _place(args["before"], found)[0] if args.get("before") else len(found)
    if args.get("first") is not None:
        end = min(end, start + args["first"])
    elif args.get("last") is not None:
        start = max(start, end - args["last"])
    else:
        end = start
    return Connection(
        found[start:end], start, start > 0, end < len(found), len(found) if total < 0 else total, view
    )
