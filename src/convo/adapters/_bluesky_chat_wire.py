"""What Bluesky's chat service sends (`chat.bsky.*`), as msgspec structs that name only what is needed."""

from __future__ import annotations

from msgspec import Raw, field

from convo.adapters._bluesky_wire import NOTHING, Author, Wire


class Sender(Wire):
    """Who sent a direct message."""

    did: str


class ChatMessage(Wire):
    """A direct message, a deleted one, or a system line."""

    id: str
    rev: str = ""
    type: str = field(name="$type", default="")
    text: str = ""
    facets: list[Raw] | None = None
    embed: Raw = NOTHING
    reply_to: Raw = NOTHING
    sender: Sender | None = None
    sent_at: str = ""


class ConvoKind(Wire):
    """Whether a conversation is one of two or of a group."""

    type: str = field(name="$type", default="")
    name: str = ""
    lock_status: str = ""


class Convo(Wire):
    """A conversation of direct messages."""

    id: str
    rev: str
    members: list[Author] = field(default_factory=list)
    last_message: Raw = NOTHING
    muted: bool = False
    status: str = ""
    kind: ConvoKind | None = None


class Convos(Wire):
    """A page of conversations, the latest first."""

    convos: list[Raw]
    cursor: str = ""


class OneConvo(Wire):
    """One conversation asked for by id."""

    convo: Raw


class ChatMessages(Wire):
    """A page of direct messages, newest first."""

    messages: list[Raw]
    cursor: str = ""
    related_profiles: list[Author] | None = None
