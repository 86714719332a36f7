"""What the user wrote on GitLab, and what was said after it where no to-do tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from convo.adapters import _gitlab_wire as wire
from convo.adapters._forge import concerns
from convo.adapters._gitlab_api import Api, Params
from convo.adapters._gitlab_messages import WAYS, Place, Spot, message_of, target_item
from convo.adapters._gitlab_read import Gathered, MovedCursor, finish, is_time, talk_at, time_of
from convo.adapters.contract import Missing
from convo.model import Page
from convo.text import format_time, parse_time

_EVENTS = 500
_IIDS = 50
_OVERLAP = timedelta(minutes=10)


async def own(api: Api, text: str, since: datetime) -> Page:
    """What the account wrote: its notes, by its events, and the issues and merge requests it opened."""
    high = text if is_time(text) else ""
    floor = max(since, parse_time(high) - _OVERLAP) if high else since
    gathered = Gathered()
    newest, spots = await _own_spots(api, floor, gathered)
    talks = [talk for spot in spots if not isinstance(talk := await talk_at(api, spot), str)]
    await finish(api, talks, gathered)
    for talk in talks:
        for message in talk.messages(api):
            if message.author.uid == api.facts.uid and message.created_at >= since:
                gathered.messages[message.uri] = message
    for way in ("issues", "merge_requests"):
        await _own_targets(api, way, floor, gathered)
    return gathered.page(max(high, newest), False)


async def _own_spots(api: Api, floor: datetime, gathered: Gathered) -> tuple[str, list[Spot]]:
    """Where the account wrote notes, and when it did last."""
    day = (floor - timedelta(days=2)).date().isoformat()
    params: Params = [("action", "commented"), ("after", day), ("sort", "desc")]
    raws, _ = await api.listed("/events", params, most=_EVENTS)
    events, gathered.skipped = wire.each(raws, wire.Event, "Event")
    found: dict[tuple[int, str, int], Spot] = {}
    newest = ""
    for event in events:
        note = wire.part(bytes(event.note), wire.EventNote)
        if note is None or note.system or note.noteable_type not in WAYS or not note.noteable_iid:
            continue
        newest = max(newest, event.created_at if is_time(event.created_at) else "")
        if time_of(event.created_at, floor) >= floor:
            key = (event.project_id, WAYS[note.noteable_type], note.noteable_iid)
            found.setdefault(key, Spot(*key))
    return newest, list(found.values())


async def _own_targets(api: Api, way: str, floor: datetime, gathered: Gathered) -> None:
    params = [("scope", "created_by_me"), ("state", "all"), ("created_after", format_time(floor))]
    raws, _ = await api.listed(f"/{way}", params, most=200)
    targets, bad = wire.each(raws, wire.Target, "Issue" if way == "issues" else "Merge request")
    gathered.skipped += bad
    for target in targets:
        try:
            root = target_item(target, way, api.facts)
        except ValueError as error:
            gathered.skipped.append(f"{way} {target.iid} was left out: {error}.")
            continue
        await api.learn_names(name for name in root.marked.names if "/" not in name)
        message = message_of(root, target, root, api, Place("target"))
        gathered.messages.setdefault(message.uri, message)


async def followed(api: Api, text: str, since: datetime) -> Page:
    """What was said where the user wrote lately: GitLab makes no to-do of an answer that names nobody."""
    gathered = Gathered()
    cursor = msgspec.json.decode(text or "{}", type=MovedCursor)
    floor = max(since, parse_time(cursor.high) - _OVERLAP) if cursor.high else since
    changed: dict[int, str] = {}
    _, spots = await _own_spots(api, since, gathered)
    places: dict[tuple[int, str], list[int]] = {}
    for spot in spots:
        places.setdefault((spot.project, spot.way), []).append(spot.iid)
    talks = []
    for (project, way), iids in places.items():
        for target in await _changed(api, project, way, iids, floor, gathered):
            changed[target.id] = target.updated_at
            if cursor.seen.get(target.id) == target.updated_at:
                continue
            talk = await talk_at(api, Spot(project, way, target.iid), target)
            if not isinstance(talk, str):
                talks.append(talk)
    await finish(api, talks, gathered)
    for talk in talks:
        messages = talk.messages(api)
        if concerns(messages, api.facts.uid):
            gathered.take(messages, since)
    high = max([cursor.high, *filter(is_time, changed.values())])
    return gathered.page(msgspec.json.encode(MovedCursor(high, changed)).decode(), False)


async def _changed(
    api: Api, project: int, way: str, iids: Sequence[int], floor: datetime, gathered: Gathered
) -> list[wire.Target]:
    """Those of a project's issues or merge requests that changed."""
    found: list[wire.Target] = []
    for start in range(0, len(iids), _IIDS):
        params = [("iids[]", str(iid)) for iid in iids[start : start + _IIDS]]
        params += [("state", "all"), ("updated_after", format_time(floor))]
        try:
            raws, _ = await api.listed(f"/projects/{project}/{way}", params)
        except Missing:
            continue
        targets, bad = wire.each(raws, wire.Target, "Issue" if way == "issues" else "Merge request")
        gathered.skipped += bad
        found += targets
    return found
