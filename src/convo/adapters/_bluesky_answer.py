"""Answering on Bluesky: the exact record first, then the same bytes to the same key as often as it takes.

`putRecord` with a key chosen here and an unchanged record changes nothing when it is repeated, so an answer
cannot be doubled, and `getRecord` on that key says whether it arrived.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from convo.adapters import _bluesky_read as read
from convo.adapters import _bluesky_text as rich
from convo.adapters._bluesky_session import Session
from convo.adapters._bluesky_thread import GONE, node, record
from convo.adapters._bluesky_wire import (
    POST,
    Post,
    Record,
    RepoRecord,
    Resolved,
    Written,
    answer,
    decode,
    there,
)
from convo.adapters.contract import Absent, AdapterError, Found, Missing, Proof, Refused, RetryAt
from convo.model import Message, Person, Reply, Upload
from convo.text import shorten

IMAGE_BYTES = 1_000_000
"""The largest picture (app.bsky.embed.images)."""
IMAGES = 4
_KINDS = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SELF_LABELS = {"sexual": "sexual", "nudity": "nudity", "porn": "porn", "graphic media": "graphic-media"}
Now = Callable[[], datetime]


def check_length(reply: Reply, chat: bool = False) -> None:
    """Raises Refused when the server would refuse the text for its length, or for being empty."""
    length = rich.measure(reply.text, chat)
    if length.room is not None and length.room < 0:
        bytes_ = (
            f" bytes (it takes {length.limit:,})"
            if length.limit in (rich.POST_BYTES, rich.CHAT_BYTES)
            else ""
        )
        raise Refused(f"Too long for Bluesky by {-length.room}{bytes_}.")
    if not reply.text.strip() and not reply.attachments:
        raise Refused("There are no words in this answer.")


async def prepare(session: Session, me: Person, reply: Reply, now: Now) -> str:
    """The exact putRecord request, with root and parent from a fresh look at the message answered."""
    check_length(reply)
    labels = self_labels(reply)
    refuse_pictures(reply.attachments)
    parent = await _parent(session, reply.parent.uri)
    parent_ref = {"uri": parent.uri, "cid": parent.cid}
    above = decode(parent.record, Record).reply
    root_ref = {"uri": above.root.uri, "cid": above.root.cid} if above else parent_ref
    spans = rich.spans(reply.text)
    facets = rich.facets(
        reply.text, spans, await resolve(session, [s.value for s in spans if s.kind == "mention"])
    )
    when = now()
    made: dict[str, Any] = {"$type": POST, "text": reply.text, "createdAt": read.stamp(when)}
    made["reply"] = {"root": root_ref, "parent": parent_ref}
    if facets:
        made["facets"] = facets
    if reply.language:
        made["langs"] = [reply.language]
    if labels:
        made["labels"] = {
            "$type": "com.atproto.label.defs#selfLabels",
            "values": [{"val": value} for value in labels],
        }
    if reply.attachments:
        images = [await _upload(session, one) for one in reply.attachments]
        made["embed"] = {"$type": "app.bsky.embed.images", "images": images}
    key = rich.tid(when, reply.key)
    return read.request_json({"repo": me.uid, "collection": POST, "rkey": key, "record": made})


async def _parent(session: Session, uri: str) -> Post:
    """The message answered, as it is now. Raises Missing when it is gone, Refused when nobody would see an answer."""
    found = await node(session, uri, 0, 0)
    if found.blocked:
        raise Refused(
            "A block stands between you and whoever wrote this; Bluesky would show an answer to nobody."
        )
    if not there(found.post):
        raise Missing(GONE)
    try:
        post = decode(found.post, Post)
    except ValueError as error:
        raise RetryAt(
            f"Bluesky sent this message in a form convo does not know: {shorten(str(error), 120)}"
        ) from error
    words = read.refusal(post)
    if words:
        raise Refused(words)
    return post


async def resolve(session: Session, handles: Sequence[str]) -> dict[str, str]:
    """DIDs of the handles that name somebody; the others are left out."""
    found: dict[str, str] = {}
    for handle in dict.fromkeys(handles):
        try:
            response = await session.get("com.atproto.identity.resolveHandle", [("handle", handle)])
        except Refused:
            continue
        found[handle] = answer(response, Resolved).did
    return found


def self_labels(reply: Reply) -> list[str]:
    """The labels for a content warning. Raises Refused for words that are none of Bluesky's.

    The author's own labels are carried over as they are; what Bluesky's moderation said of the answered
    message is not the user's to repeat, and is dropped.
    """
    carried = {part.strip() for part in reply.parent.content_warning.split(",")}
    labels: list[str] = []
    for part in (part.strip() for part in reply.content_warning.split(",")):
        if part.lower() in _SELF_LABELS:
            labels.append(_SELF_LABELS[part.lower()])
        elif part in carried:
            labels += [part] if read.LABEL.fullmatch(part) else []
        elif part:
            known = ", ".join(_SELF_LABELS)
            raise Refused(
                f'Bluesky cannot cover a message with "{shorten(part, 40)}"; it knows only: {known}.'
            )
    return labels


def refuse_pictures(uploads: Sequence[Upload]) -> None:
    """Raises Refused for files that Bluesky does not take."""
    if len(uploads) > IMAGES:
        raise Refused(f"Bluesky takes at most {IMAGES} pictures with an answer.")
    for upload in uploads:
        path = Path(upload.path)
        try:
            size = path.stat().st_size
        except OSError as error:
            raise Refused(f"{path.name} cannot be read: {error.strerror or error}.") from error
        if mimetypes.guess_type(path.name)[0] not in _KINDS:
            raise Refused(f"{path.name}: here convo can attach JPEG, PNG, GIF and WebP pictures only.")
        if size > IMAGE_BYTES:
            raise Refused(
                f"{path.name} has {size:,} bytes; Bluesky takes pictures of at most {IMAGE_BYTES:,}. Make it smaller."
            )


async def _upload(session: Session, upload: Upload) -> dict[str, Any]:
    """Upload a picture; it stays invisible until a record names it."""
    path = Path(upload.path)
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror or error}.") from error
    kind = mimetypes.guess_type(path.name)[0] or ""
    response = await session.post("com.atproto.repo.uploadBlob", content, kind=kind)
    return {"alt": upload.alt, "image": json.loads(response.body)["blob"]}


async def send(session: Session, me: Person, request: str) -> Message:
    """putRecord, then the record as the server holds it."""
    asked = json.loads(request)
    response = await session.post("com.atproto.repo.putRecord", request.encode(), repeatable=False)
    done = answer(response, Written)
    try:
        held = await record(session, done.uri)
    except AdapterError:
        held = None
    return read.own_message(held or _as_asked(asked, done), me)


def _as_asked(asked: dict[str, Any], done: Written) -> RepoRecord:
    """The record as it was sent, for when the server took it and could not be read just after."""
    body = json.dumps({"uri": done.uri, "cid": done.cid, "value": asked["record"]}).encode()
    return decode(body, RepoRecord)


async def find(session: Session, me: Person, request: str, claimed: Collection[str]) -> Proof:
    """Whether the record stands under the key of the request. Raises RetryAt when the server cannot say."""
    asked = json.loads(request)
    uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
    held = await record(session, uri) if uri not in claimed else None
    return Found(read.own_message(held, me)) if held else Absent()
