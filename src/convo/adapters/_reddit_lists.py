"""Lists, newest first: the inbox, what the user wrote, whom the user blocked.

What a list was read up to is known by the names of the last things read, never by one of them alone: Reddit finds
no way on from a thing that was deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Raw, Struct
from msgspec import field as named

from convo.adapters import _reddit_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._reddit_api import Api
from convo.adapters._reddit_messages import (
    SITE,
    comment_message,
    ids,
    moment,
    post_message,
)
from convo.adapters.wire import decode, part
from convo.model import Message, Page
from convo.text import one_line, shorten

PAGE = 100
"""Things asked for at once; the most that Reddit gives."""
_KEEP = 300
"""Names that are remembered."""
_BACK = timedelta(hours=24)
"""How far before the newest known thing a walk goes at most."""
_ANCHORS = 3
Make = Callable[[str, Raw], "Message | None"]


class Cursor(Struct):
    """What is known of a list: names, newest first, and the newest time; while it is walked also what was seen."""

    known: list[str] = named(default_factory=list)
    high: float = 0.0
    seen: list[str] = named(default_factory=list)
    newest: float = 0.0
    anchors: list[str] = named(default_factory=list)
    """The last names of the last page, the last one first: where the walk goes on."""


@dataclass(slots=True)
class _Batch:
    """A page of a list: what was seen, what is new, what could not be read."""

    names: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    fresh: list[Message] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


async def read(
    api: Api, path: str, params: Sequence[tuple[str, str]], text: str, since: datetime, make: Make, what: str
) -> Page:
    """The next page of a list after a cursor ("" for the first time), not reaching back past `since`."""
    cursor = kept(text, Cursor)
    before = frozenset(cursor.known)
    onward = [("after", cursor.anchors[0])] if cursor.anchors else []
    found = decode(await api.get(path, [*params, ("limit", str(PAGE)), *onward]), wire.Listing).data
    if cursor.anchors and not found.children and len(cursor.anchors) > 1:
        # Nothing after it: the list ends there, or the thing is gone. The one before it tells.
        again = Cursor(cursor.known, cursor.high, cursor.seen, cursor.newest, cursor.anchors[1:])
        return Page((), written(again), True)
    batch = _gathered(found.children, before | frozenset(cursor.seen), make, what)
    met = any(name in before for name in batch.names)
    oldest = batch.times[-1] if batch.times else 0.0  # what is pinned stands first, however old
    old = bool(batch.times) and (
        moment(oldest) < since or (cursor.high > 0 and oldest < cursor.high - _BACK.total_seconds())
    )
    seen = list(dict.fromkeys([*cursor.seen, *batch.names]))
    newest = max([cursor.newest, *batch.times])
    more = bool(found.after) and bool(batch.names) and not (met or old)
    if more:
        anchors = [*reversed(batch.names)][:_ANCHORS]
        after = Cursor(cursor.known, cursor.high, seen, newest, anchors)
    else:
        known = list(dict.fromkeys([*seen, *cursor.known]))[:_KEEP]
        after = Cursor(known, max(cursor.high, newest))
    fresh = [one for one in batch.fresh if one.created_at >= since]
    gone = tuple(one.uri for one in fresh if one.deleted)
    messages = tuple(one for one in fresh if not one.deleted)
    return Page(messages, written(after), more, gone, tuple(batch.skipped))


def _gathered(children: Sequence[Raw], known: frozenset[str], make: Make, what: str) -> _Batch:
    """What a page holds; what is known is passed over, what cannot be read is told of."""
    batch = _Batch()
    for raw in children:
        try:
            thing = part(raw, wire.Thing)
            letter = part(thing.data, wire.Letter) if thing is not None else None
            if thing is None or letter is None:
                raise ValueError("it has no name")
            if thing.kind == wire.LETTER:
                name = one_line(letter.name)
                message = None
                if name not in known:
                    batch.skipped.append("A private message is there; convo reads comments only.")
            else:
                name = letter.name
                ids(name)
                when = moment(letter.created_utc)
                message = make(thing.kind, raw) if name not in known else None
                batch.times.append(when.timestamp())
        except ValueError as error:
            batch.skipped.append(f"{what} could not be read: {shorten(str(error), 120)}.")
            continue
        batch.names.append(name)
        if message is not None:
            batch.fresh.append(message)
    return batch


async def inbox(api: Api, text: str, since: datetime) -> Page:
    """Replies to my comments and posts, and comments that name me, read ones too."""

    def make(kind: str, raw: Raw) -> Message:
        return comment_message(wire.of_kind(raw, wire.COMMENT, wire.Comment), api.facts)

    return await read(api, "/message/inbox", [("mark", "false")], text, since, make, "Something in the inbox")


async def comments(api: Api, text: str, since: datetime) -> Page:
    """What I answered, wherever I did."""

    def make(kind: str, raw: Raw) -> Message:
        return comment_message(wire.of_kind(raw, wire.COMMENT, wire.Comment), api.facts)

    path = f"/user/{api.facts.name}/comments"
    return await read(api, path, [("sort", "new")], text, since, make, "A comment of yours")


async def posts(api: Api, text: str, since: datetime) -> Page:
    """What I posted."""

    def make(kind: str, raw: Raw) -> Message:
        return post_message(wire.of_kind(raw, wire.POST, wire.Post), api.facts)

    path = f"/user/{api.facts.name}/submitted"
    return await read(api, path, [("sort", "new")], text, since, make, "A post of yours")


async def people(api: Api, text: str, since: datetime) -> Page:
    """Whom the user blocked."""
    found = decode(await api.get("/prefs/blocked"), wire.Listing).data
    rows = [part(raw, wire.Blocked) for raw in found.children]
    return Page(hidden=tuple(f"{SITE}/user/{one_line(one.name)}" for one in rows if one is not None))
