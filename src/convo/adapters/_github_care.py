"""What else is done there: own comments changed and deleted, marks of what was read, muting, blocking."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec
from msgspec import Raw

from convo.adapters import _github_queries as queries
from convo.adapters import _github_wire as wire
from convo.adapters._github_answer import LONGEST
from convo.adapters._github_api import Api
from convo.adapters._github_messages import ONLY_COMMENTS, WAYS, Notice, Place, mentions, place_of
from convo.adapters._github_read import SPEECH, is_speech, learn_names
from convo.adapters._github_single import lookup
from convo.adapters.contract import Ambiguous, Missing, Refused
from convo.marktext import markdown_to_text
from convo.model import Message, Page, Ref
from convo.text import format_time, parse_time

_PAGES = 4
_BLOCKS = 20
_BY_ID = re.compile(r"/user/(\d+)$")


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own comment."""
    before = await _own(api, ref)
    if before is None:
        raise Missing(f"{api.host} does not have this comment any more.")
    if len(text) > LONGEST:
        raise Refused(f"Too long for {api.host} by {len(text) - LONGEST} characters.")
    if not text.strip():
        raise Refused("There is nothing in it any more; delete it instead.")
    place = place_of(before.data)
    if place.kind == "remark":
        request = {"query": queries.CHANGE_REMARK, "variables": {"id": before.local_id, "body": text}}
        raw = (await api.mutate(msgspec.json.encode(request))).raw("updateDiscussionComment", "comment")
        changed = wire.part(raw, wire.Comment)
        body = changed.body if changed else None
    else:
        response = await api.send("PATCH", _path(place), msgspec.json.encode({"body": text}))
        posted = wire.part(response.body, wire.Posted)
        body = posted.body if posted else None
    if body is None:
        raise Ambiguous(f"{api.host} took the change and said something that could not be read.")
    marked = markdown_to_text(body)
    await learn_names(api, (name for name in marked.names if "/" not in name))
    return replace(
        before,
        text=marked.text,
        edited_at=api.now,
        mentions=mentions(marked, before.author, api, Notice()),
        links=marked.links,
        attachments=marked.pictures,
    )


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own comment; fine when it is already gone."""
    before = await _own(api, ref)
    if before is None:
        return
    place = place_of(before.data)
    try:
        if place.kind == "remark":
            request = {"query": queries.DELETE_REMARK, "variables": {"id": before.local_id}}
            await api.mutate(msgspec.json.encode(request))
        else:
            await api.send("DELETE", _path(place))
    except Missing:
        return


async def _own(api: Api, ref: Ref) -> Message | None:
    """An own comment as it is now, None when it is gone. GitHub lets maintainers change what others wrote; convo not.

    Raises Refused for what is not the user's, or no comment.
    """
    found = await lookup(api, [ref])
    if not found.messages:
        if found.gone:
            return None
        raise Refused(f"{api.host} does not let convo see this now.")
    message = found.messages[0]
    if message.author.uid != api.facts.uid:
        raise Refused("Only its author can change or delete a comment.")
    if place_of(message.data).kind not in WAYS:
        raise Refused(ONLY_COMMENTS)
    return message


def _path(place: Place) -> str:
    return f"/repos/{quote(place.repo, safe='/')}/{WAYS[place.kind]}/{place.id}"


async def mark_read(api: Api, ref: Ref) -> None:
    """Mark the notification of a message as read, and those before it that convo shows.

    GitHub marks whole threads: one that moved on after it was read here stays unread. What convo does not show
    (checks, releases) is left alone.
    """
    place = place_of(ref.data)
    if not place.thread or not place.seen:
        return
    before = format_time(parse_time(place.seen) + timedelta(seconds=1))
    for page in range(1, _PAGES + 1):
        params = [("before", before), ("per_page", "50"), *([("page", str(page))] if page > 1 else [])]
        response = await api.get("/notifications", params)
        threads = wire.each(wire.decode(response, list[Raw]), wire.Notification, "Notification")[0]
        for one in threads:
            shown = one.id == place.thread or (one.reason in SPEECH and is_speech(one))
            if one.unread and shown and parse_time(one.updated_at) <= parse_time(place.seen):
                await _mark(api, one.id)
        if 'rel="next"' not in response.headers.get("link", ""):
            return


async def _mark(api: Api, thread: str) -> None:
    try:
        await api.send("PATCH", f"/notifications/threads/{quote(thread, safe='')}")
    except Missing:
        return


async def mute_thread(api: Api, ref: Ref, on: bool) -> None:
    """Ignore what goes on in a conversation, or follow it again."""
    place = place_of(ref.data)
    if place.thread:
        path = f"/notifications/threads/{quote(place.thread, safe='')}/subscription"
        await api.send("PUT", path, msgspec.json.encode({"ignored": on}))
    elif place.subject and place.about != "commit":
        variables = {"id": place.subject, "state": "IGNORED" if on else "SUBSCRIBED"}
        await api.mutate(msgspec.json.encode({"query": queries.SUBSCRIBE, "variables": variables}))
    else:
        raise Refused(f"{api.host} has no notification for this conversation.")


async def block(api: Api, uid: str, on: bool) -> None:
    """Block a person, or take that back."""
    login = await _login(api, uid)
    try:
        await api.send("PUT" if on else "DELETE", f"/user/blocks/{quote(login, safe='')}")
    except Missing:
        if on:
            raise


async def _login(api: Api, uid: str) -> str:
    """The login that a person has now. Raises Missing."""
    found = _BY_ID.search(uid)
    if not found:
        raise Missing(f"{api.host} does not know this person any more.")
    return wire.decode(await api.get(f"/user/{found[1]}"), wire.User).login


async def people(api: Api, cursor: str, since: datetime) -> Page:
    """Everybody whom the user blocked, where the token may see it."""
    if not api.facts.may("user"):
        return Page(cursor=cursor)
    found: list[wire.User] = []
    for page in range(1, _BLOCKS + 1):
        params = [("per_page", "100"), *([("page", str(page))] if page > 1 else [])]
        response = await api.get("/user/blocks", params)
        found += wire.each(wire.decode(response, list[Raw]), wire.User, "Person")[0]
        if 'rel="next"' not in response.headers.get("link", ""):
            break
    return Page(cursor=cursor, hidden=tuple(f"{api.base}/user/{one.id}" for one in found))
