"""What platforms say, as plain values: persons, messages, pages of them, and the user's answers.

Every string in these values has passed `convo.text.clean` (adapters do it once, at their boundary).
Every time is an aware `datetime` in UTC. No value here has a field for a follower, like, repost,
view or karma count, on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum

from convo.values import frozen


class Visibility(str, Enum):
    """Who may read a message, from everybody to only the people it names."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"

    @property
    def strictness(self) -> int:
        """0 for public up to 3 for direct."""
        return list(Visibility).index(self)

    def stricter(self, other: Visibility) -> Visibility:
        """The one of the two that fewer people can read."""
        return max(self, other, key=lambda value: value.strictness)


class Reason(str, Enum):
    """Why a message speaks to the user."""

    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    DIRECT = "direct"
    COMMENT = "comment"
    OPENED = "opened"
    REVIEW = "review"


@frozen
class ProfileLink:
    """A link in a person's profile; `verified` when the platform found that the page links back."""

    url: str
    verified: bool = False


@frozen
class Person:
    """An identity on a platform; `uid` never changes and is unique on the platform (a DID, an actor URI)."""

    platform: str
    uid: str
    handle: str
    name: str = ""
    url: str = ""
    bot: bool = False
    links: tuple[ProfileLink, ...] = ()
    """The links of their profile, where the platform gives them along with what they write."""
    original: str = ""
    """Where this identity is one that a bridge made: who they are elsewhere, as a uid or as a handle in the form of a
    domain (`ana.lind.example` for `@ana@lind.example`). An adapter gives it only where nobody but the bridge can."""


@frozen
class Mention:
    """A person named in a message; `leading` when the name stands only in the leading run of names."""

    uid: str
    handle: str
    leading: bool = False


@frozen
class Attachment:
    """Something beside the words: `kind` is picture, video, sound, file or poll; `alt` is its description or ""."""

    kind: str
    url: str
    alt: str = ""


@frozen
class Link:
    """A link in a message: where it really leads, and the words it stands behind."""

    url: str
    text: str = ""


@frozen
class Quote:
    """A message quoted inside another; `uid` is its author."""

    uri: str
    uid: str = ""
    name: str = ""
    text: str = ""


@frozen
class Ref:
    """A message as an account's server knows it: canonical URI, local id, and what the adapter keeps with it."""

    uri: str
    local_id: str = ""
    data: str = ""


@frozen
class Message:
    """Anything a person wrote, as one account saw it.

    `uri` is canonical, the same through every account. `local_id` and `parent_id` are the ids of this
    message and its parent on the account's own server; an adapter gives `parent_uri` when it knows it, else
    `parent_id`, and the store joins the two. `text` is plain: quoted lines start with "> ", code stands
    between lines of three backticks, list items start with "- ".
    """

    uri: str
    author: Person
    created_at: datetime
    text: str
    local_id: str = ""
    parent_uri: str = ""
    parent_id: str = ""
    root_uri: str = ""
    url: str = ""
    title: str = ""
    edited_at: datetime | None = None
    content_warning: str = ""
    visibility: Visibility = Visibility.PUBLIC
    language: str = ""
    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    claim: Reason | None = None
    """What only the platform can know: a comment on the user's page, an issue opened in their repository,
    a review request. Replies, mentions, quotes and direct messages are derived, not claimed."""
    flat: bool = False
    """The place has no reply tree (issues, direct messages): an own message there may answer all before it."""
    branch: str = ""
    """An inline review thread inside a flat thread; "" for the thread itself."""
    resolved: bool = False
    """This branch, review request or issue was closed or resolved: it waits no more."""
    held: bool = False
    """The platform holds it until the user approves it."""
    deleted: bool = False
    filtered: str = ""
    """Why the platform's own filter or request tray holds it, "" when it does not."""
    filter_told: bool = False
    """Each look tells whether the filter holds it; else an empty `filtered` says so only where the message came in."""
    more_below: bool = False
    """The platform says there are answers to it that are not loaded."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """What cannot be done with this one message: verb (`Verb` value) -> one sentence that says why."""
    data: str = ""
    """What the adapter needs back to answer it, as JSON of its own."""
    copy_of: str = ""
    """Where it is a bridge's copy of a message elsewhere: that one's canonical URI or web address. Only with an author
    who has an `original`: the copy and its original are one message to the user."""

    @property
    def ref(self) -> Ref:
        """This message as a reference for the account that saw it."""
        return Ref(self.uri, self.local_id, self.data)


@frozen
class Page:
    """One batch of messages of a channel and the cursor that continues after it.

    `more` asks the engine to call again at once. `gone` are URIs that the platform says are deleted.
    """

    messages: tuple[Message, ...] = ()
    cursor: str = ""
    more: bool = False
    gone: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    """One sentence per malformed item that was left out, with its id."""
    hidden: tuple[str, ...] | None = None
    """On a `people` channel: the whole list of uids the user blocked or muted there; None elsewhere."""


@frozen
class Lookup:
    """The present state of messages asked for by id: those found, and the URIs of those that are gone."""

    messages: tuple[Message, ...] = ()
    gone: tuple[str, ...] = ()


@frozen
class Conversation:
    """The messages around one message; `partial` says in one sentence what is missing, "" when nothing is."""

    messages: tuple[Message, ...]
    partial: str = ""


@frozen
class Upload:
    """A file the user attaches to an answer, with its description."""

    path: str
    alt: str


@frozen
class Reply:
    """The user's answer to one message, before it is made into a request.

    `key` is the same on every attempt. `mentions` are the people it addresses, author first, with those
    the user dropped already left out.
    """

    key: str
    parent: Message
    text: str
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str = ""
    language: str = ""
    mentions: tuple[Mention, ...] = ()
    attachments: tuple[Upload, ...] = ()


@frozen
class Measure:
    """The length of an answer as the platform counts it; `limit` is None where the platform states none."""

    used: int
    limit: int | None

    @property
    def room(self) -> int | None:
        """What is left, negative when it is too long."""
        return None if self.limit is None else self.limit - self.used
