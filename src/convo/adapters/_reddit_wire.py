"""What Reddit sends, as far as convo reads it; a field that has no name here is never decoded."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Raw, Struct

from convo.adapters.wire import NOTHING, loads, part

T = TypeVar("T")
COMMENT, POST, LETTER, MORE = "t1", "t3", "t4", "more"
"""Kinds of things; `LETTER` is a private message."""


class Thing(Struct):
    """Anything in a listing."""

    kind: str
    data: Raw


class Page(Struct):
    """What a listing holds, and the full name after which it goes on."""

    children: list[Raw]
    after: str | None = None


class Listing(Struct):
    """A listing."""

    data: Page


class Comment(Struct, kw_only=True):
    """A comment, in a tree, in a list or in the inbox (which adds `subject`)."""

    name: str
    author: str
    body: str
    parent_id: str
    created_utc: float
    link_id: str | None = None
    context: str | None = None
    """Its address, in the inbox, where not all of them say which post they stand under."""
    edited: float | bool | None = None
    link_title: str | None = None
    subject: str | None = None
    locked: bool | None = None
    archived: bool | None = None
    over_18: bool | None = None
    replies: Raw = NOTHING
    """A listing, "" where there are none."""


class Post(Struct, kw_only=True):
    """A post."""

    name: str
    author: str
    created_utc: float
    title: str = ""
    selftext: str | None = None
    url: str | None = None
    edited: float | bool | None = None
    locked: bool | None = None
    archived: bool | None = None
    over_18: bool | None = None
    removed_by_category: str | None = None
    poll_data: Raw = NOTHING


class Letter(Struct):
    """A private message: only that there is one."""

    name: str
    created_utc: float = 0.0


class More(Struct):
    """Comments of a tree that are not loaded; `id` "_" stands for a thread that goes on below its parent."""

    id: str
    parent_id: str
    children: list[str] = []


class Me(Struct):
    """The account."""

    id: str
    name: str


class Blocked(Struct):
    """A person whom the account blocked."""

    name: str


class Told(Struct):
    """What a write came to: errors as [name, words, field], things that were made, seconds to wait."""

    errors: list[list[str | None]] = []
    data: Raw = NOTHING
    ratelimit: float | None = None


class Answer(Struct):
    """The answer of a write."""

    json: Told


class Things(Struct):
    """What a write made."""

    things: list[Raw] = []


class Denied(Struct):
    """A refusal, of the token address or of the API."""

    error: str | int = ""
    error_description: str | None = None
    message: str | None = None


def of_kind(raw: Raw, kind: str, shape: type[T]) -> T:
    """A thing that must be of this kind. Raises ValueError."""
    thing = loads(raw, Thing)
    if thing.kind != kind:
        raise ValueError("it is of another kind")
    return loads(thing.data, shape)


def kind_of(raw: Raw) -> str:
    """The kind of a thing, "" for what is none."""
    found = part(raw, Thing)
    return found.kind if found is not None else ""
