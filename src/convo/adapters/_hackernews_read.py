"""What is read item by item: what I wrote, the answers below it once more, look-ups and conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from convo.adapters import _hackernews_wire as wire
from convo.adapters._hackernews_api import Api
from convo.adapters._hackernews_messages import Story, item_message, item_uri, number_of, story_of
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Missing
from convo.htmltext import html_to_text
from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.text import one_line

_OWN = 30
"""Own items read for one page."""
_TRIES = 20
"""How often an item is asked for that has not arrived everywhere."""
_ITEMS = 60
"""Own items whose answers are looked for one by one."""
_KIDS = 100
"""Answers read for one page."""
_UP = 40
"""Items above one that a conversation follows."""
_BELOW = 120
"""Items below one that a conversation reads."""


class OwnCursor(Struct):
    """How far the list of what I wrote was read."""

    top: int = 0
    high: int = 0
    low: int = 0
    """While it is walked: the newest number, and the oldest one read."""
    late: dict[int, int] = {}
    """Items that could not be had yet, with how often they were asked for."""


class KidsCursor(Struct):
    """Which answers to my items were seen."""

    seen: dict[int, list[int]] = {}
    left: list[int] = []
    """Answers that are still to be read."""


async def own(api: Api, text: str, since: datetime) -> Page:
    """The next page of what I wrote: one request when that is nothing new."""
    cursor = kept(text, OwnCursor)
    user = await api.user()
    submitted = user.submitted if user is not None else []
    new = sorted(
        (one for one in set(submitted) if one > cursor.top and not (cursor.low and one >= cursor.low)),
        reverse=True,
    )
    batch = new[:_OWN]
    asked = [*batch, *(one for one in cursor.late if one not in batch)]
    found, failed = await api.items(asked) if asked else ({}, [])
    skipped: list[str] = []
    messages = _messages(
        [one for one in found.values() if not one.gone and one.by == api.facts.user], skipped
    )
    tries = {one: cursor.late.get(one, 0) + 1 for one in failed}
    late = {one: count for one, count in tries.items() if count < _TRIES}
    older = any(found[one].time < since.timestamp() for one in batch if one in found)
    more = len(new) > len(batch) and not older
    high = max([cursor.high, cursor.top, *batch])
    after = OwnCursor(cursor.top, high, batch[-1], late) if more else OwnCursor(high, late=late)
    kept_messages = [one for one in messages if one.created_at >= since]
    return Page(tuple(kept_messages), written(after), more, skipped=tuple(skipped))


async def watched(api: Api, text: str, since: datetime) -> Page:
    """Answers to my newest items, asked for one by one: the search may lag or miss some."""
    cursor = kept(text, KidsCursor)
    if not cursor.left:
        await _note_kids(api, cursor, since)
    batch = cursor.left[:_KIDS]
    found, _ = await api.items(batch) if batch else ({}, [])
    for item in found.values():
        # What is dead may come back to life, and what was not to be had is asked for again next time.
        if not item.dead and item.parent in cursor.seen:
            cursor.seen[item.parent].append(item.id)
    cursor.left = cursor.left[_KIDS:]
    skipped: list[str] = []
    others = [one for one in found.values() if not one.gone and one.by != api.facts.user]
    messages = [one for one in _messages(others, skipped) if one.created_at >= since]
    return Page(tuple(messages), written(cursor), bool(cursor.left), skipped=tuple(skipped))


async def _note_kids(api: Api, cursor: KidsCursor, since: datetime) -> None:
    """Note which answers to my newest items were not seen. Their order says nothing: it is a ranking."""
    user = await api.user()
    newest = sorted(user.submitted if user is not None else [], reverse=True)[:_ITEMS]
    items, _ = await api.items(newest) if newest else ({}, [])
    standing = [one for one in items.values() if one.time >= since.timestamp()]
    cursor.seen = {
        **{number: seen for number, seen in cursor.seen.items() if number in newest and number not in items},
        **{one.id: [kid for kid in cursor.seen.get(one.id, []) if kid in one.kids] for one in standing},
    }
    cursor.left = [kid for one in standing for kid in one.kids if kid not in cursor.seen[one.id]]


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of items; what has not arrived everywhere is neither there nor gone."""
    wanted = {number: ref for ref in refs if (number := number_of(ref))}
    found, _ = await api.items(wanted) if wanted else ({}, [])
    gone = tuple(wanted[one.id].uri for one in found.values() if one.gone)
    standing = [one for one in found.values() if not one.gone]
    stories = {one.id: story_of(wanted[one.id].data) for one in standing}
    return Lookup(tuple(_messages(standing, [], stories)), gone)


async def conversation(api: Api, ref: Ref) -> Conversation:
    """An item, what it answers up to its story, and what answers it. Raises Missing when it is gone."""
    item = await api.item(number_of(ref))
    if item is None or item.gone:
        raise Missing("Hacker News does not show this any more.")
    above = await _above(api, item)
    top = above[-1] if above else item
    story = Story()
    if top.parent is None:
        story = Story(top.id, one_line(html_to_text(top.title).text))
    below, left_out = await _below(api, item)
    shown = [one for one in (*above, item, *below) if one.by]
    skipped: list[str] = []
    messages = _messages(shown, skipped, {one.id: story for one in shown})
    partial = "Hacker News has more below it than these." if left_out or skipped else ""
    return Conversation(tuple(sorted(messages, key=lambda one: one.created_at)), partial)


async def _above(api: Api, item: wire.Item) -> list[wire.Item]:
    """What an item answers, nearest first; also what was deleted, which still says what it answered."""
    found: list[wire.Item] = []
    parent = item.parent
    while parent is not None and len(found) < _UP:
        one = await api.item(parent)
        if one is None or one.id != parent:
            break
        found.append(one)
        parent = one.parent
    return found


async def _below(api: Api, item: wire.Item) -> tuple[list[wire.Item], bool]:
    """What answers an item, level by level, and whether something was left out."""
    found: list[wire.Item] = []
    kids = list(item.kids)
    while kids and len(found) < _BELOW:
        level, failed = await api.items(kids[: _BELOW - len(found)])
        left_out = len(kids) > _BELOW - len(found) or bool(failed)
        found += level.values()
        kids = [kid for one in level.values() for kid in one.kids]
        if left_out:
            return found, True
    return found, bool(kids)


def _messages(
    items: Iterable[wire.Item], skipped: list[str], stories: dict[int, Story] | None = None
) -> list[Message]:
    """Items as messages; one with a bad time is added to `skipped`."""
    messages = []
    for item in items:
        try:
            messages.append(item_message(item, (stories or {}).get(item.id, Story())))
        except ValueError as error:
            skipped.append(f"{item_uri(item.id)} was left out: {error}.")
    return messages
