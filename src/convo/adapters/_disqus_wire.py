"""What the Disqus API sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE


class Envelope(Struct):
    """What every answer is wrapped in; `code` is 0 when it is no error."""

    code: int
    response: Raw
    cursor: Raw = _NONE


class Position(Struct):
    """Where a list goes on: older answers say `more` and `id`, newer ones `hasNext` and `next`."""

    more: bool = False
    id: str | None = None
    has_next: bool = field(name="hasNext", default=False)
    next: str | None = None


class Author(Struct):
    """Who wrote a post; a guest has no id and no user name."""

    id: str | int | None = None
    username: str | None = None
    name: str | None = None
    url: str | None = None
    profile: str | None = field(name="profileUrl", default=None)
    guest: bool = field(name="isAnonymous", default=False)


class Thread(Struct):
    """The page that posts stand on."""

    id: str | int
    title: str | None = None
    clean_title: str | None = None
    link: str | None = None
    closed: bool = field(name="isClosed", default=False)
    forum: Raw = _NONE


class Post(Struct):
    """A comment. Times are UTC and say no zone; `parent` is a number or a text, `thread` an object or an id."""

    id: str | int
    created: str = field(name="createdAt")
    author: Author
    thread: Raw
    forum: Raw = _NONE
    parent: str | int | None = None
    message: str | None = None
    raw: str | None = field(name="raw_message", default=None)
    deleted: bool = field(name="isDeleted", default=False)
    spam: bool = field(name="isSpam", default=False)
    media: Raw = _NONE


class Media(Struct):
    """A picture or a file beside a post."""

    url: str | None = None


class Numbered(Struct):
    """Anything that has an id."""

    id: str | int
