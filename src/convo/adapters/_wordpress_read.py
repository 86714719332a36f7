"""What is read: comments said to me, what I wrote, the newest once more, look-ups and conversations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timezone

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._wordpress_api import PLATFORM, Api, Params, me
from convo.adapters._wordpress_lists import PAGE, Listing, decoded
from convo.adapters._wordpress_messages import (
    GONE,
    Place,
    comment_message,
    comment_messages,
    kind_of,
    may_decide,
    numbers,
    place_from,
    place_of,
    post_message,
)
from convo.adapters.contract import Missing, Refused
from convo.model import Conversation, Lookup, Message, Page, Person, Ref
from convo.text import format_time, one_line

_BULK = 100
_MOST = 1_000
"""Comments of one conversation that are read: the store keeps no more."""
_POSTS_EVERY = 6 * 3600
"""Seconds between looks for new posts of the user: they only head conversations."""
_POST_PAGES = 5
_OTHER_KINDS = ("pages",)
"""Where a post is looked for of which only the number is known."""


class OwnCursor(Struct):
    """How far my own comments were read, and when my posts were (seconds since 1970)."""

    comments: str = ""
    posts_at: int = 0


async def comments(api: Api, text: str, since: datetime) -> Page:
    """What was said to me: comments on my posts, answers to my comments elsewhere, what waits for my approval."""
    await _signed_in(api, decoded(text).walk is None)
    batch = await Listing(api, _all(api)).read(text, since)
    skipped = list(batch.skipped)
    messages = await _concerning(api, batch.comments, skipped)
    return _page(messages, since, batch.cursor, batch.more, skipped)


async def own(api: Api, text: str, since: datetime) -> Page:
    """What I wrote: my comments, wherever I wrote them, and now and then my posts, which head conversations."""
    cursor = _own_cursor(text)
    await _signed_in(api, decoded(cursor.comments).walk is None)
    batch = await Listing(api, _mine(api)).read(cursor.comments, since)
    skipped = list(batch.skipped)
    found = [one for one in batch.comments if one.author == api.facts.id]
    messages = comment_messages(found, await _places(api, found), api.facts, skipped)
    now = int(datetime.now(timezone.utc).timestamp())
    posts_at = cursor.posts_at
    if not batch.more and now - posts_at >= _POSTS_EVERY and api.facts.edits:
        messages += await _own_posts(api, since, skipped)
        posts_at = now
    after = msgspec.json.encode(OwnCursor(batch.cursor, posts_at)).decode()
    return _page(messages, since, after, batch.more, skipped)


async def again(api: Api, cursor: str, since: datetime) -> Page:
    """The newest comments once more: edits, and what was approved late or taken out of spam, are seen nowhere else."""
    await _signed_in(api, True)
    items, _ = await Listing(api, _all(api)).page(PAGE)
    found, skipped = wire.each(items, wire.Comment, "Comment")
    messages = await _concerning(api, found, skipped)
    return _page(messages, since, cursor, False, skipped)


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of comments and posts; what is in the trash or called spam is gone."""
    facts = api.facts
    wanted = {comment: ref for ref in refs for _, comment in [numbers(ref)] if comment}
    posts = {post: ref for ref in refs for post, comment in [numbers(ref)] if post and not comment}
    found = await _by_number(api, sorted(wanted))
    standing = [one for one in found if one.status not in GONE]
    known = {
        one.post: place for one in standing if (place := place_of(wanted[one.id].data)) and not place.closed
    }
    places = {**known, **await _places(api, [one for one in standing if one.post not in known])}
    messages = comment_messages(standing, places, facts, [])
    there = {one.id for one in standing}
    gone = [ref.uri for number, ref in wanted.items() if number not in there]
    for number, ref in posts.items():
        post = await _post(api, number, place_of(ref.data))
        if post is None or post[0].status == "trash":
            gone.append(ref.uri)
        else:
            messages += await _head(api, *post, {})
    return Lookup(tuple(messages), tuple(gone))


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A post with all comments below it. Raises Missing when what was asked for is gone."""
    number, comment = numbers(ref)
    carried = place_of(ref.data)
    if comment and carried is None:
        focus = await _by_number(api, [comment])
        carried = Place(kind_of(focus[0])) if focus else None
    found: list[wire.Comment] = []
    skipped: list[str] = []
    total: int | None = None
    params = [("post", str(number)), ("orderby", "id"), ("order", "desc"), *_status(api, "all")]
    for at in range(0, _MOST, PAGE):
        items, total = await Listing(api, params).page(PAGE, at)
        good, bad = wire.each(items, wire.Comment, "Comment")
        found += good
        skipped += bad
        if (total is not None and at + PAGE >= total) or not items:
            break
    if comment and comment not in {one.id for one in found}:
        looked = [one for one in await _by_number(api, [comment]) if one.status not in GONE]
        if not looked:
            raise Missing(f"{api.host} does not show this comment any more.")
        found += looked
    post = await _post(api, number, carried)
    if post is None and not comment:
        raise Missing(f"{api.host} does not show this post any more.")
    place = post[1] if post else (carried or Place())
    messages = comment_messages({one.id: one for one in found}.values(), {number: place}, api.facts, skipped)
    if post:
        messages += await _head(
            api, *post, {one.author: one.author_name or "" for one in found if one.author}
        )
    partial = ""
    if skipped or (total is not None and total > _MOST):
        partial = f"{api.host} has more comments here than these."
    return Conversation(tuple(sorted(messages, key=lambda one: one.created_at)), partial)


async def current(api: Api, number: int) -> wire.Comment | None:
    """A comment as it is now, with its words as they were written where the account may see them; None when gone."""
    try:
        response = await api.get(
            f"/wp/v2/comments/{number}", [_context(api), ("_fields", wire.COMMENT_FIELDS)]
        )
    except Missing:
        return None
    comment = wire.decode(response, wire.Comment)
    return None if comment.status in GONE else comment


async def place_now(api: Api, comment: wire.Comment) -> Place | None:
    """The post of a comment as it is now; None when it is gone."""
    post = await _post(api, comment.post, Place(kind_of(comment)))
    return None if post is None or post[0].status == "trash" else post[1]


async def newest(api: Api, post: int) -> int:
    """The highest number of a comment below a post; every later one has a higher one."""
    params = [("post", str(post)), ("orderby", "id"), ("order", "desc"), ("per_page", "1"), ("_fields", "id")]
    response = await api.get("/wp/v2/comments", [*params, *_status(api, "any")])
    found = wire.decode(response, list[wire.Numbered])
    return found[0].id if found else 0


async def own_answers(api: Api, post: int, parent: int) -> list[wire.Comment]:
    """My newest answers to a comment, newest first, also those that the site hides."""
    mine = [("author", str(api.facts.id)), *_status(api, "any")] if api.facts.edits else []
    params = [("post", str(post)), ("parent", str(parent)), ("per_page", str(PAGE))]
    order = [("orderby", "id"), ("order", "desc"), _context(api), ("_fields", wire.COMMENT_FIELDS)]
    response = await api.get("/wp/v2/comments", [*params, *mine, *order])
    good, _ = wire.each(wire.decode(response, list[Raw]), wire.Comment, "Comment")
    return [one for one in good if one.author == api.facts.id]


def message_now(api: Api, comment: wire.Comment, place: Place) -> Message:
    """A comment as a message. Raises ValueError for a time that is none."""
    return comment_message(comment, place, api.facts)


async def _signed_in(api: Api, ask: bool) -> None:
    """Raises SignInAgain when the password is not taken.

    Whoever may not list held comments reads what everybody reads, and WordPress answers a wrong password like a
    stranger: only asking who it is tells.
    """
    if ask and not api.facts.edits:
        await api.get("/wp/v2/users/me", [("_fields", "id")])


def _all(api: Api) -> Params:
    return [*_status(api, "all"), _context(api), ("_fields", wire.COMMENT_FIELDS)]


def _mine(api: Api) -> Params:
    mine = [("author", str(api.facts.id))] if api.facts.edits else []
    return [*_all(api), *mine]


def _status(api: Api, status: str) -> Params:
    """The states of comments to ask for; "any" takes in spam and trash. Without a role it may not be named."""
    return [("status", status)] if api.facts.edits else []


def _context(api: Api) -> tuple[str, str]:
    return ("context", "edit" if api.facts.moderates else "view")


def _page(
    messages: Iterable[Message], since: datetime, cursor: str, more: bool, skipped: Sequence[str]
) -> Page:
    kept = sorted((one for one in messages if one.created_at >= since), key=lambda one: one.created_at)
    return Page(tuple(kept), cursor, more, skipped=tuple(skipped))


async def _concerning(api: Api, found: Sequence[wire.Comment], skipped: list[str]) -> list[Message]:
    """Messages of what concerns the account: on a site of many, most comments are between others."""
    if not found:
        return []
    facts = api.facts
    places = await _places(api, found)
    elsewhere = [one for one in found if places[one.post].author != facts.id and one.author != facts.id]
    authors = {one.id: one.author for one in found}
    unknown = sorted({one.parent for one in elsewhere if one.parent and one.parent not in authors})
    authors |= await _authors(api, unknown)

    def concerns(one: wire.Comment) -> bool:
        place = places[one.post]
        if facts.id in (place.author, one.author):
            return True
        return authors.get(one.parent) == facts.id or (one.status == "hold" and may_decide(place, facts))

    return comment_messages([one for one in found if concerns(one)], places, facts, skipped)


async def _authors(api: Api, ids: Sequence[int]) -> dict[int, int]:
    """Who wrote these comments."""
    found: dict[int, int] = {}
    for part in _parts(ids):
        params = [("include", part), ("per_page", str(_BULK)), *_status(api, "any"), ("_fields", "id,author")]
        response = await api.get("/wp/v2/comments", params)
        found |= {one.id: one.author for one in wire.decode(response, list[wire.Written])}
    return found


async def _by_number(api: Api, ids: Sequence[int]) -> list[wire.Comment]:
    found: list[wire.Comment] = []
    for part in _parts(ids):
        params = [("include", part), ("per_page", str(_BULK)), *_status(api, "any"), _context(api)]
        response = await api.get("/wp/v2/comments", [*params, ("_fields", wire.COMMENT_FIELDS)])
        good, _ = wire.each(wire.decode(response, list[Raw]), wire.Comment, "Comment")
        found += [one for one in good if one.id in ids]
    return found


def _parts(ids: Sequence[int]) -> list[str]:
    return [",".join(map(str, ids[start : start + _BULK])) for start in range(0, len(ids), _BULK)]


async def _places(api: Api, found: Collection[wire.Comment]) -> dict[int, Place]:
    """The posts of comments, each type with one request; a post that cannot be read has no author."""
    kinds = {one.post: kind_of(one) for one in found}
    places = {number: Place(kind) for number, kind in kinds.items()}
    for kind in sorted(set(kinds.values())):
        for part in _parts(sorted(number for number, one in kinds.items() if one == kind)):
            try:
                posts = await _posts(api, kind, [("include", part), ("per_page", str(_BULK))])
            except Refused:  # a type that is not for everybody, or gone with its plugin
                continue
            places |= {post.id: place_from(post, kind) for post in posts}
    return places


async def _posts(api: Api, kind: str, params: Params) -> list[wire.Post]:
    status = [("status", "any")] if api.facts.edits else []
    response = await api.get(f"/wp/v2/{kind}", [*params, *status, ("_fields", wire.POST_FIELDS)])
    good, _ = wire.each(wire.decode(response, list[Raw]), wire.Post, "Post")
    return good


async def _post(api: Api, number: int, place: Place | None) -> tuple[wire.Post, Place] | None:
    """A post and what it says of itself; None when it is not there."""
    kinds = [place.kind] if place else ["posts", *_OTHER_KINDS]
    for kind in kinds:
        try:
            response = await api.get(f"/wp/v2/{kind}/{number}", [("_fields", wire.POST_FIELDS)])
        except Refused:
            continue
        post = wire.decode(response, wire.Post)
        return post, place_from(post, kind)
    return None


async def _head(api: Api, post: wire.Post, place: Place, names: Mapping[int, str]) -> list[Message]:
    """The post as a message by its author; none when it has no date."""
    try:
        return [post_message(post, place, await _author(api, post.author, names), api.facts)]
    except ValueError:
        return []


async def _author(api: Api, number: int, names: Mapping[int, str]) -> Person:
    """Who wrote a post; the name is asked for where no comment tells it."""
    if number == api.facts.id:
        return me(api.facts)
    name = one_line(names.get(number, ""))
    if not name:
        try:
            response = await api.get(f"/wp/v2/users/{number}", [("_fields", "name,slug")])
            found = wire.decode(response, wire.Named)
            name = one_line(found.name or found.slug or "")
        except Refused:
            name = ""
    uid = f"{api.facts.home}/?author={number}"
    return Person(PLATFORM, uid, name or f"user {number}", name, uid)


async def _own_posts(api: Api, since: datetime, skipped: list[str]) -> list[Message]:
    messages: list[Message] = []
    after = format_time(since.replace(microsecond=0))
    for page in range(1, _POST_PAGES + 1):
        params = [("author", str(api.facts.id)), ("after", after), ("per_page", str(PAGE))]
        posts = await _posts(api, "posts", [*params, ("page", str(page))])
        for post in posts:
            try:
                messages.append(post_message(post, place_from(post, "posts"), me(api.facts), api.facts))
            except ValueError as error:
                skipped.append(f"Post {post.id} was left out: {error}.")
        if len(posts) < PAGE:
            break
    return messages


def _own_cursor(text: str) -> OwnCursor:
    try:
        return msgspec.json.decode(text or "{}", type=OwnCursor)
    except msgspec.DecodeError:
        return OwnCursor()
