"""What a simulated GitHub keeps: users, repositories, issues, pull requests, discussions and what is said in them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


def node_id(prefix: str, number: int) -> str:
    """An opaque global id."""
    return f"{prefix}_kw" + base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def stamp(at: datetime) -> str:
    """A time as GitHub writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(eq=False)
class User:
    """A person, a bot or an organisation."""

    id: int
    login: str
    name: str = ""
    type: str = "User"
    blocked: set[int] = field(default_factory=set)
    """Ids of whom they blocked."""
    gone: bool = False
    """The account was deleted; what it wrote stays, by nobody."""

    @property
    def node_id(self) -> str:
        return node_id({"Bot": "BOT", "Organization": "O"}.get(self.type, "U"), self.id)


@dataclass(eq=False)
class Repo:
    """A repository; `former` are names it had and still answers to."""

    id: int
    owner: User
    name: str
    private: bool = False
    members: set[int] = field(default_factory=set)
    """Ids of who may push, and see it when it is private."""
    watchers: set[int] = field(default_factory=set)
    former: set[str] = field(default_factory=set)
    archived: bool = False
    discussions: bool = True
    numbers: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return node_id("R", self.id)

    def writes(self, user: User | None) -> bool:
        """Whether somebody may push."""
        return user is not None and (user is self.owner or user.id in self.members)

    def sees(self, user: User | None) -> bool:
        """Whether somebody may read it."""
        return not self.private or self.writes(user)


@dataclass(eq=False)
class Words:
    """Anything with an author and a body."""

    id: int
    author: User | None
    body: str
    created_at: datetime
    updated_at: datetime

    edited_at: datetime | None = field(default=None, kw_only=True)
    editor: User | None = field(default=None, kw_only=True)
    deleted: bool = field(default=False, kw_only=True)
    minimized: str = field(default="", kw_only=True)
    """Why it is hidden: abuse, off-topic, outdated, resolved, duplicate, spam, low-quality."""
    app: bool = field(default=False, kw_only=True)
    """Written through a GitHub App."""
    visible_at: datetime | None = field(default=None, kw_only=True)


@dataclass(eq=False)
class Issue(Words):
    """An issue or a pull request, with what is said in it."""

    number: int
    repo: Repo
    title: str
    pull: bool = False
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: User | None = None
    merged: bool = False
    locked: bool = False
    lock_reason: str | None = None
    comments: list[Comment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    threads: list[ReviewThread] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    """Whose review is asked for and still due."""
    asked_at: datetime | None = None
    happened: list[Event] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("PR" if self.pull else "I", self.id)

    @property
    def kind(self) -> str:
        """The type of a notification's subject."""
        return "PullRequest" if self.pull else "Issue"


@dataclass(eq=False)
class Comment(Words):
    """A comment in the conversation of an issue or pull request."""

    issue: Issue

    @property
    def node_id(self) -> str:
        return node_id("IC", self.id)


@dataclass(eq=False)
class Review(Words):
    """A review: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING."""

    issue: Issue
    state: str = "COMMENTED"

    @property
    def node_id(self) -> str:
        return node_id("PRR", self.id)


@dataclass(eq=False)
class ReviewThread:
    """One place in the diff that is talked about."""

    id: int
    issue: Issue
    path: str
    line: int
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: User | None = None
    outdated: bool = False

    @property
    def node_id(self) -> str:
        return node_id("PRRT", self.id)


@dataclass(eq=False)
class ReviewComment(Words):
    """A comment on a line."""

    thread: ReviewThread
    review: Review

    @property
    def issue(self) -> Issue:
        """The pull request."""
        return self.thread.issue

    @property
    def top(self) -> ReviewComment:
        """The first comment there."""
        return self.thread.comments[0]

    @property
    def node_id(self) -> str:
        return node_id("PRRC", self.id)


@dataclass(eq=False)
class Discussion(Words):
    """A discussion."""

    number: int
    repo: Repo
    title: str
    locked: bool = False
    lock_reason: str | None = None
    comments: list[DiscussionComment] = field(default_factory=list)
    kind: str = "Discussion"

    @property
    def node_id(self) -> str:
        return node_id("D", self.id)


@dataclass(eq=False)
class DiscussionComment(Words):
    """A comment of a discussion, or a reply to one."""

    discussion: Discussion
    reply_to: DiscussionComment | None = None
    is_answer: bool = False

    @property
    def node_id(self) -> str:
        return node_id("DC", self.id)


@dataclass(eq=False)
class Commit:
    """A commit, with what is said of it."""

    repo: Repo
    sha: str
    author: User | None
    title: str
    at: datetime
    comments: list[CommitComment] = field(default_factory=list)
    kind: str = "Commit"

    @property
    def node_id(self) -> str:
        return f"C_kw{self.repo.id}{self.sha}"


@dataclass(eq=False)
class CommitComment(Words):
    """A comment on a commit."""

    commit: Commit

    @property
    def repo(self) -> Repo:
        return self.commit.repo

    @property
    def node_id(self) -> str:
        return node_id("CC", self.id)


@dataclass(eq=False)
class Event:
    """Something that happened to an issue: closed, reopened, locked, renamed, review_requested, mentioned."""

    id: int
    name: str
    actor: User | None
    at: datetime
    about: User | None = None

    @property
    def node_id(self) -> str:
        return node_id("EV", self.id)


@dataclass(eq=False)
class Subject:
    """What a notification is about when it is nothing that people talk in: a check suite, an invitation."""

    kind: str
    title: str
    repo: Repo
    id: int = 0


Place = Issue | Discussion | Commit | Subject


@dataclass(eq=False)
class Thread:
    """One user's notification about one subject."""

    id: int
    user: User
    repo: Repo
    subject: Place
    reason: str
    updated_at: datetime
    unread: bool = True
    last_read_at: datetime | None = None
    latest: Any = None
    """The newest comment, None when the latest thing was none."""
    ignored: bool = False
    subscribed: bool = True
    done: bool = False
