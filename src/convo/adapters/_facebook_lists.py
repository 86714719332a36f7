"""Reading the comments of many posts: which posts changed, and each of those from the newest comment down.

Facebook's places in lists are not for keeping: they serve within one run, and another run begins a post at its top.
What was read of a post is known by time. Which posts have something new tells `updated_time`, which each comment moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_api import PAGE as MOST
from convo.adapters._facebook_api import Api, Batch, Params, is_number
from convo.adapters._facebook_errors import Invalid, Lapsed
from convo.adapters._facebook_messages import (
    COMMENT,
    PAGE,
    POST,
    TAGGED,
    VISITOR,
    Place,
    messages_of,
    newest_first,
    post_message,
    title_of,
)
from convo.adapters._facebook_threads import Around, author_id, last, top_of
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Missing, Refused
from convo.adapters.wire import decode, text_id
from convo.model import Message, Page
from convo.text import format_time, parse_time

LISTS = {PAGE: "published_posts", VISITOR: "visitor_posts", TAGGED: "tagged"}
STREAM: Params = (("filter", "stream"), ("order", "reverse_chronological"), ("fields", COMMENT))
"""Comments of all levels. Whether the order is kept with this filter is not documented: it is looked at."""
LAP = timedelta(hours=1)
"""How far before the newest known comment of a post a look goes on."""
_RECENT = 30
"""Posts that every look asks about; the older ones once an hour."""
_HOUR = 3600
_MOST_LISTS = 10
_MOST_PAGES = 100
"""Pages of comments of one post that a walk reads."""
_KNOWN = 200
_QUEUED = 300
_STEPS, _FULL = 10, 50
"""Posts whose comments are asked for in one go, until so many comments came of them."""
_CONTEXTS = 5
Chosen = Callable[[wire.Comment], bool]


class Mark(Struct, array_like=True):
    """How far a post was read: the time of its newest comment, and what the post said of its last change."""

    high: str = ""
    updated: str = ""


class Spot(Struct, omit_defaults=True):
    """A post that has something new, and how far the walk has read it."""

    id: str
    kind: str = PAGE
    title: str = ""
    owner: str = ""
    updated: str = ""
    high: str = ""
    low: str = ""
    """Newest and oldest comment that this walk gave."""
    pages: int = 0
    after: str = ""
    run: str = ""
    """Where it goes on, and the run in which Facebook said so."""

    @property
    def place(self) -> Place:
        """The post, as comments carry it."""
        return Place(self.id, "", self.title, self.kind, self.owner)


class Cursor(Struct, omit_defaults=True):
    """What was read of which posts, and those that are still to be read."""

    posts: dict[str, Mark] = {}
    floor: str = ""
    """The last change of the posts that are not remembered any more."""
    deep_at: int = 0
    """When all posts were last asked about, in seconds since 1970."""
    queue: list[Spot] = []


async def walk(
    api: Api, kinds: Sequence[str], text: str, since: datetime, chosen: Chosen, *, heads: bool = False
) -> Page:
    """The next comments of the posts of these kinds; with `heads` new posts themselves, too. Raises AdapterError."""
    cursor = kept(text, Cursor)
    skipped: list[str] = []
    messages: list[Message] = []
    if not cursor.queue:
        await _look(api, kinds, cursor, since, skipped)
    for _ in range(_STEPS):
        if not cursor.queue or len(messages) >= _FULL:
            break
        if heads and not cursor.queue[0].pages:
            messages += await _head(api, cursor.queue[0], skipped)
        messages += await _step(api, cursor, since, chosen, skipped)
    found = [one for one in messages if one.created_at >= since]
    return Page(newest_first(found), written(cursor), bool(cursor.queue), skipped=tuple(skipped))


async def posts_of(api: Api, kind: str, skipped: list[str], *, deep: bool) -> tuple[list[wire.Post], str]:
    """The newest posts of a kind, or all that Facebook lists, and the time of the first answer."""
    found: list[wire.Post] = []
    after = asked = ""
    params = [("fields", POST), ("limit", str(MOST if deep else _RECENT))]
    for _ in range(_MOST_LISTS if deep else 1):
        batch = await api.listed(f"{api.facts.id}/{LISTS[kind]}", wire.Post, "Post", params, after)
        asked = asked or stamp(format_time(datetime.now(timezone.utc) - api.http.skew))
        found += batch.items
        skipped += batch.skipped
        after = batch.after
        if not after:
            break
    return found, asked


def heads_of(posts: Sequence[wire.Post], kind: str, api: Api, skipped: list[str]) -> list[Message]:
    """Posts as messages; what cannot be one is added to `skipped`."""
    messages = []
    for post in posts:
        try:
            messages.append(post_message(post, kind, api.facts))
        except ValueError as error:
            skipped.append(f"Post {text_id(post.id)} was left out: {error}.")
    return messages


async def _head(api: Api, spot: Spot, skipped: list[str]) -> list[Message]:
    """The post itself, as it is now."""
    try:
        post = decode(await api.get(spot.id, [("fields", POST)]), wire.Post)
    except Missing:
        return []
    return heads_of([post], spot.kind, api, skipped)


async def _look(api: Api, kinds: Sequence[str], cursor: Cursor, since: datetime, skipped: list[str]) -> None:
    """Ask which posts changed, and queue them, those that changed last first."""
    now = int(datetime.now(timezone.utc).timestamp())
    deep = now - cursor.deep_at >= _HOUR
    changed: dict[str, tuple[str, Spot]] = {}
    for kind in kinds:
        if kind == TAGGED and len(kinds) > 1 and not deep:
            continue
        try:
            posts, asked = await posts_of(api, kind, skipped, deep=deep)
        except (Lapsed, Refused) as error:
            if kind != TAGGED:
                raise
            skipped.append(f"Posts that name the Page were left out: {error.words}")
            continue
        for post in posts:
            updated, number = stamp(post.updated or post.created), last(text_id(post.id))
            if not is_number(number) or not updated:
                skipped.append(f"Post {text_id(post.id)} was left out: its id or its time is none.")
            elif number not in changed and _is_new(cursor, number, updated, since):
                settled = updated if updated < asked else ""
                spot = Spot(text_id(post.id), kind, title_of(post), author_id(post.author), settled)
                changed[number] = (updated, spot)
    order = sorted(changed.values(), key=lambda one: one[0], reverse=True)
    cursor.queue = [spot for _, spot in order[:_QUEUED]]
    cursor.deep_at = (now if len(order) <= _QUEUED else 0) if deep else cursor.deep_at


def _is_new(cursor: Cursor, number: str, updated: str, since: datetime) -> bool:
    """Whether a post changed since it was read."""
    if number in cursor.posts:
        return cursor.posts[number].updated != updated
    return updated >= iso(since) and updated > cursor.floor


async def _step(
    api: Api, cursor: Cursor, since: datetime, chosen: Chosen, skipped: list[str]
) -> list[Message]:
    """One page of comments of the first post in the queue; moves its cursor."""
    spot = cursor.queue[0]
    known = cursor.posts.get(last(spot.id), Mark())
    here = spot.after if spot.run == api.run else ""
    try:
        batch = await _page(api, spot, here)
    except Missing:
        _leave(cursor, spot, known)
        return []
    except (Lapsed, Refused) as error:
        if spot.kind == PAGE:
            raise
        skipped.append(f"Comments on post {spot.id} were left out: {error.words}")
        _leave(cursor, spot, known)
        return []
    skipped += batch.skipped
    stamps = [one for one in (stamp(comment.created) for comment in batch.items) if one]
    given = (spot.low, spot.high) if not here else ("", "")
    fresh = [one for one in batch.items if chosen(one) and not given[0] < stamp(one.created) <= given[1]]
    around = await _around(api, batch, fresh)
    edge = max(iso(parse_time(known.high) - LAP), iso(since)) if known.high else iso(since)
    spot.high = max([spot.high, *stamps])
    spot.low = min([spot.low or "~", *stamps])
    spot.pages += 1
    spot.after, spot.run = batch.after, api.run
    past = _falls(stamps) and max(stamps) < edge
    if not batch.after or past or spot.pages >= _MOST_PAGES:
        _leave(cursor, spot, known)
    return messages_of(fresh, spot.place, api.facts, around, skipped)


async def _page(api: Api, spot: Spot, here: str) -> Batch[wire.Comment]:
    """A page of a post's comments; from the top when the place to go on from is not taken any more."""
    params = [*STREAM, ("limit", str(MOST))]
    try:
        return await api.listed(f"{spot.id}/comments", wire.Comment, "Comment", params, here)
    except Invalid:
        if not here:
            raise
        return await api.listed(f"{spot.id}/comments", wire.Comment, "Comment", params)


async def _around(api: Api, batch: Batch[wire.Comment], chosen: Sequence[wire.Comment]) -> Around:
    """The page's comments, and those below a comment where the page does not show whom an answer there names."""
    around = Around(batch.items)
    tops = list(dict.fromkeys(top_of(one) for one in chosen if around.lacks(one)))
    for top in tops[:_CONTEXTS]:
        params = [("order", "chronological"), ("limit", str(MOST)), ("fields", COMMENT)]
        try:
            around.add((await api.listed(f"{top}/comments", wire.Comment, "Comment", params)).items)
        except Refused:
            continue
    return around


def _leave(cursor: Cursor, spot: Spot, known: Mark) -> None:
    """A post was read: remember how far, and forget the posts that changed longest ago."""
    cursor.queue = cursor.queue[1:]
    cursor.posts[last(spot.id)] = Mark(max(known.high, spot.high), spot.updated)
    if len(cursor.posts) > _KNOWN:
        oldest = sorted(cursor.posts, key=lambda one: cursor.posts[one].updated or "~")
        for number in oldest[: len(cursor.posts) - _KNOWN]:
            cursor.floor = max(cursor.floor, cursor.posts.pop(number).updated)


def _falls(stamps: Sequence[str]) -> bool:
    """Whether a page goes from newer comments to older ones: only then nothing newer can follow."""
    return len(stamps) > 1 and stamps[0] > stamps[-1]


def iso(when: datetime) -> str:
    """A time to the second as text that sorts."""
    return format_time(when.replace(microsecond=0))


def stamp(text: str) -> str:
    """A time as text that sorts, "" for what is none."""
    try:
        return iso(parse_time(text))
    except ValueError:
        return ""
