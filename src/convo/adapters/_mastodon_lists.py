"""Reading a list from where it was left, on servers that honour `min_id` and on those that do not.

Mastodon, GoToSocial and Takahe give the page next to `min_id`; snac gives the newest page above it and so may leave a
hole; Hollo ignores it. What a server does is seen from what it answers and kept in the cursor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import Api, Params
from convo.text import parse_time
from convo.values import frozen

Item = TypeVar("Item", wire.Status, wire.Notification)

_OVERLAP = timedelta(minutes=10)
"""How late a server may list something under an earlier time."""
_PROBE = 15
"""Shorter pages are never cut: no known server gives fewer than this when it has more."""
_REMEMBERED = 400
_PAGES = 1000


class Walk(Struct):
    """A walk from the newest page back: where it goes on, and what the cursor becomes when it is over."""

    following: list[tuple[str, str]] = []
    top: str = ""
    at: str = ""
    recent: list[str] = []
    page: list[str] = []
    oldest: str = ""
    linked: bool = False
    pages: int = 0


class Cursor(Struct):
    """How far a list was read: its newest id and time, and how this server pages."""

    top: str = ""
    at: str = ""
    overlap: bool = False
    proven: bool = False
    chained: bool = False
    recent: list[str] = []
    walk: Walk | None = None


@frozen
class Batch(Generic[Item]):
    """Some items, oldest first, and how to go on."""

    items: list[Item]
    cursor: str
    more: bool
    skipped: list[str]


def order(local_id: str) -> tuple[int, str]:
    """Ids in the order they were given: numbers by length and then by digits, all others by their letters."""
    return (len(local_id) if local_id.isdigit() else 0, local_id)


def next_params(link: str) -> Params | None:
    """What the `Link` header says of the next, older page; None when it says nothing.

    Only the query is taken, so that the credential never follows a link to another place; parameters that
    servers drop or repeat (`types[]`, `limit`) are the caller's own.
    """
    for piece in link.split(","):
        target, _, rest = piece.partition(";")
        if 'rel="next"' in rest or "rel=next" in rest:
            query = parse_qsl(urlsplit(target.strip().strip("<>")).query)
            kept = [
                (name, value) for name, value in query if name in ("max_id", "older_than", "page", "offset")
            ]
            return kept or None
    return None


class Listing(Generic[Item]):
    """One list of one account."""

    def __init__(self, api: Api, path: str, kind: type[Item], params: Params, limit: int) -> None:
        self._api = api
        self._path = path
        self._kind: type[Item] = kind
        self._params = [*params, ("limit", str(limit))]

    async def read(self, text: str, since: datetime) -> Batch[Item]:
        """The next batch after a cursor ("" for the first time), not reaching back past `since`."""
        cursor = _decoded(text)
        if cursor.walk is not None or not cursor.top or cursor.overlap:
            return await self._walk(cursor, since)
        return await self._forward(cursor, since)

    async def page(self, params: Params = ()) -> tuple[list[Item], list[str], str]:
        """One page, newest first, what of it could not be read, and its `Link` header."""
        response = await self._api.get(self._path, [*self._params, *params])
        items, skipped = wire.each(wire.decode(response, list[Raw]), self._kind, "Item")
        return items, skipped, response.headers.get("link", "")

    async def _forward(self, cursor: Cursor, since: datetime) -> Batch[Item]:
        items, skipped, _ = await self.page([("min_id", cursor.top)])
        newer = [item for item in items if order(_id(item)) > order(cursor.top)]
        if any(order(_id(item)) < order(cursor.top) for item in items):
            return await self._walk(_switched(cursor), since)
        if not newer:
            return Batch([], _encoded(msgspec.structs.replace(cursor, chained=False)), False, skipped)
        full = len(items) >= _PROBE
        proven = cursor.proven or (full and cursor.chained)
        if full and not proven and await self._hole(cursor.top, newer):
            return await self._walk(_switched(cursor), since)
        newest = max(newer, key=lambda item: order(_id(item)))
        after = Cursor(top=_id(newest), at=newest.created_at or cursor.at, proven=proven, chained=True)
        return Batch(newer[::-1], _encoded(after), True, skipped)

    async def _hole(self, top: str, newer: Sequence[Item]) -> bool:
        """Whether something lies between the cursor and the page that should be next to it."""
        oldest = min((_id(item) for item in newer), key=order)
        between, _, _ = await self.page([("min_id", top), ("max_id", oldest)])
        return any(order(top) < order(_id(item)) < order(oldest) for item in between)

    async def _walk(self, cursor: Cursor, since: datetime) -> Batch[Item]:
        walk = cursor.walk or Walk()
        items, skipped, link = await self.page(walk.following)
        fresh = [item for item in items if _id(item) not in walk.page]
        if walk.oldest:
            fresh = [
                item for item in fresh if not item.created_at or _time(item.created_at) <= _time(walk.oldest)
            ]
        if walk.pages == 0 and items:
            walk.top, walk.at = _id(items[0]), items[0].created_at or ""
        window = _time(walk.at) - _OVERLAP if walk.at else since
        walk.recent += [_id(item) for item in fresh if _time(item.created_at) >= window]
        del walk.recent[_REMEMBERED:]
        floor = max(since, _time(cursor.at) - _OVERLAP) if cursor.overlap and cursor.at else since
        kept = [item for item in fresh if _time(item.created_at) >= floor and _id(item) not in cursor.recent]
        following = next_params(link)
        if following is None and not walk.linked and items and "rel=" not in link:
            following = [("max_id", _id(items[-1]))]
        walk.linked = walk.linked or 'rel="next"' in link
        walk.pages += 1
        known = cursor.overlap and all(_id(item) in cursor.recent for item in fresh)
        past = bool(fresh) and min(_time(item.created_at) for item in fresh) < floor
        if not fresh or known or past or following is None or walk.pages >= _PAGES:
            done = Cursor(
                top=walk.top or cursor.top,
                at=walk.at or cursor.at,
                overlap=cursor.overlap,
                recent=walk.recent if cursor.overlap else [],
            )
            return Batch(kept[::-1], _encoded(done), False, skipped)
        walk.page = [_id(item) for item in items]
        walk.oldest = items[-1].created_at or ""
        walk.following = list(following)
        cursor.walk = walk
        return Batch(kept[::-1], _encoded(cursor), True, skipped)


async def every(fetch: Callable[[Params], Awaitable[tuple[list[Raw], str]]], pages: int) -> list[Raw]:
    """A whole list over its `Link` headers, at most so many pages."""
    found: list[Raw] = []
    params: Params = ()
    for _ in range(pages):
        items, link = await fetch(params)
        following = next_params(link)
        if items and items == found[-len(items) :]:
            break
        found += items
        if not items or following is None or following == params:
            break
        params = following
    return found


def _id(item: wire.Status | wire.Notification) -> str:
    return wire.text_id(item.id)


def _time(text: str | None) -> datetime:
    """A time of an item; one that cannot be read ends no walk."""
    try:
        return parse_time(text or "")
    except ValueError:
        return parse_time("9999-01-01T00:00:00Z")


def _switched(cursor: Cursor) -> Cursor:
    return Cursor(top=cursor.top, at=cursor.at, overlap=True, recent=cursor.recent)


def _decoded(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text or "{}", type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


def _encoded(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()
