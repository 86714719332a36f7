"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, marking, blocking."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _reddit_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._reddit_api import Api, encoded
from convo.adapters._reddit_lists import PAGE
from convo.adapters._reddit_messages import (
    ARCHIVED,
    LOCKED,
    SITE,
    comment_message,
    local,
    number,
    place_of,
)
from convo.adapters._reddit_read import info, standing
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    Found,
    Missing,
    Proof,
    Refused,
)
from convo.adapters.wire import decode, part
from convo.model import Measure, Message, Ref, Reply

LONGEST = 10_000
"""Characters of a comment."""
_MARKED_AT_ONCE = 25
_LOST = "Reddit took the answer and did not show it; convo looks for it."


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The form that is sent, byte for byte."""
    text: str
    parent: str
    """Full name of what it answers."""
    link: str
    """Id of the post."""
    newest: int
    """The highest number of my comments before sending: the answer's is higher."""


def measure(_: Api, reply: Reply) -> Measure:
    """Characters, as Reddit counts."""
    return Measure(len(reply.text), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """Check what is answered, note my newest comment, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), "Reddit", "convo sends no files to Reddit.")
    ref = reply.parent.ref
    if not local(ref)[0]:
        raise Refused("This is no comment of Reddit's.")
    comment, post = await standing(api, ref)
    if post.locked or (comment is not None and comment.locked):
        raise Refused(LOCKED)
    if post.archived or (comment is not None and comment.archived):
        raise Refused(ARCHIVED)
    form = [("api_type", "json"), ("thing_id", ref.local_id), ("text", reply.text)]
    newest = max((number(one.name) for one in await mine(api)), default=0)
    link = post.name.partition("_")[2]
    return msgspec.json.encode(
        Prepared(encoded(form).decode(), reply.text, ref.local_id, link, newest)
    ).decode()


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer."""
    prepared = msgspec.json.decode(request, type=Prepared)
    things = await api.make("/api/comment", prepared.body.encode())
    if not things:
        # In a quarantined subreddit Reddit shows nothing of what it took.
        proof = await find(api, request, ())
        if isinstance(proof, Found):
            return proof.message
        raise Ambiguous(_LOST)
    try:
        comment = wire.of_kind(things[0], wire.COMMENT, _Made)
    except ValueError as error:
        raise Ambiguous("Reddit took the answer and said something that could not be read.") from error
    if comment.parent_id != prepared.parent:
        await _take_back(api, comment.name)
    return await _whole(api, things[0])


class _Made(Struct):
    """The least that is known of a comment that was just made."""

    name: str
    parent_id: str


async def _whole(api: Api, raw: Raw) -> Message:
    """A comment that was just made or changed; asked for anew where Reddit gives only parts of it."""
    try:
        return comment_message(wire.of_kind(raw, wire.COMMENT, wire.Comment), api.facts)
    except ValueError:
        made = part(raw, wire.Thing)
    name = part(made.data, wire.Letter) if made is not None else None
    try:
        for one in await info(api, [name.name]) if name is not None else []:
            return comment_message(wire.of_kind(one, wire.COMMENT, wire.Comment), api.facts)
    except (AdapterError, ValueError) as error:
        raise Ambiguous("Reddit took it and said something that could not be read.") from error
    raise Ambiguous(_LOST)


async def _take_back(api: Api, name: str) -> None:
    """Delete what was put somewhere else. Always raises Refused."""
    try:
        await api.send("/api/del", [("id", name)])
    except AdapterError as error:
        raise Refused(
            "Reddit put the answer somewhere else and did not let convo delete it; delete it on the site."
        ) from error
    raise Refused("Reddit put the answer somewhere else. convo deleted it again.")


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among my comments, and below what it answers."""
    prepared = msgspec.json.decode(request, type=Prepared)
    there = {one.name: one for one in (*await mine(api), *await _below(api, prepared))}
    for name in sorted(there, key=number):
        one = there[name]
        if one.parent_id != prepared.parent or number(name) <= prepared.newest:
            continue
        if one.author.lower() != api.facts.name.lower() or not _same(one.body, prepared.text):
            continue
        try:
            message = comment_message(one, api.facts)
        except ValueError:
            continue
        if message.uri not in claimed:
            return Found(message)
    return Absent()


def _same(one: str, other: str) -> bool:
    """Whether words are the same but for blanks, which Reddit trims."""
    return one.split() == other.split()


async def mine(api: Api) -> list[wire.Comment]:
    """My newest comments."""
    path = f"/user/{api.facts.name}/comments"
    params = [("sort", "new"), ("limit", str(PAGE))]
    return _comments(decode(await api.get(path, params), wire.Listing).data.children)


async def _below(api: Api, prepared: Prepared) -> list[wire.Comment]:
    """The answers to what a prepared answer answers, newest first; none where it is gone."""
    params = [("sort", "new"), ("limit", str(PAGE)), ("depth", "2")]
    kind, _, own = prepared.parent.partition("_")
    if kind == wire.COMMENT:
        params += [("comment", own), ("context", "0")]
    try:
        pair = decode(await api.get(f"/comments/{prepared.link}", params), list[wire.Listing])
    except Missing:
        return []
    tops = pair[1].data.children if len(pair) > 1 else []
    found = _comments(tops)
    for one in list(found):
        below = part(one.replies, wire.Listing)
        found += _comments(below.data.children if below is not None else [])
    return found


def _comments(rows: list[Raw]) -> list[wire.Comment]:
    things = [part(raw, wire.Thing) for raw in rows]
    found = [part(one.data, wire.Comment) for one in things if one is not None and one.kind == wire.COMMENT]
    return [one for one in found if one is not None]


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own comment."""
    if len(text) > LONGEST:
        raise Refused(f"Too long for Reddit by {len(text) - LONGEST} characters.")
    await _own(api, ref)
    form = [("api_type", "json"), ("thing_id", ref.local_id), ("text", text), ("validate_on_submit", "true")]
    things = await api.make("/api/editusertext", form)
    if not things:
        raise Ambiguous("Reddit took the change and did not show it.")
    return await _whole(api, things[0])


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own comment; fine when it is already gone."""
    try:
        await _own(api, ref)
    except Missing:
        return
    await api.send("/api/del", [("id", ref.local_id)])


async def _own(api: Api, ref: Ref) -> None:
    """Raises Refused for what is not the user's comment, Missing when it is gone."""
    if local(ref)[0] != wire.COMMENT:
        raise Refused("convo changes comments only, no posts.")
    comment, _ = await standing(api, ref)
    if comment is None or comment.author.lower() != api.facts.name.lower():
        raise Refused("Only its author can change or delete a comment.")


async def mark_read(api: Api, ref: Ref) -> None:
    """Mark it in the inbox as read, and what came before it."""
    place = place_of(ref.data)
    if not place.how:
        return
    params = [("mark", "false"), ("limit", str(PAGE))]
    rows = decode(await api.get("/message/unread", params), wire.Listing).data.children
    unread = _comments(rows)
    older = [one.name for one in unread if one.created_utc <= place.at]
    names = list(dict.fromkeys([ref.local_id, *older]))
    for start in range(0, len(names), _MARKED_AT_ONCE):
        await api.send("/api/read_message", [("id", ",".join(names[start : start + _MARKED_AT_ONCE]))])


async def block(api: Api, uid: str, on: bool) -> None:
    """Block a person, or lift that."""
    name = uid.removeprefix(f"{SITE}/user/")
    if name == uid or not name or "/" in name:
        raise Missing("This is nobody on Reddit.")
    if on:
        await api.send("/api/block_user", [("api_type", "json"), ("name", name)])
    else:
        form = [("name", name), ("type", "enemy"), ("container", api.facts.id)]
        await api.send("/api/unfriend", form)
