"""What X sends, as far as convo reads it, in both spellings: "tweet" (all prose) and "post" (API 2.167 and later)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from convo.adapters.wire import NOTHING, part, there

Params = Sequence[tuple[str, str]]
TWEET, POST = "tweet", "post"
FIELDS = (
    "author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets,entities,note_tweet,"
    "reply_settings,edit_history_tweet_ids,attachments,withheld,lang"
)
WITH_PEOPLE = "author_id,in_reply_to_user_id,referenced_tweets.id,attachments.media_keys"
ALONE = "attachments.media_keys"
"""Expansions that bring nobody along: whom a message is by is known already, and X may charge for each person."""
USER_FIELDS = "username,name,protected"
PARENTS = "referenced_tweets.id,attachments.media_keys"
"""Expansions for one's own posts: what they answer, which the newer spelling tells only so."""
_MEDIA_FIELDS = "type,url,preview_image_url,alt_text"
_EXPANDED_ONLY = frozenset({"author_id", "in_reply_to_user_id", "referenced_tweets"})
"""What the newer spelling gives only where it is expanded."""


class Reference(Struct):
    """What a post answers, quotes or repeats."""

    type: str
    id: str | int


class Named(Struct):
    """Somebody named in a text."""

    username: str
    id: str | int | None = None


class Url(Struct):
    """A shortened address in a text, and where it leads."""

    url: str
    expanded_url: str | None = None
    unwound_url: str | None = None
    media_key: str | None = None


class Entities(Struct):
    """What stands in a text."""

    mentions: list[Raw] = []
    urls: list[Raw] = []


class Note(Struct):
    """The whole of a text longer than 280."""

    text: str = ""
    entities: Raw = NOTHING


class Media(Struct):
    """A picture or a video."""

    media_key: str
    type: str = ""
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None


class Attached(Struct):
    """What is beside the words."""

    media_keys: list[str] = []


class Post(Struct):
    """A post."""

    id: str | int
    text: str | None = None
    author_id: str | int | None = None
    conversation_id: str | int | None = None
    created_at: str | None = None
    in_reply_to_user_id: str | int | None = None
    reply_settings: str | None = None
    lang: str | None = None
    referenced_tweets: Raw = NOTHING
    referenced_posts: Raw = NOTHING
    entities: Raw = NOTHING
    note_tweet: Raw = NOTHING
    note_post: Raw = NOTHING
    edit_history_tweet_ids: Raw = NOTHING
    edit_history_post_ids: Raw = NOTHING
    attachments: Raw = NOTHING
    withheld: Raw = NOTHING

    @property
    def references(self) -> list[Reference]:
        """What it refers to, in either spelling; what cannot be read is left out."""
        raw = self.referenced_tweets if there(self.referenced_tweets) else self.referenced_posts
        found = (part(one, Reference) for one in part(raw, list[Raw]) or [])
        return [one for one in found if one is not None]

    @property
    def note(self) -> Note | None:
        """The whole text of a long post."""
        return part(self.note_tweet if there(self.note_tweet) else self.note_post, Note)

    @property
    def versions(self) -> list[str]:
        """The ids it had, oldest first; each edit gives a new one."""
        raw = (
            self.edit_history_tweet_ids if there(self.edit_history_tweet_ids) else self.edit_history_post_ids
        )
        return [str(one) for one in part(raw, list[str | int]) or [] if is_id(str(one))]


class User(Struct):
    """Somebody."""

    id: str | int
    username: str = ""
    name: str | None = None
    protected: bool = False


class Includes(Struct):
    """What came along."""

    users: list[Raw] = []
    tweets: list[Raw] = []
    posts: list[Raw] = []
    media: list[Raw] = []


class Meta(Struct):
    """How a list goes on."""

    result_count: int | None = None
    newest_id: str | int | None = None
    next_token: str | None = None


class Problem(Struct):
    """An error, whole or of one resource."""

    title: str = ""
    detail: str = ""
    type: str = ""
    message: str = ""
    resource_id: str | int | None = None
    value: str | int | None = None

    @property
    def kind(self) -> str:
        """The last part of its type, which is all that stays the same."""
        return self.type.rstrip("/").rpartition("/")[2]


class Envelope(Struct):
    """Every answer: posts or one of them, what came along, problems of single ones."""

    data: Raw = NOTHING
    includes: Raw = NOTHING
    meta: Raw = NOTHING
    errors: Raw = NOTHING


class Sent(Struct):
    """What a new post is answered with."""

    id: str | int


class Token(Struct):
    """The answer of the token address."""

    access_token: str
    expires_in: float = 7200
    refresh_token: str | None = None
    scope: str = ""


def is_id(text: str) -> bool:
    """Whether this is an id as X makes them."""
    return text.isascii() and text.isdigit() and len(text) <= 19


def problems(raw: Raw | bytes) -> list[Problem]:
    """The problems that came with an answer."""
    found = (part(one, Problem) for one in part(raw, list[Raw]) or [])
    return [one for one in found if one is not None]


def spelled(params: Params, dialect: str) -> list[tuple[str, str]]:
    """Parameters, written in the older spelling, as `dialect` has them."""
    if dialect == TWEET:
        return list(params)
    found = []
    for name, value in params:
        if name == "tweet.fields":
            words = [_newer(one) for one in value.split(",") if one not in _EXPANDED_ONLY]
            found.append(("post.fields", ",".join(words)))
        elif name == "expansions":
            words = [_newer(one) for one in value.split(",")]
            found.append((name, ",".join(dict.fromkeys(words))))
        else:
            found.append((name, value))
    return found


def _newer(word: str) -> str:
    return _NEWER.get(word, word)


_NEWER: Mapping[str, str] = {
    "note_tweet": "note_post",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts",
}


def asking(expand: str) -> list[tuple[str, str]]:
    """The fields that are asked for with every list of posts, and what comes along."""
    found = [("tweet.fields", FIELDS), ("expansions", expand)]
    if expand == WITH_PEOPLE:
        found.append(("user.fields", USER_FIELDS))
    return [*found, ("media.fields", _MEDIA_FIELDS)]


def encoded(value: object) -> str:
    """A value as JSON."""
    return msgspec.json.encode(value).decode()
