"""What the Mastodon API sends, as far as convo reads it: a field that has no name here is never decoded.

Parts that compatible servers shape in their own way stay raw until they are looked at, so that a strange poll or
picture never costs the message it hangs on.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE
from convo.adapters.wire import decode as decode
from convo.adapters.wire import each as each
from convo.adapters.wire import part as part
from convo.adapters.wire import text_id as text_id

Id = str | int
"""Ids are strings in the documents and numbers on some servers; `text_id` makes them strings."""


class Account(Struct):
    """A person. The actor's address is `uri`, the profile page `url`."""

    id: Id
    acct: str
    uri: str | None = None
    url: str | None = None
    display_name: str | None = None
    bot: bool | None = None
    moved: Raw = _NONE
    suspended: bool | None = None
    source: Raw = _NONE
    fields: Raw = _NONE


class ProfileField(Struct):
    """A line of a profile: a value in HTML, and when the server found that its link leads back."""

    value: str | None = None
    verified_at: str | None = None


class Source(Struct):
    """The account's own defaults for what it writes."""

    privacy: str | None = None
    language: str | None = None


class MentionWire(Struct):
    """Someone a status names."""

    id: Id
    acct: str
    url: str | None = None
    username: str | None = None


class Media(Struct):
    """A picture, video or sound."""

    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None
    id: Id = ""


class Option(Struct):
    """One choice of a poll."""

    title: str | None = None


class Poll(Struct):
    """The choices of a poll, without results."""

    options: list[Option] | None = None


class FilterRule(Struct):
    """A filter of the user."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: str | None = None


class FilterHit(Struct):
    """A filter that matched."""

    filter: FilterRule | None = None


class Status(Struct):
    """A message."""

    id: Id
    created_at: str
    account: Account
    uri: str | None = None
    url: str | None = None
    content: str | None = None
    in_reply_to_id: Id | None = None
    visibility: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    edited_at: str | None = None
    sensitive: bool | None = None
    answered: Raw = field(name="replies_count", default=_NONE)
    mentions: Raw = _NONE
    media_attachments: Raw = _NONE
    poll: Raw = _NONE
    quote: Raw = _NONE
    reblog: Raw = _NONE
    filtered: Raw = _NONE


class QuoteWire(Struct):
    """A quote: Mastodon wraps the status in a state, Hollo and others give the status itself."""

    state: str | None = None
    quoted_status: Raw = _NONE


class Notification(Struct):
    """Something that happened; only those that carry words are read."""

    id: Id
    type: str
    created_at: str | None = None
    status: Raw = _NONE
    filtered: bool | None = None


class Context(Struct):
    """The messages around one."""

    ancestors: list[Raw] | None = None
    descendants: list[Raw] | None = None


class StatusSource(Struct):
    """The words of a status as they were typed."""

    text: str | None = None
    spoiler_text: str | None = None


class StatusLimits(Struct):
    """How long a status may be."""

    max_characters: int | None = None
    max_media_attachments: int | None = None
    characters_reserved_per_url: int | None = None


class MediaLimits(Struct):
    """How long a description may be."""

    description_limit: int | None = None


class Configuration(Struct):
    """The limits of a server."""

    statuses: StatusLimits | None = None
    media_attachments: MediaLimits | None = None


class Instance(Struct):
    """What a server says of itself (v2, or v1 with `uri` for the domain and `max_toot_chars` on forks)."""

    domain: str | None = None
    uri: str | None = None
    version: str | None = None
    api_versions: Raw = _NONE
    configuration: Raw = _NONE
    longest: int | None = field(name="max_toot_chars", default=None)


class ApiVersions(Struct):
    """The version of the API; only Mastodon itself states it."""

    mastodon: int = 0


class Marker(Struct):
    """How far somebody has read."""

    last_read_id: Id = ""


class Markers(Struct):
    """Read markers of the timelines asked for."""

    notifications: Marker | None = None


class Search(Struct):
    """What a search found."""

    accounts: list[Raw] | None = None
    statuses: list[Raw] | None = None


class Found(Struct):
    """Anything that has an id."""

    id: Id = ""


class App(Struct):
    """A registered client."""

    client_id: str
    client_secret: str


class Token(Struct):
    """What a code was exchanged for."""

    access_token: str
    scope: str | None = None


class Unexpected(Struct):
    """People an answer would also have reached."""

    unexpected_accounts: list[MentionWire] | None = None


class AuthorizationServer(Struct):
    """What a server's authorization can do (RFC 8414)."""

    scopes_supported: list[str] | None = None
