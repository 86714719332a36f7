"""What the Blogger API sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE


class Ref(Struct):
    """Something by its number, which is larger than most programs count: it stays text."""

    id: str


class Author(Struct):
    """Who wrote a comment; strangers without an account have no number."""

    id: str | None = None
    name: str | None = field(name="displayName", default=None)
    url: str | None = None


class Comment(Struct):
    """A comment, and what it answers."""

    id: str
    post: Ref
    blog: Ref
    published: str
    status: str = "LIVE"
    content: str | None = None
    author: Author = field(default_factory=Author)
    answers: Ref | None = field(name="inReplyTo", default=None)


class Page(Struct):
    """A page of comments or posts; without any, `items` is not there."""

    kind: str
    items: list[Raw] = []
    onward: str | None = field(name="nextPageToken", default=None)


class Post(Struct):
    """A post; whether it takes comments."""

    id: str
    title: str | None = None
    url: str | None = None
    published: str | None = None
    comments: str = field(name="readerComments", default="")
    author: Raw = _NONE


class User(Struct):
    """Who signed in."""

    id: str
    name: str | None = field(name="displayName", default=None)
    url: str | None = None


class Blog(Struct):
    """A blog."""

    id: str
    name: str | None = None
    url: str | None = None


class Blogs(Struct):
    """The blogs of the account."""

    items: list[Raw] = []
