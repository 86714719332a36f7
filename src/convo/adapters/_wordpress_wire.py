"""What the WordPress REST API sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE
from convo.adapters.wire import decode as decode
from convo.adapters.wire import each as each
from convo.adapters.wire import part as part
from convo.adapters.wire import web as web

COMMENT_FIELDS = (
    "id,post,parent,author,author_name,author_email,author_url,date_gmt,content,link,status,_links.up"
)
"""Core gives parts of `content` only whole; parts of `_links` it gives."""
POST_FIELDS = "id,author,date_gmt,link,title,excerpt,comment_status,status"


class Rendered(Struct):
    """HTML as the site shows it, and with `context=edit` as it was written."""

    rendered: str = ""
    raw: str | None = None


class LinkTo(Struct):
    """A link of an object to another."""

    href: str = ""


class Links(Struct):
    """The links of a comment; `up` is the post it stands under."""

    up: list[LinkTo] = []


class Comment(Struct):
    """A comment. `author` is 0 for a guest; `author_email` is there for moderators only."""

    id: int
    post: int
    date_gmt: str
    content: Rendered
    parent: int = 0
    author: int = 0
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    link: str | None = None
    status: str | None = None
    links: Links = field(name="_links", default_factory=Links)


class Post(Struct):
    """A post, a page, or anything else that can be commented on."""

    id: int
    author: int = 0
    date_gmt: str | None = None
    link: str | None = None
    title: Rendered = field(default_factory=Rendered)
    excerpt: Rendered = field(default_factory=Rendered)
    comment_status: str | None = None
    status: str | None = None


class Me(Struct):
    """Whom the application password belongs to."""

    id: int
    name: str | None = None
    slug: str | None = None
    username: str | None = None
    link: str | None = None
    capabilities: Raw = _NONE


class Named(Struct):
    """Somebody's public name."""

    name: str | None = None
    slug: str | None = None


class Capabilities(Struct):
    """What the account's role may do, as far as it matters here."""

    moderate_comments: bool = False
    edit_posts: bool = False


class Index(Struct):
    """What the root of the API says of the site. Without any way to sign in `authentication` is an empty list."""

    namespaces: list[str]
    name: str | None = None
    home: str | None = None
    authentication: Raw = _NONE


class Endpoints(Struct):
    """Where a way to sign in has its pages."""

    authorization: str = ""


class Passwords(Struct):
    """How application passwords are made."""

    endpoints: Endpoints = field(default_factory=Endpoints)


class Authentication(Struct):
    """The ways to sign in."""

    passwords: Passwords | None = field(name="application-passwords", default=None)


class Numbered(Struct):
    """Anything that has an id."""

    id: int


class Written(Struct):
    """Who wrote a comment."""

    id: int
    author: int = 0


class Refusal(Struct):
    """A refusal: a stable code, and words that may hold HTML."""

    code: str | int = ""
    message: str = ""
    error: str = ""
    """The code, as the older API of WordPress.com names it."""


class Whose(Struct):
    """What WordPress.com says of a token; an empty scope is everything on one site."""

    token_scope: list[str] | None = None
