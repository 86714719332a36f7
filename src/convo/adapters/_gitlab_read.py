"""What is read: to-dos, what moved on the user's own issues and merge requests, own notes, look-ups, conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _gitlab_wire as wire
from convo.adapters._forge import concerns
from convo.adapters._gitlab_api import PLATFORM, Api
from convo.adapters._gitlab_messages import (
    REQUESTS,
    WAYS,
    Spot,
    message_of,
    note_item,
    place_of,
    quotes_of,
    request_item,
    spot_of,
    target_item,
    todo_message,
)
from convo.adapters._gitlab_talk import Talk, close, is_member, read_talk
from convo.adapters.contract import Missing
from convo.model import Conversation, Lookup, Message, Page, Person, Ref
from convo.text import format_time, one_line, parse_time

SPEECH = frozenset(
    {
        "mentioned",
        "directly_addressed",
        "review_requested",
        "review_submitted",
        "assigned",
        "approval_required",
    }
)
"""To-dos whose conversations are read; of the others (builds, merges) nothing is."""
REVIEWS = frozenset({"review_requested", "approval_required"})
PAGE = 50
_OVERLAP = timedelta(minutes=10)
_REMEMBERED = 1_000


class TodoCursor(Struct):
    """How far the to-dos were read. Each look reads all that are pending; `seen` are those of the last look."""

    seen: dict[int, str] = {}
    page: int = 1
    """Of the look under way."""
    fresh: bool = False
    """It found something new: a list of several pages is looked over again, as it moves while it is read."""
    now: dict[int, str] = {}
    """What the look has met."""
    state: str = "pending"
    read_back: bool = False
    """Those that were done before the first look were read, too."""


class MovedCursor(Struct):
    """How far a list by time of change was read: its newest, those in the overlap, and the walk under way."""

    high: str = ""
    seen: dict[int, str] = {}
    before: str = ""
    since: str = ""
    top: str = ""


_AGAIN = timedelta(days=1)


@dataclass(slots=True)
class Gathered:
    """Messages as they come in."""

    messages: dict[str, Message] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    missing: set[int] = field(default_factory=set)
    """To-dos about what was not found: asked for again for a day, as nobody else will tell of them."""

    def page(self, cursor: str, more: bool) -> Page:
        """All of it."""
        found = sorted(self.messages.values(), key=lambda one: one.created_at)
        return Page(tuple(found), cursor, more, skipped=tuple(self.skipped))

    def take(self, messages: Sequence[Message], since: datetime) -> None:
        """Keep what is not too old, with the root of what is left."""
        root, *rest = messages
        kept = [one for one in rest if one.created_at >= since]
        for message in [root, *kept] if kept or root.created_at >= since else []:
            self.messages[message.uri] = message


async def todos(api: Api, text: str, since: datetime) -> Page:
    """What was said in the conversations that to-dos are about; pages with nothing new are passed over at once."""
    cursor = msgspec.json.decode(text or "{}", type=TodoCursor)
    while True:
        page, found = await _todo_page(api, cursor, since)
        if found or not page.more:
            return page
        cursor = msgspec.json.decode(page.cursor, type=TodoCursor)


async def _todo_page(api: Api, cursor: TodoCursor, since: datetime) -> tuple[Page, bool]:
    """One page of to-dos; and whether it had anything new."""
    params = [("state", cursor.state), ("per_page", str(PAGE))]
    response = await api.get("/todos", [*params, *([("page", str(cursor.page))] if cursor.page > 1 else [])])
    items = wire.decode(response, list[Raw])
    stamps = [stamp for item in items if (stamp := wire.part(bytes(item), wire.Stamp)) is not None]
    known = cursor.seen | cursor.now
    new = [item for item in items if _is_new(item, known)]
    gathered = Gathered()
    found, gathered.skipped = wire.each(new, wire.Todo, "To-do")
    await _gather(api, [todo for todo in found if todo.action_name in SPEECH], since, gathered)
    cursor.fresh = cursor.fresh or any(known.get(stamp.id) != stamp.updated_at for stamp in stamps)
    cursor.now.update((stamp.id, stamp.updated_at) for stamp in stamps if stamp.id not in gathered.missing)
    ended = not response.headers.get("x-next-page", "").strip() or not items
    if cursor.state == "done":
        return _read_back(cursor, gathered, stamps, since, ended), bool(new)
    return _looked(cursor, gathered, ended), bool(new)


def _looked(cursor: TodoCursor, gathered: Gathered, ended: bool) -> Page:
    """After a page of what is pending."""
    if not ended:
        cursor.page += 1
        return gathered.page(_packed(cursor), True)
    if cursor.page > 1 and cursor.fresh:
        again = TodoCursor(cursor.seen, now=cursor.now, read_back=cursor.read_back)
        return gathered.page(_packed(again), True)
    seen = dict(sorted(cursor.now.items(), reverse=True)[:_REMEMBERED])
    if not cursor.read_back:
        return gathered.page(_packed(TodoCursor(seen, state="done")), True)
    return gathered.page(_packed(TodoCursor(seen, read_back=True)), False)


def _read_back(
    cursor: TodoCursor, gathered: Gathered, stamps: Sequence[wire.Stamp], since: datetime, ended: bool
) -> Page:
    """After a page of what was done before the first look; the list ends where it is too old."""
    old = bool(stamps) and all(time_of(stamp.created_at, since) < since for stamp in stamps)
    if ended or old:
        return gathered.page(_packed(TodoCursor(cursor.seen, read_back=True)), False)
    cursor.page += 1
    return gathered.page(_packed(cursor), True)


def _is_new(item: Raw, known: dict[int, str]) -> bool:
    """Whether a to-do was not read as it is; one without an id is taken for new, so that it is said."""
    stamp = wire.part(bytes(item), wire.Stamp)
    return stamp is None or known.get(stamp.id) != stamp.updated_at


async def _gather(api: Api, found: Sequence[wire.Todo], since: datetime, gathered: Gathered) -> None:
    """Read the conversations of to-dos, each once."""
    about: dict[tuple[int, str, int], list[wire.Todo]] = {}
    for todo in found:
        target = wire.part(bytes(todo.target), wire.About)
        project = (target.project_id if target else 0) or (todo.project.id if todo.project else 0)
        if todo.target_type in WAYS and target is not None and target.iid and project:
            about.setdefault((project, WAYS[todo.target_type], target.iid), []).append(todo)
        elif todo.target_type in WAYS:
            gathered.skipped.append(f"To-do {todo.id} names no issue or merge request that convo can find.")
        else:
            _take_todo(api, todo, since, gathered)
    talks: list[tuple[Talk, wire.Todo]] = []
    for (project, way, iid), those in about.items():
        asks = [todo for todo in those if todo.action_name in REVIEWS and way == "merge_requests"]
        talk = await talk_at(api, Spot(project, way, iid), None, asks)
        if not talk and any(todo.target_type == "WorkItem" for todo in those):
            _take_todo(
                api, those[-1], since, gathered
            )  # of a kind that is not among the issues, such as an objective
        if isinstance(talk, str):
            gathered.skipped += [talk] if talk else []
            lately = datetime.now(timezone.utc) - api.http.skew - _AGAIN
            gathered.missing |= {
                todo.id for todo in those if not talk and time_of(todo.updated_at, since) > lately
            }
            continue
        talks.append((talk, max(those, key=lambda todo: todo.id)))
    await finish(api, [talk for talk, _ in talks], gathered)
    for talk, todo in talks:
        gathered.take(talk.messages(api, (todo.id, one_line(todo.updated_at))), since)


def _take_todo(api: Api, todo: wire.Todo, since: datetime, gathered: Gathered) -> None:
    try:
        message = todo_message(todo, api)
    except ValueError as error:
        gathered.skipped.append(f"To-do {todo.id} was left out: {error}.")
        return
    gathered.take([message], since)


async def talk_at(
    api: Api, spot: Spot, target: wire.Target | None = None, asks: Sequence[wire.Todo] = ()
) -> Talk | str:
    """A conversation; "" where it is gone."""
    try:
        return await read_talk(api, spot, target, asks)
    except Missing:
        return ""


async def finish(api: Api, talks: Sequence[Talk], gathered: Gathered) -> None:
    """Learn who is named, and note what could not be read."""
    await api.learn_names(name for talk in talks for name in talk.names)
    gathered.skipped += [words for talk in talks for words in talk.skipped]


async def issues(api: Api, text: str, since: datetime) -> Page:
    """What was said on own issues; see `_moved`."""
    return await _moved(api, "issues", text, since)


async def merge_requests(api: Api, text: str, since: datetime) -> Page:
    """What was said on own merge requests; see `_moved`."""
    return await _moved(api, "merge_requests", text, since)


async def _moved(api: Api, way: str, text: str, since: datetime) -> Page:
    """What was said on own issues or merge requests: no to-do tells of words there that do not name the user."""
    cursor = msgspec.json.decode(text or "{}", type=MovedCursor)
    if not cursor.since:
        floor = max(since, parse_time(cursor.high) - _OVERLAP) if cursor.high else since
        cursor.since = format_time(floor)
    params: list[tuple[str, str]] = [("scope", "created_by_me"), ("state", "all"), ("order_by", "updated_at")]
    params += [("sort", "desc"), ("updated_after", cursor.since), ("per_page", str(PAGE))]
    if cursor.before:
        params.append(("updated_before", cursor.before))
    response = await api.get(f"/{way}", params)
    items = wire.decode(response, list[Raw])
    new = [item for item in items if _is_new(item, cursor.seen)]
    gathered = Gathered()
    targets, gathered.skipped = wire.each(new, wire.Target, "Issue" if way == "issues" else "Merge request")
    talks = []
    for target in targets:
        talk = await talk_at(api, Spot(target.project_id, way, target.iid), target)
        if isinstance(talk, str):
            gathered.skipped += [talk] if talk else []
        else:
            talks.append(talk)
    await finish(api, talks, gathered)
    for talk in talks:
        messages = talk.messages(api)
        if concerns(messages, api.facts.uid):
            gathered.take(messages, since)
    stamps = [stamp for item in items if (stamp := wire.part(bytes(item), wire.Stamp)) is not None]
    return _moved_on(cursor, gathered, stamps, bool(response.headers.get("x-next-page", "").strip()))


def _moved_on(cursor: MovedCursor, gathered: Gathered, stamps: Sequence[wire.Stamp], further: bool) -> Page:
    """After a page of what moved; the newest becomes the mark when the walk has ended."""
    times = sorted(stamp.updated_at for stamp in stamps if is_time(stamp.updated_at))
    cursor.seen.update((stamp.id, stamp.updated_at) for stamp in stamps)
    cursor.top = max([cursor.top, *times])
    if further and times:
        before = format_time(parse_time(times[0]) + timedelta(seconds=1))
        if before != cursor.before:
            cursor.before = before
            return gathered.page(_packed(cursor), True)
    high = max(cursor.high, cursor.top)
    edge = format_time(parse_time(high) - _OVERLAP) if high else ""
    recent = {id_: at for id_, at in cursor.seen.items() if at >= edge}
    return gathered.page(_packed(MovedCursor(high, recent)), False)


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages, one by one; what GitLab does not have any more is gone."""
    messages: list[Message] = []
    gone: list[str] = []
    targets: dict[str, wire.Target | None] = {}
    members: dict[int, bool] = {}
    for ref in refs:
        spot = spot_of(ref.uri.partition(REQUESTS)[0])
        if spot is None:
            continue
        try:
            if spot.path not in targets:
                targets[spot.path] = wire.sound(await api.get(spot.path), wire.Target)
            target = targets[spot.path]
            note = await _note(api, spot) if spot.note else None
        except Missing:
            gone.append(ref.uri)
            continue
        if target is None or (spot.note and note is None):
            continue
        if target.discussion_locked and spot.project not in members:
            members[spot.project] = await is_member(api, spot.project)
        message = await _single(api, ref, spot, target, note, members.get(spot.project, False))
        if message is not None:
            messages.append(message)
    return Lookup(tuple(messages), tuple(gone))


async def _note(api: Api, spot: Spot) -> wire.Note | None:
    return wire.sound(await api.get(f"{spot.path}/notes/{spot.note}"), wire.Note)


async def _single(
    api: Api, ref: Ref, spot: Spot, target: wire.Target, note: wire.Note | None, member: bool
) -> Message | None:
    """A message as it is now, at the place where it stood among others; None where it cannot be read."""
    place = place_of(ref.data)
    try:
        root = target_item(target, spot.way, api.facts)
        item = note_item(note, target, root, api.facts) if note is not None else root
        if place.kind == "request":
            item = request_item(place.todo, Person(PLATFORM, *place.by), place.at, target, root, api.facts)
    except ValueError:
        return None
    close(target, [item], api.facts)
    if note is not None:
        place.kind = "note"
        item.parent, item.quotes = place.up, quotes_of(place)
        if place.thread:
            item.branch = place.branch or ref.uri
            item.above = item.above if item.branch == ref.uri else ""
    await api.learn_names(name for name in item.marked.names if "/" not in name)
    return message_of(item, target, root, api, place, member=member)


async def conversation(api: Api, ref: Ref) -> Conversation:
    """An issue or merge request with all its notes. Raises Missing when what was asked for is gone."""
    spot = spot_of(ref.uri.partition(REQUESTS)[0])
    gone = f"{api.host} does not show this any more."
    if spot is None:
        return Conversation(())
    talk = await read_talk(api, spot)
    if isinstance(talk, str):
        return Conversation((), talk)
    await api.learn_names(talk.names)
    place = place_of(ref.data)
    messages = talk.messages(api, (place.todo, place.seen))
    if spot.note and all(one.uri != ref.uri for one in messages):
        raise Missing(gone)
    partial = f"{api.host} has more here than these." if talk.partial or talk.skipped else ""
    return Conversation(tuple(messages), partial)


def is_time(text: str) -> bool:
    try:
        return bool(parse_time(text))
    except ValueError:
        return False


def time_of(text: str, otherwise: datetime) -> datetime:
    return parse_time(text) if is_time(text) else otherwise


def _packed(cursor: Struct) -> str:
    return msgspec.json.encode(cursor).decode()
