"""Walking over the notifications: conditional requests, an overlap, and pages that move underneath.

The list is ordered by the time a thread moved last, newest first. It is walked by that time and not by page numbers:
the next page is what moved before the oldest that was seen, so nothing that jumps to the top or goes hides another.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _github_wire as wire
from convo.adapters._github_api import Api
from convo.adapters.contract import Missing
from convo.adapters.http import Response
from convo.text import format_time, parse_time
from convo.values import frozen

PAGE = 50
"""The most that GitHub gives at once."""
OVERLAP = timedelta(minutes=10)
"""How late a thread may be listed under an earlier time."""
WHOLE = 15 * 60
"""Seconds after which the list is asked for without a condition: 304 only says that nothing is new."""
_FRESH = timedelta(seconds=2)
"""How much older than the answer's own date a list may be."""
_REMEMBERED = 500
_FAILING = 50
_DAY = 86_400.0
_LONGEST = 3600
"""Seconds between two looks that a server may ask for; more is a clock that was set."""


class Walk(Struct):
    """A walk under way: back to `since`, now at what moved before `before`."""

    since: str
    before: str
    high: str
    modified: str = ""
    page: int = 1
    """Of those that moved in the very second of `before`, where one page does not hold them."""
    done: dict[str, str] = {}
    began: str = ""
    """What moved in this second of the server's or later may have moved again and look the same."""


class Cursor(Struct):
    """How far the list was read: when the newest thread had moved, and those in the overlap."""

    high: str = ""
    modified: str = ""
    """`Last-Modified` as it was sent, byte for byte."""
    whole_at: float = 0.0
    next_at: float = 0.0
    """Epoch seconds: when the list may be asked for again (`X-Poll-Interval`)."""
    seen: dict[str, str] = {}
    walk: Walk | None = None
    again: dict[str, float] = {}
    """Threads whose conversation could not be had, and since when (epoch seconds): they are asked for again."""
    again_at: float = 0.0
    """Epoch seconds: when."""


@frozen
class Batch:
    """Threads that moved since they were read, newest first, and how to go on."""

    threads: list[wire.Notification]
    cursor: Cursor
    more: bool
    skipped: list[str]
    floor: datetime
    """What moved before was read already, or is too old."""


async def read(api: Api, text: str, since: datetime, now: datetime) -> Batch:
    """The next batch after a cursor ("" for the first time), not reaching back past `since`."""
    cursor = _decoded(text)
    if cursor.walk is not None:
        return await _walk(api, cursor, cursor.walk)
    at = now.timestamp()
    if at < cursor.next_at <= at + _LONGEST:
        return Batch([], cursor, False, [], since)
    floor = max(since, _moment(cursor.high, since) - OVERLAP) if cursor.high else since
    headers = (
        {"if-modified-since": cursor.modified} if cursor.modified and at - cursor.whole_at < WHOLE else {}
    )
    params = [("all", "true"), ("since", _second(floor)), ("per_page", str(PAGE))]
    response = await api.get("/notifications", params, headers)
    interval = response.headers.get("x-poll-interval", "")
    cursor.next_at = at + min(int(interval), _LONGEST) if interval.isdigit() and int(interval) else 0.0
    if response.status == 304:
        return Batch([], cursor, False, [], floor)
    cursor.whole_at = at
    modified = response.headers.get("last-modified", "")
    walk = Walk(_second(floor), "", cursor.high, modified if modified.isprintable() else "")
    walk.began = _began(response, now)
    return _taken(cursor, walk, wire.decode(response, list[Raw]), response.headers.get("link", ""))


async def _walk(api: Api, cursor: Cursor, walk: Walk) -> Batch:
    params = [("all", "true"), ("since", walk.since), ("before", walk.before), ("per_page", str(PAGE))]
    if walk.page > 1:
        params.append(("page", str(walk.page)))
    response = await api.get("/notifications", params)
    return _taken(cursor, walk, wire.decode(response, list[Raw]), response.headers.get("link", ""))


def _taken(cursor: Cursor, walk: Walk, items: list[Raw], link: str) -> Batch:
    """What is new of a page, and the cursor after it."""
    stamps = [stamp for item in items if (stamp := _stamp(item)) is not None]
    known = {**cursor.seen, **walk.done}
    new = [item for item in items if _is_new(item, known)]
    threads, skipped = wire.each(new, wire.Notification, "Notification")
    times = sorted(stamp.updated_at for stamp in stamps)
    walk.high = max([walk.high, *times])
    walk.done = {id_: at for id_, at in walk.done.items() if at >= _edge(walk.high)}
    walk.done.update({stamp.id: stamp.updated_at for stamp in stamps})
    if 'rel="next"' not in link or not items:
        return Batch(threads, _ended(cursor, walk), False, skipped, _moment(walk.since))
    before = _second(_moment(times[0]) + timedelta(seconds=1)) if times else walk.before
    walk.page = walk.page + 1 if before == walk.before or not before else 1
    walk.before = before or walk.high
    cursor.walk = walk
    return Batch(threads, cursor, True, skipped, _moment(walk.since))


def _ended(cursor: Cursor, walk: Walk) -> Cursor:
    """The cursor of a walk that came to its end: only now is its newest thread the mark.

    GitHub's times are whole seconds: what moved in the seconds of the look is looked at once more.
    """
    seen, edge = {**cursor.seen, **walk.done}, _edge(walk.high)
    settled = [(at, id_) for id_, at in seen.items() if edge <= at < walk.began]
    recent = sorted(settled, reverse=True)[:_REMEMBERED]
    cursor.high, cursor.modified = walk.high, walk.modified if walk.high < walk.began else ""
    cursor.seen, cursor.walk = {id_: at for at, id_ in recent}, None
    return cursor


async def failed_before(api: Api, cursor: Cursor, now: datetime) -> list[wire.Notification]:
    """Threads whose conversation could not be had, when it is time to ask for them again; what is gone is left out."""
    if not cursor.again or now.timestamp() < cursor.again_at:
        return []
    found = []
    for id_ in cursor.again:
        try:
            response = await api.get(f"/notifications/threads/{id_}")
        except Missing:
            continue
        found.append(wire.decode(response, wire.Notification))
    return found


def note_failures(cursor: Cursor, failing: Collection[str], asked: bool, now: datetime) -> list[str]:
    """Remember which threads fail; gives those that have failed for a day and are given up."""
    at = now.timestamp()
    kept = {} if asked else cursor.again
    since = {**kept, **{id_: cursor.again.get(id_, at) for id_ in failing}}
    over = [id_ for id_, first in since.items() if at - first > _DAY]
    cursor.again = dict([one for one in since.items() if one[0] not in over][:_FAILING])
    if asked or failing:
        cursor.again_at = at + WHOLE
    return over


def _began(response: Response, now: datetime) -> str:
    """The second from which on the list may not have had everything."""
    try:
        date = parsedate_to_datetime(response.headers.get("date", ""))
    except (TypeError, ValueError):
        date = now
    return _second(date.astimezone(timezone.utc) - _FRESH)


def _edge(high: str) -> str:
    """Where the overlap begins that is read again next time."""
    return _second(_moment(high) - OVERLAP) if high else ""


def _is_new(item: Raw, known: dict[str, str]) -> bool:
    """Whether a thread moved since it was read; one without an id is taken for new, so that it is said."""
    stamp = wire.part(bytes(item), wire.Stamp)
    return stamp is None or known.get(stamp.id) != stamp.updated_at


def _stamp(item: Raw) -> wire.Stamp | None:
    """Id and time of a thread; None where it has no time that can be read."""
    stamp = wire.part(bytes(item), wire.Stamp)
    try:
        return stamp if stamp is not None and parse_time(stamp.updated_at) else None
    except ValueError:
        return None


def _moment(text: str, otherwise: datetime | None = None) -> datetime:
    try:
        return parse_time(text)
    except ValueError:
        if otherwise is None:
            raise
        return otherwise


def _second(when: datetime) -> str:
    return format_time(when.replace(microsecond=0))


def _decoded(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text or "{}", type=Cursor)
    except msgspec.DecodeError:
        return Cursor()


def encoded(cursor: Cursor) -> str:
    """A cursor to store."""
    return msgspec.json.encode(cursor).decode()
