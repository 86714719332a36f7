"""Look-ups one by one, and the conversation around a comment, a post or a private message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from convo.adapters import _lemmy_wire as wire
from convo.adapters._lemmy_api import Api
from convo.adapters._lemmy_lists import PAGE, private
from convo.adapters._lemmy_messages import (
    Place,
    above,
    comment_message,
    local,
    place_of,
    post_message,
    private_message,
)
from convo.adapters.contract import Missing
from convo.adapters.wire import decode, each, part
from convo.aside import together
from convo.model import Conversation, Lookup, Message, Ref

_AT_ONCE = 4
_TREE = 300
"""Comments that 0.19 gives of a tree, without saying that there are more."""
_ABOVE = 10
"""Comments above one that are asked for one by one, where the tree does not hold them."""
_PAGES = 4
"""Pages of private messages that are looked through."""
_UNSEEN = "You may not see some of it (blocked, or in a language that your account does not read)."


async def comment(api: Api, number: int) -> wire.CommentView | None:
    """A comment as it is now; None when it is gone for good."""
    try:
        response = await api.get("/comment", [("id", str(number))])
    except Missing:
        return None
    return decode(response, wire.OneComment).comment_view


async def post(api: Api, number: int) -> wire.PostView | None:
    """A post as it is now; None when it is gone for good."""
    try:
        response = await api.get("/post", [("id", str(number))])
    except Missing:
        return None
    return decode(response, wire.OnePost).post_view


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages; who is not signed in would read what everybody reads, so that is asked first."""
    await api.validate()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: Ref) -> Message | None:
        async with gate:
            return await _look(api, ref)

    wanted = [ref for ref in refs if local(ref)[0] in ("c", "p")]
    found = await together(one(ref) for ref in wanted)
    messages = [one for one in found if one is not None and not one.deleted]
    gone = [ref.uri for ref, one in zip(wanted, found, strict=True) if one is None or one.deleted]
    direct = [ref for ref in refs if local(ref)[0] == "m"]
    if direct:
        there, lost = await _look_direct(api, direct)
        messages += there
        gone += lost
    return Lookup(tuple(messages), tuple(uri for uri in gone if uri))


async def _look(api: Api, ref: Ref) -> Message | None:
    """A comment or post as it is now, None when it is gone."""
    kind, number = local(ref)
    carried = place_of(ref.data)
    try:
        if kind == "p":
            seen = await post(api, number)
            return None if seen is None else post_message(api, seen)
        view = await comment(api, number)
        return None if view is None else comment_message(api, view, carried.how, carried.note)
    except ValueError:
        return None


async def _look_direct(api: Api, refs: Sequence[Ref]) -> tuple[list[Message], list[str]]:
    """Private messages as they are now, and those that the list does not hold any more where it should."""
    rows, whole = await direct_messages(api, min(local(ref)[1] for ref in refs))
    found = {view.message.id: (view, note) for view, note in rows}
    oldest = 0 if whole else min(found, default=0)
    there: list[Message] = []
    gone: list[str] = []
    for ref in refs:
        number = local(ref)[1]
        if number in found:
            there += _safe([partial(private_message, api, *found[number])])
        elif whole or number > oldest:
            gone.append(ref.uri)
    return [one for one in there if not one.deleted], gone


async def direct_messages(api: Api, down_to: int) -> tuple[list[tuple[wire.MessageView, int]], bool]:
    """The newest private messages with the numbers of their notifications, and whether these are all."""
    found: list[tuple[wire.MessageView, int]] = []
    onward = ""
    for page in range(1, _PAGES + 1):
        if api.modern:
            items, onward = await _modern_direct(api, onward)
            found += items
            last = not onward
        else:
            rows = (await private(api, page)).rows
            found += [(view, view.message.id) for view in each(rows, wire.MessageView, "Message")[0]]
            last = len(rows) < PAGE
        if last:
            return found, True
        if found and min(view.message.id for view, _ in found) < down_to:
            break
    return found, False


async def _modern_direct(api: Api, onward: str) -> tuple[list[tuple[wire.MessageView, int]], str]:
    """A page of them in 1.0."""
    params = [("type_", "private_message"), ("unread_only", "false"), ("limit", str(PAGE))]
    more = [("page_cursor", onward)] if onward else []
    found = decode(await api.get("/account/notification/list", [*params, *more]), wire.Items)
    items = []
    for raw in found.items:
        told = part(raw, wire.Notified)
        view = part(told.data, wire.MessageView) if told is not None else None
        if told is not None and view is not None:
            items.append((view, told.notification.id))
    return items, found.next_page or ""


def _safe(makes: Iterable[Callable[[], Message]]) -> list[Message]:
    """Messages of those that can be made."""
    messages = []
    for make in makes:
        try:
            messages.append(make())
        except ValueError:
            continue
    return messages


async def conversation(api: Api, ref: Ref) -> Conversation:
    """What stands around a message. Raises Missing when it is gone."""
    kind, number = local(ref)
    carried = place_of(ref.data)
    if kind == "m":
        return await _with_partner(api, ref, carried)
    if kind == "p":
        seen = await post(api, number)
        if seen is None:
            raise Missing(f"{api.host} does not show this post any more.")
        rows = await branch(api, number, 0)
        return _told(api, seen, rows, len(rows) >= _TREE, {})
    view = await comment(api, number)
    if view is None:
        raise Missing(f"{api.host} does not show this comment any more.")
    return await _around(api, view, carried)


async def _around(api: Api, view: wire.CommentView, carried: Place) -> Conversation:
    """The branch of a comment with its post."""
    here = view.comment
    seen = await post(api, here.post_id)
    try:
        rows = await branch(api, here.post_id, [*above(here.path), here.id][0])
    except Missing:  # the outermost was purged; what it held still stands
        rows = await branch(api, here.post_id, here.id)
    found = {one.comment.id: one for one in rows}
    full = len(rows) >= _TREE
    if full:
        # The tree was cut somewhere: what stands below this comment is asked for on its own.
        found |= {one.comment.id: one for one in await branch(api, here.post_id, here.id)}
    missing = [one for one in above(here.path) if one not in found]
    unseen = False
    for one in missing[:_ABOVE]:
        up = await comment(api, one)
        unseen = unseen or up is None
        if up is not None:
            found[one] = up
    found.setdefault(here.id, view)
    return _told(api, seen, list(found.values()), full, {here.id: carried}, unseen)


async def branch(api: Api, number: int, parent: int) -> list[wire.CommentView]:
    """The comments of a post below one (0 for all), as a tree: all that may be seen, not only what is followed."""
    sort, kind = ("old", "all") if api.modern else ("Old", "All")
    params = [("post_id", str(number)), ("max_depth", "50"), ("sort", sort), ("type_", kind)]
    below = [("parent_id", str(parent))] if parent else []
    found = decode(await api.get("/comment/list", [*params, *below]), wire.CommentList)
    return each(found.all, wire.CommentView, "Comment")[0]


def _told(
    api: Api,
    seen: wire.PostView | None,
    rows: Sequence[wire.CommentView],
    full: bool,
    carried: dict[int, Place],
    unseen: bool = False,
) -> Conversation:
    """Comments of a post with it as a conversation."""
    makes: list[Callable[[], Message]] = []
    if seen is not None:
        makes.append(partial(post_message, api, seen))
    for view in rows:
        if view.post is None and seen is not None:
            view.post = seen.post
        place = carried.get(view.comment.id, Place())
        makes.append(partial(comment_message, api, view, place.how, place.note))
    messages = sorted(_safe(makes), key=lambda one: one.created_at)
    more = f"{api.host} has more comments here than these." if full or len(messages) < len(makes) else ""
    words = " ".join(one for one in (more, _UNSEEN if unseen else "") if one)
    return Conversation(tuple(messages), words)


async def _with_partner(api: Api, ref: Ref, carried: Place) -> Conversation:
    """The private messages with one person."""
    rows, whole = await direct_messages(api, 0)
    ours = [
        (view, note)
        for view, note in rows
        if carried.partner in (view.message.creator_id, view.message.recipient_id)
    ]
    messages = _safe([partial(private_message, api, view, note) for view, note in ours])
    if ref.uri not in {one.uri for one in messages}:
        raise Missing(f"{api.host} does not show this message any more.")
    messages.sort(key=lambda one: one.created_at)
    return Conversation(tuple(messages), "" if whole else f"{api.host} has older messages than these.")
