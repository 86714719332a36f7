"""What is read: comments since a time, late approvals, what I wrote, look-ups and conversations.

Blogger documents neither an order nor the size of a page, so every page of a span of time is read; and not what a
deletion does to the pages that follow, so what took several pages and brought something is read twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from convo.adapters import _blogger_wire as wire
from convo.adapters._blogger_api import Api, me
from convo.adapters._blogger_messages import GONE, comment_message, is_mine, numbers, post_message
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Missing, Refused
from convo.adapters.wire import decode, each
from convo.aside import together
from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.text import format_time, parse_time

PAGE = 100
_LAP = timedelta(hours=1)
"""Whether the time that is asked from counts itself is not documented."""
_RECENT = 2_000
"""Comments by whose numbers is known what was given already."""
_POSTS_EVERY = 6 * 3600
"""Seconds between looks for new posts of the account: they only head conversations."""
_MOST_PAGES = 10
_AT_ONCE = 5
_STATES = [("status", "LIVE"), ("status", "PENDING")]


class BlogCursor(Struct):
    """How far the comments of one blog were read: the newest time, and what came in the hour before it."""

    top: str = ""
    given: list[str] = []
    onward: str = ""
    """Where a walk goes on, "" outside of one."""
    start: str = ""
    high: str = ""
    walked: list[str] = []
    """Time it began from, newest time and comments of a walk."""
    second: bool = False
    """The walk is made once more."""
    pages: int = 0
    fresh: bool = False
    """It brought something."""
    posts_at: int = 0
    """When my posts were last looked for, in seconds since 1970."""

    @property
    def walking(self) -> bool:
        """Whether there is more to read."""
        return bool(self.onward) or self.second


class Cursor(Struct):
    """How far each blog was read; `at` is the one that comes next while there are more."""

    blogs: dict[str, BlogCursor] = {}
    at: int = 0


Chosen = Callable[[wire.Comment], bool]


async def comments(api: Api, text: str, since: datetime) -> Page:
    """The next page of comments by others, also those that are held."""
    return await _read(api, text, since, lambda one: not is_mine(one.author, api.facts))


async def own(api: Api, text: str, since: datetime) -> Page:
    """The next page of what I wrote on my blogs; now and then my posts, which head conversations."""
    page = await _read(api, text, since, lambda one: is_mine(one.author, api.facts))
    cursor = kept(page.cursor, Cursor)
    now = int(datetime.now(timezone.utc).timestamp())
    due = [blog for blog, known in cursor.blogs.items() if now - known.posts_at >= _POSTS_EVERY]
    if page.more or not due:
        return page
    skipped = list(page.skipped)
    posts = []
    for blog in due:
        posts += await _posts(api, blog, since, skipped)
        cursor.blogs[blog].posts_at = now
    return replace(
        page, messages=page.messages + tuple(posts), cursor=written(cursor), skipped=tuple(skipped)
    )


async def _posts(api: Api, blog: str, since: datetime, skipped: list[str]) -> list[Message]:
    """The posts of a blog."""
    params = [("startDate", format_time(since.replace(microsecond=0))), ("maxResults", str(PAGE))]
    response = await api.google.get(f"/v3/blogs/{blog}/posts", [*params, ("fetchBodies", "false")])
    good, bad = each(decode(response, wire.Page).items, wire.Post, "Post")
    skipped += bad
    messages = []
    for one in good:
        try:
            messages.append(post_message(blog, one, api.facts))
        except ValueError as error:
            skipped.append(f"A post was left out: {error}.")
    return [one for one in messages if one.author.uid == me(api.facts).uid and one.created_at >= since]


async def again(api: Api, text: str, since: datetime) -> Page:
    """All of the last weeks once more: what was approved late keeps the time at which it was written."""
    cursor = kept(text, Cursor)
    for known in cursor.blogs.values():
        if not known.walking:
            known.top, known.given = "", []
    return await _read(api, written(cursor), since, lambda one: not is_mine(one.author, api.facts))


async def _read(api: Api, text: str, since: datetime, chosen: Chosen) -> Page:
    """The next page of one blog after the other."""
    cursor = kept(text, Cursor)
    blogs = [one.id for one in api.facts.blogs]
    cursor.blogs = {blog: cursor.blogs.get(blog, BlogCursor()) for blog in blogs}
    at = cursor.at if cursor.at < len(blogs) else 0
    skipped: list[str] = []
    messages = await _page(api, blogs[at], cursor.blogs[blogs[at]], since, chosen, skipped)
    if not cursor.blogs[blogs[at]].walking:
        at += 1
    more = at < len(blogs)
    cursor.at = at if more else 0
    return Page(tuple(messages), written(cursor), more, skipped=tuple(skipped))


async def _page(
    api: Api, blog: str, known: BlogCursor, since: datetime, chosen: Chosen, skipped: list[str]
) -> list[Message]:
    """One page of the comments of one blog; moves its cursor."""
    start = known.start if known.walking else format_time(_from(known.top, since))
    params = [*_STATES, ("startDate", start), ("maxResults", str(PAGE)), ("fetchBodies", "true")]
    token = [("pageToken", known.onward)] if known.onward else []
    try:
        response = await api.google.get(f"/v3/blogs/{blog}/comments", [*params, *token])
    except Missing:
        known.onward = ""
        return []
    except Refused:
        if not known.onward:
            raise
        # The place to go on from has expired: the walk begins anew.
        known.onward = ""
        return await _page(api, blog, known, since, chosen, skipped)
    found = decode(response, wire.Page)
    good, bad = each(found.items, wire.Comment, "Comment")
    skipped += bad
    known_ids = {*known.given, *known.walked}
    wanted = [one for one in good if one.id not in known_ids and chosen(one)]
    messages = await _messages(api, wanted, skipped)
    known.high = max([known.high, *(_stamp(one.published) for one in good)])
    known.walked = [*known.walked, *(one.id for one in good if one.id not in known_ids)][-_RECENT:]
    known.start, known.onward = start, found.onward or ""
    known.pages += 1
    known.fresh = known.fresh or bool(wanted)
    if not known.onward:
        _end(known)
    kept_messages = [one for one in messages if one.created_at >= since]
    return sorted(kept_messages, key=lambda one: one.created_at, reverse=True)


def _end(known: BlogCursor) -> None:
    """The end of a walk: it is made once more, or its newest becomes what was read."""
    if known.pages > 1 and known.fresh and not known.second:
        known.second, known.pages, known.fresh = True, 0, False
        return
    known.top = max(known.top, known.high)
    known.given = [*known.given, *known.walked][-_RECENT:]
    known.start, known.high, known.walked = "", "", []
    known.second, known.pages, known.fresh = False, 0, False


def _from(top: str, since: datetime) -> datetime:
    """From when on is asked."""
    return max(parse_time(top) - _LAP, since) if top else since


def _stamp(text: str) -> str:
    """A time in UTC as text that sorts, "" for what is none."""
    try:
        return format_time(parse_time(text).replace(microsecond=0))
    except ValueError:
        return ""


async def _messages(api: Api, found: Sequence[wire.Comment], skipped: list[str]) -> list[Message]:
    """Comments as messages with the titles of their posts; one with a bad time is added to `skipped`."""
    posts = await api.posts((one.blog.id, one.post.id) for one in found if one.post.id.isdigit())
    messages = []
    for one in found:
        try:
            messages.append(comment_message(one, posts.get(one.post.id), api.facts))
        except ValueError as error:
            skipped.append(f"A comment was left out: {error}.")
    return messages


async def comment(api: Api, ref: Ref) -> wire.Comment | None:
    """A comment as it is now; None when it is gone."""
    blog, post, number = numbers(ref)
    try:
        response = await api.google.get(f"/v3/blogs/{blog}/posts/{post}/comments/{number}")
    except Missing:
        return None
    found = decode(response, wire.Comment)
    return None if found.status in GONE else found


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of comments and posts, one by one."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: Ref) -> Message | None:
        blog, post, number = numbers(ref)
        async with gate:
            if not number:
                head = await api.post(blog, post)
                return post_message(blog, head, api.facts) if head is not None else None
            found = await comment(api, ref)
        made = await _messages(api, [found], []) if found is not None else []
        return made[0] if made else None

    wanted = [ref for ref in refs if numbers(ref)[0]]
    found = await together(one(ref) for ref in wanted)
    gone = [ref.uri for ref, message in zip(wanted, found, strict=True) if message is None]
    return Lookup(tuple(one for one in found if one is not None), tuple(gone))


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A post with its comments. Raises Missing when what was asked for is gone."""
    blog, post, number = numbers(ref)
    head = await api.post(blog, post) if blog else None
    if head is None:
        raise Missing("Blogger does not show this post any more.")
    found: list[wire.Comment] = []
    skipped: list[str] = []
    token = ""
    for _ in range(_MOST_PAGES):
        params = [*_STATES, ("status", "EMPTIED"), ("view", "ADMIN"), ("maxResults", str(PAGE))]
        more = [("pageToken", token)] if token else []
        response = await api.google.get(f"/v3/blogs/{blog}/posts/{post}/comments", [*params, *more])
        page = decode(response, wire.Page)
        good, bad = each(page.items, wire.Comment, "Comment")
        found += good
        skipped += bad
        token = page.onward or ""
        if not token:
            break
    if number and number not in {one.id for one in found}:
        raise Missing("Blogger does not show this comment any more.")
    messages = await _messages(api, list({one.id: one for one in found}.values()), skipped)
    messages = [post_message(blog, head, api.facts), *messages]
    partial = "Blogger has more comments here than these." if token or skipped else ""
    return Conversation(tuple(sorted(messages, key=lambda one: one.created_at)), partial)
