"""The made-up messages as the JSON that their platforms send, and back through the adapters' own decoding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import msgspec

from convo.adapters import _bluesky_read as bluesky
from convo.adapters import _bluesky_wire as bluesky_wire
from convo.adapters._mastodon_api import Facts
from convo.adapters._mastodon_messages import messages_of
from convo.model import Message
from convo.text import format_time


def mastodon_page(messages: Sequence[Message]) -> bytes:
    """Statuses as a Mastodon server lists them."""
    return msgspec.json.encode([_status(message) for message in messages])


def _status(message: Message) -> dict[str, object]:
    author = message.author
    host = author.uid.split("/users/")[0]
    return {
        "id": message.local_id,
        "created_at": format_time(message.created_at),
        "in_reply_to_id": message.parent_id or None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": {"direct": "direct"}.get(message.visibility.value, "public"),
        "language": message.language,
        "uri": message.uri,
        "url": message.url,
        "replies_count": 0,
        "reblogs_count": 2,
        "favourites_count": 3,
        "content": f"<p>{escape(message.text)}</p>",
        "reblog": None,
        "account": {
            "id": str(abs(hash(author.uid)) % 10**12), "username": author.handle.split("@")[0], "acct": author.handle,
            "uri": author.uid, "url": f"{host}/@{author.handle}", "display_name": author.name, "bot": False,
            "note": "<p>about me</p>", "followers_count": 10, "following_count": 20, "statuses_count": 30,
            "avatar": f"{host}/avatar.png", "header": f"{host}/header.png", "fields": [], "emojis": [],
        },
        "media_attachments": [
            {"id": "1", "type": "image", "url": one.url, "description": one.alt} for one in message.attachments
        ],
        "mentions": [
            {"id": "1", "username": one.handle.split("@")[0], "acct": one.handle, "url": one.uid}
            for one in message.mentions
        ],
        "tags": [], "emojis": [], "card": None, "poll": None, "filtered": [],
    }  # fmt: skip


def bluesky_page(messages: Sequence[Message]) -> bytes:
    """Notifications as a Bluesky server lists them."""
    return msgspec.json.encode(
        {"notifications": [_notification(message) for message in messages], "cursor": "x"}
    )


def _notification(message: Message) -> dict[str, object]:
    record: dict[str, object] = {
        "$type": "app.bsky.feed.post", "text": message.text, "createdAt": format_time(message.created_at),
        "langs": [message.language or "en"],
    }  # fmt: skip
    cid = "bafyrei" + "a" * 52
    if message.parent_uri:
        root = {"uri": message.root_uri or message.parent_uri, "cid": cid}
        record["reply"] = {"root": root, "parent": {"uri": message.parent_uri, "cid": cid}}
    return {
        "uri": message.uri, "cid": cid, "reason": "reply", "isRead": False, "record": record,
        "author": {
            "did": message.author.uid, "handle": message.author.handle, "displayName": message.author.name,
            "avatar": "https://cdn.example/a.jpg", "viewer": {"muted": False, "blockedBy": False}, "labels": [],
        },
        "indexedAt": format_time(message.created_at), "labels": [],
    }  # fmt: skip


def read_mastodon(page: bytes) -> list[Message]:
    """A page through the adapter's decoding and cleaning."""
    messages, skipped = messages_of(
        msgspec.json.decode(page, type=list[msgspec.Raw]), Facts(domain="one.example")
    )
    assert not skipped, skipped[:1]
    return messages


def read_bluesky(page: bytes) -> list[Message]:
    """The same for Bluesky."""
    listed = msgspec.json.decode(page, type=bluesky_wire.Notifications)
    return [bluesky.message(msgspec.json.decode(raw, type=bluesky_wire.Post)) for raw in listed.notifications]


PLATFORMS: dict[str, tuple[Callable[[Sequence[Message]], bytes], Callable[[bytes], list[Message]]]] = {
    "mastodon": (mastodon_page, read_mastodon),
    "bluesky": (bluesky_page, read_bluesky),
}
"""By platform: to JSON, and through its adapter back."""
