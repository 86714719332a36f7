"""Reading comments from the newest id down to those that are known, while the list moves underneath.

Ids are given in the order in which comments come, also to imported and back-dated ones; dates are not, and the date
filters compare with the site's local time. There is no filter by id, so the list is walked by offset: each page begins
a little before the end of the last one, and where what was last seen has moved past it, the walk goes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._wordpress_api import Api, Params
from convo.text import format_time
from convo.values import frozen

PAGE = 100
"""Comments asked for at once on a walk; the most that WordPress gives."""
GLANCE = 10
"""Comments asked for to see whether there is anything new."""
_OVERLAP = 5
_MARGIN = timedelta(days=2)
"""More than any time zone is away from UTC: the filter by date takes a day as the site's clock sees it."""


class Walk(Struct):
    """A walk from the newest comment down: the newest and oldest id seen (0: none yet), and where it goes on."""

    high: int = 0
    low: int = 0
    at: int = 0
    back: bool = False
    """It went back once at this place."""


class Cursor(Struct):
    """How far a list was read: its newest id."""

    top: int = 0
    walk: Walk | None = None


@frozen
class Batch:
    """Comments that were not read before, newest first, and how to go on."""

    comments: list[wire.Comment]
    cursor: str
    more: bool
    skipped: list[str]


class Listing:
    """One list of comments of one account."""

    def __init__(self, api: Api, params: Params) -> None:
        self._api = api
        self._params = [*params, ("orderby", "id"), ("order", "desc")]

    async def read(self, text: str, since: datetime) -> Batch:
        """The next batch after a cursor ("" for the first time), not reaching back past `since`."""
        cursor = decoded(text)
        walk = cursor.walk
        at = walk.at if walk else 0
        size = GLANCE if cursor.top and not walk else PAGE
        after = ("after", format_time((since - _MARGIN).replace(microsecond=0)))
        items, total = await self.page(size, at, [after])
        ids = [found.id for found in (wire.part(bytes(item), wire.Numbered) for item in items) if found]
        if walk and at and ids and max(ids) < walk.low and not walk.back:
            # Comments were deleted meanwhile, and others moved up past this page.
            back = Walk(walk.high, walk.low, max(at - PAGE, 0), True)
            return Batch([], encoded(Cursor(cursor.top, back)), True, [])
        low = walk.low if walk else 0
        new = [item for item in items if _is_new(item, cursor.top, low)]
        fresh, skipped = wire.each(new, wire.Comment, "Comment")
        high = (walk.high if walk else 0) or max(ids, default=0)
        known = bool(cursor.top) and any(one <= cursor.top for one in ids)
        over = at + size >= total if total is not None else not items
        if known or over:
            return Batch(fresh, encoded(Cursor(max(high, cursor.top))), False, skipped)
        lowest = min([*ids, *([low] if low else [])], default=0)
        onward = Walk(high, lowest, at + size - _OVERLAP)
        return Batch(fresh, encoded(Cursor(cursor.top, onward)), True, skipped)

    async def page(self, size: int, at: int = 0, params: Params = ()) -> tuple[list[Raw], int | None]:
        """One page, newest first, and how many there are in all, None where the site does not say.

        What the account may not read is left out after the page was cut: only the total says where the list ends.
        """
        place = [("offset", str(at))] if at else []
        response = await self._api.get(
            "/wp/v2/comments", [*self._params, ("per_page", str(size)), *place, *params]
        )
        total = response.headers.get("x-wp-total", "")
        return wire.decode(response, list[Raw]), int(total) if total.isdigit() else None


def _is_new(item: Raw, top: int, low: int) -> bool:
    """Whether an item was not read before; one without an id is taken for new, so that it is said."""
    found = wire.part(bytes(item), wire.Numbered)
    return found is None or (found.id > top and (not low or found.id < low))


def decoded(text: str) -> Cursor:
    """A cursor as it was stored."""
    try:
        return msgspec.json.decode(text or "{}", type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


def encoded(cursor: Cursor) -> str:
    """A cursor to store."""
    return msgspec.json.encode(cursor).decode()
