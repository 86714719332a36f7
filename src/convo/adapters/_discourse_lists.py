"""What came since last time: notifications, newest first, and the list of what I wrote.

Both lists are long and say little; what was said is read from the topics, a few at a time, so that a page never needs
more requests than a key has in a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Raw, Struct

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api
from convo.adapters._discourse_messages import (
    DIRECT,
    MENTIONED,
    QUOTED,
    REPLIED,
    STRENGTH,
    by_me,
    is_gone,
    read,
)
from convo.adapters._discourse_topics import (
    COLLAPSED,
    Why,
    ask_names,
    load_numbers,
    messages_of,
    named_posts,
    said_to_me,
    topic_at,
)
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Refused
from convo.adapters.wire import decode, each, part
from convo.model import Message, Page
from convo.text import parse_time

PAGE = 60
"""Notifications asked for at once; the most that the site gives."""
_OVERLAP = 5
_TOPICS = 6
"""Topics read for one page."""
_REMEMBERED = 300
"""Topics of which is kept how far they were read."""
_MINE = {4: 0, 5: 0, 12: 0}
"""Actions (`app/models/user_action.rb`) of mine: topics, answers, private messages."""
_TO_ME = {6: REPLIED, 7: MENTIONED, 9: QUOTED, 13: DIRECT}
"""Actions of others to me, with the notifications that they would have."""
_RECENT = 60
"""Rows of my own list by which it is known what was read."""


class Task(Struct):
    """A topic to read: the posts that notifications name, and the first that may be new."""

    topic: int
    start: int
    why: dict[int, Why]


class Walk(Struct):
    """A walk from the newest notification down: the newest and oldest number seen, and where it goes on."""

    high: int = 0
    low: int = 0
    at: int = 0
    over: bool = False
    back: bool = False
    tasks: list[Task] = []


class Cursor(Struct):
    """How far the notifications were read."""

    top: int = 0
    known: dict[int, int] = {}
    """The highest number read of topics whose notifications are folded into one."""
    walk: Walk | None = None


class OwnTask(Struct):
    """Posts of one topic to read, by number, with the type of notification that each would have."""

    topic: int
    numbers: list[int]
    kinds: list[int] = []


class OwnCursor(Struct):
    """How far the list of what I wrote was read: its newest time, and its newest rows."""

    top: str = ""
    recent: list[str] = []
    at: int = 0
    high: str = ""
    highest: list[str] = []
    """Time and rows to remember once a walk is over."""
    walking: bool = False
    tasks: list[OwnTask] = []


async def notifications(api: Api, text: str, since: datetime) -> Page:
    """The next batch of what was said to me."""
    cursor = kept(text, Cursor)
    walk = cursor.walk or Walk()
    skipped: list[str] = []
    if not walk.tasks and not walk.over:
        await _list(api, cursor, walk, since, skipped)
    messages: list[Message] = []
    for task in walk.tasks[:_TOPICS]:
        found, bad, high, onward = await said_to_me(api, task.topic, task.why, task.start)
        messages += [one for one in found if one.created_at >= since]
        skipped += bad
        if high:
            cursor.known.pop(task.topic, None)
            cursor.known[task.topic] = high
        walk.tasks.remove(task)
        if onward:
            left = {number: why for number, why in task.why.items() if number >= onward}
            walk.tasks.append(Task(task.topic, onward, left or {onward: Why(COLLAPSED[0], 0)}))
    more = bool(walk.tasks) or not walk.over
    newest = dict(list(cursor.known.items())[-_REMEMBERED:])
    after = Cursor(cursor.top, newest, walk) if more else Cursor(max(walk.high, cursor.top), newest)
    messages.sort(key=lambda one: one.created_at, reverse=True)
    return Page(tuple(messages), written(after), more, skipped=tuple(skipped))


async def _list(api: Api, cursor: Cursor, walk: Walk, since: datetime, skipped: list[str]) -> None:
    """Read one page of the list and note in the walk which topics must be read."""
    at = [("offset", str(walk.at))] if walk.at else []
    found = decode(
        await api.get("/notifications.json", [("limit", str(PAGE)), *at]),
        wire.Notes,
    )
    ids = [one.id for one in (part(item, wire.Numbered) for item in found.notifications) if one is not None]
    if walk.at and ids and max(ids) < walk.low and not walk.back:
        # Rows were removed meanwhile, and others moved up past this page.
        walk.at, walk.back = max(walk.at - PAGE, 0), True
        return
    new = [item for item in found.notifications if _is_new(item, cursor.top, walk.low)]
    notes, bad = each(new, wire.Note, "Notification")
    skipped += bad
    tasks = {task.topic: task for task in walk.tasks}
    for note in notes:
        if note.notification_type in STRENGTH:
            _note(note, cursor, tasks, skipped)
    walk.tasks = list(tasks.values())
    known = bool(cursor.top) and any(one <= cursor.top for one in ids)
    end = walk.at + PAGE >= found.total if found.total is not None else not ids
    walk.over = known or end or (bool(notes) and _too_old(notes[-1], since))
    walk.high = walk.high or max(ids, default=0)
    walk.low = min([*ids, *([walk.low] if walk.low else [])], default=0)
    walk.at, walk.back = walk.at + PAGE - _OVERLAP, False


def _is_new(item: Raw, top: int, low: int) -> bool:
    """Whether a row was not read before; one without a number is taken for new, so that it is said."""
    found = part(item, wire.Numbered)
    return found is None or (found.id > top and (not low or found.id < low))


def _too_old(note: wire.Note, since: datetime) -> bool:
    try:
        return parse_time(note.created_at) < since
    except ValueError:
        return False


def _note(note: wire.Note, cursor: Cursor, tasks: dict[int, Task], skipped: list[str]) -> None:
    """Add a notification to the topic that must be read for it."""
    topic, number = note.topic_id, note.post_number
    if not topic or not number:
        skipped.append(f"Notification {note.id} names no post.")
        return
    task = tasks.setdefault(topic, Task(topic, number, {}))
    task.start = min(task.start, number)
    if note.notification_type in COLLAPSED and topic in cursor.known:
        task.start = min(task.start, cursor.known[topic] + 1)
    before = task.why.get(number)
    if before is None or STRENGTH[before.kind] < STRENGTH[note.notification_type]:
        task.why[number] = Why(note.notification_type, note.id)


async def own(api: Api, text: str, since: datetime) -> Page:
    """The next batch of what I wrote: topics, answers and private messages, wherever I wrote them."""
    cursor = kept(text, OwnCursor)
    skipped: list[str] = []
    if not cursor.tasks:
        await _list_actions(api, cursor, since, skipped, _MINE)
    messages: list[Message] = []
    for task in cursor.tasks[:_TOPICS]:
        found, bad = await _own_posts(api, task)
        messages += found
        skipped += bad
    return _page(cursor, messages, since, skipped)


async def again(api: Api, text: str, since: datetime) -> Page:
    """The next batch of answers, mentions, quotes and private messages by another list.

    A notification that is replaced by the next one of its topic takes what it told of with it, where that was read
    on the site meanwhile. This list keeps all, and says only when they were written.
    """
    cursor = kept(text, OwnCursor)
    skipped: list[str] = []
    if not cursor.tasks:
        await _list_actions(api, cursor, since, skipped, _TO_ME)
    messages: list[Message] = []
    for task in cursor.tasks[:_TOPICS]:
        why = {number: Why(kind, 0) for number, kind in zip(task.numbers, task.kinds, strict=True)}
        found, bad = await named_posts(api, task.topic, why)
        messages += found
        skipped += bad
    return _page(cursor, messages, since, skipped)


def _page(cursor: OwnCursor, messages: list[Message], since: datetime, skipped: list[str]) -> Page:
    """The topics that were read as a page, and how to go on."""
    cursor.tasks = cursor.tasks[_TOPICS:]
    more = bool(cursor.tasks) or cursor.walking
    if not more and cursor.high:
        cursor = OwnCursor(cursor.high, cursor.highest)
    found = sorted(
        (one for one in messages if one.created_at >= since), key=lambda one: one.created_at, reverse=True
    )
    return Page(tuple(found), written(cursor), more, skipped=tuple(skipped))


async def _list_actions(
    api: Api, cursor: OwnCursor, since: datetime, skipped: list[str], kinds: Mapping[int, int]
) -> None:
    """Read one page of the list of what was done by me or to me, and note which posts must be read."""
    wanted_kinds = ",".join(map(str, kinds))
    params = [("username", api.facts.user), ("filter", wanted_kinds), ("offset", str(cursor.at))]
    items = decode(await api.get("/user_actions.json", params), wire.Actions).user_actions
    rows, bad = each(items, wire.Action, "Entry of a list")
    skipped += bad
    begin = max(_time(cursor.top, since) - timedelta(hours=1), since) if cursor.top else since
    keys = [f"{row.topic_id}/{row.post_number or 1}" for row in rows]
    wanted: dict[int, dict[int, int]] = {}
    for key, row in zip(keys, rows, strict=True):
        if key not in cursor.recent and _time(row.created_at, since) >= begin:
            wanted.setdefault(row.topic_id, {})[row.post_number or 1] = kinds.get(row.action_type, 0)
    cursor.tasks = [
        OwnTask(topic, sorted(found), [found[one] for one in sorted(found)])
        for topic, found in wanted.items()
    ]
    if not cursor.walking and rows:
        cursor.high = max([row.created_at for row in rows] + ([cursor.top] if cursor.top else []))
        cursor.highest = keys[:_RECENT]
    older = not rows or any(_time(row.created_at, since) < begin for row in rows)
    met = any(key in cursor.recent for key in keys)
    cursor.walking = bool(items) and not older and not met
    cursor.at = cursor.at + len(items) - min(_OVERLAP, len(items) - 1) if cursor.walking else 0
    if cursor.walking and len(items) == 1:
        cursor.walking = False


def _time(text: str, otherwise: datetime) -> datetime:
    try:
        return parse_time(text)
    except ValueError:
        return otherwise


async def _own_posts(api: Api, task: OwnTask) -> tuple[list[Message], list[str]]:
    """Own posts of one topic."""
    try:
        topic = await topic_at(api, task.topic, task.numbers[-1])
        await load_numbers(api, topic, task.numbers)
    except Refused:  # gone, or not for this account any more
        return [], []
    posts = [topic.posts[number] for number in task.numbers if number in topic.posts]
    mine = [post for post in posts if by_me(post, api.facts) and not is_gone(post)]
    words = {post.post_number: read(post, api.facts) for post in mine}
    await ask_names(api, words.values())
    return messages_of(api, topic, mine, words), topic.skipped
