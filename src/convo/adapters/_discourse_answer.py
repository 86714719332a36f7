"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, marking, muting."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone

import msgspec
from msgspec import Struct

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api, Invalid
from convo.adapters._discourse_messages import (
    CLOSED,
    STRENGTH,
    Place,
    by_me,
    is_gone,
    is_pending,
    message_of,
    numbers,
    place_of,
    post_uri,
)
from convo.adapters._discourse_pending import pending, pending_message, pending_uri, words
from convo.adapters._discourse_topics import CHUNK, Topic, load, topic_at
from convo.adapters.contract import Absent, Ambiguous, Found, Missing, Proof, Refused, RetryAt
from convo.adapters.wire import decode, each, part
from convo.model import Measure, Message, Ref, Reply

_LOOKED = 2 * CHUNK
"""Newest posts of a topic among which an answer is looked for."""
_GONE = "{} does not have the post any more that this answers."
_QUIET = 0
_NORMAL = 1
"""How a topic tells me of what is said there (`notification_level`): muted, and as usual."""


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The JSON that is sent, byte for byte."""
    raw: str
    number: int
    """The post it answers."""
    newest: int
    """The highest id of a post there before sending: the answer's is higher."""
    place: Place


def measure(api: Api, reply: Reply) -> Measure:
    """Characters of the answer without white space around it; the site's limit where it told one."""
    return Measure(len(reply.text.strip()), api.facts.longest or None)


async def prepare(api: Api, reply: Reply) -> str:
    """Check post, topic and length, note the newest post, build the request. Changes nothing."""
    _fits(api, reply)
    topic, number = numbers(reply.parent.ref, api.facts)
    if not number or is_pending(reply.parent.ref):
        raise Refused("Only posts can be answered.")
    found = await _standing(api, topic, number)
    if found.place.closed:
        raise Refused(CLOSED)
    raw = reply.text.strip()
    request = {"raw": raw, "topic_id": topic, "reply_to_post_number": number, "nested_post": True}
    newest = max([*found.stream, *(post.id for post in found.posts.values())], default=0)
    body = msgspec.json.encode(request).decode()
    return msgspec.json.encode(Prepared(body, raw, number, newest, found.place)).decode()


def _fits(api: Api, reply: Reply) -> None:
    """Raises Refused for what the site would not take."""
    size, facts = measure(api, reply), api.facts
    if not size.used:
        raise Refused("There is nothing in the answer yet.")
    if size.room is not None and size.room < 0:
        raise Refused(f"Too long for {api.host} by {-size.room} characters.")
    direct = (place_of(reply.parent.data) or Place()).direct
    least = facts.shortest_direct if direct else facts.shortest
    if size.used < least:
        raise Refused(f"Too short for {api.host}: it takes {least} characters or more.")
    if reply.attachments:
        raise Refused("convo sends no files to Discourse.")


async def _standing(api: Api, topic: int, number: int) -> Topic:
    """A topic with a post that must be there. Raises Missing when it is not."""
    found = await topic_at(api, topic, number)
    post = found.posts.get(number)
    if post is None or is_gone(post):
        raise Missing(_GONE.format(api.host))
    return found


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer.

    "Too similar" to an earlier one, like any other rule, is told by 422 in the site's language: where the answer
    arrived with an earlier try, it is there to be found.
    """
    prepared = msgspec.json.decode(request, type=Prepared)
    await _standing(api, prepared.place.topic, prepared.number)
    try:
        response = await api.send("POST", "/posts.json", prepared.body.encode())
    except Invalid:
        proof = await find(api, request, ())
        if isinstance(proof, Found):
            return proof.message
        raise
    try:
        created = decode(response, wire.Created)
        if created.action == "enqueued":
            return pending_message(
                api, prepared.place, prepared.number, prepared.raw, datetime.now(timezone.utc)
            )
        # Without `nested_post` (old sites) the post is the whole answer.
        post = part(created.post, wire.Post) or decode(response, wire.Post)
        message = message_of(api, post, prepared.place)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    if not _answers(post, prepared):
        await api.send("DELETE", f"/posts/{post.id}.json")
        raise Refused(f"{api.host} put the answer somewhere else. convo deleted it again.")
    return message


def _answers(post: wire.Post, prepared: Prepared) -> bool:
    """Whether a post stands where it was meant to; an answer to a topic's first post may have no link."""
    linked = post.reply_to_post_number or 1
    return post.topic_id == prepared.place.topic and linked == prepared.number


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among the newest posts of its topic, then among those that wait for approval."""
    prepared = msgspec.json.decode(request, type=Prepared)
    number = prepared.place.topic
    try:
        topic = await topic_at(api, number, prepared.number)
    except Missing:
        return Absent()
    newer = [one for one in topic.stream if one > prepared.newest]
    here = {post.id for post in topic.posts.values()}
    await load(api, topic, [one for one in newer[-_LOOKED:] if one not in here])
    for post in sorted(topic.posts.values(), key=lambda one: one.id):
        ours = by_me(post, api.facts) and post.id > prepared.newest and _answers(post, prepared)
        if not ours or is_gone(post) or post_uri(api.facts, number, post.post_number) in claimed:
            continue
        single = await _one(api, post.id)
        if single is not None and (single.raw or "").strip() == prepared.raw:
            return Found(message_of(api, single, prepared.place))
    return await _held(api, prepared, claimed)


async def _held(api: Api, prepared: Prepared, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among own posts that wait for approval, where the site lists them."""
    uri = pending_uri(api, prepared.place.topic, prepared.number, prepared.raw)
    for one in await pending(api) or []:
        same = " ".join(words(one).split()) == " ".join(prepared.raw.split())
        if same and one.topic_id in (None, prepared.place.topic) and uri not in claimed:
            now = datetime.now(timezone.utc)
            return Found(pending_message(api, prepared.place, prepared.number, prepared.raw, now))
    return Absent()


async def _one(api: Api, number: int) -> wire.Post | None:
    """A post with its words as they were written; None when it is gone."""
    try:
        return decode(await api.get(f"/posts/{number}.json"), wire.Post)
    except Missing:
        return None


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own post."""
    post = await _own(api, ref)
    if post is None:
        raise Missing(f"{api.host} does not have this post any more.")
    body = msgspec.json.encode({"post": {"raw": text.strip()}})
    response = await api.send("PUT", f"/posts/{post.id}.json", body)
    try:
        changed = decode(response, wire.Edited).post
        return message_of(api, changed, place_of(ref.data) or Place(changed.topic_id))
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the change and said something that could not be read.") from error


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own post; fine when it is already gone."""
    post = await _own(api, ref)
    if post is None:
        return
    try:
        await api.send("DELETE", f"/posts/{post.id}.json")
    except Missing:
        return


async def _own(api: Api, ref: Ref) -> wire.Post | None:
    """A post of the account; None when it is gone. Raises Refused when it is somebody else's.

    Staff may change what others wrote; convo never does.
    """
    if not ref.local_id.isdigit() or is_pending(ref):
        raise Refused("Only posts that stand can be changed or deleted.")
    post = await _one(api, int(ref.local_id))
    if post is None or is_gone(post):
        return None
    if not by_me(post, api.facts):
        raise Refused("Only its author can change or delete a post.")
    return post


async def mark_read(api: Api, ref: Ref) -> None:
    """Mark the notification of a post as read, and the older ones about what somebody said.

    What a message carries may be less than what the site knows: several messages share one notification. Without a
    number the site would mark everything; so where there is none, nothing is asked.
    """
    topic, number = numbers(ref, api.facts)
    response = await api.get("/notifications.json", [("filter", "unread"), ("limit", "60")])
    notes, _ = each(decode(response, wire.Notes).notifications, wire.Note, "Notification")
    unread = [one for one in notes if not one.read and one.notification_type in STRENGTH and one.id > 0]
    place = place_of(ref.data)
    here = [one.id for one in unread if one.topic_id == topic and 0 < (one.post_number or 0) <= number]
    last = max([*here, place.note if place is not None else 0])
    if last <= 0:
        return
    older = sorted({one.id for one in unread if one.id < last} | set(here))
    headers = {"discourse-clear-notifications": ",".join(map(str, older))} if older else {}
    await api.send("PUT", "/notifications/mark-read.json", msgspec.json.encode({"id": last}), headers)


async def mute_thread(api: Api, ref: Ref, on: bool) -> None:
    """Mute a topic there, or let it tell of itself as usual."""
    topic, _ = numbers(ref, api.facts)
    if not topic:
        raise Refused("Only topics can be muted.")
    body = msgspec.json.encode({"notification_level": _QUIET if on else _NORMAL})
    await api.send("POST", f"/t/{topic}/notifications.json", body)
