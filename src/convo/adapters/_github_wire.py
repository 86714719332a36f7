"""What GitHub sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from convo.adapters.wire import decode as decode
from convo.adapters.wire import each as each
from convo.adapters.wire import part as part
from convo.adapters.wire import web as web

_NONE = Raw(b"null")


class Rest(Struct):
    """What REST answers; fields are named as they are."""


class Graph(Struct, rename="camel"):
    """What GraphQL answers."""


class User(Rest):
    """Somebody, as REST has them."""

    id: int
    login: str
    name: str | None = None
    html_url: str | None = None
    node_id: str = ""
    type: str = "User"


class Subject(Rest):
    """What a notification is about; its addresses are null for what has none in REST."""

    title: str = ""
    url: str | None = None
    latest_comment_url: str | None = None
    type: str = ""


class Home(Rest):
    """The repository of a notification."""

    id: int
    full_name: str
    html_url: str | None = None


class Notification(Rest):
    """One thread that moved."""

    id: str
    updated_at: str
    subject: Subject
    repository: Home
    reason: str = ""
    unread: bool = False


class Stamp(Rest):
    """What is needed to walk over notifications, also over those that cannot be read otherwise."""

    id: str
    updated_at: str


class Posted(Rest):
    """A comment as REST gives it back."""

    id: int
    body: str | None
    created_at: str
    node_id: str = ""
    html_url: str | None = None
    user: User | None = None
    in_reply_to_id: int | None = None
    issue_url: str | None = None


class Device(Rest):
    """What the device flow begins with."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int = 900
    interval: int = 5


class Granted(Rest):
    """What the device flow answers: a token, or why there is none yet."""

    access_token: str = ""
    error: str = ""
    error_description: str = ""
    interval: int = 0


class Actor(Graph):
    """Whoever did something."""

    typename: str = field(name="__typename", default="")
    login: str = ""
    url: str = ""
    name: str | None = None
    database_id: int | None = None


class Owner(Graph):
    """Whose repository it is."""

    login: str = ""
    database_id: int | None = None


class Repository(Graph):
    """Where something stands."""

    database_id: int
    name_with_owner: str
    is_archived: bool = False
    viewer_permission: str | None = None
    owner: Owner = field(default_factory=Owner)


class PageInfo(Graph):
    """Whether a list goes on."""

    has_previous_page: bool = False
    has_next_page: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None


class Listed(Graph):
    """A list of things that are decoded one by one."""

    nodes: list[Raw] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)

    @property
    def items(self) -> list[Raw]:
        """Those that are there: what the account may not see is null."""
        return [item for item in self.nodes or () if bytes(item) != b"null"]


class Reviewer(Graph):
    """A request for a review that stands."""

    requested_reviewer: Actor | None = None


class Event(Graph):
    """Something that happened to an issue or a pull request."""

    created_at: str
    typename: str = field(name="__typename", default="")
    id: str = ""
    actor: Actor | None = None
    requested_reviewer: Actor | None = None


class Named(Graph):
    """Anything that has ids."""

    id: str = ""
    full_database_id: int | None = None
    database_id: int | None = None

    @property
    def number(self) -> int | None:
        """Its number among its kind."""
        return self.full_database_id if self.full_database_id is not None else self.database_id


class Writer(Graph):
    """Who wrote a commit: a name, and the user where GitHub knows one."""

    name: str | None = None
    user: Actor | None = None


class Whole(Graph):
    """An issue, a pull request, a discussion or a commit, with what was said below it as far as it was asked for."""

    created_at: str
    repository: Repository
    typename: str = field(name="__typename", default="")
    id: str = ""
    number: int = 0
    oid: str = ""
    title: str | None = None
    body: str | None = None
    url: str = ""
    last_edited_at: str | None = None
    closed: bool = False
    locked: bool = False
    author: Actor | None = None
    writer: Writer | None = None
    comments: Listed | None = None
    reviews: Listed | None = None
    review_threads: Listed | None = None
    timeline_items: Listed | None = None
    review_requests: Listed | None = None


class Comment(Graph):
    """A comment of any kind, or a review."""

    id: str
    body: str
    url: str
    created_at: str
    full_database_id: int | None = None
    database_id: int | None = None
    updated_at: str | None = None
    last_edited_at: str | None = None
    submitted_at: str | None = None
    deleted_at: str | None = None
    is_minimized: bool = False
    minimized_reason: str | None = None
    author: Actor | None = None
    review_state: str = ""
    inline_state: str = ""
    path: str | None = None
    line: int | None = None
    original_line: int | None = None
    diff_hunk: str | None = None
    reply_to: Named | None = None
    replies: Listed | None = None
    comments: Listed | None = None

    @property
    def number(self) -> int | None:
        """Its number among its kind."""
        return self.full_database_id if self.full_database_id is not None else self.database_id


class Thread(Graph):
    """An inline review thread."""

    id: str
    is_resolved: bool = False
    viewer_can_reply: bool = True
    comments: Listed | None = None


class Above(Graph):
    """What a single thing stands under."""

    typename: str = field(name="__typename", default="")
    id: str = ""
    issue: Raw = _NONE
    pull: Raw = _NONE
    pull_request: Raw = _NONE
    discussion: Raw = _NONE
    commit: Raw = _NONE

    @property
    def subject(self) -> Raw:
        """The pull request, else the issue, discussion or commit; null when there is none."""
        places = (self.pull, self.pull_request, self.issue, self.discussion, self.commit)
        return next((one for one in places if bytes(one) != b"null"), _NONE)


class Fault(Graph):
    """One error of a GraphQL answer."""

    message: str = ""
    type: str = ""


class Reply(Graph):
    """A GraphQL answer: data, errors, or both."""

    data: dict[str, Raw] | None = None
    errors: list[Fault] = []


class Refusal(Rest):
    """What is said of an error."""

    message: str = ""
    errors: Raw = _NONE


class Detail(Rest):
    """One thing that was wrong in a request."""

    message: str = ""
