"""Reading Bluesky's lists: notifications, the user's own posts, and who the user blocked or muted.

The lists run from new to old and know no "since", and a post written with an old date enters them in the past.
So each look walks back 48 hours past the newest item known, once a day 14 days, and leaves out what it saw before.
Cursors hold this walk as JSON; times in them are milliseconds since 1970.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

from msgspec import Raw, Struct, field
from msgspec import json as msgjson

from convo.adapters import _bluesky_read as read
from convo.adapters import _bluesky_text as rich
from convo.adapters._bluesky_session import Session
from convo.adapters._bluesky_wire import (
    POST,
    Actors,
    Author,
    Notifications,
    Post,
    Posts,
    Records,
    RepoRecord,
    Unread,
    answer,
    decode,
    items,
)
from convo.adapters.contract import Missing, Refused
from convo.model import Message, Page, Person
from convo.text import parse_time

BLOCK = "app.bsky.graph.block"
REASONS = ("reply", "mention", "quote")
"""The notifications in which a person says something."""
OVERLAP = timedelta(hours=48)
DEEP = timedelta(days=14)
DEEP_EVERY = timedelta(hours=24)
_STALE_WALK = timedelta(hours=6)
_KEPT = timedelta(days=15)
_MOST_KEPT = 2000
_MOST_GONE = 10
_MOST_PAGES = 1000
_BULK = 25
_LIST_PAGES = 100
Now = Callable[[], datetime]


class _Block(Struct):
    subject: str = ""


class Walk(Struct, omit_defaults=True):
    """A walk that is not at its end: the server's cursor, how far back it goes, the newest item it met."""

    stop: int
    began: int
    at: str = ""
    newest: int = 0
    deep: bool = False
    pages: int = 0


class Marks(Struct, omit_defaults=True):
    """What a cursor holds: the newest item known, the last deep walk, versions seen of late, the walk under way."""

    newest: int = 0
    deep: int = 0
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    walk: Walk | None = None


def ms(when: datetime) -> int:
    """Milliseconds since 1970."""
    return int(when.timestamp() * 1000)


def marks_of(cursor: str) -> Marks:
    """The marks in a cursor; none in one that is empty or broken."""
    try:
        return decode(cursor.encode(), Marks) if cursor else Marks()
    except ValueError:
        return Marks()


def begin(marks: Marks, since: datetime, now: datetime) -> Walk:
    """The walk under way, or a new one; one left lying for hours is begun again."""
    if marks.walk and ms(now) - marks.walk.began < ms_of(_STALE_WALK) and marks.walk.pages < _MOST_PAGES:
        return marks.walk
    deep = not marks.newest or ms(now) - marks.deep >= ms_of(DEEP_EVERY)
    back = ms(since)
    if marks.newest:
        back = max(back, marks.newest - ms_of(DEEP if deep else OVERLAP))
    marks.walk = Walk(back, ms(now), newest=marks.newest, deep=deep)
    return marks.walk


def ms_of(span: timedelta) -> int:
    """A span in milliseconds."""
    return int(span.total_seconds() * 1000)


def go_on(marks: Marks, walk: Walk, cursor: str, arrived: bool, cut: bool) -> bool:
    """Move the walk by one page; true when there is more.

    `arrived` says that it reached its stop, `cut` that the server gave a full page and no way on: then the
    newest item known stays, so that the next walk tries again.
    """
    walk.pages += 1
    if cursor and cursor != walk.at and not arrived and walk.pages < _MOST_PAGES:
        walk.at = cursor
        return True
    if not cut:
        marks.newest = max(marks.newest, walk.newest)
        marks.deep = walk.began if walk.deep else marks.deep
    marks.walk = None
    return False


def written(marks: Marks) -> str:
    """The cursor, without what lies too far back to be met again."""
    oldest = max(marks.newest, marks.walk.newest if marks.walk else 0) - ms_of(_KEPT)
    kept = [(name, mark) for name, mark in marks.seen.items() if mark[0] >= oldest]
    kept.sort(key=lambda one: one[1][0])
    marks.seen = dict(kept[-_MOST_KEPT:])
    return msgjson.encode(marks).decode()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def notifications(session: Session, cursor: str, since: datetime, now: Now) -> Page:
    """The next page of what was said to the user."""
    marks = marks_of(cursor)
    walk = begin(marks, since, now())
    page = await _notification_page(session, walk)
    skipped: list[str] = []
    fresh: list[Post] = []
    arrived = False
    for post in items(page.notifications, Post, skipped):
        try:
            stands = ms(parse_time(post.indexed_at))
        except ValueError:
            skipped.append(f"{post.uri} was left out: it has no time")
            continue
        walk.newest = max(walk.newest, min(stands, ms(now())))
        arrived = arrived or stands < walk.stop
        name, version = _short(post.uri), _short(post.cid)
        if post.reason not in REASONS or stands < ms(since) or marks.seen.get(name, (0, ""))[1] == version:
            continue
        marks.seen[name] = (stands, version)
        fresh.append(post)
    messages = await _hydrated(session, fresh, skipped)
    cut = not page.cursor and not arrived and len(page.notifications) >= 100
    more = go_on(marks, walk, page.cursor, arrived, cut)
    return Page(messages, written(marks), more, skipped=tuple(skipped))


async def _notification_page(session: Session, walk: Walk) -> Notifications:
    params = [("limit", "100"), ("priority", "false"), *(("reasons", reason) for reason in REASONS)]
    method = "app.bsky.notification.listNotifications"
    try:
        response = await session.get(method, [*params, ("cursor", walk.at)] if walk.at else params)
    except (Refused, Missing):
        if not walk.at:
            raise
        response = await session.get(method, params)
    return answer(response, Notifications)


async def _hydrated(session: Session, fresh: Sequence[Post], skipped: list[str]) -> tuple[Message, ...]:
    """The notified posts in full: pictures, quoted words, whether they may be answered."""
    full = {post.uri: post for post in await posts(session, [post.uri for post in fresh], skipped)}
    messages = []
    for told in fresh:
        post = full.get(told.uri, told)
        post.indexed_at = told.indexed_at
        try:
            messages.append(read.message(post))
        except ValueError as error:
            skipped.append(f"{told.uri} was left out: {error}")
    return tuple(messages)


async def posts(session: Session, uris: Sequence[str], skipped: list[str]) -> list[Post]:
    """Posts by URI, 25 at a time; who is not there is missing from the list."""
    found: list[Post] = []
    for start in range(0, len(uris), _BULK):
        params = [("uris", uri) for uri in uris[start : start + _BULK]]
        response = await session.get("app.bsky.feed.getPosts", params)
        found += items(answer(response, Posts).posts, Post, skipped)
    return found


async def own_posts(session: Session, me: Person, cursor: str, since: datetime, now: Now) -> Page:
    """The next page of the user's own posts, from the repository: complete at once, whichever app wrote them."""
    marks = marks_of(cursor)
    walk = begin(marks, since, now())
    params = [("repo", me.uid), ("collection", POST), ("limit", "100")]
    if walk.at:
        params.append(("cursor", walk.at))
    response = await session.get("com.atproto.repo.listRecords", params, open_to_all=True)
    page = answer(response, Records)
    skipped: list[str] = []
    messages: list[Message] = []
    met: set[str] = set()
    above, arrived, last = walk.at, False, ""
    for found in items(page.records, RepoRecord, skipped):
        last = read.rkey_of(found.uri)
        met.add(last)
        try:
            made = read.own_message(found, me)
        except ValueError as error:
            skipped.append(f"{found.uri} was left out: {error}")
            continue
        stands = ms(rich.tid_time(last) or made.created_at)
        walk.newest = max(walk.newest, min(stands, ms(now())))
        arrived = arrived or stands < walk.stop
        version = _short(found.cid)
        if made.created_at < since or marks.seen.get(last, (0, ""))[1] == version:
            continue
        marks.seen[last] = (stands, version)
        messages.append(made)
    # A page may be short before the end: only where nothing known lies below it is that taken for the end.
    below = any(key < last for key in marks.seen if key not in met)
    onward = page.cursor if len(page.records) >= 100 or (met and below) else ""
    gone = _vanished(marks, met, above, last if onward else "")
    more = go_on(marks, walk, onward, arrived, cut=False)
    uris = tuple(f"at://{me.uid}/{POST}/{rkey}" for rkey in gone)
    return Page(tuple(messages), written(marks), more, gone=uris, skipped=tuple(skipped))


def _vanished(marks: Marks, met: set[str], above: str, below: str) -> list[str]:
    """Own posts that were there and are not, between two record keys (both exclusive, "" is no bound).

    An empty list in place of many posts is more likely a fault of the server than the user's doing.
    """
    gone = [key for key in marks.seen if key not in met and key > below and (not above or key < above)]
    if not met and len(gone) > _MOST_GONE:
        return []
    for key in gone:
        del marks.seen[key]
    return gone


async def people(session: Session, now: Now) -> Page:
    """The whole list of whom the user blocked or muted."""
    hidden: dict[str, None] = {}
    skipped: list[str] = []
    for method in ("app.bsky.graph.getBlocks", "app.bsky.graph.getMutes"):
        cursor = ""
        for _ in range(_LIST_PAGES):
            params = [("limit", "100"), *([("cursor", cursor)] if cursor else [])]
            response = await session.get(method, params)
            page = answer(response, Actors)
            listed: list[Raw] = [*(page.blocks or ()), *(page.mutes or ())]
            hidden.update((author.did, None) for author in items(listed, Author, skipped))
            if not page.cursor or page.cursor == cursor:
                break
            cursor = page.cursor
        else:
            skipped.append(f"{method}: only the first {_LIST_PAGES * 100} were read")
    seen_at = now().astimezone(timezone.utc).isoformat(timespec="seconds")
    return Page(cursor=seen_at, hidden=tuple(hidden), skipped=tuple(skipped))


async def blocks_of(session: Session, me: Person, uid: str) -> list[str]:
    """The user's own records that block a person: the one the AppView knows, and those it may not know yet."""
    response = await session.get("app.bsky.actor.getProfile", [("actor", uid)])
    profile = answer(response, Author)
    known = profile.viewer.blocking if profile.viewer else ""
    found = {known: None} if read.did_of(known) == me.uid else {}
    params = [("repo", me.uid), ("collection", BLOCK), ("limit", "100")]
    response = await session.get("com.atproto.repo.listRecords", params, open_to_all=True)
    for record in items(answer(response, Records).records, RepoRecord, []):
        if next(items([record.value], _Block, []), _Block()).subject == uid:
            found[record.uri] = None
    return list(found)


async def mark_read(session: Session, stands: str) -> None:
    """Move the one mark of the notifications just past the item that stands at this time in the list, never back.

    Before the mark was ever set the server shows the newest item's time in its place; then it still counts
    that item as unread.
    """
    if not stands:
        return
    seen = parse_time(stands) + timedelta(milliseconds=1)
    params = [("limit", "1"), ("priority", "false")]
    response = await session.get("app.bsky.notification.listNotifications", params)
    page = answer(response, Notifications)
    if page.seen_at and parse_time(page.seen_at) >= seen:
        newest = next(items(page.notifications, Post, []), None)
        if newest is None or newest.indexed_at != page.seen_at or not await _any_unread(session):
            return
    await session.post("app.bsky.notification.updateSeen", {"seenAt": read.stamp(seen)})


async def _any_unread(session: Session) -> bool:
    response = await session.get("app.bsky.notification.getUnreadCount", [("priority", "false")])
    return bool(answer(response, Unread).anything)
