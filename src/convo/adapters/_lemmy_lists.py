"""Lists, newest first: what the user was told of, private messages, what the user wrote; in both dialects.

0.19 gives pages by number, and what is deleted meanwhile moves rows up past the end of a page: so each page begins a
little before the end of the last one, for which its size is chosen; where that shows nothing known, the walk goes
back. 1.0 gives cursors that no deletion moves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Raw, Struct

from convo.adapters import _lemmy_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._lemmy_api import Api
from convo.adapters._lemmy_messages import (
    MENTION,
    REPLY,
    comment_message,
    post_message,
    private_message,
)
from convo.adapters.wire import decode, loads, part
from convo.model import Message, Page
from convo.text import parse_time, shorten

PAGE = 50
"""Rows asked for at once; the most that Lemmy gives."""
_OVERLAP = 6
_SPOKEN = ("reply", "mention", "private_message")
"""Kinds of notifications of 1.0 that are somebody's words to the user."""


class Cursor(Struct):
    """How far a list was read: its newest number; while it is walked newest, oldest, and where it goes on."""

    top: int = 0
    high: int = 0
    low: int = 0
    at: int = 0
    """How many rows were walked over."""
    back: int = 0
    """The place at which it went back, once."""
    onward: str = ""
    """Where it goes on in 1.0."""


@dataclass(slots=True)
class Item:
    """A row: its number, when the server noted it, and the message it holds."""

    id: int
    when: datetime
    message: Message


@dataclass(slots=True)
class Batch:
    """A page of a list."""

    rows: list[Raw]
    onward: str = ""
    """The cursor of the next page in 1.0."""
    items: list[Item] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


Ask = Callable[[Cursor], Awaitable[Batch]]
Make = Callable[[Raw], "Item | None"]


async def _read(api: Api, text: str, since: datetime, ask: Ask, make: Make, what: str) -> Page:
    """The next page of a list after a cursor ("" for the first time), not reaching back past `since`."""
    cursor = kept(text, Cursor)
    batch = await ask(cursor)
    for raw in batch.rows:
        try:
            item = make(raw)
        except ValueError as error:
            batch.skipped.append(f"{what} could not be read: {shorten(str(error), 120)}.")
            continue
        if item is not None:
            batch.items.append(item)
    new = [one for one in batch.items if one.id > cursor.top and not (cursor.low and one.id >= cursor.low)]
    ids = [one.id for one in batch.items]
    if cursor.at and not api.modern and ids and max(ids) < cursor.low and cursor.at != cursor.back:
        back = Cursor(cursor.top, cursor.high, cursor.low, max(cursor.at - PAGE, 0), cursor.at)
        return Page((), written(back), True, skipped=tuple(batch.skipped))
    met = bool(cursor.top) and any(one <= cursor.top for one in ids)
    old = any(one.when < since for one in batch.items)
    last = len(batch.rows) < _window(cursor.at)[1] if not api.modern else not batch.onward
    gone = tuple(one.message.uri for one in new if one.message.deleted)
    found = [one.message for one in new if not one.message.deleted and one.when >= since]
    high = max([cursor.high, *ids])
    more = not (met or old or last)
    if more:
        low = min([*ids, *([cursor.low] if cursor.low else [])], default=0)
        number, size = _window(cursor.at)
        after = Cursor(
            cursor.top, high, low, (number - 1) * size + len(batch.rows), cursor.back, batch.onward
        )
    else:
        after = Cursor(max(high, cursor.top))
    return Page(tuple(found), written(after), more, gone, tuple(batch.skipped))


def _window(at: int) -> tuple[int, int]:
    """Number and size of the page that begins at most `_OVERLAP` rows before this one: the largest that does."""
    if at <= 0:
        return 1, PAGE
    for size in range(PAGE, PAGE // 2, -1):
        number = (at - 2) // size
        if 2 <= at - number * size <= _OVERLAP:
            return number + 1, size
    return at // PAGE + 1, PAGE


def _paged(cursor: Cursor, params: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    number, size = _window(cursor.at)
    return [*params, ("page", str(number)), ("limit", str(size))]


def _cursored(cursor: Cursor, params: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    return [*params, ("limit", str(PAGE)), *([("page_cursor", cursor.onward)] if cursor.onward else [])]


async def replies(api: Api, text: str, since: datetime) -> Page:
    """Answers to comments and posts of mine (0.19)."""

    async def ask(cursor: Cursor) -> Batch:
        params = _paged(cursor, [("sort", "New"), ("unread_only", "false")])
        return Batch(decode(await api.get("/user/replies", params), wire.Replies).replies)

    return await _read(api, text, since, ask, lambda raw: _told(api, raw), "A reply")


async def mentions(api: Api, text: str, since: datetime) -> Page:
    """Comments that name me (0.19)."""

    async def ask(cursor: Cursor) -> Batch:
        params = _paged(cursor, [("sort", "New"), ("unread_only", "false")])
        return Batch(decode(await api.get("/user/mention", params), wire.Mentions).mentions)

    return await _read(api, text, since, ask, lambda raw: _told(api, raw), "A mention")


def _told(api: Api, raw: Raw) -> Item:
    """A row of replies or mentions. Raises ValueError."""
    told = loads(raw, wire.Told)
    row, how = (told.mention, MENTION) if told.mention is not None else (told.reply, REPLY)
    if row is None:
        raise ValueError("it has no number")
    view = wire.CommentView(told.comment, told.creator, told.post)
    message = comment_message(api, view, how, row.id)
    return Item(row.id, parse_time(row.published) if row.published else message.created_at, message)


async def messages(api: Api, text: str, since: datetime) -> Page:
    """Private messages, those that I sent too (0.19)."""

    async def ask(cursor: Cursor) -> Batch:
        return await private(api, *_window(cursor.at))

    return await _read(api, text, since, ask, lambda raw: _direct(api, raw), "A private message")


async def private(api: Api, page: int, size: int = PAGE) -> Batch:
    """A page of private messages (0.19)."""
    params = [("unread_only", "false"), ("page", str(page)), ("limit", str(size))]
    return Batch(decode(await api.get("/private_message/list", params), wire.Messages).private_messages)


def _direct(api: Api, raw: Raw) -> Item:
    """A private message. Raises ValueError."""
    view = loads(raw, wire.MessageView)
    message = private_message(api, view)
    return Item(view.message.id, message.created_at, message)


async def notifications(api: Api, text: str, since: datetime) -> Page:
    """All of these at once (1.0)."""

    async def ask(cursor: Cursor) -> Batch:
        params = _cursored(cursor, [("type_", "all"), ("unread_only", "false")])
        found = decode(await api.get("/account/notification/list", params), wire.Items)
        return Batch(found.items, found.next_page or "")

    return await _read(api, text, since, ask, lambda raw: _notified(api, raw), "A notification")


def _notified(api: Api, raw: Raw) -> Item | None:
    """A notification of 1.0; None for what is nobody's words. Raises ValueError."""
    told = loads(raw, wire.Notified)
    note = told.notification
    if note.kind not in _SPOKEN:
        return None
    when = parse_time(note.when)
    kind = part(told.data, wire.Kind) or wire.Kind()
    if kind.type_ == "private_message":
        return Item(note.id, when, private_message(api, loads(told.data, wire.MessageView), note.id))
    if kind.type_ == "post":
        return Item(note.id, when, post_message(api, loads(told.data, wire.PostView)))
    view = loads(told.data, wire.CommentView)
    return Item(note.id, when, comment_message(api, view, note.kind, note.id))


async def own(api: Api, text: str, since: datetime) -> Page:
    """What I wrote, wherever I wrote it. Comments and posts are numbered apart, so each has a cursor."""
    await api.validate()
    if api.modern:
        return await _own_modern(api, text, since)
    cursor = kept(text, OwnCursor)
    page = cursor.page or 1
    params = [("username", api.facts.user), ("sort", "New"), ("page", str(page)), ("limit", str(PAGE))]
    found = decode(await api.get("/user", params), wire.Content)
    comments, skipped = _made(found.comments, lambda raw: _own_comment(api, raw), "A comment of yours")
    posts, bad = _made(found.posts, lambda raw: _own_post(api, raw), "A post of yours")
    new = [one for one in comments if one.id > cursor.comment] + [
        one for one in posts if one.id > cursor.post
    ]
    met = bool(cursor.comment or cursor.post) and len(new) < len(comments) + len(posts)
    old = any(one.when < since for one in (*comments, *posts))
    last = len(found.comments) < PAGE and len(found.posts) < PAGE
    high = [max([one.id for one in items], default=0) for items in (comments, posts)]
    newest = OwnCursor(
        cursor.comment,
        cursor.post,
        max(cursor.high_comment, high[0]),
        max(cursor.high_post, high[1]),
        page + 1,
    )
    if met or old or last:
        newest = OwnCursor(max(newest.high_comment, cursor.comment), max(newest.high_post, cursor.post))
    kept_messages = tuple(one.message for one in new if one.when >= since and not one.message.deleted)
    return Page(kept_messages, written(newest), bool(newest.page), skipped=(*skipped, *bad))


class OwnCursor(Struct):
    """How far my own comments and posts were read, by number."""

    comment: int = 0
    post: int = 0
    high_comment: int = 0
    high_post: int = 0
    page: int = 0


def _made(items: Sequence[Raw], make: Make, what: str) -> tuple[list[Item], list[str]]:
    good: list[Item] = []
    skipped: list[str] = []
    for raw in items:
        try:
            item = make(raw)
        except ValueError as error:
            skipped.append(f"{what} could not be read: {shorten(str(error), 120)}.")
            continue
        if item is not None:
            good.append(item)
    return good, skipped


def _own_comment(api: Api, raw: Raw) -> Item:
    view = loads(raw, wire.CommentView)
    message = comment_message(api, view)
    return Item(view.comment.id, message.created_at, message)


def _own_post(api: Api, raw: Raw) -> Item:
    view = loads(raw, wire.PostView)
    message = post_message(api, view)
    return Item(view.post.id, message.created_at, message)


async def _own_modern(api: Api, text: str, since: datetime) -> Page:
    """Comments and posts in one list, told apart by their type (1.0)."""

    async def ask(cursor: Cursor) -> Batch:
        params = _cursored(cursor, [("type_", "all"), ("person_id", str(api.facts.id))])
        found = decode(await api.get("/person/content", params), wire.Items)
        return Batch(found.items, found.next_page or "")

    def make(raw: Raw) -> Item:
        kind = part(raw, wire.Kind) or wire.Kind()
        item = _own_post(api, raw) if kind.type_ == "post" else _own_comment(api, raw)
        # Their numbers are not comparable, their times are.
        return Item(int(item.when.timestamp() * 1_000), item.when, item.message)

    return await _read(api, text, since, ask, make, "Something you wrote")


async def people(api: Api, text: str, since: datetime) -> Page:
    """Whom the user blocked."""
    found = [part(raw, wire.Blocked) for raw in (await api.mine()).person_blocks]
    return Page(hidden=tuple(one.address for one in found if one is not None and one.address))
