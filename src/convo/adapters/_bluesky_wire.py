"""What Bluesky's servers send, as msgspec structs that name only what is needed: counts stay out by construction.

Names follow the lexicons of the AT Protocol (`app.bsky.*`, `com.atproto.*`, `chat.bsky.*`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from msgspec import Raw, Struct, field

from convo.adapters.http import Response
from convo.adapters.wire import NOTHING as NOTHING
from convo.adapters.wire import decode as decoded
from convo.adapters.wire import each, loads
from convo.adapters.wire import there as there

POST = "app.bsky.feed.post"
"""The collection of posts."""
_T = TypeVar("_T")


class Wire(Struct, rename="camel"):
    """The base of all: names in camel case on the wire."""


class StrongRef(Wire):
    """A record at one version."""

    uri: str = ""
    cid: str = ""


class ReplyRef(Wire):
    """What a post answers, and the root of its thread."""

    root: StrongRef
    parent: StrongRef


class Label(Wire):
    """One moderation or self label; `neg` takes an earlier one back."""

    val: str = ""
    neg: bool = False


class SelfLabels(Wire):
    """What authors put over their own post."""

    values: list[Label] = field(default_factory=list)


class Record(Wire):
    """A post as its author wrote it."""

    text: str = ""
    created_at: str = ""
    reply: ReplyRef | None = None
    facets: list[Raw] | None = None
    langs: list[str] | None = None
    labels: Raw = NOTHING
    embed: Raw = NOTHING
    bridgy_original_url: Raw = NOTHING
    """Where a bridge took it from, as far as its author says."""


class ByteSlice(Wire):
    """A stretch of text in bytes of its UTF-8 form; the end is exclusive."""

    byte_start: int
    byte_end: int


class Feature(Wire):
    """What a stretch of text is: a mention, a link or a tag."""

    type: str = field(name="$type", default="")
    did: str = ""
    uri: str = ""


class Facet(Wire):
    """A stretch of text with what it is."""

    index: ByteSlice
    features: list[Feature] = field(default_factory=list)


class AuthorViewer(Wire):
    """How the user and an author stand to each other."""

    muted: bool = False
    blocked_by: bool = False
    blocking: str = ""


class Author(Wire):
    """A person as the AppView shows them."""

    did: str
    handle: str = ""
    display_name: str = ""
    viewer: AuthorViewer | None = None
    labels: list[Label] | None = None
    chat_disabled: bool = False


class PostViewer(Wire):
    """What the user may do with a post."""

    reply_disabled: bool = False
    thread_muted: bool = False


class Post(Wire):
    """A hydrated post, and a notification about one: they share what is needed."""

    uri: str
    cid: str
    author: Author
    record: Raw
    indexed_at: str
    reason: str = ""
    embed: Raw = NOTHING
    viewer: PostViewer | None = None
    labels: list[Label] | None = None
    answers_below: bool | int = field(name="replyCount", default=False)

    def __post_init__(self) -> None:
        """Keep of the platform's reply count only whether there are answers."""
        self.answers_below = bool(self.answers_below)


class Notifications(Wire):
    """A page of notifications."""

    notifications: list[Raw]
    cursor: str = ""
    seen_at: str = ""


class Unread(Wire):
    """Whether anything is unread, of which the platform tells more than that."""

    anything: bool | int = field(name="count", default=False)

    def __post_init__(self) -> None:
        """Keep only the yes or no."""
        self.anything = bool(self.anything)


class Posts(Wire):
    """Posts asked for by URI."""

    posts: list[Raw]


class Node(Wire):
    """A place in a thread: a post, or the sign that one is gone or behind a block."""

    type: str = field(name="$type", default="")
    uri: str = ""
    post: Raw = NOTHING
    parent: Raw = NOTHING
    replies: list[Raw] | None = None
    not_found: bool = False
    blocked: bool = False
    author: Author | None = None


class Thread(Wire):
    """The answer of getPostThread."""

    thread: Raw


class RepoRecord(Wire):
    """A record as its repository holds it."""

    uri: str
    cid: str
    value: Raw


class Records(Wire):
    """A page of a repository's collection."""

    records: list[Raw]
    cursor: str = ""


class Actors(Wire):
    """A page of people the user blocked or muted."""

    blocks: list[Raw] | None = None
    mutes: list[Raw] | None = None
    cursor: str = ""


class Image(Wire):
    """A picture of an embed, hydrated or not."""

    alt: str = ""
    fullsize: str = ""


class External(Wire):
    """A link card."""

    uri: str = ""
    title: str = ""


class Embed(Wire):
    """What hangs on a post, hydrated (`#view`) or as its author wrote it."""

    type: str = field(name="$type", default="")
    images: list[Image] | None = None
    items: list[Image] | None = None
    external: External | None = None
    record: Raw = NOTHING
    media: Raw = NOTHING
    alt: str = ""
    playlist: str = ""


class Quoted(Wire):
    """A quoted record: a view, a bare reference, or the sign that it cannot be seen."""

    type: str = field(name="$type", default="")
    uri: str = ""
    author: Author | None = None
    value: Record | None = None
    record: Raw = NOTHING


class SessionAnswer(Wire):
    """What createSession and refreshSession give."""

    did: str
    handle: str = ""
    access_jwt: str = ""
    refresh_jwt: str = ""
    active: bool = True
    status: str = ""


class Fault(Wire):
    """The body of an error."""

    error: str = ""
    message: str = ""


class Service(Wire):
    """A service named in a DID document."""

    id: str = ""
    service_endpoint: str = ""


class DidDocument(Wire):
    """Where an account lives and which handles it claims."""

    also_known_as: list[str] = field(default_factory=list)
    service: list[Raw] = field(default_factory=list)


class Resolved(Wire):
    """The DID of a handle."""

    did: str


class Written(Wire):
    """The place of a record that was written."""

    uri: str
    cid: str


def decode(body: bytes | Raw, kind: type[_T]) -> _T:
    """Decode a part of an answer. Raises ValueError when it is malformed or too deep."""
    return loads(body, kind, strict=True)


def answer(response: Response, kind: type[_T]) -> _T:
    """Decode a whole answer. Raises RetryAt when it is not what the lexicon says."""
    return decoded(response, kind, strict=True)


def items(raws: Sequence[Raw], kind: type[_T], skipped: list[str]) -> Iterator[_T]:
    """Decode a list item by item; a malformed one is left out, with a sentence in `skipped`."""
    good, bad = each(raws, kind, "Item", strict=True)
    skipped.extend(bad)
    yield from good


def self_labels(raw: Raw) -> list[Label]:
    """The labels authors put over their post; none when they are malformed."""
    if not there(raw):
        return []
    try:
        return decode(raw, SelfLabels).values
    except ValueError:
        return []
