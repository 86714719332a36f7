"""What the screen shows of a message beyond its words, packed into one column, and taken out again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache

from convo.model import Attachment, Link, Mention, Message, Quote
from convo.values import frozen


@frozen
class Extra:
    """The parts of a message that only the screen and the rules for one message read."""

    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)


_NOTHING = Extra()


@cache
def _encoder() -> Callable[[object], bytes]:
    """Loaded with the first message that is stored: adapters have msgspec by then, and start-up needs none."""
    import msgspec

    return msgspec.json.Encoder().encode


def pack(message: Message) -> str:
    """The `extra` column of a message, "" when there is nothing in it."""
    packed: dict[str, object] = {}
    if message.mentions:
        packed["m"] = [[m.uid, m.handle, int(m.leading)] for m in message.mentions]
    if message.quotes and not message.deleted:
        packed["q"] = [[q.uri, q.uid, q.name, q.text] for q in message.quotes]
    if message.attachments and not message.deleted:
        packed["a"] = [[a.kind, a.url, a.alt] for a in message.attachments]
    if message.links and not message.deleted:
        packed["l"] = [[link.url, link.text] for link in message.links]
    if message.refusals and not message.deleted:
        packed["r"] = dict(message.refusals)
    return _encoder()(packed).decode() if packed else ""


def unpack(extra: str) -> Extra:
    """What `pack` put into the column."""
    if not extra:
        return _NOTHING
    packed = json.loads(extra)
    return Extra(
        tuple(Mention(uid, handle, bool(leading)) for uid, handle, leading in packed.get("m", ())),
        tuple(Quote(*quote) for quote in packed.get("q", ())),
        tuple(Attachment(*attachment) for attachment in packed.get("a", ())),
        tuple(Link(*link) for link in packed.get("l", ())),
        packed.get("r", {}),
    )


def named_in(extra: str) -> set[str]:
    """The uids of those whom a packed message names."""
    return {mention[0] for mention in json.loads(extra).get("m", ())} if extra else set()
