"""Reading lists of posts: the first time from the newest down, afterwards from the newest known one up.

Disqus dates to the second, counts the time it is asked from, and knows no "after this one": a little is read twice and
known by its number. What its cursors do when posts go is not documented either: they are used where times do not do,
and one that is not taken any more begins the walk anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Raw, Struct

from convo.adapters import _disqus_wire as wire
from convo.adapters._disqus_api import Api, Invalid, Params, result
from convo.adapters._disqus_messages import messages_of
from convo.adapters._keeping import kept, written
from convo.adapters.wire import each, part, text_id
from convo.model import Message, Page
from convo.text import format_time, parse_time
from convo.values import frozen

PAGE = 100
"""Posts asked for at once; the most that Disqus gives."""
LAP = timedelta(seconds=120)
"""How far before the newest known post a look begins."""
_AGAIN_PAGES = 3
_REMEMBERED = 3_000
Chosen = Callable[[wire.Post], bool]


class Walk(Struct):
    """A walk under way: up from `start`, or down from the newest while that is ""."""

    start: str = ""
    onward: str = ""
    pages: int = 0
    high: str = ""
    seen: dict[str, str] = {}
    """The times of what it saw, by number."""


class Cursor(Struct):
    """How far a list was read: its newest time, and the posts shortly before it."""

    top: str = ""
    given: dict[str, str] = {}
    walk: Walk | None = None


class Round(Struct):
    """Where the newest are read once more, and how many pages were."""

    onward: str = ""
    pages: int = 0


@frozen
class Batch:
    """One page of posts, how the list goes on ("" when it does not), and what could not be read."""

    posts: list[wire.Post]
    onward: str
    skipped: list[str]


async def batch(api: Api, path: str, params: Params, onward: str = "") -> Batch:
    """One page of a list. Raises AdapterError; Invalid when the place to go on from is not taken."""
    place = [("cursor", onward)] if onward else []
    query = [*params, ("limit", str(PAGE)), ("related", "thread"), *place]
    found = await api.get(path, query)
    good, skipped = each(result(found.response, list[Raw]), wire.Post, "Post")
    position = part(found.cursor, wire.Position) or wire.Position()
    after = (position.id or position.next or "") if position.more else ""
    after = after or ((position.next or "") if position.has_next else "")
    return Batch(good, after if after != onward else "", skipped)


async def read(api: Api, path: str, params: Params, text: str, since: datetime, chosen: Chosen) -> Page:
    """The next page of a list, newest first, not reaching back past `since`. Raises AdapterError."""
    cursor = kept(text, Cursor)
    walk = cursor.walk or Walk(iso(max(parse_time(cursor.top) - LAP, since)) if cursor.top else "")
    span = [("order", "asc"), ("since", walk.start)] if walk.start else [("order", "desc")]
    try:
        found = await batch(api, path, [*params, *span], walk.onward)
    except Invalid:
        if not walk.onward:
            raise
        walk.onward = ""
        found = await batch(api, path, [*params, *span])
    stamps = {text_id(one.id): _stamp(one.created) for one in found.posts}
    known = {**cursor.given, **walk.seen}
    fresh = [one for one in found.posts if text_id(one.id) not in known and chosen(one)]
    skipped = list(found.skipped)
    messages = [one for one in await messages_of(api, fresh, skipped) if one.created_at >= since]
    walk.high = max([walk.high, *stamps.values()])
    walk.seen = _recent({**walk.seen, **stamps})
    walk.pages += 1
    more = _step_up(walk, found, stamps) if walk.start else _step_down(walk, found, stamps, iso(since))
    if more:
        cursor.walk = walk
    else:
        top = max(cursor.top, walk.high)
        cursor = Cursor(top, _near(top, {**cursor.given, **walk.seen}))
    return Page(newest_first(messages), written(cursor), more, skipped=tuple(skipped))


async def upward(
    api: Api, path: str, params: Params, start: str, pages: int
) -> tuple[list[wire.Post], bool, list[str]]:
    """The posts since a time, whether all were read within so many pages, and what could not be read."""
    walk = Walk(start)
    posts: dict[str, wire.Post] = {}
    skipped: list[str] = []
    for _ in range(pages):
        found = await batch(api, path, [*params, ("order", "asc"), ("since", walk.start)], walk.onward)
        posts |= {text_id(one.id): one for one in found.posts}
        skipped += found.skipped
        if not _step_up(walk, found, {text_id(one.id): _stamp(one.created) for one in found.posts}):
            return list(posts.values()), True, skipped
    return list(posts.values()), False, skipped


async def again(api: Api, path: str, params: Params, text: str, since: datetime, chosen: Chosen) -> Page:
    """A page of the newest, read once more: edits, and what was approved late under its old time."""
    place = kept(text, Round)
    query = [*params, ("order", "desc")]
    try:
        found = await batch(api, path, query, place.onward)
    except Invalid:
        if not place.onward:
            raise
        place = Round()
        found = await batch(api, path, query)
    skipped = list(found.skipped)
    chosen_ones = [one for one in found.posts if chosen(one)]
    messages = [one for one in await messages_of(api, chosen_ones, skipped) if one.created_at >= since]
    past = any(stamp and stamp < iso(since) for stamp in map(_stamp, (one.created for one in found.posts)))
    more = bool(found.onward) and not past and place.pages + 1 < _AGAIN_PAGES
    after = Round(found.onward, place.pages + 1) if more else Round()
    return Page(newest_first(messages), written(after), more, skipped=tuple(skipped))


def iso(when: datetime) -> str:
    """A time as Disqus writes it: UTC, to the second, without a zone. Sorts."""
    return format_time(when.replace(microsecond=0)).removesuffix("Z")


def newest_first(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Messages in the order in which pages give them."""
    return tuple(sorted(messages, key=lambda one: one.created_at, reverse=True))


def _step_up(walk: Walk, found: Batch, stamps: dict[str, str]) -> bool:
    """Go on from the newest time of a page, whatever went meanwhile; by Disqus's cursor only within one second."""
    last = max(stamps.values(), default="")
    walk.onward = found.onward if last <= walk.start else ""
    walk.start = max(last, walk.start)
    return bool(found.onward)


def _step_down(walk: Walk, found: Batch, stamps: dict[str, str], edge: str) -> bool:
    """Go on by Disqus's cursor. What was deleted meanwhile may move others past it: several pages are read twice."""
    past = any(stamp and stamp < edge for stamp in stamps.values())
    walk.onward = "" if past else found.onward
    if not walk.onward and walk.pages > 1:
        walk.start = edge
    return bool(walk.onward or walk.start)


def _recent(stamps: dict[str, str]) -> dict[str, str]:
    """The newest, as many as a walk remembers."""
    return dict(sorted(stamps.items(), key=lambda one: one[1])[-_REMEMBERED:])


def _near(top: str, stamps: dict[str, str]) -> dict[str, str]:
    """The posts that the next look brings once more."""
    if not top:
        return {}
    edge = iso(parse_time(top) - LAP)
    return {number: stamp for number, stamp in stamps.items() if stamp >= edge}


def _stamp(text: str) -> str:
    """A time as text that sorts, "" for what is none."""
    try:
        return iso(parse_time(text))
    except ValueError:
        return ""
