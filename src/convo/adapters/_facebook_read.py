"""What is read: comments on the Page, what it wrote itself, whom it blocked, look-ups and conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_api import PAGE as MOST
from convo.adapters._facebook_api import Api, is_number, uid_of
from convo.adapters._facebook_lists import STREAM, heads_of, iso, posts_of, stamp, walk
from convo.adapters._facebook_messages import (
    COMMENT,
    PAGE,
    POST,
    TAGGED,
    VISITOR,
    Place,
    comment_message,
    id_of,
    is_mine,
    messages_of,
    newest_first,
    place_from,
    place_of,
    post_message,
)
from convo.adapters._facebook_threads import Around, last
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Missing
from convo.adapters.wire import decode, part, text_id
from convo.aside import together
from convo.model import Conversation, Lookup, Message, Page, Ref

_MOST_PAGES = 10
"""Pages of one conversation that are read: the store keeps no more."""
_AT_ONCE = 5
_AGAIN = 5
"""Posts whose newest comments are read once more, those that changed last."""
_MOST_BLOCKED = 50


class Top(Struct):
    """The time of the newest post that was given."""

    high: str = ""


async def comments(api: Api, text: str, since: datetime) -> Page:
    """The next page of comments by others on the Page's posts."""
    return await walk(api, [PAGE], text, since, lambda one: not is_mine(one.author, api.facts))


async def visitors(api: Api, text: str, since: datetime) -> Page:
    """The next page of what others posted on the Page, with the comments there."""
    return await walk(api, [VISITOR], text, since, lambda one: not is_mine(one.author, api.facts), heads=True)


async def tagged(api: Api, text: str, since: datetime) -> Page:
    """The next page of posts elsewhere that name the Page, with their comments."""
    return await walk(api, [TAGGED], text, since, lambda one: not is_mine(one.author, api.facts), heads=True)


async def own(api: Api, text: str, since: datetime) -> Page:
    """The next page of the Page's own comments, by whichever of its people and wherever they wrote them."""
    kinds = [PAGE, VISITOR, TAGGED]
    return await walk(api, kinds, text, since, lambda one: is_mine(one.author, api.facts))


async def posts(api: Api, text: str, since: datetime) -> Page:
    """The Page's own posts: they head conversations."""
    top = kept(text, Top)
    skipped: list[str] = []
    found, _ = await posts_of(api, PAGE, skipped, deep=not top.high)
    messages = [one for one in heads_of(found, PAGE, api, skipped) if one.created_at >= since]
    after = Top(max([top.high, *(stamp(one.created) for one in found)]))
    return Page(newest_first(messages), written(after), skipped=tuple(skipped))


async def again(api: Api, text: str, since: datetime) -> Page:
    """The newest comments of a few posts once more: edits, and what came without a change of its post."""
    skipped: list[str] = []
    found, _ = await posts_of(api, PAGE, skipped, deep=False)
    changed = [one for one in found if stamp(one.updated or one.created) >= iso(since)]
    changed.sort(key=lambda one: stamp(one.updated or one.created), reverse=True)
    messages: list[Message] = []
    for post in changed[:_AGAIN]:
        path, params = f"{text_id(post.id)}/comments", [*STREAM, ("limit", str(MOST))]
        batch = await api.listed(path, wire.Comment, "Comment", params)
        others = [one for one in batch.items if not is_mine(one.author, api.facts)]
        skipped += batch.skipped
        messages += messages_of(others, place_from(post, PAGE), api.facts, Around(batch.items), skipped)
    return Page(
        newest_first(one for one in messages if one.created_at >= since), text, skipped=tuple(skipped)
    )


async def people(api: Api, text: str, since: datetime) -> Page:
    """Whom the Page blocked."""
    hidden: list[str] = []
    after = ""
    for _ in range(_MOST_BLOCKED):
        batch = await api.listed(
            f"{api.facts.id}/blocked", wire.Actor, "Person", [("limit", str(MOST))], after
        )
        hidden += [uid_of(text_id(one.id)) for one in batch.items if is_number(text_id(one.id))]
        after = batch.after
        if not after:
            break
    return Page(hidden=tuple(hidden))


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of comments and posts, one by one.

    That something does not exist Facebook says also where it may not be seen: it is believed when its post can be read.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: Ref) -> Message | None:
        async with gate:
            return await _present(api, ref)

    wanted = [ref for ref in refs if id_of(ref)]
    found = await together(one(ref) for ref in wanted)
    lost = [ref for ref, message in zip(wanted, found, strict=True) if message is None]
    for post in dict.fromkeys(place_of(ref).post for ref in lost):
        await _readable(api, post)
    return Lookup(tuple(one for one in found if one is not None), tuple(ref.uri for ref in lost))


async def _present(api: Api, ref: Ref) -> Message | None:
    """A comment or a post as it is now; None when it is gone."""
    place, number = place_of(ref), id_of(ref)
    if place.head or (not place.post and number.startswith(f"{api.facts.id}_")):
        post = await head_now(api, number)
        return _one(post_message, post, _kind(post, place, api), api.facts) if post is not None else None
    comment = await standing(api, number)
    if comment is None:
        return None
    if not place.post:
        place = Place(_post_of(comment, api))
    return _one(comment_message, comment, place, api.facts)


def _one(made: object, said: object, *rest: object) -> Message | None:
    """A message of what can be one."""
    try:
        message: Message = made(said, *rest)  # type: ignore[operator]
    except ValueError:
        return None
    return message


async def _readable(api: Api, post: str) -> None:
    """Raises where nothing can be said of what is missing, because nothing can be read."""
    only = [("limit", "1"), ("fields", "id")]
    try:
        if post:
            await api.get(f"{post}/comments", [("filter", "stream"), *only])
            return
    except Missing:
        pass
    await api.get(f"{api.facts.id}/visitor_posts", only)


async def standing(api: Api, number: str, *, urgent: bool = False) -> wire.Comment | None:
    """A comment as it is now; None when it is gone. Raises AdapterError."""
    try:
        return decode(await api.get(number, [("fields", COMMENT)], urgent=urgent), wire.Comment)
    except Missing:
        return None


async def head_now(api: Api, number: str, *, urgent: bool = False) -> wire.Post | None:
    """A post as it is now; None when it is gone. Raises AdapterError."""
    try:
        return decode(await api.get(number, [("fields", POST)], urgent=urgent), wire.Post)
    except Missing:
        return None


async def may_comment(api: Api, post: str) -> bool:
    """Whether a post may be commented on: its list of comments says so, the post itself does not."""
    params = [("summary", "true"), ("limit", "1"), ("fields", "id")]
    found = part((await api.get(f"{post}/comments", params, urgent=True)).body, wire.Summed)
    return found is None or found.summary.can_comment


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A post with its comments. Raises Missing when what was asked for is gone."""
    place, number = place_of(ref), id_of(ref)
    focus = None
    if not place.post and number:
        focus = await standing(api, number, urgent=True)
        place = Place(_post_of(focus, api)) if focus is not None else place
    head = await head_now(api, place.post, urgent=True) if place.post else None
    if head is None:
        raise Missing("Facebook does not show this post any more.")
    kind = _kind(head, place, api)
    found, more, skipped = await _all(api, place.post)
    if not place.head and last(number) not in {last(text_id(one.id)) for one in found}:
        focus = focus or await standing(api, number, urgent=True)
        if focus is None:
            raise Missing("Facebook does not show this comment any more.")
        found.append(focus)
    distinct = {last(text_id(one.id)): one for one in found}
    place = place_from(head, kind)
    said = messages_of(distinct.values(), place, api.facts, Around(distinct.values()), skipped)
    messages = [post_message(head, kind, api.facts), *said]
    partial = "Facebook has more comments here than these." if more or skipped else ""
    return Conversation(tuple(sorted(messages, key=lambda one: one.created_at)), partial)


async def _all(api: Api, post: str) -> tuple[list[wire.Comment], str, list[str]]:
    """A post's comments as far as convo reads them, where they go on, and what could not be read."""
    found: list[wire.Comment] = []
    skipped: list[str] = []
    after = ""
    for _ in range(_MOST_PAGES):
        params = [*STREAM, ("limit", str(MOST))]
        batch = await api.listed(f"{post}/comments", wire.Comment, "Comment", params, after, urgent=True)
        found += batch.items
        skipped += batch.skipped
        after = batch.after
        if not after:
            break
    return found, after, skipped


def _kind(post: wire.Post, place: Place, api: Api) -> str:
    """What a post is to the Page."""
    if is_mine(post.author, api.facts):
        return PAGE
    if place.kind != PAGE:
        return place.kind
    return VISITOR if text_id(post.id).startswith(f"{api.facts.id}_") else TAGGED


def _post_of(comment: wire.Comment, api: Api) -> str:
    """The post of a comment of which nothing else is known: the first part of its id."""
    post = text_id(comment.id).rpartition("_")[0]
    return f"{api.facts.id}_{post}" if is_number(post) else ""
