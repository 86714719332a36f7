"""What the Graph API sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE


class Failure(Struct):
    """What an error says of itself; `code` decides, the status does not."""

    code: int = 0
    subcode: int | None = field(name="error_subcode", default=None)
    message: str | None = None


class Failed(Struct):
    """An answer that is an error."""

    error: Failure


class Listed(Struct):
    """One page of a list."""

    data: list[Raw]
    paging: Raw = _NONE


class Summary(Struct):
    """What a list of comments says of its post."""

    can_comment: bool = True


class Summed(Struct):
    """A list of comments, of which only the summary is read."""

    summary: Summary


class Paging(Struct):
    """Where a list goes on. The address `next` holds the token: it is never asked, only its place is taken."""

    cursors: Raw = _NONE
    next: str | None = None


class Cursors(Struct):
    """The places before and after a page."""

    after: str | None = None


class Actor(Struct):
    """A person or a Page; the id of a person is another one for each Page."""

    id: str | int | None = None
    name: str | None = None


class Above(Struct):
    """The comment that a reply stands under; Facebook shows two levels, so it is always one of the first."""

    id: str | int
    author: Raw = field(name="from", default=_NONE)


class Tag(Struct):
    """Somebody named in a message, and where their name stands in it, in characters."""

    id: str | int | None = None
    name: str | None = None
    type: str | None = None
    offset: int = 0
    length: int = 0


class Attached(Struct):
    """What is attached to a comment or a post; its picture's own address expires and is not read."""

    type: str | None = None
    url: str | None = None
    title: str | None = None
    description: str | None = None


class Attachments(Struct):
    """What is attached to a post."""

    data: list[Raw] = []


class Comment(Struct):
    """A comment. `from` is left out where the app may not know who wrote it."""

    id: str | int
    created: str = field(name="created_time")
    message: str | None = None
    author: Raw = field(name="from", default=_NONE)
    above: Raw = field(name="parent", default=_NONE)
    link: str | None = field(name="permalink_url", default=None)
    hidden: bool = field(name="is_hidden", default=False)
    can_comment: bool | None = None
    can_remove: bool | None = None
    can_hide: bool | None = None
    attachment: Raw = _NONE
    tags: Raw = field(name="message_tags", default=_NONE)


class Post(Struct):
    """A post of the Page, on the Page, or one that names it; `updated` changes with each comment."""

    id: str | int
    created: str = field(name="created_time")
    updated: str | None = field(name="updated_time", default=None)
    message: str | None = None
    author: Raw = field(name="from", default=_NONE)
    link: str | None = field(name="permalink_url", default=None)
    attachments: Raw = _NONE
    tags: Raw = field(name="message_tags", default=_NONE)


class Me(Struct):
    """Whom a token acts as; only a Page has a category."""

    id: str | int
    name: str | None = None
    username: str | None = None
    link: str | None = None
    category: str | None = None


class Managed(Struct):
    """A Page that a person looks after, with its own token and what the person may do there."""

    id: str | int
    name: str | None = None
    access_token: str | None = None
    tasks: list[str] = []


class Permission(Struct):
    """A permission that a person was asked for."""

    permission: str
    status: str = ""


class Token(Struct):
    """A token that was made of another one."""

    access_token: str


class Written(Struct):
    """What comes of a write: an id, or only that it was done."""

    id: str | int | None = None
    success: bool | None = None
