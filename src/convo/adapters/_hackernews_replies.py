"""Answers to what I wrote, found by the search: one request a look for all stories that I take part in.

The search knows no list of answers to somebody, but gives everything in a set of stories since some time. So the
stories in which I wrote are watched; of what comes there is kept what answers an item of mine or stands below a story
of mine. What I wrote comes with the same request.
"""

from __future__ import annotations

from datetime import datetime, timezone

from msgspec import Struct

from convo.adapters import _hackernews_wire as wire
from convo.adapters._hackernews_api import Api
from convo.adapters._hackernews_messages import hit_message
from convo.adapters._keeping import kept, written
from convo.adapters.wire import each
from convo.model import Message, Page

PAGE = 100
"""Hits asked for at a look."""
_MANY = 1_000
"""Hits asked for where there are more; the most that the search gives."""
_LAG = 3_600
"""Seconds for which is asked again: the index runs behind."""
_WATCHED = 30 * 86_400
"""Seconds for which a story in which I wrote is watched: after about two weeks nobody can answer there."""
_STORIES = 150
"""Stories of one request; a longer address may not be taken."""
_MOST_STORIES = 300
_MOST_ITEMS = 3_000
_TRIES = 4
"""Requests of one page, as long as none of them brings anything."""


class Walk(Struct):
    """A span of time to read, newest first: in these stories, and what I wrote anywhere where `mine` says so."""

    stories: list[int]
    after: int
    before: int = 0
    mine: bool = False
    size: int = PAGE


class Cursor(Struct):
    """How far the search was read, and what is watched. Times are seconds since 1970."""

    top: int = 0
    high: int = 0
    mine: dict[int, int] = {}
    """What I wrote, by number, with its time."""
    stories: dict[int, int] = {}
    """Where I wrote, by number, with the time of my last words there."""
    given: dict[int, int] = {}
    """Answers that were given already, as far as they may come again."""
    walks: list[Walk] = []


async def replies(api: Api, text: str, since: datetime) -> Page:
    """The next page of answers to what I wrote."""
    cursor = kept(text, Cursor)
    begin = int(since.timestamp())
    if not cursor.walks:
        cursor.walks = _look(cursor, begin)
    messages: list[Message] = []
    skipped: list[str] = []
    for _ in range(_TRIES):
        walk = cursor.walks.pop(0)
        found = await _read(api, cursor, walk, skipped)
        messages += [one for one in found if one.created_at >= since]
        if messages or not cursor.walks:
            break
    if not cursor.walks:
        cursor.top = max(cursor.top, cursor.high, begin)
        _forget(cursor)
    messages.sort(key=lambda one: one.created_at, reverse=True)
    return Page(tuple(messages), written(cursor), bool(cursor.walks), skipped=tuple(skipped))


def _look(cursor: Cursor, begin: int) -> list[Walk]:
    """What is asked for next: the first time all that I wrote, then what came lately where I wrote."""
    if not cursor.top:
        return [Walk([], begin - _WATCHED, mine=True, size=_MANY)]
    parts = _parts(sorted(cursor.stories, key=lambda one: -cursor.stories[one])) or [[]]
    after = cursor.top - _LAG - 1  # the search leaves both ends of a span out
    return [Walk(part, after, mine=at == 0) for at, part in enumerate(parts)]


def _parts(stories: list[int]) -> list[list[int]]:
    return [stories[start : start + _STORIES] for start in range(0, len(stories), _STORIES)]


async def _read(api: Api, cursor: Cursor, walk: Walk, skipped: list[str]) -> list[Message]:
    """Read one page of a walk, and note what must be read after it."""
    me = api.facts.user
    tags = [*([f"author_{me}"] if walk.mine else []), *(f"story_{one}" for one in walk.stories)]
    items = await api.search(tags, walk.after, walk.before, walk.size)
    hits, bad = each(items, wire.Hit, "Hit of the search")
    skipped += bad
    full = len(items) >= walk.size
    fresh = _note_own(cursor, [hit for hit in hits if hit.author == me])
    if full and hits:
        oldest = min(hit.created for hit in hits) + 1
        onward = oldest if oldest != walk.before else oldest - 1
        cursor.walks.insert(0, Walk(walk.stories, walk.after, onward, walk.mine, _MANY))
    unread = {story: at for story, at in fresh.items() if full or story not in walk.stories}
    if unread:
        newest = sorted(unread, key=lambda one: -unread[one])
        after = min(unread.values()) - 1
        cursor.walks += [Walk(part, after) for part in _parts(newest)]
    cursor.high = max([cursor.high, *(hit.created for hit in hits)])
    return _answers(cursor, hits, me, skipped)


def _note_own(cursor: Cursor, own: list[wire.Hit]) -> dict[int, int]:
    """Note what I wrote; gives the stories in which it was not known, with the earliest time of it."""
    fresh: dict[int, int] = {}
    for hit in own:
        if hit.id not in cursor.mine:
            fresh[hit.story] = min(hit.created, fresh.get(hit.story, hit.created))
        cursor.mine[hit.id] = hit.created
        cursor.stories[hit.story] = max(hit.created, cursor.stories.get(hit.story, 0))
    return fresh


def _answers(cursor: Cursor, hits: list[wire.Hit], me: str, skipped: list[str]) -> list[Message]:
    """Those that answer an item of mine or stand below a story of mine, and were not given before."""
    found = []
    for hit in hits:
        concerns = hit.parent_id in cursor.mine or hit.story in cursor.mine
        if hit.author == me or not concerns or hit.id in cursor.given:
            continue
        try:
            found.append(hit_message(hit))
        except ValueError as error:
            skipped.append(f"Comment {hit.id} was left out: {error}.")
            continue
        cursor.given[hit.id] = hit.created
    return found


def _forget(cursor: Cursor) -> None:
    """Keep of what is watched only what may still be answered."""
    now = int(datetime.now(timezone.utc).timestamp())
    cursor.given = {one: at for one, at in cursor.given.items() if at > cursor.top - 2 * _LAG}
    cursor.stories = _newest(
        {one: at for one, at in cursor.stories.items() if at > now - _WATCHED}, _MOST_STORIES
    )
    cursor.mine = _newest(cursor.mine, _MOST_ITEMS)


def _newest(known: dict[int, int], most: int) -> dict[int, int]:
    return dict(sorted(known.items(), key=lambda pair: -pair[1])[:most])
