"""What is read: mentions, my own messages, answers that name nobody, the blocked and muted, conversations, look-ups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import Api, Params, escaped, person_of
from convo.adapters._mastodon_lists import Listing, every
from convo.adapters._mastodon_messages import kept, message_of, messages_of, readable
from convo.adapters.contract import Missing, Refused
from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.text import one_line

T = TypeVar("T")
_BULK = 20
"""Statuses asked for at once: the web address stays short enough for every proxy."""
_AT_ONCE = 4
_POSTS_AGE = timedelta(days=14)
_SLOWEST = timedelta(minutes=14)
_CONTEXTS = 4
_ROUND = 20
_PEOPLE_PAGES = 50


class SlowCursor(Struct):
    """Which own messages' conversations are still to be read this time, and when each was read last."""

    queue: list[str] = []
    checked: dict[str, int] = {}


async def mentions(api: Api, cursor: str, since: datetime) -> Page:
    """What was said to me: notifications that carry words, also those that the server's policy filters."""
    batch = await _knowing_kinds(api, lambda: _mentions(api).read(cursor, since))
    messages, skipped = _spoken(api, batch.items)
    return Page(tuple(messages), batch.cursor, batch.more, skipped=(*batch.skipped, *skipped))


async def own(api: Api, cursor: str, since: datetime) -> Page:
    """My own messages, private ones and those written elsewhere included."""
    batch = await _own(api).read(cursor, since)
    skipped = list(batch.skipped)
    messages = readable(batch.items, api.facts, skipped)
    return Page(tuple(messages), batch.cursor, batch.more, skipped=tuple(skipped))


async def answers(api: Api, text: str, since: datetime) -> Page:
    """Answers to my messages of the last two weeks that name nobody, so that no notification tells of them.

    An old conversation is read less often than a young one. The newest page of notifications comes along: it
    shows what a server let through its filters, or listed below the cursor, since.
    """
    cursor = _slow(text)
    messages: list[Message] = []
    skipped: list[str] = []
    if not cursor.queue:
        items, bad, _ = await _knowing_kinds(api, lambda: _mentions(api).page())
        spoken, worse = _spoken(api, items[::-1])
        messages += [message for message in spoken if message.created_at >= since]
        skipped += [*bad, *worse]
        cursor = await _plan(api, cursor, since)
    now, queue = int(_now().timestamp()), cursor.queue
    for local_id in queue[:_CONTEXTS]:
        cursor.checked[local_id] = now
        try:
            messages += await _answers_below(api, local_id, skipped)
        except Missing:
            continue
    after = SlowCursor(queue[_CONTEXTS:], cursor.checked)
    return Page(
        tuple(messages), msgspec.json.encode(after).decode(), bool(after.queue), skipped=tuple(skipped)
    )


async def hidden(api: Api, cursor: str, since: datetime) -> Page:
    """Whom I blocked or muted there; nothing is said when the token may not ask or the server has no such lists."""
    uids: set[str] = set()
    for path in ("/api/v1/blocks", "/api/v1/mutes"):

        async def page(params: Params, path: str = path) -> tuple[list[Raw], str]:
            response = await api.get(path, [("limit", "80"), *params])
            return wire.decode(response, list[Raw]), response.headers.get("link", "")

        try:
            people = await every(page, _PEOPLE_PAGES)
        except Refused:
            return Page(cursor=cursor)
        accounts, _ = wire.each(people, wire.Account, "Person")
        uids.update(person_of(account, api.facts.domain).uid for account in accounts)
    return Page(cursor=cursor, hidden=tuple(sorted(uids)))


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A message with all that its server knows above and below it. Raises Missing when it is gone."""
    path = f"/api/v1/statuses/{escaped(ref.local_id)}"
    focus, around = await _together(api.get(path), api.get(f"{path}/context"))
    context = wire.decode(around, wire.Context)
    one, skipped = messages_of([Raw(focus.body)], api.facts)
    above, bad_above = messages_of(context.ancestors or [], api.facts)
    below, bad_below = messages_of(context.descendants or [], api.facts)
    skipped += bad_above + bad_below
    messages = _joined([*above, *(kept(message, ref) for message in one), *below])
    top = messages[0] if messages else None
    partial = ""
    if skipped or (top is not None and top.parent_id and not top.parent_uri):
        partial = f"{api.host} shows only a part of this conversation."
    elif "mastodon-async-refresh" in around.headers:
        partial = f"{api.host} is still asking other servers for answers."
    return Conversation(tuple(messages), partial)


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages: many at once since Mastodon 4.3, else one by one."""
    if api.facts.api >= 2:
        return await _lookup_bulk(api, refs)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(ref: Ref) -> Message | None:
        async with gate:
            return await current(api, ref)

    found = await _together(*(one(ref) for ref in refs))
    gone = tuple(ref.uri for ref, message in zip(refs, found, strict=True) if message is None)
    return Lookup(tuple(message for message in found if message is not None), gone)


async def current(api: Api, ref: Ref) -> Message | None:
    """A message as it is now, None when it is gone; looked for by its address when its id changed with an edit."""
    found = await current_status(api, ref)
    message = message_of(found, api.facts) if found is not None else None
    return kept(message, ref) if message is not None else None


async def current_status(api: Api, ref: Ref) -> wire.Status | None:
    """See `current`."""
    try:
        status = wire.decode(await api.get(f"/api/v1/statuses/{escaped(ref.local_id)}"), wire.Status)
        if not ref.uri or one_line(status.uri or status.url or "") == ref.uri:
            return status
    except Missing:
        if api.facts.api:
            return None
    # Only servers other than Mastodon give an edited message a new id.
    try:
        found = wire.decode(
            await api.get(
                "/api/v2/search", [("q", ref.uri), ("type", "statuses"), ("resolve", "true"), ("limit", "1")]
            ),
            wire.Search,
        )
    except Refused:
        return None
    statuses, _ = wire.each(found.statuses or [], wire.Status, "Message")
    return next((status for status in statuses if one_line(status.uri or status.url or "") == ref.uri), None)


async def newest_own(api: Api) -> tuple[str, str]:
    """Id and time of my newest message, "" for none."""
    items, _, _ = await Listing(api, _own_path(api), wire.Status, _OWN, 1).page()
    return (wire.text_id(items[0].id), items[0].created_at) if items else ("", "")


def own_listing(api: Api) -> Listing[wire.Status]:
    """My own messages, newest first."""
    return _own(api)


_OWN: Params = (("exclude_reblogs", "true"),)


def _own_path(api: Api) -> str:
    return f"/api/v1/accounts/{escaped(api.facts.id)}/statuses"


def _own(api: Api) -> Listing[wire.Status]:
    return Listing(api, _own_path(api), wire.Status, _OWN, 40)


def _mentions(api: Api) -> Listing[wire.Notification]:
    params = [*(("types[]", kind) for kind in api.kinds), ("include_filtered", "true")]
    return Listing(api, "/api/v1/notifications", wire.Notification, params, 80)


async def _knowing_kinds(api: Api, read: Callable[[], Awaitable[T]]) -> T:
    """Read notifications; a server that refuses a kind it does not know is asked for mentions alone."""
    try:
        return await read()
    except Missing:
        raise
    except Refused:
        if api.kinds == ("mention",):
            raise
        api.kinds = ("mention",)
        return await read()


def _spoken(api: Api, items: Sequence[wire.Notification]) -> tuple[list[Message], list[str]]:
    """Messages of notifications; kinds that were not asked for come anyway on some servers and are left out."""
    messages: list[Message] = []
    skipped: list[str] = []
    for item in items:
        if item.type not in ("mention", "quote"):
            continue
        name = wire.text_id(item.id)
        if bytes(item.status) == b"null":
            skipped.append(f"Notification {one_line(name)} was left out: it has no message.")
            continue
        statuses, bad = wire.each([item.status], wire.Status, "Message")
        skipped += bad
        try:
            message = statuses and message_of(
                statuses[0],
                api.facts,
                notification=name,
                tray=bool(item.filtered),
                quotes_me=item.type == "quote",
            )
        except ValueError as error:
            skipped.append(f"Message of notification {name} was left out: {error}.")
            continue
        if message:
            messages.append(message)
    return messages, skipped


async def _plan(api: Api, cursor: SlowCursor, since: datetime) -> SlowCursor:
    """The own messages that somebody answered and whose turn it is, the youngest first."""
    items, _, _ = await _own(api).page()
    now = _now()
    oldest = max(since, now - _POSTS_AGE)
    last_read: dict[str, int] = {}
    due: list[str] = []
    for message in readable(items, api.facts, []):
        if message.created_at < oldest or not message.more_below:
            continue
        last = cursor.checked.get(message.local_id, 0)
        last_read[message.local_id] = last
        pause = max(_SLOWEST, (now - message.created_at) / 12)
        if now.timestamp() - last >= pause.total_seconds():
            due.append(message.local_id)
    return SlowCursor(due[:_ROUND], last_read)


async def _answers_below(api: Api, local_id: str, skipped: list[str]) -> list[Message]:
    context = wire.decode(await api.get(f"/api/v1/statuses/{escaped(local_id)}/context"), wire.Context)
    below, bad = messages_of(context.descendants or [], api.facts)
    skipped += bad
    mine = {local_id} | {message.local_id for message in below if message.author.uid == api.facts.uid}
    return [message for message in below if message.parent_id in mine or message.local_id in mine]


def _joined(messages: Sequence[Message]) -> list[Message]:
    """Each message once, with the address of its parent where that is among them."""
    by_id: dict[str, Message] = {message.local_id: message for message in messages}
    answered = {message.parent_id for message in by_id.values()}
    return [
        replace(
            message,
            parent_uri=by_id[message.parent_id].uri if message.parent_id in by_id else "",
            more_below=message.more_below and message.local_id not in answered,
        )
        for message in by_id.values()
    ]


async def _lookup_bulk(api: Api, refs: Sequence[Ref]) -> Lookup:
    messages: list[Message] = []
    gone: list[str] = []
    for start in range(0, len(refs), _BULK):
        batch = refs[start : start + _BULK]
        response = await api.get("/api/v1/statuses", [("id[]", ref.local_id) for ref in batch])
        items = wire.decode(response, list[Raw])
        found, _ = messages_of(items, api.facts)
        refs_by_id = {ref.local_id: ref for ref in batch}
        messages += [
            kept(message, refs_by_id[message.local_id]) for message in found if message.local_id in refs_by_id
        ]
        there = {wire.text_id(item.id) for item in wire.each(items, wire.Found, "Message")[0]}
        gone += [ref.uri for ref in batch if ref.local_id not in there]
    return Lookup(tuple(messages), tuple(gone))


async def _together(*requests: Awaitable[T]) -> list[T]:
    """Several requests at once; when one fails the others end first. Raises the first failure."""
    results = await asyncio.gather(*requests, return_exceptions=True)
    found: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found


def _slow(text: str) -> SlowCursor:
    try:
        return msgspec.json.decode(text or "{}", type=SlowCursor)
    except msgspec.DecodeError:
        return SlowCursor()


def _now() -> datetime:
    return datetime.now(timezone.utc)
