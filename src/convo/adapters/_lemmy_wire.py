"""What Lemmy sends in both of its dialects (0.19 and 1.0), as far as convo reads it.

The dialects name times and addresses differently; a field that has no name here is never decoded.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import NOTHING as _NONE


class Dated(Struct, kw_only=True):
    """When something was written and last changed, under either name."""

    published: str | None = None
    published_at: str | None = None
    updated: str | None = None
    updated_at: str | None = None

    @property
    def when(self) -> str:
        """The time it was written, "" where none is given."""
        return self.published or self.published_at or ""

    @property
    def changed(self) -> str:
        """The time it was changed, "" where it was not."""
        return self.updated or self.updated_at or ""


class Person(Struct):
    """A person; `id` counts on one server only, the address everywhere."""

    id: int
    name: str
    display_name: str | None = None
    actor_id: str | None = None
    ap_id: str | None = None
    bot_account: bool | None = None

    @property
    def address(self) -> str:
        """The person's address, "" where none is given."""
        return self.actor_id or self.ap_id or ""


class Comment(Dated, kw_only=True):
    """A comment. `path` is "0.<root>.….<self>": the ids of all that stands above it."""

    id: int
    creator_id: int
    post_id: int
    ap_id: str
    path: str
    content: str = ""
    removed: bool = False
    deleted: bool = False
    locked: bool = False


class Post(Dated, kw_only=True):
    """A post."""

    id: int
    name: str
    ap_id: str
    body: str | None = None
    url: str | None = None
    alt_text: str | None = None
    creator_id: int = 0
    removed: bool = False
    deleted: bool = False
    locked: bool = False
    nsfw: bool = False


class CommentView(Struct):
    """A comment with who wrote it and where it stands."""

    comment: Comment
    creator: Person
    post: Post | None = None


class PostView(Struct):
    """A post with who wrote it."""

    post: Post
    creator: Person


class Row(Struct):
    """The notification of a comment: its number, and when it came, which may be long after the comment was written."""

    id: int
    published: str = ""


class Told(Struct):
    """A comment that was told of, in 0.19: as a reply or as a mention."""

    comment: Comment
    creator: Person
    post: Post | None = None
    reply: Row | None = field(name="comment_reply", default=None)
    mention: Row | None = field(name="person_mention", default=None)


class PrivateMessage(Dated, kw_only=True):
    """A message to one person."""

    id: int
    creator_id: int
    recipient_id: int
    ap_id: str
    content: str = ""
    deleted: bool = False
    removed: bool = False
    read: bool = False


class MessageView(Struct):
    """A message with both who wrote it and who got it."""

    message: PrivateMessage = field(name="private_message")
    creator: Person
    recipient: Person


class Notification(Dated, kw_only=True):
    """A notification of 1.0."""

    id: int
    read: bool = False
    kind: str = ""


class Notified(Struct):
    """A notification of 1.0 with what it is about."""

    notification: Notification
    data: Raw


class Kind(Struct):
    """What something of 1.0 is."""

    type_: str = ""


class LocalUserView(Struct):
    """The account and its person."""

    person: Person


class Blocked(Struct):
    """Somebody the user blocked; in 1.0 the person itself."""

    target: Person | None = None
    id: int | None = None
    name: str = ""
    ap_id: str | None = None

    @property
    def address(self) -> str:
        """The person's address, "" where none is given."""
        return self.target.address if self.target is not None else (self.ap_id or "")


class MyUser(Struct):
    """What the server knows of the account."""

    local_user_view: LocalUserView
    person_blocks: list[Raw] = []


class Limits(Struct):
    """The server's limits on requests, as many as in so many seconds."""

    message: int | None = None
    message_per_second: int | None = None
    comment: int | None = None
    comment_per_second: int | None = None


class SiteView(Struct):
    """The site."""

    limits: Raw = field(name="local_site_rate_limit", default=_NONE)


class Site(Struct):
    """The answer of `/site`."""

    version: str = ""
    site_view: Raw = _NONE
    my_user: Raw = _NONE


class Login(Struct):
    """The answer to a sign-in."""

    jwt: str | None = None
    registration_created: bool = False
    verify_email_sent: bool = False


class Refusal(Struct):
    """A refusal: a stable word, and sometimes more."""

    error: str = ""
    message: str | None = None


class Replies(Struct):
    """A page of answers, in 0.19."""

    replies: list[Raw]


class Mentions(Struct):
    """A page of mentions, in 0.19."""

    mentions: list[Raw]


class Messages(Struct):
    """A page of messages, in 0.19."""

    private_messages: list[Raw]


class Items(Struct):
    """A page of anything, in 1.0."""

    items: list[Raw]
    next_page: str | None = None


class Content(Struct):
    """What somebody wrote, in 0.19."""

    comments: list[Raw]
    posts: list[Raw] = []


class CommentList(Struct):
    """Comments of a post."""

    comments: list[Raw] | None = None
    items: list[Raw] | None = None

    @property
    def all(self) -> list[Raw]:
        """The comments, under either name."""
        return self.comments or self.items or []


class OneComment(Struct):
    """The answer to a look at, or a change of, one comment."""

    comment_view: CommentView


class OnePost(Struct):
    """The answer to a look at a post."""

    post_view: PostView


class OneMessage(Struct):
    """The answer to a message."""

    private_message_view: MessageView


class PersonView(Struct):
    """A person, as a search gives one."""

    person: Person


class Resolved(Struct):
    """What stands at an address: in 0.19 a view of a person, in 1.0 the person."""

    person: Raw = _NONE
