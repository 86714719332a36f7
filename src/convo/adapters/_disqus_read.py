"""What is read: comments on my sites, answers to me elsewhere, what I wrote, look-ups and conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from convo.adapters import _disqus_wire as wire
from convo.adapters._disqus_api import Api, Forbidden, Params, result
from convo.adapters._disqus_lists import LAP, again, batch, iso, newest_first, read, upward
from convo.adapters._disqus_messages import (
    Place,
    is_mine,
    is_number,
    messages_of,
    number_of,
    place_now,
    place_of,
    uri_of,
)
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Missing
from convo.adapters.wire import text_id
from convo.aside import together
from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.text import parse_time

_MOST_PAGES = 10
"""Pages of one conversation that are read: the store keeps no more."""
_ELSEWHERE = 10
"""Other people's pages that are looked at, those where I wrote last."""
_ELSEWHERE_PAGES = 3
_AT_ONCE = 5


class Tops(Struct):
    """How far other people's pages were read, by thread."""

    threads: dict[str, str] = {}


async def comments(api: Api, text: str, since: datetime) -> Page:
    """The next page of comments by others on my sites: one request for all of them."""
    if not api.forums:
        return Page(cursor=text)
    return await read(api, "posts/list", _forums(api), text, since, lambda one: not is_mine(one, api.facts))


async def late(api: Api, text: str, since: datetime) -> Page:
    """The newest comments on my sites once more."""
    if not api.forums:
        return Page(cursor=text)
    return await again(api, "posts/list", _forums(api), text, since, lambda one: not is_mine(one, api.facts))


async def own(api: Api, text: str, since: datetime) -> Page:
    """The next page of what I wrote, wherever I wrote it."""
    return await read(api, "users/listPosts", _me(api), text, since, lambda one: is_mine(one, api.facts))


async def elsewhere(api: Api, text: str, since: datetime) -> Page:
    """Answers to me on other people's pages: each page where I wrote lately is looked at from my post on."""
    skipped: list[str] = []
    mine = await batch(api, "users/listPosts", [*_me(api), ("order", "desc")])
    numbers: set[str] = set()
    begins: dict[str, datetime] = {}
    for post in mine.posts:
        if not is_mine(post, api.facts) or not _dated(post) or parse_time(post.created) < since:
            continue
        try:
            place = await place_now(api, post)
        except (ValueError, Missing):
            continue
        numbers.add(text_id(post.id))
        if place.forum not in api.forums:
            begins[place.thread] = parse_time(post.created)
    tops = kept(text, Tops)
    after = Tops()
    messages: list[Message] = []
    for thread in list(begins)[:_ELSEWHERE]:
        top = tops.threads.get(thread, "")
        start = max(parse_time(top) - LAP, since) if top else begins[thread]
        posts, top = await _since(api, thread, start, skipped)
        after.threads[thread] = top or tops.threads.get(thread, "")
        said = [one for one in posts if text_id(one.parent) in numbers and not is_mine(one, api.facts)]
        messages += await messages_of(api, said, skipped)
    kept_ones = newest_first([one for one in messages if one.created_at >= since])
    return Page(kept_ones, written(after), skipped=tuple(skipped))


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of posts, one by one; Disqus gives no more at once."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: Ref) -> Message | bool:
        """A message; False when it is gone, True when it may wait somewhere for approval."""
        place = place_of(ref)
        async with gate:
            post = await current(api, number_of(ref), place.thread, place.mine)
        if isinstance(post, bool):
            return post
        found = await messages_of(api, [post], [])
        return found[0] if found else True

    wanted = [ref for ref in refs if number_of(ref)]
    found = await together(one(ref) for ref in wanted)
    gone = [ref.uri for ref, message in zip(wanted, found, strict=True) if message is False]
    return Lookup(tuple(one for one in found if isinstance(one, Message)), tuple(gone))


async def conversation(api: Api, ref: Ref) -> Conversation:
    """What stands on a page around a post. Raises Missing when the post is gone."""
    number, place = number_of(ref), place_of(ref)
    if not place.thread:
        post = await standing(api, number)
        if post is None:
            raise Missing("Disqus does not show this comment any more.")
        place = await _place(api, post)
    posts, onward, skipped = await _all(api, [("thread", place.thread), ("order", "desc")])
    partial = "Disqus has more comments here than these." if onward or skipped else ""
    if number not in {text_id(one.id) for one in posts}:
        focus = await standing(api, number, place.thread)
        if focus is None:
            raise Missing("Disqus does not show this comment any more.")
        posts += [focus, *(await _above(api, number))]
    messages = await messages_of(api, list({text_id(one.id): one for one in posts}.values()), skipped)
    if skipped and not partial:
        partial = "Disqus has more comments here than these."
    return Conversation(tuple(sorted(messages, key=lambda one: one.created_at)), partial)


async def standing(api: Api, number: str, thread: str = "") -> wire.Post | None:
    """A post as it is now; None when it is gone, or not shown any more."""
    found = await current(api, number, thread)
    return None if isinstance(found, bool) else found


async def current(api: Api, number: str, thread: str, mine: bool = False) -> wire.Post | bool:
    """A post as it is now; False when it is gone, True when it is `mine` and not shown: it may wait for approval.

    Raises Forbidden when not only the post, but its page is not for this application either: that says nothing of it.
    """
    if not number:
        return False
    try:
        found = await api.get("posts/details", [("post", number), ("related", "thread")])
    except Missing:
        return False
    except Forbidden:
        if thread and not mine:
            await api.thread(thread, anew=True)
        return mine
    post = result(found.response, wire.Post)
    return False if post.deleted or post.spam else post


async def newest(api: Api, thread: str) -> wire.Post | None:
    """The newest post on a page; every later one has a higher number."""
    found = await batch(api, "threads/listPosts", [("thread", thread), ("order", "desc")])
    posts = [one for one in found.posts if _dated(one) and is_number(text_id(one.id))]
    return max(posts, key=lambda one: int(text_id(one.id))) if posts else None


async def own_since(api: Api, thread: str, start: str) -> tuple[list[wire.Post], bool]:
    """My posts on a page since a time, and whether all were read."""
    since = iso(parse_time(start) - LAP)
    posts, whole, _ = await upward(api, "threads/listPosts", [("thread", thread)], since, _MOST_PAGES)
    return [one for one in posts if is_mine(one, api.facts)], whole


def found_uri(place: Place, post: wire.Post) -> str:
    """The URI of a post on a page that is known."""
    return uri_of(place, text_id(post.id))


async def _all(api: Api, params: Params) -> tuple[list[wire.Post], str, list[str]]:
    """A page's posts as far as convo reads them, where they go on, and what could not be read."""
    posts: list[wire.Post] = []
    skipped: list[str] = []
    onward = ""
    for _ in range(_MOST_PAGES):
        found = await batch(api, "threads/listPosts", params, onward)
        posts += found.posts
        skipped += found.skipped
        onward = found.onward
        if not onward:
            break
    return posts, onward, skipped


async def _since(api: Api, thread: str, start: datetime, skipped: list[str]) -> tuple[list[wire.Post], str]:
    """Posts on a page since a time, a few pages at most, and the newest time among them."""
    try:
        posts, _, bad = await upward(
            api, "threads/listPosts", [("thread", thread)], iso(start), _ELSEWHERE_PAGES
        )
    except Missing:
        return [], ""
    skipped += bad
    return posts, max((iso(parse_time(one.created)) for one in posts if _dated(one)), default="")


async def _above(api: Api, number: str) -> list[wire.Post]:
    """What a post answers, where the page is too long to be read whole."""
    try:
        found = await batch(api, "posts/getContext", [("post", number), ("depth", "10")])
    except Missing:
        return []
    return found.posts


async def _place(api: Api, post: wire.Post) -> Place:
    try:
        return await place_now(api, post)
    except ValueError as error:
        raise Missing("Disqus does not say where this comment stands.") from error


def _dated(post: wire.Post) -> bool:
    try:
        return bool(parse_time(post.created))
    except ValueError:
        return False


def _forums(api: Api) -> Params:
    return [("forum", one) for one in api.forums]


def _me(api: Api) -> Params:
    return [("user:username", api.facts.user)]
