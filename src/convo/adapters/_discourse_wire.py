"""What Discourse sends, as far as convo reads it: a field that has no name here is never decoded.

Its own schema is made from single examples and wrong about what may be null, so most of it may be.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE
from convo.adapters.wire import part


class User(Struct):
    """Somebody, as posts and topics name them."""

    id: int
    username: str = ""


class Note(Struct):
    """A notification: which post of which topic, and why. Its `data` is not read: "4 replies" may stand for a name."""

    id: int
    notification_type: int
    created_at: str
    read: bool = False
    topic_id: int | None = None
    post_number: int | None = None


class Notes(Struct):
    """A page of notifications, newest first."""

    notifications: list[Raw]
    total: int | None = field(name="total_rows_notifications", default=None)


class Post(Struct):
    """A post. `raw` is there only where one post is asked for, or was just written."""

    id: int
    user_id: int
    username: str
    created_at: str
    post_number: int
    topic_id: int
    name: str | None = None
    cooked: str | None = None
    raw: str | None = None
    updated_at: str | None = None
    post_type: int = 1
    reply_to_post_number: int | None = None
    topic_slug: str | None = None
    version: int | None = None
    yours: bool = False
    hidden: bool = False
    deleted_at: str | None = None
    user_deleted: bool | None = None
    mentioned: Raw = field(name="mentioned_users", default=_NONE)
    polls: Raw = _NONE


class Stream(Struct):
    """Posts, and in a topic the ids of all that can be seen, in the order of their numbers."""

    posts: list[Raw] = []
    stream: list[int] = []


class Posts(Struct):
    """Chosen posts of a topic."""

    post_stream: Stream


class Details(Struct):
    """What a topic says of those in it. `allowed_users` are there in private messages."""

    can_create_post: bool | None = None
    created_by: Raw = _NONE
    allowed_users: Raw = _NONE
    participants: Raw = _NONE


class Topic(Struct):
    """A topic with some of its posts."""

    id: int
    post_stream: Stream
    title: str | None = None
    slug: str | None = None
    archetype: str | None = None
    user_id: int | None = None
    """Who began it."""
    closed: bool | None = None
    archived: bool | None = None
    details: Details = field(default_factory=Details)


class Action(Struct):
    """Something I wrote, or that was written to me. The beginning of a topic may come without a number."""

    created_at: str
    topic_id: int
    post_number: int | None = None
    action_type: int = 5


class Actions(Struct):
    """A page of those, newest first."""

    user_actions: list[Raw]


class Group(Struct):
    """A group the account is in."""

    name: str = ""


class Current(Struct):
    """Whom the key is for."""

    id: int
    username: str
    name: str | None = None
    groups: Raw = _NONE


class Session(Struct):
    """The answer of `/session/current.json`."""

    current_user: Current


class Settings(Struct):
    """The site's settings that a client must know."""

    min_post_length: int = 0
    max_post_length: int = 0
    min_personal_message_post_length: int = 0


class Profile(Struct):
    """The answer of `/u/NAME.json`."""

    user: User


class Pending(Struct):
    """An own post that waits for approval."""

    id: int = 0
    topic_id: int | None = None
    raw: str | None = None
    raw_text: str | None = None
    created_at: str | None = None


class PendingPosts(Struct):
    """Own posts that wait for approval."""

    pending_posts: list[Raw] = []


class Created(Struct):
    """The answer to a new post: the post, or that it waits for approval."""

    action: str = ""
    post: Raw = _NONE
    pending_post: Raw = _NONE


class Edited(Struct):
    """The answer to a change."""

    post: Post


class Extras(Struct):
    """What comes with a rate limit."""

    wait_seconds: float | None = None


class Refusal(Struct):
    """A refusal: texts in the site's language, and a stable word."""

    errors: list[str] = []
    error_type: str = ""
    extras: Extras | None = None


def users(raw: Raw) -> list[User]:
    """Users named in a part of an answer; none when there is no such part."""
    found = part(raw, list[Raw]) or []
    good = (part(one, User) for one in found)
    return [one for one in good if one is not None]


def groups(raw: Raw) -> list[str]:
    """Names of groups, in lower case."""
    found = part(raw, list[Raw]) or []
    good = (part(one, Group) for one in found)
    return [one.name.lower() for one in good if one is not None and one.name]


def has_polls(post: Post) -> bool:
    """Whether a post holds polls."""
    return bool(part(post.polls, list[Raw]))


def creator(topic: Topic) -> int | None:
    """Who began a topic, None where the site does not say."""
    if topic.user_id is not None:
        return topic.user_id
    found = part(topic.details.created_by, User)
    return found.id if found is not None else None


class Numbered(Struct):
    """Anything that has a number."""

    id: int
