"""What is read: mentions, own posts, answers that name nobody, look-ups, conversations. All of it is paid for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from convo.adapters import _x_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._x_api import Api, Posts
from convo.adapters._x_cost import READ, OverBudget
from convo.adapters._x_messages import (
    STATUS,
    answered_by,
    beside,
    id_of,
    is_repeat,
    later,
    message_of,
    messages_of,
    place_of,
    time_of,
)
from convo.adapters.contract import Missing
from convo.adapters.wire import text_id
from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.text import format_time

SEARCH = "/2/tweets/search/recent"
PAGE = 100
LEAST = 5
"""Fewer X does not give."""
_SEARCH_LEAST = 10
_BULK = 100
_NAME = re.compile(r"\w{1,50}", re.ASCII)
_UP = 10
"""Messages above one that are walked up to: each costs."""
_BELOW = 30
"""Answers of a conversation that are read: each costs."""
_SEARCHED = timedelta(days=7)
"""How far back X's search reaches."""
_LATE = timedelta(minutes=30)
"""Mentions are known to be listed late; so much is read again."""
_FRESH = timedelta(hours=1)
"""How long after the newest mention that is done: X charges for it again the next day."""


class Cursor(Struct):
    """How far a list was read: the newest id of the last whole pass, and where the present pass is."""

    high: str = ""
    top: str = ""
    floor: str = ""
    low: str = ""
    token: str = ""


def _newest(*numbers: str) -> str:
    return max((one for one in numbers if one), key=int, default="")


def _begun(cursor: Cursor, now: datetime, *, again: bool) -> str:
    """Below which id a new pass need not look: a little before the newest one while that is fresh."""
    if not cursor.high or not again or now - time_of(cursor.high) > _FRESH:
        return cursor.high
    return later(cursor.high, -_LATE)


async def _page(
    api: Api,
    path: str,
    text: str,
    since: datetime,
    *,
    price: int,
    least: int = LEAST,
    again: bool = False,
    **more: str,
) -> tuple[Posts, Cursor]:
    """The next page of a list, newest first, and the cursor after it; a pass counts once it was read to its end."""
    cursor = kept(text, Cursor)
    if not cursor.token:
        cursor.floor = _begun(cursor, api.now(), again=again)
    fixed = list(more.items())
    if cursor.floor:
        fixed.append(("since_id", cursor.floor))
    else:
        fixed.append(("start_time", format_time(since.replace(microsecond=0))))
    posts = await _listed(api, path, fixed, _where(path, cursor), price, least)
    numbers = [text_id(one.id) for one in posts.items]
    top = _newest(cursor.top, posts.newest, *numbers)
    low = min(numbers, key=int, default="")
    if posts.next_token and (low, posts.next_token) != (cursor.low, cursor.token):
        return posts, Cursor(cursor.high, top, cursor.floor, low, posts.next_token)
    return posts, Cursor(_newest(cursor.high, top))


def _where(path: str, cursor: Cursor) -> list[tuple[str, str]]:
    """Where a pass goes on: below the oldest post so far, whatever is deleted meanwhile; by its token without one."""
    if not cursor.token or cursor.low:
        return [("until_id", cursor.low)] if cursor.token else []
    return [("next_token" if path == SEARCH else "pagination_token", cursor.token)]


async def _listed(
    api: Api, path: str, fixed: wire.Params, where: wire.Params, price: int, least: int
) -> Posts:
    return await api.posts(
        path, lambda count: [("max_results", str(count)), *fixed, *where], PAGE, price=price, least=least
    )


async def mentions(api: Api, text: str, since: datetime) -> Page:
    """What names me: answers and quotes, too."""
    first = not kept(text, Cursor).high
    path = f"/2/users/{api.facts.id}/mentions"
    posts, cursor = await _page(api, path, text, since, price=api.ledger.owned, again=True)
    skipped = list(posts.skipped)
    items = [one for one in posts.items if not is_repeat(one) and text_id(one.author_id) != api.facts.id]
    found = messages_of(items, posts, api.facts, skipped)
    if first:
        found = [one for one in found if one.created_at >= since]
    return _paged(found, beside(posts, api.facts, skipped), cursor, skipped)


async def own(api: Api, text: str, since: datetime) -> Page:
    """My own posts and answers, written with whatever client."""
    path = f"/2/users/{api.facts.id}/tweets"
    posts, cursor = await _page(api, path, text, since, price=api.ledger.owned, exclude="retweets")
    skipped = list(posts.skipped)
    items = [one for one in posts.items if not is_repeat(one)]
    return _paged(messages_of(items, posts, api.facts, skipped), [], cursor, skipped)


async def unnamed(api: Api, text: str, since: datetime) -> Page:
    """Answers to me whose authors took my name out: no mention tells of them, X's search of seven days does."""
    since = max(since, api.now() - _SEARCHED + timedelta(minutes=5))
    name = api.facts.username
    if not _NAME.fullmatch(name):
        return Page(cursor=text)
    cursor = kept(text, Cursor)
    bounds = [one for one in (cursor.high, cursor.floor, cursor.low) if one]
    if any(time_of(one) < since for one in bounds):  # older ids the search refuses
        text = written(Cursor())
    posts, after = await _page(
        api,
        SEARCH,
        text,
        since,
        price=READ,
        least=_SEARCH_LEAST,
        query=f"to:{name} -@{name} -from:{name}",
        sort_order="recency",
    )
    skipped = list(posts.skipped)
    items = [one for one in posts.items if not is_repeat(one) and text_id(one.author_id) != api.facts.id]
    found = messages_of(items, posts, api.facts, skipped)
    return _paged(found, beside(posts, api.facts, skipped), after, skipped)


def _paged(found: Sequence[Message], around: Sequence[Message], cursor: Cursor, skipped: list[str]) -> Page:
    messages = tuple({one.uri: one for one in (*around, *found)}.values())
    return Page(messages, written(cursor), bool(cursor.token), skipped=tuple(skipped))


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages, a hundred a request; whose author is known already costs no person."""
    known = [ref for ref in refs if place_of(ref).uid and not place_of(ref).quotes and id_of(ref)]
    new = [ref for ref in refs if ref not in known and id_of(ref)]
    found: list[Message] = []
    gone: list[str] = []
    for group, people in ((known, False), (new, True)):
        rest = group
        while rest:
            messages, missing, done = await _looked(api, rest[:_BULK], people)
            found += messages
            gone += missing
            rest = rest[done:]
    gone += [ref.uri for ref in refs if not id_of(ref)]
    return Lookup(tuple(found), tuple(gone))


async def _looked(api: Api, refs: Sequence[Ref], people: bool) -> tuple[list[Message], list[str], int]:
    """As many of these as the budget is enough for: found, gone, and how many were asked for."""
    numbers = [id_of(ref) for ref in refs]
    posts = await api.posts(
        "/2/tweets",
        lambda count: [("ids", ",".join(numbers[:count]))],
        len(refs),
        price=READ,
        expand=wire.WITH_PEOPLE if people else wire.ALONE,
    )
    by_id: dict[str, wire.Post] = {}
    for post in posts.items:
        by_id.update(dict.fromkeys([text_id(post.id), *post.versions], post))
    lost = {text_id(one.resource_id) or text_id(one.value) for one in posts.problems}
    found: list[Message] = []
    gone: list[str] = []
    for ref, number in list(zip(refs, numbers, strict=True))[: posts.asked]:
        there = by_id.get(number)
        if there is None:
            if number in lost:
                gone.append(ref.uri)
            continue
        try:
            found.append(message_of(there, posts, api.facts, ref))
        except (ValueError, OverflowError):
            continue
    return found, gone, posts.asked


async def _by_id(api: Api, numbers: Sequence[str]) -> Posts:
    """Posts with everything around them."""
    return await api.posts(
        "/2/tweets", lambda count: [("ids", ",".join(numbers[:count]))], len(numbers), price=READ
    )


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A message, at most ten above it, and the answers that X's search still knows. Raises Missing when it is gone."""
    focus = id_of(ref)
    if not focus:
        raise Missing("This is no post of X.")
    skipped: list[str] = []
    found: dict[str, Message] = {}
    posts = await _by_id(api, [focus])
    if not posts.items:
        raise Missing(f"{api.host} does not show this post any more.")
    root = text_id(posts.items[0].conversation_id) or place_of(ref).conversation or focus
    partial = await _walk_up(api, posts, found, skipped)
    if not wire.is_id(root):
        return Conversation(tuple(found.values()), partial)
    try:
        below, words = await _below(api, root, skipped)
    except OverBudget as error:
        below, words = [], error.words
    for message in below:
        found.setdefault(message.uri, message)
    if skipped:
        words = words or "X gave some posts of this conversation in a form that could not be read."
    return Conversation(tuple(found.values()), partial or words)


async def _walk_up(api: Api, posts: Posts, found: dict[str, Message], skipped: list[str]) -> str:
    """Read what is above, one by one; gives what is missing, in words."""
    for _ in range(_UP):
        for message in (
            *beside(posts, api.facts, skipped),
            *messages_of(posts.items, posts, api.facts, skipped),
        ):
            found.setdefault(message.uri, message)
        above = answered_by(posts.items[0])
        while above and f"{STATUS}{above}" in found:
            above = found[f"{STATUS}{above}"].parent_uri.removeprefix(STATUS)
        if not above:
            return ""
        posts = await _by_id(api, [above])
        if not posts.items:
            return "A post above is not there any more, or its author shows it to others only."
    return f"Only the {_UP} posts above are read, as each costs; see the rest on X's page."


async def _below(api: Api, root: str, skipped: list[str]) -> tuple[list[Message], str]:
    """The newest answers of a conversation, and what is missing, in words."""
    query = [("query", f"conversation_id:{root}"), ("sort_order", "recency")]
    posts = await api.posts(
        SEARCH,
        lambda count: [*query, ("max_results", str(count))],
        _BELOW,
        price=READ,
        least=_SEARCH_LEAST,
    )
    skipped += posts.skipped
    messages = messages_of([one for one in posts.items if not is_repeat(one)], posts, api.facts, skipped)
    if posts.next_token:
        return (
            messages,
            f"Only the {_BELOW} newest answers are read, as each costs; see the rest on X's page.",
        )
    if time_of(root) < api.now() - _SEARCHED:
        return messages, "X gives programs only the answers of the last seven days."
    return messages, ""


async def current(api: Api, number: str) -> wire.Post | None:
    """A post as it is now, None when it is gone; for an answer that is to be sent."""
    posts = await api.posts(
        "/2/tweets", lambda _: [("ids", number)], 1, price=READ, expand=wire.ALONE, sending=True
    )
    return posts.items[0] if posts.items else None


async def mine_since(
    api: Api, floor: str, most: int, *, sending: bool = False
) -> list[tuple[wire.Post, Posts]]:
    """My own posts newer than an id, newest first, at most so many, each with what came along."""
    found: list[tuple[wire.Post, Posts]] = []
    where: list[tuple[str, str]] = []
    while True:
        fixed = [("since_id", floor), ("exclude", "retweets"), *where]
        posts = await api.posts(
            f"/2/users/{api.facts.id}/tweets",
            lambda count, fixed=fixed: [("max_results", str(count)), *fixed],  # type: ignore[misc]
            min(PAGE, max(LEAST, most)),
            price=api.ledger.owned,
            least=LEAST,
            expand=wire.PARENTS,
            sending=sending,
        )
        found += [(one, posts) for one in posts.items]
        following = [("pagination_token", posts.next_token)]
        if not posts.next_token or following == where or len(found) >= most:
            return found
        where = following
